"""From groups of records to triples on Spark: films and people, made as a load makes them."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pyarrow as pa
from pyoxigraph import NamedNode, RdfFormat, serialize

from etl.entities.batches import Batch, Built, build_batch
from etl.entities.deriving import Derivation, describe_derivation
from etl.entities.drafting import CHUNK_FILMS
from etl.entities.judging import reason
from etl.entities.people import describe_person, map_redirect
from etl.rdf.descriptions import written
from etl.rdf.identifiers import Iris
from etl.records import Reason
from etl.resolution.films import Identities, Redirect, person_of
from etl.shacl import Engine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BUILT = (
    "film string, inputs string, triples string, provenance string, statements int, "
    "refused array<long>, results string"
)
"""A film as it was built of its inputs: its triples and what it derives from, as N-Triples without
the last line end, and how many triples these are. What the shapes say of it stands in `results`, as
JSON; of a film that may not enter the graph `refused` has the versions at fault, and nothing else.
"""

_BUILT_ARROW = pa.schema(
    [
        *((name, pa.string()) for name in ("film", "inputs", "triples", "provenance")),
        ("statements", pa.int32()),
        ("refused", pa.list_(pa.int64())),
        ("results", pa.string()),
    ]
)
_TEXT_ARROW = pa.schema([("text", pa.string())])
_PEOPLE_AT_ONCE = 5000

# The records of the films that are to be built.
MEMBER_ROWS = """
SELECT film, inputs, version, kind, source, path, line, body, key
FROM (SELECT film, inputs, unnest(versions) AS version FROM pending)
JOIN (SELECT version, kind, source, path, line, body, key FROM versions) AS held USING (version)
"""


@dataclass(frozen=True, slots=True)
class Making:
    """What every task needs to make films: the shapes' engine, pickled, the IRIs, the sources.

    `sources` has the IRI of each source by its name, `slugs` what each is called in IRIs.
    """

    engine: bytes
    iris: Iris
    sources: Mapping[str, NamedNode]
    slugs: Mapping[str, str]

    def films(self, rows: DataFrame, partitions: int) -> DataFrame:
        """Make films of the rows of their records, which `MEMBER_ROWS` gives."""
        by_film = rows.repartition(partitions, "film").sortWithinPartitions("film")
        return by_film.mapInArrow(lambda batches: self._built(batches), BUILT)

    def people(self, named: DataFrame) -> DataFrame:
        """Describe people, of rows of `named`."""
        people = named.select("name", "imdb", "wikidata", "facts")
        return people.mapInArrow(lambda batches: self._described(batches), "text string")

    def redirects(self, redirected: DataFrame) -> DataFrame:
        """Write where films and people are now, of rows of `redirected`."""
        redirects = redirected.select("kind", "old", "new")
        return redirects.mapInArrow(lambda batches: self._redirected(batches), "text string")

    def _built(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        engine = _unpickled(self.engine)
        for rows in _chunks(_member_rows(batches)):
            yield pa.RecordBatch.from_pylist(self._made(engine, rows), schema=_BUILT_ARROW)

    def _made(self, engine: Engine, rows: Sequence[_Member]) -> list[dict[str, Any]]:
        films = frozenset(each.film for each in rows)
        batch = Batch(
            [each[:8] for each in rows], _identities(rows), self.iris, self.sources, films
        )
        built = build_batch(engine, batch)
        derived = self._derived(rows)
        inputs = {each.film: each.inputs for each in rows}
        results = {
            each.film.key: _results(built, self.iris, each.film.key) for each in built.judged
        }
        made = list[dict[str, Any]]()
        for film, quads in built.changed:
            triples, provenance = _split(quads, self.iris)
            told = b"".join([provenance, derived[film]])
            made.append(
                {
                    "film": film,
                    "inputs": inputs[film],
                    "triples": triples[:-1].decode(),
                    "provenance": told[:-1].decode(),
                    "statements": triples.count(b"\n"),
                    "refused": [],
                    "results": results.get(film),
                }
            )
        for each in built.judged:
            if each.blocked:
                key = each.film.key
                refused = {"refused": list(each.at_fault), "results": results[key]}
                made.append({"film": key, "inputs": inputs[key]} | refused)
        return made

    def _derived(self, rows: Sequence[_Member]) -> dict[str, bytes]:
        """Write from which records films derive, as an export with provenance does."""
        told: dict[str, bytes] = {}
        for film, members in groupby(rows, itemgetter(0)):
            triples = [
                triple
                for each in members
                for triple in describe_derivation(
                    Derivation(film, each.source, each.path, each.key, each.line, 1),
                    self.slugs[each.source],
                    self.iris,
                )
            ]
            told[film] = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
        return told

    def _described(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            people = [person_of(*row) for row in _rows(batch)]
            for start in range(0, len(people), _PEOPLE_AT_ONCE):
                some = people[start : start + _PEOPLE_AT_ONCE]
                yield _text(written([describe_person(each, self.iris) for each in some]))

    def _redirected(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            triples = [map_redirect(Redirect(*row), self.iris) for row in _rows(batch)]
            if triples:
                yield _text(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")


class _Member(NamedTuple):
    """A record of a film, as `MEMBER_ROWS` gives it."""

    film: str
    inputs: str
    version: int
    kind: str
    source: str
    path: str
    line: int
    body: str
    key: str


@lru_cache(maxsize=1)
def _unpickled(engine: bytes) -> Engine:
    """Make an engine once in each process that runs tasks."""
    made: Engine = pickle.loads(engine)  # noqa: S301 - this program wrote it
    return made


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _member_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[_Member]:
    for batch in batches:
        yield from (_Member(*row) for row in _rows(batch))


def _chunks(rows: Iterable[_Member]) -> Iterator[list[_Member]]:
    """Put the rows of some films together, those of a film in the order of its inputs."""
    chunk, films = list[_Member](), 0
    for _, members in groupby(rows, itemgetter(0)):
        held = list(members)
        if len(held) > 1:
            order = held[0].inputs.partition("\n")[0].split(",")
            places = {int(version): place for place, version in enumerate(order)}
            held.sort(key=lambda each: places[each.version])
        chunk, films = chunk + held, films + 1
        if films == CHUNK_FILMS:
            yield chunk
            chunk, films = [], 0
    if chunk:
        yield chunk


def _identities(rows: Iterable[_Member]) -> Identities:
    """Read who the people of films are, as `KNOWN_PEOPLE` writes it into their inputs."""
    by_name, names = dict[str, str](), dict[str, str]()
    for inputs in dict.fromkeys(each.inputs for each in rows):
        for line in inputs.split("\n")[1:]:
            id_, _, name = line[1:].partition("=")
            if line[0] == "p":
                by_name[name] = id_
            elif line[0] == "n":
                names[id_] = name
    return Identities(by_name=by_name, names=names)


def _split(quads: bytes, iris: Iris) -> tuple[bytes, bytes]:
    """Part what is said of a film from what is said of where it comes from."""
    graph = f" <{iris.provenance_graph.value}> .".encode()
    lines = quads.splitlines(keepends=True)
    triples = [each for each in lines if not each.rstrip(b"\n").endswith(graph)]
    derived = (each.rstrip(b"\n") for each in lines if each.rstrip(b"\n").endswith(graph))
    return b"".join(triples), b"".join(each.removesuffix(graph) + b" .\n" for each in derived)


def _results(built: Built, iris: Iris, film: str) -> str:
    """Return what the shapes say of a film, as JSON: those that keep it out, or all."""
    (judged,) = (each for each in built.judged if each.film.key == film)
    told = [each for each in judged.results if each.blocks or not judged.blocked]
    reasons: list[Reason] = [reason(judged.film, each, iris) for each in told]
    return msgspec.json.encode(reasons).decode()


def _text(lines: bytes) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"text": lines[:-1].decode()}], schema=_TEXT_ARROW)
