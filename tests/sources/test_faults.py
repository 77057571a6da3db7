"""Whatever stands between us and a server: in the end it holds what the catalog says."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from desk import Unchecked
from etl.errors import StoreError
from etl.publication.outbox import Outboxes
from etl.publication.publishing import PublishOptions, publish
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import PROV, RDF, SCHEMA
from etl.stores.remote import RemoteStore
from etl.stores.servers import KINDS, Endpoints, endpoints
from etl.stores.updates import Piece
from proxy import PASSING, Fault, Proxy, proxied
from published import Publisher
from records import Film
from servers import Fuseki, Oxigraph, Rdf4j, Server, Virtuoso, free_port
from thoroughness import examples

PEOPLE = [f"Person {number}" for number in range(30)]


def film(number: int, edition: int) -> Film:
    chosen = random.Random(f"{number} {edition}")
    cast = ", ".join(chosen.sample(PEOPLE, chosen.randrange(5)))
    rating = chosen.choice(["", "7", "8.5"])
    return Film(number, f"Film {number}, edition {edition}", 1990, rating, actors=cast)


def small(where: Endpoints, triples: int) -> Endpoints:
    """Have a server be sent small batches."""
    return replace(
        where, kind=replace(where.kind, update_triples=triples, document_triples=triples)
    )


@pytest.fixture
def proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setenv("ETL_STORE_TIMEOUT", "1.2")
    monkeypatch.setenv("ETL_STORE_PATIENCE", "0.5")
    with proxied(server.url) as between:
        yield between


def test_whatever_goes_wrong_the_server_ends_in_step(
    tmp_path: Path, server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = random.Random(200)
    desk = Publisher(tmp_path, small(server.through(proxy.url), 150))
    desk.engine = Unchecked()
    rounds = repeated("ROUNDS", 3, 10 if server.slow else 40)
    direct, failures = server.where, 0
    for edition in range(rounds):
        if edition % 10 == 5:  # the next publication is the first one there
            Outboxes(desk.workspace.path).remove("server")
            server.clear()
        for _ in range(chosen.randrange(1, 3)):
            desk.write(*(film(n, edition) for n in chosen.sample(range(1, 40), 4)))
            for path in chosen.sample(sorted(desk.source.iterdir()), 1):
                path.unlink()
            desk.load(allow_removals=True)
            proxy.likely = 0.4
            failures += tried(desk)
        proxy.likely = 0.0
        with monkeypatch.context() as patient:  # the machine may be slow
            patient.setenv("ETL_STORE_TIMEOUT", "60")
            desk.publish()
            assert desk.there(direct) == desk.here(), f"round {edition}"
    assert failures >= rounds // 20


def repeated(name: str, few: int, many: int) -> int:
    """Return how often to try something, which the environment may say."""
    return int(os.environ.get(name, examples(few, many)))


def tried(desk: Publisher) -> bool:
    """Publish, and tell whether that failed, which takes one line to say."""
    try:
        desk.publish()
    except StoreError as error:
        assert "\n" not in str(error)
        return True
    return False


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_what_passes_is_waited_for(server: Server, proxy: Proxy, fault: Fault) -> None:
    subject = film(1, 1).iri
    quads = [Quad(NamedNode(subject), RDF.type, SCHEMA.Movie)]
    proxy.next = [fault] * 2
    with RemoteStore.opened(server.through(proxy.url), Iris().provenance_graph) as remote:
        remote.replace([Piece(subject, (subject,), quads)], fresh=False)
        assert proxy.next == []
        proxy.next = [fault]
        assert list(remote.export()) == quads
        assert proxy.next == []


def test_what_is_too_large_is_sent_in_halves(tmp_path: Path, server: Server, proxy: Proxy) -> None:
    desk = Publisher(tmp_path, server.through(proxy.url))
    desk.write(*(film(number, 1) for number in range(1, 60)))
    desk.load()
    proxy.at_most = 40_000
    desk.publish()
    assert desk.there(server.where) == desk.here()
    desk.write(film(1, 2).but(synopsis="too much " * 6000))
    desk.load()
    with pytest.raises(StoreError) as error:
        desk.publish()
    assert str(error.value).endswith(
        ": more at once than the server takes: something is wrong here (413)"
    )


def test_a_server_that_is_killed_and_comes_back_is_waited_for(tmp_path: Path, own: Server) -> None:
    desk = Publisher(tmp_path, small(own.where, 100))
    desk.engine = Unchecked()
    chosen, batches, killers = random.Random(40), 0, list[threading.Timer]()
    editions: list[Entities] = [{}]
    halves: list[set[Triple]] = []

    def progress(*_: object) -> None:
        nonlocal batches
        batches += 1
        if batches % 10 == 5:
            killers.append(threading.Timer(chosen.uniform(0, 0.02), killed_for_a_while))
            killers[-1].start()

    def killed_for_a_while() -> None:
        own.kill()
        time.sleep(0.3)
        own.start()
        if own.atomic:
            held = entities(triples(own))
            known = [each.get(entity) for entity in held for each in editions[-2:]]
            halves.extend(each for each in held.values() if each not in known)

    kills, edition = repeated("KILLS", 2, 6), 0
    while len(killers) < kills:  # the first publication, and such as replace
        edition += 1
        desk.write(*(film(number, edition) for number in range(1, 40)))
        desk.load()
        editions.append(entities(quad.triple for quad in desk.graph()))
        try:
            publish(desk.workspace, desk.target, PublishOptions(progress=progress))
            killers[-1].join()
            there = desk.there()
        except StoreError:
            killers[-1].join()
            there = filled_anew(desk, own)
        assert halves == []
        assert there == desk.here(), f"edition {edition}"


def filled_anew(desk: Publisher, server: Server) -> set[Quad]:
    """Give what a server holds of us that a kill has damaged, once it has got an empty store."""
    assert server.is_damaged()
    server.kill()
    server.forget()
    server.start()
    desk.publish(repair=True)
    return desk.there()


def triples(server: Server) -> list[Triple]:
    """Read a graph that is being changed: until it has as many triples as the server counted."""
    with RemoteStore.opened(server.where) as remote:
        for _ in range(50):
            with suppress(StoreError):
                return [quad.triple for quad in remote.export()]
    raise AssertionError("it never stands still")


Entities: TypeAlias = dict[str, set[Triple]]


def entities(triples: Iterable[Triple]) -> Entities:
    """Sort what is said by the entity that it is said of."""
    found: Entities = {}
    for triple in triples:
        found.setdefault(str(triple.subject).strip("<>").partition("#")[0], set()).add(triple)
    return found


def document(number: int, size: int) -> list[Piece]:
    """Say so much about one film, and where that comes from in another graph."""
    film = NamedNode(f"http://localhost:8000/movie/{number}")
    said = [Quad(film, SCHEMA.name, Literal(f"Name {n}")) for n in range(size)]
    source = Iris().source("films")
    said.append(Quad(film, PROV.wasDerivedFrom, source, Iris().provenance_graph))
    return [Piece(film.value, (film.value,), said)]


def test_a_document_is_taken_whole_or_not_at_all_though_the_server_is_killed(
    spare: Oxigraph,
) -> None:
    chosen, size, taken = random.Random(8), 20_000, 1
    with RemoteStore.opened(spare.where, Iris().provenance_graph) as remote:
        started = time.monotonic()
        remote.replace(document(0, size), fresh=True)
        took_s = time.monotonic() - started
    for number in range(1, examples(6, 40)):
        with RemoteStore.opened(spare.where, Iris().provenance_graph) as remote:
            [request] = remote.requests(document(number, size), fresh=True)
        killer = threading.Timer(chosen.uniform(0, took_s), spare.kill)
        killer.start()
        with suppress(httpx.HTTPError), httpx.Client() as client:
            client.send(request)
        killer.join()
        spare.start()
        with RemoteStore.opened(spare.where, Iris().provenance_graph) as remote:
            triples, quads = remote.sizes()
        assert triples == quads * size
        assert quads in (taken, taken + 1)
        taken = quads


PUBLISHER = """
import sys
from pathlib import Path
from etl.publication.publishing import PublishOptions, publish
from etl.stores.servers import KINDS, endpoints
from etl.publication.targets import Target
from etl.workspace import Workspace
from dataclasses import replace
where = endpoints(KINDS["oxigraph"], sys.argv[2], None)
where = replace(where, kind=replace(where.kind, update_triples=100, document_triples=100))
def progress(stage, done, total):
    print(done, flush=True)
target = Target("server", where)
publish(Workspace(Path(sys.argv[1])), target, PublishOptions(progress=progress))
"""


def test_a_publication_that_is_killed_goes_on_where_it_stopped(
    tmp_path: Path, spare: Oxigraph
) -> None:
    desk = Publisher(tmp_path, small(spare.where, 100))
    desk.engine = Unchecked()
    desk.write(*(film(number, 1) for number in range(1, 80)))
    desk.load()
    command = [sys.executable, "-c", PUBLISHER, str(desk.workspace.path), spare.url]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    for line in killed.stdout:
        if int(line) > 20:
            killed.send_signal(signal.SIGKILL)
    killed.communicate()
    there = len(desk.there())
    assert 0 < there < len(desk.here())
    desk.write(film(1, 2))
    desk.load()
    rest = desk.publish()
    assert rest.triples < len(desk.here()) - there / 2
    assert desk.there() == desk.here()


# One line for whoever is at the keyboard


def message(where: Endpoints, tmp_path: Path) -> tuple[str, str]:
    """Publish to a server that cannot take it, and give what is said."""
    desk = Publisher(tmp_path, where)
    desk.write(film(1, 1))
    desk.load()
    with pytest.raises(StoreError) as error:
        desk.publish()
    return str(error.value), error.value.hint


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_STORE_PATIENCE", "0.2")
    url = f"http://127.0.0.1:{free_port()}"
    assert message(endpoints(KINDS["oxigraph"], url, None), tmp_path) == (
        f"{url}/query: cannot be reached: Connection refused",
        "is the server running, and is this its address?",
    )


def test_a_server_that_may_only_be_read(tmp_path: Path, spare: Oxigraph) -> None:
    spare.kill()
    spare.verb = "serve-read-only"
    spare.start()
    assert message(spare.where, tmp_path) == (
        f"{spare.url}/store: not allowed: The server is read-only (403)",
        "check that this user may write, and that the server is not read-only",
    )


@pytest.mark.parametrize(
    ("running", "service"),
    [(Virtuoso, "/sparql-graph-crud-auth"), (Fuseki, "/films/query"), (Rdf4j, Rdf4j.path)],
    indirect=["running"],
    ids=["virtuoso", "fuseki", "rdf4j"],
)
def test_a_wrong_password(
    tmp_path: Path, server: Server, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_STORE_PASSWORD", "wrong")
    text, hint = message(server.where, tmp_path)
    assert text == (
        f"http://127.0.0.1:{server.port}{service}: the server does not accept "
        "the user name or password (401)"
    )
    assert hint == (
        "put them in ETL_STORE_USER and ETL_STORE_PASSWORD, in ETL_STORE_TOKEN, or in a netrc file"
    )


def test_a_page_instead_of_an_answer(tmp_path: Path, server: Server, proxy: Proxy) -> None:
    proxy.likely, proxy.faults = 1.0, [Fault("page")]
    where = server.through(proxy.url)
    text, _ = message(where, tmp_path)
    assert text == (f"{where.query}: expected an answer in SPARQL's formats, found text/html")


def test_a_server_that_never_answers(
    tmp_path: Path, server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_STORE_TIMEOUT", "0.2")
    monkeypatch.setenv("ETL_STORE_PATIENCE", "0.1")
    proxy.likely, proxy.faults = 1.0, [Fault("hang")]
    where = server.through(proxy.url)
    assert message(where, tmp_path) == (
        f"{where.query}: cannot be reached: no answer within 0.2 s",
        "set ETL_STORE_TIMEOUT to wait longer",
    )


def test_a_failure_that_is_not_by_chance_is_told_after_three_more_trials(
    server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_STORE_PATIENCE", "600")
    with RemoteStore.opened(server.through(proxy.url), Iris().provenance_graph) as remote:
        assert remote.sizes() == (0, 0)
        proxy.next = [Fault("500")] * 4
        with pytest.raises(StoreError) as error:
            remote.query("ASK { ?s ?p ?o }")
    assert proxy.next == []
    assert str(error.value).endswith(": the server failed: something is wrong here (500)")
