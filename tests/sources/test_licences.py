"""Licences are known by what they are called, and formats by their publishers'."""

from __future__ import annotations

import pytest

from etl.sources.licences import NON_COMMERCIAL, SHARE_ALIKE, classes, licence_iri
from etl.sources.tables.forms import map_of
from etl.sources.tables.shipped import SHIPPED

CC, SPDX = "https://creativecommons.org/licenses", "https://spdx.org/licenses"


@pytest.mark.parametrize(
    ("licence", "asked"),
    [
        (f"{CC}/by-nc/4.0/", {NON_COMMERCIAL}),
        (f"{CC}/by-nc-sa/3.0/de/", {NON_COMMERCIAL, SHARE_ALIKE}),
        (f"{CC}/by-sa/4.0/", {SHARE_ALIKE}),
        (f"{CC}/by/4.0/", set()),
        ("https://creativecommons.org/publicdomain/zero/1.0/", set()),
        (f"{SPDX}/CC-BY-NC-ND-4.0", {NON_COMMERCIAL}),
        (f"{SPDX}/CC-BY-SA-4.0", {SHARE_ALIKE}),
        (f"{SPDX}/ODbL-1.0", {SHARE_ALIKE}),
        (f"{SPDX}/GPL-3.0-or-later", {SHARE_ALIKE}),
        (f"{SPDX}/GFDL-1.3", {SHARE_ALIKE}),
        (f"{SPDX}/MIT", set()),
        (f"{SPDX}/NCSA", set()),
        ("https://films.example/nasa/sans-comic", set()),
    ],
)
def test_what_a_licence_asks_is_told_by_its_name(licence: str, asked: set[str]) -> None:
    assert set(classes(licence)) == asked


@pytest.mark.parametrize("name", SHIPPED)
def test_the_licence_of_a_map_that_ships_asks_something(name: str) -> None:
    licence = map_of(name).licence
    assert not licence or classes(licence)


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("CC0-1.0", f"{SPDX}/CC0-1.0"),
        (f"{CC}/by/4.0/", f"{CC}/by/4.0/"),
        ("see LICENCE", ""),
        ("ftp://films.example/licence", ""),
        ("", ""),
    ],
)
def test_a_licence_is_an_address_or_a_name_of_spdx(text: str, iri: str) -> None:
    assert licence_iri(text) == iri
