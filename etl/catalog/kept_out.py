"""The records kept out of the graph, with the reasons in words: rejects and quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Self

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Quarantined
from etl.findings import Finding, Severity
from etl.records import FilmRecord, Heading, Origin, Reason, Reject
from etl.sources.files import WIKIDATA, Source, beside, opened
from etl.sources.formats import Format, format_of


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A record that is kept out: `kind` says whether it could not be read or does not conform."""

    kind: str
    source: str
    film: str
    title: str
    findings: tuple[Finding, ...]
    identifiers: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> Iterator[Finding]:
        """Yield the findings, each with what is known of the record."""
        for finding in self.findings:
            yield replace(
                finding, kind=self.kind, source=self.source, film=self.film, title=self.title
            )


Scope = set[tuple[str, str | None]]
"""Sources, and files of them: a path of None means the whole source."""


class Places:
    """Names the places of records for people, and the formats of their files.

    A file is named by the path from the working directory. For readers who may not know the paths
    of the disk, `named=within` gives the source and the path within it.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        form: Callable[[Origin], str],
        named: Callable[[Source, str], str] = opened,
    ) -> None:
        """Begin with the sources, and with the functions for the form and the name of a file."""
        self._form = form
        self._named = named
        self.sources = {source.name: source for source in sources}
        self._forms: dict[tuple[str, str], str] = {}

    @classmethod
    def of(
        cls,
        catalog: Catalog,
        *,
        named: Callable[[Source, str], str] = opened,
        sources: Sequence[Source] | None = None,
    ) -> Self:
        """Name the places of a catalog's records."""
        known = sources or catalog.sources.standing()
        return cls(known, catalog.files.form, named=named)

    def path(self, origin: Origin) -> str:
        """Return the name of a record's file."""
        source = self.sources[origin.source]
        if source.name == WIKIDATA.name:
            return f"{source.root} {origin.path}"
        return self._named(source, origin.path)

    def field(self, origin: Origin, record: FilmRecord | Heading, field: str) -> tuple[str, int]:
        """Return the file and the line that a record has a field from, or item and property."""
        told = field if field in record.lines else field.partition(".")[0]
        return self.at(origin, record.files.get(told, ""), record.lines.get(told, 1))

    def at(self, origin: Origin, file: str, line: int) -> tuple[str, int]:
        """Return the path and the line of a line of a record, or of a file that is joined to it.

        Of a record of Wikidata's, `file` is the property, and no line is known.
        """
        path = self.path(origin)
        if origin.source == WIKIDATA.name:
            return f"{path} {file}" if file else path, 0
        return (beside(path, file), line) if file else (path, origin.line + line - 1)

    def format(self, origin: Origin) -> Format:
        """Return the format of a record's file, as it was read."""
        file = origin.source, origin.path
        if file not in self._forms:
            self._forms[file] = self._form(origin)
        return format_of(origin.path, self._forms[file], origin.source)


def kept_out(
    catalog: Catalog, scope: Scope | None = None, places: Places | None = None
) -> Iterator[KeptOut]:
    """Yield the records that are kept out, by place; a scope as in `Catalog.statuses`."""
    places = places or Places.of(catalog)
    for origin, reject in catalog.refusals.rejects():
        if _inside(scope, origin):
            path = beside(places.path(origin), reject.file)
            finding = unreadable(path, origin.line, reject)
            label = places.sources[origin.source].label
            yield KeptOut("rejected", label, "", "", (finding,))
    for item in catalog.refusals.quarantined():
        if _inside(scope, item.origin):
            yield _quarantined(item, places)


def _inside(scope: Scope | None, origin: Origin) -> bool:
    whole = (origin.source, None)
    return scope is None or whole in scope or (origin.source, origin.path) in scope


def displaced(catalog: Catalog, scope: Scope, before: Set[int] | None) -> Iterator[KeptOut]:
    """Yield the records outside a scope that are in quarantine, and were not `before` a change.

    That is how it ends for a record whose film conformed until another record of it, or a new
    shape, came. With None there was no change.
    """
    if before is None:
        return
    items = catalog.refusals.quarantined()
    found = [i for i in items if i.version not in before and not _inside(scope, i.origin)]
    if found:
        places = Places.of(catalog)
        yield from (_quarantined(item, places) for item in found)


def _quarantined(item: Quarantined, places: Places) -> KeptOut:
    findings = (
        located(Severity.VIOLATION, places, item.origin, item.heading, reason)
        for reason in item.reasons
    )
    title = item.heading.title or ""
    ids = item.heading.identifiers
    label = places.sources[item.origin.source].label
    return KeptOut("quarantined", label, item.film, title, tuple(findings), ids)


def unreadable(path: str, first_line: int, reject: Reject) -> Finding:
    """Point a reject at its line."""
    lines = reject.text.split("\n")
    return Finding(
        Severity.VIOLATION,
        f"expected {reject.expected}",
        path,
        first_line + reject.line - 1,
        key=reject.field,
        value=reject.found,
        text=lines[reject.line - 1] if reject.line <= len(lines) else "",
    )


def located(
    severity: Severity, places: Places, origin: Origin, record: FilmRecord | Heading, reason: Reason
) -> Finding:
    """Point a validation result at the line of the field that it speaks of."""
    keys = places.format(origin).keys
    return Finding(
        severity,
        reason.message,
        *places.field(origin, record, reason.field),
        key=keys.get(reason.field) or keys.get(reason.field.partition(".")[0], ""),
        value=reason.value,
        text=reason.text,
        path=reason.path,
        focus_node=reason.focus_node,
        component=reason.component,
        shape=reason.shape,
    )
