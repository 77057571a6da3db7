"""What people do with the pages works in a browser: without a fault, and nobody else is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from browsing import visiting
from website import Website

PAGES = [
    "/",
    "/movie/tt0113277",
    "/movie/tt9900001",
    "/person/Al_Pacino",
    "/films?decade=1990s",
    "/people",
    "/queries",
    "/queries/films-by-decade",
    "/queries/cast-of-film?film=Heat",
    "/search?q=heat",
    "/quarantine",
    "/links",
    "/runs",
    "/sources",
    "/editor",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_fault_and_can_be_read_by_ear(
    site: Website, browser: Browser, path: str, scheme: str
) -> None:
    with visiting(browser, site.url, color_scheme=scheme) as visit:
        visit.open(path)
        assert visit.hindrances() == []


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_its_window(site: Website, browser: Browser, path: str, width: int) -> None:
    size = {"width": width, "height": 800}
    with visiting(browser, site.url, viewport=size) as visit:
        page = visit.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_picture_keeps_its_style(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/queries/films-by-decade.svg")
        size = "getComputedStyle(document.querySelector('.title')).fontSize"
        assert page.evaluate(size) == "18px"


def test_one_finds_a_film_sees_where_a_fact_comes_from_and_follows_an_actor(
    site: Website, browser: Browser
) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/")
        page.get_by_label("A film, a person or a character").press_sequentially("eternal sun")
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/movie/tt0338013")
        mark = page.get_by_label("Where from: 8.3 of 10", exact=True)
        mark.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("seeds/7361.txt:5")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_text("seeds/7361.txt:5")).to_be_hidden()
        page.get_by_role("link", name="Kate Winslet", exact=True).first.click()
        page.wait_for_url("**/person/Kate_Winslet")
        expect(page.get_by_role("heading", level=1)).to_have_text("Kate Winslet")


def test_one_narrows_a_list_sorts_it_and_widens_it_again(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/films")
        page.get_by_role("navigation", name="Narrow").get_by_role("link", name="1990s").click()
        page.wait_for_url("**/films?decade=1990s")
        page.get_by_role("link", name="Rating", exact=True).click()
        heading = page.get_by_role("columnheader", name="Rating")
        expect(heading).to_have_attribute("aria-sort", "descending")
        page.get_by_label("Remove Decade: 1990s").click()
        page.wait_for_url("**/films?sort=-rating")


def test_one_asks_a_question_and_sees_its_chart(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/queries/co-actors-of-person")
        field = page.get_by_label("Person", exact=True)
        field.press_sequentially("al pac")
        page.get_by_role("option", name="Al Pacino").click()
        page.get_by_role("button", name="Ask").click()
        page.wait_for_url("**person=**")
        expect(page.get_by_role("img", name="Films by name")).to_be_visible()
        assert page.locator("tbody tr").count() > 5


def test_one_runs_and_cancels_a_query_in_the_editor(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/editor?name=films-by-decade")
        page.locator(".yasqe:visible .yasqe_queryButton").click()
        expect(page.locator(".yasr:visible").get_by_text("1990s")).to_be_visible()
        endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        page.goto(f"{visit.url}/editor?query={endless}")
        page.locator(".yasqe:visible .yasqe_queryButton").click()
        expect(page.get_by_text("Running for")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("Running for")).to_be_hidden()
        page.reload()  # nothing is lost
        expect(page.get_by_role("tab", name="films-by-decade")).to_be_visible()


def test_the_editor_completes_terms_of_the_shapes(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/editor?query=PREFIX schema: <https://schema.org/> SELECT * { ?s")
        page.locator(".CodeMirror:visible").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" schema:da")
        expect(page.locator(".CodeMirror-hints")).to_contain_text("schema:datePublished")


def test_one_sees_a_record_that_is_kept_out(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/")
        page.get_by_role("link", name="See why").click()
        expect(page.get_by_text("records/9900003.txt:3")).to_be_visible()


def test_one_chooses_the_dark_and_it_stays(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url, color_scheme="light") as visit:
        page = visit.open("/")
        colour = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(colour)
        page.get_by_role("button", name="Dark").click()
        dark = page.evaluate(colour)
        assert dark != light
        visit.open("/films")
        assert page.evaluate(colour) == dark


def test_without_scripts_pages_work_too(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url, java_script_enabled=False) as visit:
        page = visit.open("/")
        page.get_by_label("A film, a person or a character").fill("heat")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Heat (1995)").click()
        page.get_by_label("Where from: Michael Mann").first.click()
        expect(page.get_by_text("seeds/6.txt:6").first).to_be_visible()


def test_a_title_of_html_is_text(site: Website, browser: Browser) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/movie/tt9900001")
        assert "<script>alert(1)</script>" in page.get_by_role("heading", level=1).inner_text()
        assert page.locator("script").count() == 3


def test_one_sees_what_belongs_to_a_film_and_follows_it_by_keyboard(
    site: Website, browser: Browser
) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("/movie/tt0338013")
        drawing = page.get_by_role("group", name="This film, its people and their other films")
        expect(drawing.get_by_text("The Truman Show (1998)")).to_be_visible()
        drawing.get_by_role("link", name="Jim Carrey").focus()
        expect(drawing.locator(".edge.lit")).to_have_count(3)
        page.keyboard.press("Tab")
        expect(drawing.locator(".edge.lit")).to_have_count(2)
        drawing.get_by_role("link", name="The Truman Show (1998)").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/movie/tt0120382")
    with visiting(browser, site.url, viewport={"width": 360, "height": 800}) as visit:
        page = visit.open("/movie/tt0338013")
        expect(page.locator(".graph")).to_be_hidden()
        page.get_by_text("As a list").click()
        page.get_by_role("link", name="The Truman Show (1998)").click()
        page.wait_for_url("**/movie/tt0120382")
