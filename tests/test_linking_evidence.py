"""Crosswalks and IMDb's tables are read as they are published, and nothing is made of the rest."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from shared_data import shared

from etl.errors import LinkError
from etl.linking.candidates import ACTOR, DIRECTOR, FilmCandidate, PersonCandidate
from etl.linking.crosswalk import read_crosswalks
from etl.linking.imdb_tables import ImdbTables
from etl.linking.wikidata import film_candidates, person_candidates

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


def test_an_id_with_two_partners_has_none(tmp_path: Path) -> None:
    path = tmp_path / "crosswalk.csv"
    path.write_text("nm0000001,Q1\nnm0000001,Q2\nnm0000003,Q1\nnm0000004,Q4\n", "utf-8")
    crosswalk = read_crosswalks([path])
    assert crosswalk.item("nm0000001") is None
    assert crosswalk.imdb("Q1") is None
    assert crosswalk.item("nm0000004") == crosswalk.imdb("Q4")
