"""Sources that lie where only Spark reads: `hdfs://…`, `s3a://…`.

The driver looks at the beginning of each file, in a folder that has files of the same names and
sizes, so formats and sets are recognised as on a disk. Tasks are given the files whole, by Spark.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from etl.errors import SourceError
from etl.operations.parsing import Read, Work
from etl.process.temporary import temporary_folder
from etl.sources.files import Source
from etl.spark.files import FileSystems

_BEGINNING = 1 << 20  # bytes of a file that the driver looks at
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")  # it looks at all of these


@dataclass(frozen=True, slots=True)
class Outline:
    """A folder with the beginnings of files that lie elsewhere; `uris` has where each lies.

    `roots` has where the outline of each source lies, by its URI.
    """

    folder: str
    uris: dict[str, str] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)

    def argument(self, files: FileSystems, uri: str) -> str:
        """Outline what a URI names, and return the path to look at in its stead.

        Raises:
            SourceError: it names nothing.
        """
        root = files.qualified(uri).rstrip("/")
        held = files.walk(root)
        if not held:
            raise SourceError(f"{uri}: no such file or folder", hint="check the address")
        top = os.path.join(self.folder, str(len(self.uris)), root.rpartition("/")[2])
        self.uris[top], self.roots[root] = root, top
        for found, size, changed_ms in held:
            place = Path(top + found.removeprefix(root))
            place.parent.mkdir(parents=True, exist_ok=True)
            whole = found.lower().endswith(_ARCHIVES)
            place.write_bytes(files.beginning(found, size if whole else _BEGINNING))
            os.truncate(place, size)
            os.utime(place, (changed_ms / 1000, changed_ms / 1000))
            self.uris[str(place)] = found
        return top

    def shown(self, source: Source) -> Source:
        """Return a source as people know it: by its URI."""
        uri = self.uris.get(source.root)
        if uri is None:
            return source
        name = source.name if source.named else uri
        return replace(source, name=name, root=uri)


NOTHING_ELSEWHERE = Outline("")
"""The outline of a load all of whose sources lie on disks."""


@contextmanager
def outlined(files: FileSystems, arguments: Sequence[str]) -> Iterator[tuple[Outline, list[str]]]:
    """Outline those of some arguments that are URIs; give all as paths to be looked at.

    Raises:
        SourceError: one names nothing.
    """
    with temporary_folder() as folder:
        outline = Outline(str(folder))
        yield (
            outline,
            [outline.argument(files, each) if "://" in each else each for each in arguments],
        )


def paths_of(work: Work) -> list[str]:
    """Return the files that a piece of work takes: its own, and those joined to them."""
    own = [path for found, _ in work.files for path in (found.path, *found.joined)]
    return own or list(work.source.paths)


def read_here(
    work: Work, contents: pa.Table, read: Callable[[Work, str], Iterator[Read]]
) -> Iterator[Read]:
    """Put the files of a piece of work onto this machine's disk, read them, and remove them.

    `read` is given the work, and where the root of its source would lie on the disk.
    """
    with temporary_folder() as folder:

        def place(path: str) -> str:
            return os.path.join(folder, path.lstrip("/"))

        for row in contents.select(["local", "content"]).to_pylist():
            os.makedirs(os.path.dirname(place(row["local"])), exist_ok=True)
            Path(place(row["local"])).write_bytes(row["content"])
        files = [
            (replace(f, path=place(f.path), joined=tuple(map(place, f.joined))), known)
            for f, known in work.files
        ]
        source = replace(work.source, paths=tuple(map(place, work.source.paths)))
        root = place(contents.column("root")[0].as_py())
        yield from read(work._replace(source=source, files=files), root)
