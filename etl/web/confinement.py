"""A process that can open no socket and takes no more memory than it may: it answers strangers.

A query names servers that the engine would ask (`SERVICE`). On Linux the kernel refuses this
process every socket, whatever runs in it. Elsewhere such queries have to be told by their text.

Source: seccomp(2), prctl(2); linux/audit.h and unistd.h for the numbers.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import sys
from contextlib import suppress

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_OTHER_ABI = 0x40000000  # x32 has numbers of its own
_CALLS = {  # architecture, socket, io_uring_setup
    "x86_64": (0xC000003E, 41, 425),
    "aarch64": (0xC00000B7, 198, 425),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def without_sockets() -> bool:
    """Have the kernel refuse this thread and all that it starts every socket; tell if it does."""
    calls = _CALLS.get(platform.machine())
    if not sys.platform.startswith("linux") or calls is None:
        return False
    architecture, socket, io_uring_setup = calls
    told = (
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 0, 5, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_EQUAL, 3, 0, socket),
        (_EQUAL, 2, 0, io_uring_setup),
        (_AT_LEAST, 1, 0, _OTHER_ABI),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    instructions = (_Instruction * len(told))(*(_Instruction(*each) for each in told))
    program = _Program(len(told), instructions)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return bool(
        prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
        and prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(program), 0, 0) == 0
    )


def within_memory(more_bytes: int) -> None:
    """Let this process take so much more address space than it has now; 0 is no limit."""
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if more_bytes and sys.platform.startswith("linux"):
        with open("/proc/self/statm", encoding="ascii") as statm:
            taken = int(statm.read().split()[0]) * resource.getpagesize()
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (taken + more_bytes, taken + more_bytes))
