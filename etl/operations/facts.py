"""What Wikidata states of linked films goes into the catalog as records of a source of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.errors import LinkError
from etl.findings import Finding, Severity
from etl.linking.evidence import Evidence
from etl.operations.reports import SourceReport
from etl.records import FilmRecord, digest_of
from etl.sources.files import WIKIDATA


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be kept of what is stated of films, by their items: records that differ, or none.

    `films` counts those of which something is then kept.
    """

    films: int
    differing: Mapping[str, FilmRecord | None]

    @property
    def findings(self) -> Iterator[Finding]:
        """Yield what could not be read."""
        for item, record in self.differing.items():
            for note in record.notes if record else ():
                where = f"{WIKIDATA.root} {item}"
                yield Finding(Severity.INFO, note.message, where, key=note.field, kind=note.kind)

    @property
    def document(self) -> dict[str, int]:
        """Return the counts as JSON."""
        gone = sum(record is None for record in self.differing.values())
        return {"films": self.films, "loaded": len(self.differing) - gone, "vanished": gone}

    def stage(self, catalog: Catalog, run: int) -> SourceReport:
        """Add the records to the catalog."""
        catalog.sources.keep(WIKIDATA)
        catalog.stage(run, [_staged(item, record) for item, record in self.differing.items()])
        told = self.document
        loaded, vanished = told["loaded"], told["vanished"]
        return SourceReport(WIKIDATA.label, WIKIDATA.name, loaded=loaded, vanished=vanished)


NO_FACTS = Facts(0, {})


def _staged(item: str, record: FilmRecord | None) -> Staged:
    place = Place(WIKIDATA.name, item, "", 1)
    return Staged.stated(place, record) if record else Staged.gone(place)


def held_facts(catalog: Catalog) -> dict[str, str]:
    """Return the items of which something is kept, with its digest.

    Raises:
        LinkError: a source of the user's has the name.
    """
    sources = catalog.sources
    if any(
        each.name == WIKIDATA.name and each.root != WIKIDATA.root for each in sources.standing()
    ):
        raise LinkError(
            f"a source is called {WIKIDATA.name!r}, as the facts of Wikidata are",
            hint=f"run: etl remove {WIKIDATA.name}, and load it with another --name",
        )
    known = sources.known(WIKIDATA.name, list(sources.place_counts(WIKIDATA.name)))
    return {item: places[0].digest for item, places in known.items()}


def differing_facts(held: Mapping[str, str], items: Iterable[str], evidence: Evidence) -> Facts:
    """Ask what is stated of linked films; what is kept of others is to go.

    Where there is no answer, what is kept stays.
    """
    wanted = sorted(set(items))
    differing: dict[str, FilmRecord | None] = dict.fromkeys(sorted(held.keys() - set(wanted)))
    differing |= {
        item: record
        for item, record in evidence.stated(wanted).items()
        if held.get(item) != (digest_of(record) if record else None)
    }
    gone = sum(record is None for record in differing.values())
    return Facts(len(held.keys() | differing.keys()) - gone, differing)
