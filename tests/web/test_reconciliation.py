"""The Reconciliation Service API 0.2: what OpenRefine asks, as its documentation has it."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from desk import Desk
from etl.linking.candidates import FilmCandidate
from etl.linking.films import FilmMention, TitleIndex
from places import ROOT
from shared_data import shared
from website import Website, served

ODD = ("Tom & Jerry", "Ada+Bo", "50% Less", "Who? What", "#1 Fan", "Face/Off", "Zoë", 'O\'Neil "X"')
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    """Serve the sample records, and one with more to tell."""
    desk = Desk(tmp_path_factory.mktemp("sample"))
    desk.load(ROOT / "seeds")
    told = {
        "id": 1,
        "imdb": "tt9900001",
        "title": "The <Amber> Signal",
        "date": "1987-03-02",
        "genres": ["Drama"],
        "directors": ["Mara Ostholt"],
        "rating": 7.5,
        "actors": [{"name": "Jon Halde", "imdb": "nm9900003", "born": "1951-04-05"}, *ODD],
    }
    (desk.source / "more.jsonl").write_text(json.dumps(told))
    desk.load(desk.source)
    with served(desk.workspace.path) as site:
        yield site


def encode_uri(text: str) -> str:
    """Encode a text as JavaScript's `encodeURI` does."""
    return quote(text, safe=";/?:@&=+$,#-_.!~*'()")


def asked(site: Website, **queries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Send queries as OpenRefine does, and check the form of what comes back."""
    sent = {"queries": json.dumps(queries)}
    response = site.client.post("/reconcile", data=sent)
    assert response.status_code == 200, response.text
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert site.client.get("/reconcile", params=sent).json() == response.json()
    found = response.json()
    assert found.keys() == queries.keys()
    for each in (one for told in found.values() for one in told["result"]):
        assert isinstance(each["id"], str)
        assert isinstance(each["name"], str)
        assert isinstance(each["score"], int | float)
        assert isinstance(each["match"], bool)
        assert [set(kind) for kind in each["type"]] == [{"id", "name"}]
    return {key: told["result"] for key, told in found.items()}


def test_the_service_says_what_it_is(sample: Website) -> None:
    told = sample.get("/reconcile", "application/json").json()
    assert told["versions"] == ["0.2"]
    assert {each["id"] for each in told["defaultTypes"]} == {"Movie", "Person"}
    assert told["view"]["url"].count("{{id}}") == told["preview"]["url"].count("{{id}}") == 1
    assert all(isinstance(told["preview"][side], int) for side in ("width", "height"))


def test_a_film_is_found_by_its_title_and_what_the_row_says(sample: Website) -> None:
    year = [{"pid": "datePublished", "v": "1995"}]
    director = [{"pid": "director", "v": {"id": "x", "name": "Mann, Michael"}}]
    emma = [{"pid": "datePublished", "v": 1996}]
    found = asked(
        sample,
        title={"query": "Heat", "type": "Movie"},
        year={"query": "heat", "type": "Movie", "properties": year},
        director={"query": "Heat", "type": {"id": "Movie"}, "properties": [*year, *director]},
        wrong={"query": "Heat", "properties": [{"pid": "datePublished", "v": "1986"}]},
        typo={"query": "Haet", "type": "Movie", "limit": 2},
        identifier={"query": "tt0113277"},
        two={"query": "Emma", "type": "Movie", "properties": emma},
        mcgrath={
            "query": "Emma",
            "properties": [*emma, {"pid": "director", "v": ["Douglas McGrath"]}],
        },
        other={
            "query": "Heat",
            "properties": [*year, {"pid": "sameAs", "v": "https://www.imdb.com/title/tt9900099/"}],
        },
        same={
            "query": "Heat",
            "properties": [{"pid": "sameAs", "v": "https://www.imdb.com/title/tt0113277/"}],
        },
        elsewhere={"query": "Fargo", "properties": [{"pid": "sameAs", "v": "tt0113277"}]},
        nothing={"query": "No Such Film At All"},
        empty={"query": ""},
    )
    first = {key: results[0] for key, results in found.items() if results}
    heat = {"title", "year", "director", "wrong", "typo", "identifier"}
    heat |= {"other", "same"}
    assert {key for key, each in first.items() if each["id"] == "movie/tt0113277"} == heat
    assert {each["id"] for each in found["elsewhere"]} == {"movie/tt0113277", "movie/tt0116282"}
    matched = {key for key, each in first.items() if each["match"]}
    assert matched == {"year", "director", "identifier", "mcgrath", "same"}
    assert first["director"]["score"] == 99.8
    assert first["mcgrath"]["id"] == "movie/tt0116191"
    assert len(found["two"]) == 2
    assert len(found["typo"]) <= 2
    assert (found["nothing"], found["empty"]) == ([], [])


def test_an_identifier_is_matched_with_what_it_names(sample: Website) -> None:
    texts = ("movie/tt0113277", "http://localhost:8000/movie/tt0113277", "person/Val_Kilmer")
    found = asked(sample, **{text: {"query": text} for text in texts})
    for text, results in found.items():
        assert text.endswith(results[0]["id"])
        assert (results[0]["score"], results[0]["match"]) == (100, True)
        assert not any(each["match"] for each in results[1:])


def test_types_are_one_or_several_and_an_unknown_one_hinders_nothing(sample: Website) -> None:
    types: tuple[object, ...] = (
        "Movie",
        ["Movie"],
        ["Person", "https://schema.org/Movie"],
        "Cloud",
        ["Cloud"],
        [],
    )
    found = asked(sample, **{str(n): {"query": "Heat", "type": t} for n, t in enumerate(types)})
    assert [results[0]["name"] for results in found.values()] == ["Heat"] * len(types)
    [nobody] = asked(sample, person={"query": "Heat", "type": ["Person"]}).values()
    assert {kind["id"] for each in nobody for kind in each["type"]} <= {"Person"}


def test_a_row_without_a_name_is_found_by_its_id(sample: Website) -> None:
    page = [{"pid": "sameAs", "v": "https://www.imdb.com/title/tt0113277/"}]
    found = asked(sample, page={"properties": page}, no={"properties": page[:0]})
    assert [each["id"] for each in found["page"]] == ["movie/tt0113277"]
    assert found["no"] == []


def test_namesakes_are_told_apart_by_their_descriptions(sample: Website) -> None:
    found = asked(sample, emma={"query": "Emma", "type": "Movie"})["emma"]
    assert {(each["name"], each["description"]) for each in found} == {
        ("Emma", "1996, by Douglas McGrath"),
        ("Emma", "1996, by Diarmuid Lawrence"),
    }


def test_a_person_is_found_by_name_and_by_a_film(sample: Website) -> None:
    film = [{"pid": "film", "v": "Heat"}]
    other = [{"pid": "film", "v": "Emma"}]
    found = asked(
        sample,
        name={"query": "Val Kilmer", "type": "Person"},
        turned={"query": "Kilmer, Val", "type": "Person", "properties": film},
        other={"query": "Val Kilmer", "type": "Person", "properties": other},
        like={"query": "Val Kilmr", "type": "Person"},
    )
    assert {each[0]["id"] for each in found.values()} == {"person/Val_Kilmer"}
    matched = {key for key, each in found.items() if each[0]["match"]}
    assert matched == {"name", "turned"}


def test_columns_are_filled_from_the_graph(sample: Website) -> None:
    pids = ["director", "datePublished", "genre", "rating", "nothing"]
    extend = {
        "ids": ["movie/tt9900001", "movie/tt0113277", "movie/none", "not an > iri"],
        "properties": [{"id": pid} for pid in pids],
    }
    response = sample.client.post("/reconcile", data={"extend": json.dumps(extend)})
    told = response.json()
    assert [each["id"] for each in told["meta"]] == pids
    assert told["meta"][0]["type"]["id"] == "Person"
    amber = told["rows"]["movie/tt9900001"]
    assert amber == {
        "director": [{"id": "person/Mara_Ostholt", "name": "Mara Ostholt"}],
        "datePublished": [{"date": "1987-03-02T00:00:00Z"}],
        "genre": [{"str": "Drama"}],
        "rating": [{"float": 7.5}],
        "nothing": [],
    }
    assert _DATE.fullmatch(amber["datePublished"][0]["date"])
    assert told["rows"]["movie/tt0113277"]["datePublished"] == [{"int": 1995}]
    assert set(map(tuple, told["rows"]["movie/none"].values())) == {()}
    born = {"ids": ["person/nm9900003"], "properties": [{"id": "birthDate"}, {"id": "film"}]}
    person = sample.client.post("/reconcile", data={"extend": json.dumps(born)}).json()
    assert person["rows"]["person/nm9900003"] == {
        "birthDate": [{"date": "1951-04-05T00:00:00Z"}],
        "film": [{"id": "movie/tt9900001", "name": "The <Amber> Signal"}],
    }


def test_things_properties_and_types_are_suggested(sample: Website) -> None:
    def suggested(what: str, prefix: str, cursor: int = 0) -> list[dict[str, Any]]:
        given: dict[str, Any] = {"prefix": prefix, "cursor": cursor}
        response = sample.client.get(f"/reconcile/suggest/{what}", params=given)
        result: list[dict[str, Any]] = response.json()["result"]
        assert all({"id", "name"} <= each.keys() for each in result)
        return result

    assert suggested("entity", "Hea")[0]["id"] == "movie/tt0113277"
    assert {each["id"] for each in suggested("property", "dir")} == {"director"}
    assert suggested("type", "fi") == [{"id": "Movie", "name": "Film"}]
    assert suggested("entity", "person/Val_Kilmer")[0]["name"] == "Val Kilmer"
    assert suggested("property", "datePublished")[0]["name"] == "date published"
    assert suggested("type", "Movie") == suggested("type", "fi")
    every, rest = suggested("property", ""), suggested("property", "", 3)
    assert rest == every[3:]
    assert suggested("entity", "a", 10)[0] not in suggested("entity", "a")
    assert suggested("entity", "a", 10**6) == []
    assert sample.client.get("/reconcile/suggest/nothing").status_code == 404
    told = sample.client.get("/reconcile/properties", params={"type": "Person"}).json()
    assert {each["id"] for each in told["properties"]} >= {"birthDate", "film"}


@pytest.mark.parametrize("encoded", [encode_uri, lambda text: quote(text, safe="")])
def test_the_page_of_anything_is_found_however_its_id_is_encoded(
    sample: Website, encoded: Callable[[str], str]
) -> None:
    """OpenRefine encodes an id as `encodeURI` does, the API wants `encodeURIComponent`."""
    manifest = sample.client.get("/reconcile").json()
    found = asked(sample, **{name: {"query": name, "type": "Person"} for name in ODD})
    for name, results in found.items():
        assert results[0]["name"] == name
        for each in ("view", "preview"):
            address = manifest[each]["url"].replace("{{id}}", encoded(results[0]["id"]))
            page = sample.client.get(address, follow_redirects=True)
            assert page.status_code == 200, (name, address)
            assert name in html.unescape(page.text)


def test_a_view_leads_to_things_of_ours_alone(sample: Website) -> None:
    for key in ("/evil.example", "/evil.example/movie/", "queries", "movie", "..%2Fqueries", ""):
        assert sample.client.get(f"/reconcile/view/{key}").status_code == 404
    assert sample.client.get("/reconcile/view/movie/%0d%0aX-Odd:%201").status_code == 404


def test_web_pages_of_others_may_ask_everything(sample: Website) -> None:
    for path in (
        *("", "?queries={}", "?queries=no", "/suggest/entity?prefix=h", "/suggest/none"),
        *("/properties", "/preview/movie/tt0113277", "/preview/no", "/view/movie/tt0113277"),
        "/view/no",
    ):
        answer = sample.client.get(f"/reconcile{path}")
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path


def test_a_preview_may_be_shown_in_a_frame_and_escapes_what_it_shows(sample: Website) -> None:
    response = sample.client.get("/reconcile/preview/movie/tt9900001")
    assert "The &lt;Amber&gt; Signal" in response.text
    assert "director: Mara Ostholt" in response.text
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert sample.client.get("/reconcile/preview/movie/no").status_code == 404


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"queries": "no JSON"}, 400),
        ({"queries": "[]"}, 400),
        ({"queries": '{"a": 1}'}, 400),
        ({"queries": '{"a": {"query": 1}}'}, 400),
        ({"queries": '{"a": {"query": "x", "properties": 5}}'}, 400),
        ({"queries": r'{"\ud800": {"query": "x"}}'}, 400),
        ({"queries": "[" * 100_000}, 400),
        ({"queries": json.dumps({str(n): {"query": "x"} for n in range(201)})}, 413),
        ({"extend": "{}"}, 400),
        ({"extend": r'{"ids": ["\ud800"], "properties": [{"id": "name"}]}'}, 400),
        ({"extend": json.dumps({"ids": ["x"] * 201, "properties": []})}, 413),
    ],
)
def test_what_is_no_request_is_refused(sample: Website, form: dict[str, str], status: int) -> None:
    assert sample.client.post("/reconcile", data=form).status_code == status


@pytest.mark.parametrize("nothing", [None, "", " ", [], [None], {"id": None}])
def test_an_empty_cell_says_nothing(sample: Website, nothing: object) -> None:
    rest = [{"pid": pid, "v": nothing} for pid in ("director", "year", "born", "film", "sameAs")]
    for text in ("The <Amber> Signal", "Mara Ostholt"):
        queries = {"alone": {"query": text}, "empty": {"query": text, "properties": rest}}
        answer = sample.client.post("/reconcile", data={"queries": json.dumps(queries)}).json()
        assert answer["alone"]["result"]
        assert answer["empty"] == answer["alone"]


Row = dict[str, Any]


@pytest.fixture(scope="module")
def gold() -> list[Row]:
    """Films as IMDb tells them."""
    lines = shared("data/linking/gold.jsonl").read_text("utf-8").splitlines()
    return list(map(json.loads, lines))


@pytest.fixture(scope="module")
def half(gold: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    """Serve every second one of these films."""
    desk = Desk(tmp_path_factory.mktemp("half"))
    for row in gold[::2]:
        shutil.copy(shared(f"data/linking/records/{row['movieId']}.txt"), desk.source)
    desk.load()
    with served(desk.workspace.path) as site:
        yield site


def as_told(row: Row) -> Row:
    people = {key: [each["name"] for each in row[key]] for key in ("directors", "actors")}
    return {"title": row["title"], "year": int(row["year"]), **people}


def turned(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}" if first else last


VARIANTS: dict[str, Callable[[Row], Row]] = {
    "as IMDb tells it": lambda told: told,
    "with nobody but directors": lambda told: told | {"actors": []},
    "with names turned": lambda told: told | {"directors": [*map(turned, told["directors"])]},
    "in capitals": lambda told: told | {"title": told["title"].upper()},
    "a year late": lambda told: told | {"year": told["year"] + 1},
    "three years late": lambda told: told | {"year": told["year"] + 3},
    "without the first word": lambda told: told | {"title": told["title"].partition(" ")[2] or "x"},
    "by somebody else": lambda told: told | {"directors": ["Nemo Nobody"], "actors": []},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_rows_are_matched_with_what_linking_links_them_to(
    half: Website, gold: list[Row], variant: Callable[[Row], Row]
) -> None:
    """Precision and recall are those of `etl link`, which judges the same rows and films."""
    rows = {row["imdb"]: variant(as_told(row)) for row in gold}
    held = TitleIndex(
        FilmCandidate(
            (row["title"],),
            (int(row["year"]),),
            row["imdb"],
            directors=tuple(each["name"] for each in row["directors"]),
            actors=tuple(each["name"] for each in row["actors"]),
            evidence=row["imdb"],
        )
        for row in gold[::2]
    )
    linked = {
        imdb: outcome.linked.imdb_id
        for imdb, told in rows.items()
        if (outcome := held.link(mention(told))).linked
    }
    matched = _matched(half, rows)
    assert matched == linked
    assert all(key == each for key, each in matched.items())
    if variant is VARIANTS["as IMDb tells it"]:
        assert len(matched) == len(gold[::2]) == 84


def mention(told: Row) -> FilmMention:
    people = (tuple(told[key]) for key in ("directors", "actors"))
    return FilmMention("", told["title"], told["year"], None, *people)


def _matched(site: Website, rows: dict[str, Row]) -> dict[str, str]:
    queries = {key: _query(told) for key, told in rows.items()}
    found: dict[str, Any] = {}
    for start in range(0, len(rows), 100):
        some = dict(list(queries.items())[start : start + 100])
        found |= site.client.post("/reconcile", data={"queries": json.dumps(some)}).json()
    return {
        key: one["id"].removeprefix("movie/")
        for key, told in found.items()
        for one in told["result"]
        if one["match"]
    }


def _query(told: Row) -> Row:
    pids = {"datePublished": "year", "director": "directors", "actor": "actors"}
    properties = [{"pid": pid, "v": told[key]} for pid, key in pids.items()]
    return {"query": told["title"], "type": "Movie", "properties": properties}
