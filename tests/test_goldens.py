"""What the program makes and says, compared as a whole with what it made and said before.

A graph is frozen as its sorted N-Triples where the data may be published, else as the number and
the hash of its triples, of those of each property, and of those about each class of things.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from bench.linking_data import served
from bench.records import write_lines, write_records
from commands import Etl
from etl.output import GraphHash
from etl.rdf.vocab import RDF
from places import SEEDS
from session import played
from shared_data import shared

Expect = Callable[[str, bytes], None]
GENERATED = 2000


def summary(ntriples: bytes) -> bytes:
    """Count and hash a graph, each property of it, and what it says of each class."""
    parts: dict[tuple[str, str], list[Triple]] = defaultdict(list)
    triples = [quad.triple for quad in parse(ntriples, RdfFormat.N_TRIPLES)]
    classes = {each.subject: each.object for each in triples if each.predicate == RDF.type}
    for each in triples:
        about = classes.get(each.subject)
        parts["all", ""].append(each)
        parts["property ", each.predicate.value].append(each)
        parts["class ", about.value if isinstance(about, NamedNode) else "none"].append(each)
    lines = (f"{kind}{name}: {hashed(part)}\n" for (kind, name), part in sorted(parts.items()))
    return "".join(lines).encode()


def hashed(triples: Iterable[Triple]) -> str:
    graph = GraphHash()
    graph.add(triples)
    return str(graph)


def without_ids(folder: Path) -> Path:
    write_records(folder, GENERATED)
    return folder


def with_ids(folder: Path) -> Path:
    """Write records that give everybody an id; of every tenth name some say another one."""
    path = folder / "films.jsonl"
    write_lines(path, GENERATED, ids=True)
    return path


GENERATORS = {"generated": without_ids, "generated-with-ids": with_ids}
"""How records are made, by the name of the golden."""


def test_the_graph_of_the_sample_records_is_what_it_was(etl: Etl, expect: Expect) -> None:
    assert etl("load", SEEDS, "-q").exit_code == 0
    expect("goldens/seeds.nt", etl("export", "-f", "nt").stdout_bytes)


@pytest.mark.parametrize("name", GENERATORS)
def test_the_graph_of_generated_records_is_what_it_was(etl: Etl, expect: Expect, name: str) -> None:
    etl("load", GENERATORS[name](Path("records")), "-q")
    expect(f"goldens/{name}.txt", summary(etl("export", "-f", "nt").stdout_bytes))


def test_the_graph_of_real_records_is_what_it_was(etl: Etl, expect: Expect) -> None:
    loaded = etl("load", shared("data/seed_format"), "-q")
    assert loaded.exit_code == 0
    expect("goldens/seed-format.txt", summary(etl("export", "-f", "nt").stdout_bytes))


def test_the_graph_of_linked_records_is_what_it_was(etl: Etl, expect: Expect) -> None:
    linking = shared("data/linking")
    etl("load", linking / "records", "-q")
    linked = etl("link", "--offline", linking / "crosswalk_imdb_qid.csv")
    graph = summary(etl("export", "-f", "nt").stdout_bytes)
    expect("goldens/linked.txt", linked.stdout_bytes + graph)


def test_the_graph_of_records_linked_by_an_endpoint_is_what_it_was(
    etl: Etl, expect: Expect, foreign: None
) -> None:
    del foreign
    etl("load", shared("data/linking") / "records", "-q")
    with served(shared("data/wikidata/standin.ttl")) as url:
        linked = etl("link", "--endpoint", url, "--contact", "tests@example.org")
    graph = summary(etl("export", "-f", "nt").stdout_bytes)
    expect("goldens/linked-by-endpoint.txt", linked.stdout_bytes + graph)


def test_a_session_says_what_it_said(
    etl: Etl, tmp_path: Path, expect: Expect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ETL_STORE", "ETL_DECISIONS"):
        monkeypatch.delenv(name, raising=False)
    for step, said in played(tmp_path, etl):
        expect(f"goldens/session/{step}.txt", said.encode())
