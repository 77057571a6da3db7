"""JSON Lines are read without losing anything: a record in a line, each known by its own name."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from desk import Desk
from hypothesis import given
from hypothesis import strategies as st

from etl.inspection.explaining import explain
from etl.records import Credit, FilmRecord, Note, Rating, Reject
from etl.sources import format_of
from etl.sources.files import Found
from etl.stores.embedded import EmbeddedStore

HEAT = {
    "id": 1,
    "movieId": 6,
    "imdb": "https://m.imdb.com/title/tt0113277",
    "title": "Heat",
    "year": 1995,
    "rating": 8.25,
    "ratingCount": 700000,
    "directors": ["Michael Mann"],
    "actors": [
        {"name": "Val Kilmer", "imdb": "nm0000174", "character": "Chris Shiherlis"},
        "Al  Pacino",
    ],
    "synopsis": "One robs.\nThe other, Hanna (Al Pacino), hunts.",
}
SPACED = Note(1, "actors", "space between the words of a name made one")
RECORD = FilmRecord(
    identifiers={"imdb": "tt0113277", "movielens": "6"},
    title="Heat",
    year=1995,
    rating=Rating(Decimal("8.25"), count=700000),
    directors=(Credit("Michael Mann"),),
    actors=(Credit("Val Kilmer", "nm0000174", ("Chris Shiherlis",)), Credit("Al Pacino")),
    synopsis="One robs.\nThe other, Hanna (Al Pacino), hunts.",
    lines=dict.fromkeys(
        ("movielens", "imdb", "title", "year", "rating", "directors", "actors", "synopsis"), 1
    ),
    notes=(SPACED,),
)


def line(**changes: object) -> str:
    return json.dumps({**HEAT, **changes})


def read(text: str) -> FilmRecord | Reject:
    return format_of("films.jsonl").parse(text)


def cut(path: Path) -> list[tuple[str, int]]:
    found = Found(str(path), path.name)
    return [(raw.key, raw.line) for raw in format_of(path.name).cut(found)]


def test_a_record_is_read_as_it_stands() -> None:
    assert read(json.dumps(HEAT)) == RECORD
    assert read(json.dumps(HEAT).replace("Al  Pacino", "Al Pacino")) == replace(RECORD, notes=())


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"year": 1995.0}, "year", 1995),  # as tables with gaps export it
        ({"year": None}, "year", None),
        ({"title": "Heat, The"}, "title", "The Heat"),
        (
            {"actors": "Al Pacino, Val Kilmer"},
            "actors",
            (Credit("Al Pacino"), Credit("Val Kilmer")),
        ),
        ({"actors": None}, "actors", ()),
        ({"actors": ["Al Pacino", "", "Al Pacino"]}, "actors", (Credit("Al Pacino"),)),
        ({"director": "Michael Mann"}, "directors", (Credit("Michael Mann"),)),
        ({"rating": "8,25"}, "rating", Rating(Decimal("8.25"), count=700000)),
    ],
)
def test_what_can_be_repaired_without_guessing_is(
    changes: dict[str, object], field: str, expected: object
) -> None:
    record = read(line(**changes))
    assert isinstance(record, FilmRecord)
    assert getattr(record, field) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "expected a JSON object, found '[1]'"),
        (
            '{"title": "Heat"}',
            "movieId: expected a number, or an IMDb title in `url:`, found neither",
        ),
        (line(year=True), "year: expected a text or a number, found 'true'"),
        (line(year="soon"), "year: expected a year such as 2004, found 'soon'"),
        (line(actors=[1]), "actors: expected a name, or an object with a `name`, found '1'"),
        (
            line(name="x", url="tt0113278"),
            "url: expected one value for 'imdb', found another, 'tt0113278'",
        ),
    ],
)
def test_what_cannot_is_refused_with_its_field(text: str, message: str) -> None:
    refused = read(text)
    assert isinstance(refused, Reject)
    assert refused.message == message


def test_a_line_that_is_no_json_is_refused_alone(desk: Desk) -> None:
    path = desk.source / "films.jsonl"
    whole = line(actors=["Al Pacino"])
    path.write_bytes(b"\xef\xbb\xbf" + whole.encode() + b'\n\n{"id": 2,\n\xff\n')
    report = desk.load()
    assert (report.sources[0].loaded, report.sources[0].rejected) == (1, 2)
    assert [message.partition(": ")[0] for message in desk.messages()] == [
        "films.jsonl:3",
        "films.jsonl:4",
    ]


def test_a_record_is_known_by_its_name_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "films.jsonl"
    path.write_text('{"id": 7}\n{"movieId": 3}\n\n{"imdb": "tt01"}\n{"id": 7}\n{"x": 1}\n')
    unnamed = cut(path)[-1][0]
    assert cut(path) == [("7", 1), ("3", 2), ("tt01", 4), ("7 (2)", 5), (unnamed, 6)]
    assert len(unnamed) == 16


def test_records_that_move_keep_their_film_and_are_found_where_they_stand(desk: Desk) -> None:
    path = desk.source / "films.jsonl"
    other = line(id=2, movieId=7, imdb="tt0113278", title="Other")
    path.write_text(f"{line()}\n{other}\n")
    desk.load()
    graph = desk.graph()
    path.write_text(f"\n{other}\n{line()}\n")
    report = desk.load()
    assert (report.sources[0].unchanged, bool(report.films), report.committed) == (2, False, True)
    assert desk.graph() == graph
    assert desk.load().run is None
    from etl.catalog.catalog import Catalog

    generation = desk.workspace.required()
    with Catalog.read(generation.catalog) as catalog:
        store = EmbeddedStore.read(generation.store)
        rows, _ = explain(catalog, store, "tt0113277", None)
    assert {row[4] for row in rows} == {f"{path}:3"}
    assert tuple(dict.fromkeys(row[3] for row in rows if row[1] == "movie-performance")) == (
        "Val Kilmer: Chris Shiherlis",
        "Hanna (Al Pacino)",
    )


def test_a_record_taken_out_of_a_file_takes_its_film_with_it(desk: Desk) -> None:
    path = desk.source / "films.jsonl"
    lines = [line(id=n, movieId=n, imdb=f"tt000000{n}", title=f"Film {n}") for n in range(1, 6)]
    path.write_text("\n".join(lines))
    desk.load()
    path.write_text("\n".join(lines[1:]))
    report = desk.load()
    assert (report.films.removed, report.sources[0].vanished) == (1, 1)
    path.chmod(0o644)
    path.unlink()
    path.symlink_to("nowhere.jsonl")  # a file that cannot be read takes nothing with it
    report = desk.load()
    assert (report.films.removed, report.sources[0].rejected) == (0, 1)
    assert desk.check() == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_whatever_stands_in_a_field_it_is_read_or_refused(value: object) -> None:
    for key in HEAT:
        assert isinstance(read(line(**{key: value})), FilmRecord | Reject)
