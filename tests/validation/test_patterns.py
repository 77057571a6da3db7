"""A pattern means what SPARQL's REGEX makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, QueryBoolean, Store

from etl.validation.constraints.patterns import matcher

PIECES = [
    *("a", "b", "B", "é", " ", "-", "_", "/", '"', "1", "\\n", "\\.", "\\\\", "\\$", "\\d", "\\D"),
    *(".", "^", "$", "|", "(a|b)", "(?:ab)", "[ab]", "[^a]", "[a-c1-3]", "[\\]\\-]", "[^\\d]"),
    "[$^.]",
    *("a?", "b*", "[ab]+", "(ab)*", "a{2}", "a{1,2}", "b{0,}", ".*?", "a+?"),
]  # fmt: skip

patterns = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
texts = st.text(alphabet='aAbBcé 1-_/"\\.$\n]', max_size=6)
flags = st.sampled_from(["", "i", "s", "m", "is", "im"])


def sparql(text: str, pattern: str, flags: str) -> bool:
    condition = f"REGEX({Literal(text)}, {Literal(pattern)}, {Literal(flags)})"
    answer = Store().query(f"ASK {{ FILTER({condition}) }}")
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


@given(patterns, flags, texts)
def test_python_and_sparql_find_the_same(pattern: str, flags: str, text: str) -> None:
    assert bool(matcher(pattern, flags)(text)) == sparql(text, pattern, flags)


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        ("^a$", "", "a\n", False),  # Python's $ would match before the line break
        ("^a$", "m", "b\na", True),
        ("^\\s$", "", "\u00a0", False),  # \s is the four characters of XML
        ("^\\S$", "", "\u00a0", True),
        ("[\\s]", "", "a\tb", True),
        ("^\\w+$", "", "Łukasz", True),
        ("[^\\W_]", "", "_", False),
        ("^\\p{Lu}", "", "Éa", True),  # only Oxigraph knows character properties
        ("^\\p{Lu}", "", "éa", False),
        ("A B", "x", "AB", True),
        ("a+b", "q", "a+b", True),
        ("(a)\\1", "", "aa", True),
    ],
)
def test_the_dialects_differences_are_seen_to(
    pattern: str, flags: str, text: str, *, found: bool
) -> None:
    assert bool(matcher(pattern, flags)(text)) is found


@pytest.mark.parametrize(
    ("pattern", "flags"), [("(", ""), ("[a", ""), ("a{2,1}", ""), ("\\p{Nonsense}", ""), ("a", "z")]
)
def test_what_is_no_regular_expression_is_refused(pattern: str, flags: str) -> None:
    with pytest.raises(ValueError, match="is not a regular expression"):
        matcher(pattern, flags)
