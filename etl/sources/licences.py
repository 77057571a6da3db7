"""The licences of sources: as IRIs, and what they ask that not everybody can do.

Source: what the publishers say on these pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from pyoxigraph import NamedNode

NON_COMMERCIAL, SHARE_ALIKE = "non-commercial", "share-alike"

TMDB = "https://www.themoviedb.org/api-terms-of-use"
TMDB_KEPT = timedelta(days=183)
"""How long TMDb allows its data to be kept: six months."""

_OF_SITES = {
    TMDB: NON_COMMERCIAL,
    "https://developer.imdb.com/non-commercial-datasets/": NON_COMMERCIAL,
    "https://grouplens.org/datasets/movielens/": NON_COMMERCIAL,
}
_SPDX_NAME = re.compile(r"[A-Za-z0-9.+-]+")
_NON_COMMERCIAL = re.compile(r"\bnc\b|noncommercial|non-commercial", re.IGNORECASE)
_SHARE_ALIKE = re.compile(
    r"\bsa\b|sharealike|share-alike|\b[al]?gpl\b|\bgfdl\b|odbl", re.IGNORECASE
)


def licence_iri(text: str) -> str:
    """Return the IRI of a licence, told by its web address or its SPDX name; else nothing."""
    iri = f"https://spdx.org/licenses/{text}" if _SPDX_NAME.fullmatch(text) else text
    return iri if is_web_address(iri) else ""


def is_web_address(text: str) -> bool:
    """Return whether a text is an address of the Web."""
    try:
        return NamedNode(text).value.startswith(("http://", "https://"))
    except ValueError:
        return False


def classes(licence: str) -> tuple[str, ...]:
    """Return what a licence asks, by its IRI: `non-commercial`, `share-alike`, both or neither.

    Of others than those of some sites it is told by the name, as Creative Commons and SPDX have it.
    """
    if licence in _OF_SITES:
        return (_OF_SITES[licence],)
    asked = {NON_COMMERCIAL: _NON_COMMERCIAL, SHARE_ALIKE: _SHARE_ALIKE}
    return tuple(name for name, pattern in asked.items() if pattern.search(licence))


def terms(licences: Iterable[str]) -> list[str]:
    """Return what some licences ask together, each class once."""
    return list(dict.fromkeys(name for licence in licences for name in classes(licence)))
