"""The modules keep the order that docs/architecture.md gives them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from desk import Desk
from places import ROOT

PACKAGE = ROOT / "etl"


def layers() -> list[str]:
    """Read the list of modules in the documentation, lowest first."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = re.search(r"## The house.*?```\n(.*?)```", text, re.DOTALL)
    assert block
    return [line.split()[0] for line in block[1].splitlines()]


def rooms() -> dict[str, list[Path]]:
    """Give the files of each module or package directly in `etl`."""
    found: dict[str, list[Path]] = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if not name.startswith("__"):
            found.setdefault(name, []).append(path)
    return found


def imported(path: Path) -> set[str]:
    """Give the rooms that a file imports from."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "etl":
                names.update(alias.name for alias in node.names)
            elif node.module.startswith("etl."):
                names.add(node.module.split(".")[1])
        if isinstance(node, ast.Import):
            names.update(a.name.split(".")[1] for a in node.names if a.name.startswith("etl."))
    return names


def test_the_documentation_names_every_module() -> None:
    assert sorted(layers()) == sorted(rooms())


def test_each_module_imports_only_from_those_before_it() -> None:
    order = layers()
    for place, room in enumerate(order):
        for path in rooms()[room]:
            above = imported(path) - set(order[: place + 1])
            assert not above, f"{path.relative_to(ROOT)} imports {', '.join(sorted(above))}"


def test_no_module_is_longer_than_can_be_taken_in() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {path: lines for path, lines in lengths.items() if lines > 300} == {}


def test_films_are_made_without_a_database() -> None:
    """So that processes, here and elsewhere, need none."""
    code = "import sys, etl.entities.batches; assert 'duckdb' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_only_one_module_imports_the_reference_engine() -> None:
    users = [
        p
        for p in PACKAGE.rglob("*.py")
        if re.search(r"import pyshacl|from pyshacl", p.read_text("utf-8"))
    ]
    assert users == [PACKAGE / "shacl" / "reference.py"]


def test_only_one_module_imports_sparqlwrapper_and_uses_nothing_private_of_it() -> None:
    users = [
        p
        for p in PACKAGE.rglob("*.py")
        if re.search(r"import SPARQLWrapper|from SPARQLWrapper", p.read_text("utf-8"))
    ]
    assert users == [PACKAGE / "sparql" / "asking.py"]
    assert not re.search(r"\._[a-z]", users[0].read_text("utf-8"))


def modules(*arguments: str) -> set[str]:
    """Run `etl` in a process of its own, and give the modules that it imported."""
    code = (
        "import sys; from etl.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split())


def test_nothing_heavy_is_imported_for_help() -> None:
    heavy = {"duckdb", "rdflib", "pyshacl", "pyoxigraph", "SPARQLWrapper", "httpx", "rich"}
    assert not heavy & modules("--help")


@pytest.mark.parametrize("question", [["query", "films-of-year", "1995"], ["search", "heat"]])
def test_a_question_imports_nothing_that_only_loads_or_servers_need(
    loaded: Desk, question: list[str]
) -> None:
    found = modules(*question, "--workspace", str(loaded.workspace.path))
    assert "etl.queries.lookup" in found
    needless = {"duckdb", "rdflib", "pyshacl", "SPARQLWrapper", "httpx", "etl.shacl"}
    assert not needless & found


def test_evidence_for_links_needs_no_client_until_an_endpoint_is_asked() -> None:
    code = "import sys, etl.linking.evidence; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert "etl.sparql.patience" in found
    assert not {"SPARQLWrapper", "httpx"} & found
