"""Talking to a SPARQL server: one connection kept alive, sign-in, patience, plain errors."""

from __future__ import annotations

import html
import os
import random
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Self
from urllib.parse import urlsplit

import httpx

from etl.errors import StoreError
from etl.sparql.answers import Deadlines, shortened, whole
from etl.sparql.credentials import Credentials, SignIn

AGENT = f"reelgraph/{version('reelgraph')} (https://w3id.org/reelgraph/)"


class TooLarge(StoreError):
    """A request was more than the server takes."""


class NotUnderstood(StoreError):
    """The server says that a query or an update is not right."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer, and to try again when a server is away or overloaded.

    A server that has never answered is given up sooner than one that did. An answer that is kept
    in memory has at most `answer_mb`.
    """

    answer_s: float = 300.0
    answer_mb: float = 500.0
    first_s: float = 2.0
    again_s: float = 60.0
    pause_s: float = 0.1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ETL_STORE_TIMEOUT and ETL_STORE_PATIENCE, in seconds, and ETL_STORE_ANSWER_MB.

        Raises:
            StoreError: one is not a number above zero.
        """
        given = cls()
        for name, part, unit in (
            ("ETL_STORE_TIMEOUT", "answer_s", "seconds"),
            ("ETL_STORE_PATIENCE", "again_s", "seconds"),
            ("ETL_STORE_ANSWER_MB", "answer_mb", "megabytes"),
        ):
            if text := environment.get(name):
                if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or float(text) == 0:
                    raise StoreError(f"{name}: expected a number of {unit}, found {text!r}")
                given = replace(given, **{part: float(text)})
        return given

    def pauses(self, *, met: bool) -> Iterator[float]:
        """Give the pauses between trials, each longer than the one before, a little at random.

        There is one at least, and the last begins before the time is up.
        """
        end = time.monotonic() + (self.again_s if met else min(self.first_s, self.again_s))
        pause, left = self.pause_s, self.pause_s
        while left > 0:
            yield min(pause * random.uniform(0.75, 1.25), left)  # noqa: S311 - no secret
            left = end - time.monotonic()
            pause = min(pause * 2, 10.0)


TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
ERROR_BYTES = 20_000  # of an answer that says what is wrong
SLOWEST = 10_000  # bytes a second, on an average, of an answer that is read bit by bit
MEANT = 3  # failures (500) of one request; then they are not by chance


class Connection:
    """A connection to one server, kept alive; one more for each thread that needs it meanwhile."""

    def __init__(self, url: str, *others: str, patience: Patience | None = None) -> None:
        """Connect to a server by the URL of its queries, and those of its other services."""
        self._patience = patience or Patience.from_environment()
        self._credentials = Credentials.found(urlsplit(url).hostname or "")
        self._deadlines = Deadlines(self._patience.answer_s)
        self._met = False
        self._client = httpx.Client(
            auth=SignIn(self._credentials),
            headers={"User-Agent": AGENT},
            timeout=httpx.Timeout(self._patience.answer_s, connect=10.0),
            verify=_authorities(url, *others),
        )

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request until there is an answer, which is not an error. It may arrive twice.

        Raises:
            TooLarge: it is more than the server takes.
            NotUnderstood: the server says that it is not right.
            StoreError: the server cannot be reached, or refuses.
        """
        return self._answer(request, kept=True)

    @contextmanager
    def stream(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """Send a request as `send` does; its answer is yet to be read, and can break off."""
        response = self._answer(request, kept=False)
        try:
            yield response
        except httpx.HTTPError as error:
            raise self._unreachable(request, error) from error
        finally:
            response.close()

    def chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """Read the answer of `stream` bit by bit.

        Raises:
            StoreError: it comes so slowly that it might never end.
        """
        started, received = time.monotonic(), 0
        for chunk in response.iter_bytes():
            received += len(chunk)
            allowed_s = self._patience.answer_s + received / SLOWEST
            if time.monotonic() - started > allowed_s:
                raise self._late(response.request)
            yield chunk

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """Make a request that can be sent."""
        return self._client.build_request(
            method, url, params=params, content=content, headers=headers
        )

    def name_of_server(self, url: str) -> str:
        """Return what a server calls itself in the header `Server`, whatever else it answers."""
        request = self.request("GET", url)
        pauses = self._patience.pauses(met=self._met)
        while True:
            try:
                with self._deadlines.watched(request):
                    response = self._client.send(request, stream=True)
                    response.close()
                return str(response.headers.get("Server", ""))
            except httpx.HTTPError as error:
                pause = next(pauses, None)
                if pause is None:
                    raise self._unreachable(request, error) from error
            time.sleep(pause)

    def _answer(self, request: httpx.Request, *, kept: bool) -> httpx.Response:
        pauses, failures = self._patience.pauses(met=self._met), 0
        while True:
            try:
                response = self._sent(request, kept=kept)
            except httpx.HTTPError as error:
                pause = next(pauses, None)
                if pause is None or isinstance(error, httpx.UnsupportedProtocol):
                    raise self._unreachable(request, error) from error
            else:
                if response.is_success:
                    self._met = True
                    return response
                failures += response.status_code == httpx.codes.INTERNAL_SERVER_ERROR
                worth_it = response.status_code in TRY_AGAIN and failures <= MEANT
                pause = next(pauses, None) if worth_it else None
                if pause is None:
                    raise self._refused(request, response)
                pause = max(pause, _retry_after(response, at_most=self._patience.again_s))
            time.sleep(pause)

    def _sent(self, request: httpx.Request, *, kept: bool) -> httpx.Response:
        """Send a request once. An answer that is kept, or no success, is read within the limits.

        Raises:
            httpx.TimeoutException: the answer has not ended in time.
            StoreError: the answer is too large.
        """
        most = int(self._patience.answer_mb * 1_000_000)
        with self._deadlines.watched(request):
            response = self._client.send(request, stream=True)
            if not response.is_success:
                return shortened(response, ERROR_BYTES)
            if not kept:
                return response
            answer = whole(response, most)
        if answer is None:
            raise StoreError(
                f"{_place(request)}: the answer has more than {self._patience.answer_mb:g} MB",
                hint="ask for less, for instance with a LIMIT, or raise ETL_STORE_ANSWER_MB",
            )
        return answer

    def _late(self, request: httpx.Request) -> StoreError:
        return StoreError(
            f"{_place(request)}: cannot be reached: no answer within {self._patience.answer_s:g} s",
            hint="set ETL_STORE_TIMEOUT to wait longer",
        )

    def _unreachable(self, request: httpx.Request, error: httpx.HTTPError) -> StoreError:
        if isinstance(error, httpx.TimeoutException):
            return self._late(request)
        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
            reason, hint = "the connection broke off", "is the server well? Its log may say more"
        else:
            reason = re.sub(r"^\[[^]]*\]\s*", "", str(error)) or type(error).__name__
            hint = "is the server running, and is this its address?"
        return StoreError(f"{_place(request)}: cannot be reached: {reason}", hint=hint)

    def _refused(self, request: httpx.Request, response: httpx.Response) -> StoreError:
        status, place = response.status_code, _place(request)
        words = self._credentials.struck(_words(response))
        told = f"{words} ({status})" if words else f"status {status}"
        match status:
            case 401:
                return StoreError(
                    f"{place}: the server does not accept the user name or password (401)",
                    hint="put them in ETL_STORE_USER and ETL_STORE_PASSWORD, in ETL_STORE_TOKEN, "
                    "or in a netrc file",
                )
            case 403:
                hint = "may this user write, and is the server not read-only?"
                return StoreError(f"{place}: not allowed: {told}", hint=hint)
            case 404 | 405 | 501:
                return StoreError(
                    f"{place}: no such service there: {told}",
                    hint="'etl store add' takes each endpoint apart, such as --update-url",
                )
            case 413:
                return TooLarge(f"{place}: more at once than the server takes: {told}")
            case 400 | 415 | 422:
                return NotUnderstood(f"{place}: not understood: {told}")
            case _ if 300 <= status < 400:
                to = response.headers.get("Location", "nowhere").partition("?")[0]
                return StoreError(
                    f"{place}: leads to another address ({status})", hint=f"use {to} itself"
                )
            case _:
                hint = "its log may say more"
                if "No permission" in words:
                    hint = "may this user write, and is the server not read-only?"
                return StoreError(f"{place}: the server failed: {told}", hint=hint)


def _authorities(*urls: str) -> ssl.SSLContext:
    """Trust the system's authorities, or those of SSL_CERT_FILE; where there is no TLS, nobody."""
    if any(url.startswith("https:") for url in urls):
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them all takes a while


def _retry_after(response: httpx.Response, *, at_most: float) -> float:
    """Return how many seconds a server asks us to wait."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), at_most) if re.fullmatch(r"[0-9]{1,6}", text) else 0.0


def _place(request: httpx.Request) -> str:
    return str(request.url.copy_with(query=None, fragment=None))


_TAG = re.compile(r"<(?:style|script|head)\b.*?</(?:style|script|head)>|<[^>]*>", re.DOTALL | re.I)


def _words(response: httpx.Response) -> str:
    """Return the one line of an answer that says what is wrong."""
    text = response.text
    if "html" in response.headers.get("Content-Type", ""):
        text = html.unescape(_TAG.sub("\n", text))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = next((line for line in lines if re.match(r"Virtuoso .*Error", line)), None)
    line = telling or (lines[0] if lines else "")
    return line if len(line) <= 200 else line[:199] + "…"
