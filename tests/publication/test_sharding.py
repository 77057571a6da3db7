"""Shards hold the graph and its provenance, and a server's own loader makes the same of them."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from commands import Etl, said, seeds
from desk import Desk
from etl.publication.sharding import write_shards
from etl.rdf.identifiers import Iris
from etl.stores.embedded import EmbeddedStore
from etl.stores.servers import GENERIC
from places import SEEDS
from records import HEAT
from servers import Server


def test_shards_have_every_triple_once(loaded: Desk, tmp_path: Path) -> None:
    store, provenance = (
        EmbeddedStore.read(loaded.workspace.required().store),
        Iris().provenance_graph,
    )
    hashes = write_shards(store, provenance, tmp_path, GENERIC, size=1000)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert {path.name for path in tmp_path.glob("*.gz")} == {
        file["file"] for graph in manifest["graphs"] for file in graph["files"]
    }
    for told, graph, hashed in zip(
        manifest["graphs"], (None, provenance), hashes.values(), strict=True
    ):
        assert (told["triples"], told["hash"]) == (hashed.triples, hashed.digest)
        *full, last = [file["triples"] for file in told["files"]]
        assert set(full) <= {1000} and 0 < last <= 1000
        texts = []
        for number, file in enumerate(told["files"], 1):
            assert re.fullmatch(rf"\w+-{number:05}\.nt\.gz", file["file"])
            compressed = (tmp_path / file["file"]).read_bytes()
            assert sha256(compressed).hexdigest() == file["sha256"]
            texts.append(gzip.decompress(compressed))
            assert texts[-1].count(b"\n") == file["triples"]
        found = [quad.triple for quad in parse(b"".join(texts), RdfFormat.N_TRIPLES)]
        assert len(found) == hashed.triples
        assert set(found) == {quad.triple for quad in store.export(graph)}


def test_a_server_that_loaded_the_shards_itself_agrees(etl: Etl, own: Server) -> None:
    shutil.copytree(SEEDS, "seeds")
    etl("load", "seeds")
    written = etl("export", "--shards", "shards", "--kind", own.kind.name)
    assert re.fullmatch(r"graph: \d+ triples, .*\nprovenance: \d+ triples, .*\n", written.stderr)
    if not own.loads_online:
        own.kill()
    for told in json.loads(Path("shards/manifest.json").read_text())["graphs"]:
        for file in told["files"]:
            own.load(Path("shards", file["file"]).resolve(), told["graph"] or own.graph)
    if not own.loads_online:
        own.start()
    graph = ["--graph", own.graph] if own.graph else []
    etl("store", "add", "main", own.url, *graph)
    assert etl("check", "--store", "main").exit_code == 0
    assert said(etl("load", "--repair", "--store", "main")) == (0, "main: in step\n", "")
    seeds(HEAT.but(title="Heat!"))
    min(Path("seeds").glob("*.txt")).unlink()
    assert etl("load", "seeds", "--store", "main", "--allow-removals").exit_code == 0
    assert etl("check", "--store", "main").exit_code == 0


def test_what_does_not_go_together_is_said(etl: Etl) -> None:
    shutil.copytree(SEEDS, "seeds")
    etl("load", "seeds")
    for options, message in (
        (("--kind", "Fuseki"), "--kind belongs to --shards"),
        (("--shards", "x", "--provenance"), "--shards goes with --kind alone"),
        (("--shards", "x", "-f", "jsonld"), "--shards goes with --kind alone"),
    ):
        refused = etl("export", *options)
        assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (2, f"Error: {message}")
    assert said(etl("export", "--shards", "seeds")) == (
        2,
        "",
        "Error: seeds: expected an empty folder\nHint: name another folder\n",
    )
