"""The kind of a file that no format reads, recognised by its content, and the remedy."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from etl.records import Reject
from etl.sources import text
from etl.sources.claims import form_of
from etl.sources.files import bare
from etl.sources.finding import is_document
from etl.sources.formats import SUFFIXES
from etl.sources.packed import head_of, is_archive
from etl.sources.tables.sheets import has_excel

_SNIFFED = 65_536  # bytes that are looked at
_LINES = 40  # lines of a text, or rows of a table, that are looked at
_COLUMNS_SHOWN = 8

_LEAVE = "leave it out"
_UNPACK = "unpack it, and load what is in it"
_AS_LINES = "turn it into JSON Lines, a film in each line"
_MAP = "say which column is which: etl columns {path} > films.toml, "
_MAP += "then etl load {path} --columns films.toml"
_EXCEL = "pip install 'reelgraph[excel]', and then: etl columns {path} > films.toml"

_MAGIC: tuple[tuple[bytes, int, str, str], ...] = (
    (b"PAR1", 0, "Parquet", _MAP),
    (b"\x89PNG\r\n\x1a\n", 0, "PNG", _LEAVE),
    (b"\xff\xd8\xff", 0, "JPEG", _LEAVE),
    (b"GIF8", 0, "GIF", _LEAVE),
    (b"WEBP", 8, "WebP", _LEAVE),
    (b"RIFF", 0, "RIFF", _LEAVE),
    (b"%PDF-", 0, "PDF", _LEAVE),
    (b"PK\x03\x04", 0, "ZIP", _UNPACK),
    (b"PK\x05\x06", 0, "ZIP", _UNPACK),
    (b"\x1f\x8b", 0, "gzip", _UNPACK),
    (b"BZh", 0, "bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", 0, "xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", 0, "Zstandard", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", 0, "7-Zip", _UNPACK),
    (b"Rar!\x1a\x07", 0, "RAR", _UNPACK),
    (b"ustar", 257, "tar", _UNPACK),
    (b"SQLite format 3\x00", 0, "SQLite", _AS_LINES),
    (b"DUCK", 8, "DuckDB", _AS_LINES),
    (b"ARROW1", 0, "Arrow", _AS_LINES),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "old Office document", _AS_LINES),
    (b"ftyp", 4, "MP4", _LEAVE),
    (b"\x1a\x45\xdf\xa3", 0, "Matroska", _LEAVE),
)
"""How the content of a file begins: bytes, their place, the kind, what can be done."""

_IN_ZIP = (
    (b"xl/", "Excel workbook"),
    (b"word/", "Word document"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "OpenDocument"),
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SEPARATORS = {"\t": "TSV", ",": "CSV", ";": "CSV", "::": "table", "|": "table"}
_KEYS = {*(key.lower() for key in text.EXPECTED.values()), "director", "actor"}
_KEY = re.compile(r"\s*[\w -]{1,40}:")
_ROOT = re.compile(
    r"\s*+(?:<\?(?>.*?\?>)\s*+|<!--(?>.*?-->)\s*+|<!doctype[^>]*>\s*+)*+<([\w:.-]+)", re.I | re.S
)
_TRIPLE = re.compile(r"\s*(?:@prefix|@base|PREFIX|BASE)\s|\s*<[^<>\s]+>\s+(?:a|<[^<>\s]+>)\s", re.I)


@dataclass(frozen=True, slots=True)
class FileKind:
    """The kind of a file: a word, details, and the remedy."""

    name: str
    details: str = ""
    remedy: str = _LEAVE

    def __str__(self) -> str:
        return f"{self.name} {self.details}" if self.details else self.name


RECORD = FileKind(f"record without {text.SUFFIX}")
BINARY = FileKind("binary data")
SPECIAL, CLOSED, FOLDER = map(FileKind, ("special file", "unreadable file", "linked folder"))


def unclaimed(path: str, chosen: str = "", *, alone: bool = True) -> FileKind | None:
    """Return what a file is that no format claims; None where one does.

    An archive is claimed, whatever is in it. A format claims the files of its suffix; the `chosen`
    column map, or one that ships, claims tables; text claims any that has a line such as
    `title: Heat`. What cannot be opened is claimed, because whoever reads it says why; so is a
    pipe, which can be read only once.
    """
    if bare(path).endswith(SUFFIXES) or is_archive(path) or form_of(path, chosen, alone=alone):
        return None
    kind = kind_of_file(path)
    return None if kind in (RECORD, SPECIAL, CLOSED) else kind


def tells_of_others(path: str) -> bool:
    """Return whether a file is a `README.txt` or the like, by its name and by its content."""
    return is_document(path) and kind_of_file(path) not in (RECORD, CLOSED)


def unclaimed_reject(path: str, reject: Reject, chosen: str = "") -> FileKind | None:
    """Tell the same of a file that was rejected as a record, and may not be there any more."""
    if os.path.exists(path) or bare(path).endswith(SUFFIXES):
        return unclaimed(path, chosen, alone=False)
    if not reject.text:
        return BINARY if reject.found.startswith(BINARY.name) else None
    kind = kind_of(reject.text.encode())
    return None if kind is RECORD else kind


def kind_of_file(path: str) -> FileKind:
    """Return what a file is by its content."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            return FOLDER if stat.S_ISDIR(mode) else SPECIAL
        return kind_of(head_of(path, _SNIFFED))
    except OSError:
        return CLOSED


def kind_of(head: bytes) -> FileKind:
    """Tell a kind of file by how its content begins; `{path}` in the remedy stands for the file."""
    if not head.strip():
        return FileKind("empty file")
    for mark, place, name, remedy in _MAGIC:
        if head.startswith(mark, place):
            inner = next((kind for part, kind in _IN_ZIP if name == "ZIP" and part in head), "")
            return FileKind(inner or name, remedy=_remedy(inner) if inner else remedy)
    decoded = _decoded(head)
    if "\0" in decoded:
        return BINARY
    if len(head) >= _SNIFFED:  # the last line is cut off
        decoded = decoded[: decoded.rfind("\n") + 1] or decoded
    return _of_text(decoded)


def _remedy(kind: str) -> str:
    """Say what can be done about a kind of document in a ZIP."""
    if not kind.startswith("Excel"):
        return _AS_LINES
    return _MAP if has_excel() else _EXCEL


def _decoded(head: bytes) -> str:
    """Decode the beginning of a text, which may end within a character, in whatever encoding."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "ignore")
    try:
        return head[:-3].decode() + head[-3:].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _of_text(decoded: str) -> FileKind:
    lines = [line for line in islice(decoded.splitlines(), _LINES) if line.strip()]
    first = lines[0].lstrip() if lines else ""
    if first.startswith(("{", "[")) and (kind := _of_json(decoded, lines)):
        return kind
    if _KEY.match(first) and any(line.partition(":")[0].strip().lower() in _KEYS for line in lines):
        return RECORD
    if _TRIPLE.match(decoded):
        return FileKind("RDF", remedy="check it with: etl validate {path}")
    if match := _ROOT.match(decoded):
        is_page = match[1].lower() == "html"
        return FileKind("HTML" if is_page else "XML", f"with the root <{match[1]}>", _AS_LINES)
    return _of_table(decoded) or FileKind("text", "without a line such as `title: Heat`")


def _of_json(decoded: str, lines: list[str]) -> FileKind | None:
    """Tell JSON: a list, an object, or an object in each line."""
    if decoded.lstrip().startswith("["):
        rest = decoded.lstrip()[1:].lstrip()
        is_list = rest[:1] in ("{", "[", "]", '"') or rest[:1].isdigit()
        return FileKind("JSON", "list", _MAP) if is_list else None
    if len(lines) > 1 and all(map(_is_object, lines)):
        return FileKind("JSON Lines", remedy="give it a name that ends in .jsonl")
    return FileKind("JSON", "object", _MAP)


def _is_object(line: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except msgspec.DecodeError:
        return False


def _of_table(decoded: str) -> FileKind | None:
    """Tell a table by a separator that cuts nearly all lines into as many cells, two at least."""
    for separator, name in _SEPARATORS.items():
        rows = [row for row in islice(_rows(decoded, separator), _LINES) if row]
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        if width > 1 and alike > 0.8 * len(rows) and _is_table(rows):
            between = "" if separator in ",\t" else f" between {separator!r}"
            return FileKind(name, _columns(rows[0]) + between, _MAP)
    return None


def _rows(decoded: str, separator: str) -> Iterator[list[str]]:
    if len(separator) > 1:
        yield from (line.split(separator) for line in decoded.splitlines())
        return
    try:
        yield from csv.reader(io.StringIO(decoded), delimiter=separator)
    except csv.Error:
        return


def _is_table(rows: list[list[str]]) -> bool:
    """Tell a table from a line of prose: it has several rows, or one of names without spaces."""
    return len(rows) > 1 or all(re.fullmatch(r"[\w.-]+", cell) for cell in rows[0])


def _columns(header: list[str]) -> str:
    names = [" ".join(cell.split()) for cell in header]
    if names[0].isdigit():
        return f"with {len(names)} columns, without a header"
    shown = ", ".join(names[:_COLUMNS_SHOWN])
    more = f" and {len(names) - _COLUMNS_SHOWN} more" if len(names) > _COLUMNS_SHOWN else ""
    return f"with the columns {shown}{more}"
