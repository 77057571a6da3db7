"""Films and people answer at their own addresses: as pages that say where from, and as RDF."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyld
import pytest
from pyoxigraph import Quad, RdfFormat, parse

from commands import Etl
from desk import Desk
from etl.web.negotiation import BY_MEDIA_TYPE, GRAPH_FORMS, HTML, preferred
from places import ROOT
from records import EMMA, HEAT, write
from small_evidence import CROSSWALK, TABLES
from small_evidence import HEAT as LINKABLE
from website import Website, served

ETERNAL = "/movie/tt0338013"
SUFFIXES = {form.suffix: form.media_type for form in GRAPH_FORMS}


def triples(data: bytes, media_type: str) -> set[Quad]:
    form = RdfFormat.from_media_type(media_type)
    assert form
    return set(parse(data, form))


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        ("", HTML),
        ("*/*", HTML),
        ("text/html,application/xhtml+xml,*/*;q=0.8", HTML),
        ("text/turtle", "text/turtle"),
        ("application/ld+json;q=0.9, text/turtle;q=0.8", "application/ld+json"),
        ("text/turtle;q=0.5, text/html;q=0.4", "text/turtle"),
        ("application/*", "application/n-triples"),
        ("text/*;q=0.5, text/html;q=0", "text/turtle"),
        ("image/png", None),
        ("text/turtle;q=nonsense", None),
        ("*/*;q=0", None),
    ],
)
def test_the_form_that_a_client_likes_best_is_chosen(accept: str, best: str | None) -> None:
    assert preferred(accept, [HTML, *BY_MEDIA_TYPE]) == best


def test_a_film_says_its_facts_and_where_each_comes_from(site: Website) -> None:
    page = site.get(ETERNAL)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = page.text
    assert "<h1>Eternal Sunshine of the Spotless Mind" in text
    cast = re.findall(r'<a href="/person/([^"]+)">', text.partition('id="cast"')[2])
    assert cast[:3] == ["Jim_Carrey", "Kate_Winslet", "Gerry_Robert_Byrne"]
    assert text.index("Joel Barish</span>") > text.index('id="cast"')
    for line, said in ((2, "Eternal Sunshine"), (6, "Michel Gondry"), (10, "Joel Barish (Jim")):
        assert f'<b class="place">seeds/7361.txt:{line}</b>\n<q>{said}' in text
    assert 'title="Joel Barish, played by Jim Carrey"' in text
    assert str(ROOT) not in text
    assert len(page.content) < 100_000


def test_a_person_says_films_and_partners_and_that_only_the_name_tells_who(site: Website) -> None:
    text = site.get("/person/Al_Pacino").text
    assert '<a href="/movie/tt0113277">Heat</a>' in text
    assert "actor as Lieutenant Vincent Hanna" in text
    assert "Known by the name alone" in text
    assert "seeds/6.txt:7</b>\n<q>Al Pacino</q>" in text


def test_the_page_of_a_namesake_says_that_a_source_tells_them_apart(desk: Desk) -> None:
    films = (
        {"imdb": f"tt000000{n}", "title": "A", "year": 2001, "actors": [{"name": "Bo", "tmdb": n}]}
        for n in (1, 2)
    )
    (desk.source / "films.jsonl").write_text("\n".join(map(json.dumps, films)))
    desk.load()
    with served(desk.workspace.path) as running:
        text = running.get("/person/tmdb-2").text
    assert "A source tells this person from others of the name" in text
    assert "Known by the name alone" not in text
    assert '<a href="/person/tmdb-1">Bo</a>' in text


@pytest.mark.parametrize("path", [ETERNAL, "/person/Jim_Carrey", "/person/Deirdre_O'Connell"])
@pytest.mark.parametrize(("suffix", "media_type"), SUFFIXES.items())
def test_suffix_and_accept_give_the_same_graph_in_every_form(
    site: Website, served_desk: Desk, path: str, suffix: str, media_type: str
) -> None:
    by_suffix = site.get(path + suffix)
    by_accept = site.get(path, accept=media_type)
    assert by_suffix.headers["content-type"].partition(";")[0] == media_type
    assert by_suffix.content == by_accept.content
    assert by_accept.headers["vary"] == "Accept"
    assert by_accept.headers["content-location"] == path + suffix
    assert by_accept.headers["access-control-allow-origin"] == "*"
    iri = f"<http://localhost:8000{path}"
    held = {q for q in served_desk.graph() if str(q.subject).split("#")[0].rstrip(">") == iri}
    if media_type != "application/ld+json":
        assert triples(by_suffix.content, media_type) == held


def test_json_ld_read_by_others_is_the_turtle(site: Website) -> None:
    document = site.get(f"{ETERNAL}.jsonld").json()
    nquads = pyld.jsonld.to_rdf(document, {"format": "application/n-quads"})
    turtle = site.get(f"{ETERNAL}.ttl").content
    assert set(parse(nquads, RdfFormat.N_QUADS)) == triples(turtle, "text/turtle")


def test_a_page_has_one_nested_object_for_search_engines(site: Website) -> None:
    page = site.get(ETERNAL).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    document = json.loads(found)
    assert document["@context"] == "https://schema.org"
    assert document["@type"] == "Movie"
    assert document["name"] == "Eternal Sunshine of the Spotless Mind"
    assert document["director"]["name"] == "Michel Gondry"
    parts = [each for each in document["actor"] if each["@type"] == "PerformanceRole"]
    assert {"Joel Barish", "Clementine Kruczynski"} <= {each["characterName"] for each in parts}
    assert document["aggregateRating"]["ratingValue"] == 8.3
    assert "would still need image, and like dateCreated, ratingCount." in page


def test_an_unknown_address_is_404_and_one_that_no_client_takes_406(site: Website) -> None:
    assert site.get("/movie/tt1111111").status_code == 404
    assert site.get("/person/Nobody_At_All").status_code == 404
    assert site.get(ETERNAL, accept="image/png").status_code == 406
    refused = site.get("/movie/tt9900004")
    assert refused.status_code == 404
    assert "kept out" in refused.text


def test_what_is_gone_is_410(desk: Desk) -> None:
    desk.write(HEAT, EMMA)
    desk.load()
    with served(desk.workspace.path) as site:
        assert site.get("/movie/tt0000838").status_code == 200
        (desk.source / EMMA.file).unlink()
        desk.load()
        assert site.get("/movie/tt0000838").status_code == 410
        assert site.get("/person/Gwyneth_Paltrow.ttl").status_code == 410


def test_an_iri_that_linking_replaced_leads_to_the_new_one(etl: Etl, desk: Desk) -> None:
    write(desk.source, LINKABLE)
    desk.load()
    Path("crosswalk.csv").write_text(CROSSWALK, "utf-8")
    Path("imdb").mkdir()
    for name, text in TABLES.items():
        Path("imdb", name).write_text(text, "utf-8")
    workspace = desk.workspace.path
    linked = etl("link", "--offline", "crosswalk.csv", "imdb", "--workspace", workspace)
    assert linked.exit_code == 0
    with served(workspace) as site:
        moved = site.get("/person/Al_Pacino.ttl")
        assert (moved.status_code, moved.headers["location"]) == (301, "/person/nm0000199.ttl")
        assert "IMDb" in site.get("/person/nm0000199").text
        assert b"nm0000199" in site.get("/person/nm0000199.ttl").content


def test_where_sources_differ_the_page_says_what_lost_and_who_said_it(desk: Desk) -> None:
    other = desk.source.parent / "zweite"
    other.mkdir()
    desk.write(HEAT)
    write(other, HEAT.but(year=1996))
    desk.load(desk.source, other)
    with served(desk.workspace.path) as site:
        page = site.get("/movie/tt0000006").text
    disputed = page.partition('<details class="from disputed"')[2].partition("</details>")[0]
    assert "(sources differ)" in disputed
    assert '<b class="place">records/6.txt:3</b>\n<q>1995</q>' in disputed
    lost = disputed.partition("Says something else, and lost")[2]
    assert '<b class="place">zweite/6.txt:3</b>\n<q>1996</q>' in lost
    assert page.count('class="from disputed"') == 1


def test_what_viewers_think_is_shown_where_it_was_loaded(desk: Desk) -> None:
    desk.source.joinpath("reviews.csv").write_text(
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
        "2024-02-03,The Amber Signal,1987,https://boxd.it/a,4.5,,A signal unheard.,,2024-02-02\n"
    )
    desk.load(name="mara", reviews=True)
    with served(desk.workspace.path) as site:
        [film] = site.get("/films.json").json()["rows"]
        page = site.get(film["iri"].removeprefix("http://localhost:8000")).text
        assert "<b>mara</b>: 4.5 of 5 " in page
        assert '<time datetime="2024-02-03">2024-02-03</time>' in page
        assert '<p class="prose">A signal unheard.</p>' in page
        assert "Where from: mara" in page
    desk.load(name="mara", reviews=False)
    with served(desk.workspace.path) as site:
        assert "mara</b>" not in site.get(film["iri"].removeprefix("http://localhost:8000")).text
