"""The processes beside a load are this program, wherever the load is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.operations.parsing import Read, Work, parse_records
from etl.process.workers import Workers
from etl.sources.files import Source


def test_processes_import_nothing_from_the_folder_they_are_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etl").mkdir()
    for name in ("etl/__init__.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('this is not what was meant')")
    monkeypatch.chdir(tmp_path)
    nothing = Work(Source("nothing", "nothing", "nothing", ()))
    with Workers(2, None) as workers:
        found = list(workers.map(parse_records, [nothing] * 40))
    assert found == [Read([], [], 0, [], {}, {}, [], "nothing")] * 40
