"""Literals: is one well-formed for its datatype, and is one less than another?

Source: XML Schema 1.1 part 2 for the lexical spaces; SPARQL 1.1 section 17.3 for the order.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, QueryBoolean, Store

from etl.rdf.descriptions import Term
from etl.rdf.vocab import XSD

LexicalTest: TypeAlias = Callable[[str], object]

_REMEMBERED_PAIRS = 4096

_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_TIMEZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"{_DECIMAL}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_DATE_PART = r"(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
_TIME_PART = r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
NAME_START = (
    ":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NAME_MORE = NAME_START + ".0-9\u00b7\u0300-\u036f\u203f-\u2040-"

_PATTERNS: dict[str, str] = {
    "boolean": "true|false|1|0",
    "decimal": _DECIMAL,
    "integer": "[+-]?[0-9]+",
    "double": _DOUBLE,
    "float": _DOUBLE,
    "time": f"{_TIME}{_TIMEZONE}?",
    "gYear": f"{_YEAR}{_TIMEZONE}?",
    "gMonth": f"--{_MONTH}{_TIMEZONE}?",
    "gDay": f"---{_DAY}{_TIMEZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_TIMEZONE}?",
    "duration": f"-?P(?=[0-9T]){_DATE_PART}{_TIME_PART}",
    "yearMonthDuration": r"-?P(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?",
    "dayTimeDuration": rf"-?P(?=[0-9T])(?:[0-9]+D)?{_TIME_PART}",
    "hexBinary": "(?:[0-9a-fA-F]{2})*",
    "base64Binary": (
        "(?:(?:[A-Za-z0-9+/] ?){4})*"
        "(?:(?:[A-Za-z0-9+/] ?){3}[A-Za-z0-9+/]|(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?="
        "|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?"
    ),
    "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "NMTOKEN": f"[{NAME_MORE}]+",
    "Name": f"[{NAME_START}][{NAME_MORE}]*",
    "NCName": f"[{NAME_START[1:]}][{NAME_MORE[1:]}]*",
}

_DATES: dict[str, str] = {
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_TIMEZONE}?",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_TIMEZONE}?",
    "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_TIMEZONE}",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_TIMEZONE}?",
}

# The least and the greatest of each type derived from integer; None where there is no bound.
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "byte": (-(2**7), 2**7 - 1),
    "short": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "unsignedByte": (0, 2**8 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}


def _xsd(name: str) -> NamedNode:
    return NamedNode(XSD.iri + name)


def lexical_test(datatype: NamedNode) -> LexicalTest | None:
    """Return what tells whether a text is well-formed for a datatype.

    None means that every text is, or that the datatype is not one of XML Schema.
    """
    return _TESTS.get(datatype)


def _any_of(pattern: str) -> LexicalTest:
    return re.compile(pattern).fullmatch


def _real_day(pattern: str) -> LexicalTest:
    """Test a date: its day must exist in its month, and 29 February in its year."""
    match = re.compile(pattern).fullmatch

    def test(text: str) -> bool:
        found = match(text)
        if found is None:
            return False
        # Years repeat after 400, and a month without a year may be that of a leap year.
        year = int(found.groupdict().get("year", "2000")) % 400 + 2000
        return int(found["day"]) <= monthrange(year, int(found["month"]))[1]

    return test


def _bounded(least: int | None, greatest: int | None) -> LexicalTest:
    match = re.compile(_PATTERNS["integer"]).fullmatch

    def test(text: str) -> bool:
        if match(text) is None:
            return False
        number = Decimal(text)
        return (least is None or number >= least) and (greatest is None or number <= greatest)

    return test


_TESTS: dict[NamedNode, LexicalTest] = {
    _xsd(name): test
    for name, test in (
        *((name, _any_of(pattern)) for name, pattern in _PATTERNS.items()),
        *((name, _real_day(pattern)) for name, pattern in _DATES.items()),
        *((name, _bounded(*bounds)) for name, bounds in _INTEGERS.items()),
    )
}

# Decimal compares these without loss; SPARQL's own types for them have 64 and 128 bits.
_EXACT = {datatype: _TESTS[datatype] for datatype in map(_xsd, ("decimal", "integer", *_INTEGERS))}

# SPARQL's own table orders strings, numbers, booleans and dateTimes (section 17.3) and may be
# added to (section 17.3.1); XML Schema orders the others, though not all of their values.
_ORDERED = {
    datatype: _TESTS.get(datatype)
    for datatype in (
        *map(_xsd, ("string", "float", "double", "time", "date", "dateTime", "gMonth", "gDay")),
        *map(_xsd, ("gYear", "gYearMonth", "gMonthDay", "duration")),
        *map(_xsd, ("yearMonthDuration", "dayTimeDuration")),
        *_EXACT,
    )
}
_BOOLEANS: dict[Term, Decimal] = {
    Literal(text, datatype=XSD.boolean): Decimal(text in ("true", "1"))
    for text in ("false", "0", "true", "1")
}


def number(term: Term) -> Decimal | None:
    """Return the value of a well-formed decimal or integer, or None."""
    if not isinstance(term, Literal):
        return None
    is_well_formed = _EXACT.get(term.datatype)
    if is_well_formed is None:
        return None
    text = term.value
    return Decimal(text) if is_well_formed(text) else None


def integer(term: Term) -> int | None:
    """Return the value of a well-formed integer, or of a type derived from it, or None."""
    if not isinstance(term, Literal) or term.datatype == XSD.decimal:
        return None
    value = number(term)
    return None if value is None else int(value)


@lru_cache(_REMEMBERED_PAIRS)
def is_less(left: Term, right: Term) -> bool:
    """Return whether SPARQL's `left < right` is true; what cannot be compared is not less."""
    numbers = _numbers(left, right)
    return _holds_in_sparql(left, "<", right) if numbers is None else numbers[0] < numbers[1]


@lru_cache(_REMEMBERED_PAIRS)
def is_less_or_equal(left: Term, right: Term) -> bool:
    """Return whether SPARQL's `left <= right` is true; what cannot be compared is not."""
    numbers = _numbers(left, right)
    return _holds_in_sparql(left, "<=", right) if numbers is None else numbers[0] <= numbers[1]


def _numbers(left: Term, right: Term) -> tuple[Decimal, Decimal] | None:
    """Return two numbers that compare as two terms do: exact numbers, or booleans."""
    if left in _BOOLEANS and right in _BOOLEANS:
        return _BOOLEANS[left], _BOOLEANS[right]
    left_number, right_number = number(left), number(right)
    if left_number is None or right_number is None:
        return None
    return left_number, right_number


def _holds_in_sparql(left: Term, operator: str, right: Term) -> bool:
    if not (_has_an_order(left) and _has_an_order(right)):
        return False
    answer = Store().query(f"ASK {{ FILTER({left} {operator} {right}) }}")
    return isinstance(answer, QueryBoolean) and bool(answer)


def _has_an_order(term: Term) -> bool:
    if not isinstance(term, Literal) or term.datatype not in _ORDERED:
        return False
    is_well_formed = _ORDERED[term.datatype]
    return is_well_formed is None or bool(is_well_formed(term.value))
