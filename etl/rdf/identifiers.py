"""Identifiers of films and people: parse, check, turn into IRIs.

This is the only place where an IRI of ours is minted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from urllib.parse import unquote, urlsplit

from pyoxigraph import NamedNode

from etl.errors import EtlError

DEFAULT_BASE_IRI = "http://localhost:8000/"

FILM_SCHEMES = ("imdb", "wikidata", "tmdb", "movielens", "record")
"""The schemes by whose ids films are known, the strongest first.

`record` is none of the world's: its ids are made of a source and a key in it, for a record that has
no other.
"""


def film_id(key: str) -> tuple[str, str]:
    """Return the scheme and the id by which a film is known: `tt…`, `Q…`, or `<scheme>-<id>`."""
    scheme, dash, identifier = key.partition("-")
    if dash and scheme in FILM_SCHEMES:
        return scheme, identifier
    return "wikidata" if key.startswith("Q") else FILM_SCHEMES[0], key


def film_rank(key: str) -> tuple[int, str]:
    """Return what puts films' keys in order, those by the strongest schemes first."""
    return FILM_SCHEMES.index(film_id(key)[0]), key


_IMDB_ID = re.compile(r"(tt|nm)([0-9]{7,10})", re.IGNORECASE | re.ASCII)
_IMDB_PAGE = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:www\.|m\.)?imdb\.(?:com|to)(?::[0-9]+)?"
    r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/(?:title/(?=tt)|name/(?=nm))(tt|nm)([0-9]{7,10})(?:[/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_IMDB_DIGITS = 7  # IMDb pads its numbers to so many with zeros, and no further
_WIKIDATA_ITEM = re.compile(r"(?:https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/)?(Q[1-9][0-9]*)")

_MOVIELENS_ID = re.compile(
    r"(?:movielens[-:]|(?:https?://)?(?:www\.)?movielens\.org/movies/)?([1-9][0-9]*)/?",
    re.IGNORECASE,
)
_TMDB_ID = re.compile(
    r"(?:tmdb[-:]|(?:https?://)?(?:www\.)?themoviedb\.org/movie/)([1-9][0-9]*)(?:[-/?#]\S*)?",
    re.IGNORECASE,
)
_TMDB_PERSON = re.compile(
    r"(?:(?:https?://)?(?:www\.)?themoviedb\.org/person/)?([1-9][0-9]*)(?:[-/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)


def imdb_id(text: str) -> str | None:
    """Return the IMDb id in any of its forms (`tt…`, `nm…`, a page's URL), or None.

    Capitals and zeros beyond the seventh digit are another spelling of the same id.

    Source: Wikidata's P345 gives the form, two letters and 7 to 10 digits.
    """
    text = text.strip()
    match = _IMDB_ID.fullmatch(text) or _IMDB_PAGE.fullmatch(text)
    if match is None:
        return None
    digits = match[2]
    if len(digits) > _IMDB_DIGITS and digits[0] == "0":
        digits = digits.lstrip("0").zfill(_IMDB_DIGITS)
    return match[1].lower() + digits


def imdb_title_id(text: str) -> str | None:
    """Return the IMDb id of a film (`tt…`) in any of its forms, or None."""
    found = imdb_id(text)
    return found if found and found.startswith("tt") else None


def imdb_name_id(text: str) -> str | None:
    """Return the IMDb id of a person (`nm…`) in any of its forms, or None."""
    found = imdb_id(text)
    return found if found and found.startswith("nm") else None


def wikidata_id(text: str) -> str | None:
    """Return the item id (`Q…`) of a Wikidata IRI, page or bare id, or None."""
    match = _WIKIDATA_ITEM.fullmatch(text.strip())
    return match[1] if match else None


def movielens_id(text: str) -> str | None:
    """Return the number of a film on MovieLens, bare, as `movielens-7361` or a page, or None."""
    match = _MOVIELENS_ID.fullmatch(text.strip())
    return match[1] if match else None


def tmdb_id(text: str) -> str | None:
    """Return the number of a film on TMDb, as `tmdb-38` or its page, or None."""
    match = _TMDB_ID.fullmatch(text.strip())
    return match[1] if match else None


def tmdb_person_id(text: str) -> str | None:
    """Return the number of a person on TMDb, bare or as their page, or None."""
    match = _TMDB_PERSON.fullmatch(text.strip())
    return match[1] if match else None


def imdb_page(identifier: str) -> str:
    """Return the address of an IMDb page: what `schema:sameAs` and `schema:url` hold."""
    folder = "title" if identifier.startswith("tt") else "name"
    return f"https://www.imdb.com/{folder}/{identifier}/"


def tmdb_page(identifier: str) -> str:
    """Return the address of a film's page on TMDb."""
    return f"https://www.themoviedb.org/movie/{identifier}"


def wikidata_entity(identifier: str) -> str:
    """Return the IRI of a Wikidata item.

    Source: Wikidata's RDF dump format, where an entity's IRI is http and /entity/.
    """
    return f"http://www.wikidata.org/entity/{identifier}"


PERSON_KEYS = ("tmdb", "key")
"""The schemes of the keys by which sources tell people from their namesakes.

`key` is none of the world's: its keys are made of a source and a key in it.
"""

LIKE_A_PERSON_ID = f"(?:name-)*(?:(?:[Nn][Mm]|[Qq])[0-9]+|(?:{'|'.join(PERSON_KEYS)})-.*)"
"""Names that have the form of an id, or are such names marked: a pattern for Python and SQL.

Who gives people ids of another scheme adds their form.
"""

_LIKE_A_PERSON_ID = re.compile(LIKE_A_PERSON_ID)


def name_key(name: str) -> str:
    """Return the key of somebody who is known by name alone, which is nobody's id.

    That is the name, marked where it looks like an id: `Jim Carrey`, `name-Q42`. Different names
    have different keys.
    """
    if name[:1] in "nNqQtk" and _LIKE_A_PERSON_ID.fullmatch(name):
        return f"name-{name}"
    return name


def _needs_encoding() -> re.Pattern[str]:
    """Match each character that may not stand in an IRI's path segment, and `_` and `%`.

    An underscore is encoded because it stands for a space, so that two names never share an
    IRI; any other space, because not every parser takes it.

    Source: RFC 3987 section 2.2, `ipchar`; section 4.1, marks of a text's direction.
    """
    ucschar = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
        f"{chr(plane * 0x10000 + (0x1000 if plane == 14 else 0))}-{chr(plane * 0x10000 + 0xFFFD)}"
        for plane in range(1, 15)
    )
    direction = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
    return re.compile(f"[^A-Za-z0-9.~!$&'()*+,;=:@{ucschar}-]|[\\s{direction}]")


_ENCODED = _needs_encoding()
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_PLAIN = re.compile(  # most names and all ids: nothing to encode
    r"[A-Za-z0-9'-][A-Za-z0-9 '-]*(?:\. [A-Za-z0-9 '-]+)*"
)


def _segment(name: str) -> str:
    """Turn a name into one segment of an IRI's path; different names give different segments.

    Unquoting a segment gives the name back. Letters stand for themselves only where the segment
    is in form NFC, so that no parser that normalises IRIs takes two for one.
    """
    if _PLAIN.fullmatch(name):
        return name.replace(" ", "_")
    encoded = "_".join(_ENCODED.sub(_percent_encode, word) for word in name.split(" "))
    if not encoded.isascii() and not unicodedata.is_normalized("NFC", encoded):
        encoded = _NOT_ASCII.sub(_percent_encode, encoded)
    return encoded if encoded.strip(".") else encoded.replace(".", "%2E")


def _percent_encode(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=1 << 16)
def _person(base: str, key: str) -> NamedNode:
    return NamedNode(f"{base}person/{_segment(key)}")


def _is_base(text: str) -> bool:
    """Return whether a text is an absolute http(s) IRI that a path can be put behind."""
    try:
        parts = urlsplit(NamedNode(text).value)
        host = parts.hostname and parts.port != 0  # a port that is no number raises
    except ValueError:
        return False
    return bool(host) and parts.scheme in ("http", "https") and not set("?#") & set(text)


@dataclass(frozen=True, slots=True)
class Iris:
    """Mints every IRI of a workspace below its base IRI, which ends with a slash."""

    base: str = DEFAULT_BASE_IRI

    @classmethod
    def below(cls, base_iri: str) -> Self:
        """Check a base IRI as a user gives it.

        Raises:
            EtlError: it is not an absolute http(s) IRI, or has a query or fragment.
        """
        if not _is_base(base_iri):
            raise EtlError(
                f"base IRI: expected an address such as {DEFAULT_BASE_IRI}, found {base_iri!r}",
                hint="give an http or https address without query or fragment",
            )
        return cls(base_iri if base_iri.endswith("/") else base_iri + "/")

    def movie(self, key: str) -> NamedNode:
        """Mint a film's IRI from its key: `tt…`, or `<source>-<record id>`."""
        return NamedNode(f"{self.base}movie/{_segment(key)}")

    def film_key(self, iri: str) -> str:
        """Return the key of the film that an IRI names, or a part of it; else nothing."""
        start = f"{self.base}movie/"
        segment = iri[len(start) :].partition("#")[0] if iri.startswith(start) else ""
        return unquote(segment.replace("_", " "))

    def person(self, key: str) -> NamedNode:
        """Mint a person's IRI from their key: an id (`nm…`, `Q…`), else what `name_key` gives.

        Namesakes whom a source tells apart have one of `PERSON_KEYS`, a dash, and its key.
        """
        return _person(self.base, key)

    def has_source_key(self, person: str) -> bool:
        """Return whether a person's IRI is made of the key of a source."""
        return person.removeprefix(f"{self.base}person/").partition("-")[0] in PERSON_KEYS

    def part(self, whole: NamedNode, name: str) -> NamedNode:
        """Mint the IRI of a part of a film, a run or the data set, such as `#rating`."""
        return NamedNode(f"{whole.value}#{name}")

    def review(self, movie: NamedNode, name: str) -> NamedNode:
        """Mint the IRI of what a viewer thinks of a film."""
        return self.part(movie, f"review-{_segment(name)}")

    def mention(self, movie_key: str, name: str) -> NamedNode:
        """Mint the IRI of somebody as one film names them: what a link is about."""
        return self.part(self.movie(movie_key), f"person-{_segment(name)}")

    def source(self, name: str) -> NamedNode:
        """Mint the IRI of a source."""
        return NamedNode(f"{self.base}source/{_segment(name)}")

    def record(self, source: str, path: str, key: str) -> NamedNode:
        """Mint the IRI of a record: by its file in the source, and its key there if any."""
        file = "/".join(map(_segment, (source, *path.split("/"))))
        return NamedNode(f"{self.base}source/{file}" + (f"#{_segment(key)}" if key else ""))

    def software(self, version: str) -> NamedNode:
        """Mint the IRI of this program, as it is in one version."""
        return NamedNode(f"{self.base}software/reelgraph-{_segment(version)}")

    @property
    def dataset(self) -> NamedNode:
        """The IRI of the whole graph as a data set."""
        return NamedNode(f"{self.base}dataset")

    def run(self, number: int) -> NamedNode:
        """Mint the IRI of a run."""
        return NamedNode(f"{self.base}run/{number}")

    @property
    def provenance_graph(self) -> NamedNode:
        """The named graph that holds what is said about runs and sources."""
        return NamedNode(f"{self.base}graph/provenance")
