"""The command line: `etl`. Data goes to standard output, talk to standard error.

Each command imports what it needs when it runs, so that `etl --help` is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from etl.cli import asking, changing, inspecting, linking, stores, validating
from etl.cli.options import CUT_OFF, NOT_DONE
from etl.errors import EtlError
from etl.terminal import harmless_streams, on_one_line


class Main(click.Group):
    """The one place where an `EtlError` becomes text: a line, and a hint."""

    def main(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - click's own signature
        """Run the program; nothing that it says steers a terminal."""
        with harmless_streams():
            return super().main(*args, **options)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is not Unicode before it gets anywhere."""
        for text in args:
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise click.UsageError(f"expected an argument in UTF-8, found {text!r}", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            with _flushed():
                return super().invoke(ctx)
        except EtlError as error:
            click.echo(f"Error: {on_one_line(str(error))}", err=True)
            if error.hint:
                click.echo(f"Hint: {on_one_line(error.hint)}", err=True)
            ctx.exit(NOT_DONE)
        except BrokenPipeError:  # `etl export | head` ends quietly
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(CUT_OFF)


@contextmanager
def _flushed() -> Iterator[None]:
    """See to it that a reader who has gone is noticed here."""
    try:
        yield
    finally:
        sys.stdout.flush()


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reelgraph")
def main() -> None:
    """Turn film records into a schema.org knowledge graph that you can trust."""


for _room in (changing, validating, linking, inspecting, asking, stores):
    for _command in _room.COMMANDS:
        main.add_command(_command)
