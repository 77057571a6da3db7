"""The addresses of films and people: a page, or what the graph says in the form asked for."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import assert_never
from urllib.parse import unquote

from pyoxigraph import DefaultGraph, NamedNode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from etl.output import Destination, GraphAnswer, write
from etl.rdf.vocab import DCTERMS
from etl.web.films import FilmPage, film_page
from etl.web.negotiation import BY_MEDIA_TYPE, BY_SUFFIX, GRAPH_FORMS, HTML, GraphForm, preferred
from etl.web.people import PersonPage, person_page
from etl.web.readers import OpenGeneration
from etl.web.schema_org import described, in_a_script, lacking
from etl.web.site import path_of, reading, site_of

_SUFFIXES = {".html": HTML} | {suffix: form.media_type for suffix, form in BY_SUFFIX.items()}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for: whose it is, and the media type if a suffix names one."""

    kind: str
    key: str
    suffix: str

    def iri(self, reading: OpenGeneration) -> NamedNode:
        """Return the IRI that the address stands for, as we mint it."""
        iris = reading.snapshot.iris
        return iris.movie(self.key) if self.kind == "movie" else iris.person(self.key)


def entity(request: Request) -> Response:
    """Answer the address of a film or a person."""
    with reading(request) as opened:
        asked = _asked(request, opened)
        iri = asked.iri(opened)
        media_type = _SUFFIXES.get(asked.suffix) or preferred(
            request.headers.get("accept", ""), [HTML, *BY_MEDIA_TYPE]
        )
        if media_type is None:
            raise HTTPException(406, f"choose one of {', '.join([HTML, *BY_MEDIA_TYPE])}")
        if not _is_there(opened, iri):
            return _moved(opened, iri, asked)
        if media_type == HTML:
            answer = _page(request, opened, iri)
        else:
            answer = _graph(opened, iri, BY_MEDIA_TYPE[media_type])
        _describe(answer, path_of(iri.value, opened.snapshot.iris), media_type)
    return answer


def _asked(request: Request, opened: OpenGeneration) -> _Asked:
    """Read an address: a suffix belongs to the key where the graph has such a key."""
    raw = request.scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0]
    kind, _, segment = raw.removeprefix("/").partition("/")
    key = unquote(segment.replace("_", " "))
    whole = _Asked(kind, key, "")
    suffix = next((each for each in _SUFFIXES if key.endswith(each)), "")
    if not suffix or _is_there(opened, whole.iri(opened)):
        return whole
    return _Asked(kind, key.removesuffix(suffix), suffix)


def _is_there(opened: OpenGeneration, iri: NamedNode) -> bool:
    about = opened.snapshot.store.about(iri.value)
    return any(quad.predicate != DCTERMS.isReplacedBy for quad in about)


def _moved(opened: OpenGeneration, iri: NamedNode, asked: _Asked) -> Response:
    """Lead on from an address that was replaced; else say that it is gone, or never was.

    Raises:
        HTTPException: 410 if a source once spoke of it, else 404.
    """
    for quad in opened.snapshot.store.about(iri.value):
        if isinstance(quad.object, NamedNode):
            path = path_of(quad.object.value, opened.snapshot.iris)
            return RedirectResponse(path + asked.suffix, 301)
    past, is_film = opened.snapshot.catalog.past, asked.kind == "movie"
    noun = "film" if is_film else "person"
    if is_film and past.is_kept_out(asked.key):
        raise HTTPException(404, "a record of this film is kept out: see the quarantine")
    if past.film(asked.key) if is_film else past.person(asked.key):
        raise HTTPException(410, f"this {noun} was in the graph once, or in a source, and is gone")
    raise HTTPException(404, f"the graph has no such {noun}")


def _page(request: Request, opened: OpenGeneration, iri: NamedNode) -> Response:
    snapshot = opened.snapshot
    page = film_page(opened, iri) if snapshot.iris.film_key(iri.value) else person_page(opened, iri)
    document = described(snapshot.store, iri)
    match page:
        case FilmPage():
            template, missing = "film.html", lacking(document)
        case PersonPage():
            template, missing = "person.html", ([], [])
        case None:
            raise HTTPException(404, "the graph has no such film or person")
        case _:
            assert_never(page)
    script = in_a_script(document)
    forms = GRAPH_FORMS
    return site_of(request).page(template, page=page, script=script, missing=missing, forms=forms)


def _graph(opened: OpenGeneration, iri: NamedNode, form: GraphForm) -> Response:
    quads = opened.snapshot.store.entity(iri)
    ours = (quad for quad in quads if quad.graph_name == DefaultGraph())
    written = BytesIO()
    write(GraphAnswer(ours), Destination(written, form.format))
    media_type = f"{form.media_type}; charset=utf-8" if form.suffix == ".ttl" else form.media_type
    answer = Response(written.getvalue(), media_type=media_type)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _describe(answer: Response, path: str, media_type: str) -> None:
    """Say on an answer which form it is, and where the others are."""
    suffixes = {media_type: suffix for suffix, media_type in _SUFFIXES.items()}
    answer.headers["Vary"] = "Accept"
    answer.headers["Content-Location"] = path + suffixes[media_type]
    answer.headers["Link"] = ", ".join(
        f'<{path}{suffix}>; rel="alternate"; type="{each}"'
        for suffix, each in _SUFFIXES.items()
        if each != media_type
    )
