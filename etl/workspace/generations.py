"""A generation on disk: catalog, store and search index, which belong together, and their list.

The list is written last, when all else is: a generation that has one is complete. By it every
command sees at once whether a file is missing or has another size, and `etl check` whether it
has another content.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from etl.errors import cannot_read
from etl.workspace.files import File, Listing, digest, is_file, of_content, of_size, unchecked

MEND = "run: etl rebuild"


class Made(msgspec.Struct, frozen=True):
    """What the graph of a generation was made by; an older version of us did not write that."""

    base_iri: str
    mapping: int


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
    def made(self) -> Made | None:
        """Return what its graph was made by, if the file that says so is what was written."""
        file = (self._listed() or {}).get(self._made.name)
        if file is None or of_content(self._made, file, {}):
            return None
        return msgspec.json.decode(self._made.read_bytes(), type=Made)

    def tell(self, made: Made) -> None:
        """Write down what its graph was made by."""
        self._made.write_bytes(msgspec.json.encode(made))

    @property
    def _made(self) -> Path:
        return self.path / "made.json"

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
            path.relative_to(self.path).as_posix(): File(status.st_size, sha256)
            for path in self._files()
            for status in [path.stat()]
            for sha256 in [known.get(status.st_ino) or digest(path)]
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
        return next((each for each in self._compared(of_size) if each.content), None)

    def index_missing(self) -> Damage | None:
        """Return the damage of the search index if it is missing or has another size.

        Raises:
            WorkspaceError: the file may not be read.
        """
        file = (self._listed() or {}).get(self.search.name)
        problem = of_size(self.search, file) if file else "missing"
        return Damage(self.search, problem, content=False) if problem else None

    def damages(self, digests: dict[int, str]) -> Iterator[Damage]:
        """Yield the damage of each file that has changed; this reads all files.

        An older version of us wrote no list, and nothing is known then. `digests` has the digests
        of files that were read before, by inode, and gets these.
        """
        if self.listing.exists() and not self.complete:
            yield Damage(self.listing, "damaged", content=False)
        yield from self._compared(lambda path, file: of_content(path, file, digests))

    def has_sound_catalog(self) -> bool:
        """Return whether the catalog is what was written, as far as that is known.

        Raises:
            WorkspaceError: the catalog may not be read.
        """
        file = (self._listed() or {}).get(self.catalog.name)
        if file is None:
            return is_file(self.catalog)
        return not of_content(self.catalog, file, {})

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
            return unchecked(text)
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
            if not is_file(self.catalog):
                yield Damage(self.catalog, "missing")
            if not self.store.is_dir():
                yield Damage(self.store, "missing")
        for name, file in listed.items():
            path = self.path / name
            if problem := compare(path, file):
                yield Damage(path, problem, content=path not in (self.search, self._made))
        for path in self._strangers():
            yield Damage(path, "is not a file of the workspace", remedy=f"move {path} away")

    def _strangers(self) -> Iterator[Path]:
        """Yield what lies beside catalog and store: a log would be taken for a part of them."""
        log = self.catalog.with_name(f"{self.catalog.name}.wal")
        if os.path.lexists(log):
            yield log


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
