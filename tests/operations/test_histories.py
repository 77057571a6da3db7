"""Whatever was loaded, taken back, removed, tried again or cut short: the graph is what stands.

What each run has read is written down beside it. The graph must always be that of a workspace
in which only those runs took place that have not been taken back.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pyoxigraph import Quad

from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.catalog.entries import Extent
from etl.catalog.kept_out import kept_out
from etl.errors import EtlError, WorkspaceError
from etl.findings import Severity
from etl.inspection.validating import validate_store
from etl.operations.load import LoadOptions, load
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.replay import replay
from etl.operations.reports import Diff, LoadReport
from etl.operations.undo import undo
from etl.workspace import Workspace
from etl.workspace.generations import Generation
from etl.workspace.snapshot import Snapshot
from records import Film
from thoroughness import THOROUGH, examples

FOLDERS = ("one", "two")
FILMS = [
    Film(838, "Emma", directors="Douglas McGrath", actors="Gwyneth Paltrow"),
    Film(6, "Heat", directors="Michael Mann", actors="Al Pacino"),
    Film(6, "Heat", directors="Michael Mann", actors="Val Kilmer", name="heat.txt"),
]

# What people are called: by names that look like ids, by one name in two spellings, by ids.
PEOPLE = [
    "",
    "nm9000001, Mara Lind",
    "Q42, name-Q42",
    "Zoë Ny",
    "Zoe\u0308 Ny",
    "Zoë\u200b Ny, M. Lind",
]
MARA, NILS = {"name": "Mara Lind", "imdb": "nm9000001"}, {"name": "Nils Holm", "imdb": "nm9000007"}
CASTS: list[list[object]] = [
    [MARA, {"name": "Nils Holm"}],
    [{"name": "M. Lind", "imdb": "https://www.imdb.com/name/nm9000001/"}, "Nils Holm"],
    [NILS | {"imdb": "nm9000001"}, "nm9000001"],
    ["nm9000007", "Q42", "Zoe\u0308 Ny"],
    [NILS, "NM9000007", MARA, MARA | {"character": "Bo"}],
]

Texts = dict[str, str | None]


class Killed(BaseException):
    """The process is gone."""


class Doomed(Workspace):
    """A workspace whose process is killed at some moment, and so leaves everything lying."""

    def __init__(self, path: Path, moment: str) -> None:
        super().__init__(path)
        self.moment = moment
        self.dead = False

    def reach(self, moment: str) -> None:
        if moment == self.moment:
            self.dead = True
            raise Killed

    def progress(self, stage: str, done: int, total: int | None) -> None:
        del done, total
        self.reach(stage)

    def commit(self, generation: Generation) -> None:
        self.reach("before the switch")
        super().commit(generation)
        self.reach("after the switch")

    def _clean(self, newest: int) -> None:
        if not self.dead:
            super()._clean(newest)


@dataclass
class Happened:
    """What a run has read: the new text of each file of a source, None for one that went."""

    folder: str
    texts: Texts
    undoes: int | None = None
    stands: bool = True


def counted(before: dict[str, set[Quad]], after: dict[str, set[Quad]]) -> Diff:
    """Count how films differ."""
    kept = before.keys() & after.keys()
    return Diff(
        added=len(after) - len(kept),
        changed=sum(before[film] != after[film] for film in kept),
        removed=len(before) - len(kept),
    )


def extent(texts: dict[str, str]) -> Extent:
    """Give how much the files of a source say."""
    sums = {name: hashlib.sha256(as_read(text)).hexdigest() for name, text in texts.items()}
    lines = "\n".join(f"{name}\0{key_of(texts[name])}\0{sums[name]}" for name in sorted(sums))
    digest = hashlib.sha256(lines.encode()).hexdigest() if lines else ""
    return Extent(len(texts), sum(len(text.encode()) for text in texts.values()), digest)


def as_read(text: str) -> bytes:
    """Give what tells a record from others: a line of JSON as it is, a text in the form NFC."""
    return (text if text.startswith("{") else unicodedata.normalize("NFC", text)).encode()


def key_of(text: str) -> str:
    """Give what a record is called in its file: the id of a JSON object, else nothing."""
    film = json.loads(text) if text.startswith("{") else {}
    return str(film.get("movieId") or film.get("imdb") or "")


MOMENTS = ["", "", "", "records", "films", "before the switch", "after the switch"]
moments = st.sampled_from(MOMENTS)
folders = st.sampled_from(FOLDERS)


class Histories(RuleBasedStateMachine):
    """Two sources that contradict each other, and all that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name)
        self.desk = Desk(self.path)
        self.runs: dict[int, Happened] = {}
        for folder in FOLDERS:
            (self.desk.source / folder).mkdir()

    def teardown(self) -> None:
        try:
            if self.desk.workspace.current():
                self.graph_is_as_if_only_what_stands_had_been()
        finally:
            self._folder.cleanup()

    # What is there, by our own account

    def held(self, folder: str) -> dict[str, str]:
        """Give what the files of a source say by the runs that stand."""
        texts: Texts = {}
        for run in self.runs.values():
            if run.stands and run.folder == folder:
                texts.update(run.texts)
        return {name: text for name, text in texts.items() if text is not None}

    def on_disk(self, folder: str) -> dict[str, str]:
        files = (self.desk.source / folder).iterdir()
        return {path.name: path.read_text("utf-8") for path in sorted(files)}

    def unread(self, folder: str) -> Texts:
        held, now = self.held(folder), self.on_disk(folder)
        changed: Texts = {name: text for name, text in now.items() if held.get(name) != text}
        return changed | {name: None for name in held if name not in now}

    # What happens

    def happen(
        self,
        moment: str,
        change: Callable[[Workspace, ChangeOptions], LoadReport],
        happened: Happened,
    ) -> LoadReport | None:
        """Carry out a change, which may be killed; write down what it did if it was committed."""
        before = self.desk.workspace.current()
        doomed = Doomed(self.desk.workspace.path, moment)
        report = None
        try:
            report = change(doomed, LoadOptions(progress=doomed.progress, allow_removals=True))
        except Killed:
            assert moment
        after = self.desk.workspace.current()
        if after and (before is None or before.number < after.number):
            with Catalog.read(after.catalog) as catalog:
                run = catalog.runs.all()[-1].run
            self.runs[run] = happened
            if happened.undoes is not None:
                self.take_back(happened.undoes, stands=False)
        return report

    def take_back(self, number: int, *, stands: bool) -> None:
        run = self.runs[number]
        run.stands = stands
        if run.undoes is not None:
            self.take_back(run.undoes, stands=not stands)

    @rule(
        folder=folders,
        film=st.sampled_from(FILMS),
        title=st.sampled_from(["", "A", "B"]),
        year=st.sampled_from([1990, 1991, "soon"]),
        rating=st.sampled_from(["", "7.5", "99"]),
        actors=st.sampled_from(PEOPLE),
        imdb=st.booleans(),
    )
    def edit(
        self,
        folder: str,
        film: Film,
        title: str,
        year: int | str,
        rating: str,
        actors: str,
        imdb: bool,
    ) -> None:
        text = film.but(title=title, year=year, rating=rating, actors=actors or film.actors).text
        if not imdb:  # another source may tell the id by the number
            text = "\n".join(line for line in text.split("\n") if not line.startswith("url:"))
        (self.desk.source / folder / film.file).write_text(text, "utf-8")

    @rule(
        folder=folders,
        number=st.sampled_from([6, 838, 9]),
        cast=st.sampled_from(CASTS),
        escaped=st.booleans(),
        imdb=st.booleans(),
    )
    def edit_people(
        self, folder: str, number: int, cast: list[object], escaped: bool, imdb: bool
    ) -> None:
        film = {"movieId": number, "title": "A", "year": 1990, "actors": cast}
        if imdb:
            film["imdb"] = f"tt{number:07d}"
        text = json.dumps(film, ensure_ascii=escaped)
        (self.desk.source / folder / f"{number}.jsonl").write_text(text, "utf-8")

    @rule(folder=folders, name=st.sampled_from(["6.jsonl", "838.jsonl", "9.jsonl"]))
    def delete_people(self, folder: str, name: str) -> None:
        (self.desk.source / folder / name).unlink(missing_ok=True)

    @rule(folder=folders, film=st.sampled_from(FILMS))
    def delete(self, folder: str, film: Film) -> None:
        (self.desk.source / folder / film.file).unlink(missing_ok=True)

    @rule(folder=folders, moment=moments)
    def load(self, folder: str, moment: str) -> None:
        source, files = str(self.desk.source / folder), len(self.on_disk(folder))
        if not files and not self.held(folder):
            return

        def change(workspace: Workspace, options: ChangeOptions) -> LoadReport:
            assert isinstance(options, LoadOptions)
            return load(workspace, [source], ENGINE, options)

        before = self.desk.films()
        report = self.happen(moment, change, Happened(folder, self.unread(folder)))
        if report:
            assert [each.read for each in report.sources] == [files]
            assert report.films == counted(before, self.desk.films())

    @precondition(lambda self: any(run.stands for run in self.runs.values()))
    @rule(data=st.data(), moment=moments)
    def undo(self, data: st.DataObject, moment: str) -> None:
        standing = [number for number, run in self.runs.items() if run.stands]
        number = data.draw(st.sampled_from(standing))
        happened = Happened("", {}, undoes=number)
        try:
            self.happen(moment, lambda w, o: undo(w, number, ENGINE, o), happened)
        except WorkspaceError as error:
            assert "changed no record" in str(error)
            assert not self.runs[number].texts

    @rule(folder=folders, moment=moments)
    def remove(self, folder: str, moment: str) -> None:
        held = self.held(folder)
        if held:
            source = str(self.desk.source / folder)
            gone = Happened(folder, dict.fromkeys(held))
            self.happen(moment, lambda w, o: remove(w, source, ENGINE, o), gone)

    @precondition(lambda self: self.desk.workspace.current())
    @rule(moment=moments)
    def replay(self, moment: str) -> None:
        with Catalog.read(self.desk.workspace.required().catalog) as catalog:
            files = catalog.refusals.files()
        tried = {
            os.path.basename(source): {
                name: text
                for name, text in self.unread(os.path.basename(source)).items()
                if name in paths and text is not None
            }
            for source, paths in files.items()
        }
        if sum(map(bool, tried.values())) > 1:
            return  # we write down what one source says
        folder = next((name for name, texts in tried.items() if texts), "")
        happened = Happened(folder, dict(tried.get(folder, {})))
        self.happen(moment, lambda w, o: replay(w, ENGINE, o), happened)

    @precondition(lambda self: self.desk.workspace.current())
    @rule(moment=moments)
    def rebuild(self, moment: str) -> None:
        before = self.desk.graph()
        self.happen(
            moment,
            lambda w, o: rebuild(w, ENGINE, RebuildOptions(progress=o.progress)),
            Happened("", {}),
        )
        assert self.desk.graph() == before

    # What must be so

    @invariant()
    def store_and_catalog_agree(self) -> None:
        if self.desk.workspace.current():
            assert self.desk.check() == []

    @invariant()
    def the_graph_conforms(self) -> None:
        if self.desk.workspace.current():
            with Snapshot.opened(self.desk.workspace.required()) as snapshot:
                found = validate_store(snapshot, snapshot.store, ENGINE)
            assert [each for each in found if each.severity == Severity.VIOLATION] == []

    @invariant()
    def every_record_is_accounted_for(self) -> None:
        generation = self.desk.workspace.current()
        if generation is None:
            return
        with Catalog.read(generation.catalog) as catalog:
            names = {source.name for source in catalog.sources.standing()}
            statuses = catalog.statuses(0, {(name, None) for name in names})
            refused = [item.source for item in kept_out(catalog)]
            extents = {
                name: catalog.sources.extent(str(self.desk.source / name)) for name in FOLDERS
            }
        for folder in FOLDERS:
            assert extents[folder] == extent(self.held(folder))
            counts = statuses.get(str(self.desk.source / folder), {})
            assert sum(counts.values()) == len(self.held(folder))
            out = counts.get("rejected", 0) + counts.get("quarantined", 0)
            assert out == refused.count(folder)

    @invariant()
    def the_graph_is_what_a_rebuild_makes(self) -> None:
        if self.desk.workspace.current():
            copy = Workspace(self.path / "copy")
            shutil.copytree(self.desk.workspace.path, copy.path)
            rebuild(copy, ENGINE, RebuildOptions())
            assert self.graph_of(copy) == self.desk.graph()
            shutil.rmtree(copy.path)

    @precondition(lambda self: THOROUGH and self.desk.workspace.current())
    @invariant()
    def graph_is_as_if_only_what_stands_had_been(self) -> None:
        other = Desk(self.path / "other")
        for folder in FOLDERS:
            (other.source / folder).mkdir()
        for run in self.runs.values():
            if run.stands and run.texts:
                self.happen_again(other, run)
        assert other.graph() == self.desk.graph()
        shutil.rmtree(self.path / "other")

    def happen_again(self, other: Desk, run: Happened) -> None:
        folder = other.source / run.folder
        for name, text in run.texts.items():
            if text is None:
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_text(text, "utf-8")
        try:
            other.load(folder, allow_removals=True)
        except EtlError as error:
            assert "no records in it" in str(error)

    def graph_of(self, workspace: Workspace) -> set[Quad]:
        seen = Desk.__new__(Desk)
        seen.workspace = workspace
        return seen.graph()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=examples(2, 8), stateful_step_count=examples(8, 20), deadline=None
)
