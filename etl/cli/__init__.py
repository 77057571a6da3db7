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
    settings,
    sources,
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
        """Refuse arguments that are not Unicode."""
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands below headings, in the order in which they are met."""
        del ctx
        for heading, rooms in _ROOMS.items():
            listed = [each for room in rooms for each in room.COMMANDS]
            with formatter.section(heading):
                formatter.write_dl([(c.name or "", c.get_short_help_str(_WHOLE)) for c in listed])


_WHOLE = 200  # characters, which no first sentence of a command has
_ROOMS = {
    "Change the graph": (changing, drafting),
    "Ask the graph": (saved, asking, serving),
    "Link": (linking,),
    "Check": (validating, sources, inspecting),
    "Set up": (settings, stores),
}


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reelgraph")
def main() -> None:
    """Turn film records into a schema.org knowledge graph that you can trust."""


for _rooms in _ROOMS.values():
    for _room in _rooms:
        for _command in _room.COMMANDS:
            main.add_command(_command)
