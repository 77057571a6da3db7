"""The text format is read without losing anything: repaired and reported, or refused by place."""

from __future__ import annotations

import codecs
import html
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import textwrap
import unicodedata
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desk import Desk
from etl.errors import SourceError
from etl.records import (
    Credit,
    FilmRecord,
    Link,
    LinkRecord,
    Note,
    Rating,
    Reject,
    decode_film,
    decode_links,
    decode_reject,
    encode,
)
from etl.sources.files import FoundFile
from etl.sources.finding import find
from etl.sources.formats import SUFFIXES, format_of
from etl.sources.naming import sources
from etl.sources.packed import Unpacking
from places import SEEDS
from records import Film
from shared_data import shared

VALUES = {
    "movieId": "838",
    "title": "Emma",
    "year": "1996",
    "url": "https://www.imdb.com/title/tt0116191/",
    "ratingValue": "6.6",
    "directors": "Douglas McGrath",
    "actors": "Gwyneth Paltrow, Toni Collette",
}
SYNOPSIS = "Emma makes matches.\n\nNone of them lasts."
EMMA = FilmRecord(
    identifiers={"imdb": "tt0116191", "movielens": "838"},
    title="Emma",
    year=1996,
    rating=Rating(Decimal("6.6")),
    directors=(Credit("Douglas McGrath"),),
    actors=(Credit("Gwyneth Paltrow"), Credit("Toni Collette")),
    synopsis=SYNOPSIS,
    lines={
        "movielens": 1,
        "title": 2,
        "year": 3,
        "imdb": 4,
        "rating": 5,
        "directors": 6,
        "actors": 7,
        "synopsis": 10,
    },
)
LINE = {key: number for number, key in enumerate(VALUES, start=1)}
NO_VALUE = {"directors": (), "actors": ()}


def text(synopsis: str = SYNOPSIS, **values: str) -> str:
    """Write the record, each value as it is."""
    header = "".join(f"{key}: {value}\n" for key, value in (VALUES | values).items())
    return f"{header}\nsynopsis:\n{synopsis}"


def read(content: str | bytes, name: str = "film.txt") -> FilmRecord | Reject:
    """Read a record from a file, as a load does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        [found] = find(sources([str(path)], None, [])[0], SUFFIXES, Unpacking())
        [raw] = format_of(found.path).cut(found)
        return format_of(found.path).read(raw)


def refusal(content: str | bytes) -> str:
    """Read a record that is refused; give the line and what is said."""
    reject = read(content)
    assert isinstance(reject, Reject)
    return f"{reject.line}: {reject.message}"


# What is read as it stands


def test_a_record_is_read_whole() -> None:
    assert read(text()) == EMMA


def test_keys_may_come_in_any_order() -> None:
    keys = list(reversed(VALUES))
    content = "".join(f"{key}: {VALUES[key]}\n" for key in keys) + f"\nsynopsis:\n{SYNOPSIS}"
    fields = ["actors", "directors", "rating", "imdb", "year", "title", "movielens"]
    lines = {field: number for number, field in enumerate(fields, start=1)}
    assert read(content) == replace(EMMA, lines=lines | {"synopsis": 10})


UNTOUCHED = {
    "windows line ends": text().replace("\n", "\r\n").encode(),
    "classic mac line ends": text().replace("\n", "\r").encode(),
    "a byte order mark": codecs.BOM_UTF8 + text().encode(),
    "two byte order marks": codecs.BOM_UTF8 * 2 + text().encode(),
    "utf-16 little-endian": codecs.BOM_UTF16_LE + text().encode("utf-16-le"),
    "utf-16 big-endian": codecs.BOM_UTF16_BE + text().encode("utf-16-be"),
    "utf-32": codecs.BOM_UTF32_LE + text().encode("utf-32-le"),
    "a final newline": f"{text()}\n".encode(),
    "blank lines at the end": f"{text()}\n\n \n".encode(),
}


@pytest.mark.parametrize("content", UNTOUCHED.values(), ids=UNTOUCHED)
def test_how_a_file_is_stored_changes_nothing(content: bytes) -> None:
    assert read(content) == EMMA


def test_a_synopsis_may_begin_beside_its_key_and_further_down() -> None:
    start = text().partition("\nsynopsis:")[0]
    beside = read(f"{start}synopsis: {SYNOPSIS}")
    assert beside == replace(EMMA, lines={**EMMA.lines, "synopsis": 8})
    below = read(f"{start}\n\nsynopsis:\n\n\n  {SYNOPSIS}")
    assert below == replace(EMMA, lines={**EMMA.lines, "synopsis": 13})


def test_a_synopsis_keeps_what_looks_like_keys() -> None:
    synopsis = "Emma says:\ntitle: Clueless\nsynopsis: again\n\nyear: none"
    assert read(text(synopsis)) == replace(EMMA, synopsis=synopsis)


IMDB_FORMS = """
https://www.imdb.com/title/tt0116191/
http://www.imdb.com/title/tt0116191/
https://www.imdb.com/title/tt0116191
https://imdb.com/title/tt0116191/
https://m.imdb.com/title/tt0116191/
https://www.imdb.com/title/tt0116191/?ref_=fn_al_tt_1
https://www.imdb.com/title/tt0116191?ref=//x
https://www.imdb.com/title/tt0116191/fullcredits#cast
https://www.imdb.com/de/title/tt0116191/
https://www.imdb.com/es-es/title/tt0116191/
HTTPS://WWW.IMDB.COM/title/tt0116191/
//www.imdb.com/title/tt0116191/
www.imdb.com/title/tt0116191/
imdb.com/title/tt0116191/?ref=//x
tt0116191
""".split()


@pytest.mark.parametrize("url", IMDB_FORMS)
def test_an_imdb_page_is_one_id_in_any_of_its_forms(url: str) -> None:
    assert read(text(url=url)) == EMMA


# key, what is written, what is read in its field
PLAIN = [
    ("title", "Ben-Hur: A Tale of the Christ", "Ben-Hur: A Tale of the Christ"),
    ("title", "8½", "8½"),
    ("title", "Me, Myself & Irene", "Me, Myself & Irene"),
    ("title", 'The "Burbs" \\ C:\\temp', 'The "Burbs" \\ C:\\temp'),
    ("title", "AT&T; the film", "AT&T; the film"),
    ("title", "this &notit; that", "this &notit; that"),
    ("title", "天空の城ラピュタ", "天空の城ラピュタ"),
    ("title", "ثلاثية", "ثلاثية"),
    ("title", "Spaß…", "Spaß…"),
    ("title", "L’ÉTÉ™", "L’ÉTÉ™"),
    ("title", "Who's That Knocking at My Door?", "Who's That Knocking at My Door?"),
    ("title", "2001: A Space Odyssey", "2001: A Space Odyssey"),
    ("title", "Blade Runner 2049", "Blade Runner 2049"),
    ("title", "(500) Days of Summer", "(500) Days of Summer"),
    ("year", "0000", 0),
    ("ratingValue", "10", Rating(Decimal(10))),
    ("ratingValue", "85", Rating(Decimal(85))),
    ("ratingValue", "7.123456789012345678", Rating(Decimal("7.123456789012345678"))),
    ("directors", "Joel Coen, Ethan Coen", (Credit("Joel Coen"), Credit("Ethan Coen"))),
    ("directors", "Björk", (Credit("Björk"),)),
    ("actors", "Robert Downey Jr.,Jude Law", (Credit("Robert Downey Jr."), Credit("Jude Law"))),
    ("actors", "V, Björn Q42, Q42", (Credit("V"), Credit("Björn Q42"), Credit("Q42"))),
]
FIELD = {"ratingValue": "rating"}


@pytest.mark.parametrize(("key", "written", "value"), PLAIN)
def test_a_value_is_read_as_it_stands(key: str, written: str, value: object) -> None:
    expected = replace(EMMA, **{FIELD.get(key, key): value})  # type: ignore[arg-type]
    assert read(text(**{key: written})) == expected


@pytest.mark.parametrize("key", ["title", "year", "ratingValue", "directors", "actors"])
def test_an_empty_value_is_no_value(key: str) -> None:
    expected = replace(EMMA, **{FIELD.get(key, key): NO_VALUE.get(key)})  # type: ignore[arg-type]
    assert read(text(**{key: ""})) == expected
    assert read(text().replace(f"{key}: {VALUES[key]}", f"{key}:")) == expected


def test_decomposed_letters_are_composed() -> None:
    written = text("Une e\u0301ducation", title="Ame\u0301lie", actors="Bjo\u0308rk")
    expected = replace(EMMA, title="Amélie", actors=(Credit("Björk"),), synopsis="Une éducation")
    assert read(written) == expected


# What is repaired, and reported

REFERENCES = "HTML character references replaced by the characters they stand for"
MISREAD = "text that was read in a wrong encoding read as UTF-8"
LEFT = "text that was read in a wrong encoding"
LOST = "U+FFFD stands where letters were lost"
QUESTIONED = "question marks may stand for letters that were lost"
IN_FRONT = "article put back in front"
AT_THE_END = "space at the end of the line dropped"
# key, what is written, what is read in its field, what is said about it
REPAIRED = [
    ("title", "Emma ", "Emma", AT_THE_END),
    ("title", "Emma\t", "Emma", AT_THE_END),
    ("title", "Matrix, The", "The Matrix", "article put back in front: 'Matrix, The'"),
    ("title", "Affair, L'", "L'Affair", 'article put back in front: "Affair, L\'"'),
    ("title", "N/A", None, "'N/A' read as no value"),
    ("title", "Q &amp; A", "Q & A", REFERENCES),
    ("title", "&#8220;Emma&#x201D;", "“Emma”", REFERENCES),
    ("title", "Ame&#769;lie", "Amélie", REFERENCES),
    ("title", "&amp;amp;", "&amp;", REFERENCES),
    ("title", "Em\x07ma\x1b", "Emma", "control characters taken out: U+0007, U+001B"),
    ("title", "Em\x0cma", "Em ma", "control characters taken out: U+000C"),
    ("title", "Em\x85", "Em…", "control characters read as Windows-1252: U+0085"),
    ("title", "O\x92Em", "O’Em", "control characters read as Windows-1252: U+0092"),
    ("title", "Em\x81ma", "Emma", "control characters taken out: U+0081"),
    ("title", "The Good,\u2028the Bad", "The Good, the Bad", "space between words made one"),
    ("title", "The  Good\u00a0One", "The Good One", "space between words made one"),
    ("title", "\u202eثلاثية", "ثلاثية", "invisible marks taken out: U+202E"),
    ("title", "\ufeffEm\u00adma", "Emma", "invisible marks taken out: U+00AD, U+FEFF"),
    ("title", "AmÃ©lie", "Amélie", f"{MISREAD}: 'AmÃ©lie'"),
    ("title", "Itâ€™s", "It’s", f"{MISREAD}: 'Itâ€™s'"),
    ("title", "AmÃ©lie – Łódź", "AmÃ©lie – Łódź", f"{LEFT}: 'Ã©' in 'AmÃ©lie – Łódź'"),
    ("title", "Am\ufffdlie", "Am\ufffdlie", f"{LOST}: 'Am\ufffdlie'"),
    ("title", "P??????", "P??????", f"{QUESTIONED}: 'P??????'"),
    ("title", "Am?lie", "Am?lie", f"{QUESTIONED}: 'Am?lie'"),
    ("title", "Heat (1995)", "Heat (1995)", "a title that carries a year: 'Heat (1995)'"),
    ("title", "Seven [Se7en], The", "The Seven [Se7en]", f"{IN_FRONT}: 'Seven [Se7en], The'"),
    (
        "title",
        "Rain, The (Lluvia, La)",
        "The Rain (La Lluvia)",
        f"{IN_FRONT}: 'Rain, The (Lluvia, La)'",
    ),
    ("year", "9998", 9998, "a year that is still to come: 9998"),
    ("url", "tt000116191", "tt0116191", "'tt000116191' read as tt0116191"),
    ("url", "TT0116191", "tt0116191", "'TT0116191' read as tt0116191"),
    ("year", "(1997)", 1997, "'(1997)' read as the year 1997"),
    ("year", "1997-08-02", 1997, "'1997-08-02' read as the year 1997"),
    ("year", "n/a", None, "'n/a' read as no value"),
    ("year", r"\N", None, r"'\\N' read as no value"),
    ("ratingValue", "7,5", Rating(Decimal("7.5")), "'7,5' read as 7.5"),
    ("ratingValue", "8/10", Rating(Decimal(8)), "'8/10' read as 8"),
    ("ratingValue", "7,5 / 10", Rating(Decimal("7.5")), "'7,5 / 10' read as 7.5"),
    ("ratingValue", "-", None, "'-' read as no value"),
    ("ratingValue", "N/A", None, "'N/A' read as no value"),
    ("directors", "A B;C D", (Credit("A B"), Credit("C D")), "names separated by ';'"),
    ("directors", "A B | C D", (Credit("A B"), Credit("C D")), "names separated by '|'"),
    (
        "directors",
        "A B,, C D,",
        (Credit("A B"), Credit("C D")),
        "empty name between separators dropped",
    ),
    ("directors", "A B, C D, A B", (Credit("A B"), Credit("C D")), "named more than once: A B"),
    (
        "directors",
        "A  B,C\u00a0D",
        (Credit("A B"), Credit("C D")),
        "space between the words of a name made one",
    ),
    ("directors", "A&eacute;", (Credit("Aé"),), REFERENCES),
    ("directors", "A\x07 B", (Credit("A B"),), "control characters taken out: U+0007"),
    (
        "actors",
        "Robert Downey, Jr., Jude Law",
        (Credit("Robert Downey Jr."), Credit("Jude Law")),
        "suffix joined to its name: Robert Downey Jr.",
    ),
    (
        "actors",
        "Robert Downey, jr",
        (Credit("Robert Downey jr"),),
        "suffix joined to its name: Robert Downey jr",
    ),
    ("actors", "-", (), "'-' read as no value"),
    ("actors", "A B, N/A", (Credit("A B"),), "'N/A' read as no value"),
    (
        "actors",
        "A B,\u200e C D",
        (Credit("A B"), Credit("C D")),
        "invisible marks taken out: U+200E",
    ),
    (
        "actors",
        "A B, M.D., III, Esq, C D",
        (Credit("A B M.D. III Esq"), Credit("C D")),
        "suffix joined to its name: A B M.D. III Esq",
    ),
    (
        "actors",
        "A B (voice, uncredited), C D (as C, D) [uncredited]",
        (Credit("A B"), Credit("C D")),
        "taken off a name: (voice, uncredited), (as C, D), [uncredited]",
    ),
    (
        "actors",
        "The Who & Friends",
        (Credit("The Who & Friends"),),
        "may be several people: 'The Who & Friends'",
    ),
    ("actors", "A B (Left)", (Credit("A B (Left)"),), "brackets in a name: 'A B (Left)'"),
    ("directors", "nm000000120", (Credit("", "nm0000120"),), "'nm000000120' read as nm0000120"),
    ("directors", "NM0000120", (Credit("", "nm0000120"),), "'NM0000120' read as nm0000120"),
]


@pytest.mark.parametrize(("key", "written", "value", "said"), REPAIRED)
def test_what_can_be_repaired_without_guessing_is_repaired_and_reported(
    key: str, written: str, value: object, said: str
) -> None:
    changes = {} if key == "url" else {FIELD.get(key, key): value}
    notes = (Note(LINE[key], key, said),)
    expected = replace(EMMA, **changes, notes=notes)  # type: ignore[arg-type]
    assert read(text(**{key: written})) == expected


def test_several_repairs_of_one_value_are_all_reported() -> None:
    record = read(text(actors="Robert Downey, Jr.; Jude  Law; ; Jude Law "))
    said = [
        "space at the end of the line dropped",
        "names separated by ';'",
        "empty name between separators dropped",
        "suffix joined to its name: Robert Downey Jr.",
        "space between the words of a name made one",
        "named more than once: Jude Law",
    ]
    assert record == replace(
        EMMA,
        actors=(Credit("Robert Downey Jr."), Credit("Jude Law")),
        notes=tuple(Note(7, "actors", message) for message in said),
    )


SYNOPSES = [
    ("Q &amp; A\n\nwith &lt;b&gt;", "Q & A\n\nwith <b>", REFERENCES),
    ("one\x01two", "onetwo", "control characters taken out: U+0001"),
    ("one\u200btwo", "onetwo", "invisible marks taken out: U+200B"),
    ("Itâ€™s\n\nover", "It’s\n\nover", f"{MISREAD}: 'Itâ€™s\\n\\nover'"),
    ("Wha\ufffd?", "Wha\ufffd?", f"{LOST}: 'Wha\ufffd?'"),
    ("Am????lie", "Am????lie", f"{QUESTIONED}: 'Am????lie'"),
    ("N/A", None, "'N/A' read as no value"),
]


@pytest.mark.parametrize(("written", "value", "said"), SYNOPSES)
def test_a_synopsis_is_repaired_as_values_are(written: str, value: str, said: str) -> None:
    expected = replace(EMMA, synopsis=value, notes=(Note(10, "synopsis", said),))
    assert read(text(written)) == expected


def test_leading_zeros_of_a_number_are_dropped() -> None:
    said = Note(1, "movieId", "leading zeros dropped from '000838'")
    assert read(text(movieId="000838")) == replace(EMMA, notes=(said,))


def test_an_id_may_be_absent_where_the_other_is_there() -> None:
    assert read(text(movieId="")) == replace(EMMA, identifiers={"imdb": "tt0116191"})
    said = Note(4, "url", "'N/A' read as no value")
    expected = replace(EMMA, identifiers={"movielens": "838"}, notes=(said,))
    assert read(text(url="N/A")) == expected


# what stands in the file instead of a line, and the notes about it; the record is the same
KEYS = [
    ("title: Emma", "Title: Emma", [Note(2, "Title", "key 'Title' read as 'title'")]),
    ("title: Emma", " title : Emma", [Note(2, " title ", "key ' title ' read as 'title'")]),
    (
        "directors: ",
        "director: ",
        [Note(6, "director", "key 'director' read as 'directors'")],
    ),
    ("synopsis:", "SYNOPSIS:", [Note(9, "SYNOPSIS", "key 'SYNOPSIS' read as 'synopsis'")]),
    (
        "actors: Gwyneth Paltrow, Toni Collette\n",
        "actors: Gwyneth Paltrow, Toni Collette\nbudget: 7",
        [Note(8, "budget", "unknown key 'budget': its value is not read")],
    ),
    (
        "actors: Gwyneth Paltrow, Toni Collette\n",
        "actors: Gwyneth Paltrow, Toni Collette\ntitel: Emma",
        [Note(8, "titel", "unknown key 'titel': its value is not read; did you mean 'title'?")],
    ),
    (
        "actors: Gwyneth Paltrow, Toni Collette\n",
        "actors: Gwyneth Paltrow, Toni Collette\ntitle: Emma",
        [Note(8, "title", "repeated key, as on line 2")],
    ),
    (
        "actors: Gwyneth Paltrow, Toni Collette\n",
        "actors: Gwyneth Paltrow, Toni Collette\ntitle:",
        [Note(8, "title", "repeated key, as on line 2")],
    ),
    (
        "actors: Gwyneth Paltrow, Toni Collette\n",
        "actors: Gwyneth Paltrow\nactors: Toni Collette",
        [Note(8, "actors", "second 'actors' line joined to line 7")],
    ),
    (
        "actors: Gwyneth Paltrow, Toni Collette\n",
        "actors: Gwyneth Paltrow, Toni Collette\nactors: -",
        [
            Note(8, "actors", "second 'actors' line joined to line 7"),
            Note(7, "actors", "'-' read as no value"),
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "notes"), KEYS)
def test_a_key_is_known_in_other_forms_and_reported(old: str, new: str, notes: list[Note]) -> None:
    assert read(text().replace(old, new, 1)) == replace(EMMA, notes=tuple(notes))


def test_a_key_that_was_empty_at_first_counts_where_it_has_a_value() -> None:
    record = read(text(title="").replace("\n\n", "\ntitle: Emma\n", 1))
    said = Note(8, "title", "repeated key: line 2 is empty")
    assert record == replace(EMMA, lines={**EMMA.lines, "title": 8}, notes=(said,))


def test_a_missing_key_is_reported() -> None:
    record = read("movieId: 838\ntitle: Emma\n")
    missing = ["year", "url", "ratingValue", "directors", "actors", "synopsis"]
    assert record == FilmRecord(
        identifiers={"movielens": "838"},
        title="Emma",
        lines={"movielens": 1, "title": 2},
        notes=tuple(Note(1, key, f"no {key!r} line") for key in missing),
    )


# What is refused, by place and field

YEAR = "expected a year such as 2004, found"
NAMES = "expected names separated by commas, found"
RATING = "expected a number such as 7.5, found"
URL = "expected an IMDb title such as https://www.imdb.com/title/tt0338013/, found"
# key, what is written, what is said
REFUSED = [
    ("movieId", "abc", "1: movieId: expected a number such as 7361, found 'abc'"),
    ("movieId", "-1", "1: movieId: expected a number such as 7361, found '-1'"),
    ("movieId", "٣", "1: movieId: expected a number such as 7361, found '٣'"),
    ("movieId", "9" * 19, f"1: movieId: expected a number such as 7361, found '{'9' * 19}'"),
    ("year", "two thousand", f"3: year: {YEAR} 'two thousand'"),
    ("year", "96", f"3: year: {YEAR} '96'"),
    ("year", "1996-1997", f"3: year: {YEAR} '1996-1997'"),
    ("year", "1996-13-01", f"3: year: {YEAR} '1996-13-01'"),
    ("year", "1996-00-10", f"3: year: {YEAR} '1996-00-10'"),
    ("year", "１９９６", f"3: year: {YEAR} '１９９６'"),
    ("year", "19\x0796", rf"3: year: {YEAR} '19\x0796'"),
    ("ratingValue", "good", f"5: ratingValue: {RATING} 'good'"),
    ("ratingValue", "8/5", f"5: ratingValue: {RATING} '8/5'"),
    ("ratingValue", "-1", f"5: ratingValue: {RATING} '-1'"),
    ("ratingValue", "1e1", f"5: ratingValue: {RATING} '1e1'"),
    ("ratingValue", "nan", f"5: ratingValue: {RATING} 'nan'"),
    ("ratingValue", "7.", f"5: ratingValue: {RATING} '7.'"),
    ("ratingValue", "8.1 (12 votes)", f"5: ratingValue: {RATING} '8.1 (12 votes)'"),
    (
        "url",
        "https://example.org/title/tt0116191/",
        f"4: url: {URL} 'https://example.org/title/tt0116191/'",
    ),
    (
        "url",
        "https://www.imdb.com/name/nm0000569/",
        f"4: url: {URL} 'https://www.imdb.com/name/nm0000569/'",
    ),
    (
        "url",
        "https://www.imdb.com/title/nm0000569/",
        f"4: url: {URL} 'https://www.imdb.com/title/nm0000569/'",
    ),
    ("url", "tt116191", f"4: url: {URL} 'tt116191'"),
    ("url", "tt٠١١٦١٩١", f"4: url: {URL} 'tt٠١١٦١٩١'"),
    ("url", "tt0116191 tt0118308", f"4: url: {URL} 'tt0116191 tt0118308'"),
    (
        "url",
        "https://www.imdb.com/title/tt01161\t91/",
        rf"4: url: {URL} 'https://www.imdb.com/title/tt01161\t91/'",
    ),
    ("url", "https://[x", f"4: url: {URL} 'https://[x'"),
    ("url", "x" * 99, f"4: url: {URL} '{'x' * 99}'"),
    ("directors", "Coen, Joel; Coen, Ethan", f"6: directors: {NAMES} 'Coen, Joel; Coen, Ethan'"),
    (
        "directors",
        "Joel Coen; Ethan Coen | X",
        f"6: directors: {NAMES} 'Joel Coen; Ethan Coen | X'",
    ),
]


@pytest.mark.parametrize(("key", "written", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_by_place(key: str, written: str, said: str) -> None:
    assert refusal(text(**{key: written})) == said


LINE_EXPECTED = "expected `key: value`, or `synopsis:` before free text, found"
NO_ID = "movieId: expected an id: `movieId`, `url` (at IMDb), `tmdb` or `wikidata`, found none"
NOTHING = "expected a record such as `title: …`, found an empty file"


def not_utf8(byte: int, encoding: str) -> str:
    return (
        f"expected UTF-8 text, found a byte that is not (0x{byte:02X}); it looks like {encoding}: "
        f"{save_as_utf8(encoding)}"
    )


def unmarked(encoding: str) -> str:
    return f"expected text, found {encoding} without a byte order mark: {save_as_utf8(encoding)}"


def save_as_utf8(encoding: str) -> str:
    return f"save the file as UTF-8, for instance: iconv -f {encoding} -t utf-8"


# a whole file, and what is said
FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", f"1: {NOTHING}"),
    "blank": ("\n \r\n\t\n", f"1: {NOTHING}"),
    "only a mark": (codecs.BOM_UTF8, f"1: {NOTHING}"),
    "no known key": ("genre: Comedy\n", f"1: {NO_ID}"),
    "no id": ("title: Emma\nmovieId:\n", f"2: {NO_ID}"),
    "free text": (
        "movieId: 1\n\nOnce there was: a girl.\n",
        f"3: {LINE_EXPECTED} 'Once there was: a girl.'",
    ),
    "no colon": ("movieId 1\n", f"1: {LINE_EXPECTED} 'movieId 1'"),
    "two titles": (
        "movieId: 1\ntitle: A\ntitle: B\n",
        "3: title: expected one value, found 'A' on line 2 and 'B'",
    ),
    "a NUL": (b"movieId: 1\ntitle: A\0B\n", "2: expected text, found binary data (a NUL byte)"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "1: expected text, found binary data"),
    "half a character": (
        codecs.BOM_UTF16_LE + "title: A".encode("utf-16-le") + b"x",
        "1: expected UTF-16-LE text, found bytes that are not (truncated data)",
    ),
    "windows-1252": (text(title="Amélie").encode("cp1252"), "2: " + not_utf8(0xE9, "windows-1252")),
    "windows-1252 with a mark": (
        codecs.BOM_UTF8 + text(title="Ame\u0300 l’été").encode("cp1252", "ignore"),
        "2: " + not_utf8(0x92, "windows-1252"),
    ),
    "windows-1251 with mac line ends": (
        text(title="Иван Васильевич меняет профессию").replace("\n", "\r").encode("cp1251"),
        "2: " + not_utf8(0xC8, "windows-1251"),
    ),
    "utf-16 without a mark": (text().encode("utf-16-le"), "1: " + unmarked("utf-16le")),
    "utf-16 of other letters without a mark": (
        text(title="Зеркало", directors="Андрей Тарковский", synopsis="Зеркало" * 99).encode(
            "utf-16-le"
        ),
        "1: " + unmarked("utf-16le"),
    ),
    "utf-32 without a mark": (text().encode("utf-32-le"), "1: " + unmarked("utf-32le")),
    "big-endian utf-32 without a mark": (
        text().encode("utf-32-be"),
        "1: " + unmarked("utf-32be"),
    ),
    "big-endian without a mark": (
        text(title="8½").encode("utf-16-be"),
        "2: " + unmarked("utf-16be"),
    ),
}


@pytest.mark.parametrize(("content", "said"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_record_is_refused(content: str | bytes, said: str) -> None:
    assert refusal(content) == said


def test_a_lone_surrogate_is_refused() -> None:
    said = "2: expected UTF-8 text, found a byte that is not (0xED); it looks like "
    assert refusal(b"movieId: 1\ntitle: \xed\xa0\x80\n").startswith(said)


def test_a_reject_keeps_the_text_that_was_refused() -> None:
    content = text(year="two thousand")
    reject = read(content)
    assert isinstance(reject, Reject)
    assert reject.text == content


# Files and folders


def test_a_file_of_ten_megabytes_is_read() -> None:
    synopsis = ("Emma (Gwyneth Paltrow) & “Mr. Knightley” &c. " * 250_000).strip()
    assert read(text(synopsis)) == replace(EMMA, synopsis=synopsis)


def test_a_file_that_is_too_large_to_be_a_record_is_refused(tmp_path: Path) -> None:
    limit = "expected a file of at most 16,777,216 bytes, found"
    path = tmp_path / "film.txt"
    with path.open("wb") as file:
        file.truncate(20_000_000)
    [found] = find(sources([str(path)], None, [])[0], SUFFIXES, Unpacking())
    [raw] = format_of(found.path).cut(found)
    assert raw.reject
    assert raw.reject.message == f"{limit} 20,000,000 bytes"
    [raw] = format_of("zero.txt").cut(
        FoundFile("/dev/zero", "zero.txt")
    )  # without a size, nor an end
    assert raw.reject
    assert raw.reject.message.startswith(limit)


def test_a_record_of_a_million_bad_lines_is_read_in_seconds() -> None:
    many = "".join(f"k{number}:\nactors: Extra\n" for number in range(300_000))
    record = read(f"movieId: 838\n{many}")
    assert isinstance(record, FilmRecord)
    assert record.actors == (Credit("Extra"),)
    assert len(record.notes) == 1001
    assert record.notes[-1].message == "more than 1000 notes"


def test_a_line_of_ten_megabytes_is_read() -> None:
    names = [f"Extra {number}" for number in range(300_000)] + ["Extra 7", "Extra 0"]
    record = read(text(actors=", ".join(names)))
    cast = tuple(Credit(name) for name in names[:-2])
    said = Note(7, "actors", "named more than once: Extra 0, Extra 7")
    assert record == replace(EMMA, actors=cast, notes=(said,))


def test_each_thing_in_a_folder_is_read_or_refused_by_name(desk: Desk) -> None:
    desk.write(Film(1, "A", actors="B C"), Film(2, "B", year="two thousand", actors="B C"))
    Film(3, "C", actors="B C", name="UPPER.TXT")
    (desk.source / "UPPER.TXT").write_text(Film(3, "C", actors="B C").text)
    (desk.source / ".hidden.txt").write_text("nonsense")
    (desk.source / "notes.md").write_text("nonsense")
    (desk.source / "dangling.txt").symlink_to("nowhere.txt")
    (desk.source / "loop.txt").symlink_to("loop.txt")
    (desk.source / "folder.txt").mkdir()
    os.mkfifo(desk.source / "pipe.txt")
    Path(os.fsdecode(os.fsencode(desk.source) + b"/\xe9.txt")).write_text("title: A")
    report = desk.load()
    assert sorted(desk.messages()) == [
        "2.txt:3: year: expected a year such as 2004, found 'two thousand'",
        r"\xe9.txt:1: expected a readable file, found a name that is not UTF-8",
        "dangling.txt:1: expected a readable file, found a link to nowhere (nowhere.txt)",
        "loop.txt:1: expected a readable file, found too many levels of symbolic links",
        "pipe.txt:1: expected a readable file, found something that is no file",
    ]
    assert (report.sources[0].loaded, report.sources[0].rejected) == (2, 5)


def test_a_folder_with_nothing_in_it_is_an_error_that_says_so(desk: Desk) -> None:
    with pytest.raises(SourceError) as caught:
        desk.load()
    assert str(caught.value) == f"{desk.source}: no records in it"
    assert caught.value.hint == (
        "expected files that end in .txt or .jsonl or .ndjson, or tables: etl columns FILE"
    )


MISSING = [
    ("nothing.txt", "no such file or folder", "check the path"),
    ("*.nothing", "no file matches", "check the pattern"),
]


@pytest.mark.parametrize(("argument", "said", "hint"), MISSING)
def test_a_path_that_names_nothing_is_an_error(argument: str, said: str, hint: str) -> None:
    with pytest.raises(SourceError) as caught:
        sources([argument], None, [])
    assert (str(caught.value), caught.value.hint) == (f"{argument}: {said}", hint)


def test_a_file_is_read_once_when_its_folder_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    named = [str(tmp_path / "a.txt"), str(tmp_path), f"{tmp_path}/*.txt", f"{tmp_path}/"]
    [source] = sources(named, None, [])
    assert [found.relative for found in find(source, SUFFIXES, Unpacking())] == ["a.txt"]


CLOSED_FOLDER = "a folder that cannot be opened (permission denied)"
CLOSED = """
import os, sys
from etl.sources.formats import SUFFIXES, format_of
from etl.sources.finding import find
from etl.sources.naming import sources
from etl.sources.packed import Unpacking
from etl.sources.packed import Unpacking

if os.geteuid() == 0:  # root may read anything
    os.setgid(65534)
    os.setuid(65534)
for found in find(sources([sys.argv[1]], None, [])[0], SUFFIXES, Unpacking()):
    [raw] = format_of(found.path).cut(found)
    print(found.relative, format_of(found.path).read(raw).message, sep=": ")
"""


def test_what_may_not_be_opened_is_refused_by_name() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name, "films")
        for inner in (folder, folder / "closed", folder / "names-only"):
            inner.mkdir()
            (inner / "1.txt").write_text("title: A")
        os.chmod(name, 0o755)
        (folder / "1.txt").chmod(0)
        (folder / "closed").chmod(0)
        (folder / "names-only").chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(CLOSED), folder],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        (folder / "closed").chmod(0o755)
        (folder / "names-only").chmod(0o755)
    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        [
            "1.txt: expected a readable file, found permission denied",
            "closed: expected a readable file, found " + CLOSED_FOLDER,
            "names-only/1.txt: expected a readable file, found permission denied",
        ],
    )


@pytest.mark.parametrize("name", ["data/seed_format", "data/linking/records", "seeds"])
def test_every_record_made_from_real_data_is_read_without_repair(name: str) -> None:
    for path in sorted(shared(name).glob("*.txt")):
        record = read(path.read_bytes())
        assert isinstance(record, FilmRecord), path
        assert record.notes == (), path


def test_the_sample_records_are_read_without_repair() -> None:
    for path in SEEDS.glob("*.txt"):
        record = read(path.read_bytes())
        assert isinstance(record, FilmRecord), path
        assert record.notes == (), path


# Properties


def unrepaired(value: str) -> bool:
    """Leave out what is documented as repaired: absence, references, articles, end of line, ids.

    And what cannot be seen.
    """
    return (
        not re.search("[\u034f\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]", value)
        and not re.match("(?i)nm|tt", value)
        and value == " ".join(value.split(" ")).strip()
        and value.lower() not in ("n/a", r"\n", "-", "--")
        and html.unescape(value) == value
        and not value.endswith((", The", ", A", ", An", ", Le", ", La", ", Les", ", L'"))
        and not value.endswith(
            (", Der", ", Das", ", El", ", Los", ", Las", ", Il", ", Lo", ", Gli")
        )
    )


def composed(value: str) -> str:
    return unicodedata.normalize("NFC", value)


DOUBTFUL = "?()[]&+/ÃÂÄÅÎÏÐÑ×ØÙâð√├РСГ\ufffd"  # what may be noted
letters = st.just(" ") | st.characters(
    codec="utf-8", exclude_categories=["C", "Z"], exclude_characters=DOUBTFUL
)
lines = st.text(letters, min_size=1, max_size=40).map(composed).filter(unrepaired)
words = (
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["C", "Z"], exclude_characters=f"{DOUBTFUL},;|"
        ),
        min_size=2,
        max_size=12,
    )
    .map(composed)
    .filter(unrepaired)
)
names = words.filter(lambda word: word.casefold() != "and")  # between which may stand several
people = st.lists(st.lists(names, min_size=2, max_size=3).map(" ".join), unique=True, max_size=5)
synopses = st.text(st.one_of(letters, st.sampled_from("\n\n\t\"'\\🎬ש‮")), max_size=300).map(
    lambda value: composed(value).strip()
)


@given(title=lines, directors=people, actors=people, synopsis=synopses)
def test_whatever_a_record_says_is_read_back(
    title: str, directors: list[str], actors: list[str], synopsis: str
) -> None:
    assume(not synopsis or unrepaired(synopsis))
    written = text(synopsis, title=title, directors=", ".join(directors), actors=", ".join(actors))
    assume(unicodedata.is_normalized("NFC", written))
    record = read(written)
    assert isinstance(record, FilmRecord)
    assert (record.title, record.synopsis, record.notes) == (title, synopsis or None, ())
    assert record.directors == tuple(map(Credit, directors))
    assert record.actors == tuple(map(Credit, actors))


@given(st.binary(max_size=400))
def test_any_bytes_give_a_record_or_a_reject(data: bytes) -> None:
    assert isinstance(read(data), FilmRecord | Reject)


anything = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.dictionaries(st.sampled_from([*VALUES, "Title", "x", ""]), anything), anything)
def test_any_values_give_a_record_or_a_reject(values: dict[str, str], synopsis: str) -> None:
    assert isinstance(read(text(synopsis, **values)), FilmRecord | Reject)


credit_lists = st.lists(
    st.builds(Credit, anything, st.none() | st.just("nm0000120"), st.lists(anything).map(tuple))
).map(tuple)
records = st.builds(
    FilmRecord,
    identifiers=st.dictionaries(st.sampled_from(["imdb", "movielens"]), anything),
    title=st.none() | anything,
    year=st.none() | st.integers(0, 9999),
    rating=st.none()
    | st.builds(Rating, st.decimals(0, 999, places=6), count=st.none() | st.integers(0)),
    directors=credit_lists,
    actors=credit_lists,
    synopsis=st.none() | anything,
    lines=st.dictionaries(anything, st.integers(1)),
    notes=st.lists(st.builds(Note, st.integers(1), anything, anything)).map(tuple),
)


@given(records)
def test_a_record_is_the_same_after_the_catalog(record: FilmRecord) -> None:
    assert decode_film(encode(record)) == record


@given(
    st.builds(
        LinkRecord,
        identifiers=st.dictionaries(st.sampled_from(["imdb", "movielens", "wikidata"]), anything),
        actors=credit_lists,
        links=st.lists(st.builds(Link, st.sampled_from(["film", "person"]), anything)).map(tuple),
    )
)
def test_a_link_record_is_the_same_after_the_catalog(record: LinkRecord) -> None:
    assert decode_links(encode(record)) == record


def test_a_link_record_of_an_older_version_is_read() -> None:
    film = FilmRecord({"imdb": "tt0338013"}, actors=(Credit("Kirsten Dunst", "nm0000379"),))
    link = Link("person", "Kirsten Dunst", "skos:exactMatch", "nm0000379")
    older = {**json.loads(encode(film)), "links": [json.loads(msgspec.json.encode(link))]}
    assert decode_links(json.dumps(older)) == LinkRecord(film.identifiers, film.actors, (link,))


@given(st.builds(Reject, st.integers(1), anything, anything, anything, anything))
def test_a_reject_is_the_same_after_the_catalog(reject: Reject) -> None:
    assert decode_reject(encode(reject)) == reject
