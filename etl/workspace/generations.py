"""A generation on disk: catalog, store and search index, which belong together, and their list.

The list is written last, when all else is: a generation that has one is complete. By it every
command sees at once whether a file is missing or has another size, and `etl check` whether it
has another content.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from etl.errors import cannot_read

MEND = "run: etl rebuild"


class File(msgspec.Struct, frozen=True):
    """The size and digest of a generation's file when it was written."""

    size: int
    sha256: str


class Listing(msgspec.Struct, frozen=True):
    """The files of a generation by their path in it, and the SHA-256 of that list itself.

    An older version of us wrote the list alone.
    """

    files: Mapping[str, File]
    check: str

    @classmethod
    def of(cls, files: Mapping[str, File]) -> Listing:
        """Return the listing of some files."""
        return cls(files, hashlib.sha256(msgspec.json.encode(files)).hexdigest())

    @property
    def sound(self) -> bool:
        """Return whether the list is what was written."""
        return self == Listing.of(self.files)


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with an entry of the workspace; `content` if it is one of catalog or store.

    `remedy` says what mends it.
    """

    path: Path
    problem: str
    content: bool = True
    remedy: str = MEND

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of catalog, store and search index."""

    number: int
    path: Path

    @property
    def catalog(self) -> Path:
        """Return where the catalog lies."""
        return self.path / "catalog.duckdb"

    @property
    def store(self) -> Path:
        """Return where the embedded store lies."""
        return self.path / "store"

    @property
    def search(self) -> Path:
        """Return where the search index lies; without it, all else can be read."""
        return self.path / "search.sqlite"

    @property
    def listing(self) -> Path:
        """Return where the list of its files lies."""
        return self.path / "files.json"

    @property
    def complete(self) -> bool:
        """Return whether all of it was written."""
        return self._listed() is not None

    def seal(self, before: Generation | None) -> None:
        """Write down the list of its files, and all of it through to the disk.

        Files that it shares with the generation before it were digested then.
        """
        known = before._digests() if before else {}
        files = {
            path.relative_to(self.path).as_posix(): File(status.st_size, digest)
            for path in self._files()
            for status in [path.stat()]
            for digest in [known.get(status.st_ino) or _digest(path)]
        }
        written = self.listing.with_suffix(".new")
        written.write_bytes(msgspec.json.format(msgspec.json.encode(Listing.of(files))))
        written.rename(self.listing)
        _sync_tree(self.path)

    def missing(self) -> Damage | None:
        """Return the damage of the first file that is missing or has another size.

        Raises:
            WorkspaceError: the files may not be read.
        """
        return next((each for each in self._compared(_of_size) if each.content), None)

    def index_missing(self) -> Damage | None:
        """Return the damage of the search index if it is missing or has another size.

        Raises:
            WorkspaceError: the file may not be read.
        """
        file = (self._listed() or {}).get(self.search.name)
        problem = _of_size(self.search, file) if file else "missing"
        return Damage(self.search, problem, content=False) if problem else None

    def damages(self, digests: dict[int, str]) -> Iterator[Damage]:
        """Yield the damage of each file that has changed; this reads all files.

        An older version of us wrote no list, and nothing is known then. `digests` has the digests
        of files that were read before, by inode, and gets these.
        """
        if self.listing.exists() and not self.complete:
            yield Damage(self.listing, "damaged", content=False)
        yield from self._compared(lambda path, file: _of_content(path, file, digests))

    def has_sound_catalog(self) -> bool:
        """Return whether the catalog is what was written, as far as that is known.

        Raises:
            WorkspaceError: the catalog may not be read.
        """
        file = (self._listed() or {}).get(self.catalog.name)
        if file is None:
            return _is_file(self.catalog)
        return not _of_content(self.catalog, file, {})

    def has_sound_store(self) -> bool:
        """Return whether the store is what was written, as far as that is known."""
        wrong = [damage.path for damage in self.damages({})]
        return not any(path.is_relative_to(self.store) for path in wrong)

    def sizes(self) -> dict[int, int]:
        """Return what its files take on the disk, by inode: generations share files."""
        statuses = [path.stat() for path in self._files()]
        return {status.st_ino: status.st_size for status in statuses}

    def _files(self) -> Iterator[Path]:
        for folder, _, names in os.walk(self.path):
            yield from (Path(folder, name) for name in sorted(names) if name != self.listing.name)

    def _listed(self) -> Mapping[str, File] | None:
        try:
            text = self.listing.read_bytes()
        except PermissionError as error:
            raise cannot_read(self.listing, error) from error
        except OSError:
            return None
        try:
            listing = msgspec.json.decode(text, type=Listing)
        except msgspec.DecodeError:
            return _unchecked(text)
        return listing.files if listing.sound else None

    def _digests(self) -> dict[int, str]:
        digests = {}
        for name, file in (self._listed() or {}).items():
            path = self.path / name
            if path.is_file():
                digests[path.stat().st_ino] = file.sha256
        return digests

    def _compared(self, compare: Callable[[Path, File], str]) -> Iterator[Damage]:
        listed = self._listed()
        if listed is None:  # what there has to be at least
            listed = {}
            if not _is_file(self.catalog):
                yield Damage(self.catalog, "missing")
            if not self.store.is_dir():
                yield Damage(self.store, "missing")
        for name, file in listed.items():
            path = self.path / name
            if problem := compare(path, file):
                yield Damage(path, problem, content=path != self.search)
        for path in self._strangers():
            yield Damage(path, "is not a file of the workspace", remedy=f"move {path} away")

    def _strangers(self) -> Iterator[Path]:
        """Yield what lies beside catalog and store: a log would be taken for a part of them."""
        log = self.catalog.with_name(f"{self.catalog.name}.wal")
        if os.path.lexists(log):
            yield log


def _unchecked(text: bytes) -> Mapping[str, File] | None:
    """Read a list of files that an older version wrote."""
    try:
        return msgspec.json.decode(text, type=dict[str, File])
    except msgspec.DecodeError:
        return None


def _is_file(path: Path) -> bool:
    status = _status(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def _status(path: Path) -> os.stat_result | None:
    """Look at a file that may be missing.

    Raises:
        WorkspaceError: it may not be looked at.
    """
    try:
        return path.stat()
    except PermissionError as error:
        raise cannot_read(path, error) from error
    except OSError:
        return None


def _of_size(path: Path, file: File) -> str:
    status = _status(path)
    if status is None:
        return "missing"
    if not stat.S_ISREG(status.st_mode):
        return "damaged (not a file)"
    size = status.st_size
    return "" if size == file.size else f"damaged ({size} bytes, not {file.size})"


def _of_content(path: Path, file: File, digests: dict[int, str]) -> str:
    if problem := _of_size(path, file):
        return problem
    try:
        inode = path.stat().st_ino
        if inode not in digests:
            digests[inode] = _digest(path)
    except PermissionError as error:
        raise cannot_read(path, error) from error
    except OSError as error:
        return f"damaged ({(error.strerror or str(error)).lower()})"
    return "" if digests[inode] == file.sha256 else "damaged (its content has changed)"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have the system write a file or a folder's entries through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(path: Path) -> None:
    for folder, _, names in os.walk(path):
        for name in names:
            sync(Path(folder, name))
        sync(Path(folder))
    sync(path.parent)
