"""Findings as SARIF, which editors and code hosts show as marks in the files.

Source: SARIF 2.1.0, sections 3.13 to 3.54.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias
from urllib.parse import quote

from etl.findings import Finding, Severity

Json: TypeAlias = Mapping[str, "Json"] | Sequence["Json"] | str | int

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# What no shape has found, by its severity.
_NO_SHAPE = {
    Severity.VIOLATION: "A record cannot be read.",
    Severity.WARNING: "No shape is about anything in a file.",
    Severity.INFO: "A record was repaired without guessing.",
}


def write_sarif(findings: Sequence[Finding], stream: BinaryIO) -> None:
    """Write a log of one run."""
    from importlib.metadata import version  # which takes a while

    rules: dict[str, Finding] = {}
    for finding in findings:
        rules.setdefault(finding.rule, finding)
    places = {rule: place for place, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "Reelgraph",
                "semanticVersion": version("reelgraph"),
                "rules": [_rule(rule, finding) for rule, finding in rules.items()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places) for finding in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(log, ensure_ascii=False, indent=2)
    stream.write(text.encode("utf-8", "backslashreplace") + b"\n")


def _rule(rule: str, example: Finding) -> Json:
    text = example.message if example.shape else _NO_SHAPE[example.severity]
    return {
        "id": rule,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[example.severity]},
    }


def _result(finding: Finding, places: Mapping[str, int]) -> Json:
    result: dict[str, Json] = {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.reason},
    }
    if location := _location(finding):
        result["locations"] = [location]
    details = {
        name: value
        for name, value in (
            ("kind", finding.kind),
            ("source", finding.source),
            ("field", finding.key),
            ("found", finding.found),
            ("component", finding.component),
            ("path", finding.path),
            ("value", finding.text),
            ("film", finding.film),
            ("title", finding.title),
        )
        if value
    }
    return {**result, "properties": details} if details else result


def _location(finding: Finding) -> dict[str, Json]:
    """Say where it is: in a file, at a node of the graph, or both.

    A file whose lines are not known is marked at its first one, since code hosts want a line.
    """
    location: dict[str, Json] = {}
    if finding.file:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(finding.file)},
            "region": {"startLine": finding.line or 1},
        }
    if finding.focus_node:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.focus_node}]
    return location


def _uri(path: str) -> str:
    """Return a path as a URI: relative to the working directory where it lies below it."""
    if os.path.isabs(path):
        return Path(path).as_uri()
    return quote(Path(path).as_posix())
