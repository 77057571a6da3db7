"""What the store on disk promises about being filled: few parts, little memory, out of the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from etl.stores.embedded import EmbeddedStore

MEGABYTE = 1 << 20


class Watched(EmbeddedStore):
    """A store that tells how large the parts are that are loaded into it."""

    def _bulk_load(self, batch: bytes) -> None:
        self.parts = [*getattr(self, "parts", []), len(batch)]
        super()._bulk_load(batch)


def said(number: int, length: int = 0) -> Quad:
    subject = NamedNode(f"http://example.org/{number}")
    return Quad(subject, NamedNode("http://example.org/says"), Literal("x" * length))


def test_much_that_comes_in_little_pieces_is_loaded_in_few_parts(tmp_path: Path) -> None:
    store = Watched.write(tmp_path / "store")
    piece = MEGABYTE // 4
    for number in range(200):
        store.add_serialized(serialize([said(number, piece)], format=RdfFormat.N_QUADS) or b"")
    store.finish()
    assert len(store.parts) < 15
    assert store.parts[0] <= 5 * MEGABYTE
    assert max(store.parts) <= 17 * MEGABYTE
    assert sum(store.parts) > 50 * MEGABYTE
    assert set(store.export()) == {said(number, piece) for number in range(200)}
    store.close()


def test_what_is_waiting_is_there_for_whoever_looks_at_its_entity(tmp_path: Path) -> None:
    store = Watched.write(tmp_path / "store")
    store.add([said(1)])
    assert store.entity(NamedNode("http://example.org/1")) == {said(1)}
    store.add([said(2)])
    store.remove([said(1), said(2)])
    store.finish()
    assert list(store.export()) == []
    store.close()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells threads apart")
def test_the_threads_that_compact_give_way_to_those_that_load(tmp_path: Path) -> None:
    store = EmbeddedStore.write(tmp_path / "store")
    niceness = {
        (thread / "comm").read_text().strip(): os.getpriority(os.PRIO_PROCESS, int(thread.name))
        for thread in Path("/proc/self/task").iterdir()
    }
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness["rocksdb:low"] > ours
    assert niceness["rocksdb:high"] == ours
    store.close()
