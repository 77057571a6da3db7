"""What is said of runs, sources, records and the data set is true, complete and valid."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from commands import run
from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.inspection.checking import Difference, differences
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.remove import remove
from etl.operations.undo import undo
from etl.output import Destination, GraphAnswer, write
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import DCTERMS, PROV, VOID, XSD
from etl.resources import folder
from etl.shacl import CompiledEngine, ReferenceEngine, Shapes, ValidationReport
from etl.stores.embedded import EmbeddedStore
from places import SEEDS
from records import Film
from thoroughness import examples

IRIS = Iris()
SHAPES = Shapes.read([folder("shapes") / "provenance"])
EMMA = Film(838, "Emma", 1996, "6.7", directors="Douglas McGrath", actors="Alan Cumming")
HEAT = Film(6, "Heat", 1995, "8.2", directors="Michael Mann", actors="Al Pacino, Val Kilmer")
PACKAGE = {"title": "Two films", "licenses": [{"name": "CC-BY-4.0"}]}


def take_back(desk: Desk, run: int) -> None:
    undo(desk.workspace, run, ENGINE, ChangeOptions(command="etl undo"))


def describe(desk: Desk, package: object) -> None:
    text = package if isinstance(package, str) else json.dumps(package)
    (desk.source / "datapackage.json").write_text(text, "utf-8")


def told_to(folder: Path) -> Desk:
    """Two sources with a film in common; a record is refused, a run is undone, one brought back."""
    desk = Desk(folder)
    desk.write(EMMA, HEAT)
    describe(desk, PACKAGE)
    desk.load(name="films")
    (folder / "more").mkdir()
    (folder / "more" / "heat.txt").write_text(HEAT.but(title="Heat!", rating="").text, "utf-8")
    desk.load(folder / "more", name="more")
    desk.write(EMMA.but(rating="67"), HEAT.but(year=1996))
    desk.load(name="films")
    for number in (2, 4, 3):
        take_back(desk, number)
    return desk


@pytest.fixture(scope="module")
def storied(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with a history, for reading only."""
    return told_to(tmp_path_factory.mktemp("storied"))


def objects(triples: set[Triple], subject: NamedNode, predicate: NamedNode) -> set[object]:
    return {t.object for t in triples if (t.subject, t.predicate) == (subject, predicate)}


def without_times(text: str) -> str:
    return re.sub(r'"[0-9T:-]+Z"', '"2026-01-01T00:00:00Z"', text)


def test_the_whole_story_of_a_workspace_is_told(
    storied: Desk, expect: Callable[[str, bytes], None]
) -> None:
    stream = io.BytesIO()
    write(GraphAnswer(storied.provenance()), Destination(stream, "ttl"))
    text = without_times(stream.getvalue().decode()).partition("\n\n")[2]
    expect("provenance.ttl", text.replace(version("reelgraph"), "VERSION").encode())


def test_the_story_of_a_workspace_is_valid_to_both_engines(storied: Desk, loaded: Desk) -> None:
    for told in (storied.provenance(), loaded.provenance()):
        assert CompiledEngine(SHAPES).validate(told) == ValidationReport()
        assert ReferenceEngine(SHAPES).validate(told) == ValidationReport()


def test_no_path_of_the_disk_is_told(storied: Desk) -> None:
    disk = str(storied.source.parent)
    assert not [triple for triple in storied.provenance() if disk in str(triple)]


def test_the_numbers_are_those_that_a_query_gives(storied: Desk) -> None:
    told = storied.provenance()
    triples = {quad.triple for quad in storied.graph()}
    held = {term: [t for t in triples if t.predicate == term] for term in {t[1] for t in triples}}
    counted = {
        (t.object, number.value)
        for t in told
        if t.predicate == VOID.property
        for number in objects(told, t.subject, VOID.triples)  # type: ignore[arg-type]
        if isinstance(number, Literal)
    }
    assert counted == {(term, str(len(having))) for term, having in held.items()}
    (total,) = objects(told, IRIS.dataset, VOID.triples)
    (subjects,) = objects(told, IRIS.dataset, VOID.distinctSubjects)
    assert (total, subjects) == (
        Literal(str(len(triples)), datatype=XSD.integer),
        Literal(str(len({t.subject for t in triples})), datatype=XSD.integer),
    )


def test_films_that_two_records_speak_of_are_counted_once(desk: Desk) -> None:
    """Both are put into the graph as they are read, each as if it were alone."""
    desk.write(*(HEAT.but(name=f"{n}.txt", title=f"Heat {n}") for n in range(3)), EMMA)
    desk.load()
    assert desk.check() == []


def test_whatever_is_wrong_in_what_is_said_of_the_graph_is_found(storied: Desk) -> None:
    generation, told = storied.workspace.required(), IRIS.provenance_graph
    disk, store = EmbeddedStore.read(generation.store), EmbeddedStore(Store())
    said = sorted(disk.export(told), key=str)
    store.add([*disk.export(), *said])
    store.finish()
    stranger = Quad(NamedNode("urn:x"), DCTERMS.title, Literal("x"), told)
    with Catalog.read(generation.catalog) as catalog:
        assert list(differences(catalog, store)) == []
        for quad in random.Random(3).sample(said, examples(8, len(said))):
            store.remove([quad])
            found = [each.entity.value for each in differences(catalog, store)]
            assert found[0] == quad.subject.value.partition("#")[0]  # type: ignore[union-attr]
            store.add([quad])
            store.finish()
        store.add([stranger])
        store.finish()
        assert list(differences(catalog, store)) == [Difference(NamedNode(IRIS.base), 0, 1)]


def test_a_graph_made_anew_and_a_source_taken_out_leave_history_as_it_is(tmp_path: Path) -> None:
    desk = told_to(tmp_path)
    before = desk.provenance()
    rebuild(desk.workspace, ENGINE, RebuildOptions(command="etl rebuild"))
    assert history(desk.provenance(), 6) == history(before, 6)
    remove(desk.workspace, "more", ENGINE, ChangeOptions(command="etl remove"))
    told = desk.provenance()
    assert history(told, 6) == history(before, 6)
    assert objects(told, IRIS.dataset, DCTERMS.source) == {IRIS.source("films")}
    assert CompiledEngine(SHAPES).validate(told) == ValidationReport()


def history(told: set[Triple], runs: int) -> set[Triple]:
    """Give what is said of the first runs and of the sources."""
    nodes = {IRIS.source("films").value, IRIS.source("more").value}
    nodes |= {IRIS.run(run + 1).value for run in range(runs)}
    return {t for t in told if str(t.subject)[1:-1].partition("#")[0] in nodes}


# What a source says of itself


def licences(desk: Desk, name: str) -> set[object]:
    return objects(desk.provenance(), IRIS.source(name), DCTERMS.license)


def test_the_sample_records_say_their_licence(loaded: Desk) -> None:
    with Catalog.read(loaded.workspace.required().catalog) as catalog:
        slug = catalog.sources.standing()[0].slug
    cc0 = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
    assert licences(loaded, slug) == {cc0}
    package = json.loads((SEEDS / "datapackage.json").read_text("utf-8"))
    assert sorted(package["resources"][0]["path"]) == sorted(p.name for p in SEEDS.glob("*.txt"))


def test_a_licence_that_changes_is_a_change(desk: Desk) -> None:
    desk.write(EMMA)
    desk.load(name="films")
    graph = desk.graph()
    assert licences(desk, "films") == set()
    describe(desk, PACKAGE)
    assert desk.load(name="films").run == 2
    spdx = NamedNode("https://spdx.org/licenses/CC-BY-4.0")
    assert licences(desk, "films") == {spdx}
    assert desk.load(name="films").run is None
    (desk.source / "datapackage.json").unlink()
    assert desk.load(name="films").run == 3
    assert licences(desk, "films") == set()
    assert desk.graph() == graph


def test_a_source_that_is_a_file_is_described_beside_it(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    describe(desk, PACKAGE)
    desk.load(desk.source / "838.txt", name="one")
    assert licences(desk, "one") == {NamedNode("https://spdx.org/licenses/CC-BY-4.0")}


NOT_AS_HAS_IT = "expected a description as Data Package has it, found Expected `array`"
A_LICENCE = "expected an SPDX name such as CC0-1.0, or a web address as path, of a licence"


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("{", "expected JSON, found Input data was truncated"),
        ('{"x": ' + "[" * 9999, "expected JSON, found objects nested too deep"),
        ({"licenses": "CC0-1.0"}, f"{NOT_AS_HAS_IT}, got `str` - at `$.licenses`"),
        ({"licenses": [{"title": "Ours"}]}, f"{A_LICENCE}, found neither name nor path"),
        ({"licenses": [{"path": "LICENCE.md"}]}, f"{A_LICENCE}, found LICENCE.md"),
    ],
)
def test_a_description_that_cannot_be_read_is_told_and_changes_nothing(
    desk: Desk, package: object, message: str
) -> None:
    desk.write(EMMA)
    describe(desk, PACKAGE)
    desk.load(name="films")
    describe(desk, package)
    assert desk.load(name="films").run is None
    assert desk.messages() == [f"datapackage.json:1: {message}"]
    assert [finding.severity for finding in desk.findings] == ["Warning"]


def test_a_file_of_a_source_does_not_stand_for_all_of_it(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    desk.load()
    desk.write(EMMA.but(year=1997))
    desk.load(desk.source / "838.txt")
    assert desk.load().sources[0].unchanged == 2


# The records behind each film


def test_each_film_derives_from_its_records_on_their_lines(storied: Desk) -> None:
    told = storied.provenance()
    heat = objects(told, IRIS.movie(HEAT.imdb), PROV.wasDerivedFrom)
    films, more = IRIS.source("films"), IRIS.source("more")
    six, other = IRIS.record("films", "6.txt", ""), IRIS.record("more", "heat.txt", "")
    assert heat == {films, more, six, other}
    assert objects(told, six, PROV.hadPrimarySource) == {films}
    assert objects(told, six, PROV.wasGeneratedBy) == {IRIS.run(1)}  # run 3 is undone
    assert objects(told, IRIS.part(IRIS.run(3), "change"), PROV.wasInvalidatedBy) == {IRIS.run(6)}


def export(desk: Desk, *arguments: str) -> bytes:
    done = run("export", "--workspace", desk.workspace.path, *arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout_bytes


def test_an_export_has_provenance_only_when_it_is_asked_for(storied: Desk) -> None:
    plain = set(parse(export(storied, "-f", "nq"), RdfFormat.N_QUADS))
    assert plain == storied.graph()
    named = {
        Quad(t.subject, t.predicate, t.object, IRIS.provenance_graph) for t in storied.provenance()
    }
    both = set(parse(export(storied, "-f", "nq", "--provenance"), RdfFormat.N_QUADS))
    assert both == plain | named
    merged = set(parse(export(storied, "-f", "nt", "--provenance"), RdfFormat.N_TRIPLES))
    assert {quad.triple for quad in merged} == {quad.triple for quad in both}
