"""`python -m bench.sizes --records 100000`: what so many films take of time, memory and disk.

One file of JSON Lines goes through the command line: a first load, one with nothing changed,
publication to Oxigraph and to Virtuoso (where that is installed), `etl check --store` of both,
and then the same with one record in a hundred changed. Each command is a process of its own; its
CPU time is that of all its processes, its peak that of the largest of them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.reload import FORMATS
from bench.remote import cpu_of, started

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

from servers import Oxigraph, Server, Virtuoso

BUFFERS = 170_000  # 8 KB each; what Virtuoso's manual advises where it may take 2 GB
MOST_ROWS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """What one command took: of ours, and of the server that it spoke to, if it did."""

    name: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    disk_mb: float
    server_cpu_s: float | None = None
    server_peak_mb: float | None = None
    server_disk_mb: float | None = None
    error: str = ""


def disk_mb(folder: Path) -> float:
    """Return what a folder takes on the disk; a file that has two names counts once."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[status.st_ino] = status.st_blocks * 512
    return sum(found.values()) / 1e6


def peak_of(server: Server) -> float:
    """Return the most memory that a server has taken, in MB, where the system tells."""
    status = Path(f"/proc/{server.pid}/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)


class Desk:
    """A file of so many records, its workspace, and the servers that it is published to."""

    def __init__(self, place: Path, records: int, servers: Sequence[Server]) -> None:
        self._workspace = place / "workspace"
        self._records = records
        self.file = place / "films.jsonl"
        self._write(changed=False)
        self._servers = servers
        for server in servers:
            options = ["--kind", server.kind.name]
            options += ["--graph", server.graph] if server.graph else []
            self._run(["store", "add", server.kind.name, server.url, *options], server)

    def _write(self, *, changed: bool) -> None:
        FORMATS["jsonl"](self.file.parent, self._records, changed=changed)

    def steps(self) -> Iterator[Step]:
        """Go through all of it."""
        load = ["load", str(self.file)]
        yield self.step("first load", load)
        yield self.step("loaded again", load)
        for server in self._servers:
            to = ["--store", server.kind.name]
            yield self.step(f"first publication to {server.kind.name}", [*load, *to], server)
            yield self.step(f"check of {server.kind.name}", ["check", *to], server)
        self._write(changed=True)
        yield self.step("1% changed: load", load)
        for server in self._servers:
            to = ["--store", server.kind.name]
            yield self.step(f"1% changed: sent to {server.kind.name}", [*load, *to], server)

    def step(self, name: str, command: Iterable[str], server: Server | None = None) -> Step:
        """Run a command, and measure it."""
        wall, cpu = time.perf_counter(), cpu_of(server)
        try:
            cpu_s, peak_mb = self._run(command, server)
        except RuntimeError as error:  # the other steps are still worth something
            return Step(name, time.perf_counter() - wall, 0.0, 0.0, 0.0, error=str(error))
        wall_s = time.perf_counter() - wall
        ours = (name, wall_s, cpu_s, peak_mb, disk_mb(self._workspace))
        if server is None:
            return Step(*ours)
        return Step(*ours, cpu_of(server) - cpu, peak_of(server), disk_mb(server.folder))

    def _run(self, command: Iterable[str], server: Server | None = None) -> tuple[float, float]:
        """Run a command; give its CPU seconds, and its peak in MB.

        Raises:
            RuntimeError: it failed.
        """
        environment = os.environ | {"ETL_WORKSPACE": str(self._workspace)}
        if server is not None and server.user:
            environment |= {"ETL_STORE_USER": server.user, "ETL_STORE_PASSWORD": server.password}
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "etl", *command], env=environment, stdout=said, stderr=said
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                raise RuntimeError(said.read().decode())
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def printed(step: Step) -> str:
    """Lay a step out for people."""
    if step.error:
        return f"{step.name:40} {step.wall_s:8.1f} failed: {step.error}"
    text = f"{step.name:40} {step.wall_s:8.1f} {step.cpu_s:8.1f} {step.peak_mb:8,.0f} "
    text += f"{step.disk_mb:9,.0f}"
    if step.server_cpu_s is not None:
        text += (
            f" {step.server_cpu_s:10.1f} {step.server_peak_mb:8,.0f} {step.server_disk_mb:8,.0f}"
        )
    return text


HEAD = (
    f"{'':40} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'workspace':>9} {'server CPU':>10} "
    f"{'peak MB':>8} {'disk MB':>8}"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, step by step."""
    parser = argparse.ArgumentParser(prog="python -m bench.sizes", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--place", type=Path, help="the disk to work on, where /tmp is too small")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    Virtuoso.buffers, Virtuoso.most_rows = BUFFERS, MOST_ROWS
    kinds = [Oxigraph, Virtuoso] if shutil.which("virtuoso-t") else [Oxigraph]
    with tempfile.TemporaryDirectory(dir=options.place) as folder, ExitStack() as stack:
        place = Path(folder)
        servers = [stack.enter_context(started(kind, place / kind.__name__)) for kind in kinds]
        desk = Desk(place, options.records, servers)
        if not options.json:
            mb = desk.file.stat().st_size / 1e6
            print(f"{options.records:,} records, {mb:,.0f} MB of JSON Lines\n\n{HEAD}", flush=True)
        for step in desk.steps():
            print(json.dumps(asdict(step)) if options.json else printed(step), flush=True)


if __name__ == "__main__":
    main()
