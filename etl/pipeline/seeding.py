"""A first publication: all that the catalog makes, in an order that can be taken up again.

Triples are made from the catalog anew, because that takes a third of the time of reading them
from the store. Films come in the order in which they were first read, then people by name:
where a film stands in it does not change while nothing is said about it, and what has changed
since an interruption is in the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import NamedNode, Quad, Triple

from etl.catalog.catalog import Catalog
from etl.catalog.comparison import Comparison
from etl.identifiers import Iris
from etl.mapping import map_person, person_iri
from etl.outbox import Outbox, Position
from etl.pipeline.building import CHUNK_FILMS
from etl.pipeline.drafting import draft, statements
from etl.pipeline.sending import Batch, Sender
from etl.stores.updates import Piece

FILMS, PEOPLE = 0, 1


@dataclass(frozen=True, slots=True)
class Placed(Piece):
    """An entity with its place in the order."""

    position: Position


@dataclass(frozen=True, slots=True)
class Seed:
    """What is left to send of a first publication."""

    catalog: Catalog
    outbox: Outbox

    def batches(self, sender: Sender) -> Iterator[Batch]:
        """Give what comes after what the server has confirmed.

        Of what was under way when it was interrupted, the server may have something.
        """
        confirmed, under_way = self.outbox.seeded
        for pieces in sender.together(self._pieces(confirmed, under_way)):
            last = pieces[-1].position
            yield Batch(
                pieces=pieces,
                fresh=pieces[0].position > under_way,
                begin=partial(self.outbox.seed, under_way=last),
                end=partial(self.outbox.seed, confirmed=last),
            )

    def _pieces(self, after: Position, under_way: Position) -> Iterator[Placed]:
        comparison, iris = self.catalog.compare(), self.catalog.iris
        sources = {each.name: iris.source(each.slug) for each in self.catalog.sources()}
        if after < (PEOPLE,):
            films = _films(comparison, iris, sources, int(after[1]))
            yield from (_placed(*film, under_way) for film in films)
            after = (PEOPLE, "")
        for people in comparison.people(CHUNK_FILMS, str(after[1])):
            for person in people:
                iri, position = person_iri(person, iris), (PEOPLE, person.name)
                yield _placed(iri, list(map_person(person, iris)), position, under_way)


def _films(
    comparison: Comparison, iris: Iris, sources: Mapping[str, NamedNode], after: int
) -> Iterator[tuple[NamedNode, list[Triple | Quad], Position]]:
    for groups in comparison.films(CHUNK_FILMS, after):
        identities = comparison.identities(groups)
        for group in groups:
            made = draft(group, group.members, identities, iris)
            first = min(member.version for member in group.members)
            yield iris.movie(group.film), list(statements(made, sources, iris)), (FILMS, first)


def _placed(
    entity: NamedNode, told: Sequence[Triple | Quad], position: Position, under_way: Position
) -> Placed:
    """Place an entity; its subjects count if the server may have something of them."""
    subjects: tuple[str, ...] = ()
    if position <= under_way:
        subjects = tuple({str(each.subject)[1:-1]: None for each in told})
    return Placed(entity.value, subjects, told, position)
