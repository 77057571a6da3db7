"""Reads regular expressions as XPath has them.

Source: XQuery 1.0 and XPath 2.0 Functions and Operators (2007), section 7.6.1, to which SPARQL 1.1
section 17.4.3.14 refers, and so SHACL section 4.4.3; XML Schema 1.0 part 2, appendix F. `(?:…)` and
the flag q are XPath 3.0's.
"""

from __future__ import annotations

import re
import sys

from etl.shacl.patterns.characters import Characters, CodeRange, case_variants, is_name
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
from etl.sources.values import quoted

FLAGS = "imsxq"
MOST_NESTED = 100
MOST_REPETITIONS = 100_000


def parse(pattern: str, flags: str = "") -> Expression:
    """Read a pattern.

    Raises:
        ValueError: the pattern or its flags are not what XPath allows.
    """
    unknown = sorted(set(flags).difference(FLAGS))
    if unknown:
        raise ValueError(f"{''.join(unknown)!r} is not among the flags {', '.join(FLAGS)}")
    if "q" in flags:
        return Concatenation(tuple(_letter(each, flags) for each in pattern))
    text = re.sub(r"[ \t\n\r]", "", pattern) if "x" in flags else pattern
    reader = _Reader(text, flags)
    try:
        found = reader.choice()
        if reader.at < len(text):
            raise ValueError(f"{text[reader.at]} has no partner")
    except ValueError as error:
        place = f"at character {min(reader.at, len(text) - 1) + 1}" if text else ""
        raise ValueError(
            f"{quoted(pattern)} is not a regular expression: {error} {place}"
        ) from error
    return found


def _letter(character: str, flags: str) -> CharacterClass:
    code = ord(character)
    return CharacterClass(_in_any_case(((code, code),), flags))


def _in_any_case(
    parts: tuple[CodeRange | NamedCharacters, ...], flags: str
) -> tuple[CodeRange | NamedCharacters, ...]:
    """Add the case variants of characters and ranges; what has a name stands for itself alone."""
    if "i" not in flags:
        return parts
    ranges = Characters.of(part for part in parts if not isinstance(part, NamedCharacters))
    return (
        *case_variants(ranges).ranges,
        *(part for part in parts if isinstance(part, NamedCharacters)),
    )


_QUANTIFIER = re.compile(
    r"(?: (?P<sign> [?*+] ) | \{ (?P<least> [0-9]+ ) (?: (?P<comma> , ) (?P<most> [0-9]+ )? )? \} )"
    r"\??",
    re.VERBOSE,
)
_SIGNS: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPED = frozenset(r"\|.?*+(){}-[]^$")
_NAMED = re.compile(
    r"\\(?: (?P<letter> [dDwWsSiIcC] ) | [pP]\{ (?P<name> [A-Za-z0-9-]* ) \} )", re.X
)
_DOT: CodeRange = (ord("\n"), ord("\n"))
_ANY: CodeRange = (0, sys.maxunicode)


class _Reader:
    """Reads a pattern from left to right; `at` is how far it has come."""

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.at = 0
        self._flags = flags
        self._groups = 0
        self._closed: set[int] = set()
        self._depth = 0

    def _next(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise ValueError(f"more than {MOST_NESTED} brackets stand in one another")

    def choice(self) -> Expression:
        """Read branches up to a closing bracket, or the end."""
        branches = [self._branch()]
        while self._next() == "|":
            self.at += 1
            branches.append(self._branch())
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def _branch(self) -> Expression:
        parts: list[Expression] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._piece())
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))

    def _piece(self) -> Expression:
        atom = self._atom()
        found = _QUANTIFIER.match(self.text, self.at)
        if found is None:
            return atom
        if isinstance(atom, Anchor):
            raise ValueError(f"there is nothing that {found[0]} could repeat")
        if found["sign"]:
            least, most = _SIGNS[found["sign"]]
        else:
            least = int(found["least"])
            most = least if not found["comma"] else int(found["most"]) if found["most"] else None
        if most is not None and most < least:
            raise ValueError(f"{found[0]} asks for at least {least} and at most {most}")
        if max(least, most or 0) > MOST_REPETITIONS:
            raise ValueError(f"{found[0]} asks for more than {MOST_REPETITIONS} repetitions")
        self.at = found.end()
        return Repeat(atom, least, most, found[0].endswith("?") and found[0] != "?")

    def _atom(self) -> Expression:
        character = self._next()
        match character:
            case "[":
                return self._class()
            case "(":
                return self._group()
            case "\\":
                return self._escape()
            case "^" | "$":
                self.at += 1
                return Anchor(character == "$", "m" in self._flags)
            case ".":
                self.at += 1
                return CharacterClass(
                    (_ANY,) if "s" in self._flags else (_DOT,), "s" not in self._flags
                )
            case "?" | "*" | "+" | "{":
                raise ValueError(f"there is nothing that {character} could repeat")
            case "}" | "]":
                raise ValueError(f"{character} has no partner; as a character it is \\{character}")
            case _:
                self.at += 1
                return _letter(character, self._flags)

    def _group(self) -> Bracketed:
        if self._next(2) == "(?" and self._next(3) != "(?:":
            raise ValueError(f"XPath knows no {self._next(3)}")
        number = None
        if self._next(2) == "(?":
            self.at += 3
        else:
            self.at += 1
            self._groups += 1
            number = self._groups
        self._descend()
        inner = self.choice()
        if self._next() != ")":
            raise ValueError("a ( is not closed")
        self.at += 1
        self._depth -= 1
        if number is not None:
            self._closed.add(number)
        return Bracketed(inner, number)

    def _escape(self) -> Expression:
        character = self._next(2)[1:]
        if not character.isascii() or not character.isdigit():
            return self._escaped_class()
        if character == "0":
            raise ValueError("XPath knows no \\0")
        end = self.at + 2  # as many digits as make the number of a group
        while (
            self.text[end : end + 1].isdecimal()
            and int(self.text[self.at + 1 : end + 1]) <= self._groups
        ):
            end += 1
        number = int(self.text[self.at + 1 : end])
        if number not in self._closed:
            raise ValueError(f"\\{number} refers to a group that is not there, or not closed")
        self.at = end
        return BackReference(number, "i" in self._flags)

    def _escaped_class(self) -> CharacterClass:
        found = self._named()
        if found is not None:
            return CharacterClass((found,))
        return _letter(self._escaped_letter(), self._flags)

    def _named(self) -> NamedCharacters | None:
        r"""Read `\\d`, `\\p{Lu}` and the like, if that is what follows."""
        found = _NAMED.match(self.text, self.at)
        if found is None:
            if self._next(2) in ("\\p", "\\P"):
                raise ValueError(
                    f"{self._next(2)} needs the name of a category or a block in braces"
                )
            return None
        name = found["letter"].lower() if found["letter"] else found["name"]
        if not is_name(name):
            raise ValueError(f"{name!r} is neither a category nor a block of Unicode")
        self.at = found.end()
        return NamedCharacters(name, found[0][1].isupper())

    def _escaped_letter(self) -> str:
        character = self._next(2)[1:]
        if character in _CONTROLS or character in _ESCAPED:
            self.at += 2
            return _CONTROLS.get(character, character)
        raise ValueError(f"XPath knows no \\{character}")

    def _class(self) -> CharacterClass:
        """Read `[…]`, and what is subtracted from it: `[a-z-[aeiou]]`."""
        self.at += 1
        self._descend()
        inverted = self._next() == "^"
        self.at += inverted
        first = self.at
        parts: list[CodeRange | NamedCharacters] = []
        while self._next() != "]" and (self.at == first or self._next(2) != "-["):
            parts.append(self._part(is_first=self.at == first))
        if not parts:
            raise ValueError("[ and ] have nothing between them")
        without = None
        if self._next() == "-":
            self.at += 1
            without = self._class()
        if self._next() != "]":
            raise ValueError("a [ is not closed")
        self.at += 1
        self._depth -= 1
        return CharacterClass(_in_any_case(tuple(parts), self._flags), inverted, without)

    def _part(self, *, is_first: bool) -> CodeRange | NamedCharacters:
        r"""Read a character, a range, or `\\d` and the like."""
        found = self._named() if self._next() == "\\" else None
        if found is not None:
            return found
        if self._next() == "-" and (is_first or self._next(2) == "-]"):
            self.at += 1
            return ord("-"), ord("-")
        start = self._end_of_range()
        if self._next() != "-" or self._next(2) in ("-]", "-["):
            return start, start
        self.at += 1
        end = self._end_of_range()
        if end < start:
            raise ValueError(f"the range {chr(start)}-{chr(end)} is empty")
        return start, end

    def _end_of_range(self) -> int:
        character = self._next()
        match character:
            case "\\":
                return ord(self._escaped_letter())
            case "":
                raise ValueError("a [ is not closed")
            case "[":
                raise ValueError("[ in brackets is written \\[")
            case "-":
                raise ValueError("- in brackets stands first or last, or is written \\-")
            case _:
                self.at += 1
                return ord(character)
