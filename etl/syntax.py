"""What is wrong with a text that is no SPARQL query, in one clause."""

from __future__ import annotations

import re

from etl.errors import QueryError
from etl.vocab import PREFIXES

_PLACE = re.compile(
    r"error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(?P<rest>.*)", re.DOTALL
)
_UPDATE = re.compile(
    r"(?:PREFIX[^>]*>|BASE[^>]*>|#[^\n]*(?:\n|$)|\s)*"
    r"(?P<verb>INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|ADD|MOVE|COPY|WITH)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[A-Z][a-z]+ (?:[\w'?-]+ ?)+|The SELECT [^,\[]+")


def refused_update(text: str) -> QueryError | None:
    """Say that an update is not a query, if a text is one."""
    update = _UPDATE.match(text)
    if update is None:
        return None
    return QueryError(
        f"expected a query, found the update {update['verb']!r}",
        hint="the graph changes by 'etl load', 'etl remove' and 'etl undo'",
    )


def syntax_error(error: SyntaxError, text: str) -> QueryError:
    """Translate pyoxigraph's error, which lists half the grammar, into one clause and a place."""
    if refused := refused_update(text):
        return refused
    match = _PLACE.match(str(error))
    if match is None:
        return QueryError(f"not SPARQL: {str(error).splitlines()[0]}")
    lines = text.splitlines() or [""]
    number, column = int(match["line"]), int(match["column"])
    line = lines[min(number, len(lines)) - 1]
    before, after = line[: column - 1], line[column - 1 :].strip()
    sentence = _SENTENCE.match(match["rest"])
    hint = f"the line is: {line.strip()}" if line.strip() else ""
    if sentence:
        clause = sentence[0].strip()
        clause = clause[0].lower() + clause[1:]
        if clause == "prefix not found":
            clause, hint = _unknown_prefix(before, hint)
    elif after:
        clause = f"did not expect {after.split()[0]!r} here"
    else:
        clause = "something before this place is missing or wrong"
    return QueryError(f"not SPARQL: line {number}, column {column}: {clause}", hint=hint)


def _unknown_prefix(before: str, hint: str) -> tuple[str, str]:
    match = re.search(r"(?P<prefix>[\w.-]*):[^\s:]*\s*$", before)
    if match is None:
        return "a prefix is not declared", hint
    prefix = match["prefix"]
    if prefix in PREFIXES:
        hint = f"begin the query with PREFIX {prefix}: <{PREFIXES[prefix]}>"
    return f"the prefix {prefix}: is not declared", hint
