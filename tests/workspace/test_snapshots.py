"""Who reads sees one generation, whatever else is read or written meanwhile."""

from __future__ import annotations

from itertools import zip_longest

from pyoxigraph import Quad

from desk import Desk
from etl.entities.mapping import map_film
from etl.resolution.groups import groups_of
from etl.resolution.people import NO_IDENTITIES, Person
from etl.workspace.snapshot import Snapshot
from places import SEEDS
from records import EMMA, HEAT, Film

MANY = [
    Film(n, f"Film {n}", directors="Ann Lee", actors=f"Bo {n}, Cy {n % 7}") for n in range(1, 40)
]


def test_two_things_are_paged_at_once(desk: Desk) -> None:
    desk.write(*MANY)
    desk.load()
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        resolved = snapshot.catalog.resolved
        alone = [group.film for rows, _ in resolved.pages(100) for group in groups_of(rows)]
        people = [person for page in resolved.people(100) for person in page]
        first, second, third = list[str](), list[str](), list[Person]()
        pages = zip_longest(resolved.pages(3), resolved.pages(2), resolved.people(5))
        for some, others, page in pages:
            first += [group.film for group in groups_of(some[0] if some else ())]
            second += [group.film for group in groups_of(others[0] if others else ())]
            third += page or ()
            for film in {group.film for group in groups_of(others[0] if others else ())}:
                told = resolved.group(film)
                assert told and (told.film, resolved.identities([told])) == (film, NO_IDENTITIES)
    assert first == second == alone
    assert third == people
    assert len(alone) == len(MANY)


def test_a_snapshot_stays_as_it_is_while_others_are_written(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        before = set(snapshot.store.export())
        for year in range(1990, 1996):
            desk.write(EMMA.but(year=year))
            desk.load()
        assert set(snapshot.store.export()) == before
        film, runs = snapshot.film("tt0000838") or (None, {})
        assert film is not None
        assert (film.title, film.year, set(runs.values())) == (EMMA.title, EMMA.year, {1})
        assert {Quad(*triple) for triple in map_film(film, snapshot.iris)} <= before
        assert snapshot.film("tt0000001") is None
    assert len(desk.graph() ^ before) == 2


def test_a_graph_is_read_alike_whether_or_not_it_is_told_what_made_it(desk: Desk) -> None:
    desk.load(SEEDS, base_iri="http://films.example/")
    generation = desk.workspace.required()
    told = generation.path / "made.json"
    right, seen = told.read_text("utf-8"), []
    changes = (
        lambda: told.write_text(right, "utf-8"),
        lambda: told.write_text(right.replace("films.example", "other.example"), "utf-8"),
        lambda: told.write_text("{}", "utf-8"),
        told.unlink,
    )
    for change in changes:
        change()
        for graph_only in (True, False):
            with Snapshot.opened(generation, graph_only=graph_only) as snapshot:
                found = snapshot.lookup().identified("tt0113277")
                films = snapshot.catalog.resolved.pages(10)
                seen.append((snapshot.iris, snapshot.other_mapping, found, len(next(films)[0])))
    assert seen == [seen[0]] * 8
    assert (seen[0][0].base, seen[0][1]) == ("http://films.example/", None)
    assert seen[0][2]
