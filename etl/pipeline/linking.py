"""Link films and people: what is found goes into the catalog as records of a source of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.identifiers import Iris
from etl.linking.evidence import Evidence
from etl.linking.judgement import find_links
from etl.linking.ladder import CLOSE, DECISION
from etl.linking.sssom import Decision
from etl.linking.subjects import Subject, subject
from etl.pipeline.changing import Change, ChangeOptions, changing
from etl.pipeline.reports import LoadReport, SourceReport
from etl.records import FilmRecord, LinkRecord
from etl.sources.files import LINKS
from etl.validation import Engine
from etl.workspace import Workspace

CHUNK_FILMS = 5000


@dataclass(slots=True)
class LinkReport:
    """What linking found: of each kind how many were linked, by rung, of how many.

    `stopped` says why the endpoint was not asked to the end, `left` how many films or titles
    are still to be asked about.
    """

    change: LoadReport | None = None
    linked: dict[str, Counter[str]] = field(default_factory=dict)
    total: Counter[str] = field(default_factory=Counter)
    review: int = 0
    requests: int = 0
    stopped: str = ""
    left: int = 0

    def count(self, each: Subject, links: Iterable[LinkRecord]) -> None:
        """Count the links of a film."""
        self.total["film"] += 1
        self.total["person"] += len(each.people)
        for link in links:
            if link.holds:
                self.linked.setdefault(link.kind, Counter())[link.rung] += 1
                self.total["person"] += link.subject in each.unlisted
            self.review += needs_review(link)


@dataclass(frozen=True, slots=True)
class Linked:
    """A link with the film that it belongs to."""

    film: str
    title: str
    year: int | None
    link: LinkRecord


def needs_review(link: LinkRecord) -> bool:
    """Say whether a person should look at a link: it is questioned, or was left open.

    A name that no list of the film has is nothing to look at.
    """
    if link.rung == DECISION.name:
        return False
    if link.holds:
        return bool(link.reason)
    return link.predicate == CLOSE or link.kind == "film" or bool(link.rivals)


def plan(workspace: Workspace, evidence: Evidence) -> list[tuple[str, int]]:
    """Say how many requests linking would make, at most, and make none."""
    with Catalog.read(workspace.required().catalog) as catalog:
        return evidence.plan(list(_subjects(catalog)))


def link(
    workspace: Workspace,
    evidence: Evidence,
    decisions: Sequence[Decision],
    engine: Engine,
    options: ChangeOptions,
) -> LinkReport:
    """Link the films of a workspace and their people, and change the graph by what was found.

    Raises:
        WorkspaceError: the workspace cannot be used, or nothing has been loaded yet.
        LinkError: an evidence cannot be read.
    """
    with Catalog.read(workspace.required().catalog) as catalog:
        iris, subjects = catalog.iris, list(_subjects(catalog))
    found = find_links(subjects, evidence, decisions)
    report = LinkReport()
    for each, record in found:
        report.count(each, record.links if record else ())
    if inquiry := evidence.inquiry:
        report.requests, report.stopped = inquiry.requests, inquiry.stopped
        report.left = inquiry.left
    differing = [
        (Place(LINKS.name, each.place, "", 1), record)
        for each, record in found
        if record != each.earlier
    ]
    if differing:
        with changing(workspace, engine, options) as change:
            _stage(change, iris, differing)
            change.commit()
            report.change = change.report
    return report


def _subjects(catalog: Catalog) -> Iterator[Subject]:
    comparison = catalog.compare()
    for groups in comparison.films(CHUNK_FILMS):
        identities = comparison.identities(groups)
        for group in groups:
            yield subject(group.film, group.members, identities)


def film(catalog: Catalog, key: str) -> Subject | None:
    """Return a film of the graph as what is to be linked, or None."""
    found = catalog.group(key)
    if found is None:
        return None
    group, _ = found
    if all(credit.name for member in group.members for credit in member.record.credits):
        return subject(key, group.members)
    return subject(key, group.members, catalog.compare().identities([group]))


def _stage(
    change: Change, iris: Iris, differing: Sequence[tuple[Place, FilmRecord | None]]
) -> None:
    with change.building(iris) as builder:
        catalog, run = builder.catalog, change.report.run or 0
        catalog.keep_source(LINKS)
        kept = [(place, record) for place, record in differing if record]
        rest = iter(kept)
        while batch := list(islice(rest, CHUNK_FILMS)):
            catalog.stage_links(run, batch)
        if gone := [Staged.gone(place) for place, record in differing if record is None]:
            catalog.stage(run, gone)
        ended = SourceReport(LINKS.label, LINKS.name, loaded=len(kept), vanished=len(gone))
        change.report.sources.append(ended)
        builder.build()
        change.record(builder)


def links(catalog: Catalog) -> Iterator[Linked]:
    """Give all links of a catalog, by film; of films that are in the graph."""
    for groups in catalog.compare().films(CHUNK_FILMS):
        for group in groups:
            found = [each.record for each in group.members if each.record.links]
            own = [each.record for each in group.members if not each.record.links]
            title = next((each.title for each in own if each.title), "")
            year = next((each.year for each in own if each.year is not None), None)
            for record in found:
                for each in record.links:
                    yield Linked(group.film, title, year, each)
