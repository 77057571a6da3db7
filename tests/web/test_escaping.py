"""Whatever sources, files and queries are called, on every page that is text and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, unquote

import pytest
from starlette.routing import Route

from desk import Desk
from etl.web.application import ROUTES
from records import Film
from website import Website, served

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>& '{{7*7}}</title>--><!--"
NAMED = EVIL.replace("/", "⁄").replace(",", "")  # as a name of a folder
ADDED = quote(EVIL, safe="")
QUERY = f"#+ summary: {EVIL}\n#+ param: x text = {EVIL[:20]}: {EVIL}\nSELECT ?x ?y {{\n"
REVIEWS = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n2024-02-03,"
FILMS = (
    Film(9900001, f"Title {EVIL}", 1999, "5", f"{EVIL} Smith", f"Ann {EVIL}, Bo Li", f"So {EVIL}."),
    Film(9900002, f"Other {EVIL}", 2001, "5", "Bo Li", f"Ann {EVIL}", f"Ann {EVIL} (Bo Li) walks."),
    Film(9900003, EVIL, f"two {EVIL}"),
    Film(9900004, EVIL, 2003, f"99{EVIL}", directors="", actors=""),
)
LINE = {
    "movieId": 9900005,
    "title": f"Title {EVIL}",
    "year": 1999,
    "url": "https://www.imdb.com/title/tt9900005/",
    "directors": [f"{EVIL} Smith"],
    "actors": ["Bo Li"],
    "synopsis": EVIL,
    **dict.fromkeys(("overview", "certificate", "collection", "original_title"), EVIL),
    **{name: [EVIL] for name in ("genres", "countries", "keywords", "companies", "languages")},
}
PAGES = {  # of each route that answers a page, the addresses that are tried
    "/sparql": [f"/sparql?query={ADDED}", f"/sparql?query=ASK%7B%7D&default-graph-uri={ADDED}"],
    "/movie/{key:path}": [
        *(f"/movie/tt990000{number}" for number in (1, 2, 3, 4, 5)),
        f"/movie/{ADDED}",
        f"/movie/tt9900001?{ADDED}={ADDED}",
    ],
    "/person/{key:path}": ["/person/Bo_Li", f"/person/{ADDED}"],
    "/": ["/", f"/?q={ADDED}"],
    "/films": ["/films", f"/films?genre={ADDED}&sort={ADDED}", f"/films?source={ADDED}"],
    "/people": ["/people", f"/people?role={ADDED}&page={ADDED}"],
    "/search": [f"/search?q={ADDED}", f"/search?q=Title&kind={ADDED}", "/search?q=Ann"],
    "/queries": ["/queries", f"/queries?q={ADDED}"],
    "/queries/{name}": [
        "/queries/evil",
        f"/queries/evil?x={ADDED}",
        f"/queries/cast-of-film?film={ADDED}",
        "/queries/cast-of-film?film=tt9900001",
        "/queries/films-by-genre",
        f"/queries/{ADDED}",
    ],
    "/queries/{name}.svg": [
        f"/queries/evil.svg?x={ADDED}",
        "/queries/films-by-genre.svg",
        f"/queries/cast-of-film.svg?film={ADDED}",
    ],
    "/queries/{name}.png": [f"/queries/{ADDED}.png", f"/queries/evil.png?x={ADDED}"],
    "/quarantine": ["/quarantine"],
    "/links": ["/links", f"/links?show={ADDED}"],
    "/runs": ["/runs"],
    "/sources": ["/sources"],
    "/reconcile/preview/{key:path}": [
        "/reconcile/preview/movie/tt9900001",
        "/reconcile/preview/person/Bo_Li",
        f"/reconcile/preview/{ADDED}",
    ],
    "/reconcile/view/{key:path}": [f"/reconcile/view/{ADDED}", f"/reconcile/view/movie/{ADDED}"],
    "/editor": [f"/editor?query={ADDED}", "/editor?name=evil", f"/editor?name={ADDED}"],
}
OTHERS = {"/healthz", "/.well-known/void", "/dataset", "/dump.nt.gz", "/robots.txt", "/metrics"}
OTHERS |= {"/reconcile", "/reconcile/properties", "/reconcile/suggest/{what}"}  # JSON


class Elements(HTMLParser):
    """The elements of a page with their attributes, its scripts, and the text of its heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.comments: list[str] = []
        self.heading = ""
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag
        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            kind, text = self.scripts[-1]
            self.scripts[-1] = kind, text + data
        elif self._open == "h1":
            self.heading += data

    def handle_endtag(self, _: str) -> None:
        self._open = ""

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    """A server of a graph in which all that can be named is called by what would be HTML."""
    desk = Desk(tmp_path_factory.mktemp("evil"))
    place, own = desk.source / NAMED, desk.source.parent / "own"
    place.mkdir()
    own.mkdir()
    desk.source, root = place, desk.source
    desk.write(*FILMS)
    (place / f"{NAMED}.jsonl").write_text(json.dumps(LINE) + "\n", "utf-8")
    (place / "datapackage.json").write_text(
        json.dumps({"title": EVIL, "homepage": "https://x.example/", "licenses": [{"name": EVIL}]})
    )
    cell = EVIL.replace('"', '""')
    reviews = root / "reviews.csv"
    reviews.write_text(f'{REVIEWS}"{cell}",1987,https://boxd.it/a,4.5,,"{cell}",,2024-02-02\n')
    (own / "evil.rq").write_text(
        f"{QUERY}  VALUES ?x {{ UNDEF }}\n  VALUES ?y {{ {json.dumps(EVIL)} }}\n}}\n", "utf-8"
    )
    desk.load(place)
    desk.load(reviews, name=EVIL, reviews=True)
    with served(desk.workspace.path, "--queries", str(own)) as running:
        yield running


def test_every_route_is_tried() -> None:
    paths = {route.path for route in ROUTES if isinstance(route, Route)}
    pages = {path for path in paths if not re.search(r"\.(json|csv|xml)$", path)}
    assert pages == {*PAGES, *OTHERS}


@pytest.mark.parametrize("path", [path for paths in PAGES.values() for path in paths], ids=unquote)
def test_no_name_becomes_an_element_a_script_or_an_attribute(evil: Website, path: str) -> None:
    answer = evil.get(path)
    assert answer.status_code in (200, 303, 400, 404, 406), answer.text
    page = Elements(answer.text)
    assert page.comments == []
    for tag, attributes in page.found:
        assert tag != "img"
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        for name in ("href", "src", "action"):
            value = (attributes.get(name) or "").strip().lower()
            assert not value.startswith(("javascript:", "data:", "vbscript:")), value
        if tag == "script" and attributes.get("type") is None:
            assert (attributes.get("src") or "").startswith("/static/")
    for kind, text in page.scripts:
        if kind is not None:
            assert kind in ("application/ld+json", "application/json")
            json.loads(text)
        else:
            assert text.strip() == ""


def test_a_title_is_shown_as_it_is_and_stands_so_in_the_json_ld(evil: Website) -> None:
    page = Elements(evil.get("/movie/tt9900001").text)
    assert page.heading.startswith(f"Title {EVIL}"), page.heading
    [document] = [json.loads(text) for kind, text in page.scripts if kind]
    assert document["name"] == f"Title {EVIL}"
    assert document["description"] == f"So {EVIL}."
    films = evil.get("/films.json").json()["rows"]
    assert EVIL in {row["title"] for row in films}
    [reviewed] = [row["iri"] for row in films if row["title"] == EVIL]
    review = Elements(evil.get(reviewed.removeprefix("http://localhost:8000")).text)
    assert [json.loads(text)["review"]["reviewBody"] for kind, text in review.scripts if kind] == [
        EVIL
    ]
