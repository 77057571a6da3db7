"""The progress of a command: a bar on a terminal, after two seconds."""

from __future__ import annotations

import sys
import time
from typing import Self

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from etl.terminal import guard_talk, trusted

PATIENCE_S = 2.0


class _Rate(ProgressColumn):
    """How much of a stage is done in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class Meter:
    """Shows how far the stages of a command have come; silent when quiet or not on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._started = time.monotonic()
        self._console = Console(file=trusted(sys.stderr), soft_wrap=True)
        self._shown = not quiet and self._console.is_terminal
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, stage: str, done: int, total: int | None) -> None:
        """Say how much of a stage is done; `total` is None where that is not known."""
        if not self._shown or time.monotonic() - self._started < PATIENCE_S:
            return
        if self._bar is None:
            columns = (
                TextColumn("{task.description:>8}"),
                *(BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(compact=True)),
            )
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.start()
            guard_talk()  # the bar puts a stream of its own in the place of standard error
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(stage, total=total)
        self._bar.update(self._tasks[stage], completed=done, total=total)

    def say(self, holder: str) -> None:
        """Say who else holds the workspace."""
        if not self._quiet:
            click.echo(f"Waiting: the workspace is held by {holder or 'another process'}", err=True)
            sys.stderr.flush()
