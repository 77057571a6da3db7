"""The folder that a load on Spark writes into: one load at a time, taken up where one was ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import EtlError
from etl.sources.files import reason
from etl.spark.files import SCHEME, FileSystems

_LOCK = ".lock"
_OURS = re.compile(
    r"\.lock|_work|_?(graph|provenance)(-\d+\.nt\.gz)?|manifest\.json|"
    r"quarantine|notes|counts|disputes|matches"
)
"""The names of what a load on Spark writes into its folder."""


class OutputFolder:
    """A folder on this machine's disk, or where a URI says; `path` is its address in Hadoop."""

    def __init__(self, files: FileSystems, path: str) -> None:
        self._files = files
        self._typed = path
        self.path = files.qualified(
            path if re.match(SCHEME, path) else f"file:{Path(path).absolute()}"
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other loads out of the folder, if it lies on a disk.

        Raises:
            EtlError: another load writes into it, or it cannot be made.
        """
        scheme, _, path = self.path.partition(":")
        if scheme != "file":
            yield
            return
        file = Path(path) / _LOCK
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(file)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise EtlError(
                f"{self._typed}: another load writes into this folder",
                hint="wait for that load, or name another folder with --output",
            ) from error
        except OSError as error:
            raise EtlError(f"{self._typed}: cannot be written: {reason(error)}") from error
        try:
            yield
        finally:
            file.unlink(
                missing_ok=True
            )  # while it is locked, so that no other holds this very file
            lock.release()

    def begin(self, plan: str) -> None:
        """Go on with the work of a load of this plan that was ended, or begin anew.

        Raises:
            EtlError: the folder holds a finished load, or what is not ours.
        """
        kept = f"{self.path}/_work/plan.json"
        if self._files.read(kept) == plan:
            return
        held = {each.rpartition("/")[2]: each for each in self._files.within(self.path)}
        foreign = [name for name in held if not _OURS.fullmatch(name)]
        if foreign or (held.keys() - {_LOCK, "_work"} and not self._files.exists(kept)):
            raise EtlError(
                f"{self._typed}: expected an empty folder", hint="name another with --output"
            )
        for name, path in held.items():
            if name != _LOCK:
                self._files.remove(path)
        self._files.write(kept, plan)
