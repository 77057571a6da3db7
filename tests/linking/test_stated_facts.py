"""What Wikidata states of linked films: a source like any other, that comes last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from bench.linking_data import served
from commands import Etl
from desk import Desk
from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.errors import LinkError
from etl.inspection.explaining import Explainer
from etl.linking.cache import Cache
from etl.linking.endpoint import Endpoint
from etl.linking.evidence import Evidence
from etl.linking.facts import facts_question, film_facts
from etl.linking.inquiry import Inquiry
from etl.linking.sssom import Decision
from etl.operations.facts import held_facts
from etl.operations.link import LinkReport, link
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.undo import undo
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA
from etl.records import Credit, FilmRecord, Title, decode_film, encode
from etl.sources.files import Source
from etl.sources.wikidata import OF_FILMS
from etl.workspace.snapshot import Snapshot
from records import Film, write
from shared_data import shared
from statements import Items, amber
from thoroughness import examples

AMBER = Film(9001, "Amber", 1987, rating="7.5")
KNIGHT = Film(468569, "The Dark Knight", 2008)

W = "http://www.wikidata.org/entity/"

Wikidata = Callable[..., Evidence]


@pytest.fixture
def wikidata(foreign: None, tmp_path: Path) -> Iterator[Wikidata]:
    """Have a real SPARQL server for Wikidata, which holds items or a file."""
    del foreign
    with ExitStack() as stack:

        def holding(
            items: Items | Path, language: str = "en", limit: int | None = None
        ) -> Evidence:
            file = tmp_path / "items.ttl" if isinstance(items, Items) else items
            if isinstance(items, Items):
                file.write_text(items.turtle, "utf-8")
            url = stack.enter_context(served(file))
            cache = stack.enter_context(Cache.open(tmp_path / f"{url[-10:-6]}.sqlite", url))
            endpoint = stack.enter_context(closing(Endpoint(url, "tests@example.org")))
            return Evidence(inquiry=Inquiry(cache, endpoint, limit=limit), language=language)

        yield holding


def asked(evidence: Evidence, item: str) -> FilmRecord:
    """Ask what is stated of a film."""
    record = evidence.stated([item])[item]
    assert record is not None
    return record


def linked(desk: Desk, evidence: Evidence, *decisions: Decision) -> LinkReport:
    report = link(desk.workspace, evidence, decisions, desk.engine, ChangeOptions(command="link"))
    assert desk.check() == []
    return report


def items_kept(desk: Desk) -> list[str]:
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        return sorted(catalog.sources.place_counts("wikidata"))


def said(desk: Desk, film: Film, name: str) -> list[str]:
    return sorted(desk.values(f"SELECT ?n {{ <{film.iri}> <{SCHEMA.iri}{name}> ?n }}"))


# What is read


def test_every_kind_of_statement_is_read_by_its_best_rank(wikidata: Wikidata) -> None:
    assert asked(wikidata(amber()), "Q900") == FilmRecord(
        identifiers={"wikidata": "Q900", "imdb": "tt0009001", "tmdb": "4711"},
        title="Amber",
        year=1987,
        directors=(Credit("Jon Halde", "nm0900010"),),
        actors=(
            Credit("Ada Brook", "nm0900011", ("Eva",), (("born", "1951-04-05"), ("died", "2011"))),
            Credit("Carl Dorn", None, ("The Keeper",)),
            Credit("Vera Klang"),
        ),
        titles=(Title("Bernstein", "de"),),
        facts={
            "date": ("1987-05-14", "1987-03"),
            "duration": ("PT1H30M",),
            "genres": ("drama film",),
            "languages": ("de",),
            "countries": ("Germany",),
            "companies": ("Halde Film",),
        },
        crew={"writers": (Credit("Jon Halde", "nm0900010"),)},
        lines=dict.fromkeys(FIELDS, 1),
        files=FIELDS,
    )


FIELDS = {
    "imdb": "P345",
    "tmdb": "P4947",
    "original_title": "P1476",
    "date": "P577",
    "duration": "P2047",
    "genres": "P136",
    "languages": "P364",
    "countries": "P495",
    "companies": "P272",
    "directors": "P57",
    "actors": "P161, P725",
    "writers": "P58",
}


def test_names_are_of_the_language_asked_for_else_english(wikidata: Wikidata) -> None:
    record = asked(wikidata(amber(), "de"), "Q900")
    assert (record.title, record.facts["genres"]) == ("Bernstein", ("Filmdrama",))
    assert record.facts["companies"] == ("Halde Film",)
    assert record.facts["countries"] == ("Germany",)  # which the graph has in English
    assert record.facts["languages"] == ("de",)
    assert [each.characters for each in record.actors] == [("Eva",), ("Der Wärter",), ()]


def test_the_real_item_makes_a_text_record_a_rich_film(desk: Desk, wikidata: Wikidata) -> None:
    desk.write(KNIGHT)
    desk.load()
    linked(desk, wikidata(shared("data/wikidata/Q163872.ttl")))
    assert said(desk, KNIGHT, "datePublished") == ["2008-07-18"]
    assert said(desk, KNIGHT, "duration") == ["PT2H33M"]
    assert said(desk, KNIGHT, "countryOfOrigin") == ["United States"]  # is preferred to Britain
    assert said(desk, KNIGHT, "inLanguage") == ["en"]
    assert said(desk, KNIGHT, "director") == ["http://localhost:8000/person/Christopher_Nolan"]
    assert "superhero film" in said(desk, KNIGHT, "genre")
    assert "https://www.themoviedb.org/movie/155" in said(desk, KNIGHT, "sameAs")
    assert len(said(desk, KNIGHT, "actor")) == 29
    parts = "SELECT ?n { ?r <https://schema.org/characterName> ?n }"
    assert {"Joker", "Rachel Dawes"} <= set(desk.values(parts))


@pytest.mark.parametrize(
    ("precision", "read"),
    [(7, ()), (8, ()), (9, ("1987",)), (10, ("1987-05",)), (11, ("1987-05-14",))],
)
def test_a_date_is_as_exact_as_it_is_stated(
    wikidata: Wikidata, precision: int, read: tuple[str, ...]
) -> None:
    items = Items()
    items.film("Q900", "Amber", "tt0009001")
    items.date("Q900", "1987-05-14", precision)
    assert asked(wikidata(items), "Q900").facts.get("date", ()) == read


def rows(*told: tuple[str, str, str]) -> list[tuple[str, ...]]:
    """Write rows of an answer about the film itself."""
    return [("", *each) for each in told]


def test_what_cannot_be_read_is_noted_and_what_is_unknown_says_nothing() -> None:
    record = film_facts(
        "Q900",
        [
            *rows(("P345", "tt0009001", ""), ("P345", "tt0009002", ""), ("P4947", "7", "")),
            *rows(("P577", "http://www.wikidata.org/.well-known/genid/a1", "")),
            *rows(("P577", "-0044-03-15T00:00:00Z", "11"), ("P2047", "+90", W + "Q7727")),
            *rows(("P2047", "+2", W + "Q25235"), ("P136", W + "Q1", ""), ("P136", "t17", "")),
            *rows(("P364", W + "Q2", ""), ("P161", W + "Q3", "")),
            (W + "Q2", "label", "Elbish", "en"),
            (W + "Q3", "label", "Ada\n Brook ", "en"),
            (W + "Q3", "P345", "nm0900011", ""),
            (W + "Q3", "P345", "nm0900012", ""),
        ],
        "en",
    )
    assert record is not None
    assert record.identifiers == {"wikidata": "Q900", "tmdb": "7"}
    assert (record.facts, record.actors) == ({}, (Credit("Ada Brook"),))
    assert [(note.field, note.message) for note in record.notes] == [
        ("IMDb ID", "not read: several values: tt0009001, tt0009002"),
        ("duration", "not read: several values: PT1H30M, PT2H"),
        ("genre", "not read: Q1 has no name in English or the language asked for"),
        (
            "original language of film or TV show",
            "not read: expected a language such as en or English, found 'Elbish'",
        ),
        ("cast member", "not read: several values: nm0900011, nm0900012"),
    ]


ROWS = st.tuples(
    st.sampled_from(["", W + "Q1", W + "Q2", W + "Q3", "junk"]),
    st.sampled_from([*(each.id for each in OF_FILMS), "label", "P453", "P4633", "P0"]),
    st.sampled_from([W + "Q1", W + "Q2", W + "Q3", "1987-05-14T00:00:00Z", "-0044-03-15T00:00:00Z"])
    | st.sampled_from(["+90", "tt0009001", "nm0900011", "4711", "English", "t1", "1e999", "NaN"])
    | st.text(max_size=8),
    st.sampled_from(["", "en", "mul", "de", "7", "9", "11", W + "Q7727", "zxx"]),
)


@settings(max_examples=examples(200, 5000))
@given(st.lists(ROWS, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_whatever_is_stated_is_read_alike_in_any_order(
    stated: list[tuple[str, str, str, str]], random: Random
) -> None:
    record = film_facts("Q900", stated, "de")
    random.shuffle(stated)
    assert record is not None
    assert film_facts("Q900", [*stated, stated[0]], "de") == record
    assert decode_film(encode(record)) == record
    names = [credit.name for credit in record.credits]
    assert all(name and "\n" not in name for name in names)
    assert set(record.files) == set(record.lines)


def test_of_an_item_without_statements_there_is_nothing() -> None:
    assert film_facts("Q900", [], "en") is None


def test_the_question_is_plain_sparql_and_quotes_the_language() -> None:
    text = facts_question('d"e').text(["Q900", "Q901"])
    assert '"d\\"e"' in text
    assert "SERVICE" not in text
    assert text.count("VALUES ?subject { wd:Q900 wd:Q901 }") == text.count(" AS ?says)")


# A source like any other


def with_facts(desk: Desk, evidence: Evidence) -> LinkReport:
    desk.write(AMBER)
    desk.load()
    return linked(desk, evidence)


def test_stating_it_again_changes_nothing_and_asks_nothing(desk: Desk, wikidata: Wikidata) -> None:
    evidence = wikidata(amber())
    first = with_facts(desk, evidence)
    assert first.facts.document == {"films": 1, "loaded": 1, "vanished": 0}
    before, requests = desk.files(), first.requests
    again = linked(desk, evidence)
    assert again.change is None
    assert again.facts.document == {"films": 1, "loaded": 0, "vanished": 0}
    assert (again.requests, desk.files()) == (requests, before)


def test_what_is_stated_otherwise_replaces_what_was(desk: Desk, wikidata: Wikidata) -> None:
    with_facts(desk, wikidata(amber()))
    items = amber()
    items.named("Q900", "P136", "Q131", "war film")
    report = linked(desk, wikidata(items))
    assert report.change is not None
    assert report.change.films.changed == 1
    assert said(desk, AMBER, "genre") == ["drama film", "war film"]


@pytest.mark.parametrize("taking", ["remove", "undo", "unlink"])
def test_it_leaves_no_trace(desk: Desk, wikidata: Wikidata, taking: str) -> None:
    desk.write(AMBER)
    desk.load()
    evidence = wikidata(amber())
    evidence.language = ""
    linked(desk, evidence)
    alone = desk.graph()
    evidence.language = "en"
    linked(desk, evidence)
    assert len(desk.graph()) > len(alone)
    if taking == "remove":
        remove(desk.workspace, "wikidata", desk.engine, ChangeOptions(command="remove"))
    elif taking == "undo":
        undo(desk.workspace, 3, desk.engine, ChangeOptions(command="undo"))
    else:
        remove(desk.workspace, "links", desk.engine, ChangeOptions(command="remove"))
        evidence.inquiry = None
        linked(desk, evidence)  # by which nothing is linked, so that nothing is kept
        assert items_kept(desk) == []
        return
    assert desk.graph() - alone == set() == alone - desk.graph()
    assert desk.check() == []


def test_a_film_that_is_said_to_be_another_loses_what_was_stated(
    desk: Desk, wikidata: Wikidata
) -> None:
    evidence = wikidata(amber())
    with_facts(desk, evidence)
    linked(desk, Evidence(), Decision("tt0009001", "", "none"))
    assert items_kept(desk) == []
    assert said(desk, AMBER, "genre") == []


def test_no_film_is_made_of_it(desk: Desk, wikidata: Wikidata) -> None:
    with_facts(desk, wikidata(amber()))
    remove(desk.workspace, desk.source.name, desk.engine, ChangeOptions(command="remove"))
    assert desk.graph() == set()
    rebuild(desk.workspace, desk.engine, RebuildOptions(command="rebuild"))
    assert desk.graph() == set()
    desk.load()
    assert said(desk, AMBER, "genre") == ["drama film"]


def test_a_rebuild_makes_the_same_graph(desk: Desk, wikidata: Wikidata) -> None:
    with_facts(desk, wikidata(amber()))
    before = desk.graph()
    rebuild(desk.workspace, desk.engine, RebuildOptions(command="rebuild"))
    assert desk.graph() == before


def test_it_comes_last_where_sources_disagree(desk: Desk, wikidata: Wikidata) -> None:
    (desk.source / "z.jsonl").write_text(
        json.dumps({"imdb": "tt0009001", "title": "Amber", "year": 1987, "genres": ["War"]})
    )
    desk.load(desk.source / "z.jsonl", name="zzz")
    linked(desk, wikidata(amber()))
    assert said(desk, AMBER, "genre") == ["War"]
    assert said(desk, AMBER, "duration") == ["PT1H30M"]
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        assert [each.source for each in catalog.sources.holdings()] == ["zzz", "wikidata"]


@pytest.mark.parametrize(("year", "date"), [(1987, "1987-05-14"), (1988, "1988")])
def test_a_date_counts_that_is_of_the_films_year(
    desk: Desk, wikidata: Wikidata, year: int, date: str
) -> None:
    desk.write(AMBER.but(year=year))
    desk.load()
    linked(desk, wikidata(amber()))
    assert said(desk, AMBER, "datePublished") == [date]


def test_a_later_date_of_the_films_year_counts_too(desk: Desk, wikidata: Wikidata) -> None:
    desk.write(AMBER.but(year=1988))
    desk.load()
    items = amber()
    items.date("Q900", "1988-02-03")
    linked(desk, wikidata(items))
    assert said(desk, AMBER, "datePublished") == ["1988-02-03"]


def test_ids_that_contradict_a_sources_are_listed(desk: Desk, wikidata: Wikidata) -> None:
    (desk.source / "a.jsonl").write_text(
        json.dumps({"imdb": "tt0009001", "tmdb": 12, "title": "Amber", "year": 1987})
    )
    desk.load()
    linked(desk, wikidata(amber()))
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        claims = {
            (each.scheme, each.said, each.origin.source) for each in catalog.resolved.claims()
        }
    assert ("tmdb", "4711", "wikidata") in claims
    assert any(each[:2] == ("tmdb", "12") for each in claims)


def test_films_that_only_wikidata_knows_to_be_one_are_one(desk: Desk, wikidata: Wikidata) -> None:
    desk.write(AMBER)
    desk.load()
    other = desk.source.parent / "other.jsonl"
    other.write_text(json.dumps({"tmdb": 4711, "title": "Anders", "year": 1987, "genres": ["War"]}))
    desk.load(other)
    linked(desk, wikidata(amber()))
    assert said(desk, AMBER, "genre") == ["War"]
    assert len(desk.films()) == 1
    remove(desk.workspace, "wikidata", desk.engine, ChangeOptions(command="remove"))
    assert len(desk.films()) == 2


def test_linking_takes_no_witness_from_what_it_has_stated_itself(
    desk: Desk, wikidata: Wikidata
) -> None:
    with_facts(desk, wikidata(amber()))
    report = linked(desk, Evidence())
    assert report.total == {"film": 1, "person": 0}  # the record names nobody


def test_without_an_answer_what_is_kept_stays(desk: Desk, wikidata: Wikidata) -> None:
    with_facts(desk, wikidata(amber()))
    before = desk.graph()
    report = linked(desk, wikidata(amber(), limit=0))
    assert (report.stopped, report.left > 0) == ("--limit 0 is reached", True)
    assert desk.graph() == before


def test_every_triple_of_it_is_explained_by_item_and_property(
    desk: Desk, wikidata: Wikidata
) -> None:
    with_facts(desk, wikidata(amber()))
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        explainer = Explainer(snapshot, snapshot.store)
        rows = list(explainer.explain(NamedNode(AMBER.iri)))
        people = NamedNode("http://localhost:8000/person/nm0900011")
        rows += explainer.explain(people)
        subjects = {str(each.triple.subject) for each in rows}
        told = {each.triple for each in rows if each.outcome == "stated"}
        for quad in snapshot.store.export():
            if str(quad.subject) in subjects:
                assert quad.triple in told
    places = {
        (each.triple.predicate.value.rpartition("/")[2], each.field, each.place)
        for each in rows
        if each.place.startswith("Wikidata") and each.outcome == "stated"
    }
    assert {
        ("datePublished", "publication date", "Wikidata Q900 P577"),
        ("genre", "genre", "Wikidata Q900 P136"),
        ("actor", "cast member", "Wikidata Q900 P161, P725"),
        ("identifier", "TMDB movie ID", "Wikidata Q900 P4947"),
        ("alternateName", "title", "Wikidata Q900 P1476"),
        ("name", "label", "Wikidata Q900"),
        ("sameAs", "item", "Wikidata Q900"),
    } <= places


def test_the_commands_tell_of_it(etl: Etl, wikidata: Wikidata) -> None:
    folder = Path("films")
    folder.mkdir()
    write(folder, AMBER)
    etl("load", "films")
    url = wikidata(amber()).inquiry.endpoint.url  # type: ignore[union-attr]
    facts = ("link", "--facts", "--endpoint", url, "--contact", "tests@example.org")
    planned = etl(*facts, "--dry-run")
    assert "facts of films: at most 1 requests" in planned.stdout
    done = etl(*facts)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "facts of Wikidata: 1 film, 1 new or changed, 0 no longer\n" in done.stdout
    listed = etl("sources", "-f", "csv").stdout.splitlines()
    assert listed[2] == (
        "wikidata,2,,Wikidata,1,1,1,0,https://creativecommons.org/publicdomain/zero/1.0/,,Wikidata"
    )
    explained = etl("explain", "tt0009001", "genre", "-f", "csv").stdout
    assert "movie-genres,genre,drama film,Wikidata Q900 P136,2,stated" in explained
    assert etl("check").exit_code == 0
    assert etl("load").exit_code == 0  # which reads all sources that lie on the disk
    removed = etl("remove", "wikidata")
    assert removed.exit_code == 0
    assert "wikidata" not in etl("sources", "-f", "csv").stdout


def test_the_name_is_reserved(etl: Etl) -> None:
    write(Path(), AMBER)
    refused = etl("load", "9001.txt", "--name", "wikidata")
    assert refused.exit_code == 2
    assert "'wikidata' is reserved" in refused.stderr


def test_a_source_that_an_older_version_called_so_is_not_mixed_with_it(tmp_path: Path) -> None:
    mine = Source("wikidata", "mine", "/data/mine", ("/data/mine",))
    with closing(Catalog.create(tmp_path / "catalog.duckdb", Iris())) as catalog:
        catalog.sources.keep(mine)
        place = Place("wikidata", "a.txt", "", 1)
        record = FilmRecord({"imdb": "tt0009001"}, "Amber")
        catalog.stage(catalog.runs.begin("etl load"), [Staged.read(place, "d", record)])
        with pytest.raises(LinkError, match="a source is called 'wikidata'"):
            held_facts(catalog)
