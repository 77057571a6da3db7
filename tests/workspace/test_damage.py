"""Whatever is damaged, a command works, or says in one line what to run; and that mends it."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from commands import Etl, hash_line
from etl.workspace import Workspace
from prepared import Prepared
from records import EMMA, HEAT, Film, write
from thoroughness import THOROUGH, examples

RONIN = Film(1722, "Ronin", 1998, directors="John Frankenheimer", actors="Robert De Niro")


def _three_loads(etl: Etl) -> None:
    folder = Path("seeds")
    folder.mkdir()
    for film in (EMMA, HEAT, RONIN):
        write(folder, film)
        etl("load", "seeds")


@pytest.fixture(scope="module")
def loaded_thrice(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("three"), _three_loads)


@pytest.fixture
def three_loads(etl: Etl, loaded_thrice: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Have a workspace of three generations."""
    monkeypatch.chdir(loaded_thrice.put_back())
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


# Something else where an entry should be


def lost(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def a_folder(path: Path) -> None:
    lost(path)
    path.mkdir()


def a_full_folder(path: Path) -> None:
    a_folder(path)
    (path / "file").write_text("something")


def garbage(path: Path) -> None:
    lost(path)
    path.write_bytes(random.Random(path.name).randbytes(3_000))


def empty(path: Path) -> None:
    lost(path)
    path.touch()


WAYS = [lost, a_folder, a_full_folder, garbage, empty]
ENTRIES = [
    *("current", "current.new", "committed", "keep", "lock", "holder", "generations", "stores"),
    *("generations/0003", "generations/0004", "generations/0003/files.json"),
    *("generations/0003/catalog.duckdb", "generations/0003/catalog.duckdb.wal"),
    *("generations/0003/store", "generations/0003/store/CURRENT", "stores/s.sqlite"),
    "generations/0003/search.sqlite",
]
LOADED = "catalog.duckdb generations generations/0003".split()
"""What the sources have to be loaded for again, if it is lost."""


def follow(etl: Etl, hint: str) -> None:
    """Do what a hint says."""
    if moved := re.match(r"move (\S+) away", hint):
        Path(moved[1]).rename(Path(f"aside-{random.random()}"))
    if command := re.search(r"run: etl ([^,]*)", hint):
        etl(*command[1].split())
    if hint.startswith("delete .etl and"):
        shutil.rmtree(".etl")
    if hint.endswith("load your sources again"):
        etl("load", "seeds")


@pytest.mark.parametrize("way", WAYS if THOROUGH else WAYS[:3], ids=lambda way: way.__name__)
@pytest.mark.parametrize("entry", ENTRIES if THOROUGH else ENTRIES[::5])
def test_whatever_takes_the_place_of_an_entry_the_hints_mend_it(
    three_loads: Etl, entry: str, way: Callable[[Path], None]
) -> None:
    etl, graph = three_loads, exported(three_loads)
    assert etl("store", "add", "s", "http://127.0.0.1:1", "--kind", "Oxigraph").exit_code == 0
    way(Path(".etl") / entry)
    hints: list[str] = []
    for command in (["export", "-f", "nt"], ["runs"], ["load", "seeds"], ["store", "list"]):
        result = etl(*command)
        assert result.exit_code in (0, 2)
        if command[0] == "export" and result.exit_code == 0:
            assert result.stdout == graph
        if result.exit_code:
            hints.append(told(result))
    for _ in range(4):
        check = etl("check")
        if check.exit_code == 0 and not hints:
            break
        hint = told(check) if check.exit_code else hints[-1]
        hints = []
        if "delete" in hint:
            assert entry.removeprefix("generations/0003/") in LOADED
        follow(etl, hint)
    assert etl("load", "seeds").exit_code == 0
    assert etl("check").exit_code == 0
    assert exported(etl) == graph


def test_a_pointer_that_goes_back_is_noticed_and_nothing_newer_is_deleted(three_loads: Etl) -> None:
    etl, graph = three_loads, exported(three_loads)
    pointer = Path(".etl/current")
    older = Workspace(Path(".etl"))
    for text in ("2 6dd28e9b\n", "2\n", f"2 {zlib.crc32(b'2'):08x}\n"):
        pointer.write_text(text)
        for command in (["export"], ["load", "seeds"], ["undo", "1"], ["check"]):
            result = etl(*command)
            assert result.exit_code == (1 if command == ["check"] else 2)
            assert told(result) == MEND
        assert generations() == ["0001", "0002", "0003"]
        assert older.newest().number == 3
    assert etl("rebuild").exit_code == 0
    assert etl("check").exit_code == 0
    assert exported(etl) == graph


def test_a_generation_that_was_never_made_current_is_told_when_it_is_deleted(
    three_loads: Etl,
) -> None:
    etl = three_loads
    shutil.copytree(".etl/generations/0003", ".etl/generations/0004")  # a commit that was killed
    write(Path("seeds"), HEAT.but(title="Heat 2"))
    result = etl("check")
    assert result.exit_code == 0
    assert "generations/0004: complete but never made current" in result.stderr
    result = etl("load", "seeds")
    assert result.exit_code == 0
    assert ".etl/generations/0004: complete but never made current" in result.stderr
    assert generations() == ["0002", "0003", "0004"]


@pytest.mark.parametrize("damage", [lost, garbage, a_folder])
def test_what_was_removed_stays_removed_when_the_list_of_files_is_lost(
    etl: Etl, damage: Callable[[Path], None]
) -> None:
    for name, film in (("a", EMMA), ("b", HEAT)):
        Path(name).mkdir()
        write(Path(name), film)
        assert etl("load", name).exit_code == 0
    assert etl("remove", "b").exit_code == 0
    graph = exported(etl)
    damage(Workspace(Path(".etl")).required().listing)
    assert told(etl("check")) == MEND
    assert etl("rebuild").exit_code == 0
    assert exported(etl) == graph
    assert etl("check").exit_code == 0


AS_NOBODY = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=0", "--clear-groups")


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux' setpriv")
@pytest.mark.parametrize(
    "entry",
    ["current", "generations", "generations/0003/catalog.duckdb", "generations/0003/files.json"],
)
def test_what_may_not_be_read_is_not_taken_for_damaged(three_loads: Etl, entry: str) -> None:
    etl, graph = three_loads, exported(three_loads)
    path = Path(".etl") / entry
    rights = path.stat().st_mode
    path.chmod(0)
    for command in ("check", "rebuild", "runs", "load seeds"):
        done = subprocess.run(
            [*AS_NOBODY, sys.executable, "-m", "etl", *command.split()],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert done.returncode == 2, command
        assert done.stderr == (
            f"Error: {path}: cannot be read: permission denied\n"
            "Hint: get permission to read it, or run this as its owner\n"
        )
    path.chmod(rights)
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
        f"Error: {workspace}: the disk is full; the graph is unchanged\n"
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


# Limits of the system


@pytest.mark.skipif(os.name != "posix", reason="limits are set in another way there")
@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("ulimit -f 200", "Hint: raise the limit 'ulimit -f', then run the same command again\n"),
        ("ulimit -n 30", "Hint: raise the limit 'ulimit -n', then run the same command again\n"),
        ("ulimit -v 800000", "Hint: raise the limit: ulimit -v 2097152\n"),
        ("exec > /dev/full", "no space left on device; run 4 is committed\nHint: see: etl runs\n"),
        ("exec >&-", "standard output is closed\nHint: redirect it, for instance to /dev/null\n"),
    ],
)
def test_a_limit_of_the_system_is_said_in_one_line(three_loads: Etl, limit: str, said: str) -> None:
    etl, graph = three_loads, exported(three_loads)
    write(Path("seeds"), HEAT.but(title="Heat 2"))
    done = subprocess.run(
        ["sh", "-c", f'{limit}; exec "$0" -m etl load seeds', sys.executable],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 2
    assert done.stderr.endswith(said)
    assert len(done.stderr.splitlines()) <= 3
    committed = "committed" in said
    assert (exported(etl) != graph) == committed
    assert etl("check").exit_code == 0
