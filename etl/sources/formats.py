"""Where records come from: a table of formats, and the reading of a source's files.

To add a format of tables or JSON, write a column map into `maps/`. To add another tree, write a
module into `trees/` that gives its films as rows. To add what is neither, write a module with
`KEYS`, `cut` and `parse`, and name it in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from etl.records import FilmRecord, Reject, decode_film
from etl.sources import jsonlines, text, wikidata
from etl.sources.files import WIKIDATA, FoundFile, bare
from etl.sources.raw import Raw


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how it is cut into records, and how one of them is read.

    `keys` maps a field of `FilmRecord` to what the file calls it; `one_line` says that each
    record stands on one line, whatever line ends its values have in them. With `same`, records of
    one key are of one film, in all files of a source. `licence` is the IRI of the publisher's.
    """

    name: str
    keys: Mapping[str, str]
    cut: Callable[[FoundFile], Iterator[Raw]]
    parse: Callable[[str], FilmRecord | Reject]
    one_line: bool = False
    same: bool = False
    licence: str = ""

    def read(self, raw: Raw) -> FilmRecord | Reject:
        """Read a record that was cut out; its lines count from its own first line, which is 1."""
        return raw.reject or self.parse(raw.text)


_TEXT = Format("text", text.KEYS, text.cut, text.parse)
_JSON_LINES = Format("JSON Lines", jsonlines.KEYS, jsonlines.cut, jsonlines.parse, one_line=True)
_STATED = Format("Wikidata", wikidata.KEYS, lambda _: iter(()), decode_film)  # in no file

FORMATS: dict[str, Format] = {".txt": _TEXT, ".jsonl": _JSON_LINES, ".ndjson": _JSON_LINES}
"""The format of a file by its suffix."""

SUFFIXES = tuple(FORMATS)


def format_of(path: str, form: str = "", source: str = "") -> Format:
    """Tell a file's format: by the form of a table, else by its suffix; text has any other."""
    if source == WIKIDATA.name:
        return _STATED
    if form:
        return _table(form)
    suffix = next((suffix for suffix in FORMATS if bare(path).endswith(suffix)), ".txt")
    return FORMATS[suffix]


@lru_cache(maxsize=256)
def _table(form: str) -> Format:
    from etl.sources.tables.forms import Form  # which most commands have no need of
    from etl.sources.tables.rows import TableReader

    table = TableReader.of(Form.decode(form))
    columns = table.form.columns
    return Format(
        columns.name,
        table.plan.keys,
        table.cut,
        table.parse,
        one_line=True,
        same="same" in columns.top,
        licence=columns.licence,
    )
