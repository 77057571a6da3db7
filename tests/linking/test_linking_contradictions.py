"""What speaks against a link is told, whatever order the evidence comes in and came before."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from etl.linking.crosswalk import Crosswalk, IdPair
from etl.linking.evidence import Evidence
from etl.linking.films import FilmMention
from etl.linking.judgement import find_links
from etl.linking.names import are_unlike, titles_differ
from etl.linking.people import Mention
from etl.linking.sssom import Decision
from etl.linking.subjects import Subject
from etl.records import Link, LinkRecord

ANN, BO = Mention("Ann Lee", "nm0000001"), Mention("Bo Ek", "nm0000002")


def film(number: int, title: str, *people: Mention, earlier: LinkRecord | None = None) -> Subject:
    key = f"tt{number:07}"
    mention = FilmMention(key, title, 1995, key, (), tuple(each.name for each in people))
    return Subject(mention, {"imdb": key}, people, earlier=earlier)


HEAT, SPEED = film(1, "Heat", ANN, BO), film(2, "Speed", ANN)


def crosswalk(*pairs: IdPair) -> Evidence:
    known = Crosswalk()
    for pair in pairs:
        known.add(pair)
    return Evidence(known)


def found(subjects: Sequence[Subject], evidence: Evidence, *said: Decision) -> dict[str, Link]:
    """Link films, and give each link by its film and name."""
    return {
        f"{each.film.title}/{link.subject if link.kind == 'person' else ''}": link
        for each, record in find_links(subjects, evidence, said)
        for link in (record.links if record else ())
    }


def pair(imdb_id: str, item: str, *labels: str) -> IdPair:
    return IdPair(imdb_id, item, f"{imdb_id}-{item}", labels)


def test_two_films_of_ours_do_not_share_an_item() -> None:
    earlier = Link(
        "film", "Speed", "skos:exactMatch", "tt0000002", "Q1", rung="film-id", confidence=0.999
    )
    linked = film(2, "Speed", earlier=LinkRecord({"imdb": "tt0000002"}, links=(earlier,)))
    links = found([HEAT, linked], crosswalk(pair("tt0000001", "Q1", "Heat")))
    for link in (links["Heat/"], links["Speed/"]):
        assert (link.holds, link.rung) == (False, "film-id-questioned")
        assert link.reason == "several films have this item"
        assert link.rivals == ("tt0000001", "tt0000002")
    decided = Decision("tt0000001", "", "Q1")
    links = found([HEAT, linked], crosswalk(pair("tt0000001", "Q1", "Heat")), decided)
    assert (links["Heat/"].holds, links["Speed/"].holds) == (True, False)


def test_two_people_do_not_share_an_item() -> None:
    earlier = Link(
        "person", "Bo Ek", "skos:exactMatch", "nm0000002", "Q9", rung="person-id", confidence=0.999
    )
    linked = film(2, "Speed", BO, earlier=LinkRecord({"imdb": "tt0000002"}, links=(earlier,)))
    links = found([HEAT, linked], crosswalk(pair("nm0000001", "Q9", "Ann Lee")))
    for name, owner in (("Heat/Ann Lee", "nm0000001"), ("Speed/Bo Ek", "nm0000002")):
        assert (links[name].imdb_id, links[name].wikidata_id) == (owner, None)
        assert links[name].reason == "several IMDb ids have this person's item"
        assert links[name].rivals == ("nm0000001", "nm0000002")


def test_what_an_older_release_linked_without_a_witness_is_questioned_again() -> None:
    earlier = Link(
        "film", "Heat", "skos:exactMatch", "tt0000001", "Q1", rung="film-id", confidence=0.999
    )
    old = film(1, "Heat", ANN, earlier=LinkRecord({"imdb": "tt0000001"}, links=(earlier,)))
    assert found([old], Evidence())["Heat/"] == earlier
    assert found([old], crosswalk(pair("tt0000009", "Q9")))["Heat/"] == earlier
    shifted = found([old], crosswalk(pair("tt0000001", "Q1", "Speed")))["Heat/"]
    assert (shifted.holds, shifted.reason) == (False, "tt0000001-Q1 calls it 'Speed'")


def test_a_link_that_is_now_in_doubt_loses_the_item_it_had() -> None:
    earlier = Link(
        "person", "Ann Lee", "skos:exactMatch", "nm0000001", "Q9", rung="person-id", confidence=1
    )
    old = film(1, "Heat", ANN, earlier=LinkRecord({"imdb": "tt0000001"}, links=(earlier,)))
    doubted = crosswalk(pair("nm0000001", "Q9"), pair("nm0000001", "Q8"))
    link = found([old], doubted)["Heat/Ann Lee"]
    assert (link.imdb_id, link.wikidata_id) == ("nm0000001", None)
    assert link.reason.startswith("crosswalks contradict each other: ")


def test_what_an_older_release_took_for_a_character_goes() -> None:
    earlier = Link(
        "person", "Ann Lee", "skos:exactMatch", "nm0000001", characters=("Self - Host", "Nora")
    )
    old = film(1, "Heat", ANN, earlier=LinkRecord({"imdb": "tt0000001"}, links=(earlier,)))
    assert found([old], Evidence())["Heat/Ann Lee"].characters == ("Nora",)


IDS = st.sampled_from(["tt0000001", "tt0000002", "nm0000001", "nm0000002"])
LABELS = st.lists(st.sampled_from(["Heat", "Speed", "Ann Lee", "Bo Ek", "熱"]), max_size=2)
PAIRS = st.builds(
    lambda imdb_id, item, labels: pair(imdb_id, f"Q{item}", *sorted(set(labels))),
    IDS,
    st.integers(1, 3),
    LABELS,
)


@given(st.lists(PAIRS, max_size=7), st.randoms(use_true_random=False))
def test_crosswalks_say_the_same_in_any_order_and_are_never_believed_against_anything(
    pairs: list[IdPair], chance: Random
) -> None:
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    links = found([HEAT, SPEED], crosswalk(*pairs))
    assert found([SPEED, HEAT], crosswalk(*shuffled)) == links
    for link in links.values():
        said = [each for each in pairs if each.wikidata_id == link.wikidata_id]
        if not link.holds or not said:
            continue
        assert {each.imdb_id for each in said} == {link.imdb_id}
        assert {e.wikidata_id for e in pairs if e.imdb_id == link.imdb_id} == {link.wikidata_id}
        labels = [label for each in said for label in each.labels]
        if link.kind == "film":
            assert not any(titles_differ(link.subject, [label]) for label in labels)
        else:
            assert not any(are_unlike([link.subject], [label]) for label in labels)
        assert link.confidence <= 0.9 or labels
