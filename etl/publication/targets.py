"""Remote stores as users name them: what server it is, and where it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from pyoxigraph import NamedNode

from etl.errors import StoreError
from etl.publication.outbox import Outbox, Outboxes
from etl.sparql.connection import Connection
from etl.stores.servers import (
    GENERIC,
    KINDS,
    Endpoints,
    canonical,
    checked_url,
    endpoints,
    kind_called,
    kind_marked,
)


@dataclass(frozen=True, slots=True)
class Target:
    """A remote store: what it is called, and where it answers."""

    name: str
    where: Endpoints

    @classmethod
    def named(cls, outboxes: Outboxes, text: str) -> Self:
        """Find the store that a user names, by its name or by a URL of it.

        A server that has a name is the same store by its URL.

        Raises:
            StoreError: there is no such store, or several, or what answers there is not known to
                us.
        """
        if not is_url(text) and outboxes.has(text):
            with outboxes.open(text) as outbox:
                if outbox.setting("query") is not None:
                    return cls(text, _kept(outbox))
        url = checked_url(text)
        if found := cls._at(outboxes, url):
            return found
        where = recognised(url)
        return cls(where.base, where)

    @classmethod
    def _at(cls, outboxes: Outboxes, url: str) -> Self | None:
        """Find the store that is known at a URL: of several, the one in the default graph."""
        there = [
            cls(name, where)
            for name, where in _all_kept(outboxes)
            if url in (where.base, canonical(where.query))
        ]
        there = [each for each in there if each.where.graph is None] or there
        if len({each.where.place for each in there}) > 1:
            names = ", ".join(each.name for each in there)
            raise StoreError(f"{url}: several stores are there: {names}", hint="name one of them")
        return min(there, key=lambda each: (is_url(each.name), each.name), default=None)


@dataclass(frozen=True, slots=True)
class Described:
    """A remote store as a user describes it: by a base URL, or by its endpoints."""

    url: str | None
    kind: str | None = None
    graph: str | None = None
    query_url: str | None = None
    update_url: str | None = None
    graph_store_url: str | None = None

    def endpoints(self) -> Endpoints:
        """Find its endpoints; the server is asked what it is if nothing else tells.

        Raises:
            StoreError: what is given is not enough, or not as it should be.
        """
        kind = kind_called(self.kind) if self.kind else None
        if self.graph is not None:
            _check_iri(self.graph)
        if self.url is not None:
            url = checked_url(self.url)
            found = endpoints(kind, url, self.graph) if kind else recognised(url, self.graph)
        elif self.query_url is not None:
            found = Endpoints(kind or GENERIC, "", None, None, self.graph)
        else:
            raise StoreError(
                "expected the URL of a server",
                hint="give the server's base URL, or its --query-url",
            )
        return replace(
            found,
            query=_given(self.query_url) or found.query,
            update=_given(self.update_url) or found.update,
            graph_store=_given(self.graph_store_url) or found.graph_store,
        )


def _given(url: str | None) -> str | None:
    return None if url is None else checked_url(url)


def _check_iri(text: str) -> None:
    try:
        NamedNode(text)
    except ValueError as error:
        raise StoreError(f"--graph: expected an IRI, found {text!r}") from error


def recognised(url: str, graph: str | None = None) -> Endpoints:
    """Return what server answers at a URL, and where its endpoints are.

    Raises:
        StoreError: nobody answers, or not a server that we know.
    """
    connection = Connection(url)
    try:
        called = connection.name_of_server(url)
    finally:
        connection.close()
    kind = kind_marked(called) or kind_marked(url)
    if kind is None:
        itself = f": it calls itself {called!r}" if called else ""
        raise StoreError(
            f"{url}: cannot tell what server this is{itself}",
            hint="run: etl store add NAME URL --kind KIND, or give its endpoints separately",
        )
    return endpoints(kind, url, graph)


def is_url(name: str) -> bool:
    """Return whether a store is called by its URL."""
    return "://" in name


def _all_kept(outboxes: Outboxes) -> Iterator[tuple[str, Endpoints]]:
    """Yield the stores that are known, with where they answer."""
    for name in outboxes.names():
        with outboxes.open(name) as outbox:
            if outbox.setting("query") is not None:
                yield name, _kept(outbox)


def _kept(outbox: Outbox) -> Endpoints:
    kind = KINDS.get(outbox.setting("kind") or "", GENERIC)
    query, update = outbox.setting("query") or "", outbox.setting("update")
    return Endpoints(kind, query, update, outbox.setting("graph_store"), outbox.setting("graph"))


def keep(outboxes: Outboxes, target: Target) -> None:
    """Remember where a store answers; what was known of it by its URL alone is known of it now.

    Raises:
        StoreError: another store is called so.
    """
    where = target.where
    with outboxes.open(target.name) as outbox:
        if outbox.setting("query") is not None and _kept(outbox).addresses != where.addresses:
            raise StoreError(
                f"another store is called {target.name!r} already",
                hint=f"choose another name, or run: etl store remove {target.name}",
            )
    for name, other in list(_all_kept(outboxes)):
        if name != target.name and is_url(name) and other.place == where.place:
            outboxes.adopt(target.name, name)
    with outboxes.open(target.name) as outbox:
        if outbox.setting("query") is None or _kept(outbox) != where:
            outbox.set(
                kind=where.kind.name.lower(),
                query=where.query,
                update=where.update,
                graph_store=where.graph_store,
                graph=where.graph,
            )


def give_name(outboxes: Outboxes, target: Target) -> None:
    """Give a store a name.

    Raises:
        StoreError: another store is called so, or the store has another name already.
    """
    for other, where in _all_kept(outboxes):
        if other != target.name and not is_url(other) and where.place == target.where.place:
            raise StoreError(
                f"this store is called {other!r} already",
                hint=f"use that name, or run: etl store remove {other}",
            )
    keep(outboxes, target)


def forget(outboxes: Outboxes, text: str) -> None:
    """Forget a store that a user names, by its name or its URL; the server keeps what it has.

    Raises:
        StoreError: there is no such store.
    """
    found = Target._at(outboxes, checked_url(text)) if is_url(text) else None
    outboxes.remove(found.name if found else text)


def known(outboxes: Outboxes) -> list[tuple[str, str, str, str, str, int | None]]:
    """List the stores: name, kind, query and update endpoint, graph, and what is waiting.

    Of a store that all is still to be sent to, or looked at, the last is None.
    """
    rows = []
    for name in outboxes.names():
        with outboxes.open(name) as outbox:
            where = _kept(outbox)
            all_known = outbox.state == "done" and not outbox.whole(1 << 62)
            waiting = outbox.count() if all_known else None
            shown = (where.kind.name, where.query, where.update or "", where.graph or "")
            rows.append((name, *shown, waiting))
    return rows
