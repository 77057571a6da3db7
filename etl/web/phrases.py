"""Values as people read them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def decade(date: str) -> str:
    """Return the decade of a date: `1990s`."""
    return f"{date[:3]}0s"


_DURATION = re.compile(r"PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:[\d.]+S)?")


def duration(text: str) -> str:
    """Write a running time for people: `1 h 48 min`; what is none stays as it is."""
    match = _DURATION.fullmatch(text)
    parts = [f"{match[u]} {unit}" for u, unit in (("h", "h"), ("m", "min")) if match and match[u]]
    return " ".join(parts) or text


def plain(decimal: str) -> str:
    """Write a decimal without needless zeros."""
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal


_SITES = {
    "imdb.com": "IMDb",
    "wikidata.org": "Wikidata",
    "themoviedb.org": "TMDb",
    "letterboxd.com": "Letterboxd",
    "wikipedia.org": "Wikipedia",
    "rottentomatoes.com": "Rotten Tomatoes",
}


def site_name(address: str) -> str:
    """Name the site that an address leads to."""
    host = urlsplit(address).hostname or address
    within = f".{host}"
    return next((name for domain, name in _SITES.items() if within.endswith(f".{domain}")), host)
