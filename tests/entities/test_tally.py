"""What a graph holds is counted alike, however it is given."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import RdfFormat, Triple, serialize

from desk import Desk
from etl.entities.tally import LINKED, Tally
from etl.provenance.counting import tally_of
from etl.stores.embedded import EmbeddedStore
from places import SEEDS


def test_triples_lines_and_a_store_give_the_same_numbers(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.load(SEEDS)
    store = EmbeddedStore.read(desk.workspace.required().store)
    triples = [Triple(quad.subject, quad.predicate, quad.object) for quad in store.export()]
    lines = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines()
    counted = tally_of(store)
    assert Tally.of(triples) == Tally.of_lines(lines) == counted
    assert counted.properties.total() == len(triples)
    assert counted.links["imdb"] > 50
    assert counted.links.keys() <= LINKED.keys()
