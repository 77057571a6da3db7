"""A load on Spark makes the graph that a load on one machine makes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clusters import Cluster, held_session, loaded, spark_or_skip, started
from commands import Etl, said
from etl.cli.session import shipped_shapes
from etl.shacl import CompiledEngine
from etl.spark.loading import SparkOptions, load_on_spark
from shared_data import shared

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.usefixtures("foreign")
spark_or_skip()
parquet = pytest.importorskip("pyarrow.parquet")

_FILMS = 240


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Run Spark in this process, for the tests that end no process."""
    with held_session(tmp_path_factory.mktemp("notebook")) as spark:
        yield spark


def on_spark(etl: Etl, *typed: object) -> tuple[int, str, str]:
    """Load on Spark into the folder `out`; give the exit code, the data and the talk."""
    return said(etl("load", "--engine", "spark", *typed, "-o", "out"))


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    """Give records in three formats and from sources that contradict each other; some are bad."""
    texts, lines, tables = (tmp_path / name for name in ("texts", "lines", "tables"))
    for folder in (texts, lines, tables):
        folder.mkdir()
    for n in range(20):
        text = f"title: Heat {n}\nyear: {1950 + n}\nurl: https://www.imdb.com/title/tt{n:07}/\n"
        people = f"directors: Ann Other\nactors: Person {n}, Bob\nratingValue: 7.5\n"
        (texts / f"{n}.txt").write_text(text + people + "\nsynopsis:\nBob (Ann Other) is here.\n")
    (texts / "bad.txt").write_text("title: No Year\nyear: soon\nurl: tt0999999\n")
    with (lines / "films.jsonl").open("w") as file:
        for n in range(_FILMS):
            known: dict[str, Any] = {"imdb": f"tt{n:07}"} if n % 3 else {"wikidata": f"Q{n + 1}"}
            cast = [
                {"name": f"Person {n}", "imdb": f"nm{n:07}"},
                {"name": "Bob", "tmdb": 1 + n % 2},
            ]
            rest = {"title": f"Heat {n}", "year": 1950 + n % 70, "directors": ["Ann Other"]}
            file.write(json.dumps({**known, **rest, "actors": cast}) + "\n")
        file.write('{"title": "Twice", "year": 1990, "directors": ["Ann Other"]}\n' * 2)
        file.write('{"title": "Twice", "id": 7, "year": 1991, "directors": ["Cy Young"]}\n')
        file.write('{"title": "Twice", "id": 7, "year": 1992, "directors": ["Cy Young"]}\n')
        file.write('{"imdb": "tt0000004", "wikidata": "Q900", "title": "Heat 4", "year": 1954}\n')
        file.write('{"imdb": "tt0000005", "wikidata": "Q900", "title": "Heat 5", "year": 1990}\n')
        file.write('{"imdb": "tt0000007", "title": "Heat 7", "year": 1957, "rating": 77}\n')
        file.write("no JSON\n")
    (tables / "movies.csv").write_text(
        "movieId,title,genres\n"
        + "".join(f"{n},Heat {n} ({1950 + n}),Drama|Crime\n" for n in range(15, 40))
    )
    (tables / "links.csv").write_text(
        "movieId,imdbId,tmdbId\n" + "".join(f"{n},{n:07},{n}\n" for n in range(15, 30))
    )
    return [texts, lines, tables]


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text())["graphs"][0])


def here(etl: Etl, *sources: Path) -> tuple[str, str]:
    """Load on this machine; give the lines about it, and the hash of the graph."""
    report = etl("load", *sources).stdout
    told = next(each for each in etl("check").output.splitlines() if each.startswith("graph:"))
    return report, told.rsplit(" ", 1)[-1]


@pytest.mark.usefixtures("notebook")
def test_the_graph_is_the_same_and_so_is_what_is_said_of_it(
    etl: Etl, films: list[Path], tmp_path: Path
) -> None:
    report, digest = here(etl, *films)
    code, data, talk = on_spark(etl, *films)
    assert code == 1, talk
    out = tmp_path / "out"
    graph = manifest(out)
    assert graph["hash"] == digest
    assert data.splitlines()[:-1] == report.splitlines()
    assert data.splitlines()[-1].endswith("films were made in 2 rounds")

    triples = list[bytes]()
    for shard in graph["files"]:
        packed = (out / shard["file"]).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == shard["sha256"]
        triples += gzip.decompress(packed).splitlines()
    assert len(triples) == len(set(triples)) == graph["triples"]
    exported = etl("export", "--format", "nt").stdout.encode().splitlines()
    assert sorted(triples) == sorted(exported)

    held = json.loads(etl("quarantine", "--format", "json").stdout)
    kept_out = parquet.read_table(out / "quarantine").to_pylist()
    place = ("line", "field", "message")
    assert sorted(
        (row["file"], *(row[each] or "" for each in place)) for row in kept_out
    ) == sorted((str(tmp_path / row["file"]), *(row[each] or "" for each in place)) for row in held)
    assert {Path(row["file"]).name for row in kept_out} == {"bad.txt", "films.jsonl"}
    counts = parquet.read_table(out / "counts").to_pylist()
    assert sum(row["records"] for row in counts) == 21 + 248 + 25
    disputes = parquet.read_table(out / "disputes").to_pylist()
    assert {(row["subject"], row["line"]) for row in disputes} == {("Q900", 245), ("Q900", 246)}
    matches = parquet.read_table(out / "matches").to_pylist()
    assert [row["rung"] for row in matches].count("match-title") == 13

    told = {
        line
        for file in out.glob("provenance-*")
        for line in gzip.decompress(file.read_bytes()).decode().splitlines()
    }
    graph_name = " <http://localhost:8000/graph/provenance> ."
    where_from = {
        line.removesuffix(graph_name) + " ."
        for line in etl("export", "--provenance", "--format", "nq").stdout.splitlines()
        if line.endswith(graph_name)
    }
    times = {line for line in where_from if "XMLSchema#dateTime" in line}
    assert len(times) == 3
    assert where_from - times == {line for line in told if "XMLSchema#dateTime" not in line}
    assert sorted(path.name for path in out.iterdir() if path.suffix != ".gz") == [
        "counts",
        "disputes",
        "manifest.json",
        "matches",
        "notes",
        "quarantine",
    ]


@pytest.mark.usefixtures("notebook")
def test_film_data_of_others_give_the_same_graph(etl: Etl, tmp_path: Path) -> None:
    sources = [
        shared(f"data/{name}")
        for name in ("seed_format", "movielens", "files", "plots", "linking/records", "imdb")
    ]
    report, digest = here(etl, *sources)
    code, data, talk = on_spark(etl, *sources)
    assert code == 0, talk
    assert manifest(tmp_path / "out")["hash"] == digest
    assert data.splitlines()[:-1] == report.splitlines()


def test_lines_that_are_cut_in_pieces_keep_their_numbers(
    etl: Etl, films: list[Path], tmp_path: Path, notebook: SparkSession
) -> None:
    lines = films[1] / "films.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b"no JSON", b"\xef\xbb\xbf\r\n\n{\r}"))
    _, digest = here(etl, films[1])
    options = SparkOptions(split_bytes=1, films_at_once=50)
    notebook.conf.set("spark.sql.files.maxPartitionBytes", 8192)
    load_on_spark([str(films[1])], "out", CompiledEngine(shipped_shapes()), options)
    notebook.conf.unset("spark.sql.files.maxPartitionBytes")
    assert manifest(tmp_path / "out")["hash"] == digest
    held = json.loads(etl("quarantine", "--format", "json").stdout)
    kept_out = parquet.read_table(tmp_path / "out" / "quarantine").to_pylist()
    assert sorted(row["line"] for row in kept_out) == sorted(row["line"] for row in held)
    assert max(row["line"] for row in held) == 250


@pytest.mark.usefixtures("notebook")
def test_sources_may_lie_where_only_spark_reads(
    etl: Etl, films: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "films of [some] others"
    folder.mkdir()
    for each in films:
        each.rename(folder / each.name)
    texts = folder / "texts"
    with zipfile.ZipFile(folder / "texts.zip", "w") as packed:
        for each in sorted(texts.iterdir()):
            packed.write(each, each.name)
            each.unlink()
    texts.rmdir()
    (folder / "lines" / "films.jsonl").rename(folder / "lines" / "films #1 a?.jsonl")
    report, digest = here(etl, folder)
    code, data, talk = on_spark(etl, f"file://{folder}")
    assert code == 1, talk
    assert manifest(tmp_path / "out")["hash"] == digest
    assert data.splitlines()[:-1] == report.splitlines()
    where = {row["file"] for row in parquet.read_table(tmp_path / "out" / "quarantine").to_pylist()}
    assert where == {f"file:{folder}/lines/films #1 a?.jsonl", f"file:{folder}/texts.zip/bad.txt"}
    (tmp_path / "out").rename("here")
    code, _, talk = on_spark(etl, f"file://{tmp_path}/nothing")
    assert (code, talk.splitlines()[-2]) == (
        2,
        f"Error: file://{tmp_path}/nothing: no such file or folder",
    )


@pytest.mark.usefixtures("notebook")
def test_what_is_kept_out_is_told_as_json_too(etl: Etl, tmp_path: Path) -> None:
    (tmp_path / "films.jsonl").write_text("no JSON\n" * 1100)
    code, data, talk = on_spark(etl, "films.jsonl", "-f", "json")
    assert code == 1, talk
    document = json.loads(data)
    [source] = document["sources"]
    assert (source["rejected"], document["kept_out"], document["triples"]) == (1100, 1100, 0)
    assert "… and 1080 more: out/quarantine lists them all" in talk
    assert manifest(tmp_path / "out") == {
        "graph": None,
        "triples": 0,
        "hash": "0" * 32,
        "files": [],
    }


@pytest.mark.usefixtures("notebook")
def test_a_load_whose_driver_was_killed_goes_on(
    etl: Etl, films: list[Path], tmp_path: Path
) -> None:
    _, digest = here(etl, *films)
    out, work = tmp_path / "out", tmp_path / "out" / "_work"
    process = started(tmp_path, *films, "-o", "out")
    wait_for(lambda: any(work.glob("members-*/_SUCCESS")), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (out / "manifest.json").exists()
    read = next(work.glob("read-1/part-*")).stat().st_mtime_ns
    (out / ".lock").unlink()
    process = started(tmp_path, *films, "-o", "out")
    wait_for(lambda: (out / ".lock").exists(), process)
    code, _, talk = on_spark(etl, *films)
    told = "Error: out: another load writes into this folder"
    assert (code, talk.splitlines()[-2]) == (2, told)
    wait_for(lambda: any(work.glob("built_*/_SUCCESS")), process)
    assert next(work.glob("read-1/part-*")).stat().st_mtime_ns == read
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    code, _, talk = loaded(tmp_path, *films, "-o", "out")
    assert code == 1, talk
    assert manifest(out)["hash"] == digest
    assert not work.exists()


def test_killed_tasks_are_done_again(etl: Etl, films: list[Path], tmp_path: Path) -> None:
    _, digest = here(etl, *films)
    process = started(tmp_path, *films, "--master", "local[2,8]", "-o", "out")
    killed = 0
    while process.poll() is None and killed < 3:
        for number in pythons_of_tasks(process.pid):
            os.kill(number, signal.SIGKILL)
            killed += 1
        time.sleep(0.5)
    _, talk = process.communicate(timeout=900)
    assert (process.returncode, killed >= 3) == (1, True), talk
    assert manifest(tmp_path / "out")["hash"] == digest


def test_a_lost_worker_changes_nothing(etl: Etl, films: list[Path], tmp_path: Path) -> None:
    _, digest = here(etl, *films)
    cluster = Cluster(tmp_path)
    with cluster.running():
        process = started(tmp_path, *films, "--master", cluster.url, "-o", "out")
        wait_for(lambda: any((tmp_path / "out" / "_work").glob("ids-*/_SUCCESS")), process)
        kill_with_children(cluster.workers[0].pid)
        _, talk = process.communicate(timeout=900)
    assert process.returncode == 1, talk
    assert manifest(tmp_path / "out")["hash"] == digest


@pytest.mark.usefixtures("notebook")
def test_what_is_in_a_folder_is_left_alone(etl: Etl, films: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "_work").mkdir(parents=True)
    (out / "_work" / "plan.json").write_text("another plan")
    (out / "own.txt").write_text("mine")
    code, _, talk = on_spark(etl, *films)
    expected = "Error: out: expected an empty folder"
    assert (code, talk.splitlines()[-2]) == (2, expected)
    assert sorted(path.name for path in out.iterdir()) == ["_work", "own.txt"]


@pytest.mark.usefixtures("notebook")
def test_a_source_without_records_is_refused(etl: Etl, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    code, _, talk = on_spark(etl, "nothing")
    assert (code, talk.splitlines()[-2]) == (2, "Error: nothing: no records in it")
    assert not (tmp_path / "out").exists()


def wait_for(done: Callable[[], bool], process: Any) -> None:
    """Wait until something has been done, by a process that goes on meanwhile."""
    for _ in range(9000):
        if done():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("it takes too long")


def kill_with_children(pid: int) -> None:
    """End a worker at once, and the executors that it runs."""
    for number in descendants(pid):
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue


def pythons_of_tasks(pid: int) -> list[int]:
    """Return the processes that run tasks in Python: those that Spark's daemon has forked."""
    found = [each for each in descendants(pid) if b"pyspark.daemon" in said_of(each, "cmdline")]
    return [each for each in found if parent_of(each) in found]


def descendants(pid: int) -> list[int]:
    """Return a process and all that came of it."""
    parents = {int(each.name): parent_of(int(each.name)) for each in Path("/proc").glob("[0-9]*")}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def parent_of(pid: int) -> int:
    return int((said_of(pid, "stat").rpartition(b")")[2].split() or [b"", b"0"])[1])


def said_of(pid: int, file: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except OSError:
        return b""
