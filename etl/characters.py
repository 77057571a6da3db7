"""Who played whom, as a synopsis tells it: `Joel Barish (Jim Carrey)`.

- Only a bracket that holds exactly the name of somebody in the cast counts; `(voice)`,
  `(1995)` or a remark never does, and neither does a surname alone.
- The character is the longest row of capitalised words before the bracket. Particles and
  `of` may stand between them (`Vincent van Gogh`, `King of Qin`); a possessive ends it
  (`Howard's wife Hollis`), and so does a sentence's end.
- A title belongs to the name, as in a film's credits: `Dr. Cawley`, `Captain Vidal`. An
  article does not, nor an adjective that a sentence happens to begin with: `Old`, `Young`.
- A short name is joined to a longer one that contains it (`Stan` to `Stan Fink`) when there
  is just one in the text, and nobody else is said to play it.
- A script without capitals has no names that can be told from other words: no pair is found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_BRACKET = re.compile(r"\(([^()\n]{2,80})\)")
_TOKEN = re.compile(r"[^\s,;:!?()…—–]+|\S|\n")
_WORD = re.compile(r"\w+")
_WINDOW = 120  # characters before a bracket in which its name is looked for
_LONGEST = 8  # words of a name; more are a heading, or a list without commas
_QUOTES = "\"“”„«»'‘’"
_PARTICLES = frozenset("von van der den de del della di da do dos du la le ibn bin al el".split())
_CAPITAL = rf"[{_QUOTES}]*(?:\w{{1,2}}['’-])?[^\Wa-z_][^\s,;:!?()…—–]*"  # some small letters too
_ROW = re.compile(
    rf"(?<!\S){_CAPITAL}(?:[^\S\n]+(?:(?:{'|'.join(sorted(_PARTICLES))})[^\S\n]+)*{_CAPITAL})+"
)
_SUFFIX = frozenset("Jr Jr. Sr Sr. II III IV".split())
_SUFFIX_WORDS = frozenset(word.casefold().rstrip(".") for word in _SUFFIX)
_ABBREVIATION = re.compile(
    r"(?:\w\.)+|(?:Dr|Mrs?|Ms|Mme|Mlle|St|Jr|Sr|Lt|Sgt|Cpl|Pvt|Capt|Cmdr|Maj|Col|Gen|Adm|Prof|Rev|Fr"
    r"|Sen|Gov|Det)\."
)
_SMALL_PREFIX = re.compile(r"\w{1,2}['’-](\w)")  # d'Artagnan, al-Rashid
# Words that begin a sentence or a description with a capital letter but are part of no name.
_FUNCTION_WORDS = frozenset(
    """
    A After Also Although An And As At Because Before Both But By During Even For From He Her
    His However I If In Into It Its Later Like Meanwhile My No Now Of On Once One Only Or Our
    She Since So Soon Still That The Their Then There They This Though Through To Together Two
    Under Unlike Until Upon We What When Where While Who With Without Yet You Your
    """.split()
)
_FIRST_ADJECTIVES = frozenset(["Old", "Poor", "Young"])


@dataclass(frozen=True, slots=True)
class Played:
    """A character and who plays it, with where the text says so: `text[start:end]`."""

    character: str
    actor: str
    start: int
    end: int


def played(text: str, cast: Iterable[str]) -> list[Played]:
    """Find the characters that a text names before their actors, each pair once, in order."""
    actors = frozenset(cast)
    if "(" not in text or not actors:
        return []
    found = list(_pairs(text, actors))
    if not found:
        return []
    names = _Names(text, actors, found)
    pairs: dict[tuple[str, str], Played] = {}
    for pair in found:
        name = names.lengthened(pair)
        pairs.setdefault((name, pair.actor), Played(name, pair.actor, pair.start, pair.end))
    return list(pairs.values())


def unlisted(text: str, cast: Iterable[str]) -> list[str]:
    """Find names in brackets behind a character's that are not in the cast: they may belong to it.

    Only another list of the film's cast can tell.
    """
    listed = frozenset(cast)
    found: dict[str, None] = {}
    for bracket in _BRACKET.finditer(text):
        words = bracket[1].split()
        name = " ".join(words)
        if (
            name not in listed
            and _looks_like_a_name(words)
            and _name_before(text, bracket.start())[0]
        ):
            found[name] = None
    return list(found)


def _looks_like_a_name(words: Sequence[str]) -> bool:
    return 1 < len(words) <= _LONGEST and all(
        (word[0].isupper() and not any(letter.isdigit() for letter in word)) or word in _PARTICLES
        for word in words
    )


def same_character(one: str, other: str) -> bool:
    """Tell whether two lists call one part by these names: the words of one are in the other.

    A suffix is a word that tells people apart: `Juan Jr.` is not `Juan`.
    """
    words, others = _words_of(one), _words_of(other)
    if words & _SUFFIX_WORDS != others & _SUFFIX_WORDS:
        return False
    return bool(words and others) and (words <= others or others <= words)


def _words_of(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))


def _pairs(text: str, actors: frozenset[str]) -> Iterator[Played]:
    for bracket in _BRACKET.finditer(text):
        actor = " ".join(bracket[1].split()).replace(", Jr.", " Jr.").replace(", Sr.", " Sr.")
        if actor in actors:
            name, start = _name_before(text, bracket.start())
            if name:
                yield Played(name, actor, start, bracket.end())


def _name_before(text: str, end: int) -> tuple[str, int]:
    """Return the name that ends where a bracket begins, or nothing, and where it begins."""
    window = max(0, end - _WINDOW)
    found = list(_TOKEN.finditer(text, max(window, text.rfind("\n", window, end)), end))
    if window and found and found[0].start() == window:
        del found[0]  # it may have been cut in two
    pieces = [match[0] for match in found]
    first = _last_name(pieces)
    if not 0 < len(pieces) - first <= _LONGEST:
        return "", end
    return _unquoted(" ".join(pieces[first:])), found[first].start()


def _last_name(pieces: Sequence[str]) -> int:
    """Return where the longest name at the end of a row of words begins, its length if none."""
    first, end = len(pieces), len(pieces)
    while first > 0 and _belongs(pieces, first - 1):
        first -= 1
    while first < end and _is_no_beginning(pieces[first], alone=first == end - 1):
        first += 1
    if first < end - 1 and _begins_sentence(pieces, first) and pieces[first] in _FIRST_ADJECTIVES:
        first += 1
    return first


def _belongs(pieces: Sequence[str], place: int) -> bool:
    """Tell whether a word belongs to the name behind it, or is its last one."""
    piece = pieces[place]
    if _is_possessive(piece) or _ends_sentence(piece):
        return False
    if piece == "of":
        before = pieces[place - 1] if place else ""
        return _is_name_word(before) and before not in _FUNCTION_WORDS
    if piece == "the":
        return place > 0 and pieces[place - 1] == "of"
    return piece in _PARTICLES or _is_name_word(piece)


def _is_no_beginning(piece: str, *, alone: bool) -> bool:
    if piece[0].isdigit():
        return piece.isdigit() or not alone
    return piece in _FUNCTION_WORDS or not _is_name_word(piece)


def _begins_sentence(pieces: Sequence[str], place: int) -> bool:
    before = pieces[place - 1] if place else "\n"
    return before in "\n!?…" or _ends_sentence(before)


def _unquoted(name: str) -> str:
    """Take off quotation marks around a whole name, and one that lacks its other."""
    inner = name.strip(_QUOTES)
    return name if any(mark in inner for mark in _QUOTES if mark not in "'’") else inner


def _is_possessive(piece: str) -> bool:
    return piece.endswith(("'s", "’s", "s'", "s’"))


def _ends_sentence(piece: str) -> bool:
    return piece.rstrip(_QUOTES).endswith(".") and not _ABBREVIATION.fullmatch(piece)


def _is_name_word(piece: str) -> bool:
    word = piece.lstrip(_QUOTES)
    small = _SMALL_PREFIX.match(word)
    first = small[1] if small else word[:1]
    return first.isdigit() or first.isupper() or first.istitle()


class _Names:
    """The names of two words and more in a text, to find the one that a short name stands for."""

    def __init__(self, text: str, actors: frozenset[str], pairs: Sequence[Played]) -> None:
        self._players: dict[str, set[str]] = defaultdict(set)
        self._by_word: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._initial: set[tuple[str, ...]] = set()  # such as only begin sentences
        firm: set[tuple[str, ...]] = set()
        for pair in pairs:
            self._players[pair.character].add(pair.actor)
            firm.add(tuple(pair.character.split()))
        first_words = {word for name in firm for word in _WORD.findall(name[0])[:1]}
        for row in _ROW.finditer(text):
            if first_words.isdisjoint(_WORD.findall(row[0])):
                continue  # most of a text: it has no longer name for any of the short ones
            for name, begins in _long_names(row[0], begins=_sentence_begins(text, row.start())):
                if " ".join(name) not in actors:
                    (self._initial if begins else firm).add(name)
        self._initial -= firm
        for name in firm | self._initial:
            for word in set(name):
                self._by_word[word].add(name)

    def lengthened(self, pair: Played) -> str:
        """Return the longer name that a short one stands for, or the name itself.

        Names that are part of the longest one count as that.
        """
        words = tuple(pair.character.split())
        longer = [name for name in self._by_word[words[0]] if self._may_be(words, name, pair)]
        longest = max(longer, key=len, default=words)
        alone = all(_place(name, longest) is not None for name in longer)
        return " ".join(longest) if alone else pair.character

    def _may_be(self, words: tuple[str, ...], name: tuple[str, ...], pair: Played) -> bool:
        """Tell whether a name is longer by more than a suffix, and not somebody else's.

        Words before the short name are not trusted where they only begin sentences.
        """
        place = _place(words, name)
        if place is None or len(name) == len(words) or (place and name in self._initial):
            return False
        players = self._players.get(" ".join(name), {pair.actor})
        return pair.actor in players and not _SUFFIX.issuperset(name[place + len(words) :] or " ")


def _place(words: tuple[str, ...], name: tuple[str, ...]) -> int | None:
    """Return where words stand in a name, side by side."""
    places = range(len(name) - len(words) + 1)
    return next((i for i in places if name[i : i + len(words)] == words), None)


def _sentence_begins(text: str, place: int) -> bool:
    before = text[max(0, place - _WINDOW) : place].rstrip(" \t")
    return not before or before[-1] in "\n!?…" or _ends_sentence(before.split()[-1])


def _long_names(row: str, *, begins: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Give the names of two words and more in a row of words, and whether they begin a sentence.

    `begins` says whether the row does.
    """
    run: list[str] = []
    first_of_run, sentence = False, begins
    for piece in [*_TOKEN.findall(row), "\n"]:
        word = piece[:-2] if _is_possessive(piece) else piece
        word = word.removesuffix(".") if _ends_sentence(word) else word
        belongs = _is_name_word(piece) or (bool(run) and piece in _PARTICLES)
        if belongs:
            first_of_run = first_of_run if run else sentence
            run.append(word)
        if not belongs or word != piece:
            while run and run[-1] in _PARTICLES:
                run.pop()
            first = _last_name(run)
            if 1 < len(run) - first <= _LONGEST:
                yield tuple(run[first:]), first_of_run and first == 0
            run = []
        sentence = piece in "\n!?…" or _ends_sentence(piece)
