"""Characters are told from a synopsis by rules that err on the side of silence."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.records import FilmRecord
from etl.resolution.characters import played, unlisted
from etl.sources.text import parse
from places import SEEDS
from shared_data import shared

CAST = ["Al Pacino", "Björk", "Ed Harris", "Robert Downey Jr.", "李连杰"]
WIDER = [
    *CAST,
    "Austin OBrien",
    'Charles "Buddy" Rogers',
    "Kristin Scott Thomas",
    "Renée Adorée",
    "Sam de Grasse",
    "Samuel L. Jackson",
    "Tom Harris",
    "W. C. Fields",
    "Барбара Брыльска",
]


def record(path: Path) -> FilmRecord:
    found = parse(path.read_text("utf-8"))
    assert isinstance(found, FilmRecord)
    return found


def roles(text: str, cast: list[str] | None = None) -> str:
    """Write what is found as `Character = Actor; …`."""
    pairs = played(text, CAST if cast is None else cast)
    return "; ".join(f"{pair.character} = {pair.actor}" for pair in pairs)


REAL = {
    "Joel Barish": "Jim Carrey",
    "Clementine Kruczynski": "Kate Winslet",
    "Carrie Eakin": "Jane Adams",
    "Rob Eakin": "David Cross",
    "Howard Mierzwiak": "Tom Wilkinson",
    "Stan Fink": "Mark Ruffalo",
    "Patrick": "Elijah Wood",
    "Mary": "Kirsten Dunst",
}


def test_the_real_record_names_eight_characters_of_its_cast() -> None:
    [path] = shared("seeds").glob("*.txt")
    film = record(path)
    cast = [actor.name for actor in film.actors]
    found = {pair.character: pair.actor for pair in played(film.synopsis or "", cast)}
    assert found == REAL
    cast.append("Deirdre O'Connell")
    found = {pair.character: pair.actor for pair in played(film.synopsis or "", cast)}
    assert found == REAL | {"Hollis": "Deirdre O'Connell"}


def test_an_actor_of_the_real_record_who_is_in_no_list_is_left_to_other_lists() -> None:
    [path] = shared("seeds").glob("*.txt")
    film = record(path)
    cast = [actor.name for actor in film.actors]
    assert unlisted(film.synopsis or "", cast) == ["Deirdre O'Connell"]


# a synopsis, and what is found in it
FOUND = [
    ("Joel Barish (Al Pacino) wakes.", "Joel Barish = Al Pacino"),
    ("He meets Joel Barish (Al Pacino).", "Joel Barish = Al Pacino"),
    ("Joel Barish (Al  Pacino) wakes.", "Joel Barish = Al Pacino"),
    ("Joel (Al Pacino) and Mary (Björk) meet.", "Joel = Al Pacino; Mary = Björk"),
    ("Joel (Al Pacino) (a bookish introvert) wakes.", "Joel = Al Pacino"),
    ("Joel (Al Pacino), Mary (Björk)", "Joel = Al Pacino; Mary = Björk"),
    ("Howard's wife Hollis (Björk) arrives.", "Hollis = Björk"),
    ("The twins’ father Joel (Al Pacino)", "Joel = Al Pacino"),
    ("The technician Stan (Al Pacino)", "Stan = Al Pacino"),
    ("Heartbroken, Joel (Al Pacino) leaves.", "Joel = Al Pacino"),
    ("He falls. Mary (Björk) laughs.", "Mary = Björk"),
    ("It works! Mary (Björk) laughs.", "Mary = Björk"),
    ("He stays in Montauk. Mary (Björk) leaves.", "Mary = Björk"),
    ("in Montauk\nMary (Björk) leaves.", "Mary = Björk"),
    ("When Mary (Björk) leaves", "Mary = Björk"),
    ("In 1964 Guy Patterson (Al Pacino) drums.", "Guy Patterson = Al Pacino"),
    ("His friend is Vincent van Gogh (Al Pacino).", "Vincent van Gogh = Al Pacino"),
    ("Later Charles de Gaulle (Al Pacino) speaks.", "Charles de Gaulle = Al Pacino"),
    ("ruled by the King of Qin (Al Pacino)", "King of Qin = Al Pacino"),
    ("the Witch of the Waste (Björk)", "Witch of the Waste = Björk"),
    ("the home of Jacob Fuller (Al Pacino)", "Jacob Fuller = Al Pacino"),
    ("the Castle of King Pastoria (Al Pacino)", "King Pastoria = Al Pacino"),
    ("James T. Kirk (Al Pacino) beams up.", "James T. Kirk = Al Pacino"),
    ("J.R.R. Smith (Al Pacino) writes.", "J.R.R. Smith = Al Pacino"),
    ("asks Dr. Cawley (Al Pacino) in.", "Dr. Cawley = Al Pacino"),
    ("under Captain Vidal (Al Pacino)", "Captain Vidal = Al Pacino"),
    ("M (Al Pacino) sends him.", "M = Al Pacino"),
    ("this one, the Dude (Al Pacino),", "Dude = Al Pacino"),
    ("The Joker (Al Pacino) laughs.", "Joker = Al Pacino"),
    ("It ends. Old Maurice Fischer (Al Pacino) dies.", "Maurice Fischer = Al Pacino"),
    ("they call Young Neil (Al Pacino) in", "Young Neil = Al Pacino"),
    ('Sam "Ace" Rothstein (Al Pacino) bets.', 'Sam "Ace" Rothstein = Al Pacino'),
    ('his man "Rugrat" (Al Pacino)', "Rugrat = Al Pacino"),
    ("“The Kid” (Al Pacino) sings.", "The Kid = Al Pacino"),
    ('"Joel Barish (Al Pacino) is gone," she says.', "Joel Barish = Al Pacino"),
    ("the musketeer d'Artagnan (Al Pacino)", "d'Artagnan = Al Pacino"),
    ("a droid, R2-D2 (Al Pacino)", "R2-D2 = Al Pacino"),
    ("Tony Stark (Robert Downey, Jr.) builds.", "Tony Stark = Robert Downey Jr."),
    ("Al Pacino (Al Pacino) plays himself.", "Al Pacino = Al Pacino"),
    ("Иван Бунша (Al Pacino) пришёл.", "Иван Бунша = Al Pacino"),
    ("Безымянный (李连杰) пришёл.", "Безымянный = 李连杰"),
    ("Óscar Núñez (Björk)", "Óscar Núñez = Björk"),
    ("Émile (Al Pacino) and Émile (Ed Harris)", "Émile = Al Pacino; Émile = Ed Harris"),
    ("Joel (Al Pacino) … Joel (Al Pacino)", "Joel = Al Pacino"),
    ("Tom (Al Pacino) and his twin Tim (Al Pacino)", "Tom = Al Pacino; Tim = Al Pacino"),
    # remarks beside the actor
    ("Joel Barish (Al Pacino, voice) wakes.", "Joel Barish = Al Pacino"),
    ("Joel (voiced by Al Pacino)", "Joel = Al Pacino"),
    ("Joel (voice of Al Pacino)", "Joel = Al Pacino"),
    ("Joel (played by Al Pacino)", "Joel = Al Pacino"),
    ("Joel (also played by Al Pacino)", "Joel = Al Pacino"),
    ("Joel (and is played as an adult by Al Pacino)", "Joel = Al Pacino"),
    ("Joel (Al Pacino again)", "Joel = Al Pacino"),
    ("Joel (an uncredited Al Pacino)", "Joel = Al Pacino"),
    ("Joel (Al Pacino, uncredited)", "Joel = Al Pacino"),
    ("Joel (Al Pacino, who also directs)", "Joel = Al Pacino"),
    ("Joel (Al Pacino in a dual role)", "Joel = Al Pacino"),
    ("Joel (Al Pacino (actor)) wakes.", "Joel = Al Pacino"),
    ("Joel (Al Pacino]) wakes.", "Joel = Al Pacino"),
    ("Joel, (Al Pacino), wakes.", "Joel = Al Pacino"),
    # possessives
    ("Joel's (Al Pacino) friend", "Joel = Al Pacino"),
    ("Joel Barish’s (Al Pacino’s) friend", "Joel Barish = Al Pacino"),
    ("the house of Haines' (Al Pacino) wife", "Haines = Al Pacino"),
    # what somebody is, and where from
    ("Housewife Kitty Brown (Björk) sings.", "Kitty Brown = Björk"),
    ("He sleeps. Attorney Alan Ward (Al Pacino) wakes.", "Alan Ward = Al Pacino"),
    ("Members Forrest (Al Pacino) and Lee meet.", "Forrest = Al Pacino"),
    ("Brothers Joel (Al Pacino) and Stan (Ed Harris)", "Joel = Al Pacino; Stan = Ed Harris"),
    ("Well-dressed Bill (Al Pacino) begs.", "Bill = Al Pacino"),
    ("Ten-year-old Bobby (Al Pacino) plays.", "Bobby = Al Pacino"),
    ("Hop-along Cassidy (Al Pacino) rides.", "Hop-along Cassidy = Al Pacino"),
    ("Italian Major Rinaldi (Al Pacino) drinks.", "Major Rinaldi = Al Pacino"),
    ("the American Rodney Willard (Al Pacino)", "Rodney Willard = Al Pacino"),
    ("his girl Russian Rita (Björk)", "Russian Rita = Björk"),
    ("The Greek (Al Pacino) waits.", "Greek = Al Pacino"),
    ("Playboy Captain Danilo (Al Pacino) dances.", "Captain Danilo = Al Pacino"),
    ("a Union Army Lieutenant John Dunbar (Al Pacino)", "Lieutenant John Dunbar = Al Pacino"),
    ("Lieutenant Commander Toler (Al Pacino)", "Lieutenant Commander Toler = Al Pacino"),
    ("loves Grand Duke Eugene (Al Pacino)", "Grand Duke Eugene = Al Pacino"),
    (
        "Princess Anne (Björk) and Prince Hal (Al Pacino)",
        "Princess Anne = Björk; Prince Hal = Al Pacino",
    ),
    ("The Captain (Al Pacino) drinks.", "Captain = Al Pacino"),
    ("found by She Who Must Be Obeyed (Björk)", "She Who Must Be Obeyed = Björk"),
    # ends of sentences
    ("He fell in World War I. Nina (Björk) weeps.", "Nina = Björk"),
    ("William I. Nash (Al Pacino) reigns.", "William I. Nash = Al Pacino"),
    ("He moves to the U.S. Mary (Björk) stays.", "Mary = Björk"),
    ("He is sought by the F.B.I. Mary (Björk) hides him.", "Mary = Björk"),
    ("He meets Mason Jr. Mary (Björk) waits.", "Mary = Björk"),
    ("Henry Shoesmith, Jr. (Al Pacino)", "Henry Shoesmith Jr. = Al Pacino"),
    ("Richard Gaylor Sr. (Al Pacino) pays.", "Richard Gaylor Sr. = Al Pacino"),
    # quotation marks
    ('Sam "Ace Rothstein (Al Pacino) bets.', "Sam Ace Rothstein = Al Pacino"),
    ('they call her "Big Mary (Björk)', "Big Mary = Björk"),
    ('known as "the Shark" (Al Pacino)', "Shark = Al Pacino"),
    ('"When Mary (Björk) comes," he says', "Mary = Björk"),
    # several characters
    (
        "Mr. and Mrs. Davidson (Al Pacino and Björk) dine.",
        "Mr. Davidson = Al Pacino; Mrs. Davidson = Björk",
    ),
    ("Helen and Angie (Björk and Joan Blondell, respectively)", "Helen = Björk"),
    ("Helen and Angie (Joan Blondell and Björk) sing.", "Angie = Björk"),
    ("Jack and Linda Gregory (Al Pacino & Björk)", "Jack = Al Pacino; Linda Gregory = Björk"),
    (
        "Tom, Dick, and Mary (Al Pacino, Ed Harris, and Björk)",
        "Tom = Al Pacino; Dick = Ed Harris; Mary = Björk",
    ),
    ("Wattles & Swift (Pacino & Harris) plead.", "Wattles = Al Pacino; Swift = Ed Harris"),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_a_character_before_an_actor_is_found(text: str, expected: str) -> None:
    assert roles(text) == expected


# the same for a longer cast, and how the bracket names the actor
WORDED = [
    ("Joel (Pacino) wakes.", "Joel = Al Pacino by surname"),
    ("Joel (PACINO) wakes.", "Joel = Al Pacino by surname"),
    ("Joel (Pacino, voice) wakes.", "Joel = Al Pacino by surname"),
    ("Joel (played by Pacino) wakes.", "Joel = Al Pacino by surname"),
    ("Lenny Weinrib's (Pacino) search", "Lenny Weinrib = Al Pacino by surname"),
    ("Joel (Downey) wakes.", "Joel = Robert Downey Jr. by surname"),
    ("Joel (Downey, Jr.) wakes.", "Joel = Robert Downey Jr. by surname"),
    ("Joel (Robert Downey) wakes.", "Joel = Robert Downey Jr. by another spelling"),
    ("Joel (Robert Downey, Jr) wakes.", "Joel = Robert Downey Jr. by another spelling"),
    ("Mary (Thomas) wakes.", "Mary = Kristin Scott Thomas by surname"),
    ("Mary (Scott Thomas) wakes.", "Mary = Kristin Scott Thomas by surname"),
    ("Mary (Dame Kristin Scott Thomas)", "Mary = Kristin Scott Thomas by full name"),
    ("Mary's (Kristin Scott Thomas's) party", "Mary = Kristin Scott Thomas by full name"),
    ("Joel (Sir Al Pacino) wakes.", "Joel = Al Pacino by full name"),
    ("Joel (Mr. Pacino) wakes.", "Joel = Al Pacino by surname"),
    ("Joel (al pacino) wakes.", "Joel = Al Pacino by another spelling"),
    ("Joel (Austin O'Brien) wakes.", "Joel = Austin OBrien by another spelling"),
    ("Joel (O’Brien) wakes.", "Joel = Austin OBrien by surname"),
    ("Joel (W.C. Fields) wakes.", "Joel = W. C. Fields by another spelling"),
    ("Joel (Charles Rogers) wakes.", 'Joel = Charles "Buddy" Rogers by another spelling'),
    ("Joel (Samuel Jackson) wakes.", "Joel = Samuel L. Jackson by another spelling"),
    ("Joel (de Grasse) wakes.", "Joel = Sam de Grasse by surname"),
    ("Mary (Renee Adoree) wakes.", "Mary = Renée Adorée by another spelling"),
    ("Mary (Adorée) wakes.", "Mary = Renée Adorée by surname"),
    ("Надя (Барбара Брыльска) спит.", "Надя = Барбара Брыльска by full name"),
    ("Надя (Брыльска) спит.", "Надя = Барбара Брыльска by surname"),
]


@pytest.mark.parametrize(("text", "expected"), WORDED)
def test_an_actor_is_known_however_a_bracket_words_the_name(text: str, expected: str) -> None:
    [pair] = played(text, WIDER)
    assert f"{pair.character} = {pair.actor} by {pair.wording.name}" == expected


@pytest.mark.parametrize(
    "text",
    [
        "Joel (Harris) wakes.",  # two bear it
        "Joel (Al Harris) wakes.",
        "Joel (Samuel M. Jackson) wakes.",
        "Joel (Downey Sr.) wakes.",
        "Joel (Al) wakes.",
        "Joel (pacino) wakes.",
        "Al Pacino (Pacino) wakes.",
        "Ed Harris (Pacino) wakes.",
        "the skydiver (Pacino) jumps",
        "His friend (Pacino) jumps.",
        "Joel, (Pacino)",
        "Joel (Pacino's brother) wakes.",
        "Joel (Pacino City) wakes.",
        "Joel (Mr. and Mrs. Pacino) wakes.",
    ],
)
def test_a_name_that_may_be_another_ones_is_left_alone(text: str) -> None:
    assert played(text, WIDER) == []


SILENT = [
    "Joel Barish (voice) wakes.",
    "Before Sunrise (1995) and Before Sunset (2004)",
    "Joel (uncredited), Mary (New York), Stan (the technician)",
    "Joel Barish (Al Pacino and Ed Harris) wake.",
    "Joel Barish (Al Pacino/Ed Harris) wakes.",
    "Joel Barish (Al Pacino's brother) wakes.",
    "Joel Barish (friend of Al Pacino) wakes.",
    "Mr. and Mrs. Davidson (Al Pacino) dine.",
    "an American (Al Pacino) in Paris",
    '"Come here, Joel" (Al Pacino)',
    "Joel Barish (Jim Carrey) wakes.",
    "Joel Barish (a bookish introvert) (Al Pacino) wakes.",
    "a young writer (Al Pacino) remembers.",
    "The owner (Al Pacino) listens.",
    "His mother (Björk) calls.",
    "She (Björk) calls.",
    "He sees Joel. (Al Pacino)",
    "back in 1995 (Al Pacino)",
    "and then (Al Pacino)",
    "(Al Pacino)",
    "Joel, a clerk (Al Pacino), wakes.",
    "Joel Barish (Al\nPacino) wakes.",
    "Joel Barish [Al Pacino] wakes.",
    "千尋 (李连杰)",
    "荻野千尋という少女が出会うハク(李连杰)",
    "صديقه جول (Al Pacino)",
    "THE CAST IS SHOWN IN THE ORDER OF ITS ENTRANCE: " + "JOEL BARISH " * 5 + "(Al Pacino)",
    "",
]


@pytest.mark.parametrize("text", SILENT)
def test_what_may_be_something_else_is_left_alone(text: str) -> None:
    assert roles(text) == ""


def test_without_a_cast_nothing_is_found() -> None:
    assert roles("Joel Barish (Al Pacino) wakes.", []) == ""


# a synopsis in which a short name is used, and what it is taken for
JOINED = [
    ("Stan (Al Pacino) works. Later Stan Fink sleeps.", "Stan Fink"),
    ("Stan Fink sleeps. Stan (Al Pacino) works.", "Stan Fink"),
    ("Fink (Al Pacino) works beside Stan Fink's machine.", "Stan Fink"),
    ("He asks Howard (Al Pacino): Dr. Howard Mierzwiak.", "Dr. Howard Mierzwiak"),
    (
        "Howard (Al Pacino), Howard Mierzwiak and Dr. Howard Mierzwiak are one.",
        "Dr. Howard Mierzwiak",
    ),
    ("Stan (Al Pacino) meets Stan Fink and Stan Laurel.", "Stan"),
    ("Stan (Al Pacino) meets Stanley Fink.", "Stan"),
    ("Stan (Al Pacino) works. Furious Stan leaves.", "Stan"),
    ("Stan (Al Pacino) works. They fear Furious Stan.", "Furious Stan"),
    ("Mason (Al Pacino) waits for Mason Sr. every week.", "Mason"),
    ("Amy (Ed Harris) is no Amy.", "Amy"),
    ("Stan (Al Pacino) opens the Stan Fink Mission.", "Stan"),
    ("Stan (Al Pacino) fears the Reverend Stan Fink.", "Reverend Stan Fink"),
    ("Stan (Al Pacino) hits Mary (Stan Laurel).", "Stan"),
    ("Stan (Al Pacino) is not played by Stan Al Pacino.", "Stan Al Pacino"),
]


@pytest.mark.parametrize(("text", "name"), JOINED)
def test_a_short_name_is_joined_to_the_one_longer_name(text: str, name: str) -> None:
    [pair] = played(text, CAST)
    assert pair.character == name


def test_a_short_name_is_not_joined_to_somebody_elses() -> None:
    text = "Mason (Al Pacino) misses his father, Mason Evans (Ed Harris)."
    assert roles(text) == "Mason = Al Pacino; Mason Evans = Ed Harris"


def test_a_short_name_is_not_joined_to_an_actor() -> None:
    assert roles("His friend Ed (Ed Harris) stays.") == "Ed = Ed Harris"


def test_a_pair_knows_where_the_text_says_so() -> None:
    text = 'One night "Ace"  Rothstein (Al Pacino) bets. Vincent  van Gogh (Björk)'
    found = [(pair.character, text[pair.start : pair.end]) for pair in played(text, CAST)]
    assert found == [
        ('"Ace" Rothstein', '"Ace"  Rothstein (Al Pacino)'),
        ("Vincent van Gogh", "Vincent  van Gogh (Björk)"),
    ]


def test_a_synopsis_of_a_megabyte_takes_no_longer_than_its_length() -> None:
    text = " ".join(f"Al{n} Bo{n} ({CAST[n % 3]}) meets Al{n}." for n in range(25_000))
    assert len(played(text, CAST)) == 25_000


HOSTILE = {
    "brackets": "(" * 1_000_000,
    "pairs of brackets": "()" * 500_000,
    "a surname": "Joel (Pacino) " * 70_000,
    "capitals": "Joel " * 100_000 + "(Al Pacino) " + "Joel " * 100_000,
    "compounds": "a-" * 500_000 + "a (Al Pacino) " + "A-" * 500_000 + "(Al Pacino)",
    "couples": "Mr. and Mrs. Fink (Al Pacino and Björk) " * 25_000,
    "lists": "Al, " * 250_000 + "Al and Bo (Al Pacino, Ed Harris and Björk)",
    "other names": "".join(f"Al{n} Bo (Ed {n}. Harris) " for n in range(40_000)),
    "one first name": "".join(f"Al Bo{n} (Al Pacino) " for n in range(50_000)),
    "longer names": "Al (Al Pacino) "
    + "".join(f"Al Bo{n} sleeps. " for n in range(30_000))
    + "Al (Björk) " * 40_000,
    "quotation marks": '"' * 500_000 + "Joel" + '"' * 500_000 + " (Al Pacino)",
    "spaces": "Joel" + " " * 1_000_000 + "(Al Pacino)",
    "remarks": "Joel (Al Pacino, in a a a a a a a a a a a a a a a a a a a a a a a a a A) " * 14_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_synopsis_of_a_megabyte_takes_long(text: str) -> None:
    begun = time.process_time()
    played(text, CAST)
    unlisted(text, CAST)
    assert time.process_time() - begun < 20


WORDS = """
    Joel Barish Mary Mr. Mrs. Captain American Attorney and & of the von Jr. , . ! " “ ” ' 's’ -
    I. U.S. 1995 five 五 É ( ) [ ] (voice) (Pacino) (Björk) (Al Pacino) (Downey, Jr.) (李连杰)
    (Pacino and Björk) (played by Harris) (Sir Ed Harris's) (Al Pacino (actor)) \n
    """.split(" ")


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_whatever_a_text_holds_a_pair_reads_as_claimed(text: str) -> None:
    for pair in played(text, CAST):
        said = text[pair.start : pair.end]
        name, bracket, rest = said.partition("(")
        assert (bracket, said[-1]) == ("(", ")")
        assert "\n" not in rest
        assert pair.character == " ".join(pair.character.split())
        assert set(re.findall(r"\w+", name)) & set(re.findall(r"\w+", pair.character))
        assert pair.actor in CAST
        assert any(word in rest for word in re.findall(r"\w{3,}", pair.actor))
        assert pair.justification(text).startswith(said)


@given(st.text(st.sampled_from("Al Pacino(BjörkJ. 's\n\"“”,the of van 19五")))
def test_no_text_is_too_odd(text: str) -> None:
    for pair in played(text + " (Björk)", CAST):
        assert pair.character == " ".join(pair.character.split())
        assert text[: pair.start] + (text + " (Björk)")[pair.start :] == text + " (Björk)"


@given(st.permutations([*CAST, "Tom Harris", "Pacino Brown"]))
def test_the_order_of_a_cast_is_of_no_account(cast: list[str]) -> None:
    text = "Joel (Pacino), Stan (Harris), Mary (Björk), Bo (Tom Harris) and Al (Robert Downey)"
    assert roles(text, cast) == (
        "Joel = Al Pacino; Mary = Björk; Bo = Tom Harris; Al = Robert Downey Jr."
    )


def test_names_in_brackets_that_the_cast_has_in_another_spelling_are_not_unlisted() -> None:
    text = "Joel (Austin O'Brien), Mary (Kim Novak), Stan (Sir Ed Harris), Bo (Robert Downey)"
    assert unlisted(text, WIDER) == ["Kim Novak"]


def found_in_seeds() -> Iterator[str]:
    yield "file\tcharacter\tactor\tsays\n"
    for path in sorted(SEEDS.glob("*.txt"), key=lambda path: int(path.stem)):
        film = record(path)
        synopsis = film.synopsis or ""
        for pair in played(synopsis, [actor.name for actor in film.actors]):
            says = synopsis[pair.start : pair.end]
            yield f"{path.name}\t{pair.character}\t{pair.actor}\t{says}\n"


def test_the_sample_records_name_the_characters_they_are_known_to_name(
    expect: Callable[[str, bytes], None],
) -> None:
    expect("characters.tsv", "".join(found_in_seeds()).encode())
