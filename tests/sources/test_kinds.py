"""A file that no format claims is refused by its kind where it is named, else counted."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import Etl, said, seeds
from desk import Desk
from etl.catalog.catalog import Catalog
from etl.entities import MAPPING_VERSION
from etl.sources.kinds import kind_of, unclaimed
from etl.workspace import Workspace
from records import EMMA, HEAT
from thoroughness import examples
from workspaces import unpack


def zipped(name: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")

    return write


def parquet(path: Path) -> None:
    duckdb.execute(f"COPY (SELECT 1 AS movieId, 'Heat' AS title) TO '{path}' (FORMAT parquet)")


def database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE films (title TEXT)")


def of(content: str | bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(data)


HEADER = "movieId,title,year"
KINDS: list[tuple[str, Callable[[Path], object], str]] = [
    ("movies.csv", of(f'{HEADER}\n1,"Heat, the film\nof 1995",1995\n'), "CSV with the columns "),
    ("one.csv", of(HEADER), "CSV with the columns movieId, title, year"),
    ("latin.csv", of(f"{HEADER}\n1,Am\xe9lie,2001\n".encode("latin-1")), "CSV with the columns "),
    ("utf16.csv", of(f"{HEADER}\n1,Heat,1995\n".encode("utf-16")), "CSV with the columns movieId"),
    (
        "semicolon.csv",
        of("Titel;Jahr\nHeat;1995\n"),
        "CSV with the columns Titel, Jahr between ';'",
    ),
    ("title.tsv", of("tconst\ttitle\ntt1\tHeat\n"), "TSV with the columns tconst, title"),
    ("u.item", of("1|Heat (1995)|Crime\n2|Emma (1996)|Comedy\n"), "table with 3 columns, without"),
    ("wide.csv", of(",".join(f"c{n}" for n in range(30)) + "\n"), "c7 and 22 more"),
    ("movies.parquet", parquet, "Parquet"),
    ("films.xlsx", zipped("xl/workbook.xml"), "Excel workbook"),
    ("films.json.gz", of(gzip.compress(b"[]")), "JSON list"),
    ("films.db", database, "SQLite"),
    ("films.json", of('[{"title": "Heat"}]'), "JSON list"),
    ("film.json", of('{\n "title": "Heat"\n}\n'), "JSON object"),
    ("lines.json", of('{"title": "Heat"}\n{"title": "Emma"}\n'), "JSON Lines"),
    (
        "film.xml",
        of("<?xml version='1.0'?>\n<films><title>Heat</title></films>"),
        "XML with the root",
    ),
    ("page.html", of("<!DOCTYPE html>\n<html><title>Heat</title></html>"), "HTML"),
    ("films.ttl", of("@prefix schema: <https://schema.org/> .\n"), "RDF"),
    ("films.nt", of("<http://a> <http://b> <http://c> .\n"), "RDF"),
    ("poster.png", of(b"\x89PNG\r\n\x1a\n" + bytes(20)), "PNG"),
    ("poster.jpg", of(b"\xff\xd8\xff\xe0" + bytes(20)), "JPEG"),
    ("film.mkv", of(b"\x1a\x45\xdf\xa3" + bytes(20)), "Matroska"),
    ("paper.pdf", of(b"%PDF-1.7\n"), "PDF"),
    ("notes", of("Films that I want to see.\n"), "text without a line such as `title: Heat`"),
    ("empty", of(b""), "empty file"),
    ("binary", of(b"\x01\x02\x00\x03"), "binary data"),
]


@pytest.mark.parametrize(("name", "make", "kind"), KINDS, ids=[name for name, *_ in KINDS])
def test_a_file_that_is_named_and_no_format_reads_is_refused_by_its_kind(
    etl: Etl, name: str, make: Callable[[Path], object], kind: str
) -> None:
    make(Path(name))
    code, out, err = said(etl("load", name))
    error, hint = err.splitlines()
    assert (code, out) == (2, "")
    assert error.startswith(f"Error: {name}: ")
    assert kind in error
    assert error.endswith(": no format reads that")
    assert "nothing was loaded (docs/formats.md lists what can be" in hint
    assert etl("validate", name).exit_code == (0 if kind == "RDF" else 2)


def test_nothing_is_loaded_beside_a_file_that_is_refused(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        Path(name).write_text(f"{HEADER}\n")
    result = etl("load", "seeds", "a.csv", "b.csv", "c.csv", "d.csv")
    told = "CSV with the columns movieId, title, year"
    assert said(result) == (
        2,
        "",
        (
            f"Error: a.csv: {told}; b.csv: {told}; c.csv: {told}; and 1 more file: "
            "no format reads that\n"
            "Hint: say which column is which: etl columns a.csv > films.toml, then etl load a.csv "
            "--columns films.toml; nothing was loaded (docs/formats.md lists what can be: known "
            "tables, .txt, .jsonl, .ndjson and others)\n"
        ),
    )
    assert etl("runs").exit_code == 2
    etl("load", "seeds")
    before = etl("runs").stdout
    assert etl("load", "seeds/838.txt", "a.csv").exit_code == 2
    assert (etl("runs").stdout, etl("quarantine").stdout.count("\n")) == (before, 1)


def test_what_the_hint_says_works(etl: Etl, tmp_path: Path) -> None:
    Path("movies.csv").write_text(f"{HEADER}\n6,Heat,1995\n838,Emma,1996\n")
    hint = etl("load", "movies.csv").stderr.splitlines()[-1]
    command = hint.partition(": etl ")[2].partition(" > ")[0]
    tmp_path.joinpath("films.toml").write_text(etl(*command.split()).stdout)
    loaded = etl("load", "--columns", "films.toml", "movies.csv").stdout
    assert loaded.startswith("movies.csv: 2 records read: 2 loaded\n")


def test_in_a_folder_other_files_are_counted_by_kind_and_change_no_exit_code(etl: Etl) -> None:
    folder = seeds(EMMA)
    for name, make, _ in KINDS:
        if name in ("movies.csv", "latin.csv", "poster.png"):
            make(folder / name)
    for name in ("README.md", "README.txt", "LICENSE", ".hidden", "datapackage.json"):
        (folder / name).write_text("{}")
    line = "seeds: 1 record read: 1 {}; 3 files of other kinds: 2 CSV, 1 PNG\n"
    loaded = etl("load", "seeds")
    assert (loaded.exit_code, loaded.stderr) == (0, "")
    assert loaded.stdout.startswith(line.format("loaded"))
    assert said(etl("load", "seeds")) == (0, line.format("unchanged") + "graph: unchanged\n", "")
    [run] = json.loads(etl("runs", "-f", "json").stdout)
    assert run["sources"][0]["other_files"] == {"CSV": 2, "PNG": 1}
    for command in ("validate seeds", "rebuild", "replay", "check", "validate"):
        assert etl(*command.split()).exit_code == 0


def test_a_record_counts_whatever_its_file_is_called(etl: Etl) -> None:
    folder = seeds(EMMA)
    (folder / "notice.txt").write_text(HEAT.text)
    (folder / "authors.txt").write_text("Somebody wrote these.")
    assert etl("load", "seeds").stdout.startswith("seeds: 2 records read: 2 loaded\n")


def test_what_is_no_ordinary_file_in_a_folder_is_counted_too(desk: Desk) -> None:
    desk.write(EMMA)
    (desk.source / "heat.record").write_text(HEAT.text)
    (desk.source / "elsewhere").symlink_to(desk.source.parent)
    (desk.source / "nowhere").symlink_to(desk.source / "gone")
    os.mkfifo(desk.source / "pipe")
    os.close(os.open(os.fsencode(desk.source) + b"/\xff.bin", os.O_CREAT))
    report = desk.load()
    assert (report.kept_out, report.sources[0].other_files) == (
        0,
        {
            "record without .txt": 1,
            "linked folder": 1,
            "unreadable file": 1,
            "special file": 1,
            "empty file": 1,
        },
    )


def test_a_folder_of_nothing_but_other_files_says_so(etl: Etl) -> None:
    Path("tables").mkdir()
    Path("tables/movies.csv").write_text(HEADER)
    assert said(etl("load", "tables")) == (
        2,
        "",
        (
            "Error: tables: no records in it, but 1 file of another kind: 1 CSV\n"
            "Hint: expected files that end in .txt or .jsonl or .ndjson, or tables: "
            "etl columns FILE\n"
        ),
    )


@pytest.mark.parametrize("name", ["heat", "heat.record", "heat.yaml"])
def test_a_record_of_another_name_is_read_when_it_is_named(etl: Etl, name: str) -> None:
    Path(name).write_text(HEAT.text)
    assert etl("load", name).stdout.startswith(f"{name}: 1 record read: 1 loaded\n")
    Path(name).write_text(HEAT.but(year="soon").text)
    assert etl("load", name).exit_code == 1


def test_a_broken_record_of_our_suffix_is_kept_out_and_not_refused(desk: Desk) -> None:
    """Its film stays: a record that was damaged has not gone."""
    desk.write(HEAT)
    desk.load()
    before = desk.graph()
    (desk.source / HEAT.file).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    assert desk.load(desk.source / HEAT.file).kept_out == 1
    assert desk.load().kept_out == 1
    assert desk.graph() == before


def test_a_pipe_that_is_named_is_read(etl: Etl) -> None:
    reading, writing = os.pipe()
    os.write(writing, HEAT.text.encode())
    os.close(writing)
    assert " 1 loaded\n" in etl("load", f"/dev/fd/{reading}", "--name", "piped").stdout
    os.close(reading)


# Workspaces in which an older version wrote such a file down as a record that cannot be read


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of version 4 that has a CSV file as a rejected record."""
    monkeypatch.chdir(tmp_path)
    path = unpack(4, tmp_path).path
    shutil.rmtree("films")  # of which one record is quarantined
    return path


def made_by_this_mapping(path: Path) -> None:
    """Take a graph for one that this version's mapping made; others are only rebuilt."""
    generation = Workspace(path).required()
    with duckdb.connect(str(generation.catalog)) as connection:
        sql = "UPDATE settings SET value = ? WHERE name = 'mapping'"
        connection.execute(sql, [str(MAPPING_VERSION)])
    generation.seal(None)


@pytest.mark.parametrize("command", ["rebuild", "replay"])
def test_a_file_that_was_taken_for_a_record_is_let_go_of(
    etl: Etl, recorded: Path, command: str
) -> None:
    where = ("--workspace", str(recorded))
    if command == "replay":
        made_by_this_mapping(recorded)
    note = (
        "Note: /srv/cinema/movies.csv: no format reads this: CSV with the columns movieId, title, "
        "year; it no longer counts as a record\n"
    )
    for dry_run in (["--dry-run"], []) if command == "rebuild" else ([],):
        result = etl(command, *dry_run, *where)
        assert result.stderr.startswith(note)
    with Catalog.read(Workspace(recorded).required().catalog) as catalog:
        assert catalog.refusals.rejects() == []
    assert etl("check", *where).exit_code == 0
    assert "movies.csv" not in etl(command, *where).stderr
    result = etl("load", "movies.csv", *where)
    assert (result.exit_code, "no format reads that" in result.stderr) == (2, True)


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=examples(300, 5000))
def test_whatever_a_file_holds_it_has_a_kind(content: bytes) -> None:
    kind = kind_of(content)
    assert kind.name
    assert "\n" not in str(kind)


@given(
    rows=st.lists(
        st.tuples(st.text(st.characters(blacklist_categories=["C"]), min_size=1), st.integers(0)),
        min_size=2,
        max_size=6,
    )
)
@settings(max_examples=examples(100, 1000))
def test_any_csv_is_told_with_its_columns(rows: list[tuple[str, int]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("film", "year"), *rows])
    assert str(kind_of(text.getvalue().encode())) == "CSV with the columns film, year"


def test_files_of_our_suffix_are_claimed_without_a_look(tmp_path: Path) -> None:
    for name in ("a.txt", "B.TXT", "c.jsonl", "d.ndjson"):
        assert unclaimed(str(tmp_path / name)) is None


def test_comments_without_end_are_soon_told() -> None:
    started = time.monotonic()
    assert kind_of(b"<!---->" * 9_000 + b"x").name == "text"
    assert kind_of(b"<!-- a -->\n" * 3_000 + b"<films/>").name == "XML"
    assert time.monotonic() - started < 10
