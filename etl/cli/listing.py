"""Which links a command lists, and the rows that they are listed as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.cli.telling import counted

if TYPE_CHECKING:
    from etl.catalog.catalog import Catalog
    from etl.operations.link import Linked
    from etl.output import Rows


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which links are asked for: those that hold, unless others are."""

    rung: str | None
    min_confidence: float | None
    unlinked: bool
    review: bool

    @property
    def lists_links(self) -> bool:
        """Return whether links that hold are asked for."""
        return not self.review and not self._lists_unlinked

    @property
    def _lists_unlinked(self) -> bool:
        return self.unlinked or self.rung == "none"

    def among(self, catalog: Catalog) -> tuple[list[Linked], list[Linked]]:
        """Choose links of a catalog; where all were asked for, give apart what is not linked.

        Raises:
            LinkError: there is no such rung.
        """
        from etl.errors import LinkError
        from etl.linking.ladder import RUNGS
        from etl.operations.link import links

        names = [rung.name for rung in RUNGS]
        if self.rung not in (None, "none", *names):
            hint = f"choose one of {', '.join((*names, 'none'))}"
            raise LinkError(f"there is no rung {self.rung!r}", hint=hint)
        listed = list(links(catalog))
        found = [each for each in listed if self._wants(each)]
        is_asked_for_all = self.lists_links and self.rung is None and not self.min_confidence
        rest = [each for each in listed if not each.holds] if is_asked_for_all else []
        return found, rest

    def _wants(self, each: Linked) -> bool:
        from etl.operations.link import needs_review

        link = each.link
        if self.review:
            return needs_review(link)
        if link.confidence < (self.min_confidence or 0):
            return False
        if self._lists_unlinked:
            return not each.holds
        return each.holds if self.rung is None else link.rung == self.rung


def _row(each: Linked) -> tuple[str | float | None, ...]:
    link = each.link
    year = f" ({each.year})" if each.year is not None else ""
    return (
        each.film,
        each.title + year,
        link.subject if link.kind == "person" else "",
        link.imdb_id,
        link.wikidata_id,
        link.object_label,
        link.rung,
        link.confidence or None,
        link.evidence,
        ", ".join(link.rivals),
        link.reason,
    )


def films_and_names(listed: Sequence[Linked]) -> str:
    """Count films and names: `1 film, 3 names`."""
    films = sum(each.link.kind == "film" for each in listed)
    return f"{counted(films, 'film')}, {counted(len(listed) - films, 'name')}"


def rows(listed: Sequence[Linked]) -> Rows:
    """Return links as the rows of a report."""
    from etl.output import Rows

    columns = (
        *("film", "title", "name", "imdb", "wikidata", "called", "rung", "confidence"),
        *("evidence", "rivals", "reason"),
    )
    return Rows(columns, [_row(each) for each in listed])
