"""What kind of term a value node is (SHACL section 4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH
from etl.shacl.constraints.model import (
    DatatypeTest,
    GraphTest,
    KindConstraint,
    Screen,
    TermConstraint,
    TextTest,
    ValueConstraint,
    component,
)
from etl.shacl.declarations import Declaration, name
from etl.shacl.literals import lexical_test

_NODE_KINDS: dict[NamedNode, frozenset[type[Term]]] = {
    SH.BlankNode: frozenset({BlankNode}),
    SH.IRI: frozenset({NamedNode}),
    SH.Literal: frozenset({Literal}),
    SH.BlankNodeOrIRI: frozenset({BlankNode, NamedNode}),
    SH.BlankNodeOrLiteral: frozenset({BlankNode, Literal}),
    SH.IRIOrLiteral: frozenset({NamedNode, Literal}),
}


def class_(shape: Declaration) -> Iterator[ValueConstraint]:
    """Each value node is an instance of a class or of one below it (section 4.1.1)."""
    for class_iri in shape.iris(SH["class"]):
        yield ValueConstraint(
            component("Class"),
            f"expected a {name(class_iri)}",
            _is_instance_of(class_iri),
            _not_instances_of(class_iri),
        )


def _is_instance_of(class_iri: NamedNode) -> GraphTest:
    return lambda graph: graph.instances(class_iri).__contains__


def _not_instances_of(class_iri: NamedNode) -> Screen:
    return lambda graph, nodes: set(nodes).difference(graph.instances(class_iri))


def datatype(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is a literal of a datatype, and well-formed (section 4.1.2).

    The standard asks for well-formedness of "the datatypes supported by SPARQL 1.1"; we ask it
    of every datatype of XML Schema.
    """
    iri = shape.iri(SH.datatype)
    well_formed = lexical_test(iri)
    test = DatatypeTest(iri, None if well_formed is None else TextTest(well_formed))
    yield TermConstraint(component("Datatype"), f"expected a well-formed {name(iri)}", test)


def node_kind(shape: Declaration) -> Iterator[KindConstraint]:
    """Each value node is an IRI, a blank node or a literal, as asked (section 4.1.3)."""
    kind = shape.iri(SH.nodeKind)
    if kind not in _NODE_KINDS:
        raise shape.error(SH.nodeKind, f"{name(kind)} is not a kind of node")
    yield KindConstraint(
        component("NodeKind"), f"expected a node of kind {name(kind)}", _NODE_KINDS[kind]
    )
