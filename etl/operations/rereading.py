"""Look once more at the files that hold what is kept out, as `etl replay` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from etl.catalog.catalog import Catalog
from etl.catalog.entries import Place, Staged
from etl.findings import Finding, Severity
from etl.operations.options import ChangeOptions
from etl.operations.parsing import Work, parse_records
from etl.sources.claims import find_claimed
from etl.sources.files import Source, Stat, full_path, shown
from etl.sources.kinds import unclaimed_reject
from etl.sources.packed import Unpacking


class Rereading:
    """One more look at files of a source that hold what is kept out.

    A file that is not there any more is left as it was read: only a load takes it for gone.
    """

    def __init__(self, source: Source, paths: Sequence[str], catalog: Catalog) -> None:
        known = catalog.sources.known(source.name, paths)
        rejects = {
            (path, place.key, place.digest)
            for path, places in known.items()
            for place in places
            if place.kind == "reject"
        }
        unread = {
            path: [p._replace(digest="") if p.kind == "reject" else p for p in places]
            for path, places in known.items()
        }
        before = catalog.files.of(source.name)
        part = replace(source, paths=tuple(full_path(source, path) for path in paths))
        with Unpacking() as unpacking:
            found = [
                each
                for each in find_claimed(part, unpacking, before, rehash=True)
                if not each.problem
            ]
            work = Work(source, [(file, unread[file.relative]) for file in found])
            read = parse_records(None, work)
        self.findings = read.findings
        self.staged = [
            each
            for each in read.staged
            if each.kind != "reject" or (each.path, each.key, each.digest) not in rejects
        ]
        self.stats: list[tuple[str, Stat | None, str]] = [
            (each.relative, each.stat, each.form) for each in found
        ]


def unclaimed(catalog: Catalog, options: ChangeOptions) -> list[Staged]:
    """Let go of files of which nothing was ever read, because they are no records: say so of each.

    Older versions took any file that was named for a record.
    """
    known = {source.name: source for source in catalog.sources.all()}
    staged: list[Staged] = []
    for origin, reject in catalog.refusals.never_read():
        path = full_path(known[origin.source], origin.path)
        if kind := unclaimed_reject(path, reject, known[origin.source].map):
            message = f"no format reads this: {kind}; it no longer counts as a record"
            options.found(Finding(Severity.INFO, message, shown(path)))
            staged.append(Staged.gone(Place(origin.source, origin.path, "", origin.line)))
    return staged
