"""Files of RDF, which are validated as they are: read as triples, not as records."""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Iterable, Iterator
from itertools import starmap
from pathlib import Path

from pyoxigraph import NamedNode, Triple, parse

from etl.errors import SourceError
from etl.rdf.descriptions import Statement, Term
from etl.rdf.vocab import OWL, SCHEMA, SH
from etl.sources import positions
from etl.sources.files import shown
from etl.sources.parsing import FORMATS, known_context, skip_mark
from etl.sources.positions import Pattern

_POSITION = re.compile(r"Parser error at line \d+ (between columns \d+ and \d+|column \d+): ")
_HTTP = "http://schema.org/"


def is_rdf(path: str) -> bool:
    """Return whether a path names a file of RDF."""
    return Path(path).suffix.lower() in FORMATS and not os.path.isdir(path)


def read(path: str) -> Iterator[Statement]:
    """Yield what all graphs of a file say, as it stands.

    Raises:
        SourceError: the file cannot be read, or is not of its format.
    """
    form = FORMATS[Path(path).suffix.lower()]
    try:
        base_iri = Path(path).resolve().as_uri()
        with open(path, "rb") as file:
            check_encoding(file.peek(_LONGEST_MARK))
            skip_mark(file)
            for subject, predicate, object_, _ in parse(
                known_context(file, form), form, base_iri=base_iri
            ):
                yield subject, predicate, object_
    except OSError as error:
        raise SourceError(
            f"{shown(path)}: cannot be read: {error.strerror or error}",
            hint="check the path and its permissions",
        ) from error
    except (SyntaxError, ValueError) as error:
        raise SourceError(
            f"{shown(path)}{_line(error)}: not {form.name}: {reason(error)}",
            hint="correct the file, or give it the suffix of its format",
        ) from error


def lines(path: str, wanted: Iterable[Pattern], *, https: bool = True) -> dict[Pattern, int]:
    """Find the first lines that fit patterns, in a file that can be read, where that is certain.

    With `https`, the patterns are those of the file's triples as `in_https` gives them.
    """
    form, base_iri = FORMATS[Path(path).suffix.lower()], Path(path).resolve().as_uri()

    def read(text: str) -> Iterator[Triple]:
        known = known_context(io.BytesIO(text.encode()), form)
        found = (quad.triple for quad in parse(known, form, base_iri=base_iri))
        return starmap(Triple, in_https(found, Noticed())) if https else found

    return positions.lines(path, form, wanted, read)


def check_encoding(start: bytes) -> None:
    """Refuse a text whose first bytes say that it is not in UTF-8, as RDF is.

    Raises:
        ValueError: it is in another encoding.
    """
    for mark, encoding in _OTHER_MARKS.items():
        if start.startswith(mark):
            raise ValueError(f"it is in {encoding}, and RDF is in UTF-8")


_OTHER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark is its beginning
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_LONGEST_MARK = 4


class Noticed:
    """What is noticed in triples as they pass."""

    def __init__(self) -> None:
        self.http = False  # a term of schema.org that is written with `http:`
        self.references: dict[tuple[NamedNode, Term], None] = {}  # to other graphs


def in_https(said: Iterable[Statement | Triple], seen: Noticed) -> Iterator[Statement]:
    """Write schema.org's terms with `https:`, as our shapes do; note what is seen on the way."""
    for subject, predicate, object_ in said:
        if isinstance(subject, NamedNode) and subject.value.startswith(_HTTP):
            subject, seen.http = _https(subject), True
        if predicate.value.startswith(_HTTP):
            predicate, seen.http = _https(predicate), True
        elif predicate in _REFERENCES:
            seen.references[predicate, object_] = None
        if isinstance(object_, NamedNode) and object_.value.startswith(_HTTP):
            object_, seen.http = _https(object_), True
        yield subject, predicate, object_


_REFERENCES = frozenset({OWL.imports, SH.shapesGraph})


def _https(iri: NamedNode) -> NamedNode:
    return NamedNode(SCHEMA.iri + iri.value.removeprefix(_HTTP))


def _line(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f":{line}" if line else ""


def reason(error: Exception) -> str:
    """Say what a parser has against a text, without the place."""
    text = str(getattr(error, "msg", None) or error)
    if "remote contexts" in text:
        return "its @context has an address, and nothing is fetched"
    return _POSITION.sub("", text).partition("\n")[0]
