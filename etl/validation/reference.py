"""Validation by pySHACL: slow and complete, what our own checks are measured against.

Nothing else imports pySHACL, and it is imported only when it is used: that costs half a second.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.descriptions import Term, Told, triples
from etl.errors import ShapesError
from etl.validation.paths import PropertyPath, read_path
from etl.validation.report import ValidationReport, ValidationResult
from etl.validation.shapes import Shapes
from etl.vocab import RDFS, SH, XSD

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_TALKATIVE = ("pyshacl-validate", "rdflib.term")


def validate(shapes: Shapes, told: Iterable[Told]) -> ValidationReport:
    """Validate triples, together with the class hierarchy that the shapes graph states.

    Results come in an order that may differ from one run to the next.

    Raises:
        ShapesError: pySHACL refuses the shapes, or gives up on them.
    """
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError

    hierarchy = (triple for triple in shapes.triples if triple.predicate == RDFS.subClassOf)
    with _silence():
        data = _to_rdflib(chain(told, hierarchy))
        for prefix, namespace in shapes.prefixes():
            data.bind(prefix, namespace)
        try:
            _, report, text = pyshacl.validate(
                data,
                shacl_graph=_to_rdflib(shapes.triples),
                advanced=False,
                inference="none",
                meta_shacl=False,
            )
        except (ReportableRuntimeError, NotImplementedError, TypeError, ArithmeticError) as error:
            raise _refusal(str(error)) from error
        if isinstance(report, ReportableRuntimeError):
            raise _refusal(text)
        return ValidationReport(tuple(_results(shapes, report)))


def _refusal(reason: str) -> ShapesError:
    return ShapesError(
        f"the shapes cannot be used: {' '.join(reason.split())}",
        hint="mend the shape that pySHACL names",
    )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what rdflib and pySHACL have to say about literals from standard error."""

    def refuse(_: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    for logger in loggers:
        logger.addFilter(refuse)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger in loggers:
            logger.removeFilter(refuse)


def _to_rdflib(told: Iterable[Told]) -> rdflib.Graph:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    known: dict[Term, Node] = {}
    for subject, predicate, object_ in triples(told):
        for term in (subject, predicate, object_):
            if term not in known:
                known[term] = _term_to_rdflib(term)
        graph.add((known[subject], known[predicate], known[object_]))
    return graph


def _term_to_rdflib(term: Term) -> Node:
    """Turn a term into rdflib's, keeping a literal's lexical form as it is."""
    import rdflib

    match term:
        case NamedNode():
            return rdflib.URIRef(term.value)
        case BlankNode():
            return rdflib.BNode(term.value)
        case Literal() if term.language is not None:
            return rdflib.Literal(term.value, lang=term.language)
        case Literal() if term.datatype == XSD.string:
            return rdflib.Literal(term.value)
        case Literal():
            datatype = rdflib.URIRef(term.datatype.value)
            return rdflib.Literal(term.value, datatype=datatype, normalize=False)
        case _:
            raise ValueError(f"pySHACL knows no triple terms: {term}")


def _term_of(node: Node) -> Term:
    import rdflib

    match node:
        case rdflib.URIRef():
            return NamedNode(str(node))
        case rdflib.BNode():
            return BlankNode(str(node))
        case rdflib.Literal() if node.language is not None:
            return Literal(str(node), language=node.language)
        case rdflib.Literal() if node.datatype is not None:
            return Literal(str(node), datatype=NamedNode(str(node.datatype)))
        case _:
            return Literal(str(node))


def _results(shapes: Shapes, report: rdflib.Graph) -> Iterator[ValidationResult]:
    import rdflib

    for node in report.objects(None, rdflib.URIRef(SH.result.value)):
        fields: dict[str, list[Node]] = {}
        for predicate, value in report.predicate_objects(node):
            fields.setdefault(str(predicate).removeprefix(SH.iri), []).append(value)
        yield _result(shapes, {name: list(map(_term_of, found)) for name, found in fields.items()})


def _result(shapes: Shapes, fields: dict[str, list[Term]]) -> ValidationResult:
    return ValidationResult(
        focus_node=fields["focusNode"][0],
        source_shape=_node(fields["sourceShape"][0]),
        source_constraint_component=_iri(fields["sourceConstraintComponent"][0]),
        severity=_iri(fields["resultSeverity"][0]),
        result_path=_path(shapes, fields.get("resultPath")),
        value=fields["value"][0] if "value" in fields else None,
        messages=tuple(sorted(map(_literal, fields.get("resultMessage", ())), key=str)),
        source_constraint=(
            _node(fields["sourceConstraint"][0]) if "sourceConstraint" in fields else None
        ),
    )


def _path(shapes: Shapes, nodes: list[Term] | None) -> PropertyPath | None:
    """Read the path of a result where the shapes graph describes it, under the same label."""
    return read_path(shapes.graph, nodes[0]) if nodes else None


def _iri(term: Term) -> NamedNode:
    if isinstance(term, NamedNode):
        return term
    raise ShapesError(f"{term} stands where only an IRI can", hint="mend the shapes")


def _node(term: Term) -> NamedNode | BlankNode:
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise ShapesError(
        f"{term} stands where only an IRI or a blank node can", hint="mend the shapes"
    )


def _literal(term: Term) -> Literal:
    if isinstance(term, Literal):
        return term
    raise ShapesError(f"{term} stands where only a literal can", hint="mend the shapes")
