"""What several test modules share."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from pyoxigraph import RdfFormat, Store

from commands import Etl, kept_signals, run
from desk import Desk
from etl.rdf.identifiers import Iris
from places import SEEDS, TESTS
from servers import SERVERS, Oxigraph, Server
from thoroughness import THOROUGH
from website import HOSTILE, KEPT_OUT, Website, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Machines differ, promises do not. CI judges a change by the same examples each time; others are
# looked for everywhere else.
settings.register_profile("unhurried", deadline=None, derandomize=THOROUGH)
settings.load_profile("unhurried")

# What is compiled once is compiled for every worker, and for all commands that tests run.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Folders of tests lie in memory where there is room: a workspace waits for the disk at each commit.
_MEMORY, _ROOM_BYTES = Path("/dev/shm"), 4 << 30
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-expected",
        action="store_true",
        help="write the files in tests/expected anew; read the diff before you commit it",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and "foreign" in item.fixturenames:
            item.add_marker(pytest.mark.server)


def pytest_collection_finish() -> None:
    gc.freeze()  # what was collected stays to the end: no garbage is looked for in it
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def foreign() -> None:
    """Be asked for by what starts a program of others: such tests are marked `server`."""


@pytest.fixture(scope="module")
def browser(foreign: None) -> Iterator[Browser]:
    """Run a browser, whose driver runs an event loop: other modules must not find that."""
    del foreign
    import browsing

    with browsing.running() as started:
        yield started


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare an output with a file in tests/expected, or write that file anew."""

    def compare(name: str, output: bytes) -> None:
        path = TESTS / "expected" / name
        if request.config.getoption("--update-expected"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(output)
        assert output.decode() == path.read_bytes().decode()

    return compare


@pytest.fixture(scope="session")
def films() -> Store:
    """A small graph of made-up films, with its provenance in the named graph."""
    store = Store()
    fixtures = TESTS / "fixtures"
    store.load(path=fixtures / "films.ttl", format=RdfFormat.TURTLE)
    store.load(
        path=fixtures / "provenance.ttl",
        format=RdfFormat.TURTLE,
        to_graph=Iris().provenance_graph,
    )
    return store


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A fresh workspace and an empty folder of records."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with the sample records in it, for reading only."""
    desk = Desk(tmp_path_factory.mktemp("loaded"))
    desk.load(SEEDS)
    return desk


@pytest.fixture(scope="session")
def served_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with the sample records, titles that are HTML, and records that are kept out."""
    desk = Desk(tmp_path_factory.mktemp("served"))
    desk.write(*HOSTILE, *KEPT_OUT)
    desk.load(SEEDS, desk.source)
    return desk


@pytest.fixture(scope="session")
def served_workspace(served_desk: Desk) -> Path:
    """Where that workspace lies."""
    return served_desk.workspace.path


@pytest.fixture(scope="session")
def site(served_workspace: Path) -> Iterator[Website]:
    """A server of that workspace."""
    with served(served_workspace) as running:
        yield running


@pytest.fixture(scope="session", params=SERVERS, ids=lambda kind: kind.__name__.lower())
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, foreign: None
) -> Iterator[Server]:
    """Run a SPARQL server on loopback, for all tests."""
    del foreign
    server: Server = request.param(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Give a SPARQL server that holds nothing of ours, and sign in to it."""
    monkeypatch.setenv("ETL_STORE_USER", running.user)
    monkeypatch.setenv("ETL_STORE_PASSWORD", running.password)
    monkeypatch.setenv("NETRC", os.devnull)
    running.clear()
    return running


@pytest.fixture
def spare(tmp_path: Path, foreign: None) -> Iterator[Oxigraph]:
    """Run a server for one test alone."""
    del foreign
    folder = tmp_path / "spare"
    folder.mkdir()
    server = Oxigraph(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture(
    params=SERVERS if THOROUGH or "KILLS" in os.environ else [Oxigraph],
    ids=lambda kind: kind.__name__.lower(),
)
def own(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, foreign: None
) -> Iterator[Server]:
    """Run a server that the test may kill."""
    del foreign
    folder = tmp_path / "own"
    folder.mkdir()
    server: Server = request.param(folder)
    monkeypatch.setenv("ETL_STORE_USER", server.user)
    monkeypatch.setenv("ETL_STORE_PASSWORD", server.password)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def etl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Etl]:
    """Run commands in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ETL_WORKSPACE", raising=False)
    with kept_signals():
        yield run
