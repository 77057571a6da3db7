"""Who people are is for all records to tell, and one person has one IRI, whatever they are called.

Records are put into the catalog as a reader has read them, so that they may hold any name: those
of an older workspace do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pyoxigraph import NamedNode, Quad

from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.catalog.kept_out import kept_out
from etl.findings import Severity
from etl.inspection.explaining import explain
from etl.inspection.validating import validate_store
from etl.operations import link as linking
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.reports import Diff, LoadReport
from etl.operations.transaction import changing
from etl.operations.undo import undo
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA
from etl.records import Credit, FilmRecord, Link, LinkRecord, Rating, digest_of
from etl.resources import folder
from etl.shacl import CompiledEngine, Shapes
from etl.sources.files import LINKS, Source
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot
from thoroughness import examples

MARA, NILS = "nm9000001", "nm9000007"
BASE = "http://localhost:8000/"
PEOPLE = f"{BASE}person/"

Read = Mapping[tuple[str, str], FilmRecord | LinkRecord | None]
"""What has been read at places, which are a source and a path: a record, or that it has gone."""


def film(number: int, *actors: Credit, directors: tuple[Credit, ...] = ()) -> FilmRecord:
    """Make a record that conforms but for its people."""
    ids = {"movielens": str(number), "imdb": f"tt{number:07d}"}
    lines = {"title": 1, "year": 1, "actors": 1, "directors": 1}
    return FilmRecord(
        ids, title="A", year=2001, actors=actors, directors=directors, synopsis="B.", lines=lines
    )


def linked(number: int, name: str, imdb: str | None, item: str | None) -> LinkRecord:
    """Make the record of a link that says who a name in a film is."""
    link = Link("person", name, "skos:exactMatch", imdb, item, name, "person-name", confidence=0.9)
    return LinkRecord(dict(film(number).identifiers), links=(link,))


class Reader(Desk):
    """A desk at which records are read that no file has."""

    def read(self, records: Read) -> LoadReport:
        """Carry out a run that has read some records."""
        with changing(self.workspace, self.engine, ChangeOptions()) as change:
            with change.building(Iris() if change.current is None else None) as builder:
                catalog, run = builder.catalog, change.report.run or 0
                for source in {source for source, _ in records}:
                    catalog.sources.keep(LINKS if source == LINKS.name else _source(source))
                for (source, path), record in records.items():
                    place = Place(source, path, "", 1)
                    if record is None:
                        catalog.stage(run, [Staged.gone(place)])
                    elif isinstance(record, LinkRecord):
                        catalog.stage_links(run, [(place, record)])
                    else:
                        catalog.stage(run, [Staged.read(place, digest_of(record), record)])
                builder.build()
                change.record(builder)
            change.commit()
        return change.report

    def names(self) -> dict[str, list[str]]:
        """Give the names of each person in the graph."""
        names: dict[str, list[str]] = {}
        for quad in self.graph():
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(PEOPLE):
                found = names.setdefault(quad.subject.value.removeprefix(PEOPLE), [])
                if quad.predicate == SCHEMA.name:
                    found.append(quad.object.value)  # type: ignore[union-attr]
        return names

    def refused(self) -> list[str]:
        """Say what is kept out, and why."""
        with Catalog.read(self.workspace.required().catalog) as catalog:
            return [
                f"{each.file}:{each.line} {each.sentence}"
                for item in kept_out(catalog)
                for each in item.findings
            ]

    def is_sound(self) -> None:
        """Make sure that store and catalog agree, and that the graph conforms."""
        assert self.check() == []
        is_conforming(self)


def is_conforming(desk: Desk) -> None:
    """Make sure that no shape is violated by the graph."""
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        found = validate_store(snapshot, snapshot.store, ENGINE)
        assert [each for each in found if each.severity == Severity.VIOLATION] == []


def _source(name: str) -> Source:
    return Source(name, name, f"/{name}", (f"/{name}",))


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


ONLY_ID = Credit("", MARA)


def test_a_name_comes_from_another_record_of_that_id(reader: Reader) -> None:
    reader.read({("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA))})
    reader.read({("b", "2.jsonl"): film(2, directors=(ONLY_ID,))})
    assert reader.names() == {MARA: ["Mara Lind"]}
    reader.is_sound()
    before = reader.graph()
    undo(reader.workspace, 2, ENGINE, ChangeOptions())
    assert reader.names() == {MARA: ["Mara Lind"]}
    reader.is_sound()
    undo(reader.workspace, 3, ENGINE, ChangeOptions())
    assert reader.graph() == before


def test_a_film_with_an_id_that_nobody_names_waits_for_the_name(reader: Reader) -> None:
    nameless = film(2, Credit("Ola Brandt"), directors=(ONLY_ID,))
    report = reader.read(
        {("b", "2.jsonl"): nameless, ("b", "3.jsonl"): film(3, Credit("Kai Voss"))}
    )
    assert report.films == Diff(added=1)
    [reason] = reader.refused()
    assert reason == (
        "/b/2.jsonl:1 directors: Give the person exactly one name; where a record has only the "
        "IMDb id, write the name beside it, or load a record that has both. Found 'nm9000001'."
    )
    reader.is_sound()
    alone = reader.graph()
    report = reader.read({("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA))})
    assert report.films == Diff(added=2)
    assert reader.refused() == []
    assert reader.names() == {
        MARA: ["Mara Lind"],
        "Kai_Voss": ["Kai Voss"],
        "Ola_Brandt": ["Ola Brandt"],
    }
    reader.is_sound()
    undo(reader.workspace, 2, ENGINE, ChangeOptions())
    assert reader.graph() == alone
    assert len(reader.refused()) == 1
    undo(reader.workspace, 3, ENGINE, ChangeOptions())
    remove(reader.workspace, "a", ENGINE, ChangeOptions())
    assert reader.graph() == alone
    reader.is_sound()


def test_the_name_may_stand_in_the_same_record(reader: Reader) -> None:
    reader.read(
        {("a", "1.jsonl"): film(1, Credit("Nils Holm", NILS), directors=(Credit("", NILS),))}
    )
    assert reader.names() == {NILS: ["Nils Holm"]}
    reader.is_sound()


TITLES = """id,title,type,age_certification,release_year,imdb_id,imdb_score,tmdb_score
tm1,One,MOVIE,PG,2000,tt0000001,7.1,7.0
tm2,Two,MOVIE,PG,2001,tt0000002,7.1,7.0
"""
CREDITS = """person_id,id,name,character,role
11,tm1,Ann Lee,Ida,ACTOR
12,tm1,Ann Lee (voice),The Caller,ACTOR
13,tm1,Bo Ray,,DIRECTOR
12,tm2,Ann Lee,Cook,ACTOR
14,tm2,Bo Ray,,DIRECTOR
13,tm2,Bo Ray (voice),Ed,ACTOR
"""


def test_namesakes_in_a_joined_table_are_told_apart_and_explained_by_their_own_rows(
    desk: Desk,
) -> None:
    (desk.source / "titles.csv").write_text(TITLES)
    (desk.source / "credits.csv").write_text(CREDITS)
    desk.load()
    people = {quad.subject for quad in desk.graph() if str(quad.subject).startswith(f"<{PEOPLE}")}
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        told = {
            str(person).rpartition("-")[2][:-1]: [
                row[4].rpartition(":")[2]
                for row in explain(snapshot, snapshot.store, str(person)[1:-1], "name")[0]
            ]
            for person in people
        }
    assert told == {"11": ["2"], "12": ["3", "5"], "13": ["4", "7"], "14": ["6"]}
    assert desk.check() == []


def test_a_name_alone_is_whoever_the_same_film_gives_that_name_and_an_id(reader: Reader) -> None:
    """Two namesakes are told apart by the film that somebody was in."""
    reader.read(
        {
            ("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA)),
            ("a", "2.jsonl"): film(2, Credit("Mara Lind", NILS)),
            ("b", "1.jsonl"): film(1, Credit("Mara Lind", facts=(("born", "1950"),))),
            ("b", "2.jsonl"): film(2, directors=(Credit("Mara Lind"),)),
            ("b", "3.jsonl"): film(3, Credit("Mara Lind")),
        }
    )
    assert reader.names() == {each: ["Mara Lind"] for each in (MARA, NILS, "Mara_Lind")}
    born = {quad.subject for quad in reader.graph() if quad.predicate == SCHEMA.birthDate}
    assert born == {NamedNode(PEOPLE + MARA)}
    people = {
        (str(quad.predicate)[20:-1], str(quad.object).rpartition("/")[2][:-1])
        for quad in reader.films()[f"{BASE}movie/tt0000002"]
        if PEOPLE in str(quad.object)
    }
    assert people == {("actor", NILS), ("director", NILS)}
    reader.is_sound()


def test_a_name_of_two_people_in_one_film_is_neither(reader: Reader) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA), Credit("Mara Lind", NILS)),
            ("b", "1.jsonl"): film(1, Credit("Mara Lind")),
        }
    )
    assert reader.names() == {each: ["Mara Lind"] for each in (MARA, NILS, "Mara_Lind")}
    reader.is_sound()


def keyed(key: str, name: str = "Mara Lind") -> Credit:
    """Credit somebody whom a source tells from namesakes by a key."""
    return Credit(name, key=key)


def test_namesakes_are_two_where_a_source_has_keys_for_them(reader: Reader) -> None:
    one = {("a", "1.jsonl"): film(1, keyed("tmdb-5"), keyed("tmdb-8", "Kai Voss"))}
    reader.read(one)
    assert reader.names() == {"Kai_Voss": ["Kai Voss"], "Mara_Lind": ["Mara Lind"]}
    alone = reader.graph()
    reader.read(
        {
            ("a", "2.jsonl"): film(2, keyed("tmdb-6"), directors=(keyed("tmdb-8", "Kai Voss"),)),
            ("a", "3.jsonl"): film(3, keyed("tmdb-6", "M. Lind")),
            ("b", "2.jsonl"): film(2, Credit("Mara Lind", facts=(("born", "1950"),))),
        }
    )
    assert reader.names() == {
        "Kai_Voss": ["Kai Voss"],
        "tmdb-5": ["Mara Lind"],
        "tmdb-6": ["Mara Lind"],
    }
    born = {quad.subject for quad in reader.graph() if quad.predicate == SCHEMA.birthDate}
    assert born == {NamedNode(f"{PEOPLE}tmdb-6")}
    reader.is_sound()
    undo(reader.workspace, 2, ENGINE, ChangeOptions())
    assert reader.graph() == alone
    reader.is_sound()


def test_a_key_means_whom_a_film_in_which_it_occurs_gives_an_id(reader: Reader) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, keyed("tmdb-5")),
            ("a", "2.jsonl"): film(2, keyed("tmdb-6")),
            ("a", "3.jsonl"): film(3, keyed("tmdb-6")),
            ("b", "2.jsonl"): film(2, Credit("Mara Lind", MARA)),
        }
    )
    assert reader.names() == {MARA: ["Mara Lind"], "tmdb-5": ["Mara Lind"]}
    reader.is_sound()


def test_a_key_tells_who_somebody_is_whose_name_has_several_ids(reader: Reader) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, keyed("tmdb-5")),
            ("a", "2.jsonl"): film(2, keyed("tmdb-5")),
            ("b", "1.jsonl"): film(1, Credit("Mara Lind", MARA)),
            ("b", "3.jsonl"): film(3, Credit("Mara Lind", NILS)),
        }
    )
    assert set(reader.names()) == {MARA, NILS}
    reader.is_sound()


def test_a_key_is_nobody_in_particular_whose_films_give_the_name_several_ids(
    reader: Reader,
) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, keyed("tmdb-5")),
            ("a", "2.jsonl"): film(2, keyed("tmdb-6")),
            ("a", "3.jsonl"): film(3, keyed("tmdb-6")),
            ("b", "2.jsonl"): film(2, Credit("Mara Lind", MARA)),
            ("b", "3.jsonl"): film(3, Credit("Mara Lind", NILS)),
        }
    )
    assert set(reader.names()) == {MARA, NILS, "tmdb-5", "tmdb-6"}
    reader.is_sound()


def test_a_link_says_whom_a_key_means_and_where_they_are_now(reader: Reader) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, keyed("tmdb-5")),
            ("a", "2.jsonl"): film(2, keyed("tmdb-6")),
            ("a", "3.jsonl"): film(3, keyed("tmdb-6")),
        }
    )
    before = reader.graph()
    reader.read({(LINKS.name, "tt0000002"): linked(2, "Mara Lind", MARA, "Q5")})
    assert reader.names() == {MARA: ["Mara Lind"], "tmdb-5": ["Mara Lind"], "tmdb-6": []}
    reader.is_sound()
    undo(reader.workspace, 2, ENGINE, ChangeOptions())
    assert reader.graph() == before
    reader.is_sound()


def test_each_of_two_namesakes_in_one_film_is_explained_by_their_own_credit(
    reader: Reader,
) -> None:
    two = keyed("tmdb-5")._replace(characters=("Bo",)), keyed("tmdb-6")._replace(characters=("Al",))
    reader.read(
        {
            ("a", "1.jsonl"): film(1, *two),
            ("a", "2.jsonl"): film(2, keyed("tmdb-6")),
            ("b", "2.jsonl"): film(2, Credit("Mara Lind", MARA)),
        }
    )
    with Snapshot.opened(reader.workspace.required()) as snapshot:
        parts = [
            explain(snapshot, snapshot.store, f"tt0000001#role-{number}", "actor")[0]
            for number in (1, 2)
        ]
        person, _ = explain(snapshot, snapshot.store, "tmdb-5", "name")
    said = {(row[0].partition("> schema:actor ")[2], row[3]) for rows in parts for row in rows}
    assert said == {("<person/tmdb-5>", "Mara Lind: Bo"), (f"<person/{MARA}>", "Mara Lind: Al")}
    assert [row[4] for row in person] == ["/a/1.jsonl:1"]
    reader.is_sound()


@pytest.mark.parametrize("names", [2, 3])
def test_keys_of_which_none_comes_twice_count_credits(reader: Reader, names: int) -> None:
    """Two names may be of two people each by chance; where it is three, the keys are the cause."""
    called = ["Mara Lind", "Kai Voss", "Ola Brandt"][:names]
    films = (
        film(n, *(keyed(f"key-a-{n}{place}", name) for place, name in enumerate(called)))
        for n in (1, 2)
    )
    reader.read({("a", f"{n}.jsonl"): each for n, each in enumerate(films)})
    assert len(reader.names()) == (4 if names == 2 else 3)
    reader.is_sound()


def test_keys_of_two_sources_are_two_schemes(reader: Reader) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, keyed("key-a-1")),
            ("a", "2.jsonl"): film(2, keyed("key-a-1")),
            ("b", "2.jsonl"): film(2, keyed("key-b-7")),
        }
    )
    assert set(reader.names()) == {"Mara_Lind"}
    reader.is_sound()


def test_the_name_that_most_records_give_counts_in_whatever_order_they_come(
    tmp_path: Path,
) -> None:
    records = {
        ("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA)),
        ("b", "2.jsonl"): film(2, Credit("M. Lind", MARA)),
        ("c", "3.jsonl"): film(3, Credit("Mara Lind", MARA)),
        ("d", "4.jsonl"): replace(film(4, ONLY_ID), synopsis="Bo (M. Lind) and Nora (Mara Lind)."),
    }
    graphs = []
    for place, order in enumerate([list(records), list(reversed(records)), []]):
        reader = Reader(tmp_path / str(place))
        for each in order:
            reader.read({each: records[each]})
        if not order:
            reader.read(records)
        assert reader.names() == {MARA: ["Mara Lind"]}
        reader.is_sound()
        graphs.append(reader.graph())
    assert graphs[0] == graphs[1] == graphs[2]


def test_a_record_that_does_not_conform_still_tells_a_name(reader: Reader) -> None:
    reader.read({("a", "1.jsonl"): replace(film(1, Credit("Mara Lind", MARA)), year=1)})
    reader.read({("b", "2.jsonl"): film(2, ONLY_ID)})
    assert reader.names() == {MARA: ["Mara Lind"]}
    reader.is_sound()


def test_an_older_version_tells_a_name_that_the_newest_do_not(reader: Reader) -> None:
    first = film(1, Credit("Bo Lind", MARA), ONLY_ID, directors=(Credit("Bo", MARA), ONLY_ID))
    reader.read({("a", "1.jsonl"): first})
    reader.read({("a", "1.jsonl"): replace(film(1, Credit("Kai")), year=1)})  # does not conform
    reader.read({("b", "2.jsonl"): film(2, ONLY_ID)})
    assert reader.names() == {MARA: ["Bo"]}
    reader.is_sound()
    reader.read({("c", "3.jsonl"): film(3, Credit("Mara Lind", MARA))})
    undo(reader.workspace, 2, ENGINE, ChangeOptions())
    reader.read({("a", "1.jsonl"): film(1, Credit("Mara", MARA))})
    assert reader.names() == {MARA: ["Mara"]}
    reader.is_sound()
    reader.read({("a", "1.jsonl"): None, ("c", "3.jsonl"): None})
    assert reader.names() == {}
    assert len(reader.refused()) == 1


def test_a_link_tells_the_name_of_an_id_as_long_as_its_film_has_it(reader: Reader) -> None:
    reader.read({("a", "1.jsonl"): film(1, Credit("Mara Lind"))})
    reader.read({("links", "tt0000001"): linked(1, "Mara Lind", MARA, "Q9")})
    reader.read({("b", "2.jsonl"): film(2, ONLY_ID)})
    assert reader.names() == {"Mara_Lind": [], MARA: ["Mara Lind"]}  # the first moved there
    reader.is_sound()
    reader.read({("links", "tt0000002"): linked(2, "Mara Lind", MARA, "Q9")})
    remove(reader.workspace, "a", ENGINE, ChangeOptions())
    assert reader.names() == {}
    assert len(reader.refused()) == 1
    reader.is_sound()


def test_linking_knows_the_name_of_somebody_whose_id_a_record_gives_alone(reader: Reader) -> None:
    reader.read(
        {("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA)), ("b", "2"): film(2, ONLY_ID)}
    )
    with Catalog.read(reader.workspace.required().catalog) as catalog:
        subject = linking.film(catalog, "tt0000002")
    assert subject
    assert [(each.name, each.imdb_id) for each in subject.people] == [("Mara Lind", MARA)]


def test_what_is_explained_of_a_person_is_what_records_say_and_what_the_graph_has(
    reader: Reader,
) -> None:
    reader.read(
        {
            ("a", "1.jsonl"): film(1, Credit("Mara Lind", MARA, ("Bo",))),
            ("a", "2.jsonl"): film(2, Credit("Mara Lind", MARA)),
            ("b", "3.jsonl"): film(3, Credit("M. Lind", MARA)),
            ("b", "4.jsonl"): film(4, Credit("", MARA, ("Nora",))),
        }
    )
    with Snapshot.opened(reader.workspace.required()) as snapshot:
        rows, _ = explain(snapshot, snapshot.store, MARA, "name")
        part, _ = explain(snapshot, snapshot.store, "tt0000004#role-1", "characterName")
    person = f'<person/{MARA}> schema:name "Mara Lind"'
    assert [(row[0], row[3], row[4], row[6]) for row in rows] == [
        (person, "Mara Lind", "/a/1.jsonl:1", "stated"),
        (person, "Mara Lind", "/a/2.jsonl:1", "stated"),
        (person, "M. Lind", "/b/3.jsonl:1", "lost"),
    ]
    assert [(row[3], row[4]) for row in part] == [(f"{MARA}: Nora", "/b/4.jsonl:1")]


def test_two_spellings_of_a_name_in_an_older_workspace_are_two_people(reader: Reader) -> None:
    names = ("Zoë", "Zoe\u0308")
    reader.read({("a", f"{n}.jsonl"): film(n, Credit(names[n % 2])) for n in range(1, 1020)})
    assert reader.names() == {"Zoë": ["Zoë"], "Zoe%CC%88": ["Zoe\u0308"]}
    reader.is_sound()


def test_one_person_with_a_name_in_each_thousand_has_one_name(reader: Reader) -> None:
    spelt = ["Mara Lind"] * 600 + ["M. Lind"] * 601 + [""] * 5
    reader.read(
        {("a", f"{n:04}.jsonl"): film(n, Credit(name, MARA)) for n, name in enumerate(spelt, 1)}
    )
    assert reader.names() == {MARA: ["M. Lind"]}
    reader.is_sound()
    reader.read({("a", f"{n}.jsonl"): None for n in range(1190, 1200)})
    assert reader.names() == {MARA: ["Mara Lind"]}
    reader.is_sound()


LINES = {
    "escapes": ['"actors": ["Bj\\u00f6rn Ny"]', '"actors": ["Bjo\\u0308rn Ny"]'],
    "within a film": ['"directors": ["Bj\\u00f6rn Ny"], "actors": ["Bjo\\u0308rn Ny"]'],
    "compatible letters": ['"actors": ["\\u795e Ny"]', '"actors": ["\\ufa19 Ny"]'],
    "marks": ['"actors": ["Bj\\u00f6rn Ny"]', '"actors": ["Bj\\u00f6rn\\u200b Ny\\u200e"]'],
    "an id for a name": [
        '"actors": [{"name": "Mara Lind", "imdb": "nm9000001"}]',
        '"directors": "nm9000001"',
    ],
    "an item for a name": ['"actors": ["Q42", "name-Q42"]', '"actors": "name-nm9000001, Q42"'],
    "both in a film": [
        '"directors": ["nm9000007"], "actors": [{"name": "N", "imdb": "nm9000007"}]'
    ],
}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES.keys())
def test_two_ways_of_writing_a_person_never_break_the_graph(
    lines: list[str], at_once: bool, desk: Desk
) -> None:
    written, graphs = "", []
    for number, people in enumerate(lines, 1):
        written += f'{{"movieId": {number}, "title": "W", "year": 2002, {people}}}\n'
        (desk.source / "films.jsonl").write_text(written, "utf-8")
        if not at_once or number == len(lines):
            assert desk.load().kept_out == 0
            assert desk.check() == []
            is_conforming(desk)
            graphs.append(desk.graph())
    for run, graph in zip(range(len(graphs), 1, -1), graphs[-2::-1], strict=True):
        undo(desk.workspace, run, ENGINE, ChangeOptions())
        assert desk.graph() == graph
        assert desk.check() == []


def test_a_film_that_only_another_films_id_makes_unfit_is_kept_out(tmp_path: Path) -> None:
    """Nobody else can be at fault for it, so its own record is."""
    (tmp_path / "own.ttl").write_text(
        """
        @prefix schema: <https://schema.org/> .
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        [] a sh:NodeShape ; sh:targetClass schema:Movie ; sh:or (
            [ sh:property [ sh:path schema:name ; sh:hasValue "Known" ] ]
            [ sh:property [ sh:path ( schema:actor schema:sameAs ) ; sh:maxCount 0 ] ] ) .
        """
    )
    engine = CompiledEngine(Shapes.read([folder("shapes"), tmp_path / "own.ttl"]))
    known, unfit = film(1, Credit("Mara Lind", MARA)), film(2, Credit("Mara Lind"))
    reader = Reader(tmp_path, engine)
    reader.read({("a", "1.jsonl"): replace(known, title="Known"), ("b", "2.jsonl"): unfit})
    assert [line.partition(" ")[0] for line in reader.refused()] == ["/b/2.jsonl:1"]
    assert reader.names() == {MARA: ["Mara Lind"]}
    assert reader.check() == []


# Anything may be anybody's name, and is; records come, change and go, and runs are taken back.

spellings = st.sampled_from(
    [
        *("Mara Lind", "M. Lind", "Nils Holm", "Zoë", "Zoe\u0308", "Zoë\u200b", "Bo"),
        *(MARA, NILS, "NM9000001", "name-nm9000001", "name-name-nm9000001", "Q9", "name-Q9"),
    ]
)
ids = st.sampled_from([MARA, NILS])
lives = st.lists(
    st.sampled_from(
        [
            *(("born", "1950"), ("born", "1950-03"), ("born", "1950-03-09"), ("born", "1962-01")),
            *(("died", "1950-02"), ("died", "2001"), ("died", "1949"), ("died", "2001-12-31")),
            *(("jobs", "actor"), ("jobs", "set designer")),
        ]
    ),
    unique_by=lambda fact: fact if fact[0] == "jobs" else fact[0],
    max_size=3,
).map(tuple)
credits_ = st.one_of(
    spellings.map(Credit),
    st.builds(Credit, spellings, st.none() | ids, st.just(()), lives),
    st.builds(Credit, st.just(""), ids, st.just(()), lives),
    st.builds(Credit, spellings, ids, st.sampled_from([(), ("Bo",), ("Bo", "Nora")])),
    ids.map(lambda identifier: Credit("", identifier)),
)
SCHEMES = [
    {"movielens": "1"},
    {"movielens": "1", "imdb": "tt9000001"},
    {"imdb": "tt9000001"},
    {"movielens": "2"},
    {"movielens": "3", "imdb": "tt9000003"},
]
records = st.builds(
    FilmRecord,
    st.sampled_from(SCHEMES),
    title=st.sampled_from(["A", "tt9000001", "movielens-1"]),
    year=st.sampled_from([2001, 2001, 2002]),
    rating=st.sampled_from([None, None, None, Rating(11)]),  # type: ignore[arg-type]  # too much
    directors=st.lists(credits_, max_size=2).map(tuple),
    actors=st.lists(credits_, min_size=1, max_size=3).map(tuple),
    synopsis=st.sampled_from(["B.", "Bo (Mara Lind) meets Nora (M. Lind) and Kim (nm9000001)."]),
)
links = st.builds(
    linked,
    st.just(1),
    spellings,
    st.sampled_from([None, MARA, NILS]),
    st.sampled_from(["Q9", "Q42"]),
)
places = st.tuples(st.sampled_from(["one", "two"]), st.sampled_from(["1.jsonl", "2.jsonl"]))


@dataclass
class Happened:
    """What a run has read, in its order; whether it stands, and what it took back."""

    read: list[tuple[tuple[str, str], FilmRecord | LinkRecord | None]]
    stands: bool = True
    undoes: int = 0


class Identities(RuleBasedStateMachine):
    """Two sources and linking, which call people as they like."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name)
        self.reader = Reader(self.path)
        self.runs: list[Happened] = []

    def teardown(self) -> None:
        try:
            if self.runs:
                self.the_graph_is_what_a_rebuild_makes()
                self.the_order_of_loading_is_of_no_account()
        finally:
            self._folder.cleanup()

    def happen(self, read: list[tuple[tuple[str, str], FilmRecord | LinkRecord | None]]) -> None:
        self.reader.read(dict(read))
        self.runs.append(Happened(read))

    @rule(read=st.dictionaries(places, st.one_of(records, records, st.none()), min_size=1))
    def read(self, read: Mapping[tuple[str, str], FilmRecord | LinkRecord | None]) -> None:
        self.happen(list(read.items()))

    @rule(ids=st.sampled_from(SCHEMES[:3]), link=st.one_of(links, links, st.none()))
    def link(self, ids: Mapping[str, str], link: LinkRecord | None) -> None:
        place = (LINKS.name, FilmRecord(ids).key)
        self.happen([(place, link and replace(link, identifiers=ids))])

    @precondition(lambda self: any(run.stands for run in self.runs))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        standing = [number for number, run in enumerate(self.runs, 1) if run.stands]
        number = data.draw(st.sampled_from(standing))
        undo(self.reader.workspace, number, ENGINE, ChangeOptions())
        self.runs.append(Happened([], undoes=number))
        stands = False
        while number:
            self.runs[number - 1].stands = stands
            number, stands = self.runs[number - 1].undoes, not stands

    @precondition(lambda self: self.runs)
    @invariant()
    def the_workspace_is_sound(self) -> None:
        self.reader.is_sound()
        assert all(len(names) <= 1 for names in self.reader.names().values())

    def the_graph_is_what_a_rebuild_makes(self) -> None:
        copy = Workspace(self.path / "copy")
        shutil.copytree(self.reader.workspace.path, copy.path)
        rebuild(copy, ENGINE, RebuildOptions())
        assert graph_of(copy) == self.reader.graph()
        shutil.rmtree(copy.path)

    def the_order_of_loading_is_of_no_account(self) -> None:
        """Read again what stands, in as few runs as can be, and the places in another order."""
        histories: dict[tuple[str, str], list[FilmRecord | LinkRecord | None]] = {}
        for run in self.runs:
            for place, record in run.read if run.stands else ():
                histories.setdefault(place, []).append(record)
        other = Reader(self.path / "other")
        for turn in range(max(map(len, histories.values()), default=0)):
            left = sorted(place for place, read in histories.items() if turn < len(read))
            other.read({place: histories[place][turn] for place in reversed(left)})
        assert other.graph() == self.reader.graph()
        shutil.rmtree(self.path / "other")


def graph_of(workspace: Workspace) -> set[Quad]:
    """Give the default graph of a workspace."""
    return set(EmbeddedStore.read(workspace.required().store).export())


TestIdentities = Identities.TestCase
TestIdentities.settings = settings(
    max_examples=examples(2, 8), stateful_step_count=examples(6, 12), deadline=None
)
