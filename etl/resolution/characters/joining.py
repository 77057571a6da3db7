"""Short names of characters, and the longer ones that they stand for: `Stan` and `Stan Fink`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from etl.resolution.characters.names import BREAK_MARKS, BREAKS, LONGEST, last_name
from etl.resolution.characters.words import (
    PARTICLES,
    QUOTES,
    RANKS,
    SUFFIX_WORDS,
    SUFFIXES,
    WORD,
    ends_sentence,
    is_name_word,
    without_possessive,
)

_AROUND = 400  # characters before and behind a word in which its name must begin and end
_ARTICLES = ("the", "The", "a", "an")
_ARTICLE = 6  # characters in which an article before a word is looked for
_BESIDE = 30  # characters in which the word before a word is looked for
_ABBREVIATED = 4  # letters before a full stop that need not end a sentence
_FEW = 16  # words that are looked for one by one
_CAPITAL = rf"[{QUOTES}]*(?:\w{{1,2}}['’-])?[^\Wa-z_][^\s,;:!?()…—–]*"  # some small letters too
_ROW = re.compile(
    rf"(?<!\S){_CAPITAL}(?:[^\S\n]+(?:(?:{'|'.join(sorted(PARTICLES))})[^\S\n]+)*{_CAPITAL})+"
)
_PIECE = re.compile(r"[^\s,;:!?()…—–]+|\S|\n")


def same_character(one: str, other: str) -> bool:
    """Return whether two lists call one part by these names: the words of one are in the other.

    A suffix is a word that tells people apart: `Juan Jr.` is not `Juan`.
    """
    words, others = _words_of(one), _words_of(other)
    if words & SUFFIX_WORDS != others & SUFFIX_WORDS:
        return False
    return bool(words and others) and (words <= others or others <= words)


def _words_of(name: str) -> frozenset[str]:
    return frozenset(WORD.findall(name.casefold()))


class LongerNames:
    """The names of two words and more in a text that contain one of the names of its characters.

    `called` are characters, who plays them, and where the text says so.
    """

    def __init__(
        self, text: str, actors: Collection[str], called: Sequence[tuple[str, str, int, int]]
    ) -> None:
        self._players: dict[str, set[str]] = defaultdict(set)
        self._by_word: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._initial: set[tuple[str, ...]] = set()  # such as only begin sentences
        firm: set[tuple[str, ...]] = set()
        for character, actor, _, _ in called:
            self._players[character].add(actor)
            firm.add(tuple(character.split()))
        first_words = {word for name in firm for word in WORD.findall(name[0])[:1]}
        known = [(start, end) for _, _, start, end in called]
        for row, begins in _rows(text, first_words, known):
            for name, initial in _long_names(row, begins=begins):
                if " ".join(name) not in actors:
                    (self._initial if initial else firm).add(name)
        self._initial -= firm
        for name in firm | self._initial:
            for word in set(name):
                self._by_word[word].add(name)

    def lengthened(self, character: str, actor: str) -> str:
        """Return the longer name that a short one stands for, or the name itself.

        Names that are part of the longest one count as that.
        """
        words = tuple(character.split())
        rarest = min((self._by_word[word] for word in words), key=len)
        longer = [name for name in rarest if self._may_be(words, name, actor)]
        longest = max(longer, key=len, default=words)
        alone = all(_place(name, longest) is not None for name in longer)
        return " ".join(longest) if alone else character

    def _may_be(self, words: tuple[str, ...], name: tuple[str, ...], actor: str) -> bool:
        """Return whether a name is longer by more than a suffix, and not somebody else's.

        Words before the short name are not trusted where they only begin sentences.
        """
        place = _place(words, name)
        if place is None or len(name) == len(words) or (place and name in self._initial):
            return False
        players = self._players.get(" ".join(name), {actor})
        return actor in players and not SUFFIXES.issuperset(name[place + len(words) :] or " ")


def _place(words: tuple[str, ...], name: tuple[str, ...]) -> int | None:
    """Return where words stand in a name, side by side."""
    places = range(len(name) - len(words) + 1)
    return next((i for i in places if name[i : i + len(words)] == words), None)


def _rows(
    text: str, words: Set[str], known: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, bool]]:
    """Yield the rows of capitalised words that have one of some words, and may be names.

    Also give whether a sentence begins with the row. What is `known`, from a place to another, has
    been read.
    """
    done, reading = 0, iter([*known, (len(text), len(text))])
    start, read = next(reading)
    for place, end in _places(text, words):
        while read <= place:
            start, read = next(reading)
        if place < done or start <= place or not _has_neighbour(text, place, end):
            continue
        low = place - len(BREAKS.split(text[max(done, place - _AROUND) : place])[-1])
        after = BREAKS.search(text, end, end + _AROUND)
        done = after.start() if after else min(len(text), end + _AROUND)
        for row in _ROW.finditer(text, low, done):
            if words.isdisjoint(WORD.findall(row[0])):
                continue
            if not _is_bracket(text, row):
                yield _without_thing(text, row), _begins_sentence(text, row.start())


def _is_bracket(text: str, row: re.Match[str]) -> bool:
    return text[row.start() - 1 : row.start()] == "(" and text[row.end() : row.end() + 1] == ")"


def _without_thing(text: str, row: re.Match[str]) -> str:
    """Return a row without words behind an article that are no title: `the Stan Fink Mission`."""
    before = text[max(0, row.start() - _ARTICLE) : row.start()].split()
    pieces = row[0].split()
    if not before or before[-1] not in _ARTICLES or pieces[0] in RANKS:
        return row[0]
    ends = (place for place, piece in enumerate(pieces) if ends_sentence(piece))
    return " ".join(pieces[next(ends, len(pieces)) :])


def _places(text: str, words: Set[str]) -> Iterable[tuple[int, int]]:
    """Return where some words begin and end in a text, in order."""
    if len(words) > _FEW:
        return (match.span() for match in WORD.finditer(text) if match[0] in words)
    found: list[tuple[int, int]] = []
    for word in words:
        place = text.find(word)
        while place >= 0:
            end = place + len(word)
            found.append((place, end))
            place = text.find(word, end)
    return sorted(found)


def _has_neighbour(text: str, place: int, end: int) -> bool:
    """Return whether a word may have another word of a name beside it; most have none."""
    if _goes_on(text[end : end + 8], end - place):
        return True
    if not text[place - 1 : place].isspace():
        return place > 0 and text[place - 1] not in BREAK_MARKS
    before = text[max(0, place - _BESIDE) : place].split()
    return not before or not before[-1][0].islower() or before[-1] in PARTICLES


def _goes_on(behind: str, length: int) -> bool:
    """Return whether a name may go on behind a word of some letters."""
    mark = behind[:1]
    if mark.isspace():
        return not behind[1:2].islower() or behind.split(None, 1)[0] in PARTICLES
    if behind[:2] in (". ", ".\n"):
        return length <= _ABBREVIATED
    return mark not in BREAK_MARKS and behind[1:3] != "s "


def _begins_sentence(text: str, place: int) -> bool:
    before = text[max(0, place - _AROUND) : place].rstrip(" \t")
    return not before or before[-1] in "\n!?…" or ends_sentence(before.split()[-1])


def _long_names(row: str, *, begins: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the names of two words and more in a row of words, and whether they begin a sentence.

    `begins` says whether the row does.
    """
    run: list[str] = []
    first_of_run, sentence = False, begins
    for piece in [*_PIECE.findall(row), "\n"]:
        word = without_possessive(piece)
        word = word.removesuffix(".") if ends_sentence(word) else word
        belongs = is_name_word(piece) or (bool(run) and piece in PARTICLES)
        if belongs:
            first_of_run = first_of_run if run else sentence
            run.append(word)
        if not belongs or word != piece:
            while run and run[-1] in PARTICLES:
                run.pop()
            first = last_name(run, begins=first_of_run)
            if 1 < len(run) - first <= LONGEST:
                yield tuple(run[first:]), first_of_run and first == 0
            run = []
        sentence = piece in "\n!?…" or ends_sentence(piece)
