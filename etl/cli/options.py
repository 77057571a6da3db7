"""Options that commands share, and their exit codes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from etl.cli.grouping import Option, OptionGroup, is_standing, keep_workspace, option
from etl.errors import EtlError

DONE, DATA_SAY_NO, NOT_DONE = 0, 1, 2
CUT_OFF = 141  # nobody reads on: what a shell gives for a program that SIGPIPE ended

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Number(click.FloatRange):
    """A number, and what an error calls it."""

    name = "number"


class Whole(click.IntRange):
    """A whole number, and what an error calls it."""

    name = "whole number"


workspace_option = option(
    "--workspace",
    group=OptionGroup.PLACES,
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".etl"),
    envvar="ETL_WORKSPACE",
    show_default=True,
    show_envvar=True,
    is_eager=True,
    callback=keep_workspace,
    help="Folder of the workspace, which holds catalog and graph.",
)
store_option = option(
    "--store",
    group=OptionGroup.PLACES,
    metavar="NAME|URL",
    envvar="ETL_STORE",
    show_envvar=True,
    help="SPARQL server, by its name in 'etl store list' or its URL.",
)
dry_run_option = option(
    "--dry-run",
    group=OptionGroup.SAFETY,
    is_flag=True,
    help="Change nothing; print the triples that would leave (-) and enter (+).",
)
shapes_option = option(
    "--shapes",
    group=OptionGroup.VALIDATION,
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="More shapes, a Turtle file or a folder; may be given several times.",
)
columns_option = option(
    "--columns",
    group=OptionGroup.SOURCES,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Column map for tables; 'etl columns FILE' drafts one.",
)
as_option = option(
    "--as",
    "format_of_tables",
    group=OptionGroup.SOURCES,
    metavar="FORMAT",
    help="Known format of the tables, such as netflix_titles; auto: recognise it.",
)
# Where a command keeps the values of options that are not its own arguments.
SHAPE_TIMEOUT, TIMEOUT, MEMORY = "etl.shape_timeout", "etl.timeout", "etl.memory"


def _keep(key: str) -> Callable[[click.Context, click.Parameter, float | None], None]:
    def keep(context: click.Context, parameter: click.Parameter, value: float | None) -> None:
        if value is not None and not math.isfinite(value):
            raise click.BadParameter(f"'{value}' is not a valid number.", context, parameter)
        context.meta[key] = value

    return keep


def parameters(*options: Callable[[Any], Any]) -> list[Option]:
    """Return the parameters that some options add to a command."""
    standing_in = click.Command("")
    for each in options:
        each(standing_in)
    return [each for each in standing_in.params if isinstance(each, Option)]


def read_elsewhere(context: click.Context, added: Callable[[Any], Any]) -> None:
    """Give a command the value of an option that it lacks: the environment's or the workspace's."""
    for parameter in parameters(added):
        parameter.handle_parse_result(context, {}, [])


def _limit_option(
    name: str, key: str, otherwise: str, text: str, *, above: bool = False, metavar: str = "SECONDS"
) -> Callable[[_Command], _Command]:
    """Add a limit, at least 0 or above it; a command keeps it by a key. It defaults `otherwise`."""
    return option(
        f"--{name}",
        group=OptionGroup.LIMITS,
        settable=True,
        type=Number(min=0, min_open=above),
        metavar=metavar,
        show_default=otherwise,
        expose_value=False,
        callback=_keep(key),
        help=f"{text}." if above else f"{text} (0: no limit).",
    )


shape_timeout_option = _limit_option(
    *("shape-timeout", SHAPE_TIMEOUT, "20"),
    "Time for one pattern or query of a shape on one node",
    above=True,
)
memory_option = _limit_option(
    *("memory", MEMORY, "half of the machine's memory"),
    "Memory that a command may take, in megabytes",
    metavar="MB",
)
changing_memory_option = _limit_option(
    *("memory", MEMORY, "1500, or half of the machine's memory if that is less"),
    "Memory that comparing records may take, in megabytes",
    metavar="MB",
)
query_timeout_option = _limit_option(
    "timeout", TIMEOUT, "60", "Time that a query may take until its first solution"
)
file_timeout_option = _limit_option(
    "timeout", TIMEOUT, "5, and 1 for each megabyte", "Time that reading a file of RDF may take"
)
timeout_setting = _limit_option(
    *("timeout", TIMEOUT, "60, of a file 5"),
    "Time that a query may take until its first solution, or reading a file of RDF",
)
serving_timeout_option = _limit_option(
    "timeout", TIMEOUT, "10", "Time for the whole answer to a query", above=True
)
serving_memory_option = _limit_option(
    "memory", MEMORY, "1000", "Memory that a query may take, in megabytes", metavar="MB"
)
jobs_option = option(
    "--jobs",
    group=OptionGroup.LIMITS,
    settable=True,
    type=Whole(0),
    metavar="N",
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    help="Processes that help with a large load (0: none).",
)
json_option = option(
    "-f",
    "--format",
    "format_name",
    group=OptionGroup.OUTPUT,
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON object.",
)
quiet_option = option(
    "-q", "--quiet", group=OptionGroup.OUTPUT, is_flag=True, help="Print errors only."
)


@dataclass(frozen=True, slots=True)
class Written:
    """The kind of answer that a command writes, its formats, and the default format."""

    noun: str
    formats: tuple[str, ...]
    otherwise: str = "table on a terminal, else tsv"
    graphs: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        """The formats as one line, those for graphs apart."""
        plain = [name for name in self.formats if name not in self.graphs]
        return f"{_one_of(plain)}; {_one_of(self.graphs)}" if self.graphs else _one_of(plain)


def _one_of(formats: Sequence[str]) -> str:
    return f"{', '.join(formats[:-1])} or {formats[-1]}"


_ROWS = ("table", "csv", "tsv", "json", "markdown")
_SOLUTIONS = ("table", "csv", "tsv", "json", "xml", "markdown")
_GRAPH = ("ttl", "nt", "nq", "jsonld", "rdfxml")

REPORT = Written("a report", _ROWS)
SOLUTIONS = Written("solutions", _SOLUTIONS)
PICTURES = ("svg", "png")
DRAWABLE = Written("solutions", (*_SOLUTIONS, *PICTURES))
ANY_ANSWER = Written(
    "an answer",
    (*_SOLUTIONS, *_GRAPH),
    "on a terminal table, or ttl of a graph; else tsv or nt",
    _GRAPH,
)
GRAPH = Written("a graph", _GRAPH, "ttl on a terminal, else nt")
QUARANTINE = Written("a quarantine", (*_ROWS, "sarif"))
FINDINGS = Written("a validation report", (*_ROWS, "sarif", *_GRAPH), graphs=_GRAPH)
LINKS = Written("a report", (*_ROWS, "sssom"))
_FORMATS = {*ANY_ANSWER.formats, *QUARANTINE.formats, *LINKS.formats}


def output_options(command: _Command) -> _Command:
    """Add `--format` and `--output` to a command that writes a report."""
    return writes(REPORT)(command)


def writes(written: Written) -> Callable[[_Command], _Command]:
    """Add `--format` and `--output`; what cannot be written is refused before anything is done.

    A format that the environment or the workspace holds counts where the command can write it and
    the suffix of `--output` names no other.
    """

    def known(ctx: click.Context, _: click.Parameter, name: str | None) -> str | None:
        if name is None or name in written.formats:
            return name
        if name in _FORMATS and is_standing(ctx, "format_name"):
            return None
        raise _refused(written, f"{written.noun} cannot be written as {name!r}")

    def fitting(ctx: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
        if path is None or str(path) == "-":
            return None
        if path.suffix and is_standing(ctx, "format_name"):
            ctx.params["format_name"] = None
        if ctx.params.get("format_name") is None and path.suffix:
            from etl.output.formats import SUFFIXES

            if not {*SUFFIXES.get(path.suffix.lower(), ())} & {*written.formats}:
                problem = f"{written.noun} cannot be written as {path.suffix!r}"
                raise _refused(written, f"{path}: {problem}")
        return path

    add_format = option(
        "-f",
        "--format",
        "format_name",
        group=OptionGroup.OUTPUT,
        settable=True,
        metavar="FORMAT",
        is_eager=True,
        callback=known,
        show_default=written.otherwise,
        help=f"{written.listed}.",
    )
    add_output = option(
        "-o",
        "--output",
        group=OptionGroup.OUTPUT,
        type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
        callback=fitting,
        help="File to write (-: standard output); its suffix chooses the format.",
    )

    def add(command: _Command) -> _Command:
        return add_format(add_output(command))

    return add


def _refused(written: Written, problem: str) -> EtlError:
    return EtlError(problem, hint=f"choose one of {', '.join(written.formats)} with --format")
