"""Shapes as files hold them: read, merged and told apart by a digest."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from pyoxigraph import (
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    parse,
)

from etl.errors import ShapesError
from etl.rdf.vocab import SH
from etl.shacl.graph import Graph
from etl.shacl.labelling import labelled
from etl.sources import positions
from etl.sources.files import shown
from etl.sources.rdf import check_encoding


@dataclass(frozen=True)
class Shapes:
    """A shapes graph.

    Its blank nodes carry the labels of RDFC-1.0, so the same shapes give the same reports in
    every run, whatever order and whichever files they were read from.
    """

    triples: tuple[Triple, ...]

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Self:
        """Read Turtle files, and all files `*.ttl` of folders, into one shapes graph.

        Raises:
            ShapesError: a file is missing or is not Turtle, or there is none.
        """
        return cls.of(triple for file in turtle_files(paths) for triple in _parse(file))

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> Self:
        """Make a shapes graph of triples."""
        return cls(labelled(triples))

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Make a shapes graph of what `text` has given."""
        return cls.of(_parsed(text))

    def __reduce__(self) -> tuple[type[Shapes], tuple[tuple[Triple, ...]]]:
        """Travel to another process as the triples alone."""
        return Shapes, (self.triples,)

    def __or__(self, other: Shapes) -> Shapes:
        """Put two shapes graphs together; blank nodes of one are none of the other's."""
        return Shapes.of((*_parsed(self.text), *_parsed(other.text)))

    @cached_property
    def text(self) -> str:
        """The triples as N-Triples, the same text exactly when the graphs are isomorphic."""
        return "".join(f"{triple} .\n" for triple in self.triples)

    @cached_property
    def digest(self) -> str:
        """A SHA-256 that is the same exactly when the shapes graphs are isomorphic."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def prefixes(self) -> Iterator[tuple[str, str]]:
        """Yield the prefixes declared for SPARQL, with their namespaces (section 5.2.1)."""
        prefixes = self.graph.column(SH.prefix)
        for declaration, prefix in zip(prefixes.subjects, prefixes.values, strict=True):
            for namespace in self.graph.objects(declaration, SH.namespace):
                if isinstance(prefix, Literal) and isinstance(namespace, Literal):
                    yield prefix.value, namespace.value

    @cached_property
    def graph(self) -> Graph:
        """The triples, indexed."""
        return Graph(self.triples)


def turtle_files(paths: Iterable[Path]) -> list[Path]:
    """Return files, and all files `*.ttl` in the place of a folder.

    Raises:
        ShapesError: a folder has none.
    """
    return [file for path in paths for file in _turtle_files(path)]


def _turtle_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.ttl"))
    if not files:
        raise ShapesError(
            f"{path}: the folder holds no shapes",
            hint="name a Turtle file, or a folder with files whose names end in .ttl",
        )
    return files


def located(error: ShapesError, paths: Sequence[Path]) -> ShapesError:
    """Add the line where the shape around a shape without an IRI begins, where that is certain."""
    found = []
    if error.part_of:
        pattern = NamedNode(error.part_of), None, None
        for file in turtle_files(paths):
            lines = positions.lines(str(file), RdfFormat.TURTLE, [pattern], _reader(file))
            found += [f"{shown(str(file))}:{line}" for line in lines.values()]
    if len(found) != 1:
        return error
    return ShapesError(f"{found[0]}: {error}", hint=error.hint)


def _reader(file: Path) -> positions.Reader:
    base_iri = file.resolve().as_uri()

    def read(text: str) -> Iterator[Triple]:
        quads = parse(text.encode(), RdfFormat.TURTLE, base_iri=base_iri)
        return (quad.triple for quad in quads)

    return read


def _parsed(text: str) -> Iterator[Triple]:
    return (quad.triple for quad in parse(text, RdfFormat.N_TRIPLES, rename_blank_nodes=True))


def _parse(file: Path) -> Iterator[Triple]:
    try:
        data = file.read_bytes().removeprefix(codecs.BOM_UTF8)
        check_encoding(data)
        quads = parse(
            data,
            RdfFormat.TURTLE,
            base_iri=file.resolve().as_uri(),
            rename_blank_nodes=True,
        )
        for quad in quads:
            yield quad.triple
    except OSError as error:
        raise ShapesError(
            f"{file}: cannot be read: {error.strerror}", hint="check the path and its permissions"
        ) from error
    except ValueError as error:
        raise ShapesError(f"{file}: not Turtle: {error}", hint="save the file as UTF-8") from error
    except SyntaxError as error:
        reason = error.msg.partition(": ")[2] or error.msg
        raise ShapesError(
            f"{file}:{error.lineno}: not Turtle: {reason}", hint="correct the file at this line"
        ) from error
