"""What happened to records, as pages tell it: kept out, linked, read by which run, of which source.

Paths of the disk are not told: a file is named by its source, and the path within that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from etl.catalog.entries import Run
from etl.catalog.kept_out import Places, kept_out
from etl.findings import Finding
from etl.operations.link import Linked, links, needs_review
from etl.records import Link
from etl.sources.files import within
from etl.web.origins import ShownValue
from etl.web.overview import LatestRun, changed, latest
from etl.web.readers import OpenGeneration
from etl.web.site import path_of

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for which records are kept out: what is wrong, and the places where it is."""

    headline: str
    kind: str
    rule: str
    count: int
    places: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class KeptOutPage:
    """All that is kept out, by reason, the most frequent first."""

    records: int
    refusals: tuple[Refusal, ...]


def kept_out_page(reading: OpenGeneration, at_most: int = PER_PAGE) -> KeptOutPage:
    """Return what is kept out; of each reason so many places."""
    places = Places.of(reading.snapshot.catalog, named=within)
    items = list(kept_out(reading.snapshot.catalog, places=places))
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for item in items:
        for finding in item.told():
            groups.setdefault((finding.headline, finding.kind, finding.rule), []).append(finding)
    ordered = sorted(groups.items(), key=lambda each: (-len(each[1]), each[0]))
    return KeptOutPage(
        len(items),
        tuple(
            Refusal(headline, kind, rule.rpartition("/")[2], len(found), tuple(found[:at_most]))
            for (headline, kind, rule), found in ordered
        ),
    )


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link, or what was not linked: of which film, whom or what it is about, and why."""

    film: ShownValue
    subject: str
    target: ShownValue
    link: Link


@dataclass(frozen=True, slots=True)
class LinksPage:
    """Links: how many by rung, and some of them."""

    shown: str
    counts: tuple[tuple[str, int], ...]
    rows: tuple[LinkRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """Count the pages."""
        return max(1, -(-self.total // PER_PAGE))


SHOWN = {"linked": "Linked", "review": "To be reviewed", "unlinked": "Not linked"}


def links_page(reading: OpenGeneration, shown: str, page: int) -> LinksPage:
    """Return a page of the links that are asked for: one of `SHOWN`, or a rung."""
    snapshot = reading.snapshot
    listed: list[Linked] = reading.once("links", lambda: list(links(snapshot.catalog)))
    counts = Counter(each.link.rung for each in listed if each.link.holds)
    counts["review"] = sum(needs_review(each.link) for each in listed)
    counts["unlinked"] = sum(not each.link.holds for each in listed)
    counts["linked"] = len(listed) - counts["unlinked"]
    chosen = [each for each in listed if _is_shown(each.link, shown)]
    start = (page - 1) * PER_PAGE
    rungs = sorted(name for name in counts if name and name not in SHOWN)
    return LinksPage(
        shown,
        tuple((name, counts[name]) for name in (*SHOWN, *rungs)),
        tuple(_link_row(reading, each) for each in islice(chosen, start, start + PER_PAGE)),
        len(chosen),
        page,
    )


def _is_shown(link: Link, shown: str) -> bool:
    match shown:
        case "linked":
            return link.holds
        case "unlinked":
            return not link.holds
        case "review":
            return needs_review(link)
        case _:
            return link.holds and link.rung == shown


def _link_row(reading: OpenGeneration, each: Linked) -> LinkRow:
    iris, link = reading.snapshot.iris, each.link
    year = f" ({each.year})" if each.year is not None else ""
    film = ShownValue(f"{each.title}{year}", path_of(iris.movie(each.film).value, iris))
    ids = [identifier for identifier in (link.imdb_id, link.wikidata_id) if identifier]
    subject = link.subject if link.kind == "person" else ""
    return LinkRow(film, subject, ShownValue(" ".join(ids)), link)


@dataclass(frozen=True, slots=True)
class SourceOfRun:
    """How the records of a source ended in a run."""

    label: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run: what it did, to how many, and whether it was undone."""

    told: LatestRun
    seconds: float
    people: str
    sources: tuple[SourceOfRun, ...]
    undoes: int | None
    undone_by: int | None


_ENDS = ("read", "loaded", "unchanged", "superseded", "rejected", "quarantined", "vanished")


def run_rows(reading: OpenGeneration) -> list[RunRow]:
    """Return the runs, the latest first."""
    return [_run_row(run) for run in reversed(reading.snapshot.catalog.runs.all())]


def _run_row(run: Run) -> RunRow:
    told = latest(run)
    sources = run.report.get("sources", [])
    return RunRow(
        told,
        round(run.seconds, 2),
        changed(run.report.get("people", {})),
        tuple(
            SourceOfRun(
                str(each["label"]).rstrip("/").rpartition("/")[2],
                tuple((name, each[name]) for name in _ENDS if each.get(name)),
            )
            for each in sources
        ),
        run.undoes,
        run.undone_by,
    )


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source: what it is called, its licences, how much it says."""

    name: str
    title: str
    homepage: str
    licences: tuple[str, ...]
    files: int
    bytes: int
    digest: str


def source_rows(reading: OpenGeneration) -> list[SourceRow]:
    """Return the sources that say something."""
    sources = reading.snapshot.catalog.sources
    rows, licences = list[SourceRow](), sources.licences()
    for each in sources.standing():
        extent = sources.extent(each.name)
        label = each.label.rstrip("/").rpartition("/")[2]
        about = each.description
        rows.append(
            SourceRow(
                label,
                about.title or label,
                about.homepage,
                licences[each.name],
                extent.files,
                extent.bytes,
                extent.digest,
            )
        )
    return rows


def finding_rows(items: Iterable[Refusal]) -> list[Sequence[str | int]]:
    """Return what is kept out as rows for programs."""
    return [
        (refusal.kind, each.file, each.line, each.key, each.message, each.value, each.film)
        for refusal in items
        for each in refusal.places
    ]
