"""Asking a SPARQL endpoint politely: one request at a time, and never more than it can bear.

Source: the public Wikidata query service's rules (User-Agent policy; 429 with Retry-After; 60
seconds a query).
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from etl.linking.inquiry import POLITE
from etl.linking.wikidata import EndpointQuestion, Row
from etl.sparql.asking import RESULTS, QueryOperation
from etl.sparql.connection import Connection, Endless
from etl.sparql.credentials import Credentials
from etl.sparql.patience import Patience, Trouble, Unanswered

_TOLD = 200  # characters of an answer that are told


class Endpoint:
    """A SPARQL endpoint, and who asks: somebody with a contact, and never with a password."""

    def __init__(self, url: str, contact: str, patience: Patience = POLITE) -> None:
        self.url = url
        self._agent = f"reelgraph/{version('reelgraph')} ({contact}) SPARQLWrapper"
        self._connection = Connection(url, patience=patience, credentials=Credentials())

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def select(self, question: EndpointQuestion, subjects: list[str]) -> dict[str, list[Row]]:
        """Ask about a batch of subjects, once; each has an answer, if an empty one.

        Raises:
            Unanswered: there is no answer, or none that can be trusted.
        """
        body = self._fetch(question.text(subjects))
        try:
            return rows_of(msgspec.json.decode(body), question, subjects)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _broken("solutions in JSON, found", body) from error

    def _fetch(self, query: str) -> bytes:
        _check_address(self.url)
        operation = QueryOperation(self.url, query, agent=self._agent)
        try:
            response = self._connection.trial(operation.request(self._connection))
        except Endless as error:
            raise Unanswered(Trouble.HEAVY, "the answer does not end") from error
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in (RESULTS, "application/json"):
            raise _broken(f"JSON, found {kind}:", response.content)
        return response.content


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("expected an address such as https://example.org/sparql")
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise Unanswered(Trouble.AWAY, str(error)) from error


def _broken(expected: str, body: bytes) -> Unanswered:
    told = body[:_TOLD].decode("utf-8", "replace")
    return Unanswered(Trouble.BROKEN, f"expected {expected} {told!r}")


def rows_of(answer: Any, question: EndpointQuestion, subjects: list[str]) -> dict[str, list[Row]]:  # noqa: ANN401 - JSON
    """Check the shape of an answer, and give each subject its rows.

    Raises:
        ValueError: it is not what was asked for.
    """
    asked: dict[str, list[Row]] = {subject: [] for subject in subjects}
    first, *others = question.variables
    if set(answer["head"]["vars"]) != set(question.variables):
        raise ValueError("other variables")
    for solution in answer["results"]["bindings"]:
        subject = _local(solution[first])
        values = [solution[name]["value"] if name in solution else "" for name in others]
        if subject not in asked or not all(isinstance(value, str) for value in values):
            raise ValueError("a solution about something else")
        asked[subject].append(tuple(values))
    return asked


def _local(term: dict[str, str]) -> str:
    """Return a subject as it was asked for: an item's id, or a text."""
    value = term["value"]
    return value.rpartition("/")[2] if term["type"] == "uri" else value
