"""A desk whose graph is published: what its server holds, beside what it should."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from desk import Desk
from etl.operations.options import ChangeOptions
from etl.operations.remove import remove
from etl.operations.undo import undo
from etl.publication.publishing import PublishOptions, publish
from etl.publication.sending import Published
from etl.publication.targets import Target
from etl.rdf.identifiers import DEFAULT_BASE_IRI, Iris
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import Endpoints


class Publisher(Desk):
    """A workspace with a server that it publishes to."""

    def __init__(self, path: Path, where: Endpoints, name: str = "server") -> None:
        super().__init__(path)
        self.target = Target(name, where)

    def publish(self, *, repair: bool = False) -> Published:
        """Bring the server in step."""
        return publish(self.workspace, self.target, PublishOptions(repair=repair))

    def undo(self, run: int) -> None:
        """Take a run back."""
        undo(self.workspace, run, self.engine, ChangeOptions())

    def remove(self, source: str) -> None:
        """Take a source out."""
        remove(self.workspace, source, self.engine, ChangeOptions())

    def here(self) -> set[Quad]:
        """Give all quads of the embedded store."""
        store = EmbeddedStore.read(self.workspace.required().store)
        return {quad for subject in store.subjects() for quad in store.about(subject)}

    def there(self, where: Endpoints | None = None, base: str = DEFAULT_BASE_IRI) -> set[Quad]:
        """Give all quads that a server holds of ours."""
        provenance = Iris(base).provenance_graph
        with RemoteStore.opened(where or self.target.where, provenance) as remote:
            return set(parse(b"".join(remote.lines_of_all()), RdfFormat.N_QUADS))
