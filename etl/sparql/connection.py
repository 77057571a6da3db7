"""Talking to a SPARQL server: one connection kept alive, sign-in, patience, plain errors."""

from __future__ import annotations

import html
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx

from etl.errors import StoreError
from etl.sparql.answers import Deadlines, shortened
from etl.sparql.credentials import Credentials, SignIn
from etl.sparql.patience import Patience, Trials, Trouble, Unanswered, retry_after

AGENT = f"reelgraph/{version('reelgraph')} (https://w3id.org/reelgraph/)"


class TooLarge(StoreError):
    """A request was more than the server takes."""


class NotUnderstood(StoreError):
    """The server says that a query or an update is not right."""


class Endless(StoreError):
    """An answer has more bytes than are kept in memory."""


ERROR_BYTES = 20_000  # of an answer that says what is wrong
SLOWEST = 10_000  # bytes a second, on an average, of an answer that is read bit by bit
MEANT = 3  # failures (500) of one request; then they are not by chance


class Connection:
    """A connection to one server, kept alive; one more for each thread that needs it meanwhile."""

    def __init__(
        self,
        url: str,
        *others: str,
        patience: Patience | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        """Connect to a server by the URL of its queries, and those of its other services.

        Patience and credentials are those of the environment, unless they are given.
        """
        self._patience = patience or Patience.from_environment()
        self._credentials = credentials or Credentials.found(urlsplit(url).hostname or "")
        self._deadlines = Deadlines(self._patience.answer_s)
        self._met = False
        self._client = httpx.Client(
            auth=SignIn(self._credentials),
            headers={"User-Agent": AGENT},
            timeout=httpx.Timeout(self._patience.answer_s, connect=self._patience.connect_s),
            verify=_authorities(url, *others),
        )
        self.request = self._client.build_request

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
            raise self._plain(request, _unanswered(error)) from error
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

    def name_of_server(self, url: str) -> str:
        """Return what a server calls itself in its headers, whatever else it answers.

        That is `Server`, or the name of a header of its own: `Fuseki-Request-Id`.
        """
        response = self._answer(self.request("GET", url), kept=False, whatever=True)
        response.close()
        own = (name for name in response.headers if name.endswith("-request-id"))
        return str(response.headers.get("Server") or next(own, ""))

    def _answer(
        self, request: httpx.Request, *, kept: bool, whatever: bool = False
    ) -> httpx.Response:
        """Try a request until it succeeds; with `whatever`, until there is any answer."""
        trials, errors = Trials(self._patience, self._met), 0
        while True:
            try:
                response = self.trial(request, kept=kept)
            except Unanswered as failed:
                said = failed.response
                if said is not None and whatever:
                    return said
                errors += said is not None and said.status_code == httpx.codes.INTERNAL_SERVER_ERROR
                worth_it = failed.trouble is not Trouble.REFUSED and errors <= MEANT
                if not worth_it or not trials.wait(failed.wait_s):
                    raise self._plain(request, failed) from failed
            else:
                self._met = True
                return response

    def trial(self, request: httpx.Request, *, kept: bool = True) -> httpx.Response:
        """Send a request once. An answer that is kept, or no success, is read within the limits.

        Raises:
            Unanswered: there is no answer in time, or it is not a success.
            Endless: the answer is too large.
        """
        most = int(self._patience.answer_mb * 1_000_000)
        try:
            with self._deadlines.watched(request):
                response = self._client.send(request, stream=True)
                if not response.is_success:
                    raise _unsuccessful(shortened(response, ERROR_BYTES))
                if not kept:
                    return response
                answer = shortened(response, most + 1)
        except httpx.HTTPError as error:
            raise _unanswered(error) from error
        if len(answer.content) > most:
            raise Endless(
                f"{_place(request)}: the answer has more than {self._patience.answer_mb:g} MB",
                hint="ask for less, for instance with a LIMIT, or raise ETL_STORE_ANSWER_MB",
            )
        return answer

    def _late(self, request: httpx.Request) -> StoreError:
        return StoreError(
            f"{_place(request)}: cannot be reached: no answer within {self._patience.answer_s:g} s",
            hint="set ETL_STORE_TIMEOUT to wait longer",
        )

    def _plain(self, request: httpx.Request, failed: Unanswered) -> StoreError:
        if failed.response is not None:
            return self._refused(request, failed.response)
        if failed.trouble is Trouble.HEAVY:
            return self._late(request)
        hint = "is the server running, and is this its address?"
        if failed.trouble is Trouble.BROKEN:
            hint = "check the server and its log"
        return StoreError(f"{_place(request)}: cannot be reached: {failed}", hint=hint)

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
                hint = "check that this user may write, and that the server is not read-only"
                return StoreError(f"{place}: not allowed: {told}", hint=hint)
            case 404 | 405 | 501:
                return StoreError(
                    f"{place}: no such service there: {told}",
                    hint="'etl store add' takes each endpoint separately, such as --update-url",
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
                hint = "see the log of the server"
                if "No permission" in words:
                    hint = "check that this user may write, and that the server is not read-only"
                return StoreError(f"{place}: the server failed: {told}", hint=hint)


def _unsuccessful(response: httpx.Response) -> Unanswered:
    """Return what an answer means that is no success."""
    status, to = response.status_code, response.headers.get("Location")
    wait_s = retry_after(response.headers.get("Retry-After"))
    reason = f"status {status}, it has moved to {to}" if to else f"status {status}"
    return Unanswered(Trouble.of(status), reason, wait_s, response)


def _unanswered(error: httpx.HTTPError) -> Unanswered:
    """Tell in our words why there is no answer."""
    reason = re.sub(r"^\[[^]]*\]\s*", "", str(error)) or type(error).__name__
    match error:
        case httpx.UnsupportedProtocol():
            return Unanswered(Trouble.REFUSED, reason)
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError():
            return Unanswered(Trouble.AWAY, reason)
        case httpx.TimeoutException():
            return Unanswered(Trouble.HEAVY, "no answer in time")
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            return Unanswered(Trouble.BROKEN, "the connection broke off")
        case _:
            return Unanswered(Trouble.BROKEN, reason)


def _authorities(*urls: str) -> ssl.SSLContext:
    """Trust the system's authorities, or those of SSL_CERT_FILE; where there is no TLS, nobody."""
    if any(url.startswith("https:") for url in urls):
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them all takes a while


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
