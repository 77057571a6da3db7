"""What a command, or a file of somebody else, may take of this machine."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
QUERY_S, FILE_S = 60.0, 5.0  # a file has a second more for each megabyte
COMPARING_BYTES = 1_500 * MB
"""What comparing records takes at most, where nobody says: more is faster by little."""
_SHARE = 0.5
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much time and memory something may take; 0 is no limit."""

    seconds: float
    memory_bytes: int

    @classmethod
    def given(cls, seconds: float | None, megabytes: float | None, default_s: float) -> Bounds:
        """Make bounds of what a user gives; without it, so many seconds, and half of all memory."""
        return cls(
            default_s if seconds is None else seconds,
            int(_of_machine() * _SHARE) if megabytes is None else int(megabytes * MB),
        )


def memory_taken() -> int:
    """Return how many bytes of memory this process takes now; elsewhere than on Linux, its most."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return _most_taken()


def _most_taken() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _of_machine() -> int:
    """Return the bytes of memory that the machine or the container has; 0 where nobody says."""
    sizes = []
    with suppress(OSError, ValueError, AttributeError):
        sizes.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in _CGROUPS:
        with suppress(OSError, ValueError):  # "max" is no number
            sizes.append(int(Path(path).read_text()))
    return min(sizes, default=0)
