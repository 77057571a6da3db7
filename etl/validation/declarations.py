"""What a shapes graph says about one shape, read with care.

Source: SHACL sections 2.1 to 2.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.descriptions import Term
from etl.errors import ShapesError
from etl.validation.graph import Graph
from etl.validation.literals import number
from etl.validation.paths import PropertyPath, read_path
from etl.vocab import PREFIXES, SH, XSD

# The parameters whose values are shapes, and those whose values are lists of shapes.
SHAPE_EXPECTING = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
SHAPE_LIST_EXPECTING = (SH["and"], SH["or"], SH.xone)

_BOOLEANS: dict[Term, bool] = {
    Literal(text, datatype=XSD.boolean): text == "true" for text in ("true", "false", "1", "0")
}


def name(term: Term) -> str:
    """Return a term as a person would write it: `schema:Movie`, `2004`, `<https://…>`."""
    if isinstance(term, Literal):
        return term.value if term.language is None else f"{term.value}@{term.language}"
    if isinstance(term, NamedNode):
        for prefix, iri in PREFIXES.items():
            if term.value.startswith(iri):
                return f"{prefix}:{term.value.removeprefix(iri)}"
    return str(term)


@dataclass(frozen=True)
class Declaration:
    """One shape, as the shapes graph declares it."""

    node: NamedNode | BlankNode
    graph: Graph

    @cached_property
    def path(self) -> PropertyPath | None:
        """The path of a property shape; None for a node shape."""
        node = self.one(SH.path)
        if node is None:
            return None
        try:
            return read_path(self.graph, node)
        except ValueError as error:
            raise self.error(SH.path, str(error)) from error

    @property
    def severity(self) -> NamedNode:
        """How bad it is when a focus node does not conform (section 2.1.4)."""
        severity = self.one(SH.severity)
        if severity is None:
            return SH.Violation
        if isinstance(severity, NamedNode):
            return severity
        raise self.error(SH.severity, f"expected an IRI, found {name(severity)}")

    @property
    def messages(self) -> tuple[Literal, ...]:
        """What to tell a person, once for each language (section 2.1.5)."""
        return tuple(self.literals(SH.message))

    @property
    def is_deactivated(self) -> bool:
        """Say whether everything conforms to the shape, as if it were not there (section 2.1.6)."""
        return self.boolean(SH.deactivated)

    def all(self, parameter: NamedNode) -> tuple[Term, ...]:
        """Return all values of a parameter."""
        return tuple(self.graph.objects(self.node, parameter))

    def one(self, parameter: NamedNode) -> Term | None:
        """Return the only value of a parameter, or None.

        Raises:
            ShapesError: there are several.
        """
        values = self.all(parameter)
        if len(values) > 1:
            raise self.error(parameter, f"expected one value, found {len(values)}")
        return values[0] if values else None

    def iris(self, parameter: NamedNode) -> Iterator[NamedNode]:
        """Yield the values of a parameter, which must be IRIs."""
        for value in self.all(parameter):
            if not isinstance(value, NamedNode):
                raise self.error(parameter, f"expected an IRI, found {name(value)}")
            yield value

    def iri(self, parameter: NamedNode) -> NamedNode:
        """Return the only value of a parameter, which must be an IRI."""
        self.one(parameter)
        return next(self.iris(parameter))

    def literals(self, parameter: NamedNode) -> Iterator[Literal]:
        """Yield the values of a parameter, which must be literals."""
        for value in self.all(parameter):
            if not isinstance(value, Literal):
                raise self.error(parameter, f"expected a literal, found {name(value)}")
            yield value

    def literal(self, parameter: NamedNode) -> Literal:
        """Return the only value of a parameter, which must be a literal."""
        self.one(parameter)
        return next(self.literals(parameter))

    def integer(self, parameter: NamedNode) -> int | None:
        """Return the only value of a parameter, which must be an integer, or None."""
        value = self.one(parameter)
        if value is None:
            return None
        found = number(value)
        if found is None or found != int(found):
            raise self.error(parameter, f"expected an integer, found {name(value)}")
        return int(found)

    def boolean(self, parameter: NamedNode) -> bool:
        """Say whether the only value of a parameter is `true`.

        Source: the standard names the term `true`; the W3C's uniqueLang-002 takes it at its word,
        so that `"1"^^xsd:boolean` does not count.
        """
        value = self.one(parameter)
        if value is None:
            return False
        if value not in _BOOLEANS:
            raise self.error(parameter, f"expected true or false, found {name(value)}")
        return _BOOLEANS[value]

    def lists(self, parameter: NamedNode) -> Iterator[tuple[Term, ...]]:
        """Yield the values of a parameter, which must be lists."""
        for value in self.all(parameter):
            try:
                yield self.graph.members(value)
            except ValueError as error:
                raise self.error(parameter, str(error)) from error

    def require_path(self, parameter: NamedNode) -> None:
        """Check that the shape is a property shape, which alone can have the parameter."""
        if self.path is None:
            raise self.error(parameter, "only a property shape can have it")

    def shapes(self) -> Iterator[tuple[NamedNode, NamedNode | BlankNode]]:
        """Yield each shape that this one refers to, with the parameter that does (section 2.1)."""
        for parameter in SHAPE_EXPECTING:
            for value in self.all(parameter):
                yield parameter, self.shape(parameter, value)
        for parameter in SHAPE_LIST_EXPECTING:
            for members in self.lists(parameter):
                for member in members:
                    yield parameter, self.shape(parameter, member)

    def property_shapes(self) -> Iterator[NamedNode | BlankNode]:
        """Yield the property shapes of the shape."""
        return (self.shape(SH.property, value) for value in self.all(SH.property))

    def shape(self, parameter: NamedNode, value: Term) -> NamedNode | BlankNode:
        """Check that a value of a parameter can be a shape."""
        if isinstance(value, NamedNode | BlankNode):
            return value
        raise self.error(parameter, f"expected a shape, found {name(value)}")

    def error(self, parameter: NamedNode, reason: str) -> ShapesError:
        """Describe what is wrong with a parameter of this shape."""
        return ShapesError(
            f"shape {name(self.node)}: {name(parameter)}: {reason}", hint="mend the shape"
        )
