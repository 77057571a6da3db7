"""JSON-LD, pages and RDF of others with schema.org's films in them, and what is made to harm."""

from __future__ import annotations

import gzip
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from commands import run, said
from desk import Desk
from etl.rdf.vocab import SCHEMA

MOVIE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Movie",
    "url": "/title/tt9900001/",
    "name": "Lights &apos;n Amber",
    "duration": "PT1H44M",
    "genre": ["Drama", "Spy"],
    "keywords": "radio, night",
    "director": [{"@type": "Person", "url": "/name/nm9900008/", "name": "Jon Halde"}],
    "creator": [
        {"@type": "Organization", "url": "/company/co1/", "name": "Halde Film"},
        {"@type": "Person", "url": "/name/nm9900009/", "name": "Eva Brandt"},
    ],
    "actor": {
        "@type": "PerformanceRole",
        "actor": {"@type": "Person", "name": "Mara Ostholt"},
        "characterName": "Ida",
    },
    "aggregateRating": {
        "@type": "AggregateRating",
        "ratingValue": 7.1,
        "bestRating": "10.0",
        "worstRating": "1",
        "ratingCount": 1234,
    },
    "image": {"@type": "ImageObject", "url": "https://example.org/a.jpg"},
    "trailer": {"@type": "VideoObject", "name": "Trailer"},
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, name: str, value: object) -> Path:
    path = desk.source / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def values(desk: Desk, predicate: object) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?s {predicate} ?n }}"))


def titles(desk: Desk) -> set[str]:
    return set(desk.values(f"SELECT ?n WHERE {{ ?film a {SCHEMA.Movie} ; {SCHEMA.name} ?n }}"))


def assert_read(desk: Desk) -> None:
    assert titles(desk) == {"Lights 'n Amber"}
    assert set(desk.films()) == {"http://localhost:8000/movie/tt9900001"}
    assert values(desk, SCHEMA.ratingValue) == {"7.1"}
    assert values(desk, SCHEMA.bestRating) == {"10"}
    assert values(desk, SCHEMA.characterName) == {"Ida"}
    assert values(desk, SCHEMA.keywords) == {"radio", "night"}
    assert values(desk, SCHEMA.image) == {"https://example.org/a.jpg"}
    people = {iri.rpartition("/")[2] for iri in values(desk, SCHEMA.author)}
    assert people == {"nm9900009"}


@pytest.mark.parametrize(
    "document",
    [
        MOVIE,
        [MOVIE],
        {"@context": "http://schema.org/", "@graph": [MOVIE, {"@type": "WebSite", "name": "x"}]},
        {
            "@context": {"@vocab": "https://schema.org/"},
            "@type": "ItemList",
            "itemListElement": [{"@type": "ListItem", "position": 1, "item": MOVIE}],
        },
        {f"schema:{k}" if k[0] != "@" else k: v for k, v in MOVIE.items()}
        | {"@context": {"schema": "http://schema.org/"}},
        {("type" if k == "@type" else k): v for k, v in MOVIE.items()},
    ],
    ids=["object", "array", "graph", "list", "prefixed", "aliases"],
)
def test_a_film_stands_anywhere_in_a_document(desk: Desk, document: object) -> None:
    [source] = desk.load(written(desk, "films.json", document)).sources
    assert_read(desk)
    assert source.unread == {"trailer": 1}


@pytest.mark.parametrize("wrapped", ["{}", "\n/* <![CDATA[ */\n{}\n/* ]]> */\n", "<![CDATA[{}]]>"])
def test_a_page_has_several_blocks(desk: Desk, wrapped: str) -> None:
    crumbs = json.dumps({"@context": "https://schema.org", "@type": "BreadcrumbList"})
    page = (
        "<!DOCTYPE html>\n<html><head><title>x</title>\n"
        f'<script type="application/ld+json">{crumbs}</script>\n'
        "<script data-x type=application/ld+json>"
        f"{wrapped.replace('{}', json.dumps(MOVIE))}</script>"
        "</head><body><p>x</p></body></html>"
    )
    written(desk, "other.html", "<html><script type='application/ld+json'>{}</script></html>")
    [source] = desk.load(written(desk, "page.html", page), desk.source).sources
    assert_read(desk)
    assert source.other_files == {"HTML": 1}


def test_a_rating_without_its_scale_is_from_1_to_5(desk: Desk) -> None:
    film = {**MOVIE, "aggregateRating": {"@type": "AggregateRating", "ratingValue": "4,5"}}
    desk.load(written(desk, "film.json", film))
    assert values(desk, SCHEMA.ratingValue) == {"4.5"}
    assert values(desk, SCHEMA.bestRating) == {"5"}


def test_series_episodes_and_games_are_counted(desk: Desk) -> None:
    others = [{**MOVIE, "@type": kind} for kind in ("TVSeries", "TVEpisode", "VideoGame")]
    [source] = desk.load(written(desk, "films.json", [MOVIE, *others])).sources
    assert source.left_out == {"TVSeries": 1, "TVEpisode": 1, "VideoGame": 1}
    assert_read(desk)


def test_nodes_are_found_by_their_names_though_these_go_in_circles(desk: Desk) -> None:
    graph = [
        {"@id": "#m", "@type": "Movie", "name": "Tides", "director": {"@id": "#p"}},
        {"@id": "#p", "@type": "Person", "name": "Jon Halde", "knows": {"@id": "#p"}},
        {"@id": "#r", "@type": "Movie", "name": "Ebb", "actor": {"@id": "#r1"}},
        {"@id": "#r1", "@type": "PerformanceRole", "actor": {"@id": "#r1"}},
    ]
    written(desk, "films.jsonld", {"@context": "https://schema.org", "@graph": graph})
    [source] = desk.load().sources
    assert (source.loaded, source.rejected) == (2, 0)
    assert {"Tides", "Jon Halde"} <= values(desk, SCHEMA.name)


def test_a_context_of_its_own_is_followed_and_none_is_fetched(desk: Desk) -> None:
    own = {
        "@context": {"titel": "https://schema.org/name", "Film": "https://schema.org/Movie"},
        "@id": "https://example.org/tides",
        "@type": "Film",
        "titel": "Tides",
    }
    far = {**MOVIE, "@context": ["https://schema.org", "https://example.org/context"]}
    written(desk, "own.jsonld", own)
    written(desk, "far.jsonld", far)
    [source] = desk.load().sources
    assert (source.loaded, source.rejected) == (1, 1)
    assert titles(desk) == {"Tides"}
    assert "nothing is fetched" in " ".join(desk.messages())


TURTLE = """@prefix s: <http://schema.org/> .
@prefix wd: <http://www.wikidata.org/entity/> .

# invented
<https://example.org/ebb> a s:Movie ;
    s:name "Ebb"@en , "Ebbe"@de ;
    s:director [ a s:Person ; s:name "Jon Halde" ] ;
    s:actor ( <https://example.org/ulf> <https://example.org/nobody> ) ;
    s:genre wd:Q1 , "Drama" ;
    s:sameAs wd:Q999999999 ;
    s:aggregateRating [ s:ratingValue 7.5 ; s:bestRating 10 ; s:author "IMDb" ] ;
    <https://example.org/mood> "dark" .

<https://example.org/ulf> s:name "Ulf Rey" ; s:sameAs <https://www.imdb.com/name/nm9900007/> .
<https://example.org/flow> a s:Movie ; s:name "Flow" .
"""


def test_rdf_is_read_with_the_nodes_that_it_names(desk: Desk) -> None:
    [source] = desk.load(written(desk, "films.ttl", TURTLE)).sources
    assert (source.loaded, source.unread) == (2, {"https://example.org/mood": 1})
    assert titles(desk) == {"Ebb", "Flow"}
    assert values(desk, SCHEMA.alternateName) == {"Ebbe"}
    assert values(desk, SCHEMA.genre) == {"Drama"}
    assert values(desk, SCHEMA.value) == {"Q999999999"}
    assert values(desk, SCHEMA.ratingValue) == {"7.5"}
    assert {iri.rpartition("/")[2] for iri in values(desk, SCHEMA.actor)} == {"nm9900007"}


def test_one_film_in_several_files_of_a_source_is_one_by_its_iri(desk: Desk) -> None:
    written(desk, "films.ttl", TURTLE)
    film = {**MOVIE, "@id": "https://example.org/flow", "url": [], "name": "Flow"}
    written(desk, "flow.jsonld", film)
    desk.load()
    assert len(desk.films()) == 2


def test_a_graph_of_ours_comes_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("films.jsonl").write_text(
        '{"imdb": "tt9900001", "title": "Amber", "year": 1987, "genres": ["Drama"], '
        '"ratings": {"imdb": {"value": 7.1, "count": 12}}, "synopsis": "Of Ida.", '
        '"actors": [{"name": "Mara Ostholt", "character": "Ida"}], "directors": ["Jon Halde"]}\n'
    )
    run("load", "films.jsonl")
    for suffix in ("ttl", "nt", "jsonld", "rdf"):
        if said(run("export", "-o", f"graph.{suffix}"))[0] != 0:
            continue
        again = f"again-{suffix}"
        assert said(run("load", f"graph.{suffix}", "--workspace", again))[0] == 0
        answers = [
            said(run("sparql", "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o", "-f", "tsv", *where))[1]
            for where in ((), ("--workspace", again))
        ]
        assert answers[0] == answers[1], suffix


def deep(levels: int) -> str:
    return '{"@type":"Movie","name":"A","director":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep.json", '{"@context":"https://schema.org","@graph":[' + deep(100_000) + "]}"),
        ("rather.json", '{"@context":"https://schema.org","@graph":[' + deep(200) + "]}"),
        ("deep.jsonld", '{"@context":{"x":"https://schema.org/"},"@graph":[' + deep(50_000) + "]}"),
        ("triples.ttl", "# https://schema.org/\n" + "<< " * 50_000),
        ("deep.ttl", "@prefix s: <https://schema.org/> . <x:a> s:name " + "[ s:name " * 200_000),
        (
            "bomb.rdf",
            "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'https://schema.org/'>"
            + "".join(
                f"<!ENTITY {b} '{f'&{a};' * 20}'>"
                for a, b in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:s='&i;'/>",
        ),
        ("page.html", "<html><script type='application/ld+json'>" * 20_000 + '"Movie"'),
        ("comments.html", "<!---->" * 9_000 + '<p type="application/ld+json">"Movie"'),
        ("blocks.html", "<html>" + "<script type=application/ld+json>{}</script>" * 50_000),
        ("lines.json", '{"@type":"Movie","name":"A"' + "\n{" * 100_000),
    ],
)
def test_what_is_made_to_harm_ends_soon_beside_what_is_not(
    desk: Desk, name: str, text: str
) -> None:
    written(desk, name, text)
    written(desk, "good.json", MOVIE)
    started = time.monotonic()
    [source] = desk.load().sources
    assert time.monotonic() - started < 30
    assert source.loaded == 1
    assert_read(desk)


def test_a_list_that_goes_in_circles_ends(desk: Desk) -> None:
    text = (
        "@prefix s: <https://schema.org/> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        '<https://example.org/a> a s:Movie ; s:name "A" ; s:genre _:l .\n'
        '_:l rdf:first "Drama" ; rdf:rest _:l .\n'
    )
    desk.load(written(desk, "films.ttl", text))
    assert values(desk, SCHEMA.genre) == {"Drama"}


def test_a_compressed_graph_and_an_archive_of_trees_are_read_in_place(desk: Desk) -> None:
    packed = desk.source / "films.ttl.gz"
    packed.write_bytes(gzip.compress(TURTLE.encode()))
    with zipfile.ZipFile(desk.source / "more.zip", "w") as archive:
        archive.writestr("a/movie.nfo", "<movie><title>Stone</title></movie>")
        archive.writestr("film.json", json.dumps(MOVIE))
    desk.load()
    assert titles(desk) == {"Ebb", "Flow", "Stone", "Lights 'n Amber"}
    assert desk.load().run is None
    harmful = desk.source / "harm.ttl.gz"
    harmful.write_bytes(gzip.compress(b"# https://schema.org/ Movie\n" + b"<< " * 50_000))
    [source] = desk.load().sources
    assert source.rejected == 1
    assert any("a parser" in m or "expected" in m for m in desk.messages())
    assert not desk.check()
