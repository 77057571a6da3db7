"""The command that lists and changes the settings of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from etl.cli.evidence import (
    contact_option,
    decisions_option,
    endpoint_option,
    language_option,
)
from etl.cli.grouping import Command, Option, OptionGroup, option
from etl.cli.options import (
    REPORT,
    jobs_option,
    memory_option,
    output_options,
    parameters,
    shape_timeout_option,
    timeout_setting,
    workspace_option,
    writes,
)
from etl.cli.saved import queries_option
from etl.cli.serving import proxies_option, rate_option
from etl.cli.session import write
from etl.errors import EtlError

_SETTABLE = (
    *(contact_option, decisions_option, endpoint_option, writes(REPORT), jobs_option),
    *(language_option, memory_option, proxies_option, queries_option, rate_option),
    *(shape_timeout_option, timeout_setting),
)
_ELSEWHERE = {
    "base-iri": "etl rebuild --base-iri IRI",
    "keep": "etl rebuild --keep N",
    "shapes": "etl load --shapes FILE, or etl rebuild --shapes FILE",
}
Row = tuple[str, str | None, str | None, str]


def _settings() -> dict[str, Option]:
    """Return the options whose values a workspace may hold, by their names."""
    found = {each.setting: each for each in parameters(*_SETTABLE) if each.settable}
    return dict(sorted(found.items()))


class _Settings(Command):
    """A command whose help lists the settings."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        with formatter.section("Settings"):
            formatter.write_dl([(name, each.help or "") for name, each in _settings().items()])


@click.command(cls=_Settings)
@click.argument("name", required=False)
@click.argument("value", required=False)
@option(
    "--unset",
    group=OptionGroup.CHOICE,
    metavar="NAME",
    help="Setting to remove from the workspace.",
)
@workspace_option
@output_options
def settings(
    name: str | None,
    value: str | None,
    unset: str | None,
    workspace: Path,
    format_name: str | None,
    output: Path | None,
) -> None:
    """List the settings of the workspace, or set NAME to VALUE.

    A setting has the name of the option that it stands for. An option takes its value from the
    command line, else from the environment (ETL_MEMORY for --memory), else from the workspace,
    else it has its default; the list names the origin of each value. The list also shows
    base-iri, keep and shapes, which are set by options of `etl rebuild`.
    """
    from etl.output import Rows
    from etl.workspace.remembered import remember

    ctx = click.get_current_context()
    if unset is not None and name is not None:
        raise click.UsageError("--unset and NAME exclude each other")
    if unset is not None:
        _check_name(unset)
        remember(workspace, unset, None)
    elif name is not None and value is not None:
        remember(workspace, name, _checked(ctx, name, value))
        _tell_overruled(ctx, name)
    else:
        rows = [*_rows(ctx, workspace)]
        if name is not None:
            _check_name(name, *_ELSEWHERE)
        chosen = [row for row in rows if name in (None, row[0])]
        write(Rows(("setting", "value", "default", "from"), chosen), format_name, output)


def _check_name(name: str, *further: str) -> None:
    known = [*_settings(), *further]
    if name in known:
        return
    if name in _ELSEWHERE:
        raise EtlError(f"{name} is not set here", hint=f"run: {_ELSEWHERE[name]}")
    raise EtlError(f"there is no setting {name!r}", hint=f"choose one of {', '.join(known)}")


def _checked(ctx: click.Context, name: str, value: str) -> str:
    """Return a value as it is remembered: checked as that of the option is, a path absolute.

    Raises:
        EtlError: there is no such setting, or it cannot have this value.
    """
    _check_name(name)
    setting = _settings()[name]
    try:
        setting.process_value(click.Context(ctx.command), value)
    except click.BadParameter as error:
        raise EtlError(f"{name}: {error.message}", hint=f"it means: {setting.help}") from error
    return str(Path(value).resolve()) if isinstance(setting.type, click.Path) else value


def _tell_overruled(ctx: click.Context, name: str) -> None:
    setting = _settings()[name]
    if setting.value_from_envvar(ctx) is not None:
        click.echo(f"Note: {setting.envvar} of the environment takes precedence", err=True)


def _rows(ctx: click.Context, workspace: Path) -> Iterator[Row]:
    """Yield each setting with its value, its default and where the value comes from."""
    from etl.workspace.remembered import remembered

    held = remembered(workspace)
    for name, setting in _settings().items():
        shown = setting.show_default
        default = shown if isinstance(shown, str) else str(setting.default) if shown else None
        given = setting.resolve_envvar_value(ctx)
        if given is not None:
            yield name, given, default, f"environment: {setting.envvar}"
        elif name in held:
            yield name, held[name], default, "workspace"
        else:
            yield name, default, default, "default"
    yield from _set_elsewhere(workspace)


def _set_elsewhere(workspace: Path) -> Iterator[Row]:
    """Yield what other commands set: the base IRI, the generations kept, shapes of the user's."""
    from etl.catalog.catalog import Catalog
    from etl.rdf.identifiers import Iris
    from etl.workspace import KEPT_GENERATIONS, Workspace

    held, base, shapes = Workspace(workspace), Iris().base, 0
    if generation := held.current():
        with Catalog.read(generation.catalog) as catalog:
            base, shapes = catalog.iris.base, catalog.settings.own_shapes.count("\n")
    yield _row("base-iri", base, Iris().base)
    yield _row("keep", str(held.kept()), str(KEPT_GENERATIONS))
    yield _row("shapes", f"{shapes} triples" if shapes else "none", "none")


def _row(name: str, value: str, default: str) -> Row:
    return name, value, default, "default" if value == default else "workspace"


COMMANDS = (settings,)
