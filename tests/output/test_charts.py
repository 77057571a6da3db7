"""Charts as pictures: well-formed, legible, and the same drawing as on a page."""

from __future__ import annotations

import math
import os
import re
import struct
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from commands import Etl, said
from etl.errors import EtlError
from etl.output.charts import bars, columns
from etl.output.networks import network
from etl.rdf.vocab import SCHEMA
from places import ROOT
from records import EMMA, HEAT, Film, write

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
    pytest.importorskip("resvg_py")
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


def test_text_is_legible_at_half_its_size_and_stays_inside() -> None:
    chart = bars(
        "Films by genre", [("Science Fiction and Fantasy of the old kind", 1200), ("X", 3)]
    )
    root = ET.fromstring(chart.picture())
    width = int(root.get("width", "0"))
    style = root.findtext(f"{SVG}style") or ""
    sizes = [int(size) for size in re.findall(r"(\d+)px", style)]
    assert min(sizes) >= 12
    for each in root.iter(f"{SVG}text"):
        wide = 7.5 * len(each.text or "")
        x = float(each.get("x", "0")) + 16
        start = {"end": x - wide, "middle": x - wide / 2}.get(each.get("text-anchor", ""), x)
        assert start >= 0
        assert start + wide <= width


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
