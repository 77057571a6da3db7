"""What regular expressions are made of, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import TypeAlias

from etl.shacl.patterns.characters import Characters, CodeRange, named


@dataclass(frozen=True, slots=True)
class NamedCharacters:
    r"""The characters that have a name (`\d`, `\p{Lu}`), or all others (`\D`, `\P{Lu}`)."""

    name: str
    inverted: bool = False

    @property
    def characters(self) -> Characters:
        """The characters."""
        found = named(self.name)
        return ~found if self.inverted else found


@dataclass(frozen=True)
class CharacterClass:
    """One character out of a set; what the set holds is worked out when it is first asked for."""

    parts: tuple[CodeRange | NamedCharacters, ...]
    inverted: bool = False
    without: CharacterClass | None = None

    @cached_property
    def characters(self) -> Characters:
        """The characters that fit."""
        ranges = Characters.of(part for part in self.parts if not isinstance(part, NamedCharacters))
        sets = (part.characters for part in self.parts if isinstance(part, NamedCharacters))
        found = reduce(or_, sets, ranges)
        if self.inverted:
            found = ~found
        return found - self.without.characters if self.without else found


@dataclass(frozen=True, slots=True)
class Anchor:
    """The start or the end of the text; of any line of it, if `of_lines`."""

    is_end: bool
    of_lines: bool


@dataclass(frozen=True, slots=True)
class Bracketed:
    """An expression in brackets, with its number, if others can refer to it."""

    inner: Expression
    number: int | None


@dataclass(frozen=True, slots=True)
class BackReference:
    """What a group has matched, once more; in upper or lower case, if `any_case`."""

    number: int
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """An expression so many times; a `most` of None means any number of times.

    A lazy one takes as little of a text as it can, which makes no difference to whether it matches.
    """

    inner: Expression
    least: int
    most: int | None
    is_lazy: bool = False


@dataclass(frozen=True, slots=True)
class Concatenation:
    """One expression after the other."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """Any one of several expressions."""

    branches: tuple[Expression, ...]


Expression: TypeAlias = (
    CharacterClass | Anchor | Bracketed | BackReference | Repeat | Concatenation | Alternation
)
