"""The settings of a workspace: values of options, by their names."""

from __future__ import annotations

import json
from pathlib import Path

from etl.errors import WorkspaceError, cannot_read
from etl.workspace.entries import expect_entries, writable
from etl.workspace.pointer import replace

_FILE = "settings.json"


def remembered(workspace: Path) -> dict[str, str]:
    """Return the settings of a workspace, by their names; none where there is no workspace.

    Raises:
        WorkspaceError: the file is damaged, or may not be read.
    """
    path = workspace / _FILE
    try:
        held = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except IsADirectoryError:
        expect_entries(workspace)
        raise
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError:
        held = None
    if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
        hint = f"move {path} away, and set again what it held: etl settings NAME VALUE"
        raise WorkspaceError(f"{path}: damaged: expected an object of texts in JSON", hint=hint)
    return held


def remember(workspace: Path, name: str, value: str | None) -> None:
    """Set a setting; a value of None takes it away.

    Raises:
        WorkspaceError: the file is damaged, or may not be written.
    """
    before = remembered(workspace)
    held = {key: kept for key, kept in before.items() if key != name}
    if value is not None:
        held[name] = value
    if held == before:
        return
    expect_entries(workspace)
    with writable(workspace):
        workspace.mkdir(parents=True, exist_ok=True)
        replace(workspace / _FILE, json.dumps(held, indent=2, sort_keys=True) + "\n")
