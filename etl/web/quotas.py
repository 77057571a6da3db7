"""How often one client may ask: so many requests a second, after a reserve that fills up again.

Source: the generic cell rate algorithm (ITU-T I.371, annex A): of each client one number is kept,
the time at which the reserve will be full again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

PER_SECOND = 50
_RESERVE_S = 10  # the reserve is what comes back in that time
_CLIENTS = 10_000  # that are remembered; of others the reserve counts as full
_NETWORK = 64  # of the bits of an address of IPv6, those that tell clients apart


@dataclass(slots=True)
class Quotas:
    """What each client has left of `per_second` requests; 0 is no limit.

    Behind `proxies` the client is told by the last so many entries of `X-Forwarded-For`.
    """

    per_second: float = PER_SECOND
    proxies: int = 0
    _full_at: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def wait_s(self, scope: Scope) -> float:
        """Count a request, and return after how many seconds it would be answered: 0 is now.

        A client on this machine is always answered.
        """
        client = _client(_address(scope, self.proxies)[:64]) if self.per_second else ""
        return self.taken(client, time.monotonic()) if client else 0.0

    def taken(self, client: str, now: float) -> float:
        """Count a request of a client at a time. See `wait_s`."""
        reserve_s = max(_RESERVE_S, 1 / self.per_second)
        full_at = max(self._full_at.get(client, now), now) + 1 / self.per_second
        if full_at > now + reserve_s:
            return full_at - now - reserve_s
        self._full_at[client] = full_at
        self._full_at.move_to_end(client)
        if len(self._full_at) > _CLIENTS:
            self._full_at.popitem(last=False)
        return 0.0


def _address(scope: Scope, proxies: int) -> str:
    """Return the address of a client: what the outermost of our proxies has seen."""
    if proxies:
        said = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        seen = b",".join(said).split(b",")
        if len(seen) >= proxies and seen[-proxies]:
            return str(seen[-proxies], "latin-1").strip()
    return scope["client"][0] if scope.get("client") else ""


@lru_cache(1000)
def _client(address: str) -> str:
    """Return what stands for a client; nothing for one on this machine."""
    bare = address.removeprefix("[").partition("]")[0]
    if bare.count(":") == 1:  # with a port
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return "?"  # all that is no address counts as one client
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return "" if found.is_loopback else f"{int(found) >> 128 - _NETWORK:x}"
        found = found.ipv4_mapped
    return "" if found.is_loopback else str(found)
