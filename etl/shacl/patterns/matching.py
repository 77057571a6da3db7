r"""Whether a text holds a match of a pattern, with the meaning that XPath gives it.

Python's `re` is fast, but where a pattern can match a text in many ways it may try them all. It
gets the patterns that have few, after a translation; an automaton, which goes all ways at once,
gets the others. Only a back reference (`\1`) leaves no choice: there, `re` is stopped when it takes
too long.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, assert_never

from etl.shacl.limits import Limit
from etl.shacl.patterns.automaton import Automaton
from etl.shacl.patterns.characters import Characters, CodeRange
from etl.shacl.patterns.expression import (
    Alternation,
    Anchor,
    BackReference,
    Bracketed,
    CharacterClass,
    Concatenation,
    Expression,
    NamedCharacters,
    Repeat,
)
from etl.shacl.patterns.parsing import parse
from etl.sources.values import quoted

Matcher: TypeAlias = Callable[[str], object]

_LENGTH = 10_000.0  # of a text that stands for long ones
_FEW = 100 * _LENGTH
_REMEMBERED = 256  # patterns


def matcher(pattern: str, flags: str, limit: Limit) -> Matcher:
    """Return what tells whether a text holds a match of a pattern.

    Raises:
        ValueError: the pattern is not a regular expression of XPath, or too large.
    """
    expression, search = _read(pattern, flags)
    if search is not None:
        return _guarded(search, limit) if _refers_back(expression) else search
    try:
        return Automaton(expression, limit).matches
    except ValueError as error:
        raise ValueError(
            f"{quoted(pattern)} is not a regular expression that ends: {error}"
        ) from error


@lru_cache(_REMEMBERED)
def _read(pattern: str, flags: str) -> tuple[Expression, Matcher | None]:
    """Read a pattern; give what matches it in Python too, unless that may take too long."""
    expression = parse(pattern, flags)
    starts = 1 if _is_anchored(expression) else _LENGTH
    if _refers_back(expression) or starts * _ways(expression) <= _FEW:
        return expression, re.compile(_in_python(expression)).search
    return expression, None


def replacer(pattern: str, flags: str) -> Callable[[str, str], str]:
    """Return what puts a replacement in the place of every match of a pattern in a text.

    Source: XQuery 1.0 and XPath 2.0 Functions and Operators, section 7.6.3.

    Raises:
        ValueError: the pattern is not a regular expression of XPath, or matches no characters.
    """
    compiled = re.compile(_in_python(parse(pattern, flags)))
    if compiled.search(""):
        raise ValueError(f"{quoted(pattern)} matches a text without characters")

    def replaced(replacement: str, text: str) -> str:
        parts = [_replacement_part(part, compiled.groups) for part in _PARTS.findall(replacement)]
        return compiled.sub(
            lambda found: "".join(
                (found[part] or "") if isinstance(part, int) else part for part in parts
            ),
            text,
        )

    return replaced


_PARTS = re.compile(r"\\.|\$[0-9]+|.", re.DOTALL)


def _replacement_part(part: str, groups: int) -> str | int:
    if part[1:].isdigit() and part[0] == "$":
        return int(part[1:]) if int(part[1:]) <= groups else ""
    if part in ("$", "\\") or (part[0] == "\\" and part[1] not in "$\\"):
        raise ValueError(f"a replacement holds {part}, which is written \\{part}")
    return part[-1]


def _guarded(search: Matcher, limit: Limit) -> Matcher:
    def matches(text: str) -> object:
        with limit.enforced():
            return search(text)

    return matches


def _ways(expression: Expression) -> float:
    """Return in how many ways an expression can match, at most, from one place of a long text."""
    match expression:
        case CharacterClass() | Anchor() | BackReference():
            return 1
        case Bracketed(inner):
            return _ways(inner)
        case Concatenation(parts):
            product = 1.0
            for part in parts:
                product *= _ways(part)
            return product
        case Alternation(branches):
            return sum(map(_ways, branches))
        case Repeat(inner, _, most):
            times = _LENGTH if most is None else min(most, _LENGTH)
            each = _ways(inner)
            return times + 1 if each == 1 else min(each, _FEW) ** min(times, 20) * 2
        case _:
            assert_never(expression)


def _is_anchored(expression: Expression) -> bool:
    """Return whether an expression can match at the start of a text alone."""
    match expression:
        case Anchor(is_end, of_lines):
            return not is_end and not of_lines
        case Bracketed(inner):
            return _is_anchored(inner)
        case Concatenation(parts):
            return bool(parts) and _is_anchored(parts[0])
        case Alternation(branches):
            return all(map(_is_anchored, branches))
        case _:
            return False


def _refers_back(expression: Expression) -> bool:
    match expression:
        case BackReference():
            return True
        case Bracketed(inner) | Repeat(inner):
            return _refers_back(inner)
        case Concatenation(parts) | Alternation(parts):
            return any(map(_refers_back, parts))
        case _:
            return False


def _in_python(expression: Expression) -> str:
    """Write an expression as Python's `re` reads it."""
    match expression:
        case CharacterClass():
            return _class(expression)
        case Anchor(is_end, of_lines):
            if of_lines:
                return "(?m:$)" if is_end else "(?m:^)"
            return r"\Z" if is_end else "^"
        case Bracketed(inner, number):
            return f"({'' if number else '?:'}{_in_python(inner)})"
        case BackReference(number, any_case):  # a group that has matched nothing is empty
            return f"(?({number}){'(?i:' if any_case else '(?:'}\\{number})|)"
        case Repeat(inner, least, most, is_lazy):
            times = f"{{{least},{'' if most is None else most}}}"
            return f"{_in_python(inner)}{times}{'?' if is_lazy else ''}"
        case Concatenation(parts):
            return "".join(map(_in_python, parts))
        case Alternation(branches):
            return "|".join(map(_in_python, branches))
        case _:
            assert_never(expression)


# Sets that Python has a name for, of exactly these characters.
_LETTERS_AND_NUMBERS = frozenset({NamedCharacters("L"), NamedCharacters("N")})
_DIGITS = frozenset({NamedCharacters("d")})
_NO_BREAK = Characters.of([(0, ord("\n") - 1), (ord("\n") + 1, sys.maxunicode)])


def _class(found: CharacterClass) -> str:
    match frozenset(found.parts), found.inverted, found.without:
        case parts, False, None if parts == _DIGITS:
            return r"\d"
        case parts, False, None if parts == _LETTERS_AND_NUMBERS:
            return r"[^\W_]"
    characters = found.characters
    if characters == _NO_BREAK:
        return "."
    others = ~characters
    if not others.ranges:
        return "(?s:.)"
    if others.ranges[-1][1] < sys.maxunicode:  # few things are left out
        return f"[^{_listed(others.ranges)}]"
    match characters.ranges:
        case ((first, last),) if first == last:
            return re.escape(chr(first))
        case ranges:
            return f"[{_listed(ranges)}]" if ranges else r"[^\s\S]"


def _listed(ranges: tuple[CodeRange, ...]) -> str:
    return "".join(
        _escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}"
        for first, last in ranges
    )


def _escaped(code: int) -> str:
    text = chr(code)
    return text if text.isascii() and text.isalnum() else f"\\U{code:08x}"
