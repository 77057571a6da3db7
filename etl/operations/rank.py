"""Say which sources come first where several have a value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.catalog.catalog import Catalog
from etl.errors import SourceError
from etl.facts import RANKED
from etl.operations.options import ChangeOptions
from etl.operations.remove import named
from etl.operations.reports import LoadReport
from etl.operations.transaction import changing
from etl.queries import nearest
from etl.shacl import Engine
from etl.sources.files import LINKS, Source, shown
from etl.workspace import Workspace

Ranks = Mapping[str, Sequence[str]]
"""Sources that come first, in order; by field, of all fields under the empty name."""


@dataclass(frozen=True, slots=True)
class RankOptions(ChangeOptions):
    """How to rank sources; they are named by path, name or label.

    `order` is that of all fields, `fields` are those that have one of their own, with that; None
    leaves what is. The sources that are not named follow, by their names.
    """

    order: Sequence[str] | None = None
    fields: Ranks | None = None


def rank(workspace: Workspace, engine: Engine, options: RankOptions) -> LoadReport:
    """Rank sources from now on. Nothing is written if they were ranked so before.

    Raises:
        SourceError: there is no such source, or it is named twice.
    """
    workspace.required()
    with changing(workspace, engine, options) as change:
        with Catalog.read(workspace.required().catalog) as catalog:  # which may be migrated now
            sources = [each for each in catalog.sources.standing() if each.name != LINKS.name]
            changed = _changed(catalog.sources.ranks, sources, options)
        if changed:
            with change.building(None) as builder:
                builder.catalog.sources.rank(change.report.run or 0, changed)
                builder.build()
                change.record(builder)
            change.commit()
    return change.report


def _changed(old: Ranks, sources: Sequence[Source], options: RankOptions) -> Ranks:
    """Return the ranks that differ from the old ones; a field that has none any more is empty."""
    new = dict(old)
    if options.fields is not None:
        own = {field: _names(sources, names) for field, names in options.fields.items()}
        new = {"": old.get("", []), **own}
    if options.order is not None:
        new[""] = _names(sources, options.order)
    fields = sorted({*old, *new})
    return {each: new.get(each, []) for each in fields if new.get(each, []) != old.get(each, [])}


def _names(sources: Sequence[Source], told: Sequence[str]) -> list[str]:
    """Return by which names the catalog knows sources.

    Raises:
        SourceError: there is no such source, or it is named twice.
    """
    names: list[str] = []
    for each in told:
        source = named(sources, each)
        if source.name in names:
            raise SourceError(f"{each}: named twice", hint="name each source once, the first first")
        names.append(source.name)
    return names


def read_ranks(path: Path) -> Ranks:
    """Read a file that says for each of some fields which sources come first.

    Raises:
        SourceError: it cannot be read, or says something else.
    """
    file = shown(str(path))
    example = 'synopsis = ["plots", "seed"]'
    try:
        told = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SourceError(f"{file}: {reason}", hint="check the path") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{file}: not TOML in UTF-8: {error}", hint=example) from error
    for field, names in told.items():
        if field not in RANKED:
            near = nearest(field, list(RANKED)) or list(RANKED)
            hint = f"choose from: {', '.join(near)}; of people and other titles, all sources' count"
            message = f"{file}: {field!r} is no field that sources are ranked in"
            raise SourceError(message, hint=hint)
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise SourceError(
                f"{file}: {field}: expected a list of sources, found {names!r}", hint=example
            )
    return told
