"""A small file that names a generation, with a check value so that no flipped bit passes."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from etl.errors import WorkspaceError, cannot_read
from etl.workspace.generations import MEND, sync

_LONGEST = 9  # digits; more generations than that is damage


class Pointer:
    """A file such as `3 6dd28e9b`: the number of a generation, and the CRC-32 of its digits.

    An older version of us wrote the number alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def number(self) -> int | None:
        """Return the number in the file, or None where there is no file.

        Raises:
            WorkspaceError: the file is damaged, or may not be read.
        """
        try:
            text = self.path.read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise cannot_read(self.path, error) from error
        except IsADirectoryError as error:
            raise self._damaged("a folder") from error
        except UnicodeDecodeError as error:
            raise self._damaged("bytes that are no text") from error
        except OSError as error:
            raise WorkspaceError(f"{self.path}: damaged: {error.strerror}", hint=MEND) from error
        digits, _, check = text.partition(" ")
        number = int(digits) if digits.isdigit() and len(digits) <= _LONGEST else 0
        if number < 1 or (check and check != _check_value(digits)):
            raise self._damaged(repr(text[:20]))
        return number

    def _damaged(self, found: str) -> WorkspaceError:
        hint = f"move {self.path} away, then {MEND}" if self.path.is_dir() else MEND
        message = f"{self.path}: damaged: expected the number of a generation, found {found}"
        return WorkspaceError(message, hint=hint)

    def write(self, number: int) -> None:
        """Replace the file, all or nothing, and write that through to the disk."""
        replace(self.path, f"{number} {_check_value(str(number))}\n")


def replace(path: Path, text: str) -> None:
    """Replace a small text file, all or nothing, and write that through to the disk."""
    written = path.with_suffix(".new")
    with written.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    sync(path.parent)


def _check_value(digits: str) -> str:
    return f"{zlib.crc32(digits.encode()):08x}"
