"""The command line: `etl`. Data goes to standard output, talk to standard error.

Each command imports what it needs when it runs, so that `etl --help` is quick.
"""

from __future__ import annotations

from typing import Any

import click

from etl.cli import (
    asking,
    changing,
    drafting,
    inspecting,
    linking,
    saved,
    serving,
    stores,
    validating,
)
from etl.cli.boundary import ReaderGone, boundary


class Main(click.Group):
    """All commands, within the boundary that turns errors into text."""

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run a command, and exit; nothing that it says steers a terminal."""
        with boundary():
            return super().main(*args, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is not Unicode before it gets anywhere."""
        for text in args:
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise click.UsageError(f"expected an argument in UTF-8, found {text!r}", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; click has an answer of its own to a reader who has gone."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reelgraph")
def main() -> None:
    """Turn film records into a schema.org knowledge graph that you can trust."""


for _room in (
    *(changing, drafting, validating, linking, inspecting),
    *(saved, asking, serving, stores),
):
    for _command in _room.COMMANDS:
        main.add_command(_command)
