"""All film data that are shared, in one workspace: no film twice, nothing lost, and none stays."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from desk import Desk
from etl.inspection import disagreeing
from etl.operations.options import ChangeOptions
from etl.operations.remove import remove
from etl.operations.undo import undo
from etl.workspace.snapshot import Snapshot
from places import ROOT
from prepared import PreparedDesk
from shared_data import shared
from thoroughness import THOROUGH

DATA = shared("data/movielens").parent
PATHS = {
    "seeds": ROOT / "seeds",
    "texts": DATA / "seed_format",
    "linking": DATA / "linking" / "records",
    "imdb": DATA / "imdb" / "title.basics.tsv",
    "top": DATA / "files" / "imdb_top_1000.csv",
    "of_imdb": DATA / "files" / "IMDB-Movie-Data.csv",
    "plots": DATA / "plots" / "plots.jsonl",
    "movies_dat": DATA / "files" / "movies.dat",
    "movielens": DATA / "movielens" / "movies.csv",
}
INVENTED = 30  # films of MovieLens that a table of IMDb's, which is ours, tells of otherwise


def invented(folder: Path) -> Path:
    """Write a table of IMDb's about films of MovieLens: nothing in it is so but the ids."""
    path = folder / "invented" / "title.basics.tsv"
    path.parent.mkdir()
    header = (
        "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\t"
        "runtimeMinutes\tgenres\n"
    )
    with (DATA / "movielens" / "links.csv").open(encoding="utf-8") as file:
        ids = [f"tt{row['imdbId']}" for row in islice(csv.DictReader(file), INVENTED)]
    rows = [
        f"{imdb}\tmovie\tInvented {n}\tInvented {n}\t0\t{1900 + n}\t\\N\t{n + 1}\t\\N\n"
        for n, imdb in enumerate(ids)
    ]
    path.write_text(header + "".join(rows), "utf-8")
    return path


def told_in(path: Path) -> int:
    """Count what is told in a source, by its lines or rows, and not by what reads it."""
    if path.is_dir():
        return sum(1 for each in path.rglob("*.txt"))
    text = path.read_text("utf-8", "replace")
    if path.suffix == ".csv":
        return sum(1 for _ in csv.reader(text.splitlines(keepends=True))) - 1
    return len(text.splitlines()) - (path.suffix == ".tsv")


def smaller(path: Path, folder: Path, rows: int) -> Path:
    """Copy the first rows of a large table, with what lies beside it."""
    copy = folder / "smaller" / path.parent.name / path.name
    copy.parent.mkdir(parents=True)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    copy.write_text("".join(lines[: rows + 1]), "utf-8")
    if (links := path.with_name("links.csv")).exists():
        shutil.copy(links, copy.parent)
    return copy


def ids_of(desk: Desk) -> dict[str, set[tuple[str, str]]]:
    """Give the ids of each film, as the graph has them."""
    found: dict[str, set[tuple[str, str]]] = {}
    for each in desk.values(
        "PREFIX s: <https://schema.org/> SELECT (concat(str(?film), ' ', ?scheme, ' ', ?id) AS ?n) "
        "{ ?film a s:Movie ; s:identifier [ s:propertyID ?scheme ; s:value ?id ] }"
    ):
        film, scheme, identifier = each.split(" ")
        found.setdefault(film, set()).add((scheme, identifier))
    return found


def disputed(desk: Desk) -> set[tuple[str, str]]:
    """Give the ids that `etl check` lists as contradicted, and those beside which they stand."""
    with Snapshot.opened(desk.workspace.required()) as snapshot:
        found = snapshot.catalog.resolved.claims()
    return {
        (scheme, each)
        for scheme, *texts in ((claim.scheme, claim.subject, claim.said) for claim in found)
        for text in texts
        for each in re.split(r"[-, ]+", str(text))
    }


def test_all_shared_data_are_one_film_for_each_id_and_none_is_lost(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    sources = [*PATHS.values(), invented(tmp_path)]
    for path in sources:  # each by itself: tables of one folder would be one source
        [each] = desk.load(path).sources
        assert each.read + sum(each.left_out.values()) == told_in(path), path

    ids = ids_of(desk)
    listed = disputed(desk)
    owners = Counter(identifier for held in ids.values() for identifier in held)
    assert {each for each, films in owners.items() if films > 1} <= listed
    for told in ids.values():
        several = Counter(scheme for scheme, _ in told)
        assert {each for each in told if several[each[0]] > 1} <= listed

    with Snapshot.opened(desk.workspace.required()) as snapshot:
        rows = list(disagreeing.rows(snapshot, None))
    films = {str(row[0]).strip("<>").rpartition("/")[2] for row in rows if row[2] == "year"}
    said = {line.partition("\t")[0] for line in sources[-1].read_text("utf-8").splitlines()[1:]}
    assert len(said) == INVENTED
    assert said <= films
    assert not desk.check()


@pytest.fixture(scope="module")
def everything(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Path], PreparedDesk]:
    """All of them in one workspace, of the two largest only the first rows; and where they lie."""
    folder = tmp_path_factory.mktemp("sources")
    paths = PATHS | {"invented": invented(folder)}
    for large in ("movielens", "movies_dat"):
        paths[large] = smaller(paths[large], folder, 300)

    def load(desk: Desk) -> None:
        for path in paths.values():
            desk.load(path)

    return paths, PreparedDesk(tmp_path_factory.mktemp("everything"), load)


@pytest.mark.parametrize("gone", [*PATHS, "invented"] if THOROUGH else ["texts"])
def test_what_one_source_of_them_alone_told_goes_with_it(
    tmp_path: Path, everything: tuple[dict[str, Path], PreparedDesk], gone: str
) -> None:
    paths, prepared = everything
    desk, other = prepared.desk(), Desk(tmp_path / "others")
    before = desk.graph()
    for name, path in reversed(paths.items()):
        if name != gone:
            other.load(path)
    removed = remove(desk.workspace, str(paths[gone]), desk.engine, ChangeOptions())
    assert desk.graph() == other.graph()
    undo(desk.workspace, removed.run or 0, desk.engine, ChangeOptions())
    assert desk.graph() == before
