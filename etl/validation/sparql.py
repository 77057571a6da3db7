"""The queries in a shapes graph: whether pySHACL can answer them, and nothing is fetched for them.

Source: SHACL sections 5.1 to 5.3 and 6.1 to 6.3; what a query may not hold because values are put
in for variables before it runs, section 5.3.1 and appendix A.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Store

from etl.descriptions import Term
from etl.errors import ShapesError
from etl.validation.declarations import Declaration, name
from etl.validation.graph import Graph
from etl.vocab import SH, XSD

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue
    from rdflib.plugins.sparql.sparql import Query as Parsed

VALIDATORS = (SH.validator, SH.nodeValidator, SH.propertyValidator)

# Oxigraph's complaint goes on with the whole grammar: the first clause says what is wrong.
_SYNTAX_ERROR = re.compile(r"error at (\d+):(\d+): (?:expected one of )?([^,]*).*", re.DOTALL)
_PATH = re.compile(r"[$?]PATH\b")
_SHAPES_GRAPH = re.compile(r"[$?]shapesGraph\b")
_BOUND = frozenset({"this", "value", "PATH", "shapesGraph", "currentShape"})
_FORMS = {SH.select: "SelectQuery", SH.ask: "AskQuery"}
_CASTS = (XSD.boolean, XSD.dateTime, XSD.decimal, XSD.double, XSD.float, XSD.integer, XSD.string)
_REFUSED = {
    "ServiceGraphPattern": "SERVICE would ask a server, and no shape causes a request",
    "Minus": "MINUS is not allowed in a shape; use FILTER NOT EXISTS",
    "values": "VALUES is not allowed in a shape; use FILTER (… IN (…))",
}


@dataclass(frozen=True)
class ShapeQuery:
    """A query of a SPARQL constraint, or of a validator of a constraint component."""

    holder: Declaration
    parameter: NamedNode
    prefixes: Mapping[str, str]

    @cached_property
    def text(self) -> str:
        """The query as the shapes graph has it."""
        return self.holder.text(self.parameter)

    def is_behind(self, text: str) -> bool:
        """Say whether a text is this query with prefixes before it, and with a path put in."""
        place = 0
        for part in _PATH.split(self.text):
            place = text.find(part, place)
            if place < 0:
                return False
            place += len(part)
        return True

    def error(self, reason: str, hint: str = "mend the query") -> ShapesError:
        """Describe what is wrong with it."""
        return self.holder.error(self.parameter, reason, hint)

    def check(self) -> bool:
        """Check the query; say whether its solutions name the focus node.

        Raises:
            ShapesError: it is not SPARQL, or holds what it may not.
        """
        text = _PATH.sub("<urn:path>", self.text)
        try:
            Store().query(text, prefixes=dict(self.prefixes))
        except SyntaxError as error:
            raise self.error(
                _SYNTAX_ERROR.sub(r"line \1, column \2: \3", error.msg),
                hint="mend the query, or declare its prefixes with sh:prefixes and sh:declare",
            ) from error
        if _SHAPES_GRAPH.search(text):
            raise self.error("$shapesGraph is not supported")
        return self._check_parts(text)

    def _check_parts(self, text: str) -> bool:
        """Check what rdflib, which is to answer the query, makes of it."""
        try:
            as_written, parsed = _read(text, self.prefixes)
        except ValueError as error:
            raise self.error("pySHACL, which is to answer it, cannot read it") from error
        if parsed.algebra.name != _FORMS[self.parameter]:
            raise self.error(f"expected {_FORMS[self.parameter][:-5].upper()}, found another query")
        if parsed.algebra.datasetClause:
            raise self.error("FROM would fetch a graph, and no shape causes a request")
        for part in _parts(parsed.algebra):
            if part.name in _REFUSED:
                raise self.error(_REFUSED[part.name])
            if part.name == "Function" and NamedNode(str(part.iri)) not in _CASTS:
                raise self.error(f"the function <{part.iri}> is not known")
            if part.name == "Extend" and str(part.var) in _BOUND:
                raise self.error(f"AS ?{part.var} gives a new value to a variable that has one")
        projections = (part for part in _parts(parsed.algebra) if part.name == "Project")
        selected = [set(map(str, part.PV)) for part in projections]
        names_all = any(part.name == "SubSelect" and not part.projection for part in as_written)
        if names_all or any("this" not in names for names in selected[1:]):
            raise self.error("a SELECT inside it has to name $this too")
        return self.parameter == SH.ask or "this" in selected[0]


def _read(text: str, prefixes: Mapping[str, str]) -> tuple[list[CompValue], Parsed]:
    """Read a query as rdflib does: its parts as they are written, and what they mean.

    Raises:
        ValueError: rdflib cannot.
    """
    from pyparsing import ParseException
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery
    from rdflib.plugins.sparql.sparql import SPARQLError

    try:
        tree = parseQuery(text)
        as_written = list(_parts(list(tree)))
        return as_written, translateQuery(tree, initNs=dict(prefixes))
    except (ParseException, SPARQLError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _parts(found: object) -> Iterator[CompValue]:
    """Yield all parts of a query, the outer before the inner."""
    from pyparsing import ParseResults
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(found, CompValue):
        yield found
        inner = list(found.values())
    else:
        inner = list(found) if isinstance(found, list | tuple | set | ParseResults) else []
    for each in inner:
        yield from _parts(each)


def queries(graph: Graph, prefixes: Mapping[str, str]) -> Iterator[ShapeQuery]:
    """Yield the queries of all constraints and validators of a shapes graph."""
    for constraint in _declarations(graph, SH.sparql):
        yield ShapeQuery(constraint, SH.select, prefixes)
    for validator in chain.from_iterable(_declarations(graph, each) for each in VALIDATORS):
        yield ShapeQuery(validator, SH.ask if validator.all(SH.ask) else SH.select, prefixes)


def own_components(graph: Graph) -> Iterator[NamedNode]:
    """Yield the constraint components that a shapes graph defines, beside the standard's."""
    for component in graph.instances(SH.ConstraintComponent):
        if isinstance(component, NamedNode) and not component.value.startswith(SH.iri):
            yield component


def check_declarations(graph: Graph) -> None:
    """Check what stands beside the queries: constraints, prefixes, components and parameters.

    Raises:
        ShapesError: something there is not what SHACL allows.
    """
    for constraint in _declarations(graph, SH.sparql):
        constraint.check_common()
        constraint.text(SH.select)
    for declaration in _declarations(graph, SH.declare):
        declaration.text(SH.prefix)
        declaration.literal(SH.namespace)
    for component in own_components(graph):
        for parameter in Declaration(component, graph).all(SH.parameter):
            _declaration(parameter, graph, SH.parameter).iri(SH.path)
    for validator in chain.from_iterable(_declarations(graph, each) for each in VALIDATORS):
        validator.check_common()
        if not validator.all(SH.ask):
            validator.text(SH.select)


def _declarations(graph: Graph, parameter: NamedNode) -> Iterator[Declaration]:
    """Yield each node that is a value of a parameter once."""
    for value in dict.fromkeys(graph.column(parameter).values):
        yield _declaration(value, graph, parameter)


def _declaration(value: Term, graph: Graph, parameter: NamedNode) -> Declaration:
    if isinstance(value, NamedNode | BlankNode):
        return Declaration(value, graph)
    owner = next(iter(graph.subjects(parameter, value)))
    holder = Declaration(owner, graph) if isinstance(owner, NamedNode | BlankNode) else None
    where = f"{holder}: " if holder else ""
    raise ShapesError(
        f"{where}{name(parameter)}: expected a node, found {name(value)}", hint="mend the shape"
    )
