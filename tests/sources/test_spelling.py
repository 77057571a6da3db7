"""Two texts that look alike are read as one, and what cannot be seen is taken out and told."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.sources import mojibake, spelling
from etl.sources.notes import Notes
from etl.sources.values import title
from shared_data import shared

MARKS = "\u00ad\u034f\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2069\ufeff"

# Names in which a joiner or a selector spells a word, or a picture.
MEANT = {
    "Persian": "می\u200cخواهم",
    "Malayalam": "മോഹന്\u200dലാല്\u200d",
    "Bengali": "র\u200d্যাম",
    "Sinhala": "ශ්\u200dරී",
    "a family": "👨\u200d👩\u200d👧",
    "a heart": "❤\ufe0f",
    "a key": "1\ufe0f\u20e3",
    "England": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a form of a character": "葛\U000e0100城",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180e\u180b",
    "old Hangul": "\u115f\u1161",
}


@pytest.mark.parametrize("text", MEANT.values(), ids=MEANT)
def test_marks_that_a_script_needs_are_kept(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert spelling.line(text) == (text, [])
    assert spelling.prose(text) == (text, [])


# Written, and read.
MEANINGLESS = [
    ("Björk\u200d Ny", "Björk Ny"),
    ("Bj\u200cörk", "Björk"),
    ("\u200dBjörk", "Björk"),
    ("می\u200c خواهم", "می خواهم"),
    ("Björk\ufe0f", "Björk"),
    ("B\U000e0067jörk", "Björk"),
    ("🏴\U000e0067\U000e0062", "🏴"),
    ("Bj\u3164örk", "Björk"),
    ("e\u200b\u0301", "é"),
]


@pytest.mark.parametrize(("written", "expected"), MEANINGLESS)
def test_the_same_marks_are_taken_out_where_they_mean_nothing(written: str, expected: str) -> None:
    text, said = spelling.line(written)
    assert text == expected
    assert [message.partition(": ")[0] for message in said] == ["invisible marks taken out"]


# No letters that look like one half of another in a wrong encoding, and no blank ones.
letters = st.text(
    st.characters(categories=["L", "N"], exclude_characters="ÃÂÄÅ\u3164\uffa0"),
    min_size=1,
    max_size=12,
).map(lambda text: unicodedata.normalize("NFC", text))


@given(letters, letters, st.sampled_from(MARKS))
def test_a_mark_anywhere_in_a_text_changes_nothing_but_is_told(
    before: str, behind: str, mark: str
) -> None:
    plain, _ = spelling.line(before + behind)
    text, said = spelling.line(before + mark + behind)
    assert text == plain
    assert f"invisible marks taken out: U+{ord(mark):04X}" in said


anything = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from(f"{MARKS}\u200c\u200d\x80\x92ÃÂâ€™©é?& ")
    )
)


@given(anything)
def test_a_text_and_its_decomposed_form_are_one(text: str) -> None:
    for read in (spelling.line, spelling.prose):
        composed = read(unicodedata.normalize("NFC", text))
        assert composed == read(unicodedata.normalize("NFD", text)) == read(text)
        assert unicodedata.is_normalized("NFC", composed[0])


@given(anything)
def test_what_is_read_is_read_again_as_it_is(text: str) -> None:
    for read in (spelling.line, spelling.prose):
        once, _ = read(text.replace("&", "+"))
        assert read(once)[0] == once


@given(anything)
def test_a_text_that_is_passed_quickly_would_have_been_left_alone(text: str) -> None:
    assert spelling.line(text) == spelling._repaired(text, spelling._IN_LINE)
    assert spelling.prose(text) == spelling._repaired(text, spelling._IN_PROSE)


# Text in a wrong encoding


WORDS = (
    "Amélie Étranger Österreich Ångström L’été Señora Ávila Über Ça São Łódź Żona Dvořák Čapek "
    "Şehir İstanbul Ελλάδα Москва Тарковский שלום مرحبا 天空の城 千と千尋の神隠し 영화 Việt ½ "
    "“Emma” – … € ™ 🎬🎬"
).split()
ENCODINGS = ("cp1252", "cp1251", "mac-roman", "cp850", "cp437")


def misread(text: str, encoding: str) -> str:
    """Read a text's UTF-8 in a wrong encoding; bytes that it lacks become control characters."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("word", WORDS)
def test_utf_8_that_was_read_as_windows_1252_is_read_back(word: str) -> None:
    wrong = misread(f"The {word}", "cp1252")
    assert mojibake.read_back(wrong) == f"The {word}"
    assert mojibake.read_back(misread(wrong, "cp1252")) == f"The {word}"
    latin = f"The {word}".encode().decode("latin-1")
    assert mojibake.read_back(latin) == f"The {word}"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("РњРѕСЃРєРІР°", "Москва"),
        ("Am√©lie", "Amélie"),
        ("It‚Äôs", "It’s"),
        ("Am├®lie", "Amélie"),
        ("Am├⌐lie", "Amélie"),
    ],
)
def test_so_is_text_that_was_read_in_other_encodings(wrong: str, right: str) -> None:
    text, said = spelling.line(wrong)
    assert (text, len(said)) == (right, 1)


RIGHT = st.text(
    st.sampled_from(
        "abcxyzÀÃÄÅÂÇÉÑÓÖØÜßàãäåâçéñóöøüąćęłńśźżěščřžýůőűğışΑβγдЖЩёЇ天空م’‘“”„…–—™®©°½€ "
    ),
    max_size=20,
)


@given(RIGHT, st.sampled_from(ENCODINGS))
def test_what_is_read_back_is_what_was_there_or_nothing_is(text: str, encoding: str) -> None:
    if mojibake.read_back(text) == text:
        assert mojibake.read_back(misread(text, encoding)) in (text, misread(text, encoding))


LANGUAGES = {
    "Portuguese": "aeomnãáçéêóõú",
    "Spanish": "aeomnáéíñóúü",
    "French": "aeomnàçéèêëîïôùûœ",
    "German": "aeomnäöüß",
    "Swedish": "aeomnåäö",
    "Danish": "aeomnåæø",
    "Polish": "aeomnąćęłńóśźż",
    "Czech": "aeomnáčďéěíňóřšťúůýž",
    "Turkish": "aeomnçğıöşü",
    "Vietnamese": "aeomnăâđêôơưạảấầế",
}
ENDS = ["", "…", "”", "’", " –", " —", "™", "»", ",", "!", "\xa0"]


def phrases(letters: str) -> st.SearchStrategy[str]:
    """Words in capitals or not, each with what may stand behind it."""
    word = st.text(st.sampled_from(letters), min_size=1, max_size=8)
    words = st.one_of(word, word.map(str.capitalize), word.map(str.upper))
    ended = st.tuples(words, st.sampled_from(ENDS)).map("".join)
    return st.lists(ended, min_size=1, max_size=4).map(" ".join)


@given(st.sampled_from(list(LANGUAGES.values())).flatmap(phrases))
def test_words_that_end_in_a_letter_with_a_mark_are_left_alone(text: str) -> None:
    assert mojibake.read_back(text) == text


@given(st.text(st.one_of(st.characters(), st.sampled_from("ÃÂâ€™Ð¾РСвЂ√‚Ä├Γ©²éà\x80\x9d"))))
def test_what_gives_a_text_away_is_looked_for(text: str) -> None:
    if mojibake.telltale(text):
        assert spelling._SUSPECT.search(text)
        assert spelling._SUSPECT_IN_PROSE.search(text)


def test_no_title_and_synopsis_of_real_data_is_taken_for_damaged() -> None:
    for line in shared("data/plots/plots.jsonl").read_text("utf-8").splitlines():
        film = json.loads(line)
        notes = Notes()
        assert title(film["title"], notes) == film["title"]
        assert notes.notes == []
        assert spelling.prose(film["synopsis"])[1] == []
