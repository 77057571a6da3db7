"""Whatever is damaged, a command works, or says in one line what to run; and that mends it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from commands import Etl, hash_line
from records import Film, write
from thoroughness import THOROUGH, examples

from etl.workspace import Workspace

EMMA = Film(838, "Emma", 1996, directors="Douglas McGrath", actors="Gwyneth Paltrow, Alan Cumming")
HEAT = Film(6, "Heat", 1995, directors="Michael Mann", actors="Al Pacino, Robert De Niro")
RONIN = Film(1722, "Ronin", 1998, directors="John Frankenheimer", actors="Robert De Niro")


@pytest.fixture
def three_loads(etl: Etl) -> Etl:
    """Have a workspace of three generations."""
    folder = Path("seeds")
    folder.mkdir()
    for film in (EMMA, HEAT, RONIN):
        write(folder, film)
        etl("load", "seeds")
    return etl


def exported(etl: Etl) -> str:
    result = etl("export", "-f", "nt")
    assert (result.exit_code, result.stderr) == (0, hash_line(result.stdout) + "\n")
    return result.stdout


def told(result: Result) -> str:
    """Give what a command says to do, which it says in one line after the one that says why."""
    error, hint = result.stderr.splitlines()[-2:]
    assert error.startswith("Error: .etl")
    assert hint.startswith("Hint: ")
    return hint.removeprefix("Hint: ")


MEND = "run: etl rebuild"


def damaged(chance: random.Random) -> str:
    """Truncate or delete a file of the workspace, and say which."""
    files = sorted(path for path in Path(".etl").rglob("*") if path.is_file())
    path = chance.choice([path for path in files if path.name != "lock"])
    size = path.stat().st_size
    if chance.random() < 0.5 or not size:
        path.unlink()
        return f"{path} deleted"
    os.truncate(path, left := chance.randrange(size))
    return f"{path} cut to {left} of {size}"


def test_any_one_file_may_be_cut_or_deleted(three_loads: Etl) -> None:
    etl, graph = three_loads, exported(three_loads)
    Path(".etl/keep").write_text("4\n")
    shutil.copytree(".etl", "sound")
    for seed in range(examples(3, 50)):
        shutil.rmtree(".etl")
        shutil.copytree("sound", ".etl")
        what = damaged(random.Random(seed))
        failed = [
            result
            for command in (["export", "-f", "nt"], ["check"], ["load", "seeds"])
            if (result := etl(*command)).exit_code or result.stdout not in ("", graph, UNCHANGED)
        ]
        for result in failed:
            assert told(result).startswith(MEND), what
        if failed:
            command = told(failed[-1]).partition("etl ")[2].partition(",")[0].split()
            assert etl(*command).exit_code in (0, 1), what
        assert etl("load", "seeds").exit_code == 0, what
        assert exported(etl) == graph, what
        assert etl("check").exit_code == 0, what


UNCHANGED = "seeds: 3 records read: 3 unchanged\ngraph: unchanged\n"


def test_a_changed_byte_is_found_in_whatever_file_it_is(three_loads: Etl) -> None:
    etl, graph = three_loads, exported(three_loads)
    store = Workspace(Path(".etl")).required().store
    table = max(store.glob("*.sst"), key=lambda path: path.stat().st_size)
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    result = etl("check")
    assert result.exit_code == 1
    assert f"{table}\tdamaged (its content has changed)\n" in result.stdout
    assert told(result) == MEND
    assert etl("rebuild").exit_code == 0
    assert etl("check").exit_code == 0
    assert exported(etl) == graph


def test_a_damaged_catalog_gives_way_to_the_one_before_and_says_what_is_lost(
    three_loads: Etl,
) -> None:
    etl, graph = three_loads, exported(three_loads)
    catalog = Workspace(Path(".etl")).required().catalog
    os.truncate(catalog, 10_000)
    for command in (["load", "seeds"], ["export"], ["runs"], ["undo", "1"]):
        result = etl(*command)
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: {catalog}: damaged (10000 bytes, not {SIZE})\nHint: {MEND}\n"
        ).replace(SIZE, result.stderr.partition("not ")[2].partition(")")[0])
    assert told(etl("check")) == f"{MEND}, then load your sources again"
    result = etl("rebuild")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {catalog}: damaged; the graph is made from generation 2: "
        "load your sources again, to bring back what was read after that\n"
    )
    assert result.stdout.endswith(
        "films: 0 added, 0 changed, 1 removed\npeople: 0 added, 0 changed, 1 removed\n"
    )
    assert etl("load", "seeds").exit_code == 0
    assert exported(etl) == graph
    assert etl("check").exit_code == 0


SIZE = "SIZE"


def test_where_no_catalog_is_sound_the_sources_are_loaded_anew(three_loads: Etl) -> None:
    etl, graph = three_loads, exported(three_loads)
    for catalog in Path(".etl").glob("generations/*/catalog.duckdb"):
        os.truncate(catalog, 100)
    result = etl("rebuild")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: .etl: no sound catalog is left\nHint: delete .etl and load your sources again\n",
    )
    assert told(etl("check")) == "delete .etl and load your sources again"
    shutil.rmtree(".etl")
    assert etl("load", "seeds").exit_code == 0
    assert exported(etl) == graph


# Generations and the disk


LOADS = examples(8, 20)


def generations() -> list[str]:
    return sorted(path.name for path in Path(".etl/generations").iterdir())


def test_as_many_generations_are_kept_as_the_user_says(three_loads: Etl) -> None:
    etl = three_loads
    assert generations() == ["0001", "0002", "0003"]
    assert etl("rebuild", "--keep", "2").exit_code == 0
    assert generations() == ["0003", "0004"]
    assert etl("rebuild", "--keep", "1", "--dry-run").exit_code == 0
    for title in ("Heat 1", "Heat 2", "Heat 3"):
        write(Path("seeds"), HEAT.but(title=title))
        etl("load", "seeds")
    assert generations() == ["0006", "0007"]
    Path(".etl/keep").write_text("many\n")
    write(Path("seeds"), HEAT)
    result = etl("load", "seeds")
    assert (result.exit_code, result.stderr) == (
        2,
        (
            "Error: .etl/keep: expected a number such as 3, found 'many'\n"
            "Hint: run: etl rebuild --keep 3\n"
        ),
    )
    assert etl("rebuild", "--keep", "3").exit_code == 0
    assert generations() == ["0006", "0007", "0008"]


def test_the_disk_that_a_workspace_takes_stays_bounded(etl: Etl) -> None:
    folder, taken = Path("seeds"), []
    folder.mkdir()
    for number in range(1, 41):
        write(folder, EMMA.but(number=number, title=f"Film {number}"))
    for load in range(LOADS):
        for number in range(1 + load, 9 + load):
            write(folder, EMMA.but(number=number, title=f"Film {number}, edition {load}"))
        assert etl("load", "seeds").exit_code == 0
        taken.append(sum(Workspace(Path(".etl")).disk().values()))
    assert len(generations()) == 3
    assert max(taken[LOADS // 2 :]) < 1.2 * max(taken[: LOADS // 2])
    told = etl("check").stderr.splitlines()[0]
    assert told == f"disk: 3 generations, {taken[-1] / 1e6:.1f} MB"


# A disk without room


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk that is soon full."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if THOROUGH:
            raise
        pytest.skip(f"nothing can be mounted here: {error}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def loaded(folder: Path, workspace: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(
        [sys.executable, "-m", "etl", "load", str(folder), "--workspace", str(workspace)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


@pytest.mark.parametrize("size", [10, 12, 14, 17, 20, 24] if THOROUGH else [12])
def test_a_full_disk_leaves_the_old_graph_and_the_load_goes_through_once_there_is_room(
    etl: Etl, small_disk: Path, tmp_path: Path, size: int
) -> None:
    folder, workspace = tmp_path / "seeds", small_disk / "etl"
    folder.mkdir()
    write(folder, EMMA)
    assert loaded(folder, workspace).returncode == 0
    os.environ["ETL_WORKSPACE"] = str(workspace)
    graph = exported(etl)
    chance = random.Random(size)
    for number in range(1, 301):
        write(folder, HEAT.but(number=number, synopsis=chance.randbytes(25_000).hex()))
    resized(small_disk, size)
    done = loaded(folder, workspace)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: {workspace}: the disk is full; the graph is as it was\n"
        "Hint: make room, then run the same command again\n"
    )
    assert exported(etl) == graph
    assert len(list((workspace / "generations").iterdir())) == 1
    resized(small_disk, 200)
    assert loaded(folder, workspace).returncode == 0
    assert etl("check").exit_code == 0
    assert len(exported(etl)) > 300 * 50_000
    del os.environ["ETL_WORKSPACE"]


def resized(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}m", str(disk)], check=True)
