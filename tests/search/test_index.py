"""The search index: what it finds, that it is kept in step, and that the graph does without it."""

from __future__ import annotations

import os
import random
import sqlite3
import string
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from commands import Etl, seeds
from desk import Desk
from etl.queries.lookup import GraphLookup, search
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import FILM, RDF, SCHEMA, XSD
from etl.search.asking import SearchIndex
from etl.search.entries import credited, entry
from etl.search.folding import folded, forms
from etl.search.writing import IndexWriter
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot
from indexes import content
from records import EMMA, HEAT, Film
from thoroughness import examples

IRIS = Iris()

# In step


def film(number: int, title: str, ratings: int, character: str, cast: list[int]) -> list[Quad]:
    """Say something of a film; nothing if it has no title."""
    if not title:
        return []
    node = IRIS.movie(f"tt{number}")
    rating, role = IRIS.part(node, "rating"), IRIS.part(node, "role-1")
    said: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (node, RDF.type, SCHEMA.Movie),
        (node, SCHEMA.name, Literal(title)),
        (node, SCHEMA.datePublished, Literal("1999", datatype=XSD.gYear)),
        (node, SCHEMA.aggregateRating, rating),
        (rating, SCHEMA.ratingCount, Literal(str(ratings), datatype=XSD.integer)),
        (node, FILM.performance, role),
        (role, SCHEMA.characterName, Literal(character)),
        (role, SCHEMA.actor, IRIS.person("nm1")),  # which is no credit of its own
        *((node, SCHEMA.actor, IRIS.person(f"nm{each}")) for each in cast),
    ]
    return [Quad(*each) for each in said]


def person(number: int, name: str) -> list[Quad]:
    node = IRIS.person(f"nm{number}")
    return [Quad(node, RDF.type, SCHEMA.Person), Quad(node, SCHEMA.name, Literal(name))]


NAMES = ["", "Emma", "Emma Wood", "Ema", "Zoë", "Зоя", "1999", "the", "!!", "Oak, Ann", "a b c"]
FILMS = st.builds(
    film,
    st.integers(1, 3),
    st.sampled_from(NAMES),
    st.sampled_from([0, 1, 1000]),
    st.sampled_from(NAMES[1:]),
    st.lists(st.integers(1, 3), max_size=3),
)
PEOPLE = st.builds(person, st.integers(1, 3), st.sampled_from(NAMES[1:]))


@settings(max_examples=examples(40, 300))
@given(st.lists(st.lists(FILMS | PEOPLE, max_size=4), min_size=1, max_size=5))
def test_an_index_that_is_kept_up_is_one_that_is_made_anew(
    batches: list[list[list[Quad]]],
) -> None:
    store = EmbeddedStore(Store())
    for number in (1, 2, 3):  # whoever is credited is in the graph
        store.add(person(number, "Ann"))
    with tempfile.TemporaryDirectory() as folder:
        kept, anew = Path(folder, "kept"), Path(folder, "anew")
        new = True
        for batch in batches:
            with IndexWriter(kept, IRIS.base, new=new) as index:
                if new:
                    index.make(store)
                for quads in batch:
                    node = quads[0].subject if quads else IRIS.movie("tt1")
                    assert isinstance(node, NamedNode)
                    old = store.entity(node)
                    store.remove(old)
                    store.add(quads)
                    counts = credited(quad.triple for quad in {*quads})
                    counts.subtract(credited(quad.triple for quad in old))
                    index.replace([entry(node.value, (quad.triple for quad in quads))], counts)
                index.finish()
            anew.unlink(missing_ok=True)
            with IndexWriter(anew, IRIS.base, new=True) as index:
                index.make(store)
            assert content(kept) == content(anew)
            new = False


def test_what_did_not_change_stays_where_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(EMMA, HEAT)
    desk.load()
    before = ids(desk.workspace)
    desk.write(HEAT.but(title="Ronin"))
    desk.load()
    after = ids(desk.workspace)
    assert before.items() - after.items() == {("Heat", before["Heat"])}
    assert after.keys() - before.keys() == {"Ronin"}


def ids(workspace: Workspace) -> dict[str, int]:

    with sqlite3.connect(workspace.required().search) as index:
        return dict(index.execute("SELECT text, id FROM label").fetchall())


# What is found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    store = EmbeddedStore(Store())
    for number, (title, ratings, character) in enumerate(
        [
            ("The Matrix", 2_000_000, "Neo"),
            ("Matrix Reborn", 5, "Trinity"),
            ("Andrei Rublev", 60_000, "Boriska"),
            ("Зеркало", 50_000, "Мария"),
            ("It", 400_000, "Pennywise"),
            ("Amélie", 700_000, "Nino Quincampoix"),
            ("The Long Good Friday", 20_000, "Harold Shand"),
            ("La Haine", 100_000, "Vinz"),
            ("Emma", 30_000, "Mr. Knightley"),
            ("Emma", 40_000, "Harriet Smith"),
        ],
        start=1,
    ):
        store.add(film(number, title, ratings, character, [number]))
    for number, name in enumerate(
        ["Keanu Reeves", "Андрей Тарковский", "Steve McQueen", "Steve McQueen", "Πηνελόπη Κρουζ"],
        start=1,
    ):
        store.add(person(number, name))
    path = tmp_path_factory.mktemp("index") / "search.sqlite"
    with IndexWriter(path, IRIS.base, new=True) as index:
        index.make(store)

    def finds(text: str) -> list[str]:
        with SearchIndex.read(path, IRIS.base) as index:
            matches = search(GraphLookup(store, IRIS, index), text)
        return [f"{each.why} {each.entity.iri.value.rpartition('/')[2]}" for each in matches]

    return finds


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("the matrix", "exact tt1"),
        ("matrix", "exact tt1"),
        ("Matrix, The", "exact tt1"),
        ("matrix re", "prefix tt2"),
        ("the matirx", "similar tt1"),
        ("mtrix", "similar tt1"),
        ("matrixx reborn", "similar tt2"),
        ("rublev andrei", "words tt3"),
        ("andrei rubl", "prefix tt3"),
        ("rublyev", "similar tt3"),
        ("zerkalo", "exact tt4"),
        ("it", "exact tt5"),
        ("amelie", "exact tt6"),
        ("good long firday", "similar tt7"),
        ("Long Good Friday", "exact tt7"),
        ("Haine", "exact tt8"),
        ("la hayne", "similar tt8"),
        ("neo", "character tt1"),
        ("pennywize", "character tt5"),
        ("mariya", "character tt4"),
        ("Reeves, Keanu", "exact nm1"),
        ("keanu reves", "similar nm1"),
        ("kaenu reeves", "similar nm1"),
        ("Andrey Tarkovskiy", "exact nm2"),
        ("andrei tarkovsky", "similar nm2"),
        ("pinelopi cruz", "similar nm5"),
        ("tt3", "identifier tt3"),
        ("movie/tt3", "identifier tt3"),
        ("emma 1999", "exact tt10"),
    ],
)
def test_what_is_meant_comes_first(
    text: str, first: str, found: Callable[[str], list[str]]
) -> None:
    assert found(text)[:1] == [first]


def test_of_two_alike_the_better_known_comes_first(found: Callable[[str], list[str]]) -> None:
    assert found("emma") == ["exact tt10", "exact tt9"]


def test_nothing_is_found_twice(found: Callable[[str], list[str]]) -> None:
    assert found("the matrix").count("exact tt1") == 1
    assert found("xyzzy") == found("!?") == found("") == []


def test_namesakes_are_told_apart_by_their_films(etl: Etl) -> None:
    folder = seeds(EMMA)
    (folder / "two.jsonl").write_text(
        "".join(
            f'{{"imdb": "tt000{n}000", "title": "Film {n}", "year": 200{n}, '
            f'"actors": [{{"name": "Steve McQueen", "imdb": "nm000{n}000"}}]}}\n'
            for n in (1, 2)
        )
    )
    assert etl("load", "seeds").exit_code == 0
    rows = etl("search", "mcqueen, steve", "-f", "csv").stdout.splitlines()
    assert rows == [
        "kind,name,iri,match,details",
        "person,Steve McQueen,http://localhost:8000/person/nm0001000,exact,Film 1 (2001)",
        "person,Steve McQueen,http://localhost:8000/person/nm0002000,exact,Film 2 (2002)",
    ]
    hint = etl("query", "films-of-person", "steve mcqueen").stderr.splitlines()[1]
    assert "nm0001000 (Film 1 (2001)), nm0002000 (Film 2 (2002))" in hint


@given(st.text(string.ascii_lowercase, min_size=2, max_size=14), st.randoms())
def test_a_word_and_it_mistyped_have_a_hash_in_common(word: str, chance: random.Random) -> None:
    place = chance.randrange(len(word))
    letter = chance.choice(string.ascii_lowercase)
    before, here, after = word[:place], word[place], word[place + 1 :]
    for wrong in (before + after, before + letter + after, before + letter + here + after):
        assert {*forms(word)} & {*forms(wrong)}
    assert {*forms(word)} & {*forms(before + after[:1] + here + after[1:])}


@given(st.text())
def test_a_folded_text_is_ascii_and_folds_to_itself(text: str) -> None:
    assert folded(text).isascii()
    assert folded(folded(text)) == folded(text)


# Without it


def lost(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    os.truncate(path, 1000)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        (lost, "missing"),
        (cut, "damaged (1000 bytes, not SIZE)"),
        (a_folder, "damaged (not a file)"),
    ],
)
def test_without_its_index_a_graph_is_read_all_the_same(
    etl: Etl, way: Callable[[Path], None], problem: str
) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds")
    exported, answer = etl("export").stdout, etl("search", "pacno").stdout
    path = Workspace(Path(".etl")).required().search
    size = str(path.stat().st_size)
    way(path)
    problem = problem.replace("SIZE", size)
    assert etl("export").stdout == exported
    warning = f"Warning: {path}: {problem}, so all names are read; to repair it, run: etl rebuild\n"
    result = etl("search", "pacno")
    assert (result.exit_code, result.stdout, result.stderr) == (0, answer, warning)
    result = etl("query", "cast-of-film", "hete")
    assert result.exit_code == 2
    assert result.stderr.startswith(warning + "Error: film: no film is called 'hete'\n")
    result = etl("check")
    assert result.exit_code == 1
    assert f"{path}\t{problem}\n" in result.stdout
    assert result.stderr.endswith("Hint: run: etl rebuild\n")
    assert etl("rebuild").exit_code == 0
    assert etl("check").exit_code == 0
    assert etl("search", "pacno").stderr == ""


def test_a_load_makes_a_lost_index_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(EMMA, HEAT)
    desk.load()
    desk.workspace.required().search.unlink()
    desk.write(Film(1722, "Ronin", 1998, directors="John Frankenheimer", actors="Jean Reno"))
    desk.load()
    assert desk.check() == []
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        matches = search(snapshot.lookup(), "ronyn")
    assert [each.entity.label for each in matches] == ["Ronin (1998)"]


def test_an_index_of_other_content_is_told_in_one_line_and_mended(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds")
    path = Workspace(Path(".etl")).required().search
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))
    for command in (["search", "heat"], ["query", "cast-of-film", "heatt"], ["undo", "1"]):
        result = etl(*command)
        assert (result.exit_code, result.stdout) == (2, "")
        error, hint = result.stderr.splitlines()
        assert error.endswith("file is not a database")
        assert hint == "Hint: run: etl rebuild"
    assert etl("export").exit_code == 0
    assert etl("check").exit_code == 1
    assert etl("rebuild").exit_code == 0
    assert etl("check").exit_code == 0


def test_an_index_that_is_not_the_graph_s_is_told_and_mended(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    etl("load", "seeds")
    generation = Workspace(Path(".etl")).required()
    generation.search.unlink()
    store = EmbeddedStore.read(generation.store)
    with IndexWriter(generation.search, IRIS.base, new=True) as index:
        index.make(store)
        index.replace([entry(HEAT.iri, ())], {})
    generation.seal(None)  # as if it had been written so
    result = etl("check")
    assert result.exit_code == 1
    assert f"{HEAT.iri}\t1 missing search labels\n" in result.stdout
    assert result.stderr.endswith(
        "Error: .etl: search index and store differ\nHint: run: etl rebuild\n"
    )
    assert etl("rebuild").exit_code == 0
    assert etl("check").exit_code == 0
