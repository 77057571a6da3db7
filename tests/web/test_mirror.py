"""`etl serve --store`: what a server holds is served and followed, with or without a workspace."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desk import ENGINE
from etl.publication.mirroring import mirrored
from etl.rdf.vocab import SCHEMA
from etl.workspace.snapshot import Snapshot
from published import Publisher
from records import EMMA, HEAT
from servers import Oxigraph
from website import served

PLAYED = HEAT.but(synopsis="Vincent Hanna (Al Pacino) hunts.", rating="8.3")


@pytest.fixture
def publisher(tmp_path: Path, spare: Oxigraph) -> Publisher:
    """A workspace that has published a film to a server."""
    publisher = Publisher(tmp_path, spare.where)
    assert publisher.engine is ENGINE
    publisher.write(PLAYED)
    publisher.load()
    publisher.publish()
    return publisher


@pytest.mark.usefixtures("publisher")
def test_without_the_workspace_pages_say_that_they_do_not_know_where_from(
    spare: Oxigraph, tmp_path: Path
) -> None:
    with served(tmp_path / "none", "--store", spare.url) as site:
        assert f"Note: {tmp_path / 'none'} has not published this graph" in site.said[0]
        page = site.get("/movie/tt0000006").text
        assert "<h1>Heat" in page
        assert ">Al Pacino</a>" in page
        assert "Vincent Hanna" in page
        assert "8.3 of 10" in page
        assert 'class="from' not in page
        assert "where its values come from" in page
        assert 'href="/movie/tt0000006"' in site.get("/person/Al_Pacino").text
        assert '<a href="/movie/tt0000006">Heat</a>' in site.get("/films").text
        assert site.get("/search.json?q=pacino").json()[0]["path"] == "/person/Al_Pacino"
        assert site.get("/queries/cast-of-film.json?film=Heat").json()["results"]["bindings"]
        home = site.get("/").text
        assert "<b>1</b> films" in home
        for path in ("/runs", "/sources", "/quarantine", "/links"):
            assert f'href="{path}"' not in home
            refused = site.get(path)
            assert refused.status_code == 404
            assert "not the workspace that published it" in refused.text
        assert site.get("/movie/tt1111111").status_code == 404


def test_with_the_workspace_that_published_it_pages_say_where_from(
    publisher: Publisher, spare: Oxigraph
) -> None:
    with served(publisher.workspace.path, "--store", spare.url) as site:
        assert site.said == []
        assert '<b class="place">records/6.txt:2</b>' in site.get("/movie/tt0000006").text
        assert site.get("/runs").status_code == 200
        spare.update(f"DELETE WHERE {{ <{HEAT.iri}> {SCHEMA.name} ?o }}")
        assert "Heat" in site.get("/movie/tt0000006.ttl").text  # until there is another run


def test_what_is_published_later_is_copied(publisher: Publisher, spare: Oxigraph) -> None:
    with mirrored(spare.where, None, look_s=0.2) as mirror:
        first = mirror.required()
        publisher.write(EMMA)
        publisher.load()
        publisher.publish()
        until = time.monotonic() + 20
        while mirror.required() == first:
            assert time.monotonic() < until
            time.sleep(0.1)
        with Snapshot.opened(mirror.required()) as snapshot:
            assert {quad.triple for quad in snapshot.store.export()} == {
                quad.triple for quad in publisher.graph()
            }
            assert str(snapshot.lookup().film("Emma").value) == EMMA.iri
    assert not mirror.path.exists()


def test_a_server_without_films_and_one_that_is_away_are_said(spare: Oxigraph) -> None:
    from test_serving import said

    assert said("--workspace", "none", "--store", spare.url) == (
        2,
        f"Error: {spare.url}/query: holds no films\nHint: run: etl load SOURCE --store URL\n",
    )
    spare.kill()
    code, message = said("--workspace", "none", "--store", spare.url)
    assert code == 2
    assert message.startswith("Error: ")
    assert len(message.splitlines()) == 2
