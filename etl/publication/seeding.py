"""A first publication: all that the catalog makes, in an order that can be taken up again.

Triples are made from the catalog anew, because that takes a third of the time of reading them
from the store. Films come in the order in which they were first read, then people by name:
where a film stands in it does not change while nothing is said about it, and what has changed
since an interruption is in the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from pyoxigraph import NamedNode

from etl.catalog.catalog import Catalog
from etl.entities.batches import Batch, drafted
from etl.entities.drafting import CHUNK_FILMS, stored
from etl.entities.people import map_person, person_iri
from etl.publication.outbox import Outbox, Position
from etl.publication.sending import Parcel, Sender
from etl.rdf.identifiers import Iris
from etl.resolution.resolved import Resolved
from etl.stores.updates import Piece

FILMS, PEOPLE = 0, 1


@dataclass(frozen=True, slots=True)
class Placed(Piece):
    """An entity that the server has nothing of, with its place in the order."""

    position: Position


@dataclass(frozen=True, slots=True)
class Seed:
    """What is left to send of a first publication."""

    catalog: Catalog
    outbox: Outbox

    def batches(self, sender: Sender) -> Iterator[Parcel]:
        """Yield what comes after what the server has confirmed.

        What was under way when it was interrupted is sent once more: the server then has all of
        it, and what it should no longer have of it is in the outbox.
        """
        for pieces in sender.together(self._pieces(self.outbox.seeded)):
            confirmed = partial(self.outbox.seed, pieces[-1].position)
            yield Parcel(pieces, fresh=True, confirmed=confirmed)

    def _pieces(self, after: Position) -> Iterator[Placed]:
        resolved, iris = self.catalog.resolved, self.catalog.iris
        if after < (PEOPLE,):
            sources = {
                each.name: iris.source(each.slug) for each in self.catalog.sources.standing()
            }
            yield from _films(resolved, iris, sources, int(after[1]))
            after = (PEOPLE, "")
        for people in resolved.people(CHUNK_FILMS, str(after[1])):
            for person in people:
                made = tuple(map_person(person, iris))
                yield Placed(person_iri(person, iris).value, (), made, (PEOPLE, person.name))


def _films(
    resolved: Resolved, iris: Iris, sources: Mapping[str, NamedNode], after: int
) -> Iterator[Placed]:
    for rows, identities in resolved.pages(CHUNK_FILMS, after):
        for each in drafted(Batch(rows, identities, iris, sources)):
            made = tuple(stored(each, sources, iris))
            first = min(each.film.group.versions)
            yield Placed(iris.movie(each.film.key).value, (), made, (FILMS, first))
