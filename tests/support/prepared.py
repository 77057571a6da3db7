"""A folder that is made once by commands, and put back as it was, at its path, before each test."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from commands import Etl, kept_signals, run
from desk import Desk


class Prepared:
    """A folder in which commands have been run: what they remember of its path holds."""

    def __init__(self, place: Path, make: Callable[[Etl], object]) -> None:
        self.folder, self._made = place / "folder", place / "made"
        self._used = (place / f"used-{number}" for number in itertools.count())
        self.folder.mkdir()
        with chdir(self.folder), kept_signals(), pytest.MonkeyPatch.context() as patch:
            patch.delenv("ETL_WORKSPACE", raising=False)
            make(run)
        self.folder.rename(self._made)

    def put_back(self) -> Path:
        """Put the folder back as it was made; give its path."""
        if self.folder.exists():
            self.folder.rename(next(self._used))
        subprocess.run(["cp", "-a", self._made, self.folder], check=True)  # hard links stay links
        return self.folder


class PreparedDesk(Prepared):
    """A desk with a workspace in which something has been loaded."""

    def __init__(self, place: Path, make: Callable[[Desk], object]) -> None:
        def with_desk(_: Etl) -> None:
            self._desk = Desk(self.folder)
            make(self._desk)

        super().__init__(place, with_desk)

    def desk(self) -> Desk:
        """Put the desk back as it was made."""
        self.put_back()
        return self._desk
