"""RDF of others with schema.org's films in it: Turtle, N-Triples, RDF/XML, JSON-LD of any context.

A file is read within limits of time and memory, as files of RDF are that are validated, and whole:
what is said of a film may stand anywhere in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePath
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from etl.errors import SourceError
from etl.process.limits import FILE_S, Bounds
from etl.process.temporary import temporary_folder
from etl.rdf.vocab import FILM, OWL, RDF
from etl.records import Reject
from etl.sources import positions
from etl.sources.files import FoundFile, bare, opening, unreadable
from etl.sources.packed import is_gzip
from etl.sources.parsing import FORMATS, known_context, skip_mark
from etl.sources.proving import prove
from etl.sources.rdf import check_encoding, reason
from etl.sources.tables.delimited import Row
from etl.sources.tables.documents import as_row
from etl.sources.tables.forms import Form
from etl.sources.trees import linked
from etl.sources.trees.schema_org import TYPES, film

_SNIFFED = 1 << 16
_SIZE_LIMIT = 1 << 26  # bytes of a file, all of which is held in memory at once
_BASE = "file:///"
_HOMES = ("https://schema.org/", "http://schema.org/")
_FILM = re.compile(rb"\b(?:%s)\b" % "|".join(sorted(TYPES)).encode())
_ROOT = re.compile(rb"<(?:\w+:)?RDF[\s>]")
_OURS = {FILM.performance.value: "performance", OWL.sameAs.value: "sameAs"}
_FIRST, _REST = (f"{RDF.iri}{name}" for name in ("first", "rest"))
_LISTED = 100_000  # members of a list


def claims(path: str, head: bytes) -> bool:
    """Say whether a file is RDF in schema.org's terms; of what kind is told by its name too."""
    return _form(path, head) is not None


def _form(path: str, head: bytes) -> RdfFormat | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return RdfFormat.JSON_LD if linked.claims(start) else None
    if b"schema.org/" not in head or not _FILM.search(head):
        return None
    if start[:1] == b"<" and _ROOT.search(head):
        return RdfFormat.RDF_XML
    form = FORMATS.get(PurePath(bare(path)).suffix)
    return None if form in (RdfFormat.RDF_XML, RdfFormat.JSON_LD) else form


def rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the films of a file, each a row with the line that it begins on, where that is known."""
    with _uncompressed(found) as path:
        if isinstance(path, Reject):
            yield Row(1, [], path)
            return
        with path.open("rb") as file:
            head = file.read(_SNIFFED)
            kind = _form(found.path, head) or RdfFormat.TURTLE
            file.seek(0)
            try:
                check_encoding(head)
                prove(str(path), f".{kind.file_extension}", Bounds.given(None, None, FILE_S))
                skip_mark(file)
                nodes = _nodes(parse(known_context(file, kind), kind, base_iri=_BASE))
            except SourceError as error:
                expected, said = "a file that can be read within limits", str(error)
                yield Row(1, [], Reject(1, "", expected, said.rpartition(": refused: ")[2]))
                return
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None) or 1
                yield Row(1, [], Reject(line, "", kind.name, reason(error)))
                return
        films = [name for name, node in nodes.items() if TYPES.intersection(node["@type"])]
        lines = _lines(str(path), kind, films)
        for name in films:
            yield as_row(lines.get(name, 1), film(nodes[name], nodes.find), form.header)


@contextmanager
def _uncompressed(found: FoundFile) -> Iterator[Path | Reject]:
    """Give a file that is not compressed: the file itself, or a copy; one too large is a reject."""
    with opening(found) as file, ExitStack() as stack:
        if isinstance(file, Reject):
            yield file
            return
        path = Path(found.path)
        try:
            if is_gzip(path):
                path = (
                    stack.enter_context(temporary_folder()) / f"copy{path.with_suffix('').suffix}"
                )
                path.write_bytes(file.read(_SIZE_LIMIT + 1))
            size = path.stat().st_size
        except OSError as error:
            yield unreadable(error)
            return
        expected = f"a file of RDF of at most {_SIZE_LIMIT:,} bytes"
        yield path if size <= _SIZE_LIMIT else Reject(1, "", expected, "more")


class _Nodes(dict[str, dict[str, Any]]):
    """What a file says, by the names of subjects."""

    def find(self, value: object) -> object:
        """Give the node that a value names; a value that names no known one is its name."""
        if isinstance(value, dict) and "@value" not in value:
            return self.get(value["@id"], value["@id"])
        return value

    def members(self, name: str) -> Iterator[Any]:
        """Give the members of a list, which may not end."""
        for _ in range(_LISTED):
            node = self.get(name, {})
            yield from node.get(_FIRST, ())
            rest = node.get(_REST, ())
            if not rest or not isinstance(rest[0], dict):
                return
            name = str(rest[0].get("@id", ""))


def _nodes(quads: Iterable[Quad]) -> _Nodes:
    """Put what triples say together by their subjects, lists in place of their first cells."""
    nodes = _Nodes()
    for subject, predicate, object_, _ in quads:
        node = nodes.setdefault(_name(subject), {"@id": _name(subject), "@type": []})
        if predicate == RDF.type:
            node["@type"].append(_plain(_name(object_)))
        else:
            node.setdefault(_plain(predicate.value), []).append(_value(object_))
    lists = {name for name, node in nodes.items() if _FIRST in node}
    for name in nodes.keys() - lists if lists else ():
        for key, values in nodes[name].items():
            if key[:1] != "@" and any(nodes.find(v) and _listed(v, lists) for v in values):
                nodes[name][key] = [
                    inner
                    for v in values
                    for inner in (nodes.members(v["@id"]) if _listed(v, lists) else [v])
                ]
    return nodes


def _listed(value: object, lists: set[str]) -> bool:
    return isinstance(value, dict) and value.get("@id") in lists


def _name(term: NamedNode | BlankNode | Literal | Triple) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _plain(iri: str) -> str:
    """Give a name of schema.org's without that, and any other name whole."""
    home = next((each for each in _HOMES if iri.startswith(each)), "")
    return _OURS.get(iri, iri[len(home) :])


def _value(term: NamedNode | BlankNode | Literal | Triple) -> dict[str, str]:
    if isinstance(term, Literal):
        return {"@value": term.value, "@language": term.language or ""}
    return {"@id": _name(term)}


def _lines(path: str, kind: RdfFormat, names: list[str]) -> dict[str, int]:
    """Find the lines on which subjects begin that have names, where that is certain."""
    wanted = [(NamedNode(name), None, None) for name in names if not name.startswith("_:")]

    def read(text: str) -> Iterator[Triple]:
        known = known_context(io.BytesIO(text.encode()), kind)
        return (quad.triple for quad in parse(known, kind, base_iri=_BASE))

    found = positions.lines(path, kind, wanted, read)
    return {_name(subject): line for (subject, _, _), line in found.items()}
