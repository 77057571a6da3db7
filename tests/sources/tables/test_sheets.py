"""Drafts for sheets of invented films, as people keep them in thirteen languages.

`columns.tsv` has the field that each column truly gives, `films.tsv` what each film truly is. A `?`
behind a field says that the draft has to mark it as a guess.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from etl.inspection.drafting import draft
from etl.records import Credit, FilmRecord
from etl.sources.files import FoundFile
from etl.sources.tables.recognition import recognise
from etl.sources.tables.rows import TableReader
from places import TESTS

SHEETS = TESTS / "fixtures" / "sheets"
NAMES = sorted(path.stem for path in SHEETS.glob("*.csv"))


def gold(table: str) -> dict[str, list[dict[str, str]]]:
    """Read a table of what is true, by sheet."""
    found = defaultdict[str, list[dict[str, str]]](list)
    with (SHEETS / f"{table}.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[row.pop("sheet")].append(row)
    return found


COLUMNS, FILMS = gold("columns"), gold("films")


def columns_in(field: str, told: object) -> Iterator[tuple[str, str]]:
    """Give the columns that a field of a map is read from, with the site of a rating."""
    match told:
        case str():
            yield told, field
        case {"value": column, "site": site}:
            yield column, f"{field}.{site}"
        case {"column": column} | {"value": column}:
            yield column, field
        case list():
            for each in told:
                yield from columns_in(field, each)
        case _:
            pytest.fail(f"a field as no draft has it: {told}")


def claimed(text: str) -> dict[str, str]:
    """Give the field of each column in a draft, `?` behind those that it marks as a guess."""
    marked = {line.partition(" ")[0] for line in text.splitlines() if "# a guess" in line}
    return {
        column: name + "?" * (field in marked)
        for field, told in tomllib.loads(text)["fields"].items()
        for column, name in columns_in(field, told)
    }


def records(name: str) -> list[FilmRecord]:
    """Read a sheet by its draft, as that is."""
    path = str(SHEETS / f"{name}.csv")
    form = recognise(path, f"# draft.toml\n{draft(SHEETS / f'{name}.csv')[0]}")
    assert form is not None
    table = TableReader.of(form)
    parsed = [table.parse(raw.text) for raw in table.cut(FoundFile(path, name))]
    found = [record for record in parsed if isinstance(record, FilmRecord)]
    assert len(found) == len(parsed)
    return found


def joined(people: Iterable[Credit]) -> str:
    return "|".join(person.name for person in people)


def told(film: FilmRecord) -> dict[str, str]:
    """Write a record as `films.tsv` has it."""
    facts = {name: "|".join(values) for name, values in film.facts.items()}
    crew = {role: joined(film.credited(role)) for role in ("writers", "composers")}
    rating = film.rating or next(iter(film.ratings.values()), None)
    return (
        facts
        | crew
        | {
            "title": film.title or "",
            "original_title": "|".join(title.text for title in film.titles),
            "year": str(film.year or ""),
            "directors": joined(film.directors),
            "actors": joined(film.actors),
            "rating": f"{rating.value}" if rating else "",
        }
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_column_gives_what_it_truly_is_and_others_give_nothing(name: str) -> None:
    expected = {row["column"]: row["field"] for row in COLUMNS[name] if row["field"]}
    assert claimed(draft(SHEETS / f"{name}.csv")[0]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_as_it_is_reads_every_film_as_it_truly_is(name: str) -> None:
    found = [told(film) for film in records(name)]
    names = list(FILMS[name][0])
    assert [{key: film.get(key, "") for key in names} for film in found] == FILMS[name]
