"""SPARQL as text: prefixes that need not be declared, the order of columns, what is wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import Store

from etl.errors import QueryError
from etl.rdf.identifiers import Iris, wikidata_entity
from etl.rdf.vocab import PREFIXES, XSD


def predeclared(iris: Iris) -> dict[str, str]:
    """Return the prefixes that a query need not declare, with what they stand for."""
    ours = {"movie": f"{iris.base}movie/", "person": f"{iris.base}person/"}
    return PREFIXES | ours | {"wd": wikidata_entity("")}


class Token(NamedTuple):
    """A word, a sign or a term of a query, and where it begins."""

    kind: str
    text: str
    start: int


# Source: SPARQL 1.1 section 19.8, the terminals; what is no term is a word or one character.
_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n\r]* )
    | (?P<iri> <[^<>"{}|^`\x00-\x20]*> )
    | (?P<string> \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<variable> [?$]\w+ )
    | (?P<name> (?:[^\W\d_][\w.-]*)?: (?:[\w.:%-]|\\.)* )
    | (?P<word> \w+ )
    | (?P<sign> \S )
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query; comments are left out."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "comment":
            yield Token(match.lastgroup, match[0], match.start())


def declared(text: str, prefixes: Mapping[str, str]) -> str:
    """Declare those of some prefixes that a query uses and does not declare, on its first line."""
    used, own = _prefixes(text)
    missing = [name for name in used if name in prefixes and name not in own]
    return "".join(f"PREFIX {name}: <{prefixes[name]}> " for name in missing) + text


def _prefixes(text: str) -> tuple[dict[str, None], set[str]]:
    """Return the prefixes that a query uses, in their order, and those that it declares."""
    used, own, before = dict[str, None](), set[str](), ""
    for token in tokens(text):
        if token.kind == "name":
            name = token.text.partition(":")[0]
            (own.add if before == "prefix" else used.setdefault)(name)
        before = token.text.lower()
    return used, own


DEEPEST = 200  # brackets in one another: the engine is recursive, and crashes
LONGEST = 2_000  # signs and words that put one part of a query after another, for the same reason
_CHAINING = frozenset("! + - / | & as bind filter graph minus optional union".split())


def refuse_endless(text: str) -> None:
    """Refuse a query that is so deeply nested or so long a chain that the engine may crash.

    Raises:
        QueryError: it is.
    """
    if len(text) <= LONGEST and sum(map(text.count, "([{<")) <= DEEPEST:
        return
    depth = links = 0
    listed = False  # between VALUES and the end of its brackets a sign is that of a number
    for token in tokens(text):
        word = token.text.lower()
        listed = word == "values" or (listed and word != "}")
        if token.kind == "sign":
            depth += (word in "([{") - (word in ")]}")
        links += word in _CHAINING and not listed
        if depth > DEEPEST or links > LONGEST:
            line = text.count("\n", 0, token.start) + 1
            what = f"brackets nested more than {DEEPEST} deep"
            if links > LONGEST:
                what = f"more than {LONGEST} parts such as {token.text}"
            raise QueryError(f"the query has {what}, in line {line}", hint="make it simpler")


def refuse_ill_formed(text: str) -> None:
    """Refuse what is not a query, without asking anything of anybody.

    A query of a SERVICE is not looked at, since an engine may ask it at once.

    Raises:
        QueryError: the text is not a query.
    """
    refuse_endless(text)
    if any(token.text.lower() == "service" for token in tokens(text)):
        return
    try:
        Store().query(text)
    except SyntaxError as error:
        raise syntax_error(error, text) from error


def asks_others(query: str) -> bool:
    """Return whether a query names another server to be asked (`SERVICE`), however it is written.

    Escaped quotes and backslashes end a string for some engines and not for others.
    Source: SPARQL 1.1 section 19.2, codepoint escape sequences.
    """
    readings = (query, unescaped(query))
    return any(token.text.lower() == "service" for text in readings for token in tokens(text))


def unescaped(query: str) -> str:
    """Return a query with its code points written plainly, as an engine reads it."""
    return _CODE_POINT.sub(lambda m: chr(min(int(m[1] or m[2], 16), sys.maxunicode)), query)


_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def query_form(text: str) -> str:
    """Return which of the four forms a query has, such as `select`; the empty text if none."""
    words = (token.text.lower() for token in tokens(text) if token.kind == "word")
    return next((each for each in words if each in ("select", "ask", "construct", "describe")), "")


def column_order(text: str) -> list[str]:
    """Return the variables of a query in the order of its columns, and perhaps others.

    With `SELECT *`, that is the order in which they appear.
    """
    chosen: dict[str, None] = {}
    selecting, depth, before = False, 0, ""
    for token in tokens(text):
        word = token.text.lower()
        if not selecting:
            selecting = word == "select"
        elif token.kind == "variable" and (depth == 0 or before == "as"):
            chosen.setdefault(token.text[1:])
        elif token.text == "*" and not depth:
            return list(dict.fromkeys(t.text[1:] for t in tokens(text) if t.kind == "variable"))
        elif token.text == "{" or word in ("where", "from"):
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0) if selecting else 0
        before = word
    return list(chosen)


def distinct(text: str, variable: str) -> str:
    """Return a query for the different values of a variable in the pattern of a SELECT query."""
    select, start, depth = -1, -1, 0
    for token in tokens(text):
        if select < 0:
            select = token.start if token.text.lower() == "select" else -1
        elif token.text == "{":
            start = token.start if start < 0 else start
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0:
                pattern = text[start : token.start + 1]
                return f"{text[:select]}SELECT DISTINCT ?{variable} WHERE {pattern}"
    return text


def named(text: str, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the IRIs that a query names, as they stand there; no datatypes, no own prefixes."""
    known, found = dict(prefixes), dict[str, str]()
    two, one = "", ""
    for token in tokens(text):
        prefix, _, local = token.text.partition(":")
        if two == "prefix" and token.kind == "iri":
            known[one.removesuffix(":")] = token.text[1:-1]
        elif token.kind == "iri" and ":" in token.text and one not in ("base", "^"):
            found[token.text] = token.text[1:-1]
        elif token.kind == "name" and prefix in known and one not in ("prefix", "^"):
            found[token.text] = known[prefix] + re.sub(r"\\(.)", r"\1", local)
        two, one = one, token.text.lower() if token.kind != "iri" else ""
    return {name: iri for name, iri in found.items() if not iri.startswith(XSD.iri)}


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


def syntax_error(
    error: SyntaxError, text: str, prefixes: Mapping[str, str] | None = None
) -> QueryError:
    """Translate pyoxigraph's error, which lists half the grammar, into one clause and a place.

    The `prefixes` need not be declared in the text.
    """
    if refused := refused_update(text):
        return refused
    match = _PLACE.match(str(error))
    if match is None:
        return QueryError(f"not SPARQL: {str(error).splitlines()[0]}")
    lines = text.split("\n")
    number, column = int(match["line"]), int(match["column"])
    line = lines[number - 1]
    before = "\n".join([*lines[: number - 1], line[: column - 1]])
    after = line[column - 1 :].strip()
    sentence = _SENTENCE.match(match["rest"])
    hint = f"the line is: {line.strip()}" if line.strip() else ""
    prefix = _undeclared(before, prefixes or {})
    if prefix is not None:
        clause = f"the prefix {prefix}: is not declared"
        if prefix in PREFIXES:
            hint = f"begin the query with PREFIX {prefix}: <{PREFIXES[prefix]}>"
    elif sentence:
        clause = sentence[0].strip()
        clause = clause[0].lower() + clause[1:]
    elif after:
        clause = f"did not expect {after.split()[0]!r} here"
    elif any(map(str.strip, lines[number:])):
        clause = "something before this place is missing or wrong"
    else:
        clause = "the query ends before it is complete"
    return QueryError(f"not SPARQL: line {number}, column {column}: {clause}", hint=hint)


def _undeclared(before: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the prefix of the name that ends a text, if nothing declares it."""
    last = next(reversed(list(tokens(before))), None)
    if last is None or last.kind != "name":
        return None
    prefix = last.text.partition(":")[0]
    return None if prefix in prefixes or prefix in _prefixes(before)[1] else prefix
