"""Triples as readable JSON-LD objects: short names from a context, a film's parts inside it.

Only what our graph needs of the JSON-LD 1.1 compaction algorithm is here; what a context
defines beyond `@id`, `@type` and `@container: @set` is not used, so that the objects say
the same triples whatever the context.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.errors import EtlError
from etl.rdf.vocab import RDF, XSD
from etl.resources import folder

Json = Any
Resource = NamedNode | BlankNode
Node = Resource | Literal | Triple

_SIMPLE_KEYS = {"@id", "@type", "@container"}
_LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Key:
    """A short name of a property. Its coercion is `@id`, a datatype's IRI or None."""

    name: str
    coercion: str | None
    always_list: bool


class Context:
    """Short names for IRIs, read from the definitions of a JSON-LD context.

    Source: JSON-LD 1.1 section 4.1 and JSON-LD 1.1 API section 5.2, IRI expansion.
    """

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self.definitions = dict(definitions)
        self._vocabulary = definitions.get("@vocab") or ""
        self._strings_have_a_language = bool(definitions.get("@language"))
        self._keys: dict[str, list[Key]] = defaultdict(list)
        self.keywords = {"@id": "@id", "@type": "@type", "@value": "@value"}
        for name, definition in definitions.items():
            if not name.startswith("@"):
                self._define(name, definition)
        self._order = {name: place for place, name in enumerate(definitions)}

    def _define(self, name: str, definition: Json) -> None:
        full = definition if isinstance(definition, dict) else {"@id": definition}
        target = full.get("@id", name)
        if target in self.keywords and len(full) == 1:
            self.keywords[target] = name
            return
        container = full.get("@container")
        coercion = full.get("@type")
        if not target or full.keys() - _SIMPLE_KEYS or container not in (None, "@set"):
            return
        if coercion and coercion.startswith("@") and coercion != "@id":
            return
        expanded = coercion if coercion in (None, "@id") else self._expanded(coercion)
        self._keys[self._expanded(target)].append(Key(name, expanded, container == "@set"))

    def _expanded(self, name: str, depth: int = 9) -> str:
        prefix, colon, rest = name.partition(":")
        if colon and not rest.startswith("//") and prefix in self.definitions and depth:
            definition = self.definitions[prefix]
            target = definition["@id"] if isinstance(definition, dict) else definition
            return self._expanded(target, depth - 1) + rest
        definition = self.definitions.get(name)
        if not colon and isinstance(definition, str) and depth:
            return self._expanded(definition, depth - 1)
        return name if colon else f"{self._vocabulary}{name}"

    def key(self, predicate: NamedNode, value: Node) -> Key:
        """Return the best name of a property for this value."""
        kind = value.datatype.value if isinstance(value, Literal) else "@id"
        keys = self._keys.get(predicate.value, [])
        for key in keys:
            if key.coercion == kind:
                return key
        for key in keys:
            if key.coercion is None:
                return key
        return keys[0] if keys else Key(self.name(predicate), None, always_list=False)

    def name(self, iri: NamedNode) -> str:
        """Return a type's or a property's shortest name that reads back as the same IRI."""
        for key in self._keys.get(iri.value, []):
            if key.coercion is None and not key.always_list:
                return key.name
        for prefix, namespace in self.definitions.items():
            if not isinstance(namespace, str) or not namespace.endswith(("/", "#")):
                continue
            local = iri.value.removeprefix(namespace)
            if local == iri.value or not re.fullmatch(r"\w+", local):
                continue
            if prefix == "@vocab" and local not in self.definitions:
                return local
            if not prefix.startswith("@"):
                return f"{prefix}:{local}"
        return self.iri(iri)

    def iri(self, resource: Resource) -> str:
        """Return an IRI in full, or a blank node's label.

        Raises:
            EtlError: a reader would take its scheme for one of the context's names.
        """
        if isinstance(resource, BlankNode):
            return str(resource)
        scheme, _, rest = resource.value.partition(":")
        if scheme in self.definitions and not rest.startswith("//"):
            raise EtlError(
                f"{resource}: JSON-LD cannot hold this IRI, its context says what {scheme}: means",
                hint="choose another format, such as ttl",
            )
        return resource.value

    def place(self, name: str) -> tuple[int, str]:
        """Return what to sort names by: the order of the context, then the alphabet."""
        return self._order.get(name, len(self._order)), name

    def literal(self, literal: Literal, key: Key) -> Json:
        """Return a literal as the value of a key."""
        datatype = literal.datatype.value
        if number := _number(literal, key):
            return int(number)
        if key.coercion == datatype:
            return literal.value
        value = {self.keywords["@value"]: literal.value}
        if literal.language:
            return {**value, "@language": literal.language}
        if literal.datatype != XSD.string:
            return {**value, self.keywords["@type"]: self.name(literal.datatype)}
        return value if key.coercion or self._strings_have_a_language else literal.value


def _number(literal: Literal, key: Key) -> str | None:
    """Return an integer's digits if JSON reads and writes them alike."""
    if literal.datatype != XSD.integer or key.coercion not in (None, XSD.integer.value):
        return None
    canonical = re.fullmatch(r"0|-?[1-9][0-9]{0,15}", literal.value)
    return literal.value if canonical and abs(int(literal.value)) < _LARGEST_EXACT else None


@functools.cache
def shipped_context() -> Context:
    """Read the context that the package ships."""
    text = (folder("ontology") / "context.jsonld").read_text(encoding="utf-8")
    return Context(json.loads(text)["@context"])


def nodes(triples: Iterable[Triple], context: Context) -> Iterator[dict[str, Json]]:
    """Yield an object for each subject; one whose IRI only adds a `#part` goes inside the other.

    The triples come subject by subject, each subject before its parts.

    Raises:
        EtlError: JSON-LD has no way to say one of the triples.
    """
    for _, about in itertools.groupby(triples, lambda triple: _document(triple.subject)):
        document = _Document(about, context)
        yield from document.nodes()


def _document(node: Node) -> str:
    return str(node).partition("#")[0].removesuffix(">")


class _Document:
    """A subject and its parts."""

    def __init__(self, triples: Iterable[Triple], context: Context) -> None:
        self._context = context
        self._waiting: dict[Node, list[Triple]] = {}
        for triple in triples:
            self._waiting.setdefault(triple.subject, []).append(triple)

    def nodes(self) -> Iterator[dict[str, Json]]:
        for subject in list(self._waiting):
            if subject in self._waiting:
                yield self._node(subject)

    def _node(self, subject: Node) -> dict[str, Json]:
        if isinstance(subject, Literal | Triple):
            raise _not_in_jsonld(subject)
        about = self._waiting.pop(subject)
        types: list[str] = []
        values: dict[Key, list[Json]] = defaultdict(list)
        for triple in sorted(about, key=lambda each: _naturally(str(each))):
            if triple.predicate == RDF.type and isinstance(triple.object, NamedNode):
                types.append(self._context.name(triple.object))
            else:
                key = self._context.key(triple.predicate, triple.object)
                values[key].append(self._value(triple.object, key))
        node: dict[str, Json] = {self._context.keywords["@id"]: self._context.iri(subject)}
        if types:
            node[self._context.keywords["@type"]] = types[0] if len(types) == 1 else types
        for key in sorted(values, key=lambda each: self._context.place(each.name)):
            several = key.always_list or len(values[key]) > 1
            node[key.name] = values[key] if several else values[key][0]
        return node

    def _value(self, value: Node, key: Key) -> Json:
        match value:
            case Triple():
                raise _not_in_jsonld(value)
            case Literal():
                return self._context.literal(value, key)
            case _ if value in self._waiting:
                return self._node(value)
            case _ if key.coercion == "@id":
                return self._context.iri(value)
            case _:
                return {self._context.keywords["@id"]: self._context.iri(value)}


def _naturally(text: str) -> list[tuple[int, str]]:
    """Return what to sort a text by so that `role-2` comes before `role-10`."""
    pieces = re.split(r"([0-9]+)", text)
    return [(len(piece) if piece.isdecimal() else 0, piece) for piece in pieces]


def _not_in_jsonld(node: Literal | Triple) -> EtlError:
    return EtlError(
        f"JSON-LD cannot hold a statement about a statement: {node}",
        hint="choose another format, such as nt",
    )
