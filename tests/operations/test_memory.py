"""Records are compared within the memory that is allowed: on disk beyond it, or not at all."""

from __future__ import annotations

from pathlib import Path

from bench.records import write_lines
from commands import Etl, said
from desk import Desk
from etl.process.limits import MB

FILMS, TIGHT_MB = 2500, 22
TOO_LITTLE = "comparing records takes more memory than it may; the graph is unchanged"


def spilled(path: Path) -> list[Path]:
    """Give the files in which the database holds what its memory does not."""
    return [each for each in path.rglob("*.tmp") if each.is_file()]


def test_a_load_with_little_memory_gives_the_same_graph_by_way_of_the_disk(tmp_path: Path) -> None:
    graphs, seen = [], list[set[Path]]()
    for place, memory in (("ample", 0), ("tight", TIGHT_MB * MB)):
        desk, found = Desk(tmp_path / place), set[Path]()
        write_lines(desk.source / "films.jsonl", FILMS, ids=True)
        desk.load(
            memory_bytes=memory,
            progress=lambda *_: found.update(spilled(desk.workspace.path)),  # noqa: B023
        )
        graphs.append(desk.graph())
        seen.append(found)
        assert not list(desk.workspace.path.rglob("*.tmp"))
    assert graphs[0] == graphs[1]
    assert (bool(seen[0]), bool(seen[1])) == (False, True)


def test_too_little_memory_is_said_in_one_line_and_nothing_is_changed(etl: Etl) -> None:
    write_lines(Path("films.jsonl"), FILMS, ids=True)
    for megabytes in (1, 8, 16):
        load = ("load", "films.jsonl", "--workspace", f"w{megabytes}", "--memory")
        code, data, talk = said(etl(*load, megabytes, "--quiet"))
        assert (code, data) == (2, "")
        assert talk.splitlines() == [
            f"Error: w{megabytes}: {TOO_LITTLE}",
            "Hint: allow more: --memory MB, then run the same command again",
        ]
        assert not [each for each in Path(f"w{megabytes}").rglob("*") if "duckdb" in each.name]
    assert etl(*load, TIGHT_MB).exit_code == 0
    assert etl("check", "--workspace", f"w{megabytes}").exit_code == 0
