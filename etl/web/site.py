"""What all handlers share, and how a page is made of its data and a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from etl.queries import SavedQuery
from etl.rdf.identifiers import Iris
from etl.web.guarding import Counts
from etl.web.quotas import Quotas
from etl.web.readers import OpenGeneration, Readers
from etl.web.workers import QueryWorkers

HERE = Path(__file__).parent
STATIC = HERE / "static"
_UNENCODED = "/#?&=:@!$'()*+,;~%"  # of what an IRI may have, what a path may have too


def path_of(iri: str, iris: Iris) -> str:
    """Return where this server answers an IRI of ours; any other stays as it is."""
    local = iri.removeprefix(iris.base)
    return iri if local == iri else "/" + quote(local, safe=_UNENCODED)


def number(value: float) -> str:
    """Write a number for people: `12,345`."""
    return f"{value:,}"


def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["number"] = number
    return templates


@dataclass(slots=True)
class WebSite:
    """What all handlers share: the readers of the workspace, the templates, the counts.

    `without_workspace` says that the graph comes from a server, and nothing more is known of it.
    """

    readers: Readers
    workers: QueryWorkers
    queries: Mapping[str, SavedQuery]
    quotas: Quotas
    without_workspace: bool = False
    counts: Counts = field(default_factory=Counts)
    templates: Environment = field(default_factory=_templates)

    def page(self, template: str, status: int = 200, **data: Any) -> HTMLResponse:  # noqa: ANN401
        """Make a page of its data."""
        data["without_workspace"] = self.without_workspace
        return HTMLResponse(self.templates.get_template(template).render(data), status)


def site_of(request: Request) -> WebSite:
    """Return the site that a request is about."""
    return cast(WebSite, request.app.state.site)


@contextmanager
def reading(request: Request, *, ready: bool = False) -> Iterator[OpenGeneration]:
    """Open the current generation for a request; see `Readers.reading`."""
    with site_of(request).readers.reading(ready=ready) as opened:
        yield opened
