"""What a source says of itself: its title, its licences, its page.

They stand in a file `datapackage.json` in the source's folder, or beside a source that is a file.

Source: Data Package (frictionlessdata.io), the properties `title`, `homepage` and `licenses`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from etl.records import Reject
from etl.sources.licences import is_web_address, licence_iri
from etl.sources.spelling import words

FILE = "datapackage.json"


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """A source's description of itself; each licence is an IRI, and missing parts are empty."""

    title: str = ""
    homepage: str = ""
    licences: tuple[str, ...] = ()

    def encode(self) -> str:
        """Turn it into the JSON text that the catalog keeps."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read back what `encode` wrote."""
        return msgspec.json.decode(text, type=cls)


UNDESCRIBED = SourceDescription()


@dataclass(frozen=True, slots=True)
class _License:
    name: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class _Package:
    title: str = ""
    homepage: str = ""
    licenses: tuple[_License, ...] = ()


def description_of(root: str) -> str:
    """Return where the description of a source lies, if it has one."""
    return os.path.join(root if os.path.isdir(root) else os.path.dirname(root), FILE)


def read_description(path: str) -> SourceDescription | Reject:
    """Read a description; an empty one if there is no file."""
    try:
        package = msgspec.json.decode(Path(path).read_bytes(), type=_Package)
    except (FileNotFoundError, NotADirectoryError):
        return UNDESCRIBED
    except OSError as error:
        return Reject(1, "", "a readable file", (error.strerror or str(error)).lower())
    except RecursionError:
        return Reject(1, "", "JSON", "objects nested too deep")
    except msgspec.ValidationError as error:
        return Reject(1, "", "a description as Data Package has it", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Reject(1, "", "JSON", str(error))
    licences = tuple(each.path or licence_iri(each.name) or each.name for each in package.licenses)
    for licence in licences:
        if not is_web_address(licence):
            found = licence or "neither name nor path"
            expected = "an SPDX name such as CC0-1.0, or a web address as path, of a licence"
            return Reject(1, "", expected, found)
    homepage = package.homepage if is_web_address(package.homepage) else ""
    return SourceDescription(words(package.title), homepage, licences)
