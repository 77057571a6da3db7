"""A graph on disk for as long as it is looked at, with each literal as it was written.

Oxigraph keeps the value of a literal, not its form: `007` becomes `7`, and an
`xsd:nonNegativeInteger` an `xsd:integer`. What is to be validated has to stay as it is, so here
each literal of a datatype is kept under a datatype that Oxigraph does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Self

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from etl.process.temporary import temporary_folder
from etl.rdf.descriptions import Statement, Term
from etl.rdf.vocab import XSD

_AS_WRITTEN = "as-written:"


class VerbatimGraph:
    """Triples that are found by any of their parts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    @contextmanager
    def of(cls, said: Iterable[Statement | Triple], *, on_disk: bool) -> Iterator[Self]:
        """Hold what is said, in memory or in a folder that is gone afterwards."""
        if not on_disk:
            graph = cls(Store())
            graph._fill(said)
            yield graph
            return
        with temporary_folder() as folder:
            graph = cls(Store(str(Path(folder, "graph"))))
            graph._fill(said)
            yield graph
            del graph._store  # closes it, before its folder goes

    def _fill(self, said: Iterable[Statement | Triple]) -> None:
        self._store.bulk_extend(
            Quad(subject, predicate, _kept(object_)) for subject, predicate, object_ in said
        )

    def triples(
        self,
        subject: NamedNode | BlankNode | Triple | None = None,
        predicate: NamedNode | None = None,
        object_: Term | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples that have these parts, where they are given."""
        wanted = None if object_ is None else _kept(object_)
        for found in self._store.quads_for_pattern(subject, predicate, wanted, DefaultGraph()):
            triple = found.triple
            object_ = triple.object
            given = _given(object_)
            yield triple if given is object_ else Triple(triple.subject, triple.predicate, given)


def _kept(term: Term) -> Term:
    if isinstance(term, Literal) and term.language is None and term.datatype != XSD.string:
        return Literal(term.value, datatype=_hidden(term.datatype))
    return term


def _given(term: Term) -> Term:
    if isinstance(term, Literal) and term.datatype.value.startswith(_AS_WRITTEN):
        return Literal(term.value, datatype=_shown(term.datatype))
    return term


@cache
def _hidden(datatype: NamedNode) -> NamedNode:
    return NamedNode(_AS_WRITTEN + datatype.value)


@cache
def _shown(datatype: NamedNode) -> NamedNode:
    return NamedNode(datatype.value.removeprefix(_AS_WRITTEN))
