"""Draft the column map of a table, and show the first records that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from etl.errors import SourceError
from etl.facts import CREDITS
from etl.records import FilmRecord, Rating
from etl.sources.decoding import guessed_encoding
from etl.sources.files import shown
from etl.sources.formats import SUFFIXES
from etl.sources.kinds import kind_of_file
from etl.sources.tables.looking import SNIFFED, Sheet, look
from etl.sources.tables.maps import read_map
from etl.sources.tables.plans import Plan
from etl.sources.tables.proposing import drafted

_SHOWN = 3
_LENGTH = 100


def draft(file: Path) -> tuple[str, Sheet]:
    """Draft the map of a table; give its text and what was seen of the table.

    Raises:
        SourceError: it cannot be read, or is no table.
    """
    path = str(file)
    try:
        with file.open("rb") as opened:
            encoding = guessed_encoding(opened.read(SNIFFED))
        sheet = look(path, encoding=encoding)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SourceError(f"{shown(path)}: {reason}", hint="check the path") from error
    if sheet is None:
        kind = kind_of_file(path)
        if path.endswith(tuple(SUFFIXES)):
            hint = f"records need no column map; run: etl load {shown(path)}"
            raise SourceError(f"{shown(path)}: this is no table", hint=hint)
        raise SourceError(
            f"{shown(path)}: {kind}: this is no table",
            hint=kind.remedy.replace("{path}", shown(path)),
        )
    return drafted(sheet, encoding), sheet


def records_of(text: str, sheet: Sheet) -> Iterator[str]:
    """Say what the first records are that a drafted map gives; nothing if it lacks the title."""
    try:
        plan = Plan.bound(read_map(text, "draft"), sheet.header)
    except SourceError as error:
        yield f"The draft cannot be used as it is: {error}"
        return
    whole = (row for row in sheet.rows if len(row) == len(sheet.header))
    films = (row for row in whole if plan.left_out(row) is None)
    for row in islice(films, _SHOWN):
        data = msgspec.json.encode([row[place] for place in plan.used]).decode()
        item = plan.parse(data)
        if isinstance(item, FilmRecord):
            yield from _shown(item)
        else:
            yield f"Rejected: {item.message}"


def _shown(film: FilmRecord) -> Iterator[str]:
    yield f"{film.title} ({film.year or 'no year'})"
    told: dict[str, str] = {k: v for k, v in film.identifiers.items() if k != "record"}
    for role in CREDITS:
        told[role] = ", ".join(
            f"{c.name} as {' / '.join(c.characters)}" if c.characters else c.name
            for c in film.credited(role)
        )
    told["other titles"] = ", ".join(title.text for title in film.titles)
    told |= {name: ", ".join(values) for name, values in film.facts.items()}
    ratings = {"rating": film.rating, **{f"rating ({s})": r for s, r in film.ratings.items()}}
    told |= {name: _rated(rating) for name, rating in ratings.items() if rating}
    told["synopsis"] = film.synopsis or ""
    for name, value in told.items():
        if value:
            yield f"  {name}: {value if len(value) <= _LENGTH else value[:_LENGTH] + '…'}"
    for note in film.notes:
        yield f"  note on {note.field}: {note.message}"


def _rated(rating: Rating) -> str:
    count = f", {rating.count} votes" if rating.count else ""
    return f"{rating.value} of {rating.best}{count}"
