"""Graphs as text: each format is a function from statements to a stream.

Every format writes the same graph in the same bytes, whatever order its statements come
in, so two exports can be compared with `diff`. Statements are sorted outside memory, hence
a graph may be larger than it.
"""

from __future__ import annotations

import heapq
import itertools
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from typing import BinaryIO, assert_never

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from etl.errors import EtlError
from etl.output.jsonld import Json, nodes, shipped_context
from etl.rdf.identifiers import wikidata_entity
from etl.rdf.vocab import OWL, PREFIXES, RDF, SCHEMA, XSD

Statement = Triple | Quad
Node = NamedNode | BlankNode | Literal | Triple

SORTED_AT_ONCE = 200_000
HASHED_AT_ONCE = 4_096


def write_nquads(statements: Iterable[Statement], stream: BinaryIO) -> None:
    """Write N-Quads in the order of their bytes, each once."""
    stream.writelines(_sorted_lines(map(_quad, statements)))


def write_ntriples(statements: Iterable[Statement], stream: BinaryIO) -> None:
    """Write all statements as N-Triples in the order of their bytes, each once."""
    stream.writelines(_sorted_lines(_merged(statements)))


def write_turtle(statements: Iterable[Statement], stream: BinaryIO) -> None:
    """Write all statements as Turtle: subject by subject, a film before its parts."""
    for prefix, iri in sorted(PREFIXES.items()):
        stream.write(f"@prefix {prefix}: <{iri}> .\n".encode())
    for subject, about in itertools.groupby(ordered(statements), lambda each: each.subject):
        said = " ;\n    ".join(
            f"{_verb(predicate)} {', '.join(_turtle(each.object) for each in same)}"
            for predicate, same in itertools.groupby(about, lambda each: each.predicate)
        )
        stream.write(f"\n{_turtle(subject)}\n    {said} .\n".encode())


def write_rdfxml(statements: Iterable[Statement], stream: BinaryIO) -> None:
    """Write all statements as RDF/XML.

    Raises:
        EtlError: XML has no way to say one of the statements.
    """
    with tempfile.TemporaryFile() as written:
        fit = map(_fit_for_xml, ordered(statements))
        serialize(fit, written, RdfFormat.RDF_XML, prefixes=PREFIXES)
        written.seek(0)
        while chunk := written.read(1 << 16):
            stream.write(chunk.replace(b"\r", b"&#13;"))  # an XML parser turns a bare one into \n
    stream.write(b"\n")


def write_jsonld(statements: Iterable[Statement], stream: BinaryIO) -> None:
    """Write all statements as JSON-LD: one object for each film, with its parts inside.

    Raises:
        EtlError: JSON-LD has no way to say one of the statements.
    """
    context = shipped_context()
    stream.write(f'{{\n  "@context": {_json(context.definitions, 2)},\n  "@graph": ['.encode())
    separator = "\n    "
    for node in nodes(ordered(statements), context):
        stream.write(f"{separator}{_json(node, 4)}".encode())
        separator = ",\n    "
    stream.write(b"\n  ]\n}\n")


GRAPH_WRITERS: dict[str, Callable[[Iterable[Statement], BinaryIO], None]] = {
    "ttl": write_turtle,
    "nt": write_ntriples,
    "nq": write_nquads,
    "jsonld": write_jsonld,
    "rdfxml": write_rdfxml,
}


def ordered(statements: Iterable[Statement]) -> Iterator[Triple]:
    """Yield the triples of all graphs, each once, by subject; a film before its parts."""
    lines = _sorted_lines(_merged(statements), film_before_parts)
    while some := b"".join(itertools.islice(lines, SORTED_AT_ONCE)):
        for quad in parse(some, RdfFormat.N_TRIPLES):
            yield quad.triple


def _quad(statement: Statement) -> Quad:
    return statement if isinstance(statement, Quad) else Quad(*statement)


def _merged(statements: Iterable[Statement]) -> Iterator[Quad]:
    """Make one graph of all: a format for one graph has no place for the names of others."""
    for statement in statements:
        yield Quad(*(statement.triple if isinstance(statement, Quad) else statement))


class GraphHash:
    r"""The number of triples of a graph, and a hash that does not depend on their order.

    The hash is the sum, modulo 2^128, of one number for each triple: the first 16 bytes of the
    SHA-256 of its line, the most significant byte first. The line is that of canonical N-Triples,
    as an export has it, in UTF-8, from the `<` of the subject to the full stop, without the line
    end: one space between terms and before the full stop, no `^^xsd:string`, languages in lower
    case, and nothing escaped but `\b`, `\t`, `\n`, `\f`, `\r`, `\"`, `\\` and, as
    `\u000B`, the other characters below U+0020, U+007F, U+FFFE and U+FFFF.

    Names of graphs are left out. A store holds each triple once, and provenance says nothing
    that the graph says, so the lines that are counted are distinct.

    Source: RDF 1.2 N-Triples, section 4.
    """

    def __init__(self) -> None:
        self.triples = 0
        self.total = 0

    @classmethod
    def of(cls, triples: int, total: int) -> GraphHash:
        """Return the hash of parts of a graph together, whose numbers have been added up."""
        whole = cls()
        whole.triples, whole.total = triples, total
        return whole

    def __str__(self) -> str:
        return f"{self.triples} triples, hash {self.digest}"

    @property
    def digest(self) -> str:
        """Return the hash in hexadecimal."""
        return f"{self.total % (1 << 128):032x}"

    def add(self, statements: Iterable[Statement]) -> None:
        """Count statements, none of which has been counted before."""
        for _ in self.counting(statements):
            pass

    def counting(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """Give statements on as they come, and count them."""
        remaining = iter(statements)
        while some := list(itertools.islice(remaining, HASHED_AT_ONCE)):
            triples = [each.triple if isinstance(each, Quad) else each for each in some]
            lines = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines()
            self.add_lines(lines)
            yield from some

    def add_lines(self, lines: Sequence[bytes]) -> None:
        """Count statements, each as its line."""
        self.triples += len(lines)
        self.total += sum(int.from_bytes(sha256(line).digest()[:16], "big") for line in lines)


def film_before_parts(line: bytes) -> bytes:
    """Return what to sort a line by: `<film>` first, `<film#part>` next, then `<film-2>`."""
    subject, end, rest = line.partition(b">")
    return subject.replace(b"#", b"\x01", 1) + end.replace(b">", b"\x00") + rest


def _sorted_lines(
    quads: Iterator[Quad], key: Callable[[bytes], bytes] | None = None
) -> Iterator[bytes]:
    """Yield statements as lines of N-Quads, sorted, each once; what is many goes to disk."""
    for line, _ in itertools.groupby(sorted_outside_memory(_lines(quads), key)):
        yield line


def _lines(quads: Iterator[Quad]) -> Iterator[bytes]:
    while some := list(itertools.islice(quads, SORTED_AT_ONCE)):
        yield from (serialize(some, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def sorted_outside_memory(
    lines: Iterable[bytes], key: Callable[[bytes], bytes] | None = None
) -> Iterator[bytes]:
    """Sort lines, of which there may be more than memory holds."""
    remaining = iter(lines)
    with ExitStack() as open_files:
        runs: list[Iterable[bytes]] = []
        while run := sorted(itertools.islice(remaining, SORTED_AT_ONCE), key=key):
            if len(run) == SORTED_AT_ONCE:
                file = open_files.enter_context(tempfile.TemporaryFile())
                file.writelines(run)
                file.seek(0)
                runs.append(file)
            else:
                runs.append(run)
        yield from heapq.merge(*runs, key=key)


_LOCAL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BARE_NUMBER = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
}


def _turtle(node: Node) -> str:
    match node:
        case NamedNode():
            return _prefixed(node)
        case Literal(value=value, datatype=datatype):
            if datatype in _BARE_NUMBER and _BARE_NUMBER[datatype].fullmatch(value):
                return value
            if node.language or datatype == XSD.string:
                return str(node)
            return f"{Literal(value)}^^{_prefixed(datatype)}"
        case BlankNode() | Triple():
            return _nested(node)
        case _:
            assert_never(node)


def _nested(node: BlankNode | Triple) -> str:
    if isinstance(node, BlankNode):
        return str(node)
    return f"<<( {_turtle(node.subject)} {_turtle(node.predicate)} {_turtle(node.object)} )>>"


def _prefixed(iri: NamedNode) -> str:
    for prefix, namespace in PREFIXES.items():
        local = iri.value.removeprefix(namespace)
        if local != iri.value and _LOCAL_NAME.fullmatch(local):
            return f"{prefix}:{local}"
    return str(iri)


def _verb(predicate: NamedNode) -> str:
    return "a" if predicate == RDF.type else _prefixed(predicate)


# Source: XML 1.0 section 2.2, `Char`; a predicate is an element, so it ends in an `NCName`.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENDS_IN_NAME = re.compile(r".*[^\W\d][\w.-]*", re.DOTALL)


def _fit_for_xml(triple: Triple) -> Triple:
    if isinstance(triple.object, Literal) and (found := NOT_XML.search(triple.object.value)):
        problem = f"the character U+{ord(found[0]):04X} of {_prefixed(triple.predicate)}"
    elif not _ENDS_IN_NAME.fullmatch(triple.predicate.value):
        problem = f"the property {triple.predicate}"
    else:
        return triple
    raise EtlError(
        f"{triple.subject}: RDF/XML cannot hold {problem}",
        hint="choose another format, such as ttl",
    )


def _json(value: Json, indent: int) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + " " * indent)


def with_owl_same_as(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Say of what is the same as a Wikidata item that all that is true of one is of the other.

    `schema:sameAs` says less, and is what the graph has.
    """
    items = wikidata_entity("")
    for quad in quads:
        yield quad
        item = quad.object if quad.predicate == SCHEMA.sameAs else None
        if isinstance(item, NamedNode) and item.value.startswith(items):
            yield Quad(quad.subject, OWL.sameAs, item, quad.graph_name)
