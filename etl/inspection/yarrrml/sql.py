"""What the steps of a column map, and the readers of values, are in SQL.

Source: DuckDB's functions and its `read_csv`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from etl.facts import CREDITS, FACTS, TITLE_FIELDS, Kind
from etl.process.database import alone
from etl.rdf.identifiers import LIKE_A_PERSON_ID
from etl.records import Credit
from etl.sources import names
from etl.sources.facts import read_fact, titles
from etl.sources.fields import READERS
from etl.sources.notes import Notes, Unreadable
from etl.sources.tables.cells import ABSENT
from etl.sources.tables.checking import Spec
from etl.sources.tables.forms import Form

_WRITTEN_OUT = 300  # values of a field; where there are more, the expression tells too little
_ENCODED = '%_"#/<>?[]^`{|}\\'  # letters that a segment of an IRI has in another form
_MARKS = {Kind.GENRE: "|;,/", Kind.LANGUAGE: "|;,", Kind.COUNTRY: "|;,", Kind.ADDRESS: ""}
_UNITS = {"min": "{} || 'min'", "h": "{} || 'h'", "s": "'PT' || {} || 'S'"}
_GENERAL = {
    "year": r"^\(?(\d{4})\)?(?:\.0)?$",
    "imdb": r"(tt\d{7,10})",
    "wikidata": r"(Q[1-9]\d*)$",
    "tmdb": r"^0*(\d+)$",
    "movielens": r"^0*(\d+)$",
    "date": r"^(\d{4}(?:-\d\d(?:-\d\d)?)?)",
    "number": r"^([+-]?\d+(?:\.\d+)?)",
}
_RUNS = r"^(?:(\d{1,2})\s*h[a-z]*\.?\s*)?(?:(\d{1,4})(?:[.,]0+)?\s*(?:m|mins?|minutes?)?\.?)?$"


class Inexpressible(Exception):
    """What a map says of a field and SQL does not."""


def text(value: str) -> str:
    """Write a text of SQL."""
    return "'" + value.replace("'", "''") + "'"


def name(column: str) -> str:
    """Write the name of a column."""
    return '"' + column.replace('"', '""') + '"'


def matched(value: str, pattern: str, group: int = 1) -> str:
    """Write what a pattern finds in a value; NULL where it finds nothing.

    Raises:
        Inexpressible: the database has no such pattern.
    """
    try:
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except duckdb.Error as error:
        raise Inexpressible(f"the pattern {pattern!r}") from error
    return f"nullif(regexp_extract({value}, {text(pattern)}, {group}), '')"


@dataclass(slots=True)
class Select:
    """Rows to which columns are added one by one, each made of those before it."""

    source: str
    prefix: str = "_"
    count: int = 0

    def let(self, expression: str) -> str:
        """Add a column, and return its name."""
        self.count += 1
        made = f"{self.prefix}{self.count}"
        self.source = f"(SELECT *, {expression} AS {made} FROM {self.source})"
        return made

    def sql(self, **columns: str) -> str:
        """Write what selects some columns, by their names."""
        named = ", ".join(f"{expression} AS {made}" for made, expression in columns.items())
        return f"SELECT {named} FROM {self.source}"


def kept(rows: str, condition: str) -> str:
    """Write those rows that fulfil a condition, which is asked once they are made.

    If it were asked before, all that they are made of would be repeated in it.
    """
    return f"(WITH made AS MATERIALIZED ({rows}) SELECT * FROM made WHERE {condition})"


def trimmed(value: str) -> str:
    """Write a value without the space around it."""
    return rf"regexp_replace({value}, '^\s+|\s+$', '', 'g')"


def told(select: Select, value: str, keys: Mapping[str, Any], null: Iterable[str]) -> str:
    """Write what a cell says, before it is split; NULL is nothing."""
    value = select.let(trimmed(value))
    absent = ", ".join(map(text, dict.fromkeys((*ABSENT, *null, *keys.get("null", ())))))
    value = select.let(f"CASE WHEN {value} NOT IN ({absent}) THEN {value} END")
    if "unless" in keys:
        found = matched(value, keys["unless"], 0)
        value = select.let(f"CASE WHEN {found} IS NULL THEN {value} END")
    return value


def changed(select: Select, value: str, keys: Mapping[str, Any]) -> str:
    """Write what the steps of a map make of a value, once it is split."""
    if "find" in keys:
        value = select.let(_found(value, keys["find"]))
    if "values" in keys:
        value = select.let(cases(value, keys["values"], value))
    if "template" in keys:
        before, _, after = keys["template"].partition("{}")
        value = select.let(f"{text(before)} || {value} || {text(after)}")
    if "unit" in keys:
        number = select.let(matched(value, r"^(\d+)(?:[.,]\d*)?$"))
        value = select.let(f"coalesce({_UNITS[keys['unit']].format(number)}, {value})")
    if "date" in keys:
        formats = [keys["date"]] if isinstance(keys["date"], str) else keys["date"]
        value = select.let(f"coalesce({', '.join(_dated(value, each) for each in formats)})")
    return value


def _found(value: str, pattern: str) -> str:
    compiled = re.compile(pattern)
    groups = compiled.groupindex
    if "h" in groups or "m" in groups:
        hours, minutes = (
            f"coalesce(try_cast({matched(value, pattern, groups[each])} AS INTEGER), 0)"
            if each in groups
            else "0"
            for each in "hm"
        )
        return f"nullif(60 * {hours} + {minutes}, 0)::VARCHAR"
    return matched(value, pattern, 1 if compiled.groups else 0)


def _dated(value: str, form: str) -> str:
    if {"%d", "%j", "%x", "%D"} & set(re.findall("%.", form)):
        exact = "%Y-%m-%d"
    else:
        exact = "%Y-%m" if any(each in form for each in ("%m", "%b", "%B")) else "%Y"
    return f"strftime(try_strptime({value}, {text(form)}), {text(exact)})"


def cases(value: str, known: Mapping[str, str | None], rest: str) -> str:
    """Write what single values stand for, and what the rest does."""
    when = " ".join(
        f"WHEN {text(each)} THEN {text(to) if to else 'NULL'}" for each, to in known.items()
    )
    return f"CASE {value} {when} ELSE {rest} END" if when else rest


def parts(value: str, spec: Spec) -> list[str]:
    """Write the ways in which a value is split, one after the other, each giving a list."""
    marks = [re.escape(mark) for mark in spec.texts("split")]
    own = [f"regexp_split_to_array({value}, {text('|'.join(marks))})"] if marks else []
    if spec.field in CREDITS and own:
        return own
    fact = FACTS.get(spec.field)
    known = _MARKS.get(fact.kind, "|;") if fact else ";|," if spec.field in CREDITS else ""
    when = " ".join(f"WHEN contains({value}, '{mark}') THEN '{mark}'" for mark in known)
    return [*own, f"string_split({value}, CASE {when} ELSE chr(1) END)"] if known else own


def read(select: Select, value: str, named: str) -> str:
    """Write what the reader of a field makes of a value, in general."""
    kind = FACTS[named].kind if named in FACTS else Kind.PROSE if named == "synopsis" else Kind.LINE
    if kind is Kind.PROSE:
        return value
    line = select.let(rf"nullif(trim(regexp_replace({value}, '\s+', ' ', 'g')), '')")
    if kind is Kind.DURATION:
        return _duration(select, line)
    pattern = _GENERAL.get(named)
    return select.let(matched(line, pattern)) if pattern else line


def _duration(select: Select, value: str) -> str:
    hours, minutes = (
        f"coalesce(try_cast({matched(f'lower({value})', _RUNS, n)} AS INTEGER), 0)" for n in (1, 2)
    )
    total = select.let(f"60 * {hours} + {minutes}")
    units = [
        f"CASE WHEN {part} > 0 THEN ({part})::VARCHAR || '{unit}' ELSE '' END"
        for part, unit in ((f"{total} // 60", "H"), (f"{total} % 60", "M"))
    ]
    return select.let(f"CASE WHEN {total} > 0 THEN 'PT' || {' || '.join(units)} END")


def segment(value: str) -> str:
    """Write the segment of an IRI that a name has."""
    for letter in _ENCODED:
        value = f"replace({value}, {text(letter)}, '%{ord(letter):02X}')"
    return f"replace({value}, ' ', '_')"


def person_key(value: str) -> str:
    """Write the key of somebody who is known by name alone."""
    like = f"regexp_full_match({value}, {text(LIKE_A_PERSON_ID)})"
    return f"CASE WHEN {like} THEN 'name-' || {value} ELSE {value} END"


def rows_of(path: str, form: Form) -> str:
    """Write what reads the rows of a delimited file, all cells as text."""
    types = ", ".join(f"{text(column)}: 'VARCHAR'" for column in form.header)
    quote = text(form.quote)
    return (
        f"read_csv({text(path)}, columns = {{{types}}}, auto_detect = false, "
        f"header = {str(form.has_header).lower()}, skip = {form.above}, "
        f"delim = {text(form.delimiter)}, quote = {quote}, escape = {quote}, "
        f"ignore_errors = true, nullstr = chr(1))"
    )


def exceptions(sql: str, reader: Callable[[str], str | None]) -> dict[str, str | None]:
    """Return what a reader makes of values of the file, where the SQL makes something else.

    The SQL gives pairs of a value and of what it makes of that.

    Raises:
        Inexpressible: these are too many, or the database refuses the SQL.
    """
    try:
        with duckdb.connect(config=alone()) as database:
            pairs = database.execute(f"SELECT DISTINCT * FROM ({sql}) ORDER BY ALL").fetchall()
    except duckdb.Error as error:
        raise Inexpressible(f"the database says: {str(error).splitlines()[0]}") from error
    found = {
        value: made
        for value, general in pairs
        if value is not None and (made := reader(value)) != general
    }
    if len(found) > _WRITTEN_OUT:
        raise Inexpressible(f"what is made of {len(found)} of its values")
    return found


def reader_of(named: str) -> Callable[[str], str | None]:
    """Return what reads a single value of a field; None is nothing, or what cannot be read."""

    def made(value: str) -> str | None:
        try:
            found = _read(named, value)
        except Unreadable:
            return None
        return str(found) if found else None

    return made


def by_name(credit: Credit) -> str:
    """Return the name of somebody who is known by it.

    Raises:
        Inexpressible: an id tells who it is.
    """
    if credit.imdb_id:
        raise Inexpressible("it has ids of people")
    return credit.name


def _read(named: str, value: str) -> object:
    notes = Notes()
    if named in FACTS:
        found = read_fact(FACTS[named], [value], notes)
        return found[0] if len(found) == 1 else None
    if named in TITLE_FIELDS:
        return next((each.text for each in titles(value, notes)), None)
    if named in CREDITS:
        credit, _ = names.person(value)
        return by_name(credit) if credit else None
    return READERS[named](value.removesuffix(".0") if named == "year" else value, notes)
