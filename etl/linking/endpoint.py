"""Asking a SPARQL endpoint politely: one request at a time, and never more than it can bear.

Source: the public Wikidata query service's rules (User-Agent policy; 429 with Retry-After; 60
seconds a query), and RFC 9110 sections 10.2.3 and 15.4 (Retry-After, redirects).
"""

from __future__ import annotations

import http.client
import json
import socket
import time
import urllib.error
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import Enum
from importlib.metadata import version
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from etl.errors import EndpointError
from etl.linking.wikidata import Question, Row

PUBLIC = "https://query.wikidata.org/sparql"
"""Wikidata's public query service."""

_JSON = ("application/sparql-results+json", "application/json")
_CONNECTING_S = 10.0
_PORTS = {"http": 80, "https": 443}
_TOLD = 200  # characters of an answer that are told


class Trouble(Enum):
    """Why a request gave no answer, and so what to do next."""

    HEAVY = "it takes too long"  # ask for less
    BUSY = "it asks us to wait"  # wait, then ask again
    AWAY = "it cannot be reached"  # ask again
    BROKEN = "its answer cannot be used"  # ask for less, and not often
    REFUSED = "it refuses us"  # stop


class Unanswered(Exception):
    """A request gave no answer that can be trusted. `wait_s` is what the endpoint asks for."""

    def __init__(self, trouble: Trouble, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL endpoint, and who asks. A request takes at most `timeout_s`."""

    url: str
    contact: str
    timeout_s: float = 65.0
    largest_bytes: int = 100_000_000
    connecting_s: float = _CONNECTING_S

    def reach(self) -> None:
        """Connect once and say nothing, so that a missing network is noticed at once.

        Raises:
            Unanswered: nobody is there, or there is no network.
        """
        try:
            parts = urlsplit(self.url)
            if parts.scheme not in _PORTS or not parts.hostname:
                raise ValueError("expected an address such as https://example.org/sparql")
            proxy = getproxies().get(parts.scheme)
            if proxy and not proxy_bypass(parts.netloc):
                parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            address = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80))
            socket.create_connection(address, self.connecting_s).close()
        except OSError as error:
            raise Unanswered(Trouble.AWAY, error.strerror or str(error)) from error
        except ValueError as error:
            raise Unanswered(Trouble.AWAY, str(error)) from error

    @property
    def agent(self) -> str:
        """Return the User-Agent: who we are, and how to reach whoever runs us."""
        return f"reelgraph/{version('reelgraph')} ({self.contact}) SPARQLWrapper"

    def select(self, question: Question, subjects: list[str]) -> dict[str, list[Row]]:
        """Ask about a batch of subjects, once; each has an answer, if an empty one.

        Raises:
            Unanswered: there is no answer, or none that can be trusted.
        """
        body = self._fetch(question.text(subjects))
        try:
            return rows_of(json.loads(body), question, subjects)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            told = body[:_TOLD].decode("utf-8", "replace")
            raise Unanswered(
                Trouble.BROKEN, f"expected solutions in JSON, found {told!r}"
            ) from error

    def _fetch(self, query: str) -> bytes:
        """Send one request by SPARQLWrapper, and read its answer within the time."""
        started = time.monotonic()
        try:
            response = self._send(query)
            with response:
                self._check(response)
                return self._read(response, started + self.timeout_s)
        except urllib.error.HTTPError as error:
            with error:
                raise refused(error.code, error.headers) from error
        except TimeoutError as error:
            raise Unanswered(Trouble.HEAVY, "no answer in time") from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise Unanswered(Trouble.HEAVY, "no answer in time") from error
            raise Unanswered(Trouble.AWAY, f"no connection: {error.reason}") from error
        except (http.client.HTTPException, OSError) as error:
            raise Unanswered(Trouble.BROKEN, f"the answer broke off: {error!r}") from error

    def _send(self, query: str) -> http.client.HTTPResponse:
        from SPARQLWrapper import JSON, POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        wrapper = SPARQLWrapper(self.url, agent=self.agent, returnFormat=JSON)
        wrapper.setMethod(POST)
        wrapper.setTimeout(max(1, round(self.timeout_s)))
        wrapper.setQuery(query)
        try:
            response: http.client.HTTPResponse = wrapper.query().response
        except SPARQLWrapperException as error:
            if error.__class__.__name__ == "EndPointInternalError":
                raise Unanswered(Trouble.HEAVY, "status 500") from error
            raise Unanswered(Trouble.REFUSED, str(error)[:_TOLD]) from error
        return response

    def _check(self, response: http.client.HTTPResponse) -> None:
        """Look at an answer's head: where it is from, and whether it can be solutions."""
        if response.geturl() != self.url:
            raise Unanswered(Trouble.REFUSED, f"it has moved to {response.geturl()}")
        kind = response.headers.get_content_type()
        if kind not in _JSON:
            told = response.read(_TOLD).decode("utf-8", "replace")
            raise Unanswered(Trouble.BROKEN, f"expected JSON, found {kind}: {told!r}")

    def _read(self, response: http.client.HTTPResponse, until: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if size > self.largest_bytes or time.monotonic() > until:
                raise Unanswered(Trouble.HEAVY, "the answer does not end")
        expected = response.headers.get("Content-Length")
        if expected and expected.isdigit() and int(expected) != size:
            raise Unanswered(Trouble.BROKEN, "the answer broke off")
        return b"".join(parts)


def refused(status: int, headers: Message) -> Unanswered:
    """Tell what a status that is no success means."""
    if status in (429, 503):
        return Unanswered(Trouble.BUSY, f"status {status}", seconds(headers.get("Retry-After")))
    if status in (500, 502, 504):
        return Unanswered(Trouble.HEAVY, f"status {status}")
    moved = f", it has moved to {headers['Location']}" if headers.get("Location") else ""
    return Unanswered(Trouble.REFUSED, f"status {status}{moved}")


def seconds(retry_after: str | None) -> float | None:
    """Read Retry-After: seconds, or a date."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def rows_of(answer: Any, question: Question, subjects: list[str]) -> dict[str, list[Row]]:  # noqa: ANN401 - JSON
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


class Asking(Protocol):
    """Something that can be asked, such as an `Endpoint`."""

    @property
    def url(self) -> str:
        """Say where it is."""

    def reach(self) -> None:
        """Find out whether it is there."""

    def select(self, question: Question, subjects: list[str]) -> dict[str, list[Row]]:
        """Ask about a batch of subjects, once."""


def required_contact(contact: str | None) -> str:
    """Check that there is somebody whom the operators of a service can reach.

    Raises:
        EndpointError: there is not.
    """
    if contact and ("@" in contact or "://" in contact):
        return contact
    raise EndpointError(
        "the endpoint's operators ask for a contact, such as an e-mail address or a page",
        hint="give yours with --contact or ETL_CONTACT, or link without an endpoint: --offline",
    )
