"""The Reconciliation API's own JSON Schemas and examples, which `.ci/run` lays beside the tests.

They come with the source of the PyPI package `datasette-reconcile` (0.6.0), whose folder `specs` is
the repository of the W3C community group that edits the API.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from thoroughness import THOROUGH

_FOLDER = Path(sys.prefix, "reconciliation-api", "0.2")


def specified(path: str) -> Path:
    """Find a part of the specification, or skip the test; on CI (`CI=true`) that is a failure."""
    if not _FOLDER.exists():
        reason = f"the specification of the Reconciliation API is absent: {_FOLDER} (see .ci/run)"
        if THOROUGH:
            pytest.fail(reason)
        pytest.skip(reason)
    return _FOLDER / path


def faults(name: str, document: Any) -> list[str]:
    """Return what one of the schemas has against a document."""
    files = specified("schemas").glob("*.json")
    schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in files}
    known: Registry[Any] = Registry().with_resources(
        (each["$id"], DRAFT7.create_resource(each)) for each in schemas.values()
    )
    found = Draft7Validator(schemas[name], registry=known).iter_errors(document)
    return [error.message for error in found]


def examples(path: str) -> list[Any]:
    """Return the examples in a folder, such as `manifest/valid`."""
    found = sorted(specified("examples").joinpath(path).glob("*.json"))
    return [json.loads(each.read_text("utf-8")) for each in found]
