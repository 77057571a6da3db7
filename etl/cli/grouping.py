"""Options that stand in groups in `--help`, and whose values a workspace may hold.

A value comes from the command line, else from the environment, else from the workspace.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from etl.errors import EtlError

WORKSPACE = "etl.workspace"  # where a command keeps which one it is about


class OptionGroup(Enum):
    """The groups of options, in the order of `--help`."""

    QUERY = "Query"
    SOURCES = "Sources"
    EVIDENCE = "Evidence"
    CHOICE = "Selection"
    VALIDATION = "Validation"
    SAFETY = "Safety"
    SERVER = "Server"
    PLACES = "Workspace and store"
    CLUSTER = "Cluster"
    LIMITS = "Limits"
    OUTPUT = "Output"
    OTHER = "Other options"


class Option(click.Option):
    """An option of a group; the environment or the workspace may hold one that is `settable`."""

    def __init__(
        self,
        *declared: Any,  # noqa: ANN401 - as click has it
        group: OptionGroup = OptionGroup.OTHER,
        settable: bool = False,
        **rest: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*declared, **rest)
        self.group = group
        self.settable = settable
        self.setting = max(self.opts, key=len).removeprefix("--")
        if settable:
            self.envvar = f"ETL_{self.setting.replace('-', '_').upper()}"

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        """Find the value where nothing but a default is given: in the workspace."""
        value, source = super().consume_value(ctx, opts)
        if self.settable and source is ParameterSource.DEFAULT and WORKSPACE in ctx.meta:
            from etl.workspace.remembered import remembered

            held = remembered(ctx.meta[WORKSPACE])
            if self.setting in held:
                return held[self.setting], ParameterSource.DEFAULT_MAP
        return value, source

    def process_value(self, ctx: click.Context, value: Any) -> Any:  # noqa: ANN401
        """Check the value; an error about one that the workspace holds says so.

        Raises:
            EtlError: the workspace holds a value that is not as it should be.
        """
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            if ctx.get_parameter_source(self.name or "") is not ParameterSource.DEFAULT_MAP:
                raise
            message = f"the setting {self.setting} of {ctx.meta[WORKSPACE]}: {error.message}"
            hint = f"run: etl settings {self.setting} VALUE, or etl settings --unset {self.setting}"
            raise EtlError(message, hint=hint) from error


def is_standing(ctx: click.Context, name: str) -> bool:
    """Return whether the value of a parameter is the environment's or the workspace's."""
    source = ctx.get_parameter_source(name)
    return source in (ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


def keep_workspace(ctx: click.Context, _: click.Parameter, path: Path) -> Path:
    """Let the options that follow know which workspace the command is about."""
    ctx.meta[WORKSPACE] = path
    return path


class Command(click.Command):
    """A command whose help shows the options in their groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of each group below its heading."""
        groups: dict[OptionGroup, list[tuple[str, str]]] = {group: [] for group in OptionGroup}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                groups[getattr(parameter, "group", OptionGroup.OTHER)].append(record)
        filled = {group: records for group, records in groups.items() if records}
        for group, records in filled.items():
            with formatter.section(group.value if len(filled) > 1 else "Options"):
                formatter.write_dl(records)


class Commands(click.Group, Command):
    """A group of commands, whose own options stand in their groups."""

    command_class = Command


option = partial(click.option, cls=Option)
command = partial(click.command, cls=Command)
