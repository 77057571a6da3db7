"""What the first page says: how much there is, what came last, what was kept out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from etl.catalog.entries import Run
from etl.entities.tally import Tally
from etl.output.charts import Chart, bars, columns
from etl.rdf.vocab import SCHEMA
from etl.web.readers import OpenGeneration
from etl.web.tables import BrowseTables

_RUNS = 5
_COVERAGE = {
    "director": "Director",
    "actor": "Cast",
    "description": "Synopsis",
    "aggregateRating": "Rating",
    "duration": "Running time",
    "genre": "Genre",
    "countryOfOrigin": "Country",
}


@dataclass(frozen=True, slots=True)
class LatestRun:
    """A run in a line: when, which command, how many films it added, changed and removed."""

    run: int
    date: str
    verb: str
    sources: str
    films: str
    kept_out: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page says."""

    films: int
    people: int
    characters: int
    triples: int
    links: tuple[tuple[str, int], ...]
    decades: Chart | None
    coverage: Chart | None
    runs: tuple[LatestRun, ...]
    kept_out: int


def overview(reading: OpenGeneration) -> Overview:
    """Return what the first page says; without charts as long as the tables are being made."""
    catalog = reading.snapshot.catalog
    tables = BrowseTables.ready(reading)
    tally = Tally.decode(catalog.settings.get("tally") or "")
    films = tally.classes[SCHEMA.Movie.value]
    decades = tables.decades() if tables else []
    covered = tables.coverage() if tables else {}
    for name in ("description", "duration"):  # of which a film has one at most
        covered[name] = tally.properties[SCHEMA.iri + name]
    coverage = [
        (label, round(100 * covered.get(name, 0) / max(films, 1)))
        for name, label in _COVERAGE.items()
    ]
    runs = catalog.runs.all()
    return Overview(
        films,
        tally.classes[SCHEMA.Person.value],
        tally.classes[SCHEMA.PerformanceRole.value],
        tally.properties.total(),
        tuple(sorted(tally.links.items())),
        columns(
            "Films by decade",
            decades,
            [f"/films?{urlencode({'decade': label})}" for label, _ in decades],
        )
        if tables
        else None,
        bars("What is known of films, in percent", coverage) if tables else None,
        tuple(latest(each) for each in reversed(runs[-_RUNS:])),
        len(catalog.refusals.rejects()) + len(catalog.refusals.quarantined()),
    )


def latest(run: Run) -> LatestRun:
    """Put a run into a line."""
    sources = run.report.get("sources", [])
    return LatestRun(
        run.run,
        run.started.strftime("%Y-%m-%d %H:%M"),
        run.verb,
        ", ".join(str(each["label"]).rstrip("/").rpartition("/")[2] for each in sources),
        changed(run.report.get("films", {})),
        sum(each.get("rejected", 0) + each.get("quarantined", 0) for each in sources),
    )


def changed(counts: Mapping[str, int]) -> str:
    """Say how many of a kind were added, changed and removed."""
    manners = [each for each in ("added", "changed", "removed") if counts.get(each)]
    return ", ".join(f"{counts[each]:,} {each}" for each in manners) or "unchanged"
