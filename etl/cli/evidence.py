"""What links are found by, as a command line names it: files, folders, an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.cli.progress import Meter
    from etl.linking.evidence import Evidence
    from etl.linking.inquiry import Inquiry


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """Whom to ask, on whose behalf, and how often: the options that are about the endpoint."""

    endpoint: str | None
    offline: bool
    contact: str | None
    limit: int | None


@contextmanager
def asked(
    workspace: Path, asking: EndpointOptions, meter: Meter, dry_run: bool
) -> Iterator[Inquiry]:
    """Open what an endpoint has answered before, and the endpoint, if it may be asked."""
    from etl.linking.cache import Cache
    from etl.linking.inquiry import Inquiry, required_contact
    from etl.linking.wikidata import PUBLIC
    from etl.workspace import Workspace

    url = asking.endpoint or PUBLIC
    asked = None
    with ExitStack() as opened:
        if not asking.offline and not dry_run:
            from etl.linking.endpoint import Endpoint

            asked = opened.enter_context(closing(Endpoint(url, required_contact(asking.contact))))
        Workspace(workspace).required()
        cache = opened.enter_context(Cache.open(workspace / "answers.sqlite", url))
        yield Inquiry(cache, asked, limit=asking.limit, progress=meter.update)


def gathered(places: tuple[Path, ...], inquiry: Inquiry, endpoint: str | None) -> Evidence:
    """Read what links are found by: crosswalks are files, IMDb's tables are in a folder."""
    from etl.errors import LinkError
    from etl.linking.crosswalk import read_crosswalks
    from etl.linking.evidence import Evidence
    from etl.linking.imdb_tables import ImdbTables

    folders = [place for place in places if place.is_dir()]
    if len(folders) > 1:
        raise LinkError("several folders with IMDb's tables", hint="put all tables into one")
    return Evidence(
        crosswalk=read_crosswalks([place for place in places if not place.is_dir()]),
        imdb=ImdbTables.find(folders[0]) if folders else None,
        inquiry=inquiry,
        name=endpoint or "Wikidata",
    )
