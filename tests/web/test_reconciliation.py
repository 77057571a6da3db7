"""The Reconciliation Service API 0.2: what OpenRefine asks, as its documentation has it."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from desk import Desk
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


def test_rows_of_a_table_are_matched_as_exactly_as_linking_does(tmp_path: Path) -> None:
    """Films and directors as IMDb calls them; half of the films are not in the graph."""
    records, gold = shared("data/linking/records"), shared("data/linking/gold.jsonl")
    rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    half = {str(row["movieId"]) for row in rows[::2]}
    (tmp_path / "half").mkdir()
    for path in records.glob("*.txt"):
        if path.stem in half:
            shutil.copy(path, tmp_path / "half")
    desk = Desk(tmp_path)
    desk.load(tmp_path / "half")
    queries = {row["imdb"]: _query(row) for row in rows}
    found: dict[str, Any] = {}
    with served(desk.workspace.path) as site:
        for start in range(0, len(rows), 100):
            some = dict(list(queries.items())[start : start + 100])
            found |= site.client.post("/reconcile", data={"queries": json.dumps(some)}).json()
    matched = {
        key: one["id"].removeprefix("movie/")
        for key, told in found.items()
        for one in told["result"]
        if one["match"]
    }
    there = {row["imdb"] for row in rows[::2]}
    wrong = {key: each for key, each in matched.items() if key != each}
    assert len(there) > 50
    assert not wrong
    assert len(matched) / len(there) >= 0.95, there - matched.keys()


def _query(row: dict[str, Any]) -> dict[str, Any]:
    said = {
        "datePublished": row["year"],
        "director": [each["name"] for each in row["directors"]],
        "actor": [each["name"] for each in row["actors"]],
    }
    properties = [{"pid": pid, "v": value} for pid, value in said.items()]
    return {"query": row["title"], "type": "Movie", "properties": properties}
