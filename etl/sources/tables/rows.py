"""A table's format: rows are cut out of the file here, and parsed wherever there is time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import msgspec

from etl.records import FilmRecord, Reject
from etl.sources.files import FoundFile
from etl.sources.raw import Raw, digest, distinct, located
from etl.sources.tables import delimited, documents, joining, sheets
from etl.sources.tables.delimited import Row
from etl.sources.tables.forms import Form, TableKind
from etl.sources.tables.plans import Plan
from etl.sources.trees import linked, nfo, triples

ROWS: dict[TableKind, Callable[[FoundFile, Form], Iterator[Row]]] = {
    TableKind.DELIMITED: delimited.rows,
    TableKind.JSON: documents.rows,
    TableKind.JSON_LINES: documents.rows,
    TableKind.PARQUET: sheets.parquet_rows,
    TableKind.EXCEL: sheets.excel_rows,
    TableKind.NFO: nfo.rows,
    TableKind.LINKED: linked.rows,
    TableKind.RDF: triples.rows,
}
"""What reads the rows of a table, by what it is written in."""


WITHHELD = "viewer's review (--reviews)"
"""What is left out of a source without its owner's leave."""


@dataclass(slots=True)
class TableReader:
    """How the tables of one form are cut into rows, and a row is parsed."""

    form: Form
    plan: Plan

    @classmethod
    def of(cls, form: Form) -> TableReader:
        """Bind a form's map to its header."""
        files = {each.name: each.path for each in form.joined}
        return cls(form, Plan.bound(form.columns, form.wide, files, reviews=form.reviews))

    def cut(self, found: FoundFile) -> Iterator[Raw]:
        """Cut a file into rows. Of a row only what a record is made of is kept, as JSON.

        So a row is told from what it was by those cells and by the map, wherever it and what is
        joined to it stand, and whatever else the table has.
        """
        plan, seen = self.plan, Counter[str]()
        used, mark = plan.used, "\0".join((self.form.mark, *plan.names)).encode()
        for line, row, reject, beside in self._rows(found):
            if reject is not None:
                yield _rejected(line, reject, seen)
            elif (kind := plan.left_out(row)) is not None:
                yield Raw("", line, "", "", left_out=kind)
            else:
                cells = [row[place] for place in used]
                data, said = msgspec.json.encode(cells), cells[: plan.says]
                told = digest(mark + (data if said == cells else msgspec.json.encode(said)))
                key = distinct(plan.key(cells), told, seen)
                if lines := cells[plan.says :]:
                    told = located(told, msgspec.json.encode(lines))
                if unread := plan.no_place(beside):
                    data = msgspec.json.encode([*cells, *unread])
                yield Raw(key, line, data.decode(), told)
                if plan.withholds(row):
                    yield Raw("", line, "", "", left_out=WITHHELD)

    def _rows(self, found: FoundFile) -> Iterator[Row]:
        rows = partial(ROWS[self.form.kind], found, self.form)
        if not self.form.joined:
            return rows()
        return joining.rows(found, self.form, rows, self.plan.left_out)

    def parse(self, text: str) -> FilmRecord | Reject:
        """Read a record from its cells."""
        return self.plan.parse(text)


def _rejected(line: int, reject: Reject, seen: Counter[str]) -> Raw:
    """Return a row that cannot be read; a reject without text is about a whole file.

    Its key is empty, or the path of a file without which the others can be read.
    """
    told = digest(f"{reject.expected}\n{reject.found}\n{reject.text}".encode())
    key = distinct("", told, seen) if reject.text else reject.file
    return Raw(key, line, "", told, reject)
