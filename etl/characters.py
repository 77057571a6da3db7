"""Who played whom, as a synopsis tells it: `Joel Barish (Jim Carrey)`.

Only a bracket that holds exactly the name of somebody in the cast counts; `(voice)`,
`(1995)` or a remark never does, and neither does a surname alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_BRACKET = re.compile(r"\(([^()\n]{2,80})\)")
_TOKEN = re.compile(r"[^\s,;:!?()…—–]+|\S|\n")
_PARTICLES = frozenset("von van der den de del della di da do dos du la le ibn bin al el".split())
_ABBREVIATION = re.compile(r"(?:\w|Dr|Mrs?|Ms|St|Jr|Sr|Lt|Sgt|Capt|Col|Gen|Prof|Rev)\.")
# Words that begin a sentence or a description with a capital letter but are part of no name.
_FUNCTION_WORDS = frozenset(
    """
    A After Also Although An And As At Because Before Both But By During Even For From He Her
    His However I If In Into It Its Later Like Meanwhile My No Now Of On Once One Only Or Our
    She Since So Soon Still That The Their Then There They This Though Through To Together Two
    Under Unlike Until Upon We What When Where While Who With Without Yet You Your
    """.split()
)


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
    long_names = _long_names(text) | {pair.character for pair in found}
    pairs: dict[tuple[str, str], Played] = {}
    for pair in found:
        name = _lengthened(pair.character, long_names)
        pairs.setdefault((name, pair.actor), Played(name, pair.actor, pair.start, pair.end))
    return list(pairs.values())


def _pairs(text: str, actors: frozenset[str]) -> Iterator[Played]:
    for bracket in _BRACKET.finditer(text):
        actor = " ".join(bracket[1].split())
        if actor in actors and (name := _name_before(text, bracket.start())):
            yield Played(name, actor, bracket.start() - len(name) - 1, bracket.end())


def _name_before(text: str, end: int) -> str:
    """Return the name that ends where a bracket begins, or nothing."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    tokens = _TOKEN.findall(line[-120:])
    return " ".join(_last_name(tokens))


def _last_name(tokens: list[str]) -> list[str]:
    """Cut the longest name off the end of a row of words.

    It ends before a possessive (`Howard's wife Hollis`), a sentence's first word and any word
    in lower case that is not a particle between two names.
    """
    name: list[str] = []
    for token in reversed(tokens):
        if _is_possessive(token) or not (_is_name_word(token) or token in _PARTICLES):
            break
        if name and _ends_sentence(token):
            break
        name.insert(0, token)
    while name and (name[0] in _FUNCTION_WORDS or name[0] in _PARTICLES or name[0].isdigit()):
        name.pop(0)
    return name if any(_is_name_word(token) for token in name) else []


def _is_possessive(token: str) -> bool:
    return token.endswith(("'s", "’s", "s'", "s’"))


def _ends_sentence(token: str) -> bool:
    return token.endswith(".") and not _ABBREVIATION.fullmatch(token)


def _is_name_word(token: str) -> bool:
    first = token.lstrip("\"“«'‘")[:1]
    return first.isdigit() or (first.isalpha() and not first.islower())


def _long_names(text: str) -> set[str]:
    """Collect the names of two words and more that stand anywhere in a text."""
    names: set[str] = set()
    run: list[str] = []
    for token in [*_TOKEN.findall(text), "\n"]:
        word = token[:-2] if _is_possessive(token) else token
        word = word.removesuffix(".") if _ends_sentence(word) else word
        belongs = _is_name_word(token) or (bool(run) and token in _PARTICLES)
        if belongs:
            run.append(word)
        if not belongs or word != token:
            while run and run[-1] in _PARTICLES:
                run.pop()
            name = _last_name(run)
            if len(name) > 1:
                names.add(" ".join(name))
            run = []
    return names


def _lengthened(name: str, long_names: set[str]) -> str:
    """Return the one longer name that contains a short one as words, if there is just one."""
    words = name.split()
    longer = {
        other
        for other in long_names
        if len(other.split()) > len(words)
        and any(other.split()[i : i + len(words)] == words for i in range(len(other.split())))
    }
    return longer.pop() if len(longer) == 1 else name
