"""Each run is told: when it was, what it read, what that changed, what it made."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from commands import Etl
from etl.workspace import Workspace
from records import EMMA, HEAT, Film, write


def digest(*films: Film) -> str:
    """Make the digest of a source: of the digests of its records, in order of place."""
    texts = {film.file: hashlib.sha256(film.text.encode()).hexdigest() for film in films}
    lines = [f"{name}\0\0{texts[name]}" for name in sorted(texts)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def ended(path: Path, *films: Film, **counts: int) -> dict[str, object]:
    names = ("loaded", "unchanged", "superseded", "rejected", "quarantined", "vanished")
    return {
        "label": "seeds",
        "source": str(path),
        "path": str(path),
        "files": len(films),
        "bytes": sum(len(film.text.encode()) for film in films),
        "digest": digest(*films),
        **{name: counts.get(name, 0) for name in names},
        "other_files": {},
        "left_out": {},
        "unread": {},
        "licences": [],
    }


def test_a_script_gets_all_about_each_run(etl: Etl, tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    write(folder, EMMA)
    etl("load", "seeds")
    write(folder, broken := HEAT.but(year="soon"))
    etl("load", "seeds")
    etl("undo", "1")
    etl("rebuild", "--keep", "2")
    found = json.loads(etl("runs", "--format", "json").stdout)
    disk = Workspace(tmp_path / ".etl").disk()
    for run in found:
        assert 0 < run.pop("seconds") < 60
        assert run.pop("redirects") == 0
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", run.pop("started"))
    none = {"added": 0, "changed": 0, "removed": 0}
    expected = [
        {
            "run": 1,
            "command": "etl load seeds",
            "undoes": None,
            "undone_by": 3,
            "sources": [ended(folder, EMMA, loaded=1)],
            "films": none | {"added": 1},
            "people": none | {"added": 3},
            "generation": {"number": 1, "kept": False, "bytes": None},
        },
        {
            "run": 2,
            "command": "etl load seeds",
            "undoes": None,
            "undone_by": None,
            "sources": [ended(folder, EMMA, broken, unchanged=1, rejected=1)],
            "films": none,
            "people": none,
            "generation": {"number": 2, "kept": False, "bytes": None},
        },
        {
            "run": 3,
            "command": "etl undo 1",
            "undoes": 1,
            "undone_by": None,
            "sources": [ended(folder, broken, vanished=1)],
            "films": none | {"removed": 1},
            "people": none | {"removed": 3},
            "generation": {"number": 3, "kept": True, "bytes": disk[3]},
        },
        {
            "run": 4,
            "command": "etl rebuild --keep 2",
            "undoes": None,
            "undone_by": None,
            "sources": [
                ended(folder, broken, rejected=1),
            ],
            "films": none,
            "people": none,
            "generation": {"number": 4, "kept": True, "bytes": disk[4]},
        },
    ]
    assert found == expected


def test_bytes_and_digest_are_those_of_what_stands_again(etl: Etl, tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    write(folder, EMMA)
    write(folder, HEAT)
    etl("load", "seeds")
    write(folder, longer := HEAT.but(title="Heat, at great length"))
    etl("load", "seeds")
    for command in ("undo 2", "rebuild", "undo 3", "rebuild", "replay"):
        etl(*command.split())
    found = json.loads(etl("runs", "--format", "json").stdout)
    assert [run["sources"] for run in found] == [
        [ended(folder, EMMA, HEAT, loaded=2)],
        [ended(folder, EMMA, longer, loaded=1, unchanged=1)],
        [ended(folder, EMMA, HEAT, loaded=1)],
        [ended(folder, EMMA, HEAT, unchanged=2)],
        [ended(folder, EMMA, longer, loaded=1)],
        [ended(folder, EMMA, longer, unchanged=2)],
    ]


def test_a_person_gets_a_line_for_each_run(etl: Etl, tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    write(folder, EMMA)
    etl("load", "seeds")
    etl("remove", "seeds")
    header, first, second = (line.split("\t") for line in etl("runs").stdout.splitlines())
    size = len(EMMA.text.encode())
    assert [header[0], *header[3:]] == [
        *("run", "command", "sources"),
        *("records", "kept out", "films", "people", "generation", "undone by"),
    ]
    assert [first[0], *first[3:]] == [
        *("1", "etl load seeds", f"seeds (1 file, {size} bytes)"),
        *("1", "0", "+1 ~0 -0", "+3 ~0 -0", "1", ""),
    ]
    assert [second[0], *second[3:]] == [
        *("2", "etl remove seeds", "seeds", "0", "0", "+0 ~0 -1", "+0 ~0 -3", "2", ""),
    ]
