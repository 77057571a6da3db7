"""Crosswalks: which Wikidata item goes with which IMDb id, as a file says.

Read are SSSOM TSV, where subject or object is an IMDb id and the other an item, and a plain
CSV or TSV with a column of each. The columns are found by what stands in them, and columns of
titles and names by their headings, such as `label`, `itemLabel`, `title` or `name`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from etl.errors import LinkError
from etl.rdf.identifiers import imdb_id, wikidata_id

# Headings of columns with titles and names, as the query service, SSSOM and IMDb write them: of
# both, of films only, and of people only.
_LABEL = r"(\w+[ _]?)?label([ _]?en)?|name"
_OF_FILMS = re.compile(
    rf"(?i){_LABEL}|((primary|original|film|movie)[ _]?)?(title|name)|film|movie"
)
_OF_PEOPLE = re.compile(rf"(?i){_LABEL}|(primary|person|actor|full)[ _]?name|person|actor|director")
_REFUSED = ("skos:closeMatch", "skos:relatedMatch", "skos:broadMatch", "skos:narrowMatch")


Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdPair:
    """An IMDb id, the item that goes with it, and where that is said.

    `labels` are the titles or names that stand beside them.
    """

    imdb_id: str
    wikidata_id: str
    place: str
    labels: Labels = ()

    def __str__(self) -> str:
        return f"{self.imdb_id} = {self.wikidata_id} ({self.place})"


@dataclass(slots=True)
class Crosswalk:
    """Pairs by their ids. One id may have several partners, which is for the ladder to judge."""

    by_imdb: dict[str, list[IdPair]] = field(default_factory=dict)
    by_wikidata: dict[str, list[IdPair]] = field(default_factory=dict)

    def add(self, pair: IdPair) -> None:
        """Take in a pair; of one that is known, the labels, and the place if it sorts before."""
        known = self.by_imdb.setdefault(pair.imdb_id, [])
        for index, each in enumerate(known):
            if each.wikidata_id == pair.wikidata_id:
                labels = tuple(sorted({*each.labels, *pair.labels}))
                joined = replace(each, place=min(each.place, pair.place), labels=labels)
                known[index] = joined
                others = self.by_wikidata[pair.wikidata_id]
                others[others.index(each)] = joined
                return
        known.append(pair)
        self.by_wikidata.setdefault(pair.wikidata_id, []).append(pair)

    def pairs(self, *ids: str | None) -> list[IdPair]:
        """Return the pairs that any of these ids is in, each once, by place."""
        found = {
            pair
            for each in filter(None, ids)
            for pair in (*self.by_imdb.get(each, ()), *self.by_wikidata.get(each, ()))
        }
        return sorted(found, key=lambda pair: pair.place)


def read_crosswalks(paths: list[Path]) -> Crosswalk:
    """Read crosswalk files.

    Raises:
        LinkError: a file cannot be read, or has no pair of ids in it.
    """
    crosswalk = Crosswalk()
    for path in paths:
        pairs = list(_pairs(path, _text(path)))
        if not pairs:
            raise LinkError(
                f"{path}: no pair of an IMDb id and a Wikidata item in it",
                hint="expected SSSOM TSV, or CSV with lines such as tt0338013,Q208269",
            )
        for pair in pairs:
            crosswalk.add(pair)
    return crosswalk


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise LinkError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise LinkError(f"{path}: expected a text in UTF-8") from error


def _pairs(path: Path, text: str) -> Iterator[IdPair]:
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    if not lines:
        return
    header = lines[0][1]
    delimiter = "\t" if "\t" in header else ";" if ";" in header else ","
    rows = csv.reader(io.StringIO("\n".join(line for _, line in lines)), delimiter=delimiter)
    numbers = [number for number, _ in lines]
    headings = [cell.strip() for cell in next(csv.reader([header], delimiter=delimiter))]
    for number, row in zip(numbers, rows, strict=False):
        if any(cell in _REFUSED or cell == "Not" for cell in row):
            continue
        ids = {each for cell in row if (each := _imdb(cell))}
        items = {each for cell in row if (each := _wikidata(cell))}
        if len(ids) == 1 and len(items) == 1:
            [identifier], [item] = ids, items
            labels = _labels(headings, row, _OF_FILMS if identifier[0] == "t" else _OF_PEOPLE)
            yield IdPair(identifier, item, f"{path}:{number}", labels)


def _labels(headings: Sequence[str], row: Sequence[str], heading: re.Pattern[str]) -> Labels:
    """Return the cells of a row that stand under the headings of titles or names."""
    cells = [
        cell.strip() for head, cell in zip(headings, row, strict=False) if heading.fullmatch(head)
    ]
    return tuple(
        sorted({cell for cell in cells if cell and not _imdb(cell) and not _wikidata(cell)})
    )


def _imdb(cell: str) -> str | None:
    """Read an IMDb id, also as a CURIE: `imdb:tt0338013`."""
    return imdb_id(cell) or imdb_id(cell.rpartition(":")[2].rstrip("/"))


def _wikidata(cell: str) -> str | None:
    return wikidata_id(cell) or wikidata_id(cell.rpartition(":")[2])
