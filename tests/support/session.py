"""A session at the command line, of which each step is compared with a file as a whole.

To add a case, add a step, or a command to one; `pytest tests/test_goldens.py --update-expected`
writes what it says into `tests/expected/goldens/session/`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from commands import Etl
from places import SEEDS
from records import Film, write

MANN, PACINO = (
    {"name": "Michael Mann", "imdb": "nm0000520"},
    {"name": "Al Pacino", "id": "nm0000199"},
)
HANNA = PACINO | {"character": "Lt. Vincent Hanna"}
CHOSEN = ("6.txt", "10.txt", "838.txt", "7361.txt", "datapackage.json")  # Heat, …, Emma, …
MORE: tuple[dict[str, object], ...] = (
    {"id": 1, "movieId": 6, "imdb": "tt0113277", "directors": [MANN], "actors": [HANNA]},
    {"id": 2, "movieId": 838, "title": "Emma", "year": 1996, "actors": ["Toni Collette"]},
    {"id": 3, "imdb": "tt9000003", "title": "Overrated", "rating": 99, "directors": [MANN]},
    {"id": 4, "imdb": "tt9000004", "title": "Undated", "year": "soon"},
    {
        "id": 5,
        "imdb": "tt9000005",
        "title": "Namesakes",
        "actors": [{"name": "Val Kilmer", "imdb": "nm0000174"}],
    },
    {"id": 6, "imdb": "tt9000006", "title": "First"},
    {
        "id": 7,
        "imdb": "tt9000006",
        "title": "Second",
        "actors": [{"name": "Val Kilmer", "imdb": "nm9999999"}],
    },
    {"id": 8, "movieId": 777, "title": "Numbered", "actors": ["Al Pacino", "Zoë Ångström"]},
    {"id": 9, "title": "Nothing known"},
)
CROSSWALK = """\
imdb_id,qid
tt0113277,Q42198
tt9000005,Q5
tt9000006,Q6
nm0000199,Q41163
nm0000520,Q46686
nm0000174,Q174346
"""
PRINCIPALS = """\
tconst\tordering\tnconst\tcategory\tjob\tcharacters
tt0113277\t1\tnm0000199\tactor\t\\N\t["Lt. Vincent Hanna"]
tt0113277\t2\tnm0000134\tactor\t\\N\t["Neil McCauley"]
tt0113277\t3\tnm0000520\tdirector\t\\N\t\\N
"""
NAMES = """\
nconst\tprimaryName
nm0000199\tAl Pacino
nm0000134\tRobert De Niro
nm0000520\tMichael Mann
"""
RUNS = """\
SELECT * {
  GRAPH ?graph { ?run ?property ?value }
  FILTER (STRSTARTS(STR(?run), "http://localhost:8000/run/"))
} ORDER BY ?run ?property ?value
"""
SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix schema: <https://schema.org/> .
<urn:short> a sh:NodeShape ; sh:targetClass schema:Movie ; sh:property
    [ sh:path schema:name ; sh:maxLength 8 ; sh:message "A title has at most 8 letters" ] .
"""


def _start() -> None:
    Path("seeds").mkdir()
    for name in CHOSEN:
        shutil.copy(SEEDS / name, "seeds")
    Path("more.jsonl").write_text("".join(map(_line, MORE)), "utf-8")
    Path("crosswalk.csv").write_text(CROSSWALK, "utf-8")
    Path("imdb").mkdir()
    Path("imdb", "title.principals.tsv").write_text(PRINCIPALS, "utf-8")
    Path("imdb", "name.basics.tsv").write_text(NAMES, "utf-8")
    Path("runs.rq").write_text(RUNS, "utf-8")
    Path("short.ttl").write_text(SHAPES, "utf-8")


def _line(film: dict[str, object]) -> str:
    return json.dumps(film, ensure_ascii=False) + "\n"


def _edit() -> None:
    """Change a film, make one faulty, take one away and add one."""
    heat, emma = Path("seeds/6.txt"), Path("seeds/838.txt")
    heat.write_text(heat.read_text("utf-8").replace("Heat", "Heat Again"), "utf-8")
    emma.write_text(
        re.sub(r"(?m)^ratingValue:.*", "ratingValue: 99", emma.read_text("utf-8")), "utf-8"
    )
    Path("seeds/10.txt").unlink()
    write(
        Path("seeds"), Film(9000010, "Ten", 2010, "7.5", "Zoë Ångström", "Al Pacino, Nobody Else")
    )


def _mend() -> None:
    text = "".join(map(_line, MORE))
    Path("more.jsonl").write_text(text.replace('"rating": 99', '"rating": 9.9'), "utf-8")


@dataclass(frozen=True)
class Step:
    """Commands, and what is done to the files before them."""

    name: str
    commands: str
    before: Callable[[], None] | None = None


STEPS = (
    Step(
        "01-first-load",
        """
        load seeds
        load seeds
        check
        explain Heat
        explain Heat actor -f csv
        explain 'Michael Mann' -f json
        quarantine
        runs
        """,
        _start,
    ),
    Step(
        "02-second-source",
        """
        load more.jsonl --dry-run
        load more.jsonl
        """,
    ),
    Step(
        "03-kept-out",
        """
        quarantine -f table
        quarantine -f csv
        quarantine -f json
        quarantine --all -f table
        explain tt9000003
        """,
    ),
    Step(
        "04-explained",
        """
        explain Heat -f table
        explain tt9000006
        explain Numbered
        explain 'Al Pacino'
        explain nm0000199
        explain nm9999999
        explain 'Emma (1996)'
        """,
    ),
    Step(
        "05-dry-runs",
        """
        load seeds --dry-run
        undo 1 --dry-run
        undo 2 --dry-run -q
        remove more.jsonl --dry-run
        """,
        _edit,
    ),
    Step(
        "06-changed",
        """
        load seeds
        quarantine -f csv
        explain Emma
        explain 'Heat Again'
        runs
        """,
    ),
    Step(
        "07-linked",
        """
        link --dry-run crosswalk.csv imdb
        link --offline crosswalk.csv imdb
        link --offline crosswalk.csv imdb
        links -f csv
        links --rung none -f tsv
        links --review -f table
        links -f json --min-confidence 0.999
        explain 'Heat Again'
        explain 'Robert De Niro'
        """,
    ),
    Step(
        "08-decided",
        """
        links tt0113277=none 'tt0113277/Al Pacino=no'
        links
        explain nm0000199
        runs
        """,
    ),
    Step(
        "09-undone",
        """
        undo 2 --dry-run
        undo 2
        explain 'Al Pacino'
        explain 'Val Kilmer'
        quarantine -f csv
        links
        check
        """,
    ),
    Step(
        "10-undo-undone",
        """
        runs -f csv
        undo 6
        quarantine -f csv
        links
        export -f nt
        """,
    ),
    Step(
        "11-removed",
        """
        remove seeds --dry-run -q
        remove more.jsonl
        explain Heat
        quarantine -f csv
        runs
        check
        """,
    ),
    Step(
        "12-brought-back",
        """
        load more.jsonl
        undo 8
        quarantine -f json
        """,
    ),
    Step(
        "13-replayed",
        """
        replay --dry-run
        replay
        quarantine
        explain Overrated
        """,
        _mend,
    ),
    Step(
        "14-rebuilt",
        """
        rebuild --dry-run
        rebuild
        rebuild --shapes short.ttl
        quarantine -f table
        explain Overrated
        runs
        runs -f json
        sparql runs.rq -f csv
        """,
    ),
    Step(
        "15-at-the-end",
        """
        check
        validate
        links -f csv
        links --rung none
        export -f nt
        """,
    ),
)

_MASKS = (
    (re.compile(r"[0-9.]+ MB\b"), "… MB"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?"), "TIME"),
    (re.compile(r'("seconds": )[0-9.e-]+'), r"\1…"),
    (re.compile(r'("kept": \w+, "bytes": )\d+'), r"\1…"),
    (re.compile(r"(?m)(?<=TIME)([\t,])[0-9.]+"), r"\1…"),
    (re.compile(r"software/reelgraph-[0-9][0-9a-z.+]*"), "software/reelgraph-…"),
    (re.compile(r"(source/[^ ,/#>]+)-[0-9a-f]{8}\b"), r"\1-…"),  # a hash of its folder
)


def masked(text: str, folder: Path) -> str:
    """Leave out what differs from run to run: times, sizes on the disk, folders, our version."""
    text = text.replace(str(folder.resolve()), "FOLDER").replace(str(folder), "FOLDER")
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def played(folder: Path, etl: Etl) -> Iterator[tuple[str, str]]:
    """Play all steps in a folder; give each with its commands and all that they said."""
    for step in STEPS:
        if step.before:
            step.before()
        commands = filter(None, map(str.strip, step.commands.splitlines()))
        said = "".join(_said(command, etl) for command in commands)
        yield step.name, masked(said, folder)


def _said(command: str, etl: Etl) -> str:
    result = etl(*shlex.split(command))
    data = f"-- stdout\n{result.stdout}" if result.stdout else ""
    talk = f"-- stderr\n{result.stderr}" if result.stderr else ""
    return f"$ etl {command}\n{data}{talk}-- exit {result.exit_code}\n\n"
