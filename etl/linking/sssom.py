"""Links as SSSOM TSV: written for others, and read back as a person's decisions.

Source: the Simple Standard for Sharing Ontological Mappings (SSSOM), TSV serialisation.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.errors import LinkError
from etl.linking.ladder import CURATION, DECISION, EXACT
from etl.rdf.identifiers import (
    Iris,
    film_id,
    imdb_id,
    imdb_page,
    imdb_title_id,
    wikidata_entity,
    wikidata_id,
)
from etl.records import Link
from etl.sources.names import name_of

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "confidence",
    "mapping_tool",
    "comment",
)
NO_TERM = "sssom:NoTermFound"

_PREFIXES = {
    "imdb.name": "https://www.imdb.com/name/",
    "imdb.title": "https://www.imdb.com/title/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "wikidata": "http://www.wikidata.org/entity/",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has said about a film (`name` is empty) or somebody it names.

    `identifier` is an IMDb id or an item, or another key of a film of ours; without one there is no
    link. With `rejected`, that one is not meant.
    """

    film: str
    name: str
    identifier: str | None
    rejected: bool = False

    @property
    def verdict(self) -> str:
        """Say in a word or two what is decided: an id, `none`, or `not` an id."""
        return f"not {self.identifier}" if self.rejected else self.identifier or "none"

    def __str__(self) -> str:
        return f"{'/'.join(filter(None, (self.film, self.name)))}: {self.verdict}"


def write_links(links: Iterable[tuple[str, Link]], iris: Iris) -> str:
    """Write links, each with the key of its film, as SSSOM TSV: a row for each object."""
    rows = (row for film, link in links for row in _rows(film, link, iris))
    return _document(sorted(rows), iris)


def _rows(film: str, link: Link, iris: Iris) -> Iterator[tuple[str, ...]]:
    for identifier in filter(None, (link.wikidata_id, link.imdb_id)):
        yield (
            _subject(film, link.subject if link.kind == "person" else "", iris),
            link.subject,
            link.predicate or EXACT,
            "",
            _curie(_object(identifier)),
            link.object_label,
            link.justification,
            f"{link.confidence:g}",
            "reelgraph",
            "; ".join(filter(None, (link.rung, link.evidence, link.reason))),
        )


def _subject(film: str, name: str, iris: Iris) -> str:
    iri = iris.mention(film, name) if name else iris.movie(film)
    return f"movie:{iri.value.removeprefix(iris.base + 'movie/')}"


def _target(identifier: str, iris: Iris) -> str:
    """Write what a decision is about: somewhere else, or a film of ours."""
    is_ours = film_id(identifier)[0] not in ("imdb", "wikidata")
    return _subject(identifier, "", iris) if is_ours else _curie(_object(identifier))


def _object(identifier: str) -> str:
    return wikidata_entity(identifier) if identifier.startswith("Q") else imdb_page(identifier)


def _curie(iri: str) -> str:
    prefix = next(name for name, start in _PREFIXES.items() if iri.startswith(start))
    return f"{prefix}:{iri.removeprefix(_PREFIXES[prefix])}"


def _document(rows: Iterable[tuple[str, ...]], iris: Iris) -> str:
    head = io.StringIO()
    head.write("#curie_map:\n")
    for prefix, start in sorted({**_PREFIXES, "movie": f"{iris.base}movie/"}.items()):
        head.write(f"#  {prefix}: {start}\n")
    head.write("#license: https://creativecommons.org/publicdomain/zero/1.0/\n")
    head.write(f"#mapping_set_id: {iris.base}links\n")
    writer = csv.writer(head, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return head.getvalue()


def write_decisions(decisions: Iterable[Decision], iris: Iris) -> str:
    """Write decisions as SSSOM TSV."""
    rows = {
        (
            _subject(each.film, each.name, iris),
            each.name,
            EXACT,
            "Not" if each.rejected else "",
            _target(each.identifier, iris) if each.identifier else NO_TERM,
            "",
            CURATION,
            "1",
            "",
            DECISION.name,
        )
        for each in decisions
    }
    return _document(sorted(rows), iris)


def read_decisions(path: Path, iris: Iris) -> list[Decision]:
    """Read decisions: rows of SSSOM TSV whose justification is curation by a person.

    Raises:
        LinkError: the file cannot be read, or a row of it is not such a decision.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise LinkError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise LinkError(f"{path}: expected a text in UTF-8") from error
    numbered = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line[:1] != "#"]
    rows = csv.DictReader((line for _, line in numbered), delimiter="\t")
    lines = (number for number, _ in numbered[1:])
    found = [_decision(path, number, row, iris) for number, row in zip(lines, rows, strict=False)]
    return [each for each in found if each is not None]


def _decision(path: Path, line: int, row: dict[str, str], iris: Iris) -> Decision | None:
    """Read one row; None where it is no person's decision."""
    subject, target = row.get("subject_id"), row.get("object_id")
    if not subject or not target:
        raise LinkError(
            f"{path}:{line}: expected a subject_id and an object_id",
            hint="'etl links --format sssom' writes such a file",
        )
    if row.get("mapping_justification") != CURATION:
        return None
    local = subject.removeprefix("movie:").removeprefix(f"{iris.base}movie/")
    film, part, _ = local.partition("#person-")
    name = name_of(row.get("subject_label") or "")
    if part and not name:
        raise LinkError(f"{path}:{line}: expected the person's name as subject_label")
    return Decision(
        film=_film(film, iris),
        name=name if part else "",
        identifier=None if target == NO_TERM else _identifier(path, line, target, iris),
        rejected=row.get("predicate_modifier") == "Not",
    )


def _film(local: str, iris: Iris) -> str:
    """Read a film's key, which is a segment of its IRI, or any spelling of an IMDb id."""
    return imdb_title_id(local) or iris.film_key(f"{iris.base}movie/{local}")


def _identifier(path: Path, line: int, target: str, iris: Iris) -> str:
    if target.startswith("movie:"):
        return _film(target.removeprefix("movie:"), iris)
    local = target.rpartition(":")[2].rstrip("/")
    found = imdb_id(target) or wikidata_id(target) or imdb_id(local) or wikidata_id(local)
    if found is None:
        raise LinkError(
            f"{path}:{line}: object_id: expected an IMDb id or a Wikidata item, found {target!r}",
            hint=f"such as wikidata:Q40504, or {NO_TERM} where there is none",
        )
    return found
