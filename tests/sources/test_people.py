"""People are read by name or id, with all their characters, however a record writes them."""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desk import Desk
from etl.rdf.identifiers import imdb_name_id
from etl.records import Credit, FilmRecord, NoteKind, Reject
from etl.sources.formats import format_of
from etl.sources.names import character_of, name_of


def read(people: object, field: str = "actors") -> FilmRecord | Reject:
    """Read a record in JSON with these people."""
    return format_of("films.jsonl").parse(json.dumps({"movieId": 1, "title": "W", field: people}))


def text_read(people: str) -> FilmRecord | Reject:
    """Read a record in the text format with these people."""
    text = f"movieId: 1\ntitle: W\nactors: {people}\n"
    return format_of("film.txt").parse(text)


def said(record: FilmRecord | Reject) -> list[str]:
    """Give what was noted of a record's people."""
    assert isinstance(record, FilmRecord)
    return [note.message for note in record.notes if not note.message.startswith("no '")]


def cast(people: object) -> tuple[Credit, ...]:
    """Read people who can be read."""
    record = read(people)
    assert isinstance(record, FilmRecord), record
    return record.actors


OLA = Credit("Ola Brandt", "nm9000002")
UNKNOWN = "unknown key of a person: its value is not read"
NO_ID = "no id of a person, or another one: its value is not read"

# What stands beside the name, the id that is read, and what is said.
IDENTIFIED: list[tuple[dict[str, object], list[str]]] = [
    ({"imdb": "nm9000002"}, []),
    ({"imdb": " nm9000002 "}, []),
    ({"imdb": "https://www.imdb.com/name/nm9000002/?ref_=x"}, []),
    ({"id": "nm9000002"}, []),
    ({"url": "//imdb.com/name/nm9000002/"}, []),
    ({"id": " HTTPS://WWW.IMDB.COM/name/nm9000002/"}, []),
    ({"imdb_id": "nm9000002"}, []),
    ({"imdbId": "nm9000002"}, []),
    ({"IMDb-ID": "nm9000002"}, []),
    ({"nconst": "nm9000002"}, []),
    ({"const": "nm9000002"}, []),
    ({"imdb": None, "id": "nm9000002"}, []),
    ({"imdb": "", "id": "nm9000002"}, []),
    ({"imdb": "nm9000002", "id": "NM9000002"}, ["'NM9000002' read as nm9000002"]),
    ({"imdb": "NM9000002"}, ["'NM9000002' read as nm9000002"]),
    ({"imdb": "nm009000002"}, ["'nm009000002' read as nm9000002"]),
    ({"imdb": "N/A", "id": "nm9000002"}, ["'N/A' read as no value"]),
    ({"imdb": "nm9000002", "id": "p7"}, []),
    ({"imdb": "nm9000002", "id": 7, "url": "/p/7", "height": 1950}, [NO_ID, UNKNOWN]),
]


@pytest.mark.parametrize(("beside", "notes"), IDENTIFIED)
def test_an_id_of_a_person_is_read_from_each_key_that_may_have_it(
    beside: dict[str, object], notes: list[str]
) -> None:
    record = read([{"name": "Ola Brandt", **beside}])
    assert isinstance(record, FilmRecord)
    assert [each._replace(key="") for each in record.actors] == [OLA]
    assert said(record) == notes


# What stands beside the name, and the key by which the source tells people apart.
KEYED: list[tuple[dict[str, object], str]] = [
    ({"id": 7}, "key-7"),
    ({"id": " p7 "}, "key-p7"),
    ({"person_id": "a=b c", "id": None}, "key-a%3Db%20c"),
    ({"url": "https://example.org/people/7"}, "key-https://example.org/people/7"),
    ({"sameAs": "https://www.themoviedb.org/person/31-tom-hanks"}, "tmdb-31"),
    ({"tmdb": 31}, "tmdb-31"),
    ({"tmdb_id": "31"}, "tmdb-31"),
    ({"tmdb": "abc"}, "key-abc"),
    ({"id": 0}, ""),
    ({"id": ""}, ""),
    ({"id": "N/A"}, ""),
    ({"id": True}, ""),
    ({"id": ["7"]}, ""),
    ({"id": "nm9000002"}, ""),
    ({"id": 7, "imdb": "nm9000002"}, "key-7"),
    ({"id": 7, "url": "/p/7"}, "key-7"),
]


@pytest.mark.parametrize(("beside", "key"), KEYED)
def test_a_key_of_a_person_is_read(beside: dict[str, object], key: str) -> None:
    [credit] = cast([{"name": "Ola Brandt", **beside}])
    assert credit.key == key


EXPECTED = "actors: expected an IMDb name id such as nm0000120, found "
# What stands beside the name, and what is said.
REFUSED = [
    ({"imdb": 9000004}, f"{EXPECTED}'9000004'"),
    ({"imdb": "9000004"}, f"{EXPECTED}'9000004'"),
    ({"imdb": "nm123"}, f"{EXPECTED}'nm123'"),
    ({"imdb": "tt9000001"}, f"{EXPECTED}'tt9000001'"),
    ({"imdb": "garbage"}, f"{EXPECTED}'garbage'"),
    ({"imdb": ["nm9000001"]}, f"{EXPECTED}'[\"nm9000001\"]'"),
    ({"imdb": True}, f"{EXPECTED}'true'"),
    ({"nconst": "Q42"}, f"{EXPECTED}'Q42'"),
    ({"id": "nm123"}, f"{EXPECTED}'nm123'"),
    ({"id": "tt9000001"}, f"{EXPECTED}'tt9000001'"),
    (
        {"url": "https://www.imdb.com/title/tt9000001/"},
        f"{EXPECTED}'https://www.imdb.com/title/tt9000001/'",
    ),
    (
        {"imdb": "nm9000008", "id": "nm9000009"},
        "actors: expected one IMDb id of a person, found 'nm9000008, nm9000009 of Ola Brandt'",
    ),
    ({"Name": "Ola"}, 'actors: expected one name, found \'"Ola Brandt" and "Ola"\''),
]


@pytest.mark.parametrize(("beside", "message"), REFUSED)
def test_what_is_no_id_of_a_person_is_refused(beside: dict[str, object], message: str) -> None:
    refused = read([{"name": "Ola Brandt", **beside}])
    assert isinstance(refused, Reject)
    assert refused.message == message


keys = st.sampled_from(
    [
        "imdb",
        "id",
        "imdb_id",
        "imdbId",
        "nconst",
        "const",
        "url",
        "sameAs",
        "person_id",
        "height",
        "Id",
    ]
)
numbers = st.integers(1, 10**8)
ids = st.one_of(
    numbers,
    st.builds(
        "{}{:0{}}".format, st.sampled_from(["nm", "NM", "tt", ""]), numbers, st.integers(5, 11)
    ),
    st.builds("https://www.imdb.com/name/nm{:07}/".format, numbers),
    st.text(max_size=8),
    st.lists(st.none(), max_size=1),
    st.booleans(),
)


@given(st.dictionaries(keys, ids, max_size=4))
def test_no_id_of_a_person_is_dropped_in_silence(given: dict[str, Any]) -> None:
    record = read([{"name": "Ola Brandt", **given}])
    if isinstance(record, Reject):
        assert record.field == "actors"
        return
    [credit] = record.actors
    noted = {note.field for note in record.notes if note.message in (UNKNOWN, NO_ID)}
    for key, value in given.items():
        told = key in noted or value in ("", None)
        read_as = isinstance(value, str) and imdb_name_id(value) == credit.imdb_id is not None
        is_key = unquote(credit.key).endswith(f"-{str(value).strip()}")
        absent = isinstance(value, str) and value.strip().lower() in ("", "n/a", "\\n", "-", "--")
        assert told or read_as or is_key or absent, (key, value)


def test_a_key_that_is_not_read_is_noted_once() -> None:
    people = [{"name": f"Ola {n}", "id": [n], "height": 1900 + n} for n in range(30)]
    record = format_of("x.jsonl").parse(
        json.dumps({"movieId": 1, "title": "W", "directors": people[:3], "actors": people})
    )
    assert isinstance(record, FilmRecord)
    assert [(note.field, note.message) for note in record.notes] == [
        ("id", NO_ID),
        ("height", UNKNOWN),
    ]


# Ids in the place of names

BY_ID = [
    ("nm9000001", (Credit("", "nm9000001"),), []),
    ("NM9000001", (Credit("", "nm9000001"),), ["'NM9000001' read as nm9000001"]),
    ("nm0009000001", (Credit("", "nm9000001"),), ["'nm0009000001' read as nm9000001"]),
    ("https://www.imdb.com/name/nm9000001/", (Credit("", "nm9000001"),), []),
    ("Q42", (Credit("Q42"),), []),
    ("N. M. 7", (Credit("N. M. 7"),), []),
]


@pytest.mark.parametrize(("written", "credit", "notes"), BY_ID)
def test_a_credit_that_is_an_id_is_read_as_the_id(
    written: str, credit: tuple[Credit, ...], notes: list[str]
) -> None:
    for record in (read(written), read([written]), read([{"name": written}]), text_read(written)):
        assert isinstance(record, FilmRecord)
        assert (record.actors, said(record)) == (credit, notes)


def test_ids_stand_in_lists_as_names_do() -> None:
    both = (Credit("", "nm9000001"), Credit("Ola Brandt"), Credit("", "nm9000003"))
    assert cast("nm9000001, Ola Brandt, nm9000003, nm9000001") == both
    assert cast(["nm9000001", "Ola Brandt", "nm9000003"]) == both
    assert cast([{"imdb": "nm9000001", "character": "Left"}]) == (
        Credit("", "nm9000001", ("Left",)),
    )
    assert cast([{"name": None, "nconst": "nm9000001"}]) == (Credit("", "nm9000001"),)
    assert cast([{"name": "nm9000001", "id": "nm9000001"}]) == (Credit("", "nm9000001"),)


@pytest.mark.parametrize("written", ["nm123", "tt9000001", "https://www.imdb.com/title/tt9000001/"])
def test_what_has_the_form_of_an_id_and_is_none_is_no_name(written: str) -> None:
    for record in (read(written), read(["Ola Brandt", written]), text_read(written)):
        assert isinstance(record, Reject)
        assert record.message == f"{EXPECTED}'{written}'"


# Names

# A member of a list, the name, and what is said.
MEMBERS = [
    ("Dana Quill, Jr.", "Dana Quill Jr.", ["suffix joined to its name: Dana Quill Jr."]),
    ("Dana Quill, III", "Dana Quill III", ["suffix joined to its name: Dana Quill III"]),
    ("Dana Quill, M.D.", "Dana Quill M.D.", ["suffix joined to its name: Dana Quill M.D."]),
    ("Dana Quill,Esq.", "Dana Quill Esq.", ["suffix joined to its name: Dana Quill Esq."]),
    (
        "Dana Quill, Jr., Ph.D.",
        "Dana Quill Jr. Ph.D.",
        ["suffix joined to its name: Dana Quill Jr. Ph.D."],
    ),
    ("Dana Quill,", "Dana Quill", ["empty name between separators dropped"]),
    (
        "Brandt, Ola",
        "Brandt, Ola",
        ["a comma in a name, of several people or turned round: 'Brandt, Ola'"],
    ),
    ("Ola & Kai Brandt", "Ola & Kai Brandt", ["may be several people: 'Ola & Kai Brandt'"]),
    ("Ola and Kai Brandt", "Ola and Kai Brandt", ["may be several people: 'Ola and Kai Brandt'"]),
    ("Ola Brandt (uncredited)", "Ola Brandt", ["taken off a name: (uncredited)"]),
    ("Ola Brandt (voice)", "Ola Brandt", ["taken off a name: (voice)"]),
    ("Ola Brandt (as O. B.)", "Ola Brandt", ["taken off a name: (as O. B.)"]),
    (
        "Ola Brandt  [Voice]  (uncredited)",
        "Ola Brandt",
        [
            "space between the words of a name made one",
            "taken off a name: [Voice], (uncredited)",
        ],
    ),
    ("Ola Brandt (archive footage)", "Ola Brandt", ["taken off a name: (archive footage)"]),
    ("Ola (Left) Brandt", "Ola (Left) Brandt", ["brackets in a name: 'Ola (Left) Brandt'"]),
    ("Ola Brandt (II)", "Ola Brandt (II)", ["brackets in a name: 'Ola Brandt (II)'"]),
    ("Ola (voice) Brandt", "Ola (voice) Brandt", ["brackets in a name: 'Ola (voice) Brandt'"]),
    ("Ola\u00a0Brandt", "Ola Brandt", ["space between the words of a name made one"]),
    ("Ola\n Brandt", "Ola Brandt", ["space between the words of a name made one"]),
    ("Sandy Andrews", "Sandy Andrews", []),
    ("AC/DC", "AC/DC", []),
    ("Jr.", "Jr.", []),
]


@pytest.mark.parametrize(("member", "name", "notes"), MEMBERS)
def test_a_member_of_a_list_is_read_like_a_name_in_a_text(
    member: str, name: str, notes: list[str]
) -> None:
    for people in ([member], [{"name": member}]):
        record = read(people)
        assert isinstance(record, FilmRecord)
        assert record.actors == (Credit(name),)
        assert said(record) == notes
    assert name_of(member) == name


word = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=8)
names = (
    st.lists(word, min_size=2, max_size=3)
    .map(" ".join)
    .map(lambda name: unicodedata.normalize("NFC", name))
)
suffixes = st.sampled_from(["", "", ", Jr.", ", Sr", ", III", ", M.D.", ", Esq."])
remarks = st.sampled_from(["", "", " (voice)", " (uncredited)", " (as O. Brandt, Jr.)"])


@given(st.lists(st.tuples(names, suffixes, remarks), min_size=1, max_size=5))
def test_a_list_and_a_text_name_the_same_people(people: list[tuple[str, str, str]]) -> None:
    members = ["".join(parts) for parts in people]
    assume(
        not any(name_of(name) != name or name[:2].lower() in ("nm", "tt") for name, _, _ in people)
    )
    from_list = cast(members)
    assert from_list == cast(", ".join(members)) == cast([{"name": each} for each in members])
    record = text_read(", ".join(members))
    assert isinstance(record, FilmRecord)
    assert record.actors == from_list
    assert [credit.name for credit in from_list] == list(
        dict.fromkeys(name + suffix.replace(",", "") for name, suffix, _ in people)
    )


def test_what_is_not_read_is_told_as_lost_and_what_is_repaired_as_repaired() -> None:
    people = [{"name": "", "id": "p7"}, {"name": "Ola\ufffd (voice)"}, "N/A"]
    record = read(people)
    assert isinstance(record, FilmRecord)
    kinds = {note.message.partition(":")[0]: note.kind for note in record.notes}
    assert kinds == {
        "somebody without a name left out": NoteKind.LOSS,
        "U+FFFD stands where letters were lost": NoteKind.LOSS,
        "taken off a name": NoteKind.REPAIR,
        "'N/A' read as no value": NoteKind.LOSS,
    }
    assert all(type(note.message) is str for note in record.notes)


def test_somebody_without_a_name_is_left_out_and_told() -> None:
    record = read(["", "N/A", {"name": "", "id": "p7"}, {"name": "Ola Brandt"}])
    assert isinstance(record, FilmRecord)
    assert record.actors == (Credit("Ola Brandt"),)
    assert said(record) == [
        "'N/A' read as no value",
        'somebody without a name left out: \'{"name":"","id":"p7"}\'',
    ]


# Characters


def test_somebody_who_is_listed_twice_keeps_all_characters() -> None:
    left, right = ({"name": "Ola Brandt", "character": each} for each in ("Left", "Right"))
    with_id = [{**left, "imdb": "nm9000002"}, {**right, "id": "nm9000002"}]
    record = read([left, "Kai Voss", right, *with_id])
    assert isinstance(record, FilmRecord)
    assert record.actors == (
        Credit("Ola Brandt", None, ("Left", "Right")),
        Credit("Kai Voss"),
        Credit("Ola Brandt", "nm9000002", ("Left", "Right")),
    )
    assert said(record) == []
    assert said(read([left, right, left])) == ["named more than once: Ola Brandt"]
    assert cast([{**left, "characters": ["Right", "Left", None]}]) == (
        Credit("Ola Brandt", None, ("Left", "Right")),
    )


def test_two_sources_give_an_actor_the_characters_of_both(desk: Desk) -> None:
    for name, number, characters in (("a", 1, ["Left"]), ("b", 1, ["Right", "Left"])):
        people = [{"name": "Ola Brandt", "character": each} for each in characters]
        path = desk.source / f"{name}.jsonl"
        path.write_text(json.dumps({"movieId": number, "title": "Twins", "actors": people}))
        desk.load(path)
    played = desk.values("SELECT ?n { ?role <https://schema.org/characterName> ?n } ORDER BY ?n")
    assert played == ["Left", "Right"]
    assert desk.check() == []


def test_a_synopsis_may_give_an_actor_two_characters(desk: Desk) -> None:
    synopsis = "Left (Ola Brandt) meets Right (Ola Brandt)."
    (desk.source / "1.txt").write_text(
        f"movieId: 1\ntitle: Twins\nactors: Ola Brandt, Ola Brandt\nsynopsis: {synopsis}"
    )
    desk.load()
    played = desk.values("SELECT ?n { ?role <https://schema.org/characterName> ?n } ORDER BY ?n")
    assert played == ["Left", "Right"]


NO_CHARACTERS = [
    *("Self", "self", "Himself", "Herself", "Themselves", "Themself", "Myself", "Self - Host"),
    *(
        "Self (archive footage)",
        "Self/Host",
        "Himself, the director",
        "Self: Narrator",
        "Self – Host",
    ),
    *(
        "himself or herself",
        "himself/herself",
        "Self (voice)",
        "Lui-même",
        "Sich selbst",
        "Él mismo",
    ),
    *("", "N/A", "-", "(uncredited)", " Self "),
]
CHARACTERS = [
    ("Nora / Dora", "Nora / Dora"),
    ("Nora  Dora", "Nora Dora"),
    ("Nora (voice)", "Nora"),
    ("Nora (1995)", "Nora (1995)"),
    ("The Selfish Giant", "The Selfish Giant"),
    ("Selfridge", "Selfridge"),
    ("Self-Made Man", "Self-Made Man"),
    ("Her Self Esteem", "Her Self Esteem"),
    ("7", "7"),
]


@pytest.mark.parametrize("written", NO_CHARACTERS)
def test_who_appears_as_themselves_plays_no_character(written: str) -> None:
    record = read([{"name": "Ola Brandt", "character": written}])
    assert isinstance(record, FilmRecord)
    assert record.actors == (Credit("Ola Brandt"),)
    assert bool(said(record)) == bool(written)
    assert character_of(written) == ""


@pytest.mark.parametrize(("written", "name"), CHARACTERS)
def test_a_character_is_read_as_it_stands(written: str, name: str) -> None:
    assert character_of(written) == name
    assert cast([{"name": "Ola Brandt", "character": written}]) == (
        Credit("Ola Brandt", None, (name,)),
    )


def test_a_character_that_is_no_text_is_told() -> None:
    record = read([{"name": "Ola Brandt", "character": [7, {"x": 1}, True]}])
    assert isinstance(record, FilmRecord)
    assert record.actors == (Credit("Ola Brandt", None, ("7",)),)
    assert said(record) == ["no text, as a character is: its value is not read"]


LIVES: list[tuple[dict[str, object], tuple[tuple[str, str], ...], list[str]]] = [
    ({"born": "1962-01-17"}, (("born", "1962-01-17"),), []),
    ({"birthDate": "17 January 1962"}, (("born", "1962-01-17"),), ["1962-01-17"]),
    ({"birth_year": 1962, "deathYear": 2019}, (("born", "1962"), ("died", "2019")), []),
    ({"jobTitle": ["actor", "film editor"]}, (("jobs", "actor"), ("jobs", "film editor")), []),
    ({"primaryProfession": "actor,set_dresser"}, (("jobs", "actor"), ("jobs", "set dresser")), []),
    ({"born": None, "died": "", "jobs": []}, (), []),
    ({"born": "long ago"}, (), ["expected a date"]),
    ({"born": "1962", "died": "1961-03"}, (("born", "1962"),), ["before being born"]),
    ({"born": "1962", "died": "1962"}, (("born", "1962"), ("died", "1962")), []),
    ({"born": {"year": 1962}}, (), ["expected a date"]),
]  # fmt: skip


@pytest.mark.parametrize(("more", "facts", "notes"), LIVES)
def test_what_is_said_of_a_person_is_read(
    more: dict[str, object], facts: tuple[tuple[str, str], ...], notes: list[str]
) -> None:
    record = read([{"name": "Ola Brandt", **more}])
    assert isinstance(record, FilmRecord)
    assert record.actors == (Credit("Ola Brandt", facts=facts),)
    assert len(said(record)) == len(notes)
    assert all(note in message for note, message in zip(notes, said(record), strict=True))
