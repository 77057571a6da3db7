"""Validation by pySHACL: slow and complete, what our own checks are measured against.

Nothing else imports pySHACL, and it is imported only when it is used: that costs half a second.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.errors import ShapesError
from etl.rdf.descriptions import Term, Told
from etl.rdf.vocab import RDFS, SH
from etl.shacl.constraints.strings import matchers
from etl.shacl.declarations import Declaration
from etl.shacl.paths import PropertyPath, read_path
from etl.shacl.patterns import Matcher
from etl.shacl.report import ValidationReport, ValidationResult
from etl.shacl.shapes import Shapes
from etl.shacl.wellformedness import NEEDED

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_TALKATIVE = ("pyshacl-validate", "rdflib.term")


# What pySHACL and rdflib raise where shapes or data are not what they expect.
_GIVING_UP = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(RuntimeError, TypeError, ValueError),
)


def validate(shapes: Shapes, told: Iterable[Told], timeout_s: float) -> ValidationReport:
    """Validate triples, together with the class hierarchy that the shapes graph states.

    A pattern or a query may take `timeout_s` on one node. Results come in an order that may differ
    from one run to the next.

    Raises:
        ShapesError: pySHACL refuses the shapes, or gives up on them, or something takes too long.
    """
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError
    from rdflib.plugins.sparql.sparql import SPARQLError

    from etl.shacl.rdflib_graphs import DataGraph, filled, plain_graph

    hierarchy = (triple for triple in shapes.triples if triple.predicate == RDFS.subClassOf)
    with _silence(), _our_patterns(shapes, timeout_s):
        try:
            _, report, text = pyshacl.validate(
                filled(DataGraph(shapes, timeout_s), chain(told, hierarchy)),
                shacl_graph=filled(plain_graph(), _asking(shapes)),
                advanced=False,
                inference="none",
                meta_shacl=False,
            )
        except (*_GIVING_UP, SPARQLError) as error:
            raise _refusal(str(error)) from error
        if isinstance(report, ReportableRuntimeError):
            raise _refusal(text)
        return ValidationReport(tuple(_results(shapes, report)))


def _asking(shapes: Shapes) -> Iterator[Triple]:
    """Yield a shapes graph without what says nothing: pySHACL refuses it also where it is allowed.

    Source: the W3C's qualified-001.
    """
    for triple in shapes.triples:
        needed = NEEDED.get(triple.predicate, ())
        if not needed or any(shapes.graph.objects(triple.subject, each) for each in needed):
            yield triple


@contextmanager
def _our_patterns(shapes: Shapes, timeout_s: float) -> Iterator[None]:
    """Have pySHACL match patterns as we do: its own are those of Python, and may never end."""
    from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
    from pyshacl.constraints.core.string_based_constraints import (
        PatternConstraintComponent,
        StringBasedConstraintBase,
    )

    from etl.shacl.rdflib_graphs import term_of, term_to_rdflib

    class OurPattern(PatternConstraintComponent):
        """A constraint on the form of values, of one shape."""

        def __init__(self, shape: Any) -> None:  # noqa: ANN401 - pySHACL's
            StringBasedConstraintBase.__init__(self, shape)
            declaration = Declaration(_node(term_of(shape.node)), shapes.graph)
            self.string_rules = list(shape.objects(term_to_rdflib(SH.pattern)))
            tests = matchers(declaration, timeout_s)
            compiled: dict[Any, Any] = {
                rule: _Matching(tests[str(rule)]) for rule in self.string_rules
            }
            self.compiled_cache = compiled

    parameter = term_to_rdflib(SH.pattern)
    theirs = CONSTRAINT_PARAMETERS_MAP[parameter]
    CONSTRAINT_PARAMETERS_MAP[parameter] = OurPattern
    try:
        yield
    finally:
        CONSTRAINT_PARAMETERS_MAP[parameter] = theirs


class _Matching:
    """Stands for what `re` makes of a pattern."""

    def __init__(self, search: Matcher) -> None:
        self.search = self.match = search


def _refusal(reason: str) -> ShapesError:
    return ShapesError(
        f"the shapes cannot be used: {' '.join(reason.split())}",
        hint="correct the shape that pySHACL names",
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


def _results(shapes: Shapes, report: rdflib.Graph) -> Iterator[ValidationResult]:
    import rdflib

    from etl.shacl.rdflib_graphs import term_of

    for node in report.objects(None, rdflib.URIRef(SH.result.value)):
        fields: dict[str, list[Node]] = {}
        for predicate, value in report.predicate_objects(node):
            fields.setdefault(str(predicate).removeprefix(SH.iri), []).append(value)
        yield _result(shapes, {name: list(map(term_of, found)) for name, found in fields.items()})


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
    raise ShapesError(f"{term} stands where only an IRI can", hint="correct the shapes")


def _node(term: Term) -> NamedNode | BlankNode:
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise ShapesError(
        f"{term} stands where only an IRI or a blank node can", hint="correct the shapes"
    )


def _literal(term: Term) -> Literal:
    if isinstance(term, Literal):
        return term
    raise ShapesError(f"{term} stands where only a literal can", hint="correct the shapes")
