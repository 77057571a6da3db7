"""The queries in a shapes graph: whether pySHACL can answer them, and nothing is fetched for them.

Source: SHACL sections 5.1 to 5.3 and 6.1 to 6.3; what a query may not hold because values are put
in for variables before it runs, section 5.3.1 and appendix A.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from etl.errors import ShapesError
from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH, XSD
from etl.shacl.declarations import Declaration, name
from etl.shacl.graph import Graph
from etl.shacl.limits import Limit
from etl.shacl.patterns.parsing import parse

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue

VALIDATORS = (SH.validator, SH.nodeValidator, SH.propertyValidator)

_PATH = re.compile(r"[$?]PATH\b")
_SHAPES_GRAPH = re.compile(r"[$?]shapesGraph\b")
_FORMS = {SH.select: ("SelectQuery", "SELECT"), SH.ask: ("AskQuery", "ASK")}
_BOUND = {
    SH.select: {"this", "PATH", "shapesGraph", "currentShape"},
    SH.ask: {"this", "value", "PATH", "shapesGraph", "currentShape"},
}
_CASTS = (XSD.boolean, XSD.dateTime, XSD.decimal, XSD.double, XSD.float, XSD.integer, XSD.string)
_REFUSED = {
    "DatasetClause": "FROM would fetch a graph, and no shape causes a request",
    "GraphGraphPattern": "GRAPH asks another graph, and a shape sees none but the data",
    "InlineData": "VALUES is not allowed in a shape; use FILTER (… IN (…))",
    "MinusGraphPattern": "MINUS is not allowed in a shape; use FILTER NOT EXISTS",
    "ServiceGraphPattern": "SERVICE would ask a server, and no shape causes a request",
    "ValuesClause": "VALUES is not allowed in a shape; use FILTER (… IN (…))",
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
        """Return whether a text is this query with prefixes before it, and with a path put in."""
        place = 0
        for part in _PATH.split(self.text):
            place = text.find(part, place)
            if place < 0:
                return False
            place += len(part)
        return True

    def error(self, reason: str, hint: str = "correct the query") -> ShapesError:
        """Describe what is wrong with it."""
        return self.holder.error(self.parameter, reason, hint)

    def check(self, timeout_s: float) -> bool:
        """Check the query, within a time; say whether its solutions name the focus node.

        Raises:
            ShapesError: it is not SPARQL, or holds what it may not, or cannot be read in time.
        """
        what = "to read the query"
        with Limit(
            timeout_s, lambda: self.holder.overdue(self.parameter, what, timeout_s)
        ).enforced():
            return self._check()

    def _check(self) -> bool:
        from pyparsing import ParseException
        from rdflib.plugins.sparql.algebra import translateQuery
        from rdflib.plugins.sparql.parser import parseQuery

        try:
            tree = parseQuery(_PATH.sub("<urn:path>", self.text))
            parts = list(_parts(list(tree)))
        except ParseException as error:
            raise self.error(f"line {error.lineno}, column {error.col}: not SPARQL") from error
        except RecursionError as error:
            raise self.error("it is nested too deeply, or too long") from error
        if _SHAPES_GRAPH.search(self.text):
            raise self.error("$shapesGraph is not supported")
        names_this = self._check_form(parts)
        prefixes = self._check_prefixes(parts)
        for part in parts:
            self._check_part(part, prefixes)
        try:
            translateQuery(tree, initNs=dict(self.prefixes))
        except (SyntaxError, TypeError, LookupError, AttributeError, ValueError) as error:
            raise self.error(f"pySHACL, which is to answer it, cannot: {error}") from error
        return names_this

    def _check_form(self, parts: Sequence[CompValue]) -> bool:
        """Check what the query asks for; say whether its solutions name the focus node."""
        form, keyword = _FORMS[self.parameter]
        asked = next((part for part in parts if part.name.endswith("Query")), None)
        if asked is None or asked.name != form:
            raise self.error(f"expected {keyword}, found another kind of query")
        for part in parts:
            if part.name == "SubSelect" and "this" not in _selected(part):
                raise self.error("a SELECT inside it has to name $this too")
        return form == "AskQuery" or not asked.projection or "this" in _selected(asked)

    def _check_prefixes(self, parts: Sequence[CompValue]) -> Mapping[str, str]:
        """Check that all prefixes are declared, here or in the shapes graph, and return them."""
        own = {part.prefix or "": str(part.iri) for part in parts if part.name == "PrefixDecl"}
        prefixes = {**self.prefixes, **own}
        for part in parts:
            if part.name == "pname" and (part.prefix or "") not in prefixes:
                raise self.error(
                    f"the prefix {part.prefix or ''}: is not declared",
                    hint="declare it with sh:prefixes and sh:declare",
                )
        return prefixes

    def _check_part(self, part: CompValue, prefixes: Mapping[str, str]) -> None:
        if part.name in _REFUSED:
            raise self.error(_REFUSED[part.name])
        if part.name == "Function" and (function := _iri(part.iri, prefixes)) not in _CASTS:
            raise self.error(f"the function {function} is not known")
        variable = part.evar or (part.var if part.name in _NAMING else None)
        if variable is not None and str(variable) in _BOUND[self.parameter]:
            raise self.error(f"AS ?{variable} gives a new value to a variable that has one")
        if part.name in ("Builtin_REGEX", "Builtin_REPLACE"):
            try:
                parse(_constant(part.pattern), _constant(part.flags))
            except ValueError as error:
                raise self.error(str(error)) from error


def _iri(written: CompValue | str, prefixes: Mapping[str, str]) -> NamedNode:
    """Return the IRI that is written in full, or with a prefix."""
    if isinstance(written, str):
        return NamedNode(str(written))
    return NamedNode(prefixes[written.prefix or ""] + (written.localname or ""))


_NAMING = ("Bind", "GroupAs")


def _selected(select: CompValue) -> set[str]:
    """Return the variables that a SELECT names; none where it names all."""
    return {str(each.evar or each.var) for each in select.projection or ()}


def _constant(expression: object) -> str:
    """Return the text that an expression is; empty if it is more than that, or none."""
    from rdflib import Literal

    while isinstance(expression, Mapping) and list(expression) in (["expr"], ["string"]):
        (expression,) = expression.values()
    return str(expression) if isinstance(expression, Literal) else ""


def _parts(found: object) -> Iterator[CompValue]:
    """Yield all parts of a query as it is written, the outer before the inner."""
    from pyparsing import ParseResults
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(found, CompValue):
        yield found
        inner = list(found.values())
    else:
        inner = list(found) if isinstance(found, list | tuple | ParseResults) else []
    for each in inner:
        yield from _parts(each)


def queries(graph: Graph, prefixes: Mapping[str, str]) -> Iterator[ShapeQuery]:
    """Yield the queries of SPARQL constraints, and of the constraint components that are used."""
    for constraint in _declarations(graph, SH.sparql):
        yield ShapeQuery(constraint, SH.select, prefixes)
    for component in own_components(graph):
        parameters = Declaration(component, graph).all(SH.parameter)
        paths = [path for each in parameters for path in graph.objects(each, SH.path)]
        if any(isinstance(path, NamedNode) and graph.column(path).values for path in paths):
            stated = (graph.objects(component, each) for each in VALIDATORS)
            for validator in chain.from_iterable(stated):
                holder = _declaration(validator, graph, SH.validator)
                yield ShapeQuery(holder, SH.ask if holder.all(SH.ask) else SH.select, prefixes)


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
        f"{where}{name(parameter)}: expected a node, found {name(value)}", hint="correct the shape"
    )
