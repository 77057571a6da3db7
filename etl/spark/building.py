"""From groups of records to triples on Spark: films and people, made as a load makes them."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice, starmap
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pyarrow as pa
from pyoxigraph import NamedNode, RdfFormat, serialize

from etl.entities.batches import Batch, Judged, build_batch
from etl.entities.deriving import Derivation, describe_derivation
from etl.entities.drafting import CHUNK_FILMS
from etl.entities.judging import reason
from etl.entities.people import describe_person, map_redirect
from etl.rdf.descriptions import written
from etl.rdf.identifiers import Iris
from etl.records import Reason
from etl.resolution.people import Identities, Redirect, person_of
from etl.shacl import Engine
from etl.spark.arrow import batch, ddl, rows, texts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BUILT = pa.schema(
    [
        *texts("film", "inputs", "triples", "provenance"),
        ("statements", pa.int32()),
        ("refused", pa.list_(pa.int64())),
        ("results", pa.string()),
    ]
)
"""A film as it was built of its inputs: its triples and what it derives from, as N-Triples without
the last line end, and how many triples these are. `results` are those of validation, as JSON. A
film that may not enter the graph has no triples; `refused` has the versions at fault.
"""

_TEXT = pa.schema(texts("text"))
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

    def films(self, members: DataFrame, partitions: int) -> DataFrame:
        """Make films of the rows of their records, which `MEMBER_ROWS` gives."""
        by_film = members.repartition(partitions, "film").sortWithinPartitions("film")
        return by_film.mapInArrow(lambda batches: self._built(batches), ddl(BUILT))

    def people(self, named: DataFrame) -> DataFrame:
        """Describe people, of rows of `named`."""
        people = named.select("name", "imdb", "wikidata", "facts", "key")
        return people.mapInArrow(lambda batches: self._described(batches), ddl(_TEXT))

    def redirects(self, redirected: DataFrame) -> DataFrame:
        """Write where films and people are now, of rows of `redirected`."""
        redirects = redirected.select("kind", "old", "new")
        return redirects.mapInArrow(lambda batches: self._redirected(batches), ddl(_TEXT))

    def _built(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        engine = _unpickled(self.engine)
        for members in _chunks(starmap(_Member, rows(batches))):
            yield batch(list(self._made(engine, members)), BUILT)

    def _made(self, engine: Engine, members: Sequence[_Member]) -> Iterator[tuple[Any, ...]]:
        """Yield films as rows of `BUILT`."""
        films = frozenset(each.film for each in members)
        records = [each[:8] for each in members]
        given = Batch(records, _identities(members), self.iris, self.sources, films)
        built = build_batch(engine, given)
        derived = self._derived(members)
        inputs = {each.film: each.inputs for each in members}
        results = {each.film.key: _results(each, self.iris) for each in built.judged}
        for film, quads in built.changed:
            triples, provenance = _split(quads, self.iris)
            origin = (provenance + derived[film])[:-1].decode()
            count = triples.count(b"\n")
            said = results.get(film)
            yield film, inputs[film], triples[:-1].decode(), origin, count, [], said
        for each in built.judged:
            if each.blocked:
                key = each.film.key
                yield key, inputs[key], None, None, 0, list(each.at_fault), results[key]

    def _derived(self, members: Sequence[_Member]) -> dict[str, bytes]:
        """Write from which records films derive, as an export with provenance does."""
        told: dict[str, bytes] = {}
        for film, held in groupby(members, itemgetter(0)):
            triples = [
                triple
                for each in held
                for triple in describe_derivation(
                    Derivation(film, each.source, each.path, each.key, each.line, 1),
                    self.slugs[each.source],
                    self.iris,
                )
            ]
            told[film] = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
        return told

    def _described(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        people = starmap(person_of, rows(batches))
        while some := list(islice(people, _PEOPLE_AT_ONCE)):
            yield _lines(written([describe_person(each, self.iris) for each in some]))

    def _redirected(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        triples = [map_redirect(Redirect(*row), self.iris) for row in rows(batches)]
        if triples:
            yield _lines(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")


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


def _chunks(members: Iterable[_Member]) -> Iterator[list[_Member]]:
    """Put the rows of some films together, those of a film in the order of its inputs."""
    chunk, films = list[_Member](), 0
    for _, of_film in groupby(members, itemgetter(0)):
        held = list(of_film)
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


def _identities(members: Iterable[_Member]) -> Identities:
    """Read who the people of films are, as `KNOWN_PEOPLE` writes it into their inputs."""
    by_name, names, keyed = dict[str, str](), dict[str, str](), dict[str, str]()
    for inputs in dict.fromkeys(each.inputs for each in members):
        for line in inputs.split("\n")[1:]:
            id_, _, name = line[1:].partition("=")
            if line[0] == "p":
                by_name[name] = id_
            elif line[0] == "n":
                names[id_] = name
            elif line[0] == "k":
                keyed[name] = id_
    return Identities(by_name=by_name, names=names, keyed=keyed)


def _split(quads: bytes, iris: Iris) -> tuple[bytes, bytes]:
    """Part what is said of a film from what is said of where it comes from."""
    graph = f" <{iris.provenance_graph.value}> .".encode()
    triples, derived = list[bytes](), list[bytes]()
    for line in quads.split(b"\n")[:-1]:
        if line.endswith(graph):
            derived.append(line.removesuffix(graph) + b" .\n")
        else:
            triples.append(line + b"\n")
    return b"".join(triples), b"".join(derived)


def _results(judged: Judged, iris: Iris) -> str:
    """Return what the shapes say of a film, as JSON: those that keep it out, or all."""
    told = [each for each in judged.results if each.blocks or not judged.blocked]
    reasons: list[Reason] = [reason(judged.film, each, iris) for each in told]
    return msgspec.json.encode(reasons).decode()


def _lines(lines: bytes) -> pa.RecordBatch:
    return batch([(lines[:-1].decode(),)], _TEXT)
