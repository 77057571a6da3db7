"""Literals as servers keep them: some cannot hold a datatype, or spell its values otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from etl.rdf.vocab import XSD
from etl.stores.servers import ServerKind

BYTES_AT_ONCE = 1 << 18
_DECIMAL = f'"^^{XSD.decimal}'.encode()
_DATE_TIME = f'"^^{XSD.dateTime}'.encode()
_WHOLE = re.compile(rb' "(-?\d+)' + re.escape(_DECIMAL))  # after a space, a literal begins
_WHOLE_IN_JSON = re.compile(
    rb'("datatype"\s*:\s*"' + re.escape(XSD.decimal.value.encode()) + rb'"\s*,\s*'
    rb'"value"\s*:\s*"-?\d+)\.0"'
)


def as_held(text: bytes, kind: ServerKind) -> bytes:
    """Return statements, as N-Triples or N-Quads, as a server can hold them."""
    for datatype in kind.kept_as_text:
        named = f'"^^{datatype}'.encode()
        if named in text:  # looking is far quicker than the expression
            text = re.sub(rb"(?<!\\)" + re.escape(named), b'"', text)
    if kind.decimal_point and _DECIMAL in text:
        text = _WHOLE.sub(rb' "\1.0' + _DECIMAL, text)
    return text


def as_written(text: bytes, kind: ServerKind) -> bytes:
    """Return statements of a server, in whole lines of N-Triples, as we write them."""
    if kind.decimal_point:
        text = text.replace(b".0" + _DECIMAL, _DECIMAL)
    if kind.milliseconds:
        text = text.replace(b".000Z" + _DATE_TIME, b"Z" + _DATE_TIME)
    return text


def lines_as_written(
    chunks: Iterable[bytes], kind: ServerKind, at_once: int = BYTES_AT_ONCE
) -> Iterator[bytes]:
    """Yield the statements of a server as we write them, of chunks that end anywhere.

    Many small chunks, as Oxigraph sends them, are put together.
    """
    waiting, size = list[bytes](), 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= at_once:
            whole, newline, rest = b"".join(waiting).rpartition(b"\n")
            if whole:
                yield as_written(whole + newline, kind)
            waiting, size = [rest], 0
    if rest := b"".join(waiting):
        yield as_written(rest if rest.endswith(b"\n") else rest + b"\n", kind)


def results_as_written(text: bytes, kind: ServerKind) -> bytes:
    """Return a server's solutions, in JSON, with values as we write them."""
    return _WHOLE_IN_JSON.sub(rb'\1"', text) if kind.decimal_point else text
