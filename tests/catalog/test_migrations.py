"""A workspace that an older version wrote opens, or it is said which command brings it up to date.

`fixtures/workspaces/` has one of each version that was, as `etl` of that version wrote it
(`N.tar.gz`), with the graph that it exported then (`N.nt`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pyoxigraph import RdfFormat, parse

from commands import run, said
from desk import ENGINE
from etl.catalog import migrations
from etl.catalog.catalog import Catalog
from etl.catalog.migrations import VERSION
from etl.entities import MAPPING_VERSION
from etl.entities.tally import Tally
from etl.errors import WorkspaceError
from etl.inspection.checking import differences
from etl.operations.options import ChangeOptions
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.operations.undo import undo
from etl.provenance.counting import tally_of
from etl.provenance.recording import provenance_of
from etl.provenance.runs import integer
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.rdf.vocab import VOID
from etl.resources import folder
from etl.shacl import CompiledEngine, Shapes, ValidationReport
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.generations import Made
from workspaces import WORKSPACES, unpack

PROVENANCE = Shapes.read([folder("shapes") / "provenance"])
VERSIONS = sorted(int(path.name.partition(".")[0]) for path in WORKSPACES.glob("*.tar.gz"))


@pytest.fixture
def old(tmp_path: Path) -> Workspace:
    """The oldest workspace there is: three films of two sources, five runs, one undone."""
    return unpack(1, tmp_path)


def etl(*arguments: str) -> tuple[int, str, str]:
    return said(run(*arguments))


def tables(path: Path) -> list[tuple[object, ...]]:
    """Give the columns of a catalog's tables and views, in their order."""
    with duckdb.connect(str(path), read_only=True) as connection:
        sql = "SELECT table_name, column_index, column_name, data_type FROM duckdb_columns()"
        return sorted(connection.execute(sql).fetchall())


def numbers_of_runs(workspace: Workspace) -> list[tuple[int, int | None]]:
    with Catalog.read(workspace.required().catalog) as catalog:
        return [(run.run, run.undone_by) for run in catalog.runs.all()]


def test_there_is_a_workspace_of_every_version_that_was() -> None:
    assert list(range(1, VERSION)) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_command_that_writes_brings_an_older_workspace_up_to_date(
    version: int, tmp_path: Path
) -> None:
    workspace = unpack(version, tmp_path)
    told = set(parse(path=WORKSPACES / f"{version}.nt", format=RdfFormat.N_TRIPLES))
    assert set(EmbeddedStore.read(workspace.required().store).export()) == told
    report = rebuild(workspace, ENGINE, RebuildOptions(command="rebuild"))
    assert report.migrated_from == version
    after = workspace.required()
    with Catalog.read(after.catalog) as catalog:
        store = EmbeddedStore.read(after.store)
        assert list(differences(catalog, store)) == []
        assert [str(item.origin) for item in catalog.refusals.quarantined()] == ["9900003.txt:1"]
        story = [quad.triple for quad in provenance_of(catalog, store)]
        assert CompiledEngine(PROVENANCE).validate(story) == ValidationReport()
        assert Tally.decode(catalog.settings.get("tally") or "") == tally_of(store)
        (subjects,) = [triple.object for triple in story if triple[1] == VOID.distinctSubjects]
        assert subjects == integer(len({quad.subject for quad in store.export()}))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migrated_catalog_has_the_tables_of_a_new_one(version: int, tmp_path: Path) -> None:
    path = unpack(version, tmp_path).required().catalog
    Catalog.write(path).close()
    new = tmp_path / "new.duckdb"
    Catalog.create(new, Iris()).close()
    assert tables(path) == tables(new)


def test_a_load_says_that_it_brought_the_workspace_up_to_date(
    old: Workspace, tmp_path: Path
) -> None:
    arguments = ("load", str(tmp_path / "extra"), "--name", "extra", "--workspace", str(old.path))
    code, out, err = etl(*arguments)
    assert (code, err) == (0, "")
    assert out == (
        "extra: 1 record read: 1 unchanged\n"
        "workspace: brought up to date from version 1\n"
        "graph: unchanged\n"
    )
    assert etl(*arguments)[1] == "extra: 1 record read: 1 unchanged\ngraph: unchanged\n"


def test_a_command_that_reads_says_what_brings_an_older_workspace_up_to_date(
    old: Workspace,
) -> None:
    said = (
        f"Error: {old.required().catalog}: an older version of reelgraph wrote it "
        f"(its catalog is version 1, this one reads {VERSION})\n"
        "Hint: to bring it up to date, run: etl rebuild\n"
    )
    for command in (("export",), ("runs",), ("query", "films-by-year"), ("check",)):
        assert etl(*command, "--workspace", str(old.path)) == (2, "", said)


def test_a_dry_run_leaves_an_older_workspace_as_it_is(old: Workspace) -> None:
    code, _, err = etl("undo", "5", "--dry-run", "--workspace", str(old.path))
    assert code == 2
    assert err.endswith("Hint: to bring it up to date, run: etl rebuild\n")
    assert Catalog.version(old.required().catalog) == 1


def test_a_rebuild_brings_an_older_workspace_up_to_date(old: Workspace) -> None:
    where = ("--workspace", str(old.path))
    code, _, err = etl("rebuild", "--dry-run", *where)
    assert err.endswith("nothing was written: a dry run\n")
    assert Catalog.version(old.required().catalog) == 1
    assert etl("rebuild", *where)[0] == code
    assert Catalog.version(old.required().catalog) == VERSION
    for command in ("check", "runs", "runs --format json", "validate", "export"):
        assert (command, etl(*command.split(), *where)[0]) == (command, 0)


def test_a_migrated_workspace_has_no_damage(old: Workspace) -> None:
    where = ("--workspace", str(old.path))
    assert etl("load", str(old.path.parent / "extra"), "--name", "extra", *where)[0] == 0
    assert Catalog.version(old.required().catalog) == VERSION
    assert etl("check", *where)[0] == 0
    code, _, err = etl("undo", "5", *where)
    by = f"the graph was made by version 1 of the mapping, and this is version {MAPPING_VERSION}"
    assert (code, err) == (2, f"Error: {by}\nHint: to make the graph anew, run: etl rebuild\n")
    assert etl("rebuild", *where)[0] == 1  # a record is kept out, as before
    assert etl("undo", "5", *where)[0] == 0
    assert etl("check", *where)[0] == 0


def test_a_migration_that_fails_leaves_the_older_workspace(
    old: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = old.required()
    broken = ("CREATE TABLE more (n INTEGER); SELECT no_such_column FROM more;",)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", broken)
        with pytest.raises(duckdb.Error, match="no_such_column"):
            undo(old, 5, ENGINE, ChangeOptions(command="undo"))
    assert old.required() == before
    assert Catalog.version(before.catalog) == 1
    assert [path.name for path in before.path.parent.iterdir()] == ["0005"]
    rebuild(old, ENGINE, RebuildOptions(command="rebuild"))
    assert numbers_of_runs(old)[-2:] == [(5, None), (6, None)]


def test_a_graph_of_another_mapping_is_read_with_a_warning_and_made_anew_before_it_is_changed(
    old: Workspace,
) -> None:
    workspace = ("--workspace", str(old.path))
    etl("rebuild", *workspace)
    generation = old.required()
    with duckdb.connect(str(generation.catalog)) as connection:
        connection.execute("UPDATE settings SET value = '999' WHERE name = 'mapping'")
    generation.tell(Made(DEFAULT_BASE_IRI, 999))
    generation.seal(None)  # as if it had been written so
    by = f"the graph was made by version 999 of the mapping, and this is version {MAPPING_VERSION}"
    code, out, err = etl("query", "films-called", "Salt", "--format", "csv", *workspace)
    assert (code, err) == (0, f"Warning: {by}; to make it anew, run: etl rebuild\n")
    assert out.startswith("film,")
    refused = (2, "", f"Error: {by}\nHint: to make the graph anew, run: etl rebuild\n")
    assert etl("undo", "5", *workspace) == refused
    assert etl("load", str(old.path.parent / "films"), *workspace) == refused
    assert old.required() == generation
    assert etl("rebuild", *workspace)[0] == 1  # a record is still kept out
    assert etl("undo", "5", *workspace)[0] == 0


def test_a_workspace_of_a_newer_version_is_refused(old: Workspace) -> None:
    path = old.required().catalog
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE settings SET value = '999' WHERE name = 'schema_version'")
    message = (
        f"{path}: a newer version of reelgraph wrote it "
        f"(its catalog is version 999, this one reads up to {VERSION})"
    )
    for use in (lambda: numbers_of_runs(old), lambda: undo(old, 5, ENGINE, ChangeOptions())):
        with pytest.raises(WorkspaceError) as caught:
            use()
        assert str(caught.value) == message
        assert caught.value.hint == "use that version, or upgrade: pip install --upgrade reelgraph"


@pytest.mark.parametrize("setting", ["DELETE FROM settings", "DROP TABLE settings"])
def test_a_database_of_something_else_is_refused(old: Workspace, setting: str) -> None:
    path = old.required().catalog
    with duckdb.connect(str(path)) as connection:
        connection.execute(setting)
    with pytest.raises(WorkspaceError, match="this is not a catalog of reelgraph"):
        numbers_of_runs(old)
