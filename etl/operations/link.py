"""Link films and people: what is found goes into the catalog as records of a source of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.linking.decisions import UndoneLinks
from etl.linking.evidence import Evidence
from etl.linking.judgement import find_links
from etl.linking.ladder import (
    CLOSE,
    DECISION,
    EXACT,
    MATCHES,
    NOT_ASKED,
    NOT_LISTED,
    UNLABELLED,
)
from etl.linking.sssom import Decision
from etl.linking.subjects import Subject, subject
from etl.operations.facts import NO_FACTS, Facts, differing_facts, held_facts
from etl.operations.options import ChangeOptions
from etl.operations.reports import LoadReport, SourceReport
from etl.operations.transaction import Change, changing
from etl.rdf.identifiers import Iris, film_id
from etl.records import Link, LinkRecord, decode_links
from etl.resolution.groups import groups_of
from etl.resolution.matching import TITLE, Match
from etl.shacl import Engine
from etl.sources.files import LINKS
from etl.workspace import Workspace

CHUNK_FILMS = 5000


@dataclass(slots=True)
class LinkReport:
    """What linking found: of each kind how many were linked, by rung, of how many.

    `stopped` says why the endpoint was not asked to the end, `left` how many films or titles
    are still to be asked about. `facts` are what is stated of linked films. `undone` are decisions
    that stay undone, with the run that undid them; `again` counts the links that run has taken
    back, and that are found once more.
    """

    change: LoadReport | None = None
    facts: Facts = NO_FACTS
    linked: dict[str, Counter[str]] = field(default_factory=dict)
    total: Counter[str] = field(default_factory=Counter)
    review: int = 0
    requests: int = 0
    stopped: str = ""
    left: int = 0
    undone: list[tuple[Decision, int]] = field(default_factory=list)
    again: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def document(self) -> dict[str, Any]:
        """Return what linking found as JSON, without what that changed."""
        linked = {
            kind: {"of": self.total[kind], "rungs": dict(self.linked.get(kind, {}))}
            for kind in ("film", "person")
        }
        return {
            "linked": linked,
            "review": self.review,
            "facts": self.facts.document,
            "requests": self.requests,
            "stopped": self.stopped,
            "left": self.left,
            "undone": [{"decision": str(each), "run": run} for each, run in self.undone],
            "again": [
                {"kind": kind, "run": run, "links": count}
                for (kind, run), count in sorted(self.again.items())
            ],
        }

    def count(self, each: Subject, links: Iterable[Link]) -> None:
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
    """A link with the film that it belongs to.

    Of a film that is `matched`, or might be, with another of ours it is the film as it would be
    alone; the link is to the other.
    """

    film: str
    title: str
    year: int | None
    link: Link
    matched: bool = False

    @property
    def holds(self) -> bool:
        """Say whether the graph says so."""
        return self.link.holds or self.matched


def needs_review(link: Link) -> bool:
    """Return whether a person should look at a link: it is questioned, or was left open.

    A film or a name that nothing was found for is nothing to look at.
    """
    if link.rung == DECISION.name:
        return False
    if link.rung == TITLE.name:
        return True
    if link.holds:
        return link.reason not in ("", UNLABELLED)
    return link.predicate == CLOSE or bool(link.rivals)


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
    renewed: Sequence[Decision] = (),
) -> LinkReport:
    """Link the films of a workspace and their people, and change the graph by what was found.

    Decisions that have been undone are left out, unless they are `renewed`.

    Raises:
        WorkspaceError: the workspace cannot be used, or nothing has been loaded yet.
        LinkError: an evidence cannot be read.
        EndpointError: the endpoint cannot be reached.
    """
    with Catalog.read(workspace.required().catalog) as catalog:
        iris, subjects = catalog.iris, list(_subjects(catalog))
        taken_back, held = _taken_back(catalog), held_facts(catalog)
    report = LinkReport()
    report.undone = _undone(subjects, decisions, taken_back) if taken_back.decisions else []
    undone = {decision for decision, _ in report.undone}
    valid = [*(each for each in decisions if each not in undone), *renewed]
    found = find_links(subjects, evidence, valid)
    for each, record in found:
        report.count(each, record.links if record else ())
        if record:
            report.again.update(taken_back.found_again(each.place, record, each.earlier))
    items = (item for each, record in found if (item := each.item(record)))
    facts = report.facts = differing_facts(held, items, evidence)
    if inquiry := evidence.inquiry:
        report.requests, report.stopped = inquiry.requests, inquiry.stopped
        report.left = inquiry.left
    differing = [
        (Place(LINKS.name, each.place, "", 1), record)
        for each, record in found
        if record != each.earlier
    ]
    for finding in facts.findings:
        options.found(finding)
    if differing or facts.differing:
        with changing(workspace, engine, options) as change:
            _stage(change, iris, differing, facts)
            change.commit()
            report.change = change.report
    return report


def _taken_back(catalog: Catalog) -> UndoneLinks:
    versions = catalog.runs.versions_of(LINKS.name)
    return UndoneLinks.of((place, run, decode_links(body)) for place, run, body in versions)


def _undone(
    subjects: Sequence[Subject], decisions: Sequence[Decision], taken_back: UndoneLinks
) -> list[tuple[Decision, int]]:
    """Return the decisions that a run has undone, with that run."""
    places = {each.film.key: each.place for each in subjects}
    return [
        (each, run)
        for each in decisions
        if (run := taken_back.decision(places.get(each.film, each.film), each)) is not None
    ]


def _subjects(catalog: Catalog) -> Iterator[Subject]:
    resolved = catalog.resolved
    for rows, identities in resolved.pages(CHUNK_FILMS):
        for group in groups_of(rows):
            yield subject(group, identities)


def film(catalog: Catalog, key: str) -> Subject | None:
    """Return a film of the graph as what is to be linked, or None."""
    group = catalog.resolved.group(key)
    if group is None:
        return None
    if all(credit.name for member in group.members for credit in member.record.credits):
        return subject(group)
    return subject(group, catalog.resolved.identities([group]))


def _stage(
    change: Change,
    iris: Iris,
    differing: Sequence[tuple[Place, LinkRecord | None]],
    facts: Facts,
) -> None:
    with change.building(iris) as builder:
        catalog, run = builder.catalog, change.report.run or 0
        catalog.sources.keep(LINKS)
        kept = [(place, record) for place, record in differing if record]
        rest = iter(kept)
        while batch := list(islice(rest, CHUNK_FILMS)):
            catalog.stage_links(run, batch)
        if gone := [Staged.gone(place) for place, record in differing if record is None]:
            catalog.stage(run, gone)
        ended = SourceReport(LINKS.label, LINKS.name, loaded=len(kept), vanished=len(gone))
        change.report.sources.append(ended)
        if facts.differing:
            change.report.sources.append(facts.stage(catalog, run))
        builder.build()
        change.record(builder)


def links(catalog: Catalog) -> Iterator[Linked]:
    """Yield what linking says of each film in the graph and of everybody it names, by film.

    Where there is no link there is a reason. What films of several sources are matched by comes
    last.
    """
    matches = catalog.resolved.matches()
    concerned = {each.key or each.film for each in matches}
    films: dict[str, Subject] = {}
    for each in _subjects(catalog):
        if each.film.key in concerned:
            films[each.film.key] = each
        known = {_name(link): link for link in each.earlier.links} if each.earlier else {}
        names = sorted({person.name for person in each.people} | known.keys() & set(each.unlisted))
        for name in ("", *names):
            link = known.get(name) or _unlinked(each, name)
            yield Linked(each.film.key, each.film.title, each.film.year, link)
    for match in matches:
        yield _matched(match, films.get(match.key or match.film))


def _matched(match: Match, film: Subject | None) -> Linked:
    """Say what a film is matched with, or might be, and by what."""
    names = [each.name for each in film.people] if film else ()
    title = match.title or (film.film.title if film else "")
    rung = next(each for each in (DECISION, *MATCHES) if each.name == match.rung)
    scheme, identifier = film_id(match.key or match.other)
    link = Link(
        "film",
        title,
        EXACT if match.key else CLOSE,
        imdb_id=identifier if scheme == "imdb" else None,
        wikidata_id=identifier if scheme == "wikidata" else None,
        object_label=match.other,
        rung=rung.name,
        justification=rung.justification,
        confidence=rung.confidence,
        evidence=match.evidence(names),
        reason=match.reason,
    )
    return Linked(match.film, title, match.year, link, matched=match.key is not None)


def _name(link: Link) -> str:
    return link.subject if link.kind == "person" else ""


def _unlinked(each: Subject, name: str) -> Link:
    """Say why nothing is known of a film, or of somebody it names."""
    if name:
        reason = NOT_LISTED if each.earlier else NOT_ASKED
        return Link("person", name, reason=reason)
    has_clue = each.film.imdb_id or each.film.title
    reason = NOT_ASKED if has_clue else "it has neither an IMDb id nor a title"
    return Link("film", each.film.title, reason=reason)
