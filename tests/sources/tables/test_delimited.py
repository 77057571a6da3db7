"""Delimited text is read as Python's csv reads it, each row with its physical line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.records import Reject
from etl.sources.files import FoundFile
from etl.sources.tables import delimited
from etl.sources.tables.delimited import CELL_LIMIT, Row, records, rows
from etl.sources.tables.forms import Form, TableKind
from thoroughness import examples

_CELL = st.text('ab,;"\n\r\t é|', max_size=8)


def read(text: str, delimiter: str = ",", quote: str = '"') -> list[tuple[int, object]]:
    lines = io.StringIO(text, newline="").readlines()
    found = records(lines, delimiter, quote)
    return [(line, "reject" if isinstance(cells, Reject) else cells) for line, cells, _ in found]


@settings(max_examples=examples(300, 5000))
@given(
    st.lists(st.lists(_CELL, min_size=2, max_size=4), max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_csv_writes_is_read_as_csv_reads_it(
    table: list[list[str]], delimiter: str, end: str
) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter, lineterminator=end).writerows(table)
    text = target.getvalue()
    expected, before = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        if cells:
            expected.append((before + 1, cells))
        before = reader.line_num
    assert read(text, delimiter) == expected


@settings(max_examples=examples(300, 5000))
@given(st.text('a,"\n', max_size=40))
def test_any_text_is_read_as_csv_reads_it_up_to_a_quote_that_is_never_closed(text: str) -> None:
    found = read(text)
    whole = found[: next((n for n, (_, cells) in enumerate(found) if cells == "reject"), None)]
    expected = [cells for cells in csv.reader(io.StringIO(text, newline="")) if cells]
    assert [cells for _, cells in whole] == expected[: len(whole)]
    assert len(whole) == len(expected) - (len(whole) < len(found))


@settings(max_examples=examples(200, 5000))
@given(st.text('a,"\n\r', max_size=60))
def test_every_line_that_is_not_blank_belongs_to_one_record(text: str) -> None:
    lines = io.StringIO(text, newline="").readlines()
    taken = [0] * len(lines)
    for line, _, held in records(lines, ",", '"'):
        assert lines[line - 1 : line - 1 + len(held)] == held
        for number in range(line - 1, line - 1 + len(held)):
            taken[number] += 1
    for count, text_of_line in zip(taken, lines, strict=True):
        assert count == 1 or (count == 0 and not text_of_line.strip("\r\n"))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "films.csv"


def rows_of(path: Path, data: bytes, header: str = "title,year", **form: str) -> list[Row]:
    path.write_bytes(data)
    names = tuple(header.split(","))
    settings = {"delimiter": ",", "quote": '"', "encoding": "utf-8", **form}
    made = Form(TableKind.DELIMITED, "netflix_titles", "", names, **settings)  # type: ignore[arg-type]
    return list(rows(FoundFile(str(path), path.name), made))


def told(found: list[Row]) -> list[tuple[int, object]]:
    return [(r.line, r.reject.message if r.reject else r.cells) for r in found]


def test_lines_are_exact_after_quoted_line_ends(table: Path) -> None:
    data = b'title,year\r\n"The\r\nAmber Signal",1987\r\n\r\nThe Tide,1990\r\n'
    found = told(rows_of(table, data))
    assert found == [(2, ["The\r\nAmber Signal", "1987"]), (5, ["The Tide", "1990"])]


def test_a_quote_that_is_never_closed_costs_its_own_line(table: Path) -> None:
    data = b'title,year\nAmber,1987\n"Tide,1990\nStone,1991\n'
    assert told(rows_of(table, data)) == [
        (2, ["Amber", "1987"]),
        (3, "expected a closing quote within 1,048,576 characters, found none"),
        (4, ["Stone", "1991"]),
    ]


def test_a_quote_that_opens_late_in_a_record_is_pointed_at(table: Path) -> None:
    data = b'title,year\n"Amber\nSignal","19\nStone,1991\n'
    found = rows_of(table, data)
    assert (found[0].line, found[0].reject.line if found[0].reject else 0) == (2, 2)
    assert told(found)[1:] == [(4, ["Stone", "1991"])]


def test_a_cell_has_a_limit(table: Path) -> None:
    data = b"title,year\nAmber,1987\n" + b"x" * (CELL_LIMIT + 1) + b",1990\nStone,1991\n"
    found = told(rows_of(table, data))
    assert [line for line, _ in found] == [2, 3, 4]
    assert "1,048,576" in str(found[1])


def test_many_quotes_that_are_never_closed_end_the_file(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "CELL_LIMIT", 40)
    found = told(
        rows_of(table, b"title,year\n" + b'"Amber,1987\nThe Tide,1990\nThe Stone,1991\n' * 150)
    )
    assert len([message for _, message in found if "closing quote" in str(message)]) == 100
    assert found[-1][1] == (
        "expected at most 100 quotes that are never closed, "
        "found more: the rest of the file is not read"
    )


def test_ragged_rows_are_told_beside_good_ones(table: Path) -> None:
    data = b"title,year\nAmber,1987\nTide\nStone,1991,drama\nReed,1992,,\n,\n"
    assert told(rows_of(table, data)) == [
        (2, ["Amber", "1987"]),
        (3, "expected 2 cells, as the header has, found 1 in record 3"),
        (4, "expected 2 cells, as the header has, found 3 in record 4"),
        (5, ["Reed", "1992"]),
    ]


def test_a_byte_order_mark_is_no_part_of_a_name(table: Path) -> None:
    assert told(rows_of(table, b"\xef\xbb\xbftitle,year\nAmber,1987\n")) == [(2, ["Amber", "1987"])]


def test_utf_16_with_its_mark_is_read(table: Path) -> None:
    data = "title,year\nÄmber,1987\n".encode("utf-16")
    assert told(rows_of(table, data, encoding="utf-16")) == [(2, ["Ämber", "1987"])]


def test_other_bytes_are_named_with_what_they_look_like(table: Path) -> None:
    data = "title,year\nAmber,1987\nLé Signal,1990\n".encode("cp1252")
    [good, bad] = rows_of(table, data)
    assert good.cells == ["Amber", "1987"]
    assert bad.reject
    assert bad.reject.message.startswith(
        "title: expected UTF-8 text, found a byte that is not (0xE9); it looks like windows-1252"
    )
    assert told(rows_of(table, data, encoding="cp1252"))[1] == (3, ["Lé Signal", "1990"])


def test_a_nul_is_refused_in_its_row(table: Path) -> None:
    found = told(rows_of(table, b"title,year\nAm\0ber,1987\nTide,1990\n"))
    assert found == [(2, "title: expected text, found a NUL byte"), (3, ["Tide", "1990"])]


def test_quotes_are_letters_where_nothing_is_quoted(table: Path) -> None:
    data = b'title\tyear\n"Amber\t1987\nThe "Tide"\t1990\n'
    found = told(rows_of(table, data, delimiter="\t", quote=""))
    assert found == [(2, ['"Amber', "1987"]), (3, ['The "Tide"', "1990"])]
