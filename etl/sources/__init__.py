"""Where records come from: a table of formats, and the reading of a source's files.

To add a format, write a module with `KEYS`, `split` and `parse`, and name it in `FORMATS`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from etl.records import FilmRecord, Reject
from etl.sources import files, text

__all__ = ["FORMATS", "SUFFIXES", "Format", "Raw", "format_of", "raw_records"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how it is cut into records, and how one of them is read.

    `keys` maps a field of `FilmRecord` to what the file calls it.
    """

    name: str
    keys: Mapping[str, str]
    split: Callable[[str], Iterator[tuple[int, str]]]
    parse: Callable[[str], FilmRecord | Reject]


FORMATS: dict[str, Format] = {
    ".txt": Format("text", text.KEYS, text.split, text.parse),
}
"""The format of a file by its suffix."""

SUFFIXES = tuple(FORMATS)


@dataclass(frozen=True, slots=True)
class Raw:
    """One record of a file as it was cut out: the line it begins on, its text, its digest.

    A file that cannot be read gives one `Raw` with a reject in it instead.
    """

    line: int
    text: str
    digest: str
    reject: Reject | None = None

    def parse(self, form: Format) -> FilmRecord | Reject:
        """Read the record; its lines count from its own first line, which is 1."""
        return self.reject or form.parse(self.text)


def format_of(path: str) -> Format:
    """Tell a file's format by its suffix; a file of no known suffix is taken for text."""
    suffix = next((suffix for suffix in FORMATS if path.lower().endswith(suffix)), ".txt")
    return FORMATS[suffix]


def raw_records(found: files.Found) -> list[Raw]:
    """Read a file and cut it into records, unparsed. All text is in Unicode's form NFC."""
    data = files.read(found)
    decoded = files.decode(data) if isinstance(data, bytes) else data
    if isinstance(decoded, Reject):
        kept = decoded.found if isinstance(data, Reject) else hashlib.sha256(data).hexdigest()
        return [Raw(1, "", kept, decoded)]
    if not unicodedata.is_normalized("NFC", decoded):
        decoded = unicodedata.normalize("NFC", decoded)
    return [
        Raw(line, piece, hashlib.sha256(piece.encode("utf-8", "surrogatepass")).hexdigest())
        for line, piece in format_of(found.path).split(decoded)
    ]
