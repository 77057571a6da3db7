"""What the text of a value node looks like (SHACL section 4.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from pyoxigraph import Literal

from etl.rdf.descriptions import Term
from etl.rdf.vocab import SH, XSD
from etl.shacl.constraints.model import (
    Failure,
    SetConstraint,
    TermConstraint,
    TermTest,
    TextTest,
    component,
    in_any_graph,
)
from etl.shacl.declarations import Declaration, name
from etl.shacl.limits import Limit
from etl.shacl.patterns import Matcher, matcher
from etl.sources.values import quoted


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


def pattern(shape: Declaration, timeout_s: float) -> Iterator[TermConstraint]:
    """Each value node matches a regular expression (section 4.4.3)."""
    for expression, matches in matchers(shape, timeout_s).items():
        message = f"expected a value that matches {expression}"
        yield TermConstraint(component("Pattern"), message, TextTest(matches))


def matchers(shape: Declaration, timeout_s: float) -> dict[str, Matcher]:
    """Return what matches a text, for each pattern of a shape.

    Raises:
        ShapesError: a pattern is none, or its flags are not.
    """
    flags = shape.text(SH.flags) if shape.all(SH.flags) else ""
    return {each: _matcher(shape, each, flags, timeout_s) for each in shape.texts(SH.pattern)}


def _matcher(shape: Declaration, expression: str, flags: str, timeout_s: float) -> Matcher:
    what = f"to match {quoted(expression)} with one text"
    try:
        limit = Limit(timeout_s, lambda: shape.overdue(SH.pattern, what, timeout_s))
        return matcher(expression, flags, limit)
    except ValueError as error:
        raise shape.error(SH.pattern, str(error)) from error


def language_in(shape: Declaration) -> Iterator[TermConstraint]:
    """Each value node is in one of some languages (section 4.4.4)."""
    ranges = tuple(_language_range(shape, member) for member in shape.members(SH.languageIn) or ())
    yield TermConstraint(
        component("LanguageIn"),
        f"expected a text in one of the languages {', '.join(ranges)}",
        _is_in_language(ranges),
    )


def _language_range(shape: Declaration, member: Term) -> str:
    if isinstance(member, Literal) and member.datatype == XSD.string:
        return member.value.lower()
    raise shape.error(SH.languageIn, f'expected a language such as "en", found {name(member)}')


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


def _languages_used_twice(_: Term, values: Collection[Term]) -> Collection[Failure]:
    if len(values) < 2:
        return ()
    languages = Counter(value.language for value in values if isinstance(value, Literal))
    return [Failure() for language, count in languages.items() if language and count > 1]
