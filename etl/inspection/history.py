"""The runs that made the graph, as a short table and in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etl.catalog.entries import Run
from etl.output.rows import Cell

COLUMNS = (
    *("run", "started", "seconds", "command", "sources"),
    *("records", "kept out", "films", "people", "generation", "undone by"),
)


def row(run: Run) -> tuple[Cell, ...]:
    """Return a run as a row of `COLUMNS`."""
    sources = run.report.get("sources", ())
    return (
        run.run,
        run.started,
        round(run.seconds, 2),
        run.command,
        ", ".join(map(_source, sources)),
        sum(source["loaded"] for source in sources),
        sum(source["rejected"] + source["quarantined"] for source in sources),
        _signed(run.report["films"]),
        _signed(run.report["people"]),
        run.report.get("generation"),
        run.undone_by,
    )


def _source(source: Mapping[str, Any]) -> str:
    files = source.get("files", 0)  # which older versions did not write down
    if not files:
        return str(source["label"])
    noun = "file" if files == 1 else "files"
    return f"{source['label']} ({files} {noun}, {source['bytes']} bytes)"


def _signed(diff: Mapping[str, int]) -> str:
    return f"+{diff['added']} ~{diff['changed']} -{diff['removed']}"


def document(run: Run, taken: Mapping[int, int]) -> dict[str, object]:
    """Say all about a run; `taken` has what each generation that is kept takes on the disk."""
    generation = run.report.get("generation")
    return {
        "run": run.run,
        "started": run.started.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "seconds": run.seconds,
        "command": run.command,
        "undoes": run.undoes,
        "undone_by": run.undone_by,
        "sources": run.report.get("sources", []),
        "films": run.report["films"],
        "people": run.report["people"],
        "redirects": run.report.get("redirects", 0),
        "generation": {
            "number": generation,
            "kept": generation in taken,
            "bytes": taken.get(generation or 0),
        },
    }
