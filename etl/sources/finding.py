"""Find the files of a source: in folders, and in archives."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl.sources.description import FILE
from etl.sources.files import FoundFile, Source, bare, reason, relative, seen, stat_of
from etl.sources.packed import Unpacking, is_archive, members

# Files that tell people about a folder, and are no data of it.
_DOCUMENTS = re.compile(r"(?i:readme|licen[cs]e|copying|notice|authors|citation|changelog)(\.\w+)?")


def find(source: Source, suffixes: Sequence[str], unpacking: Unpacking) -> Iterator[FoundFile]:
    """Find the files of a source, in order of path, those of archives included.

    In a folder or an archive, those without our suffix are apart.
    """
    looking = _Looking(source.root, tuple(suffixes), unpacking)
    for path in source.paths:
        if os.path.isdir(path):
            yield from looking.walk(path)
        elif is_archive(path):
            yield from looking.into(path)
        elif archive := _archive_above(path):
            inside = looking.into(archive)
            yield from (each for each in inside if each.relative == relative(path, source.root))
        else:
            yield _found(path, source.root)


def _archive_above(path: str) -> str:
    """Return the archive that a path leads into; empty where it leads into none."""
    if os.path.lexists(path):
        return ""
    above = next((each for each in Path(path).parents if each.exists()), None)
    return str(above) if above and above.is_file() and is_archive(str(above)) else ""


@dataclass(frozen=True, slots=True)
class _Looking:
    """A look through folders and archives below a root."""

    root: str
    suffixes: tuple[str, ...]
    unpacking: Unpacking

    def walk(self, folder: str) -> Iterator[FoundFile]:
        """Find what a folder holds."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            problem = f"a folder that cannot be opened ({reason(error)})"
            yield FoundFile(folder, relative(folder, self.root), problem=problem)
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and _is_workspace(entry.path):
                continue
            if not is_folder and not bare(entry.name).endswith(self.suffixes):
                if entry.is_file() and is_archive(entry.path):
                    yield from self.into(entry.path)
                elif not is_document(entry.path):
                    path = entry.path
                    yield FoundFile(path, relative(path, self.root), stat_of(path), other=True)
            elif not _is_unicode(entry.name):
                yield _misnamed(entry.path, self.root)
            elif is_folder:
                yield from self.walk(entry.path)
            else:
                yield _found(entry.path, self.root, regular=True)

    def into(self, archive: str) -> Iterator[FoundFile]:
        """Find what an archive holds."""
        try:
            status, held = seen(os.stat(archive)), members(archive)
        except OSError as error:
            yield FoundFile(archive, relative(archive, self.root), problem=reason(error))
            return
        for member in held:
            path = os.path.join(archive, member.name)
            other = not bare(member.name).endswith(self.suffixes)
            if not _is_unicode(member.name):
                yield _misnamed(path, self.root)
            elif not (other and is_document(member.name)):
                yield FoundFile(
                    self.unpacking.place(archive, member.name),
                    relative(path, self.root),
                    replace(status, size=member.size),
                    other=other,
                    archive=archive,
                )


def _misnamed(path: str, root: str) -> FoundFile:
    name = os.fsencode(relative(path, root)).decode("utf-8", "backslashreplace")
    return FoundFile(path, name, problem="a name that is not UTF-8")


def is_document(path: str) -> bool:
    """Return whether a file that is no record tells about those beside it, as a `README` does."""
    name = os.path.basename(path).removesuffix(".gz")
    return name == FILE or bool(_DOCUMENTS.fullmatch(name))


def _is_workspace(folder: str) -> bool:
    """Return whether a folder is a workspace of ours, which holds no records."""
    return all(os.path.exists(os.path.join(folder, name)) for name in ("generations", "lock"))


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _found(path: str, root: str, *, regular: bool = False) -> FoundFile:
    """Look at a file. Where it has to be `regular`, a pipe is none: it may keep us waiting."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        problem = f"a link to nowhere ({os.readlink(path)})" if os.path.islink(path) else "no file"
        return FoundFile(path, relative(path, root), problem=problem)
    except OSError as error:
        return FoundFile(path, relative(path, root), problem=reason(error))
    if regular and not stat.S_ISREG(status.st_mode):
        return FoundFile(path, relative(path, root), problem="something that is no file")
    return FoundFile(path, relative(path, root), seen(status))
