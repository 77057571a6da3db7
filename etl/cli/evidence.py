"""The evidence for links as named on the command line: files, folders, an endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etl.cli.grouping import OptionGroup, option
from etl.cli.options import Whole

if TYPE_CHECKING:
    from etl.cli.progress import Meter
    from etl.linking.evidence import Evidence
    from etl.linking.inquiry import Inquiry


def _language_code(_: click.Context, __: click.Parameter, value: str) -> str:
    """Check the code of a language, and write it in small letters, as Wikidata does."""
    if not _LANGUAGE.fullmatch(value):
        raise click.BadParameter(f"{value!r} is not the code of a language, such as de.")
    return value.lower()


_LANGUAGE = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_Command = TypeVar("_Command", bound=Callable[..., Any])

decisions_option = option(
    "--decisions",
    group=OptionGroup.EVIDENCE,
    settable=True,
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("decisions.sssom.tsv"),
    show_default=True,
    help="File with your own decisions about links.",
)
endpoint_option = option(
    "--endpoint",
    group=OptionGroup.EVIDENCE,
    settable=True,
    metavar="URL",
    show_default="Wikidata's",
    help="SPARQL endpoint to ask.",
)
contact_option = option(
    "--contact",
    group=OptionGroup.EVIDENCE,
    settable=True,
    metavar="TEXT",
    help="Your e-mail address or web page, for the endpoint's operators.",
)
_offline_option = option(
    "--offline",
    group=OptionGroup.EVIDENCE,
    is_flag=True,
    help="Use files and earlier answers only; send no request.",
)
_limit_option = option(
    "--limit",
    group=OptionGroup.LIMITS,
    type=Whole(0),
    metavar="N",
    help="Number of requests after which to stop.",
)


_facts_option = option(
    "--facts",
    group=OptionGroup.EVIDENCE,
    is_flag=True,
    help="Add what Wikidata states of linked films: dates, genres, cast and more.",
)
language_option = option(
    "--language",
    group=OptionGroup.EVIDENCE,
    settable=True,
    callback=_language_code,
    metavar="CODE",
    default="en",
    show_default=True,
    help="Language of names loaded by --facts; English where Wikidata has none in it.",
)


def asking_options(command: _Command) -> _Command:
    """Add the options that `EndpointOptions` holds."""
    asking = (_limit_option, contact_option, _offline_option, endpoint_option)
    for each in (*asking, language_option, _facts_option):
        command = each(command)
    return command


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """The options about the endpoint: which one, the contact, how many requests, and what for."""

    endpoint: str | None
    offline: bool
    contact: str | None
    limit: int | None
    facts: bool
    language: str


@contextmanager
def asked(
    workspace: Path, asking: EndpointOptions, meter: Meter, dry_run: bool
) -> Iterator[Inquiry]:
    """Open the cache of an endpoint's answers, and the endpoint, if it may be asked."""
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


def gathered(places: tuple[Path, ...], inquiry: Inquiry, asking: EndpointOptions) -> Evidence:
    """Read the evidence for links: crosswalks are files, IMDb's tables are in a folder."""
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
        name=asking.endpoint or "Wikidata",
        language=asking.language if asking.facts else "",
    )
