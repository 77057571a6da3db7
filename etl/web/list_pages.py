"""`/films` and `/people`: lists with facets, as pages, JSON and CSV at the same address."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from etl.output import Destination, Rows, write
from etl.web.browsing import Browsable, Selection, TablePage
from etl.web.negotiation import HTML, preferred
from etl.web.site import path_of, reading, site_of
from etl.web.tables import BrowseTables

JSON, CSV = "application/json", "text/csv"
FORMS = {".json": JSON, ".csv": CSV}


def chosen_form(request: Request) -> str:
    """Return the form that an address names, or that the client likes best."""
    path, accept = request.url.path, request.headers.get("accept", "")
    named = next((form for suffix, form in FORMS.items() if path.endswith(suffix)), None)
    return named or preferred(accept, [HTML, JSON, CSV]) or HTML


def listing(kind: Browsable) -> Callable[[Request], Response]:
    """Make the handler of a table."""

    def answer(request: Request) -> Response:
        selection = Selection.read(kind, parse_qsl(request.url.query))
        form = chosen_form(request)
        with reading(request, ready=True) as opened:
            tables, iris = BrowseTables.of(opened), opened.snapshot.iris
            if form == CSV:
                return _csv(kind, tables, selection)
            page = tables.listing(selection)
        if form == JSON:
            return _json(page)
        columns = page.columns
        rows = [(path_of(row[0], iris), *(row[place] for place in columns)) for row in page.rows]
        return site_of(request).page(
            "list.html", page=page, rows=rows, kind=kind, columns=columns, here=f"/{kind.table}"
        )

    return answer


def _json(page: TablePage) -> Response:
    names = ("iri", *page.selection.kind.columns)
    last = page.selection.page >= page.pages
    return JSONResponse(
        {
            "total": page.total,
            "rows": [dict(zip(names, row, strict=True)) for row in page.rows],
            "facets": {
                facet.name: [{"value": each.value, "count": each.count} for each in facet.values]
                for facet in page.facets
            },
            "next": None if last else page.selection.turned(1).url(".json"),
        },
        headers={"Access-Control-Allow-Origin": "*", "Vary": "Accept"},
    )


def _csv(kind: Browsable, tables: BrowseTables, selection: Selection) -> Response:
    written = BytesIO()
    write(Rows(("iri", *kind.columns), tables.rows(selection)), Destination(written, "csv"))
    headers = {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}
    return Response(written.getvalue(), media_type="text/csv", headers=headers)
