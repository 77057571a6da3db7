"""Linking: what it finds goes through the same gates as every record, and can be taken back."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QuerySolutions

from bench.linking_data import asking, served
from desk import Desk, Unchecked
from etl.catalog.catalog import Catalog
from etl.errors import LinkError
from etl.inspection.explaining import Explainer
from etl.linking.crosswalk import read_crosswalks
from etl.linking.evidence import Evidence
from etl.linking.imdb_tables import ImdbTables
from etl.linking.sssom import Decision, read_decisions, write_decisions
from etl.operations.link import LinkReport, link, links, needs_review
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.replay import replay
from etl.operations.undo import undo
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import DCTERMS, FILM, SCHEMA
from etl.stores.embedded import EmbeddedStore
from etl.workspace.snapshot import Snapshot
from records import Film
from shared_data import shared
from thoroughness import examples

JOEL = Film(
    338013,
    "Eternal Sunshine of the Spotless Mind",
    2004,
    directors="Michel Gondry",
    actors="Jim Carrey, Kate Winslet",
    synopsis="Joel Barish (Jim Carrey) and Howard's wife Hollis (Deirdre O'Connell) (voice) meet.",
)
MASK = Film(110475, "The Mask", 1994, directors="Chuck Russell", actors="Jim Carrey, Ann Lee")
SOLO = Film(200001, "Solo", 2001, directors="Ann Lee", actors="J. Carrey")

PRINCIPALS = """
tt0338013 1 nm0000120 actor   ["Joel Barish"]
tt0338013 2 nm0000701 actress ["Clementine Kruczynski"]
tt0338013 3 nm0327273 director \\N
tt0338013 4 nm0640055 actress ["Hollis"]
tt0110475 1 nm0000120 actor   ["Stanley Ipkiss","The Mask"]
tt0110475 2 nm1111111 actress ["Milo (voice)"]
tt0200001 1 nm2222222 director \\N
tt0200001 2 nm0000120 actor   \\N
"""
NAMES = {
    "nm0000120": "Jim Carrey",
    "nm0000701": "Kate Winslet",
    "nm0327273": "Michel Gondry",
    "nm0640055": "Deirdre O'Connell",
    "nm1111111": "Ann Lee",
    "nm2222222": "Ann Lee",
}
CROSSWALK = """\
imdb,item,itemLabel
tt0338013,Q208269,Eternal Sunshine of the Spotless Mind
nm0000120,Q40504,Jim Carrey
nm0000701,Q202765,Kate Winslet
tt0110475,Q308124,The Mask
"""


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """IMDb's tables and a crosswalk, small."""
    rows = [line.split(maxsplit=4) for line in PRINCIPALS.strip().splitlines()]
    table = ["tconst\tordering\tnconst\tcategory\tjob\tcharacters"]
    table += ["\t".join((*row[:4], "\\N", row[4])) for row in rows]
    folder = tmp_path / "imdb"
    folder.mkdir()
    (folder / "title.principals.tsv").write_text("\n".join(table) + "\n", "utf-8")
    names = [f"{identifier}\t{name}" for identifier, name in NAMES.items()]
    (folder / "name.basics.tsv").write_text("\n".join(["nconst\tprimaryName", *names]) + "\n")
    crosswalk = tmp_path / "crosswalk.csv"
    crosswalk.write_text(CROSSWALK, "utf-8")
    return Evidence(read_crosswalks([crosswalk]), ImdbTables.find(folder))


def linked(desk: Desk, evidence: Evidence, *decisions: Decision) -> LinkReport:
    """Link the workspace of a desk."""
    options = ChangeOptions(command="link")
    report = link(desk.workspace, evidence, decisions, desk.engine, options)
    assert desk.check() == []
    return report


def same_as(desk: Desk, key: str) -> list[str]:
    return sorted(
        desk.values(f"SELECT ?n {{ <http://localhost:8000/{key}> <{SCHEMA.iri}sameAs> ?n }}")
    )


def called(desk: Desk, name: str) -> list[str]:
    """Give the people who have a name, by their keys."""
    found = desk.values(f'SELECT ?n {{ ?n a <{SCHEMA.iri}Person> ; <{SCHEMA.iri}name> "{name}" }}')
    return sorted(iri.rpartition("/")[2] for iri in found)


def redirects(desk: Desk) -> list[str]:
    found = {quad for quad in desk.graph() if quad.predicate == DCTERMS.isReplacedBy}
    base = len("http://localhost:8000/")
    return sorted(f"{q.subject.value[base:]} -> {q.object.value[base:]}" for q in found)  # type: ignore[union-attr]


def parts(desk: Desk, film: Film) -> list[str]:
    """Give a film's performances as `character = actor`."""
    generation = desk.workspace.required()
    answer = EmbeddedStore.read(generation.store).query(
        f"SELECT ?character ?actor {{ <{film.iri}> {FILM.performance} ?role . ?role "
        f"{SCHEMA.characterName} ?character ; {SCHEMA.actor} ?actor }} ORDER BY ?character"
    )
    assert isinstance(answer, QuerySolutions)
    return [f"{row['character'].value} = {row['actor'].value[22:]}" for row in answer]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a?b", "a*b", "a[x]b", "it's", "a\\b", "a\\b?", "{a}$1"])
def test_a_folder_whose_name_reads_as_a_pattern_is_that_folder(
    evidence: Evidence, tmp_path: Path, name: str
) -> None:
    del evidence
    for each in ("axb", name):
        shutil.copytree(tmp_path / "imdb", tmp_path / each)
    decoy = tmp_path / "axb" / "name.basics.tsv"
    decoy.write_text(decoy.read_text("utf-8").replace("Jim Carrey", "Somebody Else"), "utf-8")
    tables = ImdbTables.find(tmp_path / name)
    if name == "a\\b?":
        with pytest.raises(LinkError, match=r"a backslash beside"):
            tables.people(["tt0200001"])
        return
    found = {each.names[0] for each in tables.people(["tt0200001"])["tt0200001"]}
    assert "Jim Carrey" in found
    assert "Somebody Else" not in found


def test_films_and_people_get_ids_iris_and_same_as(desk: Desk, evidence: Evidence) -> None:
    desk.write(JOEL)
    desk.load()
    report = linked(desk, evidence)
    assert report.linked == {"film": {"film-id": 1}, "person": {"person-name": 4}}
    assert same_as(desk, "movie/tt0338013") == [
        "http://www.wikidata.org/entity/Q208269",
        "https://www.imdb.com/title/tt0338013/",
    ]
    assert same_as(desk, "person/nm0000120") == [
        "http://www.wikidata.org/entity/Q40504",
        "https://www.imdb.com/name/nm0000120/",
    ]
    assert same_as(desk, "person/nm0327273") == ["https://www.imdb.com/name/nm0327273/"]
    assert redirects(desk) == [
        "person/Jim_Carrey -> person/nm0000120",
        "person/Kate_Winslet -> person/nm0000701",
        "person/Michel_Gondry -> person/nm0327273",
    ]


def test_an_actor_whom_only_the_synopsis_names_is_confirmed_by_a_cast(
    desk: Desk, evidence: Evidence
) -> None:
    desk.write(JOEL)
    desk.load()
    assert parts(desk, JOEL) == ["Joel Barish = person/Jim_Carrey"]
    linked(desk, evidence)
    assert parts(desk, JOEL) == [
        "Clementine Kruczynski = person/nm0000701",
        "Hollis = person/nm0640055",
        "Joel Barish = person/nm0000120",
    ]
    desk.write(JOEL.but(synopsis="Joel Barish (Jim Carrey) is alone (Dolly Wells)."))
    desk.load()
    linked(desk, evidence)
    assert parts(desk, JOEL) == [
        "Clementine Kruczynski = person/nm0000701",
        "Joel Barish = person/nm0000120",
    ]
    assert called(desk, "Deirdre O'Connell") == called(desk, "Dolly Wells") == []


def test_one_part_under_two_names_is_one_performance(desk: Desk, evidence: Evidence) -> None:
    desk.write(MASK.but(synopsis="A clerk, Ipkiss (Jim Carrey), finds a mask."))
    desk.load()
    linked(desk, evidence)
    assert parts(desk, MASK) == [
        "Ipkiss = person/nm0000120",
        "Milo = person/nm1111111",
        "The Mask = person/nm0000120",
    ]


def test_a_link_splits_namesakes_and_joins_spellings(desk: Desk, evidence: Evidence) -> None:
    desk.write(MASK, SOLO)
    desk.load()
    assert called(desk, "Ann Lee") == ["Ann_Lee"]
    assert (called(desk, "Jim Carrey"), called(desk, "J. Carrey")) == (
        ["Jim_Carrey"],
        ["J._Carrey"],
    )
    linked(desk, evidence)
    assert called(desk, "Ann Lee") == ["nm1111111", "nm2222222"]
    assert called(desk, "Jim Carrey") + called(desk, "J. Carrey") == ["nm0000120"]
    assert redirects(desk) == [
        "person/Ann_Lee -> person/nm1111111",
        "person/Ann_Lee -> person/nm2222222",
        "person/J._Carrey -> person/nm0000120",
        "person/Jim_Carrey -> person/nm0000120",
    ]


def test_a_name_that_stays_unlinked_keeps_its_iri_and_is_no_redirect(
    desk: Desk, evidence: Evidence
) -> None:
    desk.write(MASK, SOLO, Film(200002, "Other", actors="Ann Lee"))
    desk.load()
    linked(desk, evidence)
    assert called(desk, "Ann Lee") == ["Ann_Lee", "nm1111111", "nm2222222"]
    assert [each for each in redirects(desk) if "Ann_Lee" in each] == []


def test_a_name_linked_elsewhere_stands_for_that_person_where_there_is_no_list(
    desk: Desk, evidence: Evidence
) -> None:
    unlisted = Film(200003, "Unlisted", directors="Ann Lee", actors="Jim Carrey")
    desk.write(MASK, SOLO, unlisted)
    desk.load()
    report = linked(desk, evidence)
    assert report.linked["person"]["person-elsewhere"] == 1
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        found = {
            each.link.subject: each.link for each in links(catalog) if each.film == "tt0200003"
        }
    assert (found["Jim Carrey"].imdb_id, found["Jim Carrey"].confidence) == ("nm0000120", 0.9)
    assert found["Ann Lee"].reason == "several people are called so elsewhere"
    assert len(found["Ann Lee"].rivals) == 2


def test_of_two_items_for_one_person_the_decided_one_counts(desk: Desk, evidence: Evidence) -> None:
    desk.write(JOEL, MASK)
    desk.load()
    said = [Decision("tt0338013", "Jim Carrey", each) for each in ("nm0000120", "Q999")]
    linked(desk, evidence, *said)
    assert same_as(desk, "person/nm0000120")[0] == "http://www.wikidata.org/entity/Q999"
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        [questioned] = [each for each in links(catalog) if needs_review(each.link)]
    assert (questioned.film, questioned.link.rivals) == ("tt0110475", ("Q40504", "Q999"))
    assert questioned.link.reason == "several items have this person's IMDb id"


def test_linking_again_changes_nothing_and_writes_nothing(desk: Desk, evidence: Evidence) -> None:
    desk.write(JOEL, MASK)
    desk.load()
    linked(desk, evidence)
    before = desk.files()
    assert linked(desk, evidence).change is None
    assert linked(desk, Evidence()).change is None
    assert desk.files() == before


def test_a_run_of_linking_can_be_taken_back_and_removed(desk: Desk, evidence: Evidence) -> None:
    desk.write(JOEL, MASK, SOLO)
    desk.load()
    unlinked = desk.graph()
    linked(desk, evidence)
    found = desk.graph()
    options = ChangeOptions()
    undo(desk.workspace, 2, desk.engine, options)
    assert (desk.graph(), desk.check()) == (unlinked, [])
    undo(desk.workspace, 3, desk.engine, options)
    assert (desk.graph(), desk.check()) == (found, [])
    rebuild(desk.workspace, desk.engine, RebuildOptions())
    assert (desk.graph(), desk.check()) == (found, [])
    remove(desk.workspace, "links", desk.engine, options)
    assert (desk.graph(), desk.check()) == (unlinked, [])


@pytest.mark.parametrize("order", [[SOLO, MASK, JOEL], [JOEL, MASK, SOLO]][: examples(1, 2)])
def test_the_order_of_loading_and_linking_is_of_no_account(
    tmp_path: Path, evidence: Evidence, order: list[Film]
) -> None:
    at_once, one_by_one = Desk(tmp_path / "a"), Desk(tmp_path / "b")
    at_once.write(*order)
    at_once.load()
    linked(at_once, evidence)
    for film in order:
        one_by_one.write(film)
        one_by_one.load()
        linked(one_by_one, evidence)
    assert one_by_one.graph() == at_once.graph()


def test_links_stay_when_a_record_changes_and_go_with_its_film(
    desk: Desk, evidence: Evidence
) -> None:
    desk.write(JOEL, MASK)
    desk.load()
    linked(desk, evidence)
    desk.write(JOEL.but(rating="8.3"))
    desk.load()
    assert called(desk, "Kate Winslet") == ["nm0000701"]
    (desk.source / JOEL.file).unlink()
    desk.load(allow_removals=True)
    assert desk.check() == []
    assert called(desk, "Kate Winslet") == []
    assert not [quad for quad in desk.graph() if quad.subject == NamedNode(JOEL.iri)]
    desk.write(JOEL)
    desk.load()
    assert called(desk, "Kate Winslet") == ["nm0000701"]


def test_a_broken_record_does_not_cost_a_film_its_links(desk: Desk, evidence: Evidence) -> None:
    desk.write(JOEL)
    desk.load()
    linked(desk, evidence)
    before = desk.graph()
    desk.write(JOEL.but(rating="82"))
    assert desk.load().kept_out == 1
    assert desk.graph() == before
    assert desk.check() == []


def test_a_link_that_the_shapes_refuse_is_kept_out_alone(desk: Desk) -> None:
    desk.write(JOEL)
    desk.load()
    before = desk.graph()
    wrong = Decision("tt0338013", "Jim Carrey", "nm12"), Decision("tt0338013", "", "Q0")
    linked(desk, Evidence(), *wrong)
    assert desk.graph() == before
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        assert [str(each.origin) for each in catalog.refusals.quarantined()] == ["tt0338013:1"]
    assert replay(desk.workspace, desk.engine, ChangeOptions()).run is None
    linked(desk, Evidence())
    assert (desk.graph(), desk.check()) == (before, [])


def test_a_film_with_somebody_nameless_gets_the_item_of_the_film(
    tmp_path: Path, evidence: Evidence
) -> None:
    desk = Desk(tmp_path / "lenient", Unchecked())
    people = [{"imdb": "nm0000120"}, {"name": "Kate Winslet"}]
    film = {"id": 1, "imdb": "tt0338013", "title": JOEL.title, "year": 2004, "actors": people}
    (desk.source / "films.jsonl").write_text(json.dumps(film), "utf-8")
    desk.load()
    linked(desk, evidence)
    assert "http://www.wikidata.org/entity/Q208269" in same_as(desk, "movie/tt0338013")
    assert called(desk, "Kate Winslet") == ["nm0000701"]


def test_a_film_without_an_imdb_id_gets_one_and_its_iri_moves(
    desk: Desk, evidence: Evidence, tmp_path: Path
) -> None:
    assert evidence.imdb
    table = "tconst\ttitleType\tprimaryTitle\toriginalTitle\tstartYear\n"
    table += "tt0110475\tmovie\tThe Mask\tThe Mask\t1994\n"
    (tmp_path / "imdb" / "title.basics.tsv").write_text(table)
    evidence.imdb = ImdbTables.find(tmp_path / "imdb")
    text = MASK.text.replace(f"url: https://www.imdb.com/title/{MASK.imdb}/\n", "")
    (desk.source / "mask.txt").write_text(text.replace("The Mask", "Mask, The"), "utf-8")
    desk.load()
    report = linked(desk, evidence)
    assert report.linked["film"] == {"film-title-actor": 1}
    assert "movie/movielens-110475 -> movie/tt0110475" in redirects(desk)
    assert called(desk, "Jim Carrey") == ["nm0000120"]
    found = desk.graph()
    linked(desk, evidence)
    assert desk.graph() == found
    undo(desk.workspace, 2, desk.engine, ChangeOptions())
    assert desk.check() == []
    assert redirects(desk) == []


# Decisions


def test_a_decision_wins_over_every_rung_and_survives_reloads(
    desk: Desk, evidence: Evidence
) -> None:
    desk.write(JOEL, MASK)
    desk.load()
    said = (
        Decision("tt0338013", "", "Q77"),
        Decision("tt0338013", "Jim Carrey", "nm0000199"),
        Decision("tt0338013", "Kate Winslet", "nm0000701", rejected=True),
        Decision("tt0338013", "Michel Gondry", None),
    )
    linked(desk, evidence, *said)
    assert "http://www.wikidata.org/entity/Q77" in same_as(desk, "movie/tt0338013")
    assert called(desk, "Jim Carrey") == ["nm0000120", "nm0000199"]
    assert called(desk, "Kate Winslet") == ["Kate_Winslet"]
    assert called(desk, "Michel Gondry") == ["Michel_Gondry"]
    found = desk.graph()
    desk.write(JOEL.but(rating="8"))
    desk.load()
    desk.write(JOEL)
    desk.load()
    linked(desk, evidence, *said)
    assert desk.graph() == found
    linked(desk, evidence)
    assert called(desk, "Jim Carrey") == ["nm0000120"]


def test_decisions_are_read_as_they_are_written(tmp_path: Path) -> None:
    said = [
        Decision("tt0338013", "", "Q77"),
        Decision("movielens-7", "Jim Carrey", "nm0000199"),
        Decision("tt0338013", "Penélope Cruz", "Q1", rejected=True),
        Decision("tt0338013", "Michel Gondry", None),
    ]
    path = tmp_path / "decisions.sssom.tsv"
    path.write_text(write_decisions(said, Iris()), "utf-8")
    found = read_decisions(path, Iris())
    assert sorted(found, key=str) == sorted(said, key=str)


def test_decisions_are_about_names_and_films_in_the_spelling_of_records(tmp_path: Path) -> None:
    said = [Decision("tt0338013", "Björn Ny Jr.", "Q1"), Decision("tt10338013", "", "Q2")]
    path = tmp_path / "decisions.sssom.tsv"
    text = write_decisions(said, Iris()).replace(
        "\tBjörn Ny Jr.\t", "\tBjo\u0308rn Ny, Jr.\u200e\t"
    )
    path.write_text(text.replace("movie:tt", "movie:TT00"), "utf-8")
    assert sorted(read_decisions(path, Iris()), key=str) == sorted(said, key=str)


# Reasons


def test_every_triple_of_a_linked_film_and_its_people_is_explained(
    desk: Desk, evidence: Evidence
) -> None:
    desk.write(JOEL, SOLO)
    desk.load()
    linked(desk, evidence)
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        explainer = Explainer(snapshot, snapshot.store)
        for quad in snapshot.store.export():
            if quad.predicate != DCTERMS.isReplacedBy:
                subject = quad.subject
                assert isinstance(subject, NamedNode)
                told = [each.triple for each in explainer.explain(subject)]
                assert quad.triple in told, quad


def test_a_link_is_explained_by_rung_both_names_and_evidence(
    desk: Desk, evidence: Evidence
) -> None:
    desk.write(SOLO)
    desk.load()
    linked(desk, evidence)
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        explainer = Explainer(snapshot, snapshot.store)
        rows = [
            (each.field, each.value, each.run)
            for each in explainer.explain(NamedNode("http://localhost:8000/person/nm0000120"))
            if each.triple.predicate == SCHEMA.sameAs
        ]
    said = "'J. Carrey' = 'Jim Carrey' (nm0000120 Q40504), confidence 0.995; no rivals"
    assert rows == [("person-variant", said, 2)] * 2


def test_what_is_not_linked_has_a_reason(desk: Desk, evidence: Evidence) -> None:
    desk.write(MASK.but(actors="Jim Carrey, Nobody Atall"))
    desk.load()
    linked(desk, evidence)
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        reasons = {each.link.subject: each.link.reason for each in links(catalog)}
    assert reasons == {
        "The Mask": "",
        "Jim Carrey": "",
        "Chuck Russell": "nobody in the film's lists has this name",
        "Nobody Atall": "nobody in the film's lists has this name",
    }


# Real data


Wikidata = Callable[[Path], Evidence]


@pytest.fixture
def wikidata(foreign: None) -> Iterator[Wikidata]:
    """Have a real SPARQL server for Wikidata, which holds a file."""
    del foreign
    with ExitStack() as stack:
        yield lambda file: stack.enter_context(asking(stack.enter_context(served(file))))


def test_the_real_record_is_linked_with_its_nine_characters(desk: Desk, wikidata: Wikidata) -> None:
    [path] = shared("seeds").glob("*.txt")
    shutil.copy(path, desk.source)
    desk.load()
    evidence = wikidata(shared("data/wikidata/standin.ttl"))
    report = linked(desk, evidence)
    assert report.linked == {"film": {"film-id": 1}, "person": {"person-name": 11}}
    assert same_as(desk, "movie/tt0338013")[0] == "http://www.wikidata.org/entity/Q208269"
    assert parts(desk, JOEL) == [
        "Carrie Eakin = person/nm0011038",
        "Clementine Kruczynski = person/nm0000701",
        "Hollis = person/nm0640055",
        "Howard Mierzwiak = person/nm0929489",
        "Joel Barish = person/nm0000120",
        "Mary = person/nm0000379",
        "Patrick = person/nm0000704",
        "Rob Eakin = person/nm0189144",
        "Stan Fink = person/nm0749263",
    ]


MERGED = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
wd:Q500 <http://www.w3.org/2002/07/owl#sameAs> wd:Q208269 .
wd:Q501 <http://www.w3.org/2002/07/owl#sameAs> wd:Q40504 .
wd:Q208269 rdfs:label "Eternal Sunshine of the Spotless Mind"@en ; wdt:P345 "tt0338013" ;
    wdt:P31 wd:Q11424 ; wdt:P161 wd:Q202765 .
wd:Q202765 rdfs:label "Kate Winslet"@en ; wdt:P345 "nm0000701" .
wd:Q502 rdfs:label "The Mask"@en ; wdt:P345 "tt0110475" ; wdt:P31 wd:Q503 .
wd:Q503 wdt:P279 wd:Q11424 .
wd:Q504 rdfs:label "The Mask: a game"@en ; wdt:P345 "tt0110475" ; wdt:P31 wd:Q7889 .
"""


def test_merged_items_are_followed_and_only_films_are_films(
    desk: Desk, evidence: Evidence, wikidata: Wikidata, tmp_path: Path
) -> None:
    desk.write(JOEL, MASK)
    desk.load()
    (tmp_path / "merged.ttl").write_text(MERGED, "utf-8")
    stale = CROSSWALK.replace("Q208269", "Q500").replace("Q40504", "Q501")
    stale = stale.replace("tt0110475,Q308124,The Mask\n", "")
    (tmp_path / "crosswalk.csv").write_text(stale, "utf-8")
    found = wikidata(tmp_path / "merged.ttl")
    found.crosswalk = read_crosswalks([tmp_path / "crosswalk.csv"])
    found.imdb = evidence.imdb
    linked(desk, found)
    assert same_as(desk, "movie/tt0338013")[0] == "http://www.wikidata.org/entity/Q208269"
    assert same_as(desk, "person/nm0000120")[0] == "http://www.wikidata.org/entity/Q40504"
    assert same_as(desk, "person/nm0000701")[0] == "http://www.wikidata.org/entity/Q202765"
    assert same_as(desk, "movie/tt0110475")[0] == "http://www.wikidata.org/entity/Q502"


def test_a_crosswalk_that_contradicts_the_endpoint_is_left_to_a_person(
    desk: Desk, wikidata: Wikidata, tmp_path: Path
) -> None:
    desk.write(JOEL)
    desk.load()
    (tmp_path / "merged.ttl").write_text(MERGED, "utf-8")
    (tmp_path / "crosswalk.csv").write_text("tt0338013,Q777\n", "utf-8")
    found = wikidata(tmp_path / "merged.ttl")
    found.crosswalk = read_crosswalks([tmp_path / "crosswalk.csv"])
    report = linked(desk, found)
    assert (report.linked, report.review) == ({}, 1)
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        [film] = [each.link for each in links(catalog) if each.link.kind == "film"]
    assert film.reason == "several items have its IMDb id"
    assert len(film.rivals) == 2


KNIGHT = Film(
    468569,
    "The Dark Knight",
    2008,
    directors="Christopher Nolan",
    actors="Christian Bale, Heath Ledger, Aaron Eckhart, Michael Caine, M. Gyllenhaal, Gary Oldman",
    synopsis="Bruce Wayne (Christian Bale) meets Alfred (Michael Caine).",
)


def test_a_complete_real_item_gives_links_and_characters(desk: Desk, wikidata: Wikidata) -> None:
    desk.write(KNIGHT)
    desk.load()
    evidence = wikidata(shared("data/wikidata/Q163872.ttl"))
    report = linked(desk, evidence)
    assert report.linked == {
        "film": {"film-id": 1},
        "person": {"person-name": 6, "person-variant": 1},
    }
    assert same_as(desk, "movie/tt0468569")[0] == "http://www.wikidata.org/entity/Q163872"
    assert called(desk, "Heath Ledger") == ["Q40572"]
    assert parts(desk, KNIGHT) == [
        "Alfred = person/Q123351",
        "Bruce Wayne = person/Q45772",
        "James Gordon = person/Q83492",
        "Joker = person/Q40572",
        "Rachel Dawes = person/Q202381",
        "Two-Face = person/Q192643",
    ]


def test_the_year_of_a_film_may_be_any_of_five(desk: Desk, wikidata: Wikidata) -> None:
    desk.write(KNIGHT.but(year=2022), KNIGHT.but(number=468570, title="Other", year=1950))
    desk.load()
    evidence = wikidata(shared("data/wikidata/Q163872.ttl"))
    report = linked(desk, evidence)
    assert report.linked["film"] == {"film-id": 1}
