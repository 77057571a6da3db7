"""A real OpenRefine matches the columns of a table with the graph, and fills new ones from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import pytest

from openrefine import OpenRefine, Project
from places import SEEDS
from website import Website

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ABSENT = (
    ("No such film at all", "2001", "Nobody Known", ""),
    ("Heat", "1986", "Dick Richards", ""),
    ("", "1990", "", ""),
)


@pytest.fixture(scope="module")
def refine(tmp_path_factory: pytest.TempPathFactory, foreign: None) -> Iterator[OpenRefine]:
    del foreign
    running = OpenRefine(tmp_path_factory.mktemp("openrefine"))
    running.start()
    yield running
    running.kill()


def sample() -> list[tuple[str, str, str, str]]:
    """Read title, year, first director and IMDb id of the sample records, in plain Python."""
    rows = []
    for path in sorted(SEEDS.glob("*.txt")):
        film = dict(re.findall(r"^(\w+): (.*)$", path.read_text("utf-8"), re.MULTILINE))
        [imdb] = re.findall(r"tt\d+", film["url"])
        rows.append((film["title"], film["year"], film["directors"].split(",")[0].strip(), imdb))
    return rows


@pytest.fixture
def project(refine: OpenRefine, site: Website) -> Iterator[Project]:
    table = [("title", "year", "director", "id"), *sample(), *ABSENT]
    with httpx.Client(base_url=f"{refine.url}/command/core/", trust_env=False) as client:
        yield Project(client, table, f"{site.url}reconcile")


def test_films_are_matched_and_columns_are_filled(project: Project) -> None:
    assert project.guessed("title")[0] == "Movie"
    found = project.match("title", "Movie", datePublished="year", director="director")
    rows = sample()
    assert len(rows) > 50
    assert [matched for matched, _ in found] == [
        *(f"movie/{imdb}" for *_, imdb in rows),
        *("" for _ in ABSENT),
    ]
    assert [candidates for _, candidates in found[len(rows) :]] == [[], ["movie/tt0113277"], []]
    pids = ("datePublished", "sameAs", "director")
    table = [row for row in project.extend("title", *pids) if row["title"]]
    for (title, year, director, imdb), row in zip(rows, table, strict=False):
        filled = (row["title"], row["date published"], row["pages elsewhere"])
        assert filled == (title, year, f"https://www.imdb.com/title/{imdb}/")
        assert director
    assert [row["date published"] for row in table[len(rows) :]] == ["", ""]


def test_people_are_matched_by_name_and_by_a_film(project: Project) -> None:
    found = project.match("director", "Person", film="title")
    rows = sample()
    assert [bool(matched) for matched, _ in found] == [*(True for _ in rows), False, False, False]
    named = [row for row in project.extend("director", "name") if row["id"]]
    assert [row["name"] for row in named] == [director for _, _, director, _ in rows]


def test_its_pages_add_the_service_suggest_properties_and_show_previews(
    refine: OpenRefine, site: Website, project: Project, browser: Browser
) -> None:
    title, _, director, imdb = sample()[0]
    with browser.new_context(viewport={"width": 1300, "height": 900}) as seen:
        page = seen.new_page()
        page.goto(f"{refine.url}/project?{urlencode(project.number)}")
        page.wait_for_selector(".data-table-cell-content")
        page.evaluate("new ReconDialog(theProject.columnModel.columns[0], [])")
        page.locator("button[bind=addStandardServiceButton]").click()
        page.locator(".dialog-frame input[bind=input]").fill(f"{site.url}reconcile")
        page.locator("button[bind=addButton]").click()
        page.wait_for_selector("input[name=type-choice][value=Movie]")
        page.locator("input[name=include][columnName=year]").check()
        page.locator("input[name=property][columnName=year]").press_sequentially("date p")
        page.locator(".fbs-list li", has_text="date published").first.click()
        page.locator("button[bind=reconcileButton]").click()
        matched = page.get_by_role("link", name=title, exact=True).first
        matched.hover()
        page.wait_for_selector("iframe")
        preview = page.frame(url=re.compile("/reconcile/preview/"))
        assert preview is not None
        assert f"director: {director}" in (preview.text_content("body") or "")
        assert preview.evaluate("document.documentElement.scrollHeight") <= 140
        address = matched.get_attribute("href") or ""
        shown = site.client.get(address, follow_redirects=True)
        assert str(shown.url) == f"{site.url}movie/{imdb}"
