"""Saved queries as files: SPARQL with a header of its summary and its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from etl.errors import QueryError
from etl.queries.kinds import KINDS
from etl.queries.syntax import query_form, refuse_ill_formed
from etl.resources import folder


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


DRAWN_AS = ("bars", "columns")


@dataclass(frozen=True, slots=True)
class Drawing:
    """How an answer is drawn: as one of `DRAWN_AS`, by its variables of labels and of numbers."""

    kind: str
    label: str
    number: str


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A SPARQL file with a summary and typed parameters, and perhaps a way to draw its answer."""

    name: str
    summary: str
    text: str = field(repr=False)
    parameters: tuple[Parameter, ...]
    path: Path
    drawing: Drawing | None = None

    @property
    def form(self) -> str:
        """Which of SPARQL's forms it has: `select`, `ask`, `construct` or `describe`."""
        return query_form(self.text)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a query and check that its header and its placeholders agree.

        Raises:
            QueryError: the file cannot be read, or its header is not as it should be.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise QueryError(
                f"{path}:{line}: expected text in UTF-8", hint="save the file in that encoding"
            ) from error
        except OSError as error:
            raise QueryError(f"{path}: cannot be read: {error.strerror or error}") from error
        summaries, parameters, drawings = _read_header(path, text)
        if len(summaries) != 1:
            raise QueryError(
                f"{path}:1: expected one summary, found {len(summaries)}",
                hint="begin the file with a line such as '#+ summary: Who acts in a film.'",
            )
        _check_placeholders(path, text, parameters)
        if len(drawings) > 1:
            raise QueryError(f"{path}: expected one chart, found {len(drawings)}")
        return cls(path.stem, summaries[0], text, tuple(parameters), path, *drawings)


_HEADER = re.compile(r"#\+\s*(?P<key>[^\s:]+)\s*:\s*(?P<value>.*?)\s*")
_PARAMETER = re.compile(
    r"(?P<name>[a-z]\w*) (?P<kind>\w+)(?: = (?P<default>.*?))?: (?P<description>\S.*)", re.ASCII
)
PLACEHOLDER = re.compile(
    r"^(?P<before>[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{[ \t]*)UNDEF(?P<after>[ \t]*\})",
    re.MULTILINE,
)


def _read_header(path: Path, text: str) -> tuple[list[str], list[Parameter], list[Drawing]]:
    summaries: list[str] = []
    parameters: list[Parameter] = []
    drawings: list[Drawing] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#+"):
            continue
        match = _HEADER.fullmatch(line)
        key, value = (match["key"], match["value"]) if match else ("", "")
        if key == "summary":
            summaries.append(value)
        elif key == "param":
            parameters.append(_read_parameter(f"{path}:{number}", value))
        elif key == "chart":
            drawings.append(_read_drawing(f"{path}:{number}", value))
        else:
            raise QueryError(
                f"{path}:{number}: expected a summary, a param or a chart, found {line!r}",
                hint="a header line is '#+ summary: …', '#+ param: …' or '#+ chart: …'",
            )
    return summaries, parameters, drawings


def _read_drawing(place: str, text: str) -> Drawing:
    words = text.split()
    if len(words) != 3 or words[0] not in DRAWN_AS:
        raise QueryError(
            f"{place}: expected a chart, found {text!r}",
            hint=f"write '#+ chart: {'|'.join(DRAWN_AS)} LABEL NUMBER' with two of its variables",
        )
    return Drawing(*words)


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
    placed = {m["name"]: text.count("\n", 0, m.start()) + 1 for m in PLACEHOLDER.finditer(text)}
    for name in declared:
        lines = [n for n, line in enumerate(text.splitlines(), 1) if _declares(line, name)]
        if len(lines) > 1:
            raise QueryError(
                f"{path}:{lines[1]}: the parameter {name} is declared twice",
                hint=f"delete the line, or the one before it: line {lines[0]}",
            )
        if name not in placed:
            raise QueryError(
                f"{path}:{lines[0]}: the parameter {name} has no place in the query",
                hint=f"put a line 'VALUES ?{name} {{ UNDEF }}' where it belongs",
            )
    for name, line in placed.items():
        if name not in declared:
            raise QueryError(
                f"{path}:{line}: the place of ?{name} has no parameter",
                hint=f"declare it with a line '#+ param: {name} KIND: description'",
            )


def _declares(line: str, name: str) -> bool:
    header = _HEADER.fullmatch(line)
    return header is not None and (header["key"], header["value"].split()[:1]) == ("param", [name])


def read_queries() -> dict[str, SavedQuery]:
    """Read the queries that come with the program, by their names."""
    return {path.stem: SavedQuery.read(path) for path in sorted(folder("queries").glob("*.rq"))}


def mentioning(queries: Iterable[SavedQuery], text: str) -> list[SavedQuery]:
    """Return the queries in whose name or summary all words of a text are."""
    words = text.casefold().split()
    return [
        each
        for each in queries
        if all(word in f"{each.name} {each.summary}".casefold() for word in words)
    ]


def read_own(place: Path) -> tuple[dict[str, SavedQuery], dict[str, QueryError]]:
    """Read the user's queries in a folder; give apart what is wrong with a file. Both by name."""
    queries: dict[str, SavedQuery] = {}
    broken: dict[str, QueryError] = {}
    for path in sorted(place.glob("*.rq")):
        try:
            queries[path.stem] = SavedQuery.read(path)
            refuse_ill_formed(queries[path.stem].text)
        except QueryError as error:
            queries.pop(path.stem, None)
            where = "" if str(error).startswith(str(path)) else f"{path}: "
            broken[path.stem] = QueryError(f"{where}{error}", hint=error.hint)
    return queries, broken


def nearest(text: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Return the names that look most like a text, the nearest first."""
    from rapidfuzz import fuzz, process  # which takes a while

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
