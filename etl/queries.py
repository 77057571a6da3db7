"""Saved queries: SPARQL files with a header, and the safe binding of their parameters.

A file is valid SPARQL on its own. Its header is made of comments:

    #+ summary: Films by their rating, the best first.
    #+ param: minimum integer = 7: leave out films rated below this

and each parameter has its place in the text, a line `VALUES ?minimum { UNDEF }`, where
binding puts one RDF term. What a user types never gets into a query in any other way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples
from rapidfuzz import fuzz, process

from etl.errors import QueryError
from etl.resources import folder
from etl.vocab import XSD

Term = NamedNode | Literal


class Queryable(Protocol):
    """Anything that answers SPARQL queries."""

    def query(self, sparql: str, /) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Answer one query."""


class Lookup(Protocol):
    """Finds the film or person that a user means."""

    def film(self, text: str) -> NamedNode:
        """Return the IRI of a film, or raise `QueryError`."""

    def person(self, text: str) -> NamedNode:
        """Return the IRI of a person, or raise `QueryError`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a saved query asks for. A default of None means that it must be given."""

    name: str
    kind: str
    description: str
    default: str | None = None

    def __str__(self) -> str:
        default = "" if self.default is None else f" = {self.default}"
        return f"{self.name} ({self.kind}{default})"


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A SPARQL file with a summary and typed parameters."""

    name: str
    summary: str
    text: str = field(repr=False)
    parameters: tuple[Parameter, ...]
    path: Path

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a query and check that its header and its placeholders agree.

        Raises:
            QueryError: the file cannot be read, or its header is not as it should be.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise QueryError(f"{path}: cannot be read: {error}") from error
        summaries, parameters = _read_header(path, text)
        if len(summaries) != 1:
            raise QueryError(
                f"{path}: expected one summary, found {len(summaries)}",
                hint="begin the file with a line such as '#+ summary: Who acts in a film.'",
            )
        _check_placeholders(path, text, parameters)
        return cls(path.stem, summaries[0], text, tuple(parameters), path)


_HEADER = re.compile(r"#\+\s*(?P<key>[^\s:]+)\s*:\s*(?P<value>.*?)\s*")
_PARAMETER = re.compile(
    r"(?P<name>[a-z]\w*) (?P<kind>\w+)(?: = (?P<default>.*?))?: (?P<description>\S.*)", re.ASCII
)
_PLACEHOLDER = re.compile(
    r"^(?P<before>[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{[ \t]*)UNDEF(?P<after>[ \t]*\})",
    re.MULTILINE,
)


def _read_header(path: Path, text: str) -> tuple[list[str], list[Parameter]]:
    summaries: list[str] = []
    parameters: list[Parameter] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#+"):
            continue
        match = _HEADER.fullmatch(line)
        key, value = (match["key"], match["value"]) if match else ("", "")
        if key == "summary":
            summaries.append(value)
        elif key == "param":
            parameters.append(_read_parameter(f"{path}:{number}", value))
        else:
            raise QueryError(
                f"{path}:{number}: expected a summary or a param, found {line!r}",
                hint="a header line is '#+ summary: …' or '#+ param: …'",
            )
    return summaries, parameters


def _read_parameter(place: str, text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise QueryError(
            f"{place}: expected a parameter, found {text!r}",
            hint="write '#+ param: NAME KIND: description' or '… NAME KIND = DEFAULT: description'",
        )
    if match["kind"] not in KINDS:
        raise QueryError(
            f"{place}: {match['kind']!r} is not a kind of parameter",
            hint=f"choose one of {', '.join(KINDS)}",
        )
    return Parameter(match["name"], match["kind"], match["description"], match["default"])


def _check_placeholders(path: Path, text: str, parameters: list[Parameter]) -> None:
    declared = [parameter.name for parameter in parameters]
    placed = {match["name"] for match in _PLACEHOLDER.finditer(text)}
    for name in declared:
        if declared.count(name) > 1:
            raise QueryError(f"{path}: the parameter {name} is declared twice")
        if name not in placed:
            raise QueryError(
                f"{path}: the parameter {name} has no place in the query",
                hint=f"put a line 'VALUES ?{name} {{ UNDEF }}' where it belongs",
            )
    for name in sorted(placed.difference(declared)):
        raise QueryError(
            f"{path}: the place of ?{name} has no parameter",
            hint=f"declare it with a line '#+ param: {name} KIND: description'",
        )


def read_queries(folders: Iterable[Path] | None = None) -> dict[str, SavedQuery]:
    """Read the saved queries of some folders, by name; the shipped ones when None.

    A query of a later folder takes the place of one with the same name in an earlier folder.

    Raises:
        QueryError: a folder is missing, or a query's header is not as it should be.
    """
    queries: dict[str, SavedQuery] = {}
    for place in [folder("queries")] if folders is None else folders:
        if not place.is_dir():
            raise QueryError(f"{place}: no such folder of queries")
        for path in sorted(place.glob("*.rq")):
            queries[path.stem] = SavedQuery.read(path)
    return dict(sorted(queries.items()))


def nearest(text: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Return the names that look most like a text, the nearest first."""
    found = process.extract(text, sorted(names), scorer=fuzz.ratio, score_cutoff=60, limit=limit)
    return [name for name, _, _ in found]


def find(queries: Mapping[str, SavedQuery], name: str) -> SavedQuery:
    """Return the query of this name.

    Raises:
        QueryError: there is none; its hint has the nearest names.
    """
    if name in queries:
        return queries[name]
    names = nearest(name, queries)
    hint = f"did you mean {' or '.join(names)}?" if names else "'etl queries' lists them all"
    raise QueryError(f"no saved query {name!r}", hint=hint)


def _film(text: str, lookup: Lookup) -> Term:
    return lookup.film(text)


def _person(text: str, lookup: Lookup) -> Term:
    return lookup.person(text)


def _year(text: str, _: Lookup) -> Term:
    if not re.fullmatch(r"\s*[0-9]{4}\s*", text):
        raise QueryError(f"expected a year such as 2004, found {text!r}")
    return Literal(text.strip(), datatype=XSD.gYear)


def _integer(text: str, _: Lookup) -> Term:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
        raise QueryError(f"expected a whole number such as 7, found {text!r}")
    return Literal(str(int(text)), datatype=XSD.integer)


def _text(text: str, _: Lookup) -> Term:
    return Literal(unicodedata.normalize("NFC", text))


KINDS: dict[str, Callable[[str, Lookup], Term]] = {
    "film": _film,
    "person": _person,
    "year": _year,
    "integer": _integer,
    "text": _text,
}


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
            _check_encoding(value)
            terms[parameter.name] = KINDS[parameter.kind](value, lookup)
        except QueryError as error:
            raise QueryError(f"{parameter.name}: {error}", hint=error.hint) from error
    return terms


def _check_encoding(text: str) -> None:
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

    return _PLACEHOLDER.sub(filled, text)


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
