"""Morph-KGC, an engine of others that runs YARRRML; it lives in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

PYTHON = Path(sys.prefix) / "morph-kgc" / "bin" / "python"
_CONFIGURATION = """\
[CONFIGURATION]
na_values =
number_of_processes = 1
logging_level = ERROR
[TABLE]
mappings = {}
"""
_RUN = """\
import os, sys
out = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # its database draws a bar of progress on the standard output where it takes long
import morph_kgc
for each in morph_kgc.materialize_set(sys.argv[1]):
    print(each, ".", file=out)
"""


def materialized(mapping: Path) -> set[Triple]:
    """Run a mapping in the working directory, and give its triples."""
    if not PYTHON.exists():
        reason = "no Morph-KGC: .ci/run installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    command = [str(PYTHON), "-c", _RUN, _CONFIGURATION.format(mapping)]
    done = subprocess.run(command, check=True, capture_output=True)
    return {quad.triple for quad in parse(done.stdout, format=RdfFormat.N_TRIPLES)}
