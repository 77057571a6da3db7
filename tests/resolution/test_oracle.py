"""Whatever is loaded, linked, removed and taken back: the graph is what the oracle says."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.errors import WorkspaceError
from etl.inspection.checking import check
from etl.inspection.validating import validate_store
from etl.linking.crosswalk import read_crosswalks
from etl.linking.evidence import Evidence
from etl.linking.imdb_tables import ImdbTables
from etl.linking.judgement import find_links
from etl.linking.subjects import subject
from etl.operations.link import link
from etl.operations.load import LoadOptions, load
from etl.operations.options import ChangeOptions
from etl.operations.rank import RankOptions, rank
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.replay import replay
from etl.operations.undo import undo
from etl.output import GraphHash
from etl.process.progress import silent
from etl.records import FilmRecord, Reject
from etl.resolution.groups import LinkMember, Member, groups_of
from etl.sources.files import LINKS
from etl.sources.jsonlines import parse
from etl.sources.naming import sources
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot
from oracle import Dispute, Resolved, Said, Spot, group_of, resolved
from thoroughness import examples

FOLDERS, FILES, SLOTS = ("one", "two", "three"), ("a.jsonl", "b.jsonl"), ("1", "2")
TITLES = {"tt0113277": ("Heat", 1995), "tt0116191": ("Emma", 1996), "tt0000777": ("Heat", 1995)}
NUMBERS = {"tt0113277": 6, "tt0116191": 838, "tt0000777": 6}
NAMES = ["Al Pacino", "Alfredo Pacino", "Zoë Ångström", "Michael Mann"]
NAMES_LIKE_IDS = ["nm0000199", "Q41163", "Zoe\u0308 A\u030angstro\u0308m"]
"""Names in the form of ids, and one whose letters are taken apart."""
IDS = ["nm0000199", "nm0000520", "nm9999999"]
CROSSWALK = "imdb,item\ntt0113277,Q42198\ntt0116191,Q5\nnm0000199,Q41163\n"
TABLES = {
    "title.basics.tsv": "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\n"
    "tt0113277\tmovie\tHeat\tHeat\t0\t1995\ntt0116191\tmovie\tEmma\tEmma\t0\t1996\n",
    "title.principals.tsv": "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
    'tt0113277\t1\tnm0000199\tactor\t\\N\t["Lt. Vincent Hanna"]\n'
    "tt0113277\t2\tnm0000520\tdirector\t\\N\t\\N\n"
    "tt0116191\t1\tnm0000199\tactor\t\\N\t\\N\n",
    "name.basics.tsv": "nconst\tprimaryName\nnm0000199\tAl Pacino\nnm0000520\tMichael Mann\n",
}

Texts = dict[Spot, str | None]

names = st.sampled_from(NAMES + NAMES_LIKE_IDS)
bare = names
with_ids = st.fixed_dictionaries({"name": names, "imdb": st.sampled_from(IDS)})
playing = st.fixed_dictionaries({"name": names, "character": st.sampled_from(["Hanna", "Himself"])})
with_keys = st.fixed_dictionaries({"name": names, "id": st.integers(1, 3)})
of_tmdb = st.fixed_dictionaries({"name": names, "tmdb": st.integers(1, 3)})
people = st.lists(bare | with_ids | with_keys | of_tmdb | playing, max_size=3)


@st.composite
def records(draw: st.DrawFn) -> dict[str, object]:
    """Draw a film as a source has it; now and then it cannot be read, or does not conform."""
    imdb = draw(st.sampled_from(list(TITLES)))
    title, year = TITLES[imdb]
    title = draw(st.sampled_from([title, title, f"{title}: A Story"]))
    year += draw(st.sampled_from([0, 0, 1]))
    record: dict[str, object] = {"title": title, "year": year}
    known = draw(st.sampled_from(["imdb", "movielens", "both"]))
    if known != "movielens":
        record["imdb"] = imdb
    if known != "imdb":
        record["movieId"] = NUMBERS[imdb]
    match draw(st.sampled_from(["", "", "", "", "unreadable", "overrated", "nameless"])):
        case "unreadable":
            record["year"] = "soon"
        case "overrated":
            record["rating"] = 99
        case "nameless":
            del record["title"]
        case _:
            pass
    return record | {"directors": draw(people), "actors": draw(people)}


contents = st.dictionaries(st.sampled_from(SLOTS), records(), min_size=1)


@dataclass
class Happened:
    """What a run has read: the new text at each spot, or the link record; None for what went.

    `ranks` are the sources that come first from then on, by field.
    """

    texts: Texts = field(default_factory=dict)
    links: dict[Spot, Said] = field(default_factory=dict)
    ranks: dict[str, list[str]] = field(default_factory=dict)
    undoes: int | None = None
    stands: bool = True

    def said(self) -> dict[Spot, Said]:
        """Give what the oracle is to know of it."""
        return self.links | {
            spot: Said(int(spot.key), read(spot.source, text) if text is not None else None)
            for spot, text in self.texts.items()
        }


def read(source: str, text: str) -> FilmRecord | Reject:
    """Read a record; the keys that are its source's own say whose they are."""
    item = parse(text)
    if isinstance(item, Reject):
        return item
    [found] = sources([source], None, [])
    directors, actors = (
        tuple(
            each._replace(key=each.key.replace("key-", f"key-{found.plain_slug}-"))
            for each in people
        )
        for people in (item.directors, item.actors)
    )
    return replace(item, directors=directors, actors=actors)


class Comparing(RuleBasedStateMachine):
    """Three sources and what linking finds, and the oracle beside them."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name)
        self.desk = Desk(path)
        self.runs: dict[int, Happened] = {}
        for folder in FOLDERS:
            (self.desk.source / folder).mkdir()
        (path / "crosswalk.csv").write_text(CROSSWALK, "utf-8")
        (path / "imdb").mkdir()
        for name, text in TABLES.items():
            (path / "imdb" / name).write_text(text, "utf-8")
        self.path = path

    def teardown(self) -> None:
        try:
            self.what_conforms_record_by_record_conforms_as_a_whole()
        finally:
            self._folder.cleanup()

    # What is there, by our own account

    def source(self, folder: str) -> str:
        return str(self.desk.source / folder)

    def held(self, source: str) -> dict[Spot, str]:
        """Give what a source says by the runs that stand."""
        texts: Texts = {}
        for run in self.runs.values():
            if run.stands:
                texts |= run.texts
        return {s: text for s, text in texts.items() if s.source == source and text is not None}

    def on_disk(self, source: str) -> dict[Spot, str]:
        return {
            Spot(source, path.name, str(number)): line
            for path in Path(source).iterdir()
            for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1)
            if line
        }

    def unread(self, source: str) -> Texts:
        held, now = self.held(source), self.on_disk(source)
        changed: Texts = {spot: text for spot, text in now.items() if held.get(spot) != text}
        return changed | {spot: None for spot in held if spot not in now}

    def expected(self) -> Resolved:
        history = [run.said() for _, run in sorted(self.runs.items()) if run.stands]
        return resolved(history, ENGINE, self.ranks())

    def ranks(self) -> dict[str, list[str]]:
        """Give the ranks of sources by the runs that stand."""
        standing = [run.ranks for _, run in sorted(self.runs.items()) if run.stands]
        ranks: dict[str, list[str]] = {}
        for each in standing:
            ranks |= each
        return {field: sources for field, sources in ranks.items() if sources}

    # What happens

    def happen(self, happened: Happened, change: Callable[[Workspace], object]) -> None:
        """Carry out a change, and write down what it did if it was a run."""
        before = self.desk.workspace.current()
        change(self.desk.workspace)
        after = self.desk.workspace.current()
        if after and (before is None or before.number < after.number):
            with Catalog.read(after.catalog) as catalog:
                self.runs[catalog.runs.all()[-1].run] = happened
            if happened.undoes is not None:
                self.take_back(happened.undoes, stands=False)

    def take_back(self, number: int, *, stands: bool) -> None:
        run = self.runs[number]
        run.stands = stands
        if run.undoes is not None:
            self.take_back(run.undoes, stands=not stands)

    @initialize(one=contents, two=contents)
    def begin(self, one: dict[str, dict[str, object]], two: dict[str, dict[str, object]]) -> None:
        for folder, content in zip(FOLDERS[:2], (one, two), strict=True):
            self.edit_and_load(folder, FILES[0], content)

    @rule(folder=st.sampled_from(FOLDERS), file=st.sampled_from(FILES), content=contents)
    def edit(self, folder: str, file: str, content: dict[str, dict[str, object]]) -> None:
        """Write a file anew; a record stays on the line that its number says."""
        lines = [
            json.dumps({"id": int(slot)} | content[slot], ensure_ascii=False)
            if slot in content
            else ""
            for slot in SLOTS
        ]
        Path(self.source(folder), file).write_text("\n".join(lines) + "\n", "utf-8")

    @rule(folder=st.sampled_from(FOLDERS), file=st.sampled_from(FILES))
    def delete(self, folder: str, file: str) -> None:
        Path(self.source(folder), file).unlink(missing_ok=True)

    @rule(folder=st.sampled_from(FOLDERS))
    def load(self, folder: str) -> None:
        source = self.source(folder)
        if self.on_disk(source) or self.held(source):
            options = LoadOptions(allow_removals=True)
            self.happen(Happened(self.unread(source)), lambda w: load(w, [source], ENGINE, options))

    @rule(folder=st.sampled_from(FOLDERS), file=st.sampled_from(FILES), content=contents)
    def edit_and_load(self, folder: str, file: str, content: dict[str, dict[str, object]]) -> None:
        self.edit(folder, file, content)
        self.load(folder)

    @precondition(lambda self: any(run.stands for run in self.runs.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        standing = [number for number, run in self.runs.items() if run.stands]
        number = data.draw(st.sampled_from(standing))
        try:
            self.happen(Happened(undoes=number), lambda w: undo(w, number, ENGINE, ChangeOptions()))
        except WorkspaceError as error:
            assert "changed no record" in str(error)
            assert not self.runs[number].said() and not self.runs[number].ranks

    @rule(folder=st.sampled_from(FOLDERS))
    def remove(self, folder: str) -> None:
        source = self.source(folder)
        if held := self.held(source):
            gone = Happened(dict.fromkeys(held))
            self.happen(gone, lambda w: remove(w, source, ENGINE, ChangeOptions()))

    @precondition(lambda self: self.desk.workspace.current())
    @rule(
        order=st.lists(st.sampled_from(FOLDERS), unique=True),
        field=st.sampled_from(["", "title", "year", "rating"]),
    )
    def rank(self, order: list[str], field: str) -> None:
        """Say which sources come first, in all fields or in one, which is then the only one."""
        sources = [source for source in map(self.source, order) if self.held(source)]
        changed, options = {"": sources}, RankOptions(order=sources)
        if field:
            changed = {each: [] for each in self.ranks() if each} | {field: sources}
            options = RankOptions(fields={field: sources})
        old = self.ranks()
        changed = {each: names for each, names in changed.items() if names != old.get(each, [])}
        self.happen(Happened(ranks=changed), lambda w: rank(w, ENGINE, options))

    @precondition(lambda self: self.desk.workspace.current())
    @rule()
    def link(self) -> None:
        """Link by a crosswalk and IMDb's tables; what is found is as good as what is read."""
        found = Evidence(
            read_crosswalks([self.path / "crosswalk.csv"]), ImdbTables.find(self.path / "imdb")
        )
        with Catalog.read(self.desk.workspace.required().catalog) as catalog:
            subjects = [
                subject(group, identities)
                for rows, identities in catalog.resolved.pages(1000)
                for group in groups_of(rows)
            ]
        links = {
            Spot(LINKS.name, each.place, ""): Said(1, record)
            for each, record in find_links(subjects, found, [])
            if record != each.earlier
        }
        self.happen(Happened(links=links), lambda w: link(w, found, [], ENGINE, ChangeOptions()))

    @precondition(lambda self: self.desk.workspace.current())
    @rule()
    def replay(self) -> None:
        with Catalog.read(self.desk.workspace.required().catalog) as catalog:
            tried = {(s, path) for s, paths in catalog.refusals.files().items() for path in paths}
        texts: Texts = {}
        for source, path in tried:
            if Path(source, path).exists():
                unread = self.unread(source)
                texts |= {spot: text for spot, text in unread.items() if spot.path == path}
        self.happen(Happened(texts), lambda w: replay(w, ENGINE, ChangeOptions()))

    @precondition(lambda self: self.desk.workspace.current())
    @rule()
    def rebuild(self) -> None:
        self.happen(Happened(), lambda w: rebuild(w, ENGINE, RebuildOptions()))

    # What must be so

    @invariant()
    def everything_is_as_the_oracle_says(self) -> None:
        generation = self.desk.workspace.current()
        if generation is None:
            return
        expected = self.expected()
        with Catalog.read(generation.catalog) as catalog:
            resolved = catalog.resolved
            groups = [group for rows, _ in resolved.pages(1000) for group in groups_of(rows)]
            people = {person for page in resolved.people(1000) for person in page}
            redirects = set(resolved.redirects())
            disputes = {
                Dispute(each.about, each.subject, each.said, each.origin)
                for each in resolved.claims()
            }
        films = {group.film: list(map(place, group.everything)) for group in groups}
        assert films == {
            key: list(map(place, group_of(key, members, expected.ranks).everything))
            for key, members in expected.films.items()
        }
        assert people == expected.people
        assert redirects == expected.redirects
        assert disputes == expected.disputes
        assert self.desk.graph() == expected.graph()
        self.a_check_finds_nothing_and_tells_the_hash_of(expected)

    def a_check_finds_nothing_and_tells_the_hash_of(self, expected: Resolved) -> None:
        health, exported = check(self.desk.workspace, silent), GraphHash()
        exported.add(expected.graph())
        assert (health.damages, health.differences) == ([], [])
        assert str(health.graph) == str(exported)

    def what_conforms_record_by_record_conforms_as_a_whole(self) -> None:
        if generation := self.desk.workspace.current():
            with Snapshot.opened(generation) as snapshot:
                found = validate_store(snapshot, snapshot.store, ENGINE)
            assert [each for each in found if each.severity == "Violation"] == []


def place(member: Member | LinkMember) -> tuple[object, ...]:
    """Give what tells a record of a film from all others, however it is numbered."""
    return member.origin, member.record


TestComparing = Comparing.TestCase
TestComparing.settings = settings(
    max_examples=examples(2, 8), stateful_step_count=examples(8, 20), deadline=None
)


def test_a_check_does_not_depend_on_which_film_was_refused_first(desk: Desk) -> None:
    """A refused film of which an earlier load knew gives way first, and who people are changes."""

    def write(path: str, *films: dict[str, object]) -> None:
        file = desk.source / path
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(json.dumps(film) + "\n" for film in films), "utf-8")
        desk.load(file.parent)

    emma: dict[str, object] = {"imdb": "tt0116191", "title": "Emma"}
    heat: dict[str, object] = {"imdb": "tt0113277", "title": "Heat"}
    one, other = ({"name": "Al Pacino", "imdb": each} for each in IDS[:2])
    ronin = {"imdb": "tt0122690", "title": "Ronin", "actors": ["Al Pacino"]}
    write("one/a.jsonl", {"id": 1, **emma}, {"id": 2, **ronin})
    write("two/a.jsonl", {"id": 2, **heat, "actors": [one]})
    refused = {"id": 3, **emma, "rating": 99}
    write("two/b.jsonl", refused)
    write(
        "two/b.jsonl",
        {"id": 1, **emma, "rating": 99, "actors": [other]},
        {"id": 2, **heat, "rating": 99},
        refused,
    )
    assert desk.check() == []
    assert desk.values("SELECT ?n { ?n a <https://schema.org/Person> }") == [
        "http://localhost:8000/person/nm0000199"
    ]
