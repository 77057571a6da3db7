"""Literals are well-formed, and in order, as XML Schema and SPARQL say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from etl.rdf.vocab import RDF, XSD
from etl.shacl.literals import is_less, is_less_or_equal, lexical_test, number

# For each datatype, texts that are well-formed, and texts that are not.
LEXICAL = {
    "boolean": ("true false 1 0", "TRUE yes 2"),
    "decimal": ("1 -1.5 +0.0 .5 5. 007", "1e3 1,5 . - 1_000 ١"),
    "integer": ("0 -12 +7 007", "1.0 1e3 1_000 ٣ --1"),
    "double": ("1 1e3 -1.5E-3 INF -INF NaN .5", "inf nan 1e 0x1 1.2.3"),
    "byte": ("-128 127 0", "128 -129 1.0"),
    "unsignedShort": ("0 65535", "-1 65536"),
    "nonNegativeInteger": ("0 5 -0", "-1 x"),
    "positiveInteger": ("1", "0 -1"),
    "negativeInteger": ("-1", "0 1"),
    "date": ("2004-02-29 2000-02-29 0000-01-01 -0044-03-15 2004-01-01Z 2004-01-01-05:00",
             "2003-02-29 1900-02-29 2004-2-9 2004-13-01 2004-01-32 04-01-01 2004-01-01+15:00"),
    "time": ("00:00:00 23:59:59.5 24:00:00 12:00:00Z", "25:00:00 24:00:01 12:60:00 12:00"),
    "dateTime": ("2004-01-01T00:00:00 2004-01-01T24:00:00 2004-01-01T00:00:00.123+14:00",
                 "2004-01-01 2004-01-01T00:00 2004-01-01T00:00:00+14:01 2004-02-30T00:00:00"),
    "dateTimeStamp": ("2004-01-01T00:00:00Z", "2004-01-01T00:00:00"),
    "gYear": ("2004 0000 -0044 12004 2004Z 2004+01:00", "20x4 04 012004 two +2004"),
    "gYearMonth": ("2004-02", "2004-13 2004-2"),
    "gMonthDay": ("--02-29 --12-31", "--02-30 --04-31 02-29"),
    "gMonth": ("--01 --12", "--13 01"),
    "gDay": ("---01 ---31", "---32 --01"),
    "duration": ("P1Y P1M P1D PT1H PT1M PT0.5S P1Y2M3DT4H5M6S -P1D", "P PT P1S 1Y P1YT P-1Y P1.5Y"),
    "yearMonthDuration": ("P1Y2M P5M", "P P1D PT1H"),
    "dayTimeDuration": ("P1D PT1H P1DT1S", "P P1Y P1DT"),
    "hexBinary": ("00 aBcD", "0 xy"),
    "base64Binary": ("aGk= aGkh", "aGk a=== a"),
    "language": ("en en-GB zh-Hant", "e_n 1n toolonglanguage"),
    "NCName": ("a _b é-1", "1a a:b -a"),
    "Name": ("a:b", "1a"),
    "NMTOKEN": ("1a -", "a,b"),
}  # fmt: skip
WELL_FORMED = [(name, text) for name, (good, _) in LEXICAL.items() for text in good.split()]
ILL_FORMED = [(name, text) for name, (_, bad) in LEXICAL.items() for text in bad.split()]


def typed(datatype: str, text: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD.iri + datatype))


def is_well_formed(datatype: str, text: str) -> bool:
    test = lexical_test(NamedNode(XSD.iri + datatype))
    assert test is not None
    return bool(test(text))


@pytest.mark.parametrize(("datatype", "text"), WELL_FORMED)
def test_a_text_in_the_lexical_space_is_well_formed(datatype: str, text: str) -> None:
    assert is_well_formed(datatype, text)


@pytest.mark.parametrize(("datatype", "text"), ILL_FORMED)
def test_a_text_outside_the_lexical_space_is_not(datatype: str, text: str) -> None:
    assert not is_well_formed(datatype, text)
    assert not is_well_formed(datatype, f" {text}")


@pytest.mark.parametrize("datatype", LEXICAL)
def test_nothing_and_a_line_break_at_the_end_are_ill_formed(datatype: str) -> None:
    assert not is_well_formed(datatype, "") or datatype in ("hexBinary", "base64Binary")
    assert not is_well_formed(datatype, LEXICAL[datatype][0].split()[0] + "\n")


def test_spaces_matter_in_tokens_only() -> None:
    assert is_well_formed("token", "a b")
    assert not is_well_formed("token", "a  b")
    assert not is_well_formed("token", " a")
    assert is_well_formed("normalizedString", " a  b ")
    assert not is_well_formed("normalizedString", "a\nb")


def test_every_text_is_a_string_and_of_a_datatype_we_do_not_know() -> None:
    assert lexical_test(XSD.string) is None
    assert lexical_test(RDF.langString) is None
    assert lexical_test(NamedNode("http://example.org/datatype")) is None


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers())
def test_exact_numbers_are_in_their_order(left: Decimal, right: int) -> None:
    a, b = typed("decimal", f"{left:f}"), typed("integer", str(right))
    assert number(a) == left
    assert is_less(a, b) == (left < right)
    assert is_less(b, a) == (right < left)
    assert is_less_or_equal(a, b) == (left <= right)


# From least to greatest; equal values stand together.
RISING = [
    [[typed("integer", "-1")], [typed("double", "-0.5")], [typed("decimal", "0.0"),
      typed("float", "0"), typed("byte", "0")], [typed("float", "1.5"), typed("decimal", "1.50")],
     [typed("double", "INF")]],
    [[Literal("")], [Literal("A")], [Literal("a")], [Literal("b")], [Literal("é")]],
    [[typed("boolean", "false"), typed("boolean", "0")], [typed("boolean", "true")]],
    [[typed("gYear", "-0044")], [typed("gYear", "1999")], [typed("gYear", "12004")]],
    [[typed("date", "2003-12-31")], [typed("date", "2004-01-01")]],
    [[typed("dateTime", "2004-01-01T00:00:00Z"), typed("dateTime", "2004-01-01T01:00:00+01:00")],
     [typed("dateTime", "2004-01-01T00:00:00-01:00")]],
    [[typed("duration", "PT59M")], [typed("duration", "PT1H"), typed("duration", "PT60M")],
     [typed("duration", "P1D")], [typed("duration", "P1Y")]],
    [[typed("time", "09:00:00")], [typed("time", "10:00:00")]],
]  # fmt: skip


@pytest.mark.parametrize("rising", RISING)
def test_values_are_in_the_order_of_their_datatype(rising: list[list[Literal]]) -> None:
    for low, lower in enumerate(rising):
        for high, higher in enumerate(rising):
            for left in lower:
                for right in higher:
                    assert is_less(left, right) == (low < high)
                    assert is_less_or_equal(left, right) == (low <= high)


INCOMPARABLE = [
    (typed("integer", "1"), Literal("2")),
    (typed("date", "2004-01-01"), typed("integer", "5")),
    (typed("gYear", "2004"), typed("date", "2005-01-01")),
    (typed("double", "NaN"), typed("integer", "1")),
    (typed("integer", "x"), typed("integer", "x")),
    (typed("duration", "P1M"), typed("duration", "P30D")),
    (typed("dateTime", "2004-01-01T00:00:00"), typed("dateTime", "2004-01-01T02:00:00Z")),
    (Literal("a", language="en"), Literal("b", language="en")),
    (Literal("a"), Literal("b", language="en")),
    (NamedNode("http://example.org/a"), NamedNode("http://example.org/b")),
    (BlankNode("a"), BlankNode("b")),
    (Literal("a", datatype=NamedNode("http://example.org/d")),) * 2,
]


@pytest.mark.parametrize(("left", "right"), INCOMPARABLE)
def test_what_cannot_be_compared_is_in_no_order(left: Literal, right: Literal) -> None:
    for order in (is_less, is_less_or_equal):
        assert not order(left, right)
        assert not order(right, left)
