"""Search, lists with facets and saved queries: as pages, and the same addresses as JSON and CSV."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from commands import run
from drawing import png_or_skip
from etl.errors import QueryError
from etl.output.charts import bars, columns
from etl.queries import SavedQuery, read_queries
from etl.queries.saved import Drawing
from etl.web.browsing import FILMS, Selection
from website import SCRIPT, Website, served


def test_search_finds_as_the_command_line_does(site: Website) -> None:
    page = site.get("/search?q=Eternal+Sunshin").text
    assert '<a href="/movie/tt0338013">Eternal Sunshine of the Spotless Mind (2004)</a>' in page
    found = site.get("/search.json?q=joel+barish").json()
    assert (found[0]["path"], found[0]["why"]) == ("/movie/tt0338013", "character")
    people = site.get("/search.json?q=al&kind=person").json()
    assert {each["kind"] for each in people} == {"person"}
    assert site.get("/search?q=heat", "application/json").json()[0]["label"] == "Heat (1995)"
    assert "Nothing here is called that" in site.get("/search?q=qqqqqqqqqq").text
    assert site.get("/search").status_code == 200
    assert site.get("/search.json").json() == []


def test_facets_narrow_and_their_counts_are_what_is_found(site: Website) -> None:
    everything = site.get("/films.json").json()
    assert everything["total"] == 54
    for facet, values in everything["facets"].items():
        for each in values:
            narrowed = site.client.get("/films.json", params={facet: each["value"]}).json()
            assert narrowed["total"] == each["count"], (facet, each)
    both = site.get("/films.json?decade=1990s&rating=8+to+9").json()
    assert 0 < both["total"] < everything["total"]
    assert all(1990 <= row["year"] < 2000 and 8 <= row["rating"] < 9 for row in both["rows"])


def test_the_same_list_is_a_page_json_and_csv(site: Website) -> None:
    address = "?decade=1990s&sort=-rating"
    rows = site.get("/films.json" + address).json()["rows"]
    ratings = [row["rating"] for row in rows if row["rating"] is not None]
    assert ratings == sorted(ratings, reverse=True)
    table = list(csv.DictReader(io.StringIO(site.get("/films.csv" + address).text)))
    assert [row["title"] for row in table] == [row["title"] for row in rows]
    page = site.get("/films" + address).text
    assert [f'">{row["title"]}</a>' in page for row in rows[:5]] == [True] * 5
    assert 'aria-sort="descending"' in page
    assert site.get("/films" + address, "text/csv").text.startswith("iri,title,year")


def test_pages_follow_each_other_and_miss_nobody(site: Website) -> None:
    names, following = list[str](), "/people.json"
    while following:
        page = site.get(following).json()
        names += [row["iri"] for row in page["rows"]]
        following = page["next"]
    assert len(names) == len(set(names)) == page["total"] > 500
    assert "Page 2 of" in site.get("/people?page=2").text
    for odd in ("page=-1", "page=0", "page=%D9%A3", "page=99999999999", "sort=nothing", "x=y"):
        assert site.get(f"/people?{odd}").status_code == 200


def test_nothing_found_says_what_would_widen_it(site: Website) -> None:
    page = site.get("/films?decade=1990s&genre=None+such").text
    assert "Nothing has all of this" in page
    assert 'href="/films?decade=1990s"' in page


def test_an_address_says_all_that_was_chosen() -> None:
    text = "genre=Drama&genre=War&sort=title&page=3&unknown=1&decade="
    selection = Selection.read(FILMS, parse_qsl(text, keep_blank_values=True))
    assert selection.url() == "/films?genre=Drama&genre=War&sort=title&page=3"
    again = Selection.read(FILMS, parse_qsl(urlsplit(selection.url()).query))
    assert again == selection
    assert selection.toggled("genre", "War").url() == "/films?genre=Drama&sort=title"
    assert selection.sorted_by("title").order == "-title"
    assert selection.sorted_by("year").order == "-year"


def test_every_saved_query_has_a_page(site: Website) -> None:
    listed = re.findall(r'<li><a href="(/queries/[^"]+)">', site.get("/queries").text)
    assert [each.removeprefix("/queries/") for each in listed] == list(read_queries())
    for path in listed:
        page = site.get(path)
        assert page.status_code == 200
        assert "The SPARQL behind it" in page.text
    assert len(re.findall('<li><a href="/queries/', site.get("/queries?q=decade").text)) == 1


def test_a_question_is_asked_with_its_parameters(site: Website) -> None:
    page = site.get("/queries/cast-of-film?film=Heat").text
    assert ">Robert De Niro</td>" in page
    assert '<a href="/person/Robert_De_Niro">person/Robert_De_Niro</a>' in page
    assert 'value="Heat"' in page
    solutions = site.get("/queries/cast-of-film.json?film=Heat").json()
    assert {"name", "actor"} <= {*solutions["head"]["vars"]}
    assert "Robert De Niro" in site.get("/queries/cast-of-film.csv?film=Heat").text
    unknown = site.get("/queries/cast-of-film?film=Hteaa")
    assert unknown.status_code == 400
    assert "no film" in unknown.text
    assert site.get("/queries/cast-of-film.json?film=Hteaa").status_code == 400
    assert site.get("/queries/cast-of-film.csv").status_code == 400
    assert site.get("/queries/none-such").status_code == 404


def test_what_is_typed_is_never_part_of_the_query(site: Website) -> None:
    page = site.get('/queries/films-called?title=" } SERVICE <http://x/> { ?s ?p ?o } #')
    assert page.status_code == 200
    assert "no answer" in page.text


def test_an_answer_that_counts_has_a_chart(site: Website) -> None:
    page = site.get("/queries/films-by-decade").text
    assert "<svg" in page
    assert "Films by decade" in page
    assert len(re.findall('<rect class="mark"', page)) == len(re.findall("<tr><td>", page))
    assert "style=" not in page


def test_the_picture_of_an_answer_is_that_of_the_command_line(
    site: Website, served_workspace: Path
) -> None:
    png_or_skip()
    for name, values in (("films-by-decade", {}), ("co-actors-of-person", {"person": "Al Pacino"})):
        page = site.client.get(f"/queries/{name}", params=values).text
        drawn = re.findall("<figure.*?(<svg.*?)</figure>", page, re.DOTALL)[0]
        marks = re.compile("<(?:rect class|text).*?/", re.DOTALL)
        for form, media_type in (("svg", "image/svg+xml"), ("png", "image/png")):
            [address] = re.findall(f'href="(/queries/{name}[.]{form}[^"]*)"', page)
            answer = site.get(html.unescape(address))
            assert answer.headers["Content-Type"].partition(";")[0] == media_type
            asked = [f"-p{key}={value}" for key, value in values.items()]
            told = run("query", name, *asked, "-f", form, "--workspace", served_workspace)
            assert answer.content == told.stdout_bytes
        svg = site.client.get(f"/queries/{name}.svg", params=values).text
        assert marks.findall(svg[svg.index("<g ") :]) == marks.findall(drawn)


def test_what_cannot_be_drawn_is_not_offered_and_says_why(site: Website) -> None:
    assert "cast-of-film.svg" not in site.get("/queries/cast-of-film?film=Heat").text
    for address, reason in (
        ("cast-of-film.svg?film=Heat", "it declares no chart"),
        ("co-actors-of-person.png?person=Ann", "no person is called"),
        ("co-actors-of-person.svg", "a parameter is missing"),
        ("films-by-language.svg", "fewer than two numbers"),
    ):
        answer = site.get(f"/queries/{address}", "text/plain")
        assert (answer.status_code, reason in answer.text) == (400, True), answer.text
    assert "Traceback" not in "".join(site.said)
    assert site.get("/queries/none.svg").status_code == 404


def test_queries_of_ones_own_count_beside_ours(served_workspace: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.rq").write_text("#+ summary: One of mine.\nSELECT ?x { VALUES ?x { 7 } }\n")
    with served(served_workspace, "--queries", str(own)) as site:
        assert "One of mine." in site.get("/queries").text
        assert site.get("/queries/mine.csv").text == "x\r\n7\r\n"


def test_a_query_says_how_its_answer_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "counted.rq"
    text = "#+ summary: Counted.\n#+ chart: bars name n\nSELECT ?name ?n { ?x ?name ?n }\n"
    path.write_text(text)
    assert SavedQuery.read(path).drawing == Drawing("bars", "name", "n")
    path.write_text(text.replace("bars", "pies"))
    with pytest.raises(QueryError, match=r"counted.rq:2: expected a chart, found 'pies name n'"):
        SavedQuery.read(path)
    path.write_text(text + "#+ chart: bars name n\n")
    with pytest.raises(QueryError, match="expected one chart, found 2"):
        SavedQuery.read(path)


def test_charts_draw_any_numbers() -> None:
    assert bars("None", []).bars == ()
    flat = columns("Flat", [("a", 0), ("b", 0)])
    assert [bar.height for bar in flat.bars] == [0, 0]
    drawn = bars("Some", [("x" * 60, 10), ("y", 5.5)])
    assert drawn.bars[0].width > drawn.bars[1].width > 0
    assert len(drawn.bars[0].brief) < 60
    assert [bar.shown for bar in drawn.bars] == ["10.0", "5.5"]


@pytest.mark.parametrize(
    "path",
    [
        "/movie/tt9900001",
        "/movie/tt9900002",
        "/films",
        "/people",
        "/search?q=%3Cscript%3E",
        "/queries/cast-of-film?film=tt9900001",
        "/queries/films-called?title=%3Cscript%3Ealert(1)%3C/script%3E",
        "/films?genre=%3Cscript%3Ealert(1)%3C/script%3E",
        "/nothing/%3Cscript%3Ealert(1)%3C/script%3E",
        "/queries?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_no_value_becomes_part_of_a_page(site: Website, path: str) -> None:
    page = site.get(path)
    assert SCRIPT not in page.text
    assert page.text.count("<script") == page.text.count("</script>") <= 3
    assert "<!--" not in page.text
