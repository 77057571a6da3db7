"""The sources, and what each of them holds, as a table and in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from etl.catalog.entries import Holding
from etl.output.rows import Cell
from etl.sources.files import WIKIDATA, Source, shown
from etl.sources.formats import format_of
from etl.sources.licences import terms

COLUMNS = (
    *("source", "rank", "by field", "format", "files", "records", "films", "kept out"),
    *("licence", "terms", "path"),
)


def rows(
    sources: Iterable[Source], held: Iterable[Holding], ranks: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Cell, ...]]:
    """Return the rows of `COLUMNS`: of each source one for each format of its files.

    Sources come in the order of their `ranks`: the first that has a value for a field gives it,
    unless another comes first by that field.
    """
    by_name = {name: list(own) for name, own in groupby(held, attrgetter("source"))}
    order = {name: place for place, name in enumerate(ranks.get("", ()))}
    listed = [source for source in sources if source.name in by_name]
    listed.sort(key=lambda s: (order.get(s.name, len(order)), s.name == WIKIDATA.name, s.name))
    for rank, source in enumerate(listed, start=1):
        counts: dict[tuple[str, str], list[int]] = {}
        for each in by_name[source.name]:
            form = format_of(f"a{each.suffix}", each.form, each.source)
            total = counts.setdefault((form.name, form.licence), [0, 0, 0, 0])
            found = each.files, each.records, each.films, each.kept_out
            total[:] = map(sum, zip(total, found, strict=True))
        by_field = ", ".join(
            f"{field} {names.index(source.name) + 1}"
            for field, names in ranks.items()
            if field and source.name in names
        )
        for (format_name, licence), numbers in counts.items():
            licences = source.description.licences or ((licence,) if licence else ())
            about = ", ".join(licences), ", ".join(terms(licences)), shown(source.root)
            yield source.label, rank, by_field, format_name, *numbers, *about
