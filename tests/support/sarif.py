"""The part of SARIF 2.1.0's JSON schema that our logs use, and what holds them against it.

Source: sarif-schema-2.1.0.json, definitions of the objects named here; each of them allows no
property that it does not list. Properties that we never write are left out.
"""

from __future__ import annotations

import re
from typing import Any

# Object → property → what its value is; "!" marks what has to be there.
OBJECTS: dict[str, dict[str, str]] = {
    "log": {"$schema": "uri", "version!": "=2.1.0", "runs!": "[run]"},
    "run": {"tool!": "tool", "columnKind": "=unicodeCodePoints", "results": "[result]"},
    "tool": {"driver!": "toolComponent"},
    "toolComponent": {
        "name!": "text",
        "semanticVersion": "text",
        "informationUri": "uri",
        "rules": "{reportingDescriptor}",
    },
    "reportingDescriptor": {
        "id!": "text",
        "shortDescription": "multiformatMessageString",
        "defaultConfiguration": "reportingConfiguration",
    },
    "multiformatMessageString": {"text!": "text"},
    "reportingConfiguration": {"level": "level"},
    "result": {
        "ruleId": "text",
        "ruleIndex": "index",
        "level": "level",
        "message!": "message",
        "locations": "[location]",
        "properties": "propertyBag",
    },
    "message": {"text": "text"},
    "location": {"physicalLocation": "physicalLocation", "logicalLocations": "{logicalLocation}"},
    "physicalLocation": {"artifactLocation": "artifactLocation", "region": "region"},
    "artifactLocation": {"uri": "uri"},
    "region": {"startLine": "line"},
    "logicalLocation": {"fullyQualifiedName": "text"},
}
URI = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?[\w\-./%~!$&'()*+,;=@?#]*", re.ASCII)


def check(log: Any) -> None:
    """Hold a log against the schema, and its results against the rules that they name."""
    _check(log, "log", "log")
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def _check(value: Any, kind: str, where: str) -> None:
    match kind[0], kind.strip("[]{}"):
        case "[" | "{", each:
            assert isinstance(value, list), where
            for number, item in enumerate(value):
                _check(item, each, f"{where}[{number}]")
                assert kind[0] == "[" or item not in value[:number], f"{where} repeats itself"
        case "=", _:
            assert value == kind[1:], where
        case _, "text":
            assert isinstance(value, str) and value, where
        case _, "uri":
            assert URI.fullmatch(value) and re.search("%(?![0-9A-F]{2})", value) is None, where
        case _, "level":
            assert value in ("none", "note", "warning", "error"), where
        case _, "index":
            assert isinstance(value, int) and value >= -1, where
        case _, "line":
            assert isinstance(value, int) and value >= 1, where
        case _, "propertyBag":
            assert isinstance(value, dict), where
        case _, name:
            _check_object(value, OBJECTS[name], where)


def _check_object(value: Any, properties: dict[str, str], where: str) -> None:
    known = {name.rstrip("!"): kind for name, kind in properties.items()}
    required = {name.rstrip("!") for name in properties if name.endswith("!")}
    assert required <= value.keys() <= known.keys(), where
    for name, item in value.items():
        _check(item, known[name], f"{where}.{name}")
