"""Archives and compressed files are read in place, and no hostile one gets out of bounds."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from commands import Etl, said
from desk import Desk
from etl.sources import packed

FILES = {
    "ml/movies.csv": (
        'movieId,title,genres\n1,"Amber Signal, The (1987)",Drama\n2,Stone (1991),War\n'
    ),
    "ml/links.csv": "movieId,imdbId,tmdbId\n1,9900001,71\n2,9900002,\n",
    "ml/README.txt": "This folder tells of films.\n",
    "more.jsonl": (
        '{"title": "Tides", "year": 1990, "imdb_id": "tt9900003", "directors": ["Jon Halde"]}\n'
    ),
}


def zipped(path: Path, files: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def tarred(path: Path, files: Mapping[str, str]) -> None:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))


def squeezed(path: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (path / f"{name}.gz").parent.mkdir(parents=True, exist_ok=True)
        (path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))


Pack = Callable[[Path, Mapping[str, str]], None]
PACKS = [
    ("films.zip", zipped),
    ("films.tar.gz", tarred),
    ("films.tar", tarred),
    ("films", squeezed),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(("name", "pack"), PACKS)
def test_what_is_packed_gives_what_it_gives_unpacked(
    desk: Desk, tmp_path: Path, name: str, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Desk(tmp_path / "plain")
    for each, text in FILES.items():
        (plain.source / each).parent.mkdir(exist_ok=True)
        (plain.source / each).write_text(text)
    plain.load(plain.source)
    path = tmp_path / name
    pack(path, FILES)
    [source] = desk.load(path).sources
    assert (source.loaded, source.rejected) == (3, 0)
    assert desk.graph() == plain.graph()
    assert len(desk.films()) == 3
    monkeypatch.delattr(packed.Unpacking, "unpack")  # which what has not changed has no need of
    report = desk.load(path)
    assert (report.run, report.sources[0].unchanged) == (None, 3)


@pytest.mark.parametrize(("name", "pack"), PACKS)
def test_a_changed_row_in_an_archive_changes_its_own_triples(
    desk: Desk, tmp_path: Path, name: str, pack: Pack
) -> None:
    path = tmp_path / name
    pack(path, FILES)
    desk.load(path)
    before = desk.graph()
    pack(path, FILES | {"ml/movies.csv": FILES["ml/movies.csv"].replace("War", "Musical")})
    assert desk.load(path).sources[0].loaded == 1
    changed = {quad.object.value for quad in before ^ desk.graph()}  # type: ignore[union-attr]
    assert changed == {"War", "Musical"}
    assert not desk.check()


def test_records_of_an_archive_are_explained_mended_and_removed(etl: Etl, tmp_path: Path) -> None:
    bad = '{"title": "Reed", "year": "two", "imdb_id": "tt9900004", "directors": ["Jon Halde"]}\n'
    zipped(tmp_path / "films.zip", FILES | {"bad.jsonl": bad})
    loaded = etl("load", "films.zip")
    assert "films.zip/bad.jsonl:1: year: expected a year" in loaded.stderr
    assert "films.zip/ml/movies.csv: MovieLens movies; with links.csv" in loaded.stderr
    assert "films.zip/more.jsonl:1" in etl("explain", "Tides").stdout
    assert "films.zip/ml/links.csv:2" in etl("explain", "The Amber Signal").stdout
    zipped(tmp_path / "films.zip", FILES | {"bad.jsonl": bad.replace('"two"', "1992")})
    assert said(etl("replay"))[0] == 0
    assert "films.zip/bad.jsonl:1" in etl("explain", "Reed").stdout
    assert said(etl("remove", "films.zip"))[0] == 0
    assert etl("sparql", "SELECT * WHERE { ?s ?p ?o }").stdout.splitlines()[1:] == []


@pytest.mark.parametrize("name", ["films.zip", "films.tar.gz"])
def test_a_cut_off_archive_is_told_and_takes_nothing_away(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    (zipped if name == "films.zip" else tarred)(path, FILES)
    desk.load(path)
    before, data = desk.graph(), path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    [source] = desk.load(path).sources
    assert (source.rejected, source.vanished) == (1, 0)
    assert desk.graph() == before
    told = "found a zip or tar archive that is cut off"
    assert any(told in message for message in desk.messages())


def test_rows_before_the_place_where_a_file_is_cut_off_are_loaded(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [f"{number},Film {number * 7919 % 99991} (1990),Drama" for number in range(1, 3001)]
    data = gzip.compress("\n".join(("movieId,title,genres", *rows)).encode())
    path = tmp_path / "movies.csv.gz"
    path.write_bytes(data[: len(data) // 2])
    [source] = desk.load(path).sources
    assert source.rejected == 1
    assert 1000 < source.loaded < 2000
    assert any("a gzip file that is cut off" in message for message in desk.messages())


def test_a_damaged_file_in_an_archive_leaves_the_others_alone(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    path.write_bytes(path.read_bytes().replace(b"Tides", b"Tidal"))
    [source] = desk.load(path).sources
    assert (source.loaded, source.rejected) == (2, 1)
    assert any("films.zip/more.jsonl:1: " in message for message in desk.messages())


def test_nothing_is_written_outside_an_archives_folder(desk: Desk, tmp_path: Path) -> None:
    path, record = tmp_path / "films.tar.gz", FILES["more.jsonl"]
    out = tmp_path / "out.jsonl"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("../out.jsonl", str(out), "a/../../out.jsonl", "good.jsonl"):
            info = tarfile.TarInfo(name)
            info.size = len(record.encode())
            archive.addfile(info, io.BytesIO(record.encode()))
        link = tarfile.TarInfo("link.jsonl")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    [source] = desk.load(path).sources
    assert (source.read, source.loaded) == (1, 1)
    assert not out.exists()


@pytest.mark.parametrize("name", ["movies.csv.gz", "films.zip", "films.tar.gz"])
def test_what_grows_beyond_its_limit_is_refused(
    desk: Desk, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_ANY_RATIO", 100_000)
    text = "movieId,title,genres\n" + "1,Film (1990),Drama\n" * 20_000
    path = tmp_path / name
    if name == "movies.csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        (zipped if name == "films.zip" else tarred)(path, {"movies.csv": text})
    desk.load(path)
    told = "found more than 200 times its size, or 64 gib, once it is unpacked"
    assert any(told in message for message in desk.messages())


def test_an_archive_without_records_is_told_with_what_it_holds(etl: Etl, tmp_path: Path) -> None:
    zipped(tmp_path / "films.zip", {"notes.md": "# Notes\n", "table.csv": "a,b\n1,2\n"})
    code, _, err = said(etl("load", "films.zip"))
    assert code == 2
    assert "films.zip: no records in it, but 2 files of other kinds" in err


def test_an_archive_in_an_archive_is_counted(desk: Desk, tmp_path: Path) -> None:
    zipped(tmp_path / "inner.zip", FILES)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
        archive.writestr("more.jsonl", FILES["more.jsonl"])
    [source] = desk.load(tmp_path / "outer.zip").sources
    assert (source.loaded, source.others) == (1, "1 file of another kind: 1 ZIP")


def test_archives_in_a_folder_are_read_and_leave_no_files_behind(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    zipped(desk.source / "films.zip", FILES)
    shutil.copy(desk.source / "films.zip", desk.source / "copy.zip")
    [source] = desk.load(desk.source).sources
    assert (source.read, len(desk.films())) == (6, 3)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("first", ["a.jsonl", "a.jsonl/b.jsonl"])
def test_a_path_that_is_a_file_and_a_folder_leaves_the_others_alone(
    desk: Desk, tmp_path: Path, first: str
) -> None:
    record = FILES["more.jsonl"]
    names = dict.fromkeys((first, "a.jsonl", "a.jsonl/b.jsonl", "x" * 300 + ".jsonl", "ok.jsonl"))
    zipped(tmp_path / "films.zip", dict.fromkeys(names, record))
    [source] = desk.load(tmp_path / "films.zip").sources
    assert (source.read, source.rejected) == (4, 2)
    told = "found a path that is both a file's and a folder's"
    assert any(told in message for message in desk.messages())
    assert desk.load(tmp_path / "films.zip").run is None
