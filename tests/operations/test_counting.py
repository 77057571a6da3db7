"""What is said to have changed is what has changed in the triples: one figure, wherever it stands.

Random histories of everything that changes a graph; after each step the export is compared with
the export before it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.errors import EtlError
from etl.linking.evidence import Evidence
from etl.linking.sssom import Decision
from etl.operations.link import link
from etl.operations.load import LoadOptions, load
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.replay import replay
from etl.operations.reports import Diff, LoadReport
from etl.operations.undo import undo
from etl.provenance.runs import ENTITIES
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF, SCHEMA
from etl.stores.embedded import EmbeddedStore
from records import EMMA, HEAT, Film
from thoroughness import examples

RONIN = Film(1722, "Ronin", 1998, actors="Robert De Niro, Sean Bean")


def entities(graph: Iterable[Quad], kind: NamedNode) -> dict[str, set[Quad]]:
    """Give all that is said of each film or person of a graph, parts included."""
    said = defaultdict[str, set[Quad]](set)
    for quad in graph:
        said[str(quad.subject)[1:-1].partition("#")[0]].add(quad)
    of_kind = {quad.subject for quad in graph if (quad.predicate, quad.object) == (RDF.type, kind)}
    return {iri: quads for iri, quads in said.items() if NamedNode(iri) in of_kind}


def differing(before: set[Quad], after: set[Quad], kind: NamedNode) -> Diff:
    """Count how the films or people of two graphs differ, in the plainest way."""
    old, new = entities(before, kind), entities(after, kind)
    return Diff(
        added=len(new.keys() - old.keys()),
        changed=sum(old[iri] != new[iri] for iri in old.keys() & new.keys()),
        removed=len(old.keys() - new.keys()),
    )


def both(before: set[Quad], after: set[Quad]) -> tuple[Diff, Diff]:
    return differing(before, after, SCHEMA.Movie), differing(before, after, SCHEMA.Person)


def remembered(desk: Desk, run: int) -> tuple[Diff, Diff]:
    """Give the figures of a run as `etl runs` has them."""
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        (report,) = [each.report for each in catalog.runs.all() if each.run == run]
    return Diff(**report["films"]), Diff(**report["people"])


def told(desk: Desk, run: int) -> tuple[Diff, Diff]:
    """Give the figures of a run as the provenance graph has them."""
    values = {
        quad.predicate: int(quad.object.value)  # type: ignore[union-attr]
        for quad in EmbeddedStore.read(desk.workspace.required().store).about(Iris().run(run).value)
        if quad.predicate in ENTITIES.values()
    }
    films, people = (
        Diff(**{what: values[term] for (kind, what), term in ENTITIES.items() if kind == each})
        for each in ("films", "people")
    )
    return films, people


Step = tuple[Any, ...]

texts = st.builds(
    lambda film, title, year, rating, actors, synopsis, imdb: (
        film.file,
        film.but(
            title=title, year=year, rating=rating, actors=actors, synopsis=synopsis
        ).text.replace("" if imdb else f"url: https://www.imdb.com/title/{film.imdb}/\n", "", 1),
    ),
    film=st.sampled_from([HEAT, HEAT.but(name="heat.txt"), RONIN]),
    title=st.sampled_from(["Heat", "Heat ", "Ronin", ""]),
    year=st.sampled_from([1995, "(1995)", "soon"]),
    rating=st.sampled_from(["", "7.5", "7,5", "99"]),
    actors=st.sampled_from(["Al Pacino, Sean Bean", "Sean Bean, Al Pacino", "Al Pacino"]),
    synopsis=st.sampled_from(["Vincent (Al Pacino) runs.", " Vincent (Al Pacino) runs. "]),
    imdb=st.booleans(),
)
steps = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(["one", "two"]), texts),
    st.tuples(st.just("load"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("undo"), st.integers(1, 8)),
    st.tuples(st.just("remove"), st.sampled_from(["one", "two"])),
    st.tuples(
        st.just("link"),
        st.sampled_from(["tt0000006", "movielens-6"]),
        st.sampled_from(["", "Al Pacino", "Sean Bean"]),
        st.sampled_from(["nm0000199", "Q41163", None]),
    ),
    st.tuples(st.sampled_from(["replay", "rebuild"])),
)


def change(desk: Desk, step: Step, *, dry_run: bool) -> LoadReport | None:
    """Carry out a step; None where it only writes a file, or changes nothing."""
    options = ChangeOptions(dry_run=dry_run)
    match step:
        case ("load", folder):
            loading = LoadOptions(dry_run=dry_run, allow_removals=True)
            return load(desk.workspace, [str(desk.source / folder)], desk.engine, loading)
        case ("undo", number):
            return undo(desk.workspace, int(number), desk.engine, options)
        case ("remove", folder):
            return remove(desk.workspace, folder, desk.engine, options)
        case ("link", film, name, identifier):
            decided = Decision(film, name, identifier if name else "Q42198")
            return link(desk.workspace, Evidence(), [decided], desk.engine, options).change
        case ("replay",):
            return replay(desk.workspace, desk.engine, options)
        case _:
            return rebuild(desk.workspace, desk.engine, RebuildOptions(dry_run=dry_run))


@given(steps=st.lists(steps, min_size=4, max_size=examples(9, 14)))
@settings(max_examples=examples(5, 15))
def test_every_figure_is_what_the_exports_before_and_after_give(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for name in ("one", "two"):
            (desk.source / name).mkdir()
            (desk.source / name / "838.txt").write_text(EMMA.text, "utf-8")
            change(desk, ("load", name), dry_run=False)
        after = desk.graph()
        for step in steps:
            if step[0] == "write":
                _, name, (file, text) = step
                (desk.source / name / file).write_text(text, "utf-8")
                continue
            before = after
            try:
                foreseen = change(desk, step, dry_run=True)
                report = change(desk, step, dry_run=False)
            except EtlError:
                assert desk.graph() == before
                continue
            after = desk.graph()
            figures = both(before, after)
            if report is None or foreseen is None:
                assert figures == (Diff(), Diff())
                continue
            assert (report.films, report.people) == figures
            assert (foreseen.films, foreseen.people) == figures
            assert bool(report.graph) == (after != before)
            if report.run is not None:
                assert remembered(desk, report.run) == told(desk, report.run) == figures


UNCHANGING: dict[str, Callable[[Film], str]] = {
    "a note": lambda film: film.but(rating="7,5").text,
    "a line": lambda film: f"\n\n{film.text}",
    "a line end": lambda film: film.text.replace("\n", "\r\n"),
    "space around a synopsis": lambda film: f"{film.text}  \n",
    "an order of keys": lambda film: (
        f"title: {film.title}\n" + film.text.replace(f"title: {film.title}\n", "")
    ),
    "an unknown key": lambda film: f"colour: blue\n{film.text}",
}


@pytest.mark.parametrize("what", UNCHANGING)
def test_a_record_that_says_the_same_otherwise_changes_nothing(desk: Desk, what: str) -> None:
    film = HEAT.but(rating="7.5")
    desk.write(film)
    desk.load()
    (desk.source / film.file).write_text(UNCHANGING[what](film), "utf-8", newline="")
    for dry_run in (True, False):
        report = desk.load(dry_run=dry_run)
        assert (report.sources[0].read, bool(report.graph)) == (1, False)
    if report.run is not None:  # line ends are no change of a record
        assert remembered(desk, 2) == told(desk, 2) == (Diff(), Diff())


def test_a_source_that_only_says_what_is_known_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.write(HEAT)
    desk.load()
    (tmp_path / "same").mkdir()
    for year in (HEAT.year, 1871):  # the second is superseded by what the other source says
        (tmp_path / "same" / HEAT.file).write_text(HEAT.but(year=year).text, "utf-8")
        assert not desk.load(tmp_path / "same").graph
    assert not remove(desk.workspace, "same", ENGINE, ChangeOptions()).graph
    assert desk.check() == []


def test_a_link_that_is_left_open_changes_nothing(desk: Desk) -> None:
    desk.write(HEAT)
    desk.load()
    decided = [Decision(HEAT.imdb, "Al Pacino", None)]
    report = link(desk.workspace, Evidence(), decided, ENGINE, ChangeOptions()).change
    assert report is not None
    assert (report.run, bool(report.graph)) == (2, False)


def test_a_redirect_alone_is_told(desk: Desk, tmp_path: Path) -> None:
    """A second source tells of its own accord which film a linked one is."""
    film = {"movieId": 6, "title": "Heat", "year": 1995, "directors": ["Michael Mann"]}
    (desk.source / "films.jsonl").write_text(json.dumps(film))
    desk.load()
    decided = Decision("movielens-6", "", HEAT.imdb)
    link(desk.workspace, Evidence(), [decided], ENGINE, ChangeOptions())
    before = desk.graph()
    (tmp_path / "more.jsonl").write_text(json.dumps(film | {"imdb": HEAT.imdb}))
    report = desk.load(tmp_path / "more.jsonl")
    assert len(before - desk.graph()) == 1
    assert desk.graph() < before
    assert (report.films, report.people, report.graph.redirects) == (Diff(), Diff(), 1)
