"""Files where Spark reads and writes them: on a disk, in HDFS, in an object store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SCHEME = "^[a-z][a-z0-9+.-]*:(//|(?=/))"
"""How a URI begins, which a path on a disk does not; a pattern for Python and Spark."""


class FileSystems:
    """The file systems that a session knows, asked through the session's own Hadoop."""

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark.sparkContext._jvm
        self._configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def _at(self, path: str) -> tuple[Any, Any]:
        place = self._jvm.org.apache.hadoop.fs.Path(path)
        return place.getFileSystem(self._configuration), place

    def qualified(self, path: str) -> str:
        """Return a path as Hadoop has it, with scheme and host."""
        system, place = self._at(path)
        return str(system.makeQualified(place).toString())

    def exists(self, path: str) -> bool:
        """Return whether something lies there."""
        system, place = self._at(path)
        return bool(system.exists(place))

    def within(self, folder: str) -> list[str]:
        """List the paths of what lies in a folder, in order; of nothing, none."""
        system, place = self._at(folder)
        if not system.exists(place):
            return []
        return sorted(each.getPath().toString() for each in system.listStatus(place))

    def walk(self, path: str) -> list[tuple[str, int, int]]:
        """List the files below a folder by path, each with its size and time of change.

        A file lists itself, and a path where nothing lies lists nothing. Times are in milliseconds.
        """
        system, place = self._at(path)
        if not system.exists(place):
            return []
        found, remaining = list[tuple[str, int, int]](), system.listFiles(place, True)
        while remaining.hasNext():
            each = remaining.next()
            told = each.getPath().toString(), each.getLen(), each.getModificationTime()
            found.append(told)
        return sorted(found)

    def beginning(self, path: str, size: int) -> bytes:
        """Read so many bytes of a file, or all if it has fewer."""
        system, place = self._at(path)
        stream = system.open(place)
        try:
            return bytes(stream.readNBytes(size))
        finally:
            stream.close()

    def move(self, path: str, to: str) -> None:
        """Move a file or folder to where nothing lies yet."""
        system, place = self._at(path)
        if not system.rename(place, self._at(to)[1]):
            raise OSError(f"{path}: cannot be moved to {to}")
        self._forget_checksum(to)

    def remove(self, path: str) -> None:
        """Remove a file or a folder with all in it, if it is there."""
        system, place = self._at(path)
        system.delete(place, True)

    def write(self, path: str, text: str) -> None:
        """Write a small text, in the place of what was there."""
        system, place = self._at(path)
        stream = system.create(place, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
        self._forget_checksum(path)

    def _forget_checksum(self, path: str) -> None:
        """Remove the hidden file that Hadoop writes beside one on a disk."""
        folder, _, name = path.rpartition("/")
        self.remove(f"{folder}/.{name}.crc")

    def read(self, path: str) -> str:
        """Read a small text; of nothing, an empty one."""
        system, place = self._at(path)
        if not system.exists(place):
            return ""
        stream = system.open(place)
        try:
            data: bytes = self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream)
        finally:
            stream.close()
        return bytes(data).decode()
