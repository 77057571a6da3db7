"""Nothing that anybody says steers a terminal; tables fit a terminal, errors are red."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from commands import Etl
from desk import Desk
from etl.cli import main
from etl.output.tables import fitted
from etl.terminal import HarmlessBytes, harmless, on_one_line
from records import Film, write

# What a terminal may get: text, line ends, and the one colour for errors.
STEERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
RED = re.compile("\x1b\\[31m(Error: [^\x1b\n]*)\x1b\\[0m")
TERMINAL = "(the terminal)"
HOSTILE = "x\x1b[2J\x1b]52;c;aGk=\x07\x9b2J\u202ey\x7f\r"


def on_terminal(folder: Path, *arguments: str, **variables: str) -> str:
    """Run a command whose two streams lead to a terminal, and give what the terminal got."""
    leader, follower = pty.openpty()
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.extend(_pieces(leader)))
    reader.start()
    settings = {"ETL_WORKSPACE": str(folder / ".etl"), "TERM": "xterm", "COLUMNS": "100"}
    here, interrupt = Path.cwd(), signal.getsignal(signal.SIGINT)
    typed = [os.ttyname(follower) if each == TERMINAL else each for each in arguments]
    os.chdir(folder)
    try:
        with (
            mock.patch.dict(os.environ, {"NO_COLOR": "", **settings, **variables}),
            mock.patch("sys.argv", ["etl", *typed]),
            os.fdopen(os.dup(follower), "w", encoding="utf-8") as out,
            os.fdopen(os.dup(follower), "w", encoding="utf-8", errors="backslashreplace") as err,
            mock.patch("sys.stdout", out),
            mock.patch("sys.stderr", err),
            suppress(SystemExit),
        ):
            main(typed)
    finally:
        os.chdir(here)
        signal.signal(signal.SIGINT, interrupt)
        os.close(follower)
        reader.join()
        os.close(leader)
    return b"".join(got).decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def _pieces(leader: int) -> Iterator[bytes]:
    """Give what a terminal gets, until nobody writes to it any more."""
    with suppress(OSError):  # how Linux says so
        while piece := os.read(leader, 1 << 16):
            yield piece


def harmed(text: str) -> list[str]:
    """Give what would steer a terminal in a text, beside red errors."""
    return STEERS.findall(RED.sub(r"\1", text))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a source whose every text steers a terminal."""
    folder = tmp_path_factory.mktemp("hostile")
    source = folder / "s"
    source.mkdir()
    lines = [
        {"imdb": "tt0000001", "title": HOSTILE, "directors": [HOSTILE], HOSTILE: 1},
        {"imdb": "tt0000002", "title": "A", "year": HOSTILE},
        {"imdb": "tt0000003", "title": "B", "year": 1066, "synopsis": HOSTILE},
        {"imdb": "tt0000004", "title": "C", "actors": ["A\nError: forged"], "k\nError: forged": 1},
    ]
    named = source / f"a{HOSTILE.rstrip()}.jsonl"
    named.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    package = {"title": HOSTILE, "licenses": [{"name": HOSTILE}]}
    (source / "datapackage.json").write_text(json.dumps(package), "utf-8")
    (folder / "bad.rq").write_text(f"SELECT * {{ {HOSTILE} }}", "utf-8")
    loaded = on_terminal(folder, "load", "s")
    assert "4 records read: 2 loaded, 1 rejected, 1 quarantined" in loaded
    assert harmed(loaded) == []
    return folder


COMMANDS = [
    ("load", "s", "--rehash", "--dry-run"),
    ("validate", "s"),
    ("validate", "s", "-f", "json"),
    ("validate", "s", "-f", "ttl"),
    ("quarantine",),
    ("quarantine", "-f", "csv"),
    ("quarantine", "-f", "sarif"),
    ("runs",),
    ("runs", "-f", "json"),
    ("links", "--rung", "none"),
    ("search", "x"),
    ("search", HOSTILE),
    ("explain", "tt0000001"),
    ("explain", "tt0000001", "-f", "tsv"),
    ("explain", HOSTILE),
    ("explain", "tt0000001", HOSTILE),
    ("query", "films-called", HOSTILE),
    ("query", HOSTILE),
    ("query", "films-of-year", HOSTILE),
    *(("sparql", "SELECT * { ?s ?p ?o }", "-f", name) for name in ("table", "csv", "tsv", "json")),
    ("sparql", "bad.rq"),
    ("sparql", f"ASK {{ {HOSTILE}"),
    ("sparql", HOSTILE),
    *(("export", "--provenance", "-f", name) for name in ("ttl", "nt", "jsonld")),
    ("export", "-o", TERMINAL),
    ("export", "-f", HOSTILE),
    ("load", HOSTILE),
    ("undo", HOSTILE),
    (HOSTILE,),
    ("store", "add", HOSTILE, "http://127.0.0.1:1/"),
    ("remove", HOSTILE),
    ("validate", f"{HOSTILE}.ttl"),
    ("validate", "s", "--shapes", HOSTILE),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: ascii(" ".join(command)))
def test_nothing_that_anybody_says_steers_a_terminal(
    hostile: Path, command: tuple[str, ...]
) -> None:
    told = on_terminal(hostile, *command)
    assert harmed(told) == []
    assert "Traceback" not in told


@pytest.fixture
def server() -> Iterator[str]:
    """Serve a SPARQL endpoint whose every word steers a terminal."""

    class Hostile(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = f"Parse error: {HOSTILE}".encode()
            self.send_response(400, "Bad")
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hostile) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_what_a_server_says_steers_no_terminal(hostile: Path, server: str) -> None:
    folder = str(hostile)
    add = (
        "store",
        "add",
        "odd",
        "--query-url",
        server,
        "--kind",
        "oxigraph",
        "--workspace",
        folder,
    )
    on_terminal(hostile, *add)
    for command in (("sparql", "ASK {}"), ("search", "x"), ("check",)):
        told = on_terminal(hostile, *command, "--store", server)
        assert harmed(told) == []
        assert RED.search(told)


QUERY_OF_HOSTILE = r'SELECT ("a\u001b[2J\u202Eb" AS ?x) {}'


def test_talk_in_a_log_is_harmless_and_data_in_a_pipe_exact(hostile: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "etl", "sparql", QUERY_OF_HOSTILE, "--format", "csv"],
        cwd=hostile,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        check=True,
    )
    assert done.stdout == "x\r\na\x1b[2J\u202eb\r\n".encode()
    done = subprocess.run(
        [sys.executable, "-m", "etl", "validate", "s", "-f", "nt", "-o", os.devnull],
        cwd=hostile,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        check=False,
    )
    assert STEERS.findall(done.stderr.decode()) == []


def test_errors_are_red_on_a_terminal_only_and_never_with_no_color(tmp_path: Path) -> None:
    for arguments in (("load", "nothing"), ("frobnicate",), ("search",)):
        assert len(RED.findall(on_terminal(tmp_path, *arguments))) == 1
        assert "\x1b" not in on_terminal(tmp_path, *arguments, NO_COLOR="1")
        assert "\x1b" not in on_terminal(tmp_path, *arguments, TERM="dumb")
        assert RED.search(on_terminal(tmp_path, *arguments, NO_COLOR=""))
    write(tmp_path, Film(838, "Emma", 1066, directors="Douglas McGrath"))
    told = on_terminal(tmp_path, "load", "838.txt")
    [error] = RED.findall(told)
    assert error.startswith("Error: 838.txt:3: year: Write the year")
    assert not re.search("\x1b", RED.sub("", told))


def test_a_forged_line_does_not_look_like_an_error(hostile: Path) -> None:
    told = on_terminal(hostile, "validate", "s") + on_terminal(hostile, "load", "s", "--dry-run")
    assert not re.search("^Error: forged", RED.sub(r"\1", told), re.MULTILINE)


# The streams


@given(st.text())
def test_whatever_the_text_what_is_written_is_harmless_and_nothing_else_is_changed(
    text: str,
) -> None:
    safe = harmless(text)
    assert STEERS.findall(safe) == []
    assert re.search("\r(?!\n)", safe) is None
    if not re.search("[^ -~\n\t]", text):
        assert safe == text
    assert not {"\n", "\r"} & set(on_one_line(text))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 60)))
def test_bytes_are_harmless_however_they_are_cut(text: str, cuts: list[int]) -> None:
    stream = io.BytesIO()
    safe, data = HarmlessBytes(stream), text.encode()
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(data)], strict=True):
        safe.write(data[start:end])
    safe.flush()
    assert stream.getvalue().decode() == harmless(text)


# Tables

WORDS = st.text(st.sampled_from("ab1/:花é"), min_size=1, max_size=14)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(WORDS, min_size=width, max_size=width),
        st.lists(
            st.lists(st.lists(WORDS, max_size=9).map(" ".join), min_size=width, max_size=width),
            max_size=4,
        ),
    )
)


@given(table=TABLES, width=st.integers(20, 120))
def test_a_table_breaks_no_identifier_and_is_no_wider_than_a_terminal(
    table: tuple[list[str], list[list[str]]], width: int
) -> None:
    columns, body = table
    lines = list(fitted(columns, body, [False] * len(columns), width))
    text = "".join(lines)
    words = [word for row in body for cell in row for word in cell.split(" ") if word]
    for word in words:
        if word.isascii() or "/" in word or ":" in word:
            assert word in text
    letters = re.sub(r"[\s─]", "", text)
    assert len(letters) >= sum(map(len, words))
    widest = max(map(cell_len, [*words, *columns]), default=0)
    room = max(width, widest + max(map(cell_len, columns)) + 2)
    if body:
        assert all(cell_len(line.rstrip("\n")) <= room for line in lines)


ROWS = [["tt0338013", "2", "Eternal Sunshine of the Spotless Mind", "person/Jim_Carrey"]]
NAMES = ["film", "run", "title of the film", "actor"]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            90,
            [
                "film       run  title of the film                      actor",
                "──────────────────────────────────────────────────────────────────────",
                "tt0338013    2  Eternal Sunshine of the Spotless Mind  person/Jim_Carrey",
            ],
        ),
        (
            60,
            [
                "film       run  title of the film          actor",
                "tt0338013    2  Eternal Sunshine of the    person/Jim_Carrey",
                "                Spotless Mind",
            ],
        ),
        (
            40,
            [
                "film               tt0338013",
                "run                2",
                "title of the film  Eternal Sunshine of",
                "                   the Spotless Mind",
                "actor              person/Jim_Carrey",
            ],
        ),
    ],
)
def test_columns_shrink_and_then_stack(width: int, lines: list[str]) -> None:
    found = [line.rstrip("\n") for line in fitted(NAMES, ROWS, [False, True, False, False], width)]
    assert [line for line in found if "─" not in line] == [x for x in lines if "─" not in x]


MORE = (
    {"id": 3, "imdb": "tt9000003", "title": f"Overrated, {'very ' * 20}much", "rating": 99},
    {"id": 4, "imdb": "tt9000004", "title": "Undated", "year": "soon"},
    {"id": 6, "imdb": "tt9000006", "title": "七人の侍", "year": 1954, "directors": ["黒澤 明"]},
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, loaded: Desk) -> Path:
    """A folder with the sample records loaded, and with others that are kept out, and links."""
    folder = tmp_path_factory.mktemp("full")
    shutil.copytree(loaded.workspace.path, folder / ".etl")
    (folder / "more.jsonl").write_text("".join(json.dumps(each) + "\n" for each in MORE), "utf-8")
    (folder / "crosswalk.csv").write_text("imdb_id,qid\ntt0113277,Q42198\n", "utf-8")
    on_terminal(folder, "load", "more.jsonl")
    on_terminal(folder, "link", "--offline", "crosswalk.csv")
    return folder


TABLES_OF = [
    ("queries",),
    ("query", "best-rated-films"),
    ("query", "cast-of-film", "Heat"),
    ("query", "synopses-mentioning", "love"),
    ("sparql", "SELECT * { ?s ?p ?o } LIMIT 50"),
    ("search", "pacino"),
    ("runs",),
    ("links",),
    ("links", "--unlinked"),
    ("links", "--review"),
    ("quarantine",),
    ("check",),
    ("check", "-f", "table"),
    ("validate", "more.jsonl"),
    ("settings",),
    ("store", "list"),
    ("explain", "tt9000006"),
    ("explain", "Heat", "actor"),
]


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("command", TABLES_OF, ids=" ".join)
def test_what_a_command_prints_fits_the_terminal(
    full: Path, columns: int, command: tuple[str, ...]
) -> None:
    told = on_terminal(full, *command, COLUMNS=str(columns))
    assert told
    for line in told.splitlines():
        words = line.split()
        assert cell_len(line) <= columns or max(map(cell_len, words)) > columns // 2, line


@pytest.mark.parametrize("command", [each for each in TABLES_OF if each[0] != "runs"], ids=" ".join)
def test_a_pipe_gets_the_same_whatever_the_terminal(
    full: Path, etl: Etl, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ETL_WORKSPACE", str(full / ".etl"))
    monkeypatch.chdir(full)
    for form in ([], ["-f", "table"]):
        told = set()
        for columns in ("60", "120"):
            monkeypatch.setenv("COLUMNS", columns)
            told.add(etl(*command, *form).stdout)
        assert len(told) == 1
        assert "…" not in told.pop() or "explain" in command


def test_the_terminal_itself_says_how_wide_it_is(full: Path) -> None:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 66, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    path = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-m", "etl", "queries"]
    with subprocess.Popen(command, stdout=follower, env=variables | {"PYTHONPATH": path}, cwd=full):
        os.close(follower)
        told = b"".join(_pieces(leader)).decode()
    os.close(leader)
    assert max(map(cell_len, told.splitlines())) in range(60, 67)


def test_the_shape_that_takes_fewer_lines_is_chosen() -> None:
    rows = [["a-name-of-a-query", "film (film)", "What " + "that " * n + "is."] for n in range(20)]
    columns = ["query", "parameters", "answers"]
    tall = len(list(fitted(columns, rows, [False] * 3, 50)))
    assert tall <= 4 * len(rows)
    assert len(list(fitted(columns, rows, [False] * 3, 90))) < tall


def test_tables_on_a_narrow_terminal_keep_ids_whole(hostile: Path) -> None:
    for columns in ("30", "60", "80"):
        told = on_terminal(hostile, "runs", COLUMNS=columns)
        assert "etl load s" in told
        told = on_terminal(hostile, "explain", "tt0000001", "url", COLUMNS=columns)
        assert "<https://www.imdb.com/title/tt0000001/>" in told
        assert "s/a" in told
