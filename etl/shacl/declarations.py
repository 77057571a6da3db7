"""What a shapes graph says about one shape, read with care.

Source: SHACL sections 2.1 to 2.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.errors import ShapesError
from etl.rdf.descriptions import Term
from etl.rdf.vocab import PREFIXES, RDF, SH, XSD
from etl.shacl.graph import Graph, reachable
from etl.shacl.literals import integer
from etl.shacl.paths import PropertyPath, read_path

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
        except RecursionError as error:
            raise self.error(SH.path, "too many paths stand in one another") from error

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
        messages = tuple(self.literals(SH.message))
        for message in messages:
            if message.datatype not in (XSD.string, RDF.langString):
                raise self.error(SH.message, f"expected a text, found {message}")
        return messages

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
        self._required(parameter)
        return next(self.iris(parameter))

    def literals(self, parameter: NamedNode) -> Iterator[Literal]:
        """Yield the values of a parameter, which must be literals."""
        for value in self.all(parameter):
            if not isinstance(value, Literal):
                raise self.error(parameter, f"expected a literal, found {name(value)}")
            yield value

    def literal(self, parameter: NamedNode) -> Literal:
        """Return the only value of a parameter, which must be a literal."""
        self._required(parameter)
        return next(self.literals(parameter))

    def _required(self, parameter: NamedNode) -> None:
        if self.one(parameter) is None:
            raise self.error(parameter, "expected one value, found none")

    def texts(self, parameter: NamedNode) -> Iterator[str]:
        """Yield the values of a parameter, which must be texts without a language."""
        for value in self.literals(parameter):
            if value.datatype != XSD.string:
                raise self.error(parameter, f"expected a text without a language, found {value}")
            yield value.value

    def text(self, parameter: NamedNode) -> str:
        """Return the only value of a parameter, which must be a text without a language."""
        self.literal(parameter)
        return next(self.texts(parameter))

    def integer(self, parameter: NamedNode) -> int | None:
        """Return the only value of a parameter, which must be a count, or None."""
        value = self.one(parameter)
        if value is None:
            return None
        found = integer(value)
        if found is None:
            raise self.error(parameter, f"expected an integer, found {name(value)}")
        if found < 0:
            raise self.error(parameter, f"expected 0 or more, found {found}")
        return found

    def boolean(self, parameter: NamedNode) -> bool:
        """Return whether the only value of a parameter is `true`.

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

    def members(self, parameter: NamedNode) -> tuple[Term, ...] | None:
        """Return the members of the only value of a parameter, which must be a list, or None."""
        self.one(parameter)
        return next(self.lists(parameter), None)

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

    def check_common(self) -> None:
        """Check what shapes and SPARQL constraints alike may say: how bad it is, and what to do."""
        _ = self.severity, self.messages, self.is_deactivated

    def __str__(self) -> str:
        return described(self.node, self.graph)

    def error(
        self, parameter: NamedNode, reason: str, hint: str = "correct the shape"
    ) -> ShapesError:
        """Describe what is wrong with a parameter of this shape."""
        owners = [owner.value for owner, _ in _owners(self.node, self.graph)]
        part_of = owners[-1] if owners else ""
        return ShapesError(f"{self}: {name(parameter)}: {reason}", hint=hint, part_of=part_of)

    def overdue(self, parameter: NamedNode, what: str, timeout_s: float) -> ShapesError:
        """Describe what has taken too long."""
        return self.error(
            parameter,
            f"{what} takes longer than {timeout_s:g} s",
            hint="make it simpler, or give it more seconds with ETL_SHAPE_TIMEOUT",
        )


# What refers to a node that has no IRI.
_OWNING = (
    *(*SHAPE_EXPECTING, *SHAPE_LIST_EXPECTING),
    *(SH.sparql, SH.validator, SH.nodeValidator, SH.propertyValidator, SH.parameter, SH.declare),
)

_Node: TypeAlias = NamedNode | BlankNode


def described(node: _Node, graph: Graph) -> str:
    """Say which shape a node of a shapes graph is: by its IRI, else by the shapes around it."""
    owners = list(_owners(node, graph))
    root = owners[-1][0] if owners else node
    inner = [node, *(owner for owner, _ in owners)]
    steps = (
        f": {name(parameter)}{_path(below, graph)}"
        for below, (_, parameter) in reversed(list(zip(inner, owners, strict=False)))
    )
    return "".join((_called(root, graph), *steps))


def _called(node: _Node, graph: Graph) -> str:
    if isinstance(node, NamedNode):
        is_component = SH.ConstraintComponent in graph.objects(node, RDF.type)
        return f"{'constraint component' if is_component else 'shape'} {name(node)}"
    classes = ", ".join(map(name, graph.objects(node, SH.targetClass)))
    return f"a shape without an IRI{' about ' if classes else ''}{classes}"


def _path(node: _Node, graph: Graph) -> str:
    paths = graph.objects(node, SH.path)
    return "".join(f" {name(path)}" for path in paths if isinstance(path, NamedNode))


def _owners(node: _Node, graph: Graph) -> Iterator[tuple[_Node, NamedNode]]:
    """Yield the shape that refers to a blank node, with the parameter that does, and so on up."""
    seen = {node}
    while isinstance(node, BlankNode):
        values = [node, *_lists_with(node, graph)]
        found = (
            (owner, parameter)
            for value in values
            for parameter in _OWNING
            for owner in graph.subjects(parameter, value)
            if isinstance(owner, NamedNode | BlankNode) and owner not in seen
        )
        owner = next(found, None)
        if owner is None:
            return
        yield owner
        node = owner[0]
        seen.add(node)


def _lists_with(node: Term, graph: Graph) -> Iterable[Term]:
    """Return the lists that a node is a member of, from the cell that holds it to their heads."""
    cells = graph.subjects(RDF.first, node)
    return reachable(cells, lambda cell: graph.subjects(RDF.rest, cell))
