"""Crosswalks: which Wikidata item goes with which IMDb id, as a file says.

Read are SSSOM TSV, where subject or object is an IMDb id and the other an item, and a plain
CSV or TSV with a column of each. The columns are found by what stands in them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import LinkError
from etl.identifiers import imdb_id, wikidata_id

_REFUSED = ("skos:closeMatch", "skos:relatedMatch", "skos:broadMatch", "skos:narrowMatch")


@dataclass(frozen=True, slots=True)
class Pair:
    """An IMDb id, the item that goes with it, and where that is said."""

    imdb_id: str
    wikidata_id: str
    place: str


@dataclass(slots=True)
class Crosswalk:
    """Pairs by their ids. One id may have several partners, which is for the ladder to judge."""

    by_imdb: dict[str, list[Pair]] = field(default_factory=dict)
    by_wikidata: dict[str, list[Pair]] = field(default_factory=dict)

    def add(self, pair: Pair) -> None:
        """Take in a pair, unless it is known."""
        known = self.by_imdb.setdefault(pair.imdb_id, [])
        if all(each.wikidata_id != pair.wikidata_id for each in known):
            known.append(pair)
            self.by_wikidata.setdefault(pair.wikidata_id, []).append(pair)

    def item(self, imdb: str | None) -> Pair | None:
        """Return the one pair that an IMDb id is in, if it is in one only."""
        return _only(self.by_imdb.get(imdb or "", []))

    def imdb(self, item: str | None) -> Pair | None:
        """Return the one pair that an item is in, if it is in one only."""
        return _only(self.by_wikidata.get(item or "", []))


def _only(pairs: list[Pair]) -> Pair | None:
    return pairs[0] if len(pairs) == 1 else None


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


def _pairs(path: Path, text: str) -> Iterator[Pair]:
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    if not lines:
        return
    header = lines[0][1]
    delimiter = "\t" if "\t" in header else ";" if ";" in header else ","
    rows = csv.reader(io.StringIO("\n".join(line for _, line in lines)), delimiter=delimiter)
    numbers = [number for number, _ in lines]
    for number, row in zip(numbers, rows, strict=False):
        if _REFUSED and any(cell in _REFUSED or cell == "Not" for cell in row):
            continue
        ids = [each for cell in row if (each := _imdb(cell))]
        items = [each for cell in row if (each := _wikidata(cell))]
        if len(set(ids)) == 1 and len(set(items)) == 1:
            yield Pair(ids[0], items[0], f"{path}:{number}")


def _imdb(cell: str) -> str | None:
    """Read an IMDb id, also as a CURIE: `imdb:tt0338013`."""
    return imdb_id(cell) or imdb_id(cell.rpartition(":")[2].rstrip("/"))


def _wikidata(cell: str) -> str | None:
    return wikidata_id(cell) or wikidata_id(cell.rpartition(":")[2])
