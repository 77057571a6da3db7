"""Reads the W3C's SHACL test suite: its cases, and what they expect."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse

from etl.rdf.descriptions import Term
from etl.rdf.vocab import RDF, SH
from etl.shacl import ValidationReport
from etl.shacl.graph import Graph

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"
_ENTRIES = NamedNode(_MF + "entries")
_ACTION = NamedNode(_MF + "action")
_RESULT = NamedNode(_MF + "result")
_DATA_GRAPH = NamedNode(_SHT + "dataGraph")
_SHAPES_GRAPH = NamedNode(_SHT + "shapesGraph")
FAILURE = NamedNode(_SHT + "Failure")

_COMPARED = (
    SH.conforms,
    SH.focusNode,
    SH.resultSeverity,
    SH.sourceConstraint,
    SH.sourceConstraintComponent,
    SH.sourceShape,
    SH.value,
)
_FOLLOWED = (
    SH.result,
    SH.resultPath,
    SH.inversePath,
    SH.alternativePath,
    SH.zeroOrMorePath,
    SH.oneOrMorePath,
    SH.zeroOrOnePath,
    RDF.first,
    RDF.rest,
)


@dataclass(frozen=True)
class Case:
    """A data graph, a shapes graph, and the report that they should give."""

    name: str
    data: Path
    shapes: Path
    manifest: Graph
    result: Term

    def data_triples(self) -> list[Triple]:
        return list(_triples(self.data))

    @property
    def expects_failure(self) -> bool:
        return self.result == FAILURE

    @property
    def expects_messages(self) -> bool:
        return bool(self.manifest.column(SH.resultMessage).values)

    def expected(self) -> Dataset:
        return self._comparable(self.manifest, self.result)

    def found(self, report: ValidationReport) -> Dataset:
        return self.found_in(Graph(report.to_triples()))

    def found_in(self, graph: Graph) -> Dataset:
        (node,) = graph.subjects(RDF.type, SH.ValidationReport)
        return self._comparable(graph, node)

    def _comparable(self, graph: Graph, report: Term) -> Dataset:
        """Keep of a report what the suite compares; equal means isomorphic.

        Messages are compared only where the suite expects some.
        """
        compared = (*_COMPARED, SH.resultMessage) if self.expects_messages else _COMPARED
        dataset = Dataset(Quad(*triple) for triple in _below(graph, report, compared))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return dataset


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of all files, also of the one that no manifest includes."""
    for file in sorted(folder.rglob("*.ttl")):
        graph = Graph(_triples(file))
        for entries in graph.column(_ENTRIES).values:
            for entry in graph.members(entries):
                (action,) = graph.objects(entry, _ACTION)
                (data,) = graph.objects(action, _DATA_GRAPH)
                (shapes,) = graph.objects(action, _SHAPES_GRAPH)
                (result,) = graph.objects(entry, _RESULT)
                name = f"{file.parent.name}/{_file(entry).name}"
                yield Case(name, _file(data), _file(shapes), graph, result)


def _triples(file: Path) -> Iterator[Triple]:
    base_iri = file.resolve().as_uri()
    for quad in parse(file.read_bytes(), RdfFormat.TURTLE, base_iri=base_iri):
        yield quad.triple


def _file(iri: Term) -> Path:
    assert isinstance(iri, NamedNode)
    return Path(unquote(urlsplit(iri.value).path))


def _below(graph: Graph, node: Term, compared: Collection[NamedNode]) -> Iterator[Triple]:
    """Yield what describes a report, its results and their paths."""
    for triple in graph.about(node):
        if triple.predicate in compared:
            yield triple
        elif triple.predicate in _FOLLOWED:
            yield triple
            yield from _below(graph, triple.object, compared)
