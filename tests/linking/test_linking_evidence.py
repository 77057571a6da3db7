"""Crosswalks and IMDb's tables are read as they are published, and nothing is made of the rest."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from etl.errors import LinkError
from etl.linking.candidates import ACTOR, DIRECTOR, FilmCandidate, PersonCandidate, part
from etl.linking.crosswalk import read_crosswalks
from etl.linking.films import FilmMention, link_by_id
from etl.linking.imdb_tables import ImdbTables
from etl.linking.ladder import UNLABELLED
from etl.linking.pairing import Pairing
from etl.linking.wikidata import ItemFacts, film_candidates, person_candidates
from shared_data import shared

TABLES = {
    "title.basics": (
        "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\n"
        'tt0000001\tmovie\t"Quoted" & Co\tCité, La\t0\t1999\n'
        "tt0000002\tmovie\tQuoted and Co\tQuoted and Co\t0\t\\N\n"
        "tt0000003\ttvEpisode\tQuoted and Co\tQuoted and Co\t0\t1999\n"
    ),
    "title.principals": (
        "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
        'tt0000001\t2\tnm0000001\tactor\t\\N\t["Dr. No (voice)","Self"]\n'
        'tt0000001\t1\tnm0000002\tactress\t\\N\t["Ann \\"Annie\\" Lee","Bea"]\n'
        "tt0000001\t3\tnm0000003\tcomposer\t\\N\t\\N\n"
        "tt0000001\t4\tnm0000004\tdirector\t\\N\t\\N\n"
    ),
    "title.crew": "tconst\tdirectors\twriters\ntt0000001\tnm0000004,nm0000002\t\\N\n",
    "name.basics": (
        'nconst\tprimaryName\nnm0000001\tTom "T" Sand\nnm0000002\tMei Lund\n'
        "nm0000003\tNobody\nnm0000004\tAda Birk\n"
    ),
}


@pytest.fixture
def tables(tmp_path: Path) -> ImdbTables:
    for number, (name, text) in enumerate(TABLES.items()):
        if number % 2:
            (tmp_path / f"{name}.tsv").write_text(text, "utf-8")
        else:
            (tmp_path / f"{name}.tsv.gz").write_bytes(gzip.compress(text.encode()))
    return ImdbTables.find(tmp_path)


def test_the_people_of_a_film_have_ids_names_work_and_characters(tables: ImdbTables) -> None:
    assert tables.people(["tt0000001", "tt0000009"]) == {
        "tt0000001": [
            PersonCandidate(
                ("Mei Lund",),
                "nm0000002",
                None,
                frozenset({ACTOR, DIRECTOR}),
                ('Ann "Annie" Lee', "Bea"),
                "IMDb tt0000001",
            ),
            PersonCandidate(
                ('Tom "T" Sand',),
                "nm0000001",
                None,
                frozenset({ACTOR}),
                ("Dr. No",),
                "IMDb tt0000001",
            ),
            PersonCandidate(
                ("Ada Birk",), "nm0000004", None, frozenset({DIRECTOR}), (), "IMDb tt0000001"
            ),
        ]
    }


PARTS = [
    ("Nora / Dora", "Nora / Dora"),
    ("Nora (voice)", "Nora"),
    ("Self Esteem", "Self Esteem"),
    ("Selfridge", "Selfridge"),
    ("Self-Made Man", "Self-Made Man"),
    ("The Man Himself", "The Man Himself"),
    ("Dr. No", "Dr. No"),
]
NO_PARTS = """
Self|Self - Host|Self – Narrator|Self / Various|Self (archive footage)|Self, Host|Self: Host
Himself|herself|Themselves|Themselves - Musical Guest|Himself - Presenter (voice)|Self and Host
Them-selves|SELF - HOST|Themselves as a band|(voice)|-|...|
"""


@pytest.mark.parametrize(("text", "expected"), PARTS)
def test_a_character_is_read_without_remarks(text: str, expected: str) -> None:
    assert part(text) == expected


@pytest.mark.parametrize("text", NO_PARTS.strip().replace("\n", "|").split("|"))
def test_who_appears_as_themselves_plays_no_character(text: str, tmp_path: Path) -> None:
    assert part(text) == ""
    rows = json.dumps([text, "Nora", 7, None])
    (tmp_path / "title.principals.tsv").write_text(
        "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
        f"tt0000001\t1\tnm0000001\tself\t\\N\t{rows}\n",
        "utf-8",
    )
    (tmp_path / "name.basics.tsv").write_text("nconst\tprimaryName\nnm0000001\tAnn\n", "utf-8")
    [[ann]] = ImdbTables.find(tmp_path).people(["tt0000001"]).values()
    assert ann.characters == ("Nora",)
    item = "http://www.wikidata.org/entity/Q1"
    rows_of_item = [(item, "character", text), (item, "character", "Nora"), (item, "actor", "")]
    [ann] = person_candidates(rows_of_item, "Wikidata")
    assert ann.characters == ("Nora",)


def test_films_are_found_by_id_and_by_either_title(tables: ImdbTables) -> None:
    film = FilmCandidate(
        ('"Quoted" & Co', "Cité, La"), (1999,), "tt0000001", None, (), "IMDb tt0000001"
    )
    assert tables.films(["tt0000001"]) == {"tt0000001": film}
    for form in ("quotedandco", "citela"):
        [found] = tables.called([form], [2000])
        assert (found.imdb_id, found.directors) == ("tt0000001", ("Mei Lund", "Ada Birk"))
    assert tables.called(["quotedandco"], [2005]) == tables.called(["quotedandco"], []) == []


def test_ids_names_and_characters_of_tables_are_spelled_as_those_of_records(
    tmp_path: Path,
) -> None:
    tables = {
        "title.basics": "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\n"
        "TT00000001\tmovie\tCafe\u0301\u200e\tA\u00a0 B\t0\t1999\n",
        "title.principals": "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
        'tt000000001\t1\tnm0010000002\tactor\t\\N\t["Self - Host","No\\u0308ra","Themselves"]\n',
        "title.crew": "tconst\tdirectors\twriters\ntt0000001\tNM00000003,nm10000002\t\\N\n",
        "name.basics": "nconst\tprimaryName\n"
        "nm10000002\tBjo\u0308rn Ny\nnm0000003\tDana Quill, Jr.\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.tsv").write_text(text, "utf-8")
    found = ImdbTables.find(tmp_path)
    assert found.films(["tt0000001"])["tt0000001"].titles == ("Café", "A B")
    both = frozenset({ACTOR, DIRECTOR})
    assert found.people(["tt0000001"])["tt0000001"] == [
        PersonCandidate(("Björn Ny",), "nm10000002", None, both, ("Nöra",), "IMDb tt0000001"),
        PersonCandidate(
            ("Dana Quill Jr.",), "nm0000003", None, frozenset({DIRECTOR}), (), "IMDb tt0000001"
        ),
    ]


def test_labels_and_characters_of_an_endpoint_are_spelled_as_those_of_records() -> None:
    item = "http://www.wikidata.org/entity/Q1"
    people = [
        (item, "actor", ""),
        (item, "label", "Bjo\u0308rn\u00a0Ny"),
        (item, "name", "Björn Ny\u200e"),
        (item, "imdb", "nm0010000002"),
        (item, "character", "himself or herself"),
        (item, "character", "Nora\u200b"),
    ]
    assert person_candidates(people, "Wikidata") == [
        PersonCandidate(
            ("Björn Ny",), "nm10000002", "Q1", frozenset({ACTOR}), ("Nora",), "Wikidata"
        )
    ]
    films = [(item, "title", "Cafe\u0301"), (item, "title", "Café"), (item, "imdb", "TT00000001")]
    assert film_candidates(films, "Wikidata") == [
        FilmCandidate(("Café",), (), "tt0000001", "Q1", (), "Wikidata")
    ]


def test_a_table_that_is_not_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "title.principals.tsv").write_text("something else\n", "utf-8")
    (tmp_path / "name.basics.tsv").write_text("nconst\tprimaryName\n", "utf-8")
    with pytest.raises(LinkError, match="cannot be read"):
        ImdbTables.find(tmp_path).people(["tt0000001"])


def plainly(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_person_of_the_real_tables_is_given_by_name() -> None:
    folder = shared("data/imdb")
    rows = plainly(folder / "title.principals.tsv")
    names = {row["nconst"]: row["primaryName"] for row in plainly(folder / "name.basics.tsv")}
    kinds = ("director", "actor", "actress", "self")
    expected = {(row["tconst"], row["nconst"]) for row in rows if row["category"] in kinds}
    people = ImdbTables.find(folder).people(sorted({row["tconst"] for row in rows}))
    found = {(film, each.imdb_id) for film, listed in people.items() for each in listed}
    assert found == expected
    labels = {each.imdb_id or "": each.label for listed in people.values() for each in listed}
    assert labels == {person: names.get(person, "") for person in labels}


CROSSWALKS = [
    ("imdb_id,qid,sources\nnm0000120,Q40504,somebody\n", [("nm0000120", "Q40504", 2)]),
    ("tt0338013;Q208269\n", [("tt0338013", "Q208269", 1)]),
    (
        "qid\timdb\nhttp://www.wikidata.org/entity/Q1\thttps://www.imdb.com/title/tt0000001/\n",
        [("tt0000001", "Q1", 2)],
    ),
    (
        (
            "#curie_map:\n#  imdb: x\nsubject_id\tpredicate_id\tobject_id\n"
            "imdb:nm0000001\tskos:exactMatch\twikidata:Q1\n"
            "imdb:nm0000002\tskos:closeMatch\twikidata:Q2\n"
            "wikidata:Q3\tskos:exactMatch\timdb:nm0000003\n"
        ),
        [("nm0000001", "Q1", 4), ("nm0000003", "Q3", 6)],
    ),
    ("a,b\ntt0000001,tt0000002\nnot,ids\ntt0000003,Q3\n", [("tt0000003", "Q3", 4)]),
    ("tt00000001,Q1\nNM0010000002,Q2\n", [("tt0000001", "Q1", 1), ("nm10000002", "Q2", 2)]),
]


@pytest.mark.parametrize(("text", "pairs"), CROSSWALKS)
def test_a_crosswalk_is_read_in_the_forms_it_comes_in(
    tmp_path: Path, text: str, pairs: list[tuple[str, str, int]]
) -> None:
    path = tmp_path / "crosswalk.txt"
    path.write_text(text, "utf-8")
    found = [pair for each in read_crosswalks([path]).by_imdb.values() for pair in each]
    assert [(each.imdb_id, each.wikidata_id, each.place) for each in found] == [
        (imdb, item, f"{path}:{line}") for imdb, item, line in pairs
    ]


LABELS = [
    ("imdb,item,itemLabel\ntt0000001,Q1,Heat\n", ("Heat",)),
    ("imdb;item;Name;note\nnm0000001;Q1;Ann Lee;Heat\n", ("Ann Lee",)),
    ("title\timdb\titem\tdirector\nHeat\ttt0000001\tQ1\tAnn Lee\n", ("Heat",)),
    ("film,person,imdb,item\nHeat,Ann Lee,nm0000001,Q1\n", ("Ann Lee",)),
    (
        (
            "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\n"
            "imdb:tt0000001\tHeat\tskos:exactMatch\twikidata:Q1\tHeat (1995)\n"
        ),
        ("Heat", "Heat (1995)"),
    ),
    ("movie,label\ntt0000001,Q1\n", ()),
    ("tt0000001,Q1,Heat\n", ()),
]


@pytest.mark.parametrize(("text", "labels"), LABELS)
def test_titles_and_names_are_read_by_the_headings_of_their_columns(
    tmp_path: Path, text: str, labels: tuple[str, ...]
) -> None:
    path = tmp_path / "crosswalk.csv"
    path.write_text(text, "utf-8")
    [pair] = read_crosswalks([path]).pairs("Q1")
    assert pair.labels == labels


def pairing(tmp_path: Path, *rows: str, facts: dict[str, ItemFacts] | None = None) -> Pairing:
    path = tmp_path / "crosswalk.csv"
    path.write_text("\n".join(["imdb,item,label", *rows]), "utf-8")
    return Pairing(read_crosswalks([path]), facts or {})


ANN = PersonCandidate(("Ann Lee",), "nm0000001")
SEVERAL = "crosswalks contradict each other: "
DOUBTS = [
    (("nm0000001,Q1,Ann Lee", "nm0000001,Q2,"), SEVERAL),
    (("nm0000001,Q1,Ann Lee", "nm0000003,Q1,"), SEVERAL),
    (("nm0000001,Q1,Bob Ray",), "nm0000001 = Q1 ({path}:2) is called 'Bob Ray'"),
    (("nm0000001,Q7,Ann Lee",), "nm0000001 = Q7 ({path}:2) is called 'Bob Ray'"),
    (("nm0000001,Q8,Ann Lee",), "Q8 has the IMDb id nm0000008"),
]
FACTS = {
    "Q7": ItemFacts(("Bob Ray",)),
    "Q8": ItemFacts(("Ann Lee",), imdb_ids=("nm0000008",)),
    "Q10": ItemFacts(merged_into=("Q1",)),
}


@pytest.mark.parametrize(("rows", "doubt"), DOUBTS)
def test_a_pair_of_somebody_that_is_contradicted_is_a_doubt_and_no_id(
    tmp_path: Path, rows: tuple[str, ...], doubt: str
) -> None:
    found = pairing(tmp_path, *rows, facts=FACTS).person(ANN)
    assert found.doubt.startswith(doubt.format(path=tmp_path / "crosswalk.csv"))
    assert (found.imdb_id, found.wikidata_id) == ("nm0000001", None)


@pytest.mark.parametrize(
    ("rows", "unlabelled"),
    [
        (("nm0000001,Q1,Lee",), False),
        (("nm0000001,Q10,Ann Lee", "nm0000001,Q1,Ann Lee"), False),
        (("nm0000001,Q1,",), True),
        (("nm0000001,Q1,安李",), True),
    ],
)
def test_a_pair_that_nothing_contradicts_gives_somebody_the_other_id(
    tmp_path: Path, rows: tuple[str, ...], unlabelled: bool
) -> None:
    found = pairing(tmp_path, *rows, facts=FACTS).person(ANN)
    assert (found.imdb_id, found.wikidata_id, found.doubt) == ("nm0000001", "Q1", "")
    assert found.unlabelled == unlabelled


def test_a_pair_that_contradicts_a_list_of_the_film_is_a_doubt(tmp_path: Path) -> None:
    known = PersonCandidate(("Ann Lee",), "nm0000001", "Q1")
    assert pairing(tmp_path, "nm0000001,Q1,Ann Lee").person(known) == known
    doubted = pairing(tmp_path, "nm0000001,Q2,Ann Lee").person(known)
    path = tmp_path / "crosswalk.csv"
    assert doubted == replace(known, doubt=f"a crosswalk has nm0000001 = Q2 ({path}:2)")


HEAT = FilmMention("tt0000001", "Heat", 1995, "tt0000001")
FILM_DOUBTS = [
    (("tt0000001,Q1,Heat",), "", "film-id"),
    (("tt0000001,Q1,熱",), UNLABELLED, "film-id"),
    (("tt0000001,Q1,",), UNLABELLED, "film-id"),
    (("tt0000001,Q1,Speed",), "{path}:2 calls it 'Speed'", "film-id-questioned"),
    (("tt0000001,Q1,Heat", "tt0000002,Q1,Heat"), SEVERAL, "film-id-questioned"),
    (("tt0000001,Q2,Heat",), "Q2 has the IMDb id tt0000002", "film-id-questioned"),
    (("tt0000001,Q3,Heat",), "Q3 is no film, but 'Heat'", "film-id-questioned"),
    (("tt0000001,Q4,Heat",), "the title there is 'Speed'", "film-id-questioned"),
    (("tt0000001,Q5,Speed",), "", "film-id"),
]
FILM_FACTS = {
    "Q2": ItemFacts(("Heat",), (1995,), ("tt0000002",), is_film=True),
    "Q3": ItemFacts(("Heat",), is_film=False),
    "Q4": ItemFacts(("Speed",), (1995,), is_film=True),
    "Q5": ItemFacts(("Hot", "Heat"), (1995,), is_film=True),
}


@pytest.mark.parametrize(("rows", "reason", "rung"), FILM_DOUBTS)
def test_a_pair_of_a_film_is_held_against_titles_other_pairs_and_what_the_item_is(
    tmp_path: Path, rows: tuple[str, ...], reason: str, rung: str
) -> None:
    found = pairing(tmp_path, *rows, facts=FILM_FACTS)
    [pair] = found.crosswalk.by_imdb["tt0000001"]
    outcome = link_by_id(HEAT, [found.film(HEAT, pair)])
    assert outcome.reason.startswith(reason.format(path=tmp_path / "crosswalk.csv"))
    assert bool(outcome.reason) == bool(reason)
    assert outcome.rung and outcome.rung.name == rung


def test_a_pair_named_twice_is_one_pair_whatever_the_order(tmp_path: Path) -> None:
    for name, label in (("a.csv", "Heat"), ("b.csv", "Hitze")):
        (tmp_path / name).write_text(f"imdb,item,label\ntt0000001,Q1,{label}\n", "utf-8")
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    assert read_crosswalks(files) == read_crosswalks(files[::-1])
    assert str(read_crosswalks(files).pairs("Q1")[0]) == f"tt0000001 = Q1 ({tmp_path}/a.csv:2)"
