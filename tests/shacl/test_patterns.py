"""A pattern means what XPath makes of it, and every pattern comes to an end."""

from __future__ import annotations

import random
import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, QueryBoolean, Store

from etl.errors import ShapesError
from etl.shacl.limits import Limit
from etl.shacl.patterns import matcher, replacer
from etl.shacl.patterns.automaton import Automaton
from etl.shacl.patterns.characters import CATEGORIES, Characters, case_variants, named
from etl.shacl.patterns.expression import CharacterClass
from etl.shacl.patterns.parsing import parse

PIECES = [
    *("a", "b", "B", "é", " ", "-", "_", "/", '"', "1", "\\n", "\\.", "\\\\", "\\$", "\\d", "\\D"),
    *(".", "^", "$", "|", "(a|b)", "(?:ab)", "[ab]", "[^a]", "[a-c1-3]", "[\\]\\-]", "[^\\d]"),
    *("[$^.]", "\\s", "\\S", "(^|b)", "(a|$)", "(a|b*)*", "(a?b?){2,3}"),
    *("a?", "b*", "[ab]+", "(ab)*", "a{2}", "a{1,2}", "b{0,}", ".*?", "a+?"),
]  # fmt: skip

patterns = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
texts = st.text(alphabet='aAbBcé 1-_/"\\.$\n]', max_size=6)
flags = st.sampled_from(["", "i", "s", "m", "is", "im"])


def limit(seconds: float = 20.0) -> Limit:
    return Limit(seconds, lambda: ShapesError("too long"))


def matches(pattern: str, text: str, flags: str = "") -> bool:
    return bool(matcher(pattern, flags, limit())(text))


def sparql(text: str, pattern: str, flags: str) -> bool:
    condition = f"REGEX({Literal(text)}, {Literal(pattern)}, {Literal(flags)})"
    answer = Store().query(f"ASK {{ FILTER({condition}) }}")
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


@given(patterns, flags, texts)
def test_every_engine_finds_the_same(pattern: str, flags: str, text: str) -> None:
    expected = sparql(text, pattern, flags)
    assert matches(pattern, text, flags) == expected
    assert Automaton(parse(pattern, flags), limit()).matches(text) == expected


XPATH = [
    ("^a$", "", "a\n", False),  # Python's $ would match before the line break
    ("^a$", "m", "b\na", True),
    ("^$", "m", "a\n\nb", True),
    ("$^", "", "", True),
    ("^a.b$", "", "a\rb", True),
    ("^a.b$", "", "a\nb", False),
    ("^a.b$", "s", "a\nb", True),
    ("^\\s$", "", "\u00a0", False),  # \s is the four characters of XML
    ("^\\S$", "", "\u00a0", True),
    ("[\\s]", "", "a\tb", True),
    ("^\\d$", "", "٣", True),
    ("^\\w+$", "", "Łukasz", True),
    ("^\\w$", "", "+", True),  # all but punctuation, separators and what is none of either
    ("\\w", "", "_", False),
    ("\\W", "", "_", True),
    ("^\\p{Lu}", "", "Éa", True),
    ("^\\p{Lu}", "", "éa", False),
    ("^\\P{Lu}", "", "éa", True),
    ("^\\p{L}$", "", "本", True),
    ("^\\p{Cn}$", "", "\u0378", True),
    ("^\\p{Co}$", "", "\U00100000", True),
    ("^\\p{IsBasicLatin}+$", "", "Heat!", True),
    ("^\\p{IsBasicLatin}+$", "", "Amélie", False),
    ("^\\P{IsBasicLatin}$", "", "é", True),
    ("^\\p{IsGreek}\\p{IsGreekandCoptic}$", "", "ΤΑ", True),
    ("^\\p{IsLatin-1Supplement}$", "", "é", True),
    ("^\\p{IsPrivateUse}$", "", "\U000f0000", True),
    ("^\\i\\c*$", "", "tt-1", True),
    ("^\\i", "", "1tt", False),
    ("^[\\i-[:]][\\c-[:]]*$", "", "xsd:string", False),  # an NCName
    ("^[\\i-[:]][\\c-[:]]*$", "", "string", True),
    ("^\\I\\C$", "", "1 ", True),
    ("^[a-z-[aeiou]]+$", "", "xyz", True),
    ("^[a-z-[aeiou]]+$", "", "aei", False),
    ("^[a-z-[aeiou]]+$", "", "-", False),
    ("^[^a-z-[0-9]]+$", "", "A-", True),
    ("^[^a-z-[0-9]]+$", "", "A1", False),
    ("^[\\p{L}-[\\p{IsBasicLatin}-[aé]]]$", "", "a", True),
    ("^[\\p{L}-[\\p{IsBasicLatin}-[aé]]]$", "", "b", False),
    ("^[\\S\\D]$", "", "5", True),  # either will do
    ("^[-a]+[a-]+[\\-a]+$", "", "-a-a-", True),
    ("[a-[a]]", "", "a", False),
    ("A B", "x", "AB", True),
    ("[a b]\\p{ Lu }", "x", "aX", True),
    ("[a b]", "x", " ", False),
    ("a+b", "q", "a+b", True),
    ("a.B", "qi", "A.b", True),
    ("strasse", "i", "STRASSE", True),
    ("k", "i", "\u212a", True),  # the sign for kelvin
    ("[a-c]", "i", "B", True),
    ("^[^q]$", "i", "Q", False),
    ("^[A-Z-[OI]]$", "i", "i", False),
    ("^\\p{Lu}$", "i", "a", False),  # a category is no letter, and has no case
    ("^[\\p{Lu}]$", "i", "a", False),
    ("(a)\\1", "", "aa", True),
    ("^(a)(b)?\\2$", "", "a", True),  # a group that has matched nothing is empty
    ("^(a)\\10$", "", "aa0", True),  # there is one group
    ("^(a)\\1$", "i", "aA", True),
    ("^.{3,5}?$", "", "abcd", True),
    ("()", "", "", True),
    ("a||b", "", "c", True),
    ("^\\^\\$\\n\\r\\t\\|\\.\\?\\*\\+$", "", "^$\n\r\t|.?*+", True),
    ("^\\(\\)\\{\\}\\-\\[\\]\\\\$", "", "(){}-[]\\", True),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "flags", "text", "found"), XPATH)
def test_a_pattern_means_what_xpath_says(
    pattern: str, flags: str, text: str, *, found: bool
) -> None:
    assert matches(pattern, text, flags) is found


@pytest.mark.parametrize(
    ("pattern", "flags", "reason"),
    [
        ("(", "", "a ( is not closed at character 1"),
        ("a)", "", ") has no partner at character 2"),
        ("[a", "", "a [ is not closed at character 2"),
        ("[]", "", "[ and ] have nothing between them at character 2"),
        ("a]", "", "] has no partner; as a character it is \\] at character 2"),
        ("a{2,1}", "", "{2,1} asks for at least 2 and at most 1 at character 2"),
        ("a{,2}", "", "there is nothing that { could repeat at character 2"),
        ("a**", "", "there is nothing that * could repeat at character 3"),
        ("a++", "", "there is nothing that + could repeat at character 3"),
        ("^*", "", "there is nothing that * could repeat at character 2"),
        ("a{200000}", "", "{200000} asks for more than 100000 repetitions at character 2"),
        ("\\p{Nonsense}", "", "'Nonsense' is neither a category nor a block of Unicode"),
        ("\\p{IsNonsense}", "", "'IsNonsense' is neither a category nor a block of Unicode"),
        ("\\pL", "", "\\p needs the name of a category or a block in braces at character 1"),
        ("\\bHeat", "", "XPath knows no \\b at character 1"),
        ("\\x41", "", "XPath knows no \\x at character 1"),
        ("a\\", "", "XPath knows no \\ at character 2"),
        ("(?=a)", "", "XPath knows no (?= at character 1"),
        ("(?i)a", "", "XPath knows no (?i at character 1"),
        ("\\1(a)", "", "\\1 refers to a group that is not there, or not closed at character 1"),
        ("(a\\1)", "", "\\1 refers to a group that is not there, or not closed at character 3"),
        ("[\\1]", "", "XPath knows no \\1 at character 2"),
        ("[z-a]", "", "the range z-a is empty at character 5"),
        ("[a-c-e]", "", "- in brackets stands first or last, or is written \\- at character 5"),
        ("[\\w-z]", "", "- in brackets stands first or last, or is written \\- at character 4"),
        ("[a[b]]", "", "[ in brackets is written \\[ at character 3"),
        ("(" * 101 + ")" * 101, "", "more than 100 brackets stand in one another"),
        ("a", "z", "'z' is not among the flags i, m, s, x, q"),
        ("a", "gi", "'g' is not among the flags i, m, s, x, q"),
        ("((a{300}){300})?b*c*", "", "more than 20000 states: its repetitions are too many"),
    ],
)  # fmt: skip
def test_what_xpath_does_not_know_is_refused_by_name(pattern: str, flags: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        matcher(pattern, flags, limit())


CATASTROPHES = [
    ("^(([a-zA-Z0-9 ]+)+)+$", "a" * 50 + "!", False),
    ("^(a+)+$", "a" * 50 + "!", False),
    ("(a|aa)+$", "a" * 50 + "!", False),
    ("(a|a)*b", "a" * 50, False),
    ("(.*)*(.*)*x", "a" * 200, False),
    ("(a?){60}a{60}", "a" * 60, True),
    ("^(.*,){20}x", "a," * 40, False),
    ("\\s+$", " " * 100_000 + "x", False),
    ("a*a*a*a*a*b", "a" * 5_000, False),
    ("(\\w+\\s?)*$", "word " * 2_000 + "!", True),
    ("^(\\w+\\s?)*$", "word " * 2_000 + "!", False),
    ("(x+x+)+y", "x" * 3_000, False),
    (".*.*=.*", "x" * 20_000, False),
    ("^(\\p{L}+[ '-]?)+$", "Łukasz " * 1_000 + "1", False),
    ("([a-z]{1,30}){1,30}!", "a" * 900, False),
    ("[a-z-[x]]*[a-z-[x]]*1", "a" * 3_000, False),
]


@pytest.mark.parametrize(("pattern", "text", "found"), CATASTROPHES)
def test_no_pattern_takes_long(pattern: str, text: str, *, found: bool) -> None:
    started = time.process_time()
    assert matches(pattern, text) is found
    assert time.process_time() - started < 5


def test_an_answer_that_takes_too_long_is_stopped() -> None:
    """By the automaton itself, and by an alarm where only Python's `re` knows back references."""
    letters = "".join(random.Random(1).choices("ab", k=100_000))
    for pattern, text in (("[ab]*a[ab]{5000}c", letters), ("^(a+)+\\1$", "a" * 60 + "!")):
        test = matcher(pattern, "", limit(0.05))
        started = time.monotonic()
        with pytest.raises(ShapesError, match="too long"):
            test(text)
        assert time.monotonic() - started < 5


def test_an_alarm_lets_another_one_ring_after_it() -> None:
    outer = Limit(0.3, lambda: ShapesError("outer"))
    with pytest.raises(ShapesError, match="outer"), outer.enforced():
        with pytest.raises(ShapesError, match="too long"), limit(0.05).enforced():
            time.sleep(5)
        time.sleep(5)
    time.sleep(0.2)  # nothing rings any more


def test_a_text_may_be_asked_about_without_end() -> None:
    """What the automaton remembers is bounded, and forgetting changes no answer."""
    test = matcher("^(\\p{L}|\\p{Lu}\\d)*$", "", limit())
    for start in range(0x4E00, 0x9F00, 64):
        text = "".join(map(chr, range(start, start + 64)))
        assert test(text)
        assert not test(f"{text} {start}")


def test_a_category_holds_what_unicode_says() -> None:
    found = {name: set[int]() for name in CATEGORIES}
    for name in CATEGORIES:
        for first, last in named(name).ranges:
            found[name].update(range(first, last + 1))
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category != "Cs":  # no character
            assert code in found[category], hex(code)
            assert code in found[category[0]], hex(code)
    sizes = {name: len(codes) for name, codes in found.items()}
    assert sum(size for name, size in sizes.items() if len(name) == 2) == sys.maxunicode + 1 - 2048


@pytest.mark.parametrize(("pattern", "python"), [("[\\p{L}\\p{N}]", r"[^\W_]"), ("\\d", r"\d")])
def test_what_is_left_to_python_by_name_is_the_same_there(pattern: str, python: str) -> None:
    expected = {code for code in range(sys.maxunicode + 1) if re.match(python, chr(code))}
    expression = parse(pattern)
    assert isinstance(expression, CharacterClass)
    ranges = expression.characters.ranges
    assert {code for first, last in ranges for code in range(first, last + 1)} == expected


@given(st.characters())
def test_case_variants_are_those_that_upper_or_lower_case_makes_equal(character: str) -> None:
    code = ord(character)
    variants = case_variants(Characters.of([(code, code)]))
    for other in {character.upper(), character.lower(), character.swapcase()}:
        if len(other) == 1 and other.lower() == character.lower():
            assert ord(other) in variants
    for first, last in variants.ranges:
        for each in map(chr, range(first, last + 1)):
            assert each.upper() == character.upper() or each.lower() == character.lower()


def test_replacing_follows_xpath() -> None:
    assert replacer("(\\p{Lu})(\\p{Ll}*)", "")("$2$1\\$", "Ab Éc") == "bA$ cÉ$"
    assert replacer("a+?", "")("<$0>$9", "aa") == "<a><a>"
    for pattern, replacement in (("a", "$"), ("a", "\\n")):
        with pytest.raises(ValueError, match="a replacement holds"):
            replacer(pattern, "")(replacement, "a")
    with pytest.raises(ValueError, match="matches a text without characters"):
        replacer("a*", "")
