"""Values are written as people read them."""

from __future__ import annotations

import pytest

from etl.web.phrases import site_name


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.imdb.com/title/tt0113277/", "IMDb"),
        ("https://imdb.com/title/tt0113277/", "IMDb"),
        ("https://de.wikipedia.org/wiki/Heat", "Wikipedia"),
        ("https://notimdb.com/title/tt0113277/", "notimdb.com"),
        ("https://imdb.com.example.org/", "imdb.com.example.org"),
    ],
)
def test_a_site_is_named_by_its_own_domain(address: str, name: str) -> None:
    assert site_name(address) == name
