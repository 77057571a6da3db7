r"""Regular expressions, with the meaning that SPARQL's REGEX gives them.

Python's `re` is fast but speaks another dialect. It gets the patterns of the part that both
understand alike, after a small translation (`$`, `\s`); Oxigraph's REGEX gets the others.

Source: SHACL section 4.4.3, SPARQL 1.1 section 17.4.3.14, XML Schema part 2 appendix G.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from pyoxigraph import Literal, QueryBoolean, Store

Matcher: TypeAlias = Callable[[str], object]

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_ESCAPE = r"\\[dDwWnrtsS1-9\\|.?*+(){}\[\]^$-]"
_TOKEN = re.compile(
    rf"""
    (?P<class> \[ \^? (?: \\[dDwWnrts\\|.?*+(){{}}\[\]^$-] | (?!--|&&|~~|\|\|) [^\\\[\]] )+ \] )
    | (?P<escape> {_ESCAPE} )
    | (?P<end> \$ )
    | (?P<other> \((?:\?:)? | [).|^] | (?:[?*+]|\{{[0-9]+(?:,[0-9]*)?\}})\??(?![?*+{{]) )
    | (?P<literal> [^\\^$.|?*+()\[\]{{}}] )
    """,
    re.VERBOSE,
)
_SPACE = r" \t\n\r"
_TRANSLATED = {r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]"}


def matcher(pattern: str, flags: str) -> Matcher:
    """Return what tells whether a text holds a match of the pattern.

    Raises:
        ValueError: it is not a regular expression.
    """
    translated = _translated(pattern, flags)
    if translated is not None:
        options = sum(_FLAGS[flag] for flag in set(flags))
        try:
            return re.compile(translated, options).search
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return _sparql_matcher(pattern, flags)


def _translated(pattern: str, flags: str) -> str | None:
    """Write a pattern in Python's dialect; None where that cannot be done token by token."""
    if not set(flags) <= _FLAGS.keys():
        return None
    written = []
    position = 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            return None
        written.append(_written(token, flags))
        position = token.end()
    return "".join(written)


def _written(token: re.Match[str], flags: str) -> str:
    text = token[0]
    match token.lastgroup:
        case "end" if "m" not in flags:
            return r"\Z"
        case "escape":
            return _TRANSLATED.get(text, text)
        case "class":
            return re.sub(r"\\.", lambda found: _SPACE if found[0] == r"\s" else found[0], text)
        case _:
            return text


def _sparql_matcher(pattern: str, flags: str) -> Matcher:
    store = Store()
    arguments = f"{Literal(pattern)}, {Literal(flags)}"

    def ask(condition: str) -> bool:
        answer = store.query(f"ASK {{ FILTER({condition}) }}")
        return isinstance(answer, QueryBoolean) and bool(answer)

    @lru_cache(maxsize=10_000)
    def test(text: str) -> bool:
        return ask(f"REGEX({Literal(text)}, {arguments})")

    if not test("") and not ask(f'!REGEX("", {arguments})'):
        raise ValueError(f"{pattern!r} with flags {flags!r} is not a regular expression")
    return test
