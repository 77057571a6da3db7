"""Charts as pictures: well-formed, legible, and the same drawing as on a page."""

from __future__ import annotations

import math
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from playwright.sync_api import Browser
from pyoxigraph import Literal, NamedNode, Triple

from commands import Etl, said
from drawing import png_or_skip
from etl.errors import EtlError
from etl.output.charts import Chart, bars, columns
from etl.output.networks import network
from etl.rdf.vocab import SCHEMA
from places import ROOT
from records import EMMA, HEAT, Film, write
from thoroughness import THOROUGH, examples

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def ask(etl: Etl, tmp_path: Path) -> Etl:
    old = Film(7, "The <Old> & the New", 1961, directors="A B", actors="C D")
    (tmp_path / "films").mkdir()
    for film in (EMMA, HEAT, old):
        write(tmp_path / "films", film)
    etl("load", "films")
    return etl


def test_a_query_draws_the_chart_that_it_declares(ask: Etl, tmp_path: Path) -> None:
    assert said(ask("query", "films-by-decade", "-o", "decades.svg")) == (0, "", "")
    root = ET.fromstring((tmp_path / "decades.svg").read_text("utf-8"))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert texts[0] == "Films by decade"
    assert {"1960s", "1990s"} <= set(texts)
    assert len(list(root.iter(f"{SVG}rect"))) == 3  # a ground and two columns
    piped = ask("query", "films-by-decade", "--format", "svg").stdout
    assert piped == (tmp_path / "decades.svg").read_text("utf-8")


def test_a_picture_of_points_is_twice_as_wide(ask: Etl, tmp_path: Path) -> None:
    png_or_skip()
    ask("query", "films-by-decade", "-o", "decades.png")
    data = (tmp_path / "decades.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, _ = struct.unpack(">II", data[16:24])
    root = ET.fromstring(ask("query", "films-by-decade", "-f", "svg").stdout)
    assert width == 2 * int(root.get("width", "0"))


@pytest.mark.usefixtures("ask")
def test_a_picture_without_a_font_to_write_with_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    (tmp_path / "none").mkdir()
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path / 'none'}</dir></fontconfig>")
    done = subprocess.run(
        [sys.executable, "-m", "etl", "query", "films-by-decade", "-o", "decades.png"],
        env={**os.environ, "FONTCONFIG_FILE": str(fonts), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: a PNG needs a font, and none is installed\nHint: ")
    assert not (tmp_path / "decades.png").exists()


def test_what_has_no_chart_is_not_drawn(ask: Etl, tmp_path: Path) -> None:
    code, out, err = said(ask("query", "titles-of-film", "Heat", "-o", "titles.svg"))
    assert (code, out) == (2, "")
    assert err.startswith("Error: titles-of-film: nothing to draw: it declares no chart\nHint: ")
    assert not (tmp_path / "titles.svg").exists()


def test_the_page_and_the_picture_have_the_same_drawing() -> None:
    numbers = [(f"<{n}> & 'so'", n / 3) for n in range(1, 30)]
    for chart in (bars("A <title>", numbers), columns("A <title>", numbers)):
        page, picture = ET.fromstring(chart.svg), ET.fromstring(chart.picture())
        inside = picture.find(f"{SVG}g")
        assert inside is not None
        plain = re.compile(r"ns\d+:|xmlns:ns\d+=\"[^\"]*\"| ")
        drawn = "".join(plain.sub("", ET.tostring(each, "unicode")) for each in inside)
        on_page = "".join(plain.sub("", ET.tostring(each, "unicode")) for each in page)
        assert drawn == on_page
        assert page.get("viewBox") == f"0 0 {chart.width} {chart.height}"


LABEL = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NUMBER = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
SVG_DTD = Path("/usr/share/xml/w3c-sgml-lib/schema/dtd/REC-SVG11-20110816/svg11.dtd")


@pytest.fixture(scope="module")
def dtd() -> etree.DTD:
    """Read the W3C's definition of SVG 1.1, of the Debian package `w3c-sgml-lib`."""
    if not SVG_DTD.exists():
        reason = "the DTD of SVG is absent: apt-get install w3c-sgml-lib"
        if THOROUGH:
            pytest.fail(reason)
        pytest.skip(reason)
    return etree.DTD(str(SVG_DTD))


@settings(max_examples=examples(50, 500))
@given(title=LABEL, numbers=st.lists(st.tuples(LABEL, NUMBER), min_size=2, max_size=120))
def test_a_chart_of_any_numbers_is_valid_svg(
    dtd: etree.DTD, title: str, numbers: list[tuple[str, float]]
) -> None:
    for chart in (bars(title, numbers), columns(title, numbers)):
        assert dtd.validate(etree.fromstring(chart.picture())), dtd.error_log
        ET.fromstring(chart.svg)
        for bar in chart.bars:
            assert 0 <= bar.x <= bar.x + bar.width <= chart.width
            assert 0 <= bar.y <= bar.y + bar.height <= chart.height


@settings(max_examples=examples(10, 50), deadline=None)
@given(names=st.lists(LABEL, min_size=1, max_size=12))
def test_a_network_of_any_names_is_valid_svg(dtd: etree.DTD, names: list[str]) -> None:
    things = [NamedNode(f"http://a.example/{number}") for number in range(len(names))]
    named = [Triple(x, SCHEMA.name, Literal(name)) for x, name in zip(things, names, strict=True)]
    drawn = network([*named, *(Triple(things[0], SCHEMA.actor, each) for each in things)], "")
    assert drawn is not None
    assert dtd.validate(etree.fromstring(drawn)), dtd.error_log


NAMES = [
    "Science Fiction and Fantasy of the old kind",
    "W" * 40,
    "千と千尋の神隠し" * 4,
    "The Lord of the Rings: The Return of the King",
    "x",
    "",
]
BOXES = """() => [...document.querySelectorAll("text")].map(text => {
  const box = text.getBoundingClientRect()
  const size = parseFloat(getComputedStyle(text).fontSize)
  return [text.textContent, box.left, box.top, box.right, box.bottom, size]
})"""


@pytest.mark.parametrize("count", [2, 6, 22, 30, 120])
@pytest.mark.parametrize("draw", [bars, columns])
def test_texts_are_legible_stay_inside_and_beside_one_another(
    browser: Browser, draw: Callable[[str, list[tuple[str, float]]], Chart], count: int
) -> None:
    """As a browser sets them; a picture of points has twice as many, so half of it is as large."""
    numbers = [(NAMES[n % len(NAMES)], 1234567.5 / (n + 1)) for n in range(count)]
    chart = draw("Titles of all films there are, by what everybody calls them", numbers)
    page = browser.new_page()
    page.set_content(f"<body style='margin: 0'>{chart.picture()}")
    boxes = [box for box in page.evaluate(BOXES) if box[0]]
    assert min(size for *_, size in boxes) >= 12
    page.close()
    assert any(text == "1,234,567.50" for text, *_ in boxes)
    for text, left, top, right, bottom, _ in boxes:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= chart.width + 32, text
        assert bottom <= chart.height + 60, text
    for (one, l1, t1, r1, b1, _), (other, l2, t2, r2, b2, _) in combinations(boxes, 2):
        assert r1 <= l2 or r2 <= l1 or b1 <= t2 + 2 or b2 <= t1 + 2, (one, other)


def test_numbers_are_written_alike_and_things_by_their_short_names(ask: Etl) -> None:
    assert [bar.shown for bar in bars("", [("a", 8), ("b", 8.8), ("c", 0.125)]).bars] == [
        *("8.00", "8.80", "0.12")
    ]
    assert [bar.shown for bar in bars("", [("a", 1e300), ("b", 2)]).bars] == ["1e+300", "2"]
    root = ET.fromstring(ask("query", "property-coverage", "-f", "svg").stdout)
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert {"schema:datePublished", "rdf:type"} <= set(texts)


CONSTRUCT = """#+ summary: Who acts in which film.
PREFIX schema: <https://schema.org/>
CONSTRUCT { ?film schema:actor ?who ; schema:name ?title . ?who schema:name ?name }
WHERE { ?film schema:actor ?who ; schema:name ?title . ?who schema:name ?name }
"""


def test_a_graph_is_drawn_as_a_network(ask: Etl, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "cast.rq").write_text(CONSTRUCT)
    assert said(ask("query", "cast", "--queries", "own", "-o", "cast.svg")) == (0, "", "")
    root = ET.fromstring((tmp_path / "cast.svg").read_text("utf-8"))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    named = {text for text in texts if text != "actor"}
    people = {"Gwyneth Paltrow", "Alan Cumming", "Al Pacino", "Robert De Niro", "C D"}
    assert named == people | {"Emma", "Heat", "The <Old> & the New"}
    assert texts.count("actor") == len(list(root.iter(f"{SVG}line"))) == 5
    dots = [
        (float(each.get("cx", "0")), float(each.get("cy", "0")))
        for each in root.iter(f"{SVG}circle")
    ]
    assert len(dots) == 8
    assert all(math.dist(one, other) > 40 for one, other in combinations(dots, 2))
    width, height = (float(root.get(each, "0")) for each in ("width", "height"))
    assert all(0 < x < width and 0 < y < height for x, y in dots)
    again = ask("query", "cast", "--queries", "own", "-f", "svg").stdout
    assert again == (tmp_path / "cast.svg").read_text("utf-8")


def test_a_graph_of_too_many_things_is_not_drawn() -> None:
    thing = NamedNode("http://a.example/x")
    many = [
        Triple(thing, SCHEMA.actor, NamedNode(f"http://a.example/{number}"))
        for number in range(100)
    ]
    with pytest.raises(EtlError, match="a picture of 101 things cannot be read"):
        network(many, "http://a.example/")
    assert network([Triple(thing, SCHEMA.name, Literal("x"))], "") is None
