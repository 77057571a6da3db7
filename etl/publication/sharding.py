"""The graph as numbered files of N-Triples, for the loaders that servers have of their own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from etl.errors import EtlError
from etl.output.graphs import GraphHash
from etl.stores.embedded import EmbeddedStore
from etl.stores.remote import RemoteStore
from etl.stores.servers import ServerKind
from etl.stores.spellings import as_held

SHARD_TRIPLES = 1_000_000
MANIFEST = "manifest.json"
_AT_ONCE = 10_000
_FASTEST = 1  # of gzip's levels; the others take more time than loading saves


class ShardedGraph(NamedTuple):
    """A graph as it was written: its hash, and what the manifest says of each file."""

    hashed: GraphHash
    files: Sequence[Mapping[str, Any]]


def manifest(graph: ShardedGraph, provenance: ShardedGraph, name: NamedNode) -> str:
    """Write what `manifest.json` says of films and people, and of the graph of provenance."""
    graphs = [
        {
            "graph": iri,
            "triples": each.hashed.triples,
            "hash": each.hashed.digest,
            "files": each.files,
        }
        for iri, each in ((None, graph), (name.value, provenance))
    ]
    return json.dumps({"graphs": graphs}, indent=1) + "\n"


def write_shards(
    store: EmbeddedStore | RemoteStore,
    provenance: NamedNode,
    folder: Path,
    kind: ServerKind,
    size: int = SHARD_TRIPLES,
) -> dict[str, GraphHash]:
    """Write films and people, and their provenance, as a kind of server holds them.

    Each file has `size` triples, but for the last ones of both graphs. `manifest.json`, which is
    written last, has the numbers and hashes; those of the two graphs are returned.

    Raises:
        EtlError: the folder holds something, or cannot be written.
        StoreError: a remote store fails.
    """
    written: dict[str, ShardedGraph] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise EtlError(f"{folder}: expected an empty folder", hint="name another folder")
        for name, graph in (("graph", None), ("provenance", provenance)):
            hashed = GraphHash()
            files = list(_shards(hashed.counting(store.export(graph)), folder / name, kind, size))
            written[name] = ShardedGraph(hashed, files)
        told = manifest(written["graph"], written["provenance"], provenance)
        (folder / MANIFEST).write_text(told)
    except OSError as error:
        raise EtlError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return {name: each.hashed for name, each in written.items()}


def _shards(
    quads: Iterable[Triple | Quad], stem: Path, kind: ServerKind, size: int
) -> Iterator[dict[str, Any]]:
    """Write numbered files; yield what the manifest says of each."""
    remaining = iter(quads)
    for number in count(1):
        shard = islice(remaining, size)
        if not (some := list(islice(shard, _AT_ONCE))):
            return
        path, triples = stem.with_name(f"{stem.name}-{number:05}.nt.gz"), 0
        with gzip.open(path, "wb", _FASTEST) as file:
            while some:
                triples_of = [each.triple if isinstance(each, Quad) else each for each in some]
                text = serialize(triples_of, format=RdfFormat.N_TRIPLES)
                file.write(as_held(text or b"", kind))
                triples += len(some)
                some = list(islice(shard, _AT_ONCE))
        digest = sha256(path.read_bytes()).hexdigest()
        yield {"file": path.name, "triples": triples, "sha256": digest}
