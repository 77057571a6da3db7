"""While the graph changes, fifty clients see no error, and one graph on each page."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import Counter
from urllib.parse import quote

from desk import Desk
from records import EMMA, HEAT
from website import served

_BOTH = "SELECT ?t { ?film a schema:Movie ; schema:name ?t }"
PAGES = {  # each has something of both films, or two things of one
    "/movie/tt0000006": "text/html",
    "/movie/tt0000838.ttl": "text/turtle",
    "/person/Al_Pacino": "text/html",
    "/films": "text/html",
    "/films.json": "application/json",
    "/films.csv?sort=title": "text/csv",
    "/search?q=state": "text/html",
    f"/sparql?query={quote(_BOTH)}": "application/sparql-results+json",
    "/queries/films-of-person?person=Al+Pacino": "text/html",
    "/queries/films-of-person.csv?person=Al+Pacino": "text/csv",
}
CLIENTS, LOADS = 50, 4


def test_fifty_clients_see_no_error_and_one_graph_on_each_page(desk: Desk) -> None:
    def write(state: int) -> None:
        for film in (HEAT, EMMA):
            title, text = f"{film.title} state {state}", f"It is state {state} here."
            desk.write(film.but(title=title, actors="Al Pacino, Bo Li", synopsis=text))

    def etl(*arguments: str) -> None:
        place = ["--workspace", str(desk.workspace.path)]
        subprocess.run([sys.executable, "-m", "etl", *arguments, "-q", *place], check=True)

    write(0)
    etl("load", str(desk.source))
    wrong, seen, done = list[str](), Counter[str](), threading.Event()
    with served(desk.workspace.path) as site:

        def states(path: str) -> set[str]:
            page = site.get(path, PAGES[path])
            if page.status_code != 200:
                wrong.append(f"{path}: {page.status_code} {page.text[:200]}")
            return set(re.findall(r"state (\d)", page.text))

        def read(first: int) -> None:
            paths = [*PAGES][first % len(PAGES) :] + [*PAGES][: first % len(PAGES)]
            while not done.is_set():
                for path in paths:
                    found = states(path)
                    seen.update(found)
                    if len(found) != 1:
                        wrong.append(f"{path}: {found}")

        readers = [threading.Thread(target=read, args=[number]) for number in range(CLIENTS)]
        for reader in readers:
            reader.start()
        for state in range(1, LOADS):
            write(state)
            etl("load", str(desk.source))
        etl("undo", str(LOADS))
        done.set()
        for reader in readers:
            reader.join()
        now = {path: states(path) for path in PAGES}
    assert wrong == []
    assert len(seen) >= 2, "the graph changed while they read"
    assert now == {path: {str(LOADS - 2)} for path in PAGES}
    assert site.said == []
