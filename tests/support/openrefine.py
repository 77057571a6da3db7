"""OpenRefine, of the Debian package `openrefine`: started here, and asked as its pages ask it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from servers import Server
from thoroughness import THOROUGH

_HOME = Path("/usr/share/openrefine")
_ENGINE = json.dumps({"facets": [], "mode": "row-based"})  # all rows


class OpenRefine(Server):
    """OpenRefine in a folder of its own, without a window."""

    def command(self) -> list[str]:
        settings = {
            "user.home": self.folder.resolve(),
            "refine.data_dir": self.folder.resolve() / "projects",
            "refine.webapp": _HOME / "webapp",
            "refine.headless": "true",
            "refine.port": self.port,
            **dict.fromkeys(("refine.interface", "refine.host"), "127.0.0.1"),
        }
        properties = [f"-D{name}={value}" for name, value in settings.items()]
        options = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", f"{_HOME}/server/*"]
        return [_java(), *options, *properties, "com.google.refine.Refine"]


def _java() -> str:
    """Find what runs OpenRefine, or skip the test; on CI (`CI=true`) its absence is a failure."""
    program = shutil.which("java")
    if program is None or not (_HOME / "server").exists():
        reason = "OpenRefine is absent: apt-get install openrefine"
        if THOROUGH:
            pytest.fail(reason)
        pytest.skip(reason)
    return program


class Project:
    """A table in OpenRefine, whose columns are matched with a service; `client` asks OpenRefine."""

    def __init__(self, client: httpx.Client, table: Sequence[Sequence[str]], service: str) -> None:
        self._client = client
        self._columns = list(table[0])
        self._service = service
        self._manifest = httpx.get(service, trust_env=False).json()
        self._spaces = {key: self._manifest[key] for key in ("identifierSpace", "schemaSpace")}
        text = io.StringIO()
        csv.writer(text).writerows(table)
        options = {"separator": ",", "guessCellValueTypes": False}
        form = {"format": "text/line-based/*sv", "options": json.dumps(options)}
        made = self._client.post(
            "create-project-from-upload",
            params=self._token(),
            data=form | {"project-name": "films"},
            files={"project-file": ("films.csv", text.getvalue().encode())},
        )
        self.number = {"project": made.headers["location"].rpartition("=")[2]}

    def _token(self) -> dict[str, str]:
        return {"csrf_token": self._client.get("get-csrf-token").json()["token"]}

    def _posted(self, command: str, **given: object) -> httpx.Response:
        """Run a command, and wait until what it has begun is done."""
        form = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in given.items()
        }
        form |= self._token() | {"engine": _ENGINE}
        answer = self._client.post(command, params=self.number, data=form).raise_for_status()
        while self._got("get-processes")["processes"]:
            time.sleep(0.05)
        return answer

    def _got(self, command: str, **given: int) -> Any:
        return self._client.get(command, params={**self.number, **given}).json()

    def guessed(self, column: str) -> list[str]:
        """Return the types that the cells of a column seem to have, the likeliest first."""
        told = self._posted("guess-types-of-column", columnName=column, service=self._service)
        return [each["id"] for each in told.json()["types"]]

    def match(self, column: str, kind: str, **details: str) -> list[tuple[str, list[str]]]:
        """Match a column; return of each row what it is matched with, and its candidates.

        `details` name the columns that tell of properties.
        """
        config = {
            "mode": "standard-service",
            "service": self._service,
            **self._spaces,
            "type": next(each for each in self._manifest["defaultTypes"] if each["id"] == kind),
            "autoMatch": True,
            "limit": 0,
            "columnDetails": [
                {"column": name, "property": {"id": pid, "name": pid}}
                for pid, name in details.items()
            ],
        }
        self._posted("reconcile", columnName=column, config=config)
        told, place = self._got("get-rows", start=0, limit=1000), self._columns.index(column)
        cells = [row["cells"][place] or {} for row in told["rows"]]
        recons = [told["pool"]["recons"].get(str(cell.get("r")), {}) for cell in cells]
        return [
            (recon.get("m", {}).get("id", ""), [each["id"] for each in recon.get("c", ())])
            for recon in recons
        ]

    def extend(self, column: str, *properties: str) -> list[dict[str, str]]:
        """Fill new columns from the graph beside one that is matched; return the whole table."""
        self._posted(
            "extend-data",
            columnName=column,
            baseColumnName=column,
            endpoint=self._service,
            **self._spaces,
            extension={"properties": [{"id": pid, "name": pid} for pid in properties]},
            columnInsertIndex=str(len(self._columns)),
        )
        written = self._posted("export-rows", format="csv").text
        return list(csv.DictReader(io.StringIO(written)))
