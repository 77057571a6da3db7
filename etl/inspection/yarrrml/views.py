"""The fields of a delimited file as views of SQL: a row for each value, with the film it is of.

What our readers make of the values of this file otherwise than the SQL in general is written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from etl.facts import CREDITS, FACTS
from etl.inspection.yarrrml.sql import (
    Inexpressible,
    Select,
    by_name,
    cases,
    changed,
    exceptions,
    kept,
    name,
    parts,
    read,
    reader_of,
    rows_of,
    segment,
    text,
    told,
    trimmed,
)
from etl.rdf.identifiers import FILM_SCHEMES, Iris
from etl.sources.notes import Notes, Unreadable
from etl.sources.people import credits_of
from etl.sources.tables.checking import Spec
from etl.sources.tables.forms import Form

_BEYOND = ("json", "style", "flags", "where", "order", "character", "id", "language", "text")
_COLUMNS = ("column", "columns", "first")
_OF_FILM = "_film"  # begins the columns that are made of a row before its film is known


@dataclass
class Views:
    """What a column map reads of a file; `slug` names the source in the keys of its records."""

    path: str
    form: Form
    slug: str
    iris: Iris

    @cached_property
    def specs(self) -> dict[str, Spec]:
        """The fields of the map that have one place, by their names, where the file has them."""
        header, columns = {each.casefold() for each in self.form.header}, self.form.columns
        return {
            spec.field: spec
            for spec in columns.specs
            if columns.joins(spec) or any(each.casefold() in header for each, _ in spec.columns)
        }

    @cached_property
    def film(self) -> str:
        """The rows that are films, with their IRIs and titles, as the beginning of each view."""
        select = Select(rows_of(self.path, self.form), prefix=_OF_FILM)
        title = self.scalar(select, self.specs["title"])
        keys = []
        for scheme in FILM_SCHEMES[:-1]:
            if spec := self.specs.get(scheme):
                found = self.scalar(select, spec)
                keys.append(found if scheme == "imdb" else f"'{scheme}-' || {found}")
        keys.append(f"{text(f'record-{self.slug}-')} || {segment(self.own_key(select))}")
        movie = f"{text(f'{self.iris.base}movie/')} || coalesce({', '.join(keys)})"
        where = ["_title IS NOT NULL"]
        if films := self.form.columns.top.get("films"):
            wanted = ", ".join(text(each.casefold()) for each in films["in"])
            where.append(f"lower({trimmed(self.column(films['column']))}) IN ({wanted})")
        rows = f"SELECT *, {movie} AS _movie, {title} AS _title FROM {select.source}"
        return f"WITH film AS {kept(rows, ' AND '.join(where))}"

    def own_key(self, select: Select) -> str:
        """Write the key of a film without an id: the row's, else its title, year and directors."""
        known = [self.specs[each] for each in ("title", "year", "directors") if each in self.specs]
        said = ", ".join(each for spec in known for each in self.words(select, spec))
        plain = rf"regexp_replace(lower(concat_ws(' ', {said})), '[^\pL\pN]+', '-', 'g')"
        key = f"left(trim({plain}, '-'), 160)"
        if spec := self.specs.get("key"):
            key = f"coalesce(left({self.cell(select, spec)}, 160), {key})"
        return key

    def words(self, select: Select, spec: Spec) -> list[str]:
        """Write the cells of a field as texts from which a key is made.

        Raises:
            Inexpressible: that cannot be told.
        """
        if "first" in spec.keys or spec.field not in CREDITS:
            return [self.cell(select, spec)]
        cells = self.told(select, spec)
        if marks := spec.texts("split"):
            if set(spec.keys) & {"find", "values", "template"}:
                raise Inexpressible("the films have no key of their own")
            among = text("|".join(map(re.escape, marks)))
            return [f"regexp_replace({each}, {among}, ' ', 'g')" for each in cells]
        return [changed(select, each, spec.keys) for each in cells]

    def column(self, named: str) -> str:
        """Write a column of the file, whatever the case of its name in the map."""
        header = self.form.header
        return name(next((each for each in header if each.casefold() == named.casefold()), named))

    def columns(self, spec: Spec, *keys: str) -> list[str]:
        """Write those columns of a field that the file has.

        Raises:
            Inexpressible: the field is not read from columns of this file alone, or none is there.
        """
        if joined := self.form.columns.joins(spec):
            raise Inexpressible(f"it is read from another file, {joined}")
        if beyond := [key for key in _BEYOND if key in spec.keys]:
            raise Inexpressible(f"it has {', '.join(beyond)}")
        header = {each.casefold() for each in self.form.header}
        named = [each for key in keys or _COLUMNS for each in spec.texts(key)]
        if found := [self.column(each) for each in named if each.casefold() in header]:
            return found
        raise Inexpressible("the file has no such column")

    def told(self, select: Select, spec: Spec, *keys: str) -> list[str]:
        """Write what the cells of a field say."""
        null = self.form.columns.top.get("null", ())
        return [told(select, each, spec.keys, null) for each in self.columns(spec, *keys)]

    def cell(self, select: Select, spec: Spec) -> str:
        """Write what the steps of a map make of the cells of a field of one value.

        Raises:
            Inexpressible: that cannot be told.
        """
        if "split" in spec.keys and spec.field in (*FACTS, "title", "year"):
            raise Inexpressible("it is split, and one value counts")
        made = (changed(select, each, spec.keys) for each in self.told(select, spec))
        return select.let(f"coalesce({', '.join(made)}, NULL)")

    def scalar(self, select: Select, spec: Spec) -> str:
        """Write the value of a field of one value."""
        cell = self.cell(select, spec)
        return self.exact(select, cell, read(select, cell, spec.field), reader_of(spec.field))

    def exact(
        self, select: Select, value: str, general: str, reader: Callable[[str], str | None]
    ) -> str:
        """Write what a reader makes of a value; what is not so in general is written out."""
        head = "" if select.prefix == _OF_FILM else f"{self.film} "
        pairs = f"{head}SELECT _v, _r FROM ({select.sql(_v=value, _r=general)})"
        return select.let(cases(value, exceptions(pairs, reader), general))

    def one(self, spec: Spec) -> str:
        """Write the view of a field of one value."""
        select = Select("film")
        made = select.sql(movie="_movie", value=self.scalar(select, spec))
        return f"SELECT * FROM {kept(made, 'value IS NOT NULL')}"

    def many(self, spec: Spec) -> str:
        """Write the view of a field of several values."""
        select = Select("film")
        cells = self.told(select, spec)
        if "first" in spec.keys:
            cells = [f"coalesce({', '.join(cells)}, NULL)"]
        if spec.field in CREDITS and not {"split", "find"} & spec.keys.keys():
            cells = [self.exact(select, select.let(each), each, _separated) for each in cells]
        rows = " UNION ALL ".join(
            select.sql(movie="_movie", title="_title", value=each) for each in cells
        )
        for split in parts("value", spec):
            taken = f"SELECT movie, title, unnest({split}) AS part FROM ({rows})"
            rows = f"SELECT movie, title, {trimmed('part')} AS value FROM ({taken})"
        after = Select(kept(rows, "value <> ''"))
        value = changed(after, "value", spec.keys)
        general = read(after, value, spec.field)
        made = self.exact(after, value, general, reader_of(spec.field))
        found = after.sql(movie="movie", title="title", value=made)
        return f"SELECT * FROM {kept(found, 'value IS NOT NULL')}"


def _separated(cell: str) -> str | None:
    """Separate the people of a cell by semicolons, if our readers do otherwise than by a mark."""
    try:
        people = credits_of(cell, Notes())
    except Unreadable:
        return None
    found = [by_name(credit) for credit in people]
    mark = next((each for each in ";|," if each in cell), ",")
    simply = [reader_of("actors")(part) for part in cell.split(mark) if part.strip()]
    return cell if found == list(dict.fromkeys(simply)) else "".join(f"{each};" for each in found)
