"""Signing in to a SPARQL server: where credentials are found, and how they are sent."""

from __future__ import annotations

import netrc
import os
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Self

import httpx

from etl.errors import StoreError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials for a server, which never appear in a text."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @classmethod
    def found(cls, host: str, environment: Mapping[str, str] = os.environ) -> Self:
        """Find them: ETL_STORE_TOKEN, ETL_STORE_USER and _PASSWORD, or the netrc file.

        Raises:
            StoreError: there is a netrc file that cannot be read.
        """
        if token := environment.get("ETL_STORE_TOKEN"):
            return cls(token=token)
        if user := environment.get("ETL_STORE_USER"):
            return cls(user, environment.get("ETL_STORE_PASSWORD", ""))
        try:
            entry = netrc.netrc(environment.get("NETRC")).authenticators(host)
        except FileNotFoundError:
            return cls()
        except netrc.NetrcParseError as error:
            raise StoreError(f"{error.filename}: {error.msg}") from error
        except OSError as error:
            raise StoreError(f"{error.filename}: cannot be read: {error.strerror}") from error
        return cls(entry[0], entry[2] or "") if entry else cls()

    def struck(self, text: str) -> str:
        """Remove credentials that a server repeats from a text."""
        for secret in (self.password, self.token):
            if secret:
                text = text.replace(secret, "…")
        return text


class SignIn(httpx.Auth):
    """Signs in as the server asks: with a token, or by the digest or basic scheme."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._scheme: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request, and once more when the server asks who we are."""
        known = self._credentials
        if known.token is not None:
            request.headers["Authorization"] = f"Bearer {known.token}"
        if self._scheme is None:
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED or known.user is None:
                return
            asked = response.headers.get("WWW-Authenticate", "").lower()
            if "digest" in asked:
                self._scheme = httpx.DigestAuth(known.user, known.password or "")
            elif "basic" in asked:
                self._scheme = httpx.BasicAuth(known.user, known.password or "")
            else:
                return
        try:
            yield from self._scheme.auth_flow(request)
        except (KeyError, NotImplementedError) as error:  # an algorithm that httpx does not know
            url = request.url.copy_with(query=None, fragment=None)
            raise StoreError(
                f"{url}: asks to sign in by a digest of an unknown kind ({error})",
                hint="configure the server for Basic, or Digest with SHA-256 or MD5, or give a "
                "token in ETL_STORE_TOKEN",
            ) from error
