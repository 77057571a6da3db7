"""A Spark session: on this machine, on the cluster of a master, or in a Spark that runs already."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import EtlError

if TYPE_CHECKING:
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

LOCAL = "local[*,4]"
"""The master of a load that names none: all cores of this machine, and four tries for each task."""

_LOGGING = Path(__file__).with_name("log4j2.properties")

# What Spark is asked for unless the user's own configuration says otherwise. A partition of a join
# that is twice the median is cut, and bodies of records are sent to Python a few megabytes at a
# time, however large each is.
_OF_A_PROCESS = {
    "spark.app.name": "reelgraph",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_OF_A_SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "2",
    "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "8MB",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "32MB",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(16 << 20),
}


@contextmanager
def session(master: str | None) -> Iterator[SparkSession]:
    """Open a session, and end Spark with it.

    In a process that has a session already, such as a notebook's, it is one beside that, on the
    same cluster whatever the master, and Spark goes on.

    Raises:
        EtlError: Spark or Java is not there, or the master does not answer.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EtlError(
            f"--engine spark: {error}", hint="install it: pip install 'reelgraph[spark]'"
        ) from error
    held = SparkSession.getActiveSession()
    try:
        spark = _beside(held) if held is not None else _started(SparkConf(), master)
    except (PySparkException, Py4JError) as error:
        raise EtlError(
            f"Spark does not start: {_first_line(error)}",
            hint="it needs Java 17 or later (JAVA_HOME), and a --master that answers",
        ) from error
    try:
        yield spark
    except (PySparkException, Py4JError) as error:
        raise EtlError(
            f"Spark has given up: {_first_line(error)}",
            hint="run the same command again: what is finished is kept",
        ) from error
    finally:
        if held is None:
            spark.stop()


def _started(configuration: SparkConf, master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    for name, value in (_OF_A_PROCESS | _OF_A_SESSION).items():
        configuration.setIfMissing(name, value)
    if master is not None:
        configuration.setMaster(master)
    configuration.setIfMissing("spark.master", LOCAL)
    return SparkSession.builder.config(conf=configuration).getOrCreate()


def _beside(held: SparkSession) -> SparkSession:
    """Open a session that is set as another is, with the tables of none."""
    own = held.newSession()
    for name, value in (_OF_A_SESSION | held.conf.getAll).items():
        if own.conf.isModifiable(name):
            own.conf.set(name, value)
    return own


def _first_line(error: Exception) -> str:
    """Return what Spark says, without its stack."""
    said = str(getattr(error, "java_exception", None) or error)
    return said.strip().partition("\n")[0][:500]
