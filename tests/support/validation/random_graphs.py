"""Random data graphs and shapes graphs, small enough that they often meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.rdf.descriptions import Term
from etl.rdf.vocab import RDF, RDFS, SH, XSD

EX = "http://example.org/"
Node = NamedNode | BlankNode


def _iris(names: str) -> list[NamedNode]:
    return [NamedNode(EX + name) for name in names.split()]


def _typed(datatype: NamedNode, texts: str) -> list[Literal]:
    return [Literal(text, datatype=datatype) for text in texts.split()]


NODES: list[Node] = [*_iris("a b c d"), BlankNode("e")]
PROPERTIES = _iris("p q r")
# Their values are literals that have an order: pySHACL gives up on others.
MEASURES = _iris("m n")
CLASSES = _iris("C D E")
NUMBERS = [
    *_typed(XSD.integer, "0 1 2 10"),
    *_typed(XSD.decimal, "1.0 2.5"),
    *_typed(NamedNode(XSD.iri + "double"), "1e0 2.5e0"),
]
STRINGS = [Literal(text) for text in ("", "a", "b", "ab", "a b")]
TIMES = _typed(XSD.dateTime, "2004-01-01T00:00:00Z 2004-06-01T00:00:00Z 2005-01-01T00:00:00Z")
DATES = _typed(XSD.date, "2004-01-01 2004-06-01 2005-01-01")
TEXTS = [
    *STRINGS,
    Literal("a", language="en"),
    Literal("b", language="en"),
    Literal("b", language="en-gb"),
    Literal("a", language="fr"),
    *_typed(XSD.boolean, "true false"),
    *_typed(XSD.integer, "1 x"),
]
DATATYPES = [XSD.integer, XSD.decimal, XSD.string, XSD.boolean, XSD.date, RDF.langString]
NODE_KINDS = [
    SH.IRI,
    SH.Literal,
    SH.BlankNode,
    SH.BlankNodeOrIRI,
    SH.BlankNodeOrLiteral,
    SH.IRIOrLiteral,
]
PATTERNS = [
    Literal(pattern)
    for pattern in ("^a", "b$", "^[ab]$", "^.$", "A", "x|b", "a{2}", "^\\w+$", "/[a-d]$", "\\s")
]
TRUE = Literal("true", datatype=XSD.boolean)


@dataclass(frozen=True)
class World:
    """The literals of one example, and those of them that may be bounds.

    pySHACL compares what section 4.3 calls incomparable, so each world orders one kind of value.
    """

    literals: list[Literal]
    bounds: list[Literal]

    @property
    def terms(self) -> st.SearchStrategy[Term]:
        return st.sampled_from([*NODES, *self.literals])


WORLDS = [
    World([*NUMBERS, Literal("ab")], NUMBERS),
    World(STRINGS, STRINGS),
    World(TIMES, TIMES),
    World(DATES, DATES),
    World(TEXTS, []),
]


@st.composite
def data_graphs(draw: st.DrawFn, world: World) -> list[Triple]:
    subjects, predicates = st.sampled_from(NODES), st.sampled_from(PROPERTIES)
    properties = st.builds(Triple, subjects, predicates, world.terms)
    bounds = st.sampled_from(world.bounds or world.literals)
    measures = st.builds(Triple, subjects, st.sampled_from(MEASURES), bounds)
    classes = st.sampled_from(CLASSES)
    types = st.builds(Triple, st.sampled_from(NODES), st.just(RDF.type), classes)
    hierarchy = st.builds(Triple, classes, st.just(RDFS.subClassOf), classes)
    return [
        *draw(st.lists(properties, max_size=14)),
        *draw(st.lists(types, max_size=4)),
        *draw(st.lists(measures, max_size=8 if world.bounds else 0)),
        *draw(st.lists(hierarchy, max_size=2)),
    ]


PATHS = [
    "sequence",
    "alternativePath",
    "inversePath",
    "zeroOrMorePath",
    "oneOrMorePath",
    "zeroOrOnePath",
]


class ShapesBuilder:
    """Draws shapes that never refer to themselves, and collects their triples."""

    def __init__(self, draw: st.DrawFn, world: World) -> None:
        self.triples: list[Triple] = []
        self.world = world
        self._draw = draw
        self._count = 0

    def node_shape(self, depth: int) -> Node:
        node = self._new()
        self._decorate(node)
        for kind in self._draw(st.lists(st.sampled_from(ANYWHERE), max_size=3, unique=True)):
            self._constrain(node, depth, kind)
        if depth:
            for _ in range(self._draw(st.integers(0, 2))):
                self.add(node, SH.property, self.property_shape(depth - 1))
        return node

    def property_shape(self, depth: int) -> Node:
        node = self._new()
        self.add(node, SH.path, self.path(2))
        self._decorate(node)
        kinds = st.sampled_from([*ANYWHERE, *ON_PROPERTY_SHAPES])
        for kind in self._draw(st.lists(kinds, min_size=1, max_size=3, unique=True)):
            self._constrain(node, depth, kind)
        if depth and self._draw(st.integers(0, 4)) == 0:
            self.add(node, SH.property, self.property_shape(depth - 1))
        return node

    def comparison(self, parameter: NamedNode) -> Node:
        node = self._new()
        self.add(node, SH.path, MEASURES[0])
        self.add(node, parameter, MEASURES[1])
        return node

    def targeted(self) -> None:
        shape = self.node_shape(2) if self._draw(st.booleans()) else self.property_shape(2)
        if self._draw(st.integers(0, 9)) == 0:
            class_ = self._draw(st.sampled_from(CLASSES))
            self.add(class_, RDF.type, RDFS.Class)
            self.add(class_, RDF.type, SH.NodeShape)
            self.add(class_, SH.node, self.node_shape(1))
        for _ in range(self._draw(st.integers(1, 2))):
            parameter, values = self._draw(st.sampled_from(TARGETS))
            self.add(shape, parameter, self._draw(st.sampled_from(values)))

    def path(self, depth: int, kinds: Sequence[str] = PATHS) -> Node:
        """Draw a path; below an inverse without sequences, which pySHACL does not turn round."""
        kind = self._draw(st.sampled_from(["predicate", *kinds] if depth else ["predicate"]))
        if kind == "predicate":
            return self._draw(st.sampled_from(PROPERTIES))
        if kind == "sequence":
            return self.list([self.path(depth - 1, kinds) for _ in range(2)])
        node = self._new_blank()
        if kind == "alternativePath":
            choices = [self.path(depth - 1, kinds) for _ in range(2)]
            self.add(node, SH.alternativePath, self.list(choices))
        elif kind == "inversePath":
            self.add(node, SH.inversePath, self.path(depth - 1, PATHS[1:]))
        else:
            self.add(node, SH[kind], self.path(depth - 1, kinds))
        return node

    def list(self, members: Sequence[Term]) -> Node:
        if not members:
            return RDF.nil
        cells = [self._new_blank() for _ in members]
        rests: Sequence[Node] = [*cells[1:], RDF.nil]
        for cell, rest, member in zip(cells, rests, members, strict=True):
            self.add(cell, RDF.first, member)
            self.add(cell, RDF.rest, rest)
        return cells[0]

    def add(self, subject: Node, predicate: NamedNode, value: Term) -> None:
        self.triples.append(Triple(subject, predicate, value))

    def draw(self, strategy: st.SearchStrategy[Term]) -> Term:
        return self._draw(strategy)

    def decide(self) -> bool:
        return self._draw(st.booleans())

    def integer(self, least: int, most: int) -> Literal:
        return Literal(str(self._draw(st.integers(least, most))), datatype=XSD.integer)

    def _new(self) -> Node:
        if self._draw(st.booleans()):
            return self._new_blank()
        self._count += 1
        return NamedNode(f"{EX}shape{self._count}")

    def _new_blank(self) -> BlankNode:
        self._count += 1
        return BlankNode(f"shape{self._count}")

    def _decorate(self, node: Node) -> None:
        decoration = self._draw(st.integers(0, 11))
        if decoration == 0:
            self.add(node, SH.severity, self._draw(st.sampled_from([SH.Warning, SH.Info])))
        elif decoration == 1:
            self.add(node, SH.deactivated, TRUE)
        elif decoration == 2:
            self.add(node, SH.message, Literal("mend it", language="en"))

    def _constrain(self, node: Node, depth: int, kind: str) -> None:
        CONSTRAINTS[kind](self, node, depth)


def _one_of(parameter: NamedNode, values: list[NamedNode] | list[Literal]) -> Constrain:
    def constrain(shapes: ShapesBuilder, node: Node, _: int) -> None:
        shapes.add(node, parameter, shapes.draw(st.sampled_from(values)))

    return constrain


def _bound(parameter: NamedNode) -> Constrain:
    def constrain(shapes: ShapesBuilder, node: Node, _: int) -> None:
        if shapes.world.bounds:
            shapes.add(node, parameter, shapes.draw(st.sampled_from(shapes.world.bounds)))

    return constrain


def _order(parameter: NamedNode) -> Constrain:
    def constrain(shapes: ShapesBuilder, node: Node, _: int) -> None:
        if shapes.world.bounds:
            shapes.add(node, SH.property, shapes.comparison(parameter))

    return constrain


def _count(parameter: NamedNode, least: int, most: int) -> Constrain:
    def constrain(shapes: ShapesBuilder, node: Node, _: int) -> None:
        shapes.add(node, parameter, shapes.integer(least, most))

    return constrain


def _shapes(parameter: NamedNode, *, listed: bool) -> Constrain:
    def constrain(shapes: ShapesBuilder, node: Node, depth: int) -> None:
        if not depth:
            return
        members = [shapes.node_shape(depth - 1), shapes.property_shape(depth - 1)]
        shapes.add(node, parameter, shapes.list(members) if listed else members[0])

    return constrain


def _qualified(shapes: ShapesBuilder, node: Node, depth: int) -> None:
    if depth:
        shapes.add(node, SH.qualifiedValueShape, shapes.node_shape(depth - 1))
        shapes.add(node, SH.qualifiedMinCount, shapes.integer(0, 2))
        shapes.add(node, SH.qualifiedMaxCount, shapes.integer(0, 2))
        if shapes.decide():
            shapes.add(node, SH.qualifiedValueShapesDisjoint, TRUE)


def _pattern(shapes: ShapesBuilder, node: Node, _: int) -> None:
    shapes.add(node, SH.pattern, shapes.draw(st.sampled_from(PATTERNS)))
    if shapes.decide():
        shapes.add(node, SH.flags, Literal("i"))


def _in(shapes: ShapesBuilder, node: Node, _: int) -> None:
    shapes.add(node, SH["in"], shapes.list([shapes.draw(shapes.world.terms) for _ in range(4)]))


def _language_in(shapes: ShapesBuilder, node: Node, _: int) -> None:
    shapes.add(node, SH.languageIn, shapes.list([Literal("en"), Literal("FR")]))


def _closed(shapes: ShapesBuilder, node: Node, _: int) -> None:
    shapes.add(node, SH.closed, TRUE)
    shapes.add(node, SH.ignoredProperties, shapes.list([RDF.type, PROPERTIES[0]]))


def _has_value(shapes: ShapesBuilder, node: Node, _: int) -> None:
    shapes.add(node, SH.hasValue, shapes.draw(shapes.world.terms))


Constrain = Callable[[ShapesBuilder, Node, int], None]

CONSTRAINTS: dict[str, Constrain] = {
    "class": _one_of(SH["class"], CLASSES),
    "datatype": _one_of(SH.datatype, DATATYPES),
    "nodeKind": _one_of(SH.nodeKind, NODE_KINDS),
    "minCount": _count(SH.minCount, 0, 3),
    "maxCount": _count(SH.maxCount, 0, 2),
    "minExclusive": _bound(SH.minExclusive),
    "minInclusive": _bound(SH.minInclusive),
    "maxExclusive": _bound(SH.maxExclusive),
    "maxInclusive": _bound(SH.maxInclusive),
    "minLength": _count(SH.minLength, 1, 3),
    "maxLength": _count(SH.maxLength, 0, 20),
    "pattern": _pattern,
    "languageIn": _language_in,
    "uniqueLang": _one_of(SH.uniqueLang, _typed(XSD.boolean, "true false")),
    "equals": _one_of(SH.equals, PROPERTIES),
    "disjoint": _one_of(SH.disjoint, PROPERTIES),
    "lessThan": _order(SH.lessThan),
    "lessThanOrEquals": _order(SH.lessThanOrEquals),
    "not": _shapes(SH["not"], listed=False),
    "and": _shapes(SH["and"], listed=True),
    "or": _shapes(SH["or"], listed=True),
    "xone": _shapes(SH.xone, listed=True),
    "node": _shapes(SH.node, listed=False),
    "qualified": _qualified,
    "closed": _closed,
    "hasValue": _has_value,
    "in": _in,
}
ON_PROPERTY_SHAPES = [
    "minCount",
    "maxCount",
    "uniqueLang",
    "qualified",
]
ANYWHERE = [kind for kind in CONSTRAINTS if kind not in ON_PROPERTY_SHAPES]
TARGETS: list[tuple[NamedNode, list[Node]]] = [
    (SH.targetNode, NODES[:4]),
    (SH.targetClass, [*CLASSES]),
    (SH.targetSubjectsOf, [*PROPERTIES]),
    (SH.targetObjectsOf, [*PROPERTIES]),
]


@st.composite
def shapes_graphs(draw: st.DrawFn, world: World) -> list[Triple]:
    builder = ShapesBuilder(draw, world)
    for _ in range(draw(st.integers(1, 2))):
        builder.targeted()
    return builder.triples


@st.composite
def shapes_and_data(draw: st.DrawFn) -> tuple[list[Triple], list[Triple]]:
    """Draw a shapes graph and a data graph of one world."""
    world = draw(st.sampled_from(WORLDS))
    return draw(shapes_graphs(world)), draw(data_graphs(world))
