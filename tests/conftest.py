"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from desk import SEEDS, Desk

EXPECTED = Path(__file__).parent / "expected"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-expected",
        action="store_true",
        help="Write what the tests found into tests/expected/ instead of comparing it.",
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A fresh workspace and an empty folder of records."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with the sample records loaded; for reading only."""
    desk = Desk(tmp_path_factory.mktemp("loaded"))
    desk.load(SEEDS)
    return desk


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file of `tests/expected/`, or write it there when told to."""

    def compare(name: str, text: str) -> None:
        path = EXPECTED / name
        if request.config.getoption("--update-expected"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_text(encoding="utf-8")

    return compare
