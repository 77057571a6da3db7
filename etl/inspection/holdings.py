"""The sources, and what each of them holds, as a table and in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from etl.catalog.entries import Holding
from etl.output.rows import Cell
from etl.sources.files import Source, shown
from etl.sources.formats import format_of

COLUMNS = ("source", "format", "files", "records", "films", "kept out", "licence", "path")


def rows(sources: Iterable[Source], held: Iterable[Holding]) -> Iterator[tuple[Cell, ...]]:
    """Return the rows of `COLUMNS`: of each source one for each format of its files.

    Sources come in the order of their rank: the first that has a value for a field gives it.
    """
    by_name = {source.name: source for source in sources}
    for name, of_source in groupby(held, attrgetter("source")):
        source = by_name[name]
        counts: dict[str, list[int]] = {}
        for each in of_source:
            total = counts.setdefault(_format(each), [0, 0, 0, 0])
            found = each.files, each.records, each.films, each.kept_out
            total[:] = map(sum, zip(total, found, strict=True))
        licences = ", ".join(source.description.licences)
        for format_name, numbers in counts.items():
            yield source.label, format_name, *numbers, licences, shown(source.root)


def _format(held: Holding) -> str:
    return format_of(f"a{held.suffix}", held.form, held.source).name
