"""The safe binding of what a user gives to the parameters of a saved query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from etl.errors import QueryError
from etl.queries.kinds import KINDS, Lookup, Term
from etl.queries.saved import PLACEHOLDER, SavedQuery, nearest


def positional(query: SavedQuery, values: Sequence[str]) -> dict[str, str]:
    """Give values without a name to a query's parameters, in their order.

    Raises:
        QueryError: there are more values than parameters.
    """
    names = [parameter.name for parameter in query.parameters]
    if len(values) > len(names):
        raise QueryError(
            f"{query.name}: expected at most {len(names)} values, found {len(values)}",
            hint="put a value of several words between quotes",
        )
    return dict(zip(names, values, strict=False))


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Split `name=value` texts, as a command line has them.

    Raises:
        QueryError: one has no equals sign, or a name comes twice.
    """
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise QueryError(
                f"expected a parameter and its value, found {text!r}", hint="write film=Emma"
            )
        if name in values:
            raise QueryError(f"the parameter {name} is given twice")
        values[name] = value
    return values


def parse_terms(query: SavedQuery, values: Mapping[str, str], lookup: Lookup) -> dict[str, Term]:
    """Turn what a user gave for a query's parameters into RDF terms.

    Raises:
        QueryError: a parameter is unknown or missing, or its value is not of its kind.
    """
    _check_names(query, values)
    terms: dict[str, Term] = {}
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is None:
            raise QueryError(
                f"{query.name}: the parameter {parameter.name} is missing",
                hint=f"add -p {parameter.name}=… ({parameter.description})",
            )
        try:
            check_text(value)
            terms[parameter.name] = KINDS[parameter.kind](value, lookup)
        except QueryError as error:
            raise QueryError(f"{parameter.name}: {error}", hint=error.hint) from error
    return terms


def check_text(text: str) -> None:
    """Refuse the lone surrogates that Python puts for bytes that are not UTF-8."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise QueryError(f"expected text in UTF-8, found {text!r}")


def _check_names(query: SavedQuery, values: Mapping[str, str]) -> None:
    names = [parameter.name for parameter in query.parameters]
    for name in values:
        if name in names:
            continue
        near = nearest(name, names)
        if near:
            hint = f"did you mean {' or '.join(near)}?"
        elif names:
            hint = f"its parameters: {', '.join(names)}"
        else:
            hint = "it takes none"
        raise QueryError(f"{query.name}: no parameter {name!r}", hint=hint)


def bind(query: SavedQuery, values: Mapping[str, str], lookup: Lookup) -> str:
    """Return a query's text with its parameters bound to what a user gave.

    Raises:
        QueryError: a parameter is unknown or missing, or its value is not of its kind.
    """
    return fill(query.text, parse_terms(query, values, lookup))


def fill(text: str, terms: Mapping[str, Term]) -> str:
    """Put RDF terms into the placeholders `VALUES ?name { UNDEF }` of these names."""

    def filled(match: re.Match[str]) -> str:
        term = terms.get(match["name"])
        return match[0] if term is None else f"{match['before']}{serialized(term)}{match['after']}"

    return PLACEHOLDER.sub(filled, text)


_ESCAPE = re.compile(r"\\\\(?P<letter>[uU])|\\u(?P<code>[0-9A-F]{4})|\\.")


def serialized(term: Term) -> str:
    """Write a term so that every SPARQL engine reads the same one back."""
    return portable(str(term))


def portable(text: str) -> str:
    r"""Change the escapes in terms, written as in N-Triples, to those that every engine takes.

    Some engines replace `\u0022` before they parse anything, even after another backslash,
    so that a text could end its own string. Hence the letter after a backslash is written
    as a code point, and code points with eight digits, which nobody reads on from.

    Source: SPARQL 1.1 section 19.2, codepoint escape sequences.
    """
    return _ESCAPE.sub(_escape_portably, text) if "\\" in text else text


def _escape_portably(match: re.Match[str]) -> str:
    if match["letter"]:
        return rf"\\\U{ord(match['letter']):08X}"
    if match["code"]:
        return rf"\U0000{match['code']}"
    return match[0]
