"""Each run as an activity: when, by what software, what it read, what it changed.

What a run changed is an entity of its own, `run/3#change`. An undo uses it, and invalidates it:
PROV-O invalidates entities, not activities, and what is taken back is the change.

Source: PROV-O, sections 3.1 (starting point terms), 3.2 (`generated`, `wasInvalidatedBy`,
`SoftwareAgent`) and 3.3 (`qualifiedUsage`, for the counts of each source); DCAT 3, `dcat:version`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pyoxigraph import Literal, Triple

from etl.catalog.entries import Run
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import DCAT, FILM_RUNS, PROV, RDF, RDFS, XSD

RECORDS = {
    "loaded": FILM_RUNS.recordsLoaded,
    "unchanged": FILM_RUNS.recordsUnchanged,
    "superseded": FILM_RUNS.recordsSuperseded,
    "rejected": FILM_RUNS.recordsRejected,
    "quarantined": FILM_RUNS.recordsQuarantined,
    "vanished": FILM_RUNS.recordsVanished,
}
ENTITIES = {
    ("films", "added"): FILM_RUNS.filmsAdded,
    ("films", "changed"): FILM_RUNS.filmsChanged,
    ("films", "removed"): FILM_RUNS.filmsRemoved,
    ("people", "added"): FILM_RUNS.peopleAdded,
    ("people", "changed"): FILM_RUNS.peopleChanged,
    ("people", "removed"): FILM_RUNS.peopleRemoved,
}


def describe_run(run: Run, slugs: Mapping[str, str], iris: Iris) -> Iterator[Triple]:
    """Describe a run. `slugs` names the sources in IRIs, by their labels and by their names."""
    node = iris.run(run.run)
    change = iris.part(node, "change")
    yield Triple(node, RDF.type, PROV.Activity)
    yield Triple(node, RDFS.label, Literal(f"run {run.run}: {run.verb}"))
    yield Triple(node, PROV.startedAtTime, date_time(run.started))
    yield Triple(node, PROV.endedAtTime, date_time(ended(run)))
    yield Triple(node, PROV.wasAssociatedWith, iris.software(run.software))
    yield Triple(node, PROV.generated, change)
    yield Triple(change, RDF.type, PROV.Entity)
    if run.undoes is not None:
        yield Triple(node, PROV.used, iris.part(iris.run(run.undoes), "change"))
    if run.undone_by is not None:
        yield Triple(change, PROV.wasInvalidatedBy, iris.run(run.undone_by))
    yield from _used(run, slugs, iris)
    for (kind, what), term in ENTITIES.items():
        yield Triple(node, term, integer(run.report.get(kind, {}).get(what, 0)))


def describe_software(version: str, iris: Iris) -> Iterator[Triple]:
    """Describe a version of this program."""
    agent = iris.software(version)
    yield Triple(agent, RDF.type, PROV.SoftwareAgent)
    yield Triple(agent, RDFS.label, Literal(f"reelgraph {version}"))
    yield Triple(agent, DCAT.version, Literal(version))


def _used(run: Run, slugs: Mapping[str, str], iris: Iris) -> Iterator[Triple]:
    """Say which sources a run was about, and how their records ended."""
    node = iris.run(run.run)
    told: list[dict[str, Any]] = run.report.get("sources", [])
    for number, each in enumerate(told, start=1):
        slug = slugs.get(each.get("source") or each["label"])
        if slug is None:
            continue
        usage = iris.part(node, f"source-{number}")
        yield Triple(node, PROV.used, iris.source(slug))
        yield Triple(node, PROV.qualifiedUsage, usage)
        yield Triple(usage, RDF.type, PROV.Usage)
        yield Triple(usage, PROV.entity, iris.source(slug))
        for what, term in RECORDS.items():
            yield Triple(usage, term, integer(each.get(what, 0)))


def ended(run: Run) -> datetime:
    """Return when a run ended."""
    return run.started + timedelta(seconds=run.seconds)


def integer(number: int) -> Literal:
    """Write a count."""
    return Literal(str(number), datatype=XSD.integer)


def date_time(moment: datetime) -> Literal:
    """Write a moment, which is one of UTC."""
    return Literal(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime)
