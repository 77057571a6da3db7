"""What the text of a value node looks like (SHACL section 4.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from pyoxigraph import Literal

from etl.descriptions import Term
from etl.validation.constraints.model import (
    Finding,
    SetConstraint,
    TermConstraint,
    TermTest,
    TextTest,
    component,
    in_any_graph,
)
from etl.validation.constraints.patterns import matcher
from etl.validation.declarations import Declaration, name
from etl.vocab import SH


def min_length(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node has at least so many characters; a blank node has none (section 4.4.1)."""
    least = shape.integer(SH.minLength) or 0
    test = TextTest(lambda text: len(text) >= least)
    yield TermConstraint(component("MinLength"), f"expected at least {least} characters", test)


def max_length(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node has at most so many characters (section 4.4.2)."""
    most = shape.integer(SH.maxLength) or 0
    test = TextTest(lambda text: len(text) <= most)
    yield TermConstraint(component("MaxLength"), f"expected at most {most} characters", test)


def pattern(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node matches a regular expression (section 4.4.3)."""
    flags = shape.literal(SH.flags).value if shape.one(SH.flags) is not None else ""
    for expression in shape.literals(SH.pattern):
        yield TermConstraint(
            component("Pattern"),
            f"expected a value that matches {expression.value}",
            _matches(shape, expression.value, flags),
        )


def _matches(shape: Declaration, expression: str, flags: str) -> TextTest:
    try:
        return TextTest(matcher(expression, flags))
    except ValueError as error:
        raise shape.error(SH.pattern, str(error)) from error


def language_in(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is in one of some languages (section 4.4.4)."""
    for members in shape.lists(SH.languageIn):
        ranges = tuple(name(member).lower() for member in members)
        yield TermConstraint(
            component("LanguageIn"),
            f"expected a text in one of the languages {', '.join(ranges)}",
            _is_in_language(ranges),
        )


def _is_in_language(ranges: Sequence[str]) -> TermTest:
    """Match language tags as SPARQL's langMatches does.

    Source: RFC 4647 section 3.3.1, basic filtering.
    """
    prefixes = tuple(f"{wanted}-" for wanted in ranges)

    def test(value: Term) -> bool:
        if not isinstance(value, Literal) or value.language is None:
            return False
        language = value.language.lower()
        return language in ranges or language.startswith(prefixes) or "*" in ranges

    return test


def unique_lang(shape: Declaration) -> Iterator[SetConstraint]:
    """No two value nodes share a language (section 4.4.5)."""
    shape.require_path(SH.uniqueLang)
    if shape.boolean(SH.uniqueLang):
        yield SetConstraint(
            component("UniqueLang"),
            "expected at most one value in each language",
            in_any_graph(_languages_used_twice),
        )


def _languages_used_twice(_: Term, values: Collection[Term]) -> Collection[Finding]:
    if len(values) < 2:
        return ()
    languages = Counter(value.language for value in values if isinstance(value, Literal))
    return [Finding() for language, count in languages.items() if language and count > 1]
