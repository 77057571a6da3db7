"""A workspace and a folder of records, and what a user does with them."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, Triple

from etl.catalog.catalog import Catalog
from etl.entities.tally import Tally
from etl.findings import Finding
from etl.inspection.checking import Difference, differences, index_differences
from etl.operations.load import LoadOptions, load
from etl.operations.reports import LoadReport
from etl.provenance.counting import tally_of
from etl.provenance.recording import provenance_of
from etl.rdf.vocab import DCTERMS
from etl.resources import folder
from etl.shacl import CompiledEngine, Engine, Shapes, Told, ValidationReport
from etl.stores.embedded import EmbeddedStore
from etl.workspace import Workspace
from etl.workspace.snapshot import Snapshot
from indexes import content, made_anew
from records import Film, write

ENGINE = CompiledEngine(Shapes.read([folder("shapes")]))
_IS_FILM = re.compile(r".*/movie/").match


class Unchecked:
    """An engine for tests that are not about shapes: it finds nothing."""

    shapes = Shapes(())
    walked_back: frozenset[NamedNode] | None = frozenset()

    def validate(self, triples: Iterable[Told]) -> ValidationReport:
        del triples
        return ValidationReport()


class Desk:
    """A workspace and a folder of records, and what a user does with them."""

    def __init__(self, path: Path, engine: Engine = ENGINE) -> None:
        self.engine = engine
        self.workspace = Workspace(path / "workspace")
        self.source = path / "records"
        self.source.mkdir(parents=True)
        self.findings: list[Finding] = []

    def write(self, *films: Film) -> None:
        """Put records into the folder."""
        for film in films:
            write(self.source, film)

    def load(self, *sources: Path | str, **options: object) -> LoadReport:
        """Load the folder, or what is named."""
        self.findings.clear()
        settings = LoadOptions(found=self.findings.append, **options)  # type: ignore[arg-type]
        named = [str(source) for source in sources or [self.source]]
        return load(self.workspace, named, self.engine, settings)

    def graph(self) -> set[Quad]:
        """Give the default graph."""
        generation = self.workspace.current()
        return set(EmbeddedStore.read(generation.store).export()) if generation else set()

    def films(self) -> dict[str, set[Quad]]:
        """Give all that is said of each film, but no redirects."""
        films = defaultdict[str, set[Quad]](set)
        for quad in self.graph():
            subject = str(quad.subject)[1:-1]
            if _IS_FILM(subject) and quad.predicate != DCTERMS.isReplacedBy:
                films[subject.partition("#")[0]].add(quad)
        return films

    def values(self, sparql: str) -> list[str]:
        """Give the values of the variable ?n in a query's solutions, as a new reader sees them."""
        generation = self.workspace.current()
        if generation is None:
            return []
        answer = EmbeddedStore.read(generation.store).query(sparql)
        assert isinstance(answer, QuerySolutions)
        return [solution["n"].value for solution in answer]

    def check(self) -> list[Difference]:
        """Compare store and catalog; the numbers that are kept up are those that one counts.

        The search index is one that is made anew.
        """
        generation = self.workspace.required()
        with Snapshot.opened(generation) as snapshot:
            catalog, store = snapshot.catalog, snapshot.store
            assert Tally.decode(catalog.settings.get("tally") or "") == tally_of(store)
            assert index_differences(snapshot) == []
            assert content(generation.search) == made_anew(snapshot)
            return list(differences(catalog, store))

    def provenance(self) -> set[Triple]:
        """Give all that is said of where the graph comes from, down to the records."""
        generation = self.workspace.required()
        with Catalog.read(generation.catalog) as catalog:
            store = EmbeddedStore.read(generation.store)
            return {quad.triple for quad in provenance_of(catalog, store)}

    def files(self) -> dict[str, tuple[str, int]]:
        """Give each file of the workspace with its content's digest and its time."""
        return {
            str(path.relative_to(self.workspace.path)): (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
            )
            for path in sorted(self.workspace.path.rglob("*"))
            if path.is_file() and path.name not in ("lock", "holder")
        }

    def messages(self) -> list[str]:
        """Give what was said about records, without the folder's path."""
        start = str(self.source) + os.sep
        return [f"{each.place.removeprefix(start)}: {each.sentence}" for each in self.findings]
