"""NFO files, in which Kodi, Jellyfin and Emby keep what they know of a film beside its video.

A file is an XML element, several of them, one with a web address behind or before it, or an address
alone. Entities and DTDs are refused, and so is what is nested deeply or has very many elements.

Source: https://kodi.wiki/view/NFO_files/Movies (elements, addresses);
https://jellyfin.org/docs/general/server/metadata/identifiers (ids in names).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from xml.parsers import expat

from etl.records import Reject
from etl.sources.decoding import decode, wide_encoding
from etl.sources.files import FoundFile, bare, read
from etl.sources.tables.delimited import Row
from etl.sources.tables.documents import as_row
from etl.sources.tables.forms import Form

ROOT = "#root"
"""The key of the root's name, by which films are told from what is none."""

ADDRESS = "web address alone"

_DEEPEST, _MOST = 100, 100_000  # elements within one another, and in all
_ROOTS = re.compile(rb"<(movie|tvshow|episodedetails|musicvideo|artist|album|season)[\s>/]")
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<|https?://)")
_LINK = re.compile(rb"\bhttps?://(?:www\.)?(?:imdb|themoviedb|thetvdb)\.(?:com|org)/\S+")
_DECLARED = re.compile(rb"<\?xml[^>]*\sencoding\s*=\s*[\"']([\w.-]+)")
_IN_NAME = re.compile(r"[\[{](imdb|tmdb)(?:id)?[-=](\w+)[\]}]", re.IGNORECASE)
_ONE = frozenset(
    "title originaltitle sorttitle year premiered releasedate runtime rating votes userrating "
    "lastplayed plot outline tagline mpaa certification id imdbid imdb_id tmdbid".split()
)
_ATTRIBUTED = frozenset({"uniqueid", "rating"})


class _Refused(Exception):
    """Something in a file that is not read, whatever else is there."""


def claims(path: str, head: bytes) -> bool:
    """Return whether a file is an NFO: by its name and content, or by an XML root at its beginning.

    An address may stand before the root.
    """
    text = head.replace(b"\0", b"")  # of UTF-16
    if bare(path).endswith(".nfo"):
        return bool(_ROOTS.search(text[:4096]) or _LINK.search(text))
    return bool(_BEGINS.match(text) and _ROOTS.search(text[:4096]))


def rows(found: FoundFile, form: Form) -> Iterator[Row]:
    """Read the elements of a file, each a row."""
    data = read(found)
    text = data if isinstance(data, Reject) else _utf8(data)
    if isinstance(text, Reject):
        yield Row(1, [], text)
        return
    place, counted, line = text.find(b"<"), 0, 1
    if place < 0:
        yield as_row(1, {ROOT: ADDRESS}, form.header)
    while place >= 0:
        line, counted = line + text.count(b"\n", counted, place), place
        tree = _Tree()
        try:
            rest = tree.parse(text, place)
        except (_Refused, expat.ExpatError) as error:
            yield _rejected(line, text[place:], error, tree)
            return
        yield as_row(line, _item(tree, found), form.header)
        place = text.find(b"<", rest) if rest else -1


def _utf8(data: bytes) -> bytes | Reject:
    """Give a text as UTF-8: as that if it is, else in the encoding that it says it has."""
    text = decode(data)
    if isinstance(text, str):
        return text.encode()
    declared = _DECLARED.match(data.lstrip())
    if declared is None or wide_encoding(data):
        return text
    try:
        return data.decode(declared[1].decode()).encode()
    except (LookupError, UnicodeError):
        return text


def _rejected(line: int, text: bytes, error: Exception, tree: _Tree) -> Row:
    found = str(error).partition(": line")[0]
    expected = "XML without a DTD and entities, of a film" if tree.refused else "XML"
    shown = text[:65_536].decode("utf-8", "replace")
    return Row(line, [], Reject(tree.line, "", expected, found, shown))


class _Tree:
    """Reads one element with all that is in it."""

    def __init__(self) -> None:
        self.root, self.value = "", dict[str, Any]()
        self.refused, self.count = False, 0
        self._stack: list[tuple[str, dict[str, Any], list[str]]] = []
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._stack[-1][2].append(text)
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse("a DTD")
        parser.EntityDeclHandler = lambda *_: self._refuse("an entity")

    @property
    def line(self) -> int:
        """The line that was read last, counting from that of the element."""
        return max(1, self._parser.CurrentLineNumber)

    def parse(self, data: bytes, place: int) -> int:
        """Parse the element that begins at a place; give the place of what comes after, if any."""
        try:
            self._parser.Parse(memoryview(data)[place:], True)
        except expat.ExpatError:
            if self._stack or not self.root:
                raise
            return place + self._parser.ErrorByteIndex
        return 0

    def _refuse(self, what: str) -> None:
        self.refused = True
        raise _Refused(what)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self._stack) >= _DEEPEST:
            self._refuse(f"elements in one another, more than {_DEEPEST}")
        if self.count > _MOST:
            self._refuse(f"more than {_MOST:,} elements")
        kept = attributes if name in _ATTRIBUTED else {}
        self._stack.append((name, {f"@{key}": value for key, value in kept.items()}, []))

    def _end(self, _: str) -> None:
        name, inner, pieces = self._stack.pop()
        text = "".join(pieces).strip()
        if not self._stack:
            self.root, self.value = name, inner
            return
        value = inner | ({"#text": text} if text else {}) if inner else text
        self._stack[-1][1].setdefault(name, []).append(value)


def _item(tree: _Tree, found: FoundFile) -> dict[str, Any]:
    """Make an object of an element: a text, or a list, for each name."""
    item: dict[str, Any] = {ROOT: tree.root}
    if tree.root != "movie":
        return item
    names = " ".join(PurePath(found.path).parts[-2:])
    item |= {f"#{scheme.lower()}": own for scheme, own in _IN_NAME.findall(names)}
    for name, values in tree.value.items():
        if name == "uniqueid":
            told = (each for each in values if isinstance(each, dict))
            item |= {f"uniqueid.{e.get('@type', '').lower()}": e.get("#text", "") for e in told}
        elif name == "ratings":
            inner = (each.get("rating", []) for each in values if isinstance(each, dict))
            item[name] = [_plain(each) for some in inner for each in some]
        elif name == "set":
            item[name] = [
                _plain(each) if isinstance(each, dict) else {"name": each} for each in values
            ]
        elif name in _ONE:
            item[name] = next((each for each in values if isinstance(each, str) and each), "")
        else:
            item[name] = [_plain(each) for each in values if each]
    return item


def _plain(value: str | dict[str, Any]) -> str | dict[str, Any]:
    """Take single values out of their lists, and read the place in an order as a number."""
    if isinstance(value, str):
        return value
    single = {
        key: each[0] if isinstance(each, list) and len(each) == 1 else each
        for key, each in value.items()
    }
    order = single.get("order")
    return single | ({"order": int(order)} if isinstance(order, str) and order.isdecimal() else {})
