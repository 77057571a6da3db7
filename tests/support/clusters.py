"""Apache Spark as tests use it: a load beside this process, on this machine or a small cluster."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from servers import free_port

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = """\
spark.sql.shuffle.partitions 4
spark.driver.memory 1g
spark.executor.memory 700m
spark.executor.cores 1
"""


def spark_or_skip() -> Path:
    """Return where Spark lies; without it or Java the test is skipped, and fails on CI."""
    found = importlib.util.find_spec("pyspark")
    if found and found.origin and shutil.which("java"):
        return Path(found.origin).parent
    reason = "Spark is absent: pip install 'reelgraph[spark]', and Java 17"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def environment(folder: Path, more: str = "") -> dict[str, str]:
    """Return the environment in which Spark keeps to loopback, and to small tables.

    `more` are lines of `spark-defaults.conf`.
    """
    settings = folder / "spark-settings"
    settings.mkdir(exist_ok=True)
    (settings / "spark-defaults.conf").write_text(_SETTINGS + more)
    own = {"SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1"}
    return os.environ | own | {"PYSPARK_PYTHON": sys.executable, "COLUMNS": "200"}


@contextmanager
def held_session(folder: Path) -> Iterator[SparkSession]:
    """Keep a session in this process, as a notebook does: its second load takes half the time."""
    from pyspark.sql import SparkSession

    from etl.spark.session import session

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        with session(None) as spark:
            yield spark
            assert not spark.sparkContext._jsc.sc().isStopped()
    assert SparkSession.getActiveSession() is None


def started(folder: Path, *typed: object) -> subprocess.Popen[str]:
    """Start `etl load --engine spark` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "etl", "load", "--engine", "spark", *map(str, typed)],
        env=environment(folder),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def loaded(folder: Path, *typed: object) -> tuple[int, str, str]:
    """Load on Spark; return the exit code, the data and the talk."""
    process = started(folder, *typed)
    data, talk = process.communicate(timeout=900)
    return process.returncode, data, talk


class Cluster:
    """A master and two workers on loopback, each a process of ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spark = spark_or_skip()
        self.port = free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []

    def _start(self, *command: object) -> subprocess.Popen[bytes]:
        with (self._folder / "cluster.log").open("ab") as log:
            return subprocess.Popen(
                [self._spark / "bin" / "spark-class", *map(str, command)],
                env=environment(self._folder),
                stdout=log,
                stderr=log,
            )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it, until both workers are at hand."""
        package, host = "org.apache.spark.deploy", ("--host", "127.0.0.1")
        ports = ("--port", self.port, "--webui-port", free_port())
        master = self._start(f"{package}.master.Master", *host, *ports)
        try:
            for number in range(2):
                limits = ("--cores", 1, "--memory", "1g", "--webui-port", 0)
                work = ("--work-dir", self._folder / f"worker-{number}", self.url)
                self.workers.append(self._start(f"{package}.worker.Worker", *host, *limits, *work))
            self._wait()
            yield
        finally:
            for process in (*self.workers, master):
                process.kill()
                process.wait()

    def _wait(self) -> None:
        log = self._folder / "cluster.log"
        for _ in range(1200):
            if log.read_text().count("Successfully registered with master") == 2:
                return
            time.sleep(0.1)
        raise AssertionError(log.read_text())
