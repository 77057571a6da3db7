"""Films as they would be in the graph: resolved, and described by the rules of the mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, starmap

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from etl.entities.deriving import derivations
from etl.entities.mapping import describe_film
from etl.rdf.descriptions import Description, statements, written
from etl.rdf.identifiers import Iris
from etl.resolution.films import Film, resolve
from etl.resolution.groups import Group
from etl.resolution.people import Identities

CHUNK_FILMS = 1000  # are made at once


@dataclass(frozen=True, slots=True)
class Draft:
    """A film on its way into the graph, with its triples there."""

    film: Film
    descriptions: list[Description]


def draft(group: Group, identities: Identities, iris: Iris) -> Draft:
    """Draft a film from its group."""
    film = resolve(group, identities)
    return Draft(film, describe_film(film, iris))


def stored(each: Draft, sources: Mapping[str, NamedNode], iris: Iris) -> Iterable[Triple | Quad]:
    """Return all that the store is to hold of a film: its triples, and what it derives from."""
    return chain(
        starmap(Triple, statements(each.descriptions)), derivations(each.film, sources, iris)
    )


def stored_text(drafts: Sequence[Draft], sources: Mapping[str, NamedNode], iris: Iris) -> bytes:
    """Write all that the store is to hold of films as N-Quads."""
    said = written(chain.from_iterable(each.descriptions for each in drafts))
    derived = chain.from_iterable(derivations(each.film, sources, iris) for each in drafts)
    return said + (serialize(derived, format=RdfFormat.N_QUADS) or b"")
