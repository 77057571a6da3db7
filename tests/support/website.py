"""`etl serve` as a process on loopback, and a browser's or a program's view of it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from records import Film

_READY = re.compile(r"serving .* at (http://\S+/)")


SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    Film(9900001, f"{SCRIPT}&amp;'\"", 1999, "5", f"{SCRIPT} Smith", f"Ann {SCRIPT}, Bo Li"),
    Film(9900002, "]]></script><!--", 2001, "5", "Bo Li", "Ann Lee", f"A man {SCRIPT} walks."),
)
KEPT_OUT = (
    Film(9900003, "No number", "two thousand"),
    Film(9900004, "No people", 2003, "99", directors="", actors=""),
)


class Website:
    """A running server, and a client that sends it requests and follows no redirect."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=60)
        self.said: list[str] = []

    def get(self, path: str, accept: str = "text/html", **extra: str) -> httpx.Response:
        return self.client.get(path, headers={"Accept": accept, **extra})

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal, and give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@contextmanager
def served(
    workspace: Path, *options: str, program: Sequence[str] = ("-m", "etl")
) -> Iterator[Website]:
    """Serve a workspace at a free port."""
    command = [sys.executable, *program, "serve", "--port", "0", "--workspace", str(workspace)]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = [first := process.stderr.readline()]
        while first and not _READY.match(first):
            said.append(first := process.stderr.readline())
        ready = _READY.match(said.pop())
        assert ready, "".join(said)
        site = Website(process, ready[1])
        site.said += said
        listener = threading.Thread(target=site.said.extend, args=(process.stderr,), daemon=True)
        listener.start()
        try:
            with site.client:
                yield site
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(timeout=30)
            listener.join(timeout=30)
