"""JSON Lines are read without losing anything: a record in a line, each known by its own name."""

from __future__ import annotations

import codecs
import json
import os
import random
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import Desk
from etl.inspection.explaining import explain
from etl.records import Credit, FilmRecord, Note, Rating, Reject
from etl.sources.files import RECORD_LIMIT, FoundFile
from etl.sources.formats import format_of
from etl.sources.jsonlines import cut_line
from etl.workspace.snapshot import Snapshot

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
    found = FoundFile(str(path), path.name)
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
            "movieId: expected an id: `movieId`, `url` (at IMDb), `tmdb` or `wikidata`, found none",
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
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        rows, _ = explain(snapshot, snapshot.store, "tt0113277", None)
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


# Keys that are given twice


REPEATED = [
    ('"title": "Heat"', "title"),
    ('"imdb": "tt0113277"', "imdb"),
    ('"TITLE": "Heat"', ""),
    ('"x": [1, {"a": 2}]', "x"),
]


@pytest.mark.parametrize(("member", "key"), REPEATED)
def test_a_key_that_is_given_twice_with_one_value_is_noted(member: str, key: str) -> None:
    text = '{"movieId": 6, "imdb": "tt0113277", "title": "Heat", "x": [1, {"a": 2}]}'
    notes = [Note(1, "x", "unknown key: its value is not read")]
    if key:
        notes.insert(0, Note(1, key, "repeated key, with the same value"))
    record = read(text.replace("{", "{" + member + ", ", 1))
    assert isinstance(record, FilmRecord)
    assert (record.title, list(record.notes)) == ("Heat", notes)


DIFFERENT = [
    ('{"movieId": 6, "title": "Heat", "title": "Emma"}', "title", "'Heat' and 'Emma'"),
    ('{"movieId" : 6, "title":"a: \\"b\\": c", "movieId": 7}', "movieId", "'6' and '7'"),
    ('{"movieId": 6, "mov\\u0069eId": 7}', "movieId", "'6' and '7'"),
    ('{"movieId": 6, "x": 1, "x": 2}', "x", "'1' and '2'"),
    (
        '{"movieId": 6, "actors": [{"name": "Ola", "imdb": "nm9000001", "imdb": "nm9000002"}]}',
        "actors.imdb",
        "'nm9000001' and 'nm9000002'",
    ),
    (
        '{"movieId": 6, "actor": {"name": "Ola", "name": "Kai"}}',
        "actor.name",
        "'Ola' and 'Kai'",
    ),
]


@pytest.mark.parametrize(("text", "field", "found"), DIFFERENT)
def test_a_key_that_is_given_two_values_is_refused(text: str, field: str, found: str) -> None:
    refused = read(text)
    assert isinstance(refused, Reject)
    assert refused.message == f"{field}: expected one value, found {found}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
pairs = st.lists(
    st.tuples(st.sampled_from(["title", "x", 'a":', "actors", "id"]), json_values), max_size=5
)


@given(pairs, st.sampled_from([(",", ":"), (", ", ": "), (" ,", "\t: ")]))
def test_no_value_of_a_key_is_passed_over(
    pairs: list[tuple[str, object]], marks: tuple[str, str]
) -> None:
    comma, colon = marks
    members = [f"{json.dumps(key)}{colon}{json.dumps(value)}" for key, value in pairs]
    record = read("{" + comma.join(['"movieId"' + colon + "6", *members]) + "}")
    said = {key: json.dumps(value) for key, value in pairs}
    first = {key: json.dumps(value) for key, value in reversed(pairs)}
    if said != first:
        assert isinstance(record, Reject)
    elif len(said) < len(pairs):
        assert isinstance(record, Reject) or any("repeated" in n.message for n in record.notes)


# One bad line never takes the others with it


DEEP = "lists and objects within each other at most 200 deep, found more"
DIGITS = "a whole number of at most 4,300 digits, found more"
# A line that cannot be read, and what is said of it.
BAD = {
    "nested a thousand deep": ('{"movieId": 1, "x": ' + "[" * 1000 + "]" * 1000 + "}", DEEP),
    "nested a hundred thousand deep": ("[" * 100_000, DEEP),
    "objects within each other": ('{"x": ' * 5000 + "1" + "}" * 5000, DEEP),
    "quotes before brackets": ('"' + '\\"' * 100_000 + "[" * 201 + "\\", None),
    "an exponent": (
        '{"movieId": 1, "x": 1e9999999999999999999}',
        "a number whose exponent has at most 18 digits, found '1e9999999999999999999'",
    ),
    "a small exponent": (
        '{"movieId": 1, "x": -1.5E-9999999999999999999}',
        "a number whose exponent has at most 18 digits, found '-1.5E-9999999999999999999'",
    ),
    "many digits": ('{"movieId": 1, "x": ' + "9" * 5000 + "}", DIGITS),
    "many digits for an id": ('{"id": ' + "9" * 5000 + "}", DIGITS),
    "not a number": ('{"movieId": NaN}', "a JSON object, found json is malformed: "),
    "infinity": ('{"movieId": -Infinity}', "a JSON object, found json is malformed: "),
    "half a pair": (
        '{"movieId": 1, "title": "\\ud800"}',
        "a JSON object, found input data was truncated; is \\ud800 half of a surrogate pair?",
    ),
    "the other half": (
        '{"movieId": 1, "title": "\\udc00x"}',
        "a JSON object, found json is malformed: invalid utf-16 surrogate pair",
    ),
    "half a pair in bytes": (b'{"movieId": 1, "title": "\xed\xa0\x80"}', "UTF-8 text, found "),
    "no text": (b'{"movieId": 1, "title": "\xff\x00"}', "text, found binary data"),
    "a NUL": (b'{"movieId": 1}\0', "a JSON object, found json is malformed: "),
    "an empty object": (
        "{}",
        "an id: `movieId`, `url` (at IMDb), `tmdb` or `wikidata`, found none",
    ),
}


@pytest.mark.parametrize(("bad", "said"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_alone(bad: str | bytes, said: str | None, tmp_path: Path) -> None:
    path = tmp_path / "films.jsonl"
    good = json.dumps({"movieId": 2, "title": "Good"}).encode()
    line = bad if isinstance(bad, bytes) else bad.encode()
    path.write_bytes(b"\n".join([good.replace(b"2", b"3"), line, good]))
    items = records(path)
    refused = items[1]
    assert isinstance(refused, Reject)
    assert refused.message.partition("expected ")[2].startswith(said or "")
    assert [isinstance(item, FilmRecord) for item in items] == [True, False, True]
    assert read(json.dumps({"movieId": 2, "title": "Good"})) == items[2]
    assert isinstance(read(line.decode("utf-8", "surrogateescape")), Reject)


def records(path: Path) -> list[FilmRecord | Reject]:
    """Read a file as a load does."""
    form = format_of(path.name)
    return [form.read(raw) for raw in form.cut(FoundFile(str(path), path.name))]


def test_how_deep_a_line_is_does_not_depend_on_who_reads_it() -> None:
    def below(frames: int) -> FilmRecord | Reject:
        return read(text) if not frames else below(frames - 1)

    text = line(x=json.loads("[" * 197 + "]" * 197))
    assert isinstance(below(500), FilmRecord)
    assert below(500) == below(0)


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path, size = tmp_path / "films.jsonl", 200_000_000
    with path.open("wb") as file:
        for number in (1, 2):
            file.write(b'{"movieId": %d, "title": "Good"}\n' % number)
            file.seek(size - 1, os.SEEK_CUR)  # a hole, which takes no room on the disk
            file.write(b"\n")
        file.write(b'{"movieId": 3, "title": "Good"}\n')
    raws = list(format_of(path.name).cut(FoundFile(str(path), path.name)))
    assert [raw.line for raw in raws] == [1, 2, 3, 4, 5]
    assert len({raw.key for raw in raws}) == 5
    limit = f"expected a line of at most 16,777,216 bytes, found {size:,} bytes"
    said = [raw.reject and raw.reject.message for raw in raws]
    assert said == [None, limit, None, limit, None]


def test_a_line_is_cut_alone_as_in_its_file(tmp_path: Path) -> None:
    long = b"x" * RECORD_LIMIT
    lines = [b'\xef\xbb\xbf{"id": 1}\r', b"", b'{"id": 2}', long, long[:-1], b" ", b'{"id": 3}']
    path = tmp_path / "films.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    raws = format_of(path.name).cut(FoundFile(str(path), path.name))
    told = [(raw.line, raw.key, raw.reject) for raw in raws]
    alone = [
        cut_line(number, line + b"\n", Counter()) for number, line in enumerate(lines, start=1)
    ]
    cut_alone = [(raw.line, raw.key, raw.reject) for raw in alone if raw]
    assert [line for line, _, reject in told if reject] == [4]
    assert cut_alone == told


def test_a_line_as_long_as_is_allowed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "films.jsonl"
    start, end = '{"movieId": 1, "title": "Good", "synopsis": "', '"}\n'
    synopsis = "x" * (RECORD_LIMIT - len(start) - len(end))
    path.write_text(start + synopsis + end + '{"movieId": 2, "title": "Good"}')
    first, second = records(path)
    assert isinstance(first, FilmRecord)
    assert isinstance(second, FilmRecord)
    assert first.synopsis == synopsis


ENCODINGS = {
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-32-le": "utf-32le",
    "utf-32-be": "utf-32be",
}


@pytest.mark.parametrize(("encoding", "named"), ENCODINGS.items())
def test_a_file_in_another_unicode_is_named_as_what_it_is(
    encoding: str, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "films.jsonl"
    text = '{"movieId": 1, "title": "Тарковский"}\n{"movieId": 2, "title": "Зеркало"}\n'
    path.write_bytes(text.encode(encoding))
    [refused] = records(path)
    remedy = "save the file as UTF-8, for instance: iconv -f"
    said = (
        f"expected UTF-8 text, found {named} without a byte order mark: {remedy} {named} -t utf-8"
    )
    assert isinstance(refused, Reject)
    assert refused.message == said
    path.write_bytes(f"\ufeff{text}".encode(encoding))
    [refused] = records(path)
    said = f"expected UTF-8 text, found {encoding.upper()} text: {remedy} {encoding[:6]} -t utf-8"
    assert isinstance(refused, Reject)
    assert refused.message == said


def test_a_file_in_another_unicode_takes_no_film_with_it(desk: Desk) -> None:
    path = desk.source / "films.jsonl"
    path.write_text(line())
    desk.load()
    graph = desk.graph()
    path.write_text(line(), encoding="utf-16")
    report = desk.load()
    assert (report.sources[0].rejected, report.films.removed) == (1, 0)
    assert desk.graph() == graph


def test_records_of_one_name_have_keys_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "films.jsonl"
    names = ["7", "7 (2)", "7", "7", "7 (2)", "e\u0301", "é", "x" * 300]
    path.write_text("".join(json.dumps({"id": name}) + "\n" for name in names))
    found = [key for key, _ in cut(path)]
    assert found[:-1] == ["7", "7 (2)", "7 (3)", "7 (4)", "7 (2) (2)", "é", "é (2)"]
    assert len(found[-1]) == 16


def test_marks_of_byte_order_are_taken_off_where_files_were_put_together(tmp_path: Path) -> None:
    path = tmp_path / "films.jsonl"
    path.write_bytes((codecs.BOM_UTF8 + line().encode() + b"\n") * 2)
    assert [isinstance(item, FilmRecord) for item in records(path)] == [True, True]


# Properties


@given(json_values)
def test_whatever_stands_in_a_field_it_is_read_or_refused(value: object) -> None:
    for key in (*HEAT, "ratingCount", "x", "url"):
        assert isinstance(read(line(**{key: value})), FilmRecord | Reject)


PERSON_KEYS = ["name", "Name", "imdb", "id", "url", "character", "characters", "born"]
names = st.sampled_from(
    ["Ola", "nm9000001", "NM09000001", "nm1", "", "N/A", "Brandt, Ola", "O (voice)"]
)


@given(
    st.lists(
        names
        | json_values
        | st.dictionaries(st.sampled_from(PERSON_KEYS), names | json_values, max_size=5),
        max_size=4,
    )
)
def test_whoever_stands_in_a_list_is_read_or_refused(people: list[object]) -> None:
    for key in ("directors", "actors"):
        item = read(line(**{key: people}))
        assert isinstance(item, FilmRecord | Reject)
        if isinstance(item, FilmRecord):
            assert all(credit.name or credit.imdb_id for credit in item.credits)


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes_give_records_or_rejects(data: bytes, more: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "films.jsonl")
        path.write_bytes(data + b'{"movieId": 1, "title": "' + more + b'"}\n' + line().encode())
        for item in records(path):
            assert isinstance(item, FilmRecord | Reject)


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "composed": partial(unicodedata.normalize, "NFC"),
    "decomposed": partial(unicodedata.normalize, "NFD"),
}


def escaped(text: str, which: Iterator[bool]) -> str:
    """Write some of a text's characters as JSON's escapes."""
    return "".join(
        json.dumps(character)[1:-1] if character.isascii() or next(which) else character
        for character in text
    )


texts = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("ené\u0301\u0303\u0338Åå\u030aÃ©€\u200b ,&")
    ),
    min_size=1,
    max_size=12,
)


@given(
    title=texts,
    name=texts,
    character=texts,
    synopsis=texts,
    key=texts,
    which=st.randoms(use_true_random=False),
)
def test_how_a_text_is_escaped_or_composed_is_of_no_account(
    title: str, name: str, character: str, synopsis: str, key: str, which: random.Random
) -> None:
    def written(form: str, chance: float) -> str:
        def value(text: str) -> str:
            plain = FORMS[form](text)
            choices = iter(lambda: which.random() < chance, None)
            return f'"{escaped(plain, choices)}"'

        return (
            f'{{"movieId": 1, "id": {value(key)}, "title": {value(title)}, '
            f'"synopsis": {value(synopsis)}, "directors": {value(name)}, '
            f'"actors": [{value(name)}, '
            f'{{"name": {value(name)}, "character": {value(character)}}}]}}'
        )

    def outcome(text: str) -> object:
        item = read(text)
        return (item.field, item.message) if isinstance(item, Reject) else item

    forms = [outcome(written(form, chance)) for form in FORMS for chance in (0, 0.5, 1)]
    assert all(form == forms[0] for form in forms)
