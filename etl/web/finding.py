"""Search: what a text may mean, as a page and as suggestions while it is typed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from etl.queries.lookup import FILM, PERSON, best_known, search
from etl.web.list_pages import JSON, chosen_form
from etl.web.readers import OpenGeneration
from etl.web.site import path_of, reading, site_of

_LONGEST = 200  # characters of a text that is searched for
_SHOWN, _SUGGESTED = 40, 8
_KINDS = {each.noun: each for each in (FILM, PERSON)}


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """A film or a person that a text may mean, why it was found, and what tells it from others."""

    kind: str
    label: str
    path: str
    iri: str
    why: str
    details: str


def find(reading: OpenGeneration, text: str, limit: int, kind: str = "") -> list[FoundEntity]:
    """Return what a text may mean, the surest first; of one kind alone where that is named."""
    snapshot = reading.snapshot
    matches = search(snapshot.lookup(), text[:_LONGEST], limit * (2 if kind in _KINDS else 1))
    return [
        FoundEntity(
            each.entity.kind.noun,
            each.entity.label,
            path_of(each.entity.iri.value, snapshot.iris),
            each.entity.iri.value,
            each.why,
            each.named.text
            if each.named.why
            else ", ".join(best_known(snapshot.store, each.entity)),
        )
        for each in matches
        if kind not in _KINDS or each.entity.kind == _KINDS[kind]
    ][:limit]


def search_page(request: Request) -> Response:
    """Answer `/search`: a page, or JSON for suggestions."""
    text = request.query_params.get("q", "").strip()
    kind = request.query_params.get("kind", "")
    is_json = chosen_form(request) == JSON
    with reading(request) as opened:
        found = find(opened, text, _SUGGESTED if is_json else _SHOWN, kind)
    if is_json:
        headers = {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}
        return JSONResponse([asdict(each) for each in found], headers=headers)
    return site_of(request).page("search.html", q=text, found=found)
