"""What the commands have in common: options, and the codes they exit with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from etl.errors import EtlError

DONE, DATA_SAY_NO, NOT_DONE = 0, 1, 2
CUT_OFF = 141  # nobody reads on: what a shell gives for a program that SIGPIPE ended

_Command = TypeVar("_Command", bound=Callable[..., Any])

workspace_option = click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".etl"),
    envvar="ETL_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="The folder that holds catalog and graph.",
)
dry_run_option = click.option(
    "--dry-run",
    is_flag=True,
    help="Print the triples that would leave (-) and enter (+) the graph; change nothing.",
)
shapes_option = click.option(
    "--shapes",
    "shapes",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Shapes of your own, in Turtle or a folder of it, that count beside ours; repeatable. "
    "The workspace remembers those of a load.",
)
columns_option = click.option(
    "--columns",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Column map by which to read tables; etl columns drafts one. A load remembers it.",
)
as_option = click.option(
    "--as",
    "format_of_tables",
    metavar="FORMAT",
    help="Format as which to read tables, whatever they look like. A load remembers it.",
)
# Where a command keeps the values of options that are not its own arguments.
SHAPE_TIMEOUT, TIMEOUT, MEMORY = "etl.shape_timeout", "etl.timeout", "etl.memory"


def _keep(key: str) -> Callable[[click.Context, click.Parameter, float | None], None]:
    def keep(context: click.Context, parameter: click.Parameter, value: float | None) -> None:
        if value is not None and not math.isfinite(value):
            raise click.BadParameter("expected a number", context, parameter)
        context.meta[key] = value

    return keep


def read_environment(context: click.Context, *options: Callable[[Any], Any]) -> None:
    """Give a command the values that the environment has of options that are not its own."""
    standing_in = click.Command("")
    for option in options:
        option(standing_in)
    for parameter in standing_in.params:
        parameter.handle_parse_result(context, {}, [])


shape_timeout_option = click.option(
    "--shape-timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    envvar="ETL_SHAPE_TIMEOUT",
    show_envvar=True,
    expose_value=False,
    callback=_keep(SHAPE_TIMEOUT),
    help="Stop a pattern or a query of a shape that takes longer on one node (default: 20).",
)


def _timeout_option(what: str, default: str, least: float = 0) -> Callable[[_Command], _Command]:
    """Add `--timeout` to a command, saying what is ended or refused by it."""
    return click.option(
        "--timeout",
        type=click.FloatRange(min=least),
        metavar="SECONDS",
        envvar="ETL_TIMEOUT",
        show_envvar=True,
        expose_value=False,
        callback=_keep(TIMEOUT),
        help=f"{what} (default: {default}{'' if least else '; 0: no limit'}).",
    )


def _memory_option(
    what: str, default: str = "half of the machine's; 0: no limit"
) -> Callable[[_Command], _Command]:
    """Add `--memory` to a command, saying what happens beyond it."""
    return click.option(
        "--memory",
        type=click.FloatRange(min=0),
        metavar="MB",
        envvar="ETL_MEMORY",
        show_envvar=True,
        expose_value=False,
        callback=_keep(MEMORY),
        help=f"{what}, in megabytes (default: {default}).",
    )


memory_option = _memory_option("End the command if it takes more memory")
comparing_memory_option = _memory_option("Compare records on disk beyond so much memory")
query_timeout_option = _timeout_option("End a query that has no solution after so long", "60")
file_timeout_option = _timeout_option(
    "Refuse a file of RDF that takes longer to read, and one second more for each megabyte", "5"
)
serving_timeout_option = _timeout_option("End a query whose answer takes longer", "10", least=0.1)
serving_memory_option = _memory_option("End a query that takes more memory", "1000; 0: no limit")
store_option = click.option(
    "--store",
    metavar="NAME|URL",
    envvar="ETL_STORE",
    show_envvar=True,
    help="A SPARQL server, by the name that 'etl store add' gave it, or by its URL.",
)
json_option = click.option(
    "-f",
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json prints one object that says all, instead of lines for people.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")


@dataclass(frozen=True, slots=True)
class Written:
    """What a command writes, the formats for that, and which is meant where none is named."""

    noun: str
    formats: tuple[str, ...]
    listed: str
    otherwise: str = "a table on a terminal, TSV when piped"


def _one_of(formats: tuple[str, ...]) -> str:
    return f"{', '.join(formats[:-1])} or {formats[-1]}"


_ROWS = ("table", "csv", "tsv", "json", "markdown")
_SOLUTIONS = ("table", "csv", "tsv", "json", "xml", "markdown")
_GRAPH = ("ttl", "nt", "nq", "jsonld", "rdfxml")

REPORT = Written("a report", _ROWS, _one_of(_ROWS))
SOLUTIONS = Written("solutions", _SOLUTIONS, _one_of(_SOLUTIONS))
ANY_ANSWER = Written(
    "an answer",
    (*_SOLUTIONS, *_GRAPH),
    f"For SELECT and ASK {_one_of(_SOLUTIONS)}; for CONSTRUCT and DESCRIBE {_one_of(_GRAPH)}",
    "a table or Turtle on a terminal, TSV or N-Triples when piped",
)
GRAPH = Written("a graph", _GRAPH, _one_of(_GRAPH), "Turtle on a terminal, N-Triples when piped")
QUARANTINE = Written("a quarantine", (*_ROWS, "sarif"), _one_of((*_ROWS, "sarif")))
FINDINGS = Written(
    "a validation report",
    (*_ROWS, "sarif", *_GRAPH),
    f"{', '.join(_ROWS)} or sarif; {_one_of(_GRAPH)} for the standard's report",
)
LINKS = Written("a report", (*_ROWS, "sssom"), _one_of((*_ROWS, "sssom")))


def output_options(command: _Command) -> _Command:
    """Add `--format` and `--output` to a command that writes a report."""
    return writes(REPORT)(command)


def writes(written: Written) -> Callable[[_Command], _Command]:
    """Add `--format` and `--output`; what cannot be written is refused before anything is done."""

    def known(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
        if name is not None and name not in written.formats:
            raise _refused(written, f"{written.noun} cannot be written as {name!r}")
        return name

    def fitting(ctx: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
        if path is None or str(path) == "-":
            return None
        if ctx.params.get("format_name") is None and path.suffix:
            from etl.output.formats import SUFFIXES

            if not {*SUFFIXES.get(path.suffix.lower(), ())} & {*written.formats}:
                problem = f"{written.noun} cannot be written as {path.suffix!r}"
                raise _refused(written, f"{path}: {problem}")
        return path

    add_format = click.option(
        "-f",
        "--format",
        "format_name",
        metavar="FORMAT",
        is_eager=True,
        callback=known,
        help=f"{written.listed}. Without it: by the suffix of --output, else {written.otherwise}.",
    )
    add_output = click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
        callback=fitting,
        help="Write to this file instead of standard output (-).",
    )

    def add(command: _Command) -> _Command:
        return add_format(add_output(command))

    return add


def _refused(written: Written, problem: str) -> EtlError:
    return EtlError(problem, hint=f"choose one of {', '.join(written.formats)} with --format")
