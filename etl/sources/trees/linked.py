"""JSON-LD in schema.org's own context, in a file or in the pages of HTML that a site serves.

Nothing is fetched: that context is known here, and a document with another is read as RDF, by
`triples`. Films stand anywhere in a document: as its object, in an array, in `@graph`, in a list.

Source: JSON-LD 1.1, section 3 (keywords), section 4 (lists and sets, values).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from etl.records import Reject
from etl.sources.decoding import decode
from etl.sources.files import RECORD_LIMIT, FoundFile, read
from etl.sources.packed import head_of
from etl.sources.tables.delimited import Row
from etl.sources.tables.documents import ITSELF, as_row, elements
from etl.sources.tables.forms import Form
from etl.sources.trees.schema_org import TYPES, film

_HOME = r"https?://(?:www\.)?schema\.org/?"
_OURS = re.compile(rf"{_HOME}(?:docs/jsonldcontext\.jsonl?d?)?")
_PREFIX = re.compile(rf"{_HOME}|schema:")
_SCRIPT = re.compile(r"<script\b[^<>]*>", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_LINKED = re.compile(r"\btype\s*=\s*[\"']?application/ld\+json\b", re.IGNORECASE)
_WRAPPED = re.compile(
    r"\s*(?:/\*\s*)?<!\[CDATA\[(?:\s*\*/)?(.*?)(?:/\*\s*)?\]\]>(?:\s*\*/)?\s*", re.DOTALL
)
_PAGE = re.compile(
    rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_FILM = re.compile(
    rb'"(?:https?:(?://|\\/\\/)(?:www\.)?schema\.org(?:/|\\/)|schema:)?(?:%s)"'
    % "|".join(sorted(TYPES)).encode()
)
_TYPE = re.compile(rb'"@?type"\s*:')
_DEPTH = 60


def claims(head: bytes) -> bool:
    """Say whether the beginning of a file is JSON-LD or a page, of films as schema.org has them."""
    if _PAGE.match(head):
        return b"ld+json" in head
    said = b"schema.org" in head or b'"@graph"' in head or b'"@type"' in head
    return head[:1] in (b"{", b"[") and said and bool(_TYPE.search(head) and _FILM.search(head))


def rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the films of a file, each a row."""
    data = read(found)
    text = data if isinstance(data, Reject) else decode(data)
    if isinstance(text, Reject):
        yield Row(1, [], text)
        return
    if not _PAGE.match(text[:4096].encode()):
        yield from _document(1, text, form)
        return
    line, counted = 1, 0
    for place, block in _blocks(text):
        inner = match[1] if (match := _WRAPPED.fullmatch(block)) else block
        start = place + block.find(inner)
        line, counted = line + text.count("\n", counted, start), start
        yield from _document(line, inner, form)


def _blocks(page: str) -> Iterator[tuple[int, str]]:
    """Give the blocks of JSON-LD in a page, each with its place."""
    place = 0
    while opening := _SCRIPT.search(page, place):
        closing = _END.search(page, opening.end())
        if closing is None:
            return
        if _LINKED.search(opening[0]):
            yield opening.end(), page[opening.end() : closing.start()]
        place = closing.end()


def has_films(path: str, head: bytes) -> bool:
    """Say whether there is anything about films in a page; JSON-LD has been looked at.

    Raises:
        OSError: it cannot be read.
    """
    return not _PAGE.match(head) or bool(_FILM.search(head_of(path, RECORD_LIMIT)))


def has_known_context(path: str) -> bool:
    """Return whether all contexts of a document say only that its terms are schema.org's.

    Raises:
        OSError: it cannot be read.
    """
    with suppress(msgspec.DecodeError, RecursionError):
        found = msgspec.json.decode(head_of(path, RECORD_LIMIT))
        return all(map(_is_known, _contexts(found)))
    return True  # whoever reads it says what is wrong


def _contexts(value: object, depth: int = 0) -> Iterator[object]:
    if isinstance(value, dict):
        if "@context" in value:
            yield value["@context"]
        value = [each for key, each in value.items() if key != "@context"]
    if isinstance(value, list) and depth < _DEPTH:
        for each in value:
            yield from _contexts(each, depth + 1)


def _is_known(context: object) -> bool:
    """Say whether a context only says that names are schema.org's."""
    if isinstance(context, list):
        return all(map(_is_known, context))
    if isinstance(context, dict):
        terms = {key: term for key, term in context.items() if key not in ("@language", "@version")}
        return all(
            key in ("@vocab", "@base", "schema") and (key == "@base" or _is_known(term))
            for key, term in terms.items()
        )
    return context is None or (isinstance(context, str) and bool(_OURS.fullmatch(context)))


def _document(line: int, text: str, form: Form) -> Iterator[Row]:
    """Read a document that begins on a line, or one in each line."""
    nodes, parts = dict[str, Any](), list[tuple[int, Any]]()
    try:
        for at, raw in _parts(text.encode()):
            parts.append((line + at - 1, msgspec.json.decode(raw)))
        for _, value in parts:
            _index(value, nodes)
    except (msgspec.DecodeError, RecursionError) as error:
        found = str(error).lower() if isinstance(error, msgspec.DecodeError) else "a deeper one"
        expected = f"JSON, nested at most {_DEPTH} deep"
        yield Row(line, [], Reject(1, "", expected, found, text[:65_536]))
        return
    find = partial(_find, nodes)
    for at, value in parts:
        for node in _films(value):
            yield as_row(at, film(node, find), form.header)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut a document into what stands side by side at its top, each with its line."""
    lines = data.splitlines()
    if data.lstrip().startswith(b"["):
        yield from elements(data, "")
    elif len(lines) > 1 and all(map(_is_object, filter(None, map(bytes.strip, lines)))):
        yield from ((n, raw) for n, raw in enumerate(lines, start=1) if raw.strip())
    else:
        try:
            yield from elements(data, "@graph")
        except msgspec.DecodeError:
            yield from elements(data, ITSELF)


def _is_object(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")


def _index(value: Any, nodes: dict[str, Any], depth: int = 0) -> None:  # noqa: ANN401 - JSON
    """Turn all nodes in a value into nodes as `schema_org` has them, and list those with ids."""
    if depth > _DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        value.pop("@context", None)
        for key in list(value):
            plain = _plain(key)
            inner = value.pop(key)
            _index(inner, nodes, depth + 1)
            if plain in ("@id", "@value", "@language"):
                value[plain] = inner
            else:
                values = value.setdefault(plain, [])
                values += map(_type, _listed(inner)) if plain == "@type" else _listed(inner)
        if isinstance(own := value.get("@id"), str) and len(value) > 1:
            nodes.setdefault(own, value)
    elif isinstance(value, list):
        for each in value:
            _index(each, nodes, depth + 1)


def _plain(key: str) -> str:
    plain = _PREFIX.sub("", key)
    return f"@{plain}" if plain in ("id", "type") else plain


def _type(name: object) -> str:
    return _PREFIX.sub("", str(name))


def _listed(value: object) -> list[Any]:
    """Give the values that stand under a key, out of lists and sets."""
    if isinstance(value, list):
        return [each for inner in value for each in _listed(inner)]
    if isinstance(value, dict):
        for key in ("@list", "@set"):
            if key in value:
                return _listed(value[key])
    return [] if value is None else [value]


def _find(nodes: Mapping[str, Any], value: object) -> object:
    """Give the node that a value names; a value that names no known one is its id."""
    if isinstance(value, dict) and set(value) == {"@id"}:
        return nodes.get(str(value["@id"]), str(value["@id"]))
    return value


def _films(value: object) -> Iterator[Mapping[str, Any]]:
    """Find the nodes of films, and of what comes where films do, in a value."""
    if isinstance(value, dict):
        if TYPES.intersection(value.get("@type", ())):
            if len(value) > 2 or "name" in value:  # more than a reference
                yield value
            return
        value = [each for inner in value.values() for each in _listed(inner)]
    for each in value if isinstance(value, list) else ():
        yield from _films(each)
