"""Help says each thing once, in whole sentences, and in groups that one can look through."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from commands import Etl
from etl.cli import main
from etl.cli.grouping import Option, OptionGroup

FEW = 6  # options that need no groups
LINE = 80


def _within(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for each, inner in command.commands.items():
            yield from _within(f"{name} {each}".strip(), inner)


COMMANDS = dict(_within("", main))
GROUPS = [name for name, each in COMMANDS.items() if isinstance(each, click.Group)]
SHARED = {
    *("workspace", "store", "format_name", "output", "quiet", "memory", "jobs"),
    *("columns", "format_of_tables", "shapes", "dry_run"),  # of load and others
    *("runs_on", "master", "folder"),  # of a cluster, in a group of their own
}


def options(name: str) -> list[click.Option]:
    return [each for each in COMMANDS[name].params if isinstance(each, click.Option)]


def test_every_command_is_walked() -> None:
    assert {"", "load", "runs diff", "store add"} <= COMMANDS.keys()
    assert GROUPS == ["", "sources", "runs", "store"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_few_options_of_its_own(name: str) -> None:
    assert len([each for each in options(name) if each.name not in SHARED]) <= 8


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_an_option_is_one_plain_line(name: str) -> None:
    for option in options(name):
        text = option.help or ""
        assert text.endswith(".") and ". " not in text, text
        assert len(text) <= LINE and "\n" not in text, text


@pytest.mark.parametrize("name", COMMANDS)
def test_options_stand_in_groups(etl: Etl, name: str) -> None:
    grouped = {each.group for each in options(name) if isinstance(each, Option)}
    if name:  # click adds --version
        assert all(isinstance(each, Option) for each in options(name))
    if len(options(name)) > FEW:
        assert OptionGroup.OTHER not in grouped
    shown = etl(*name.split(), "--help").stdout.splitlines()
    headings = [group.value for group in OptionGroup if f"{group.value}:" in shown]
    assert headings == (
        [g.value for g in OptionGroup if g in {*grouped, OptionGroup.OTHER}] if grouped else []
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_every_option_with_all_that_is_said_of_it(etl: Etl, name: str) -> None:
    long = etl(*name.split(), "--help")
    assert (long.exit_code, long.stderr) == (0, "")
    assert etl(*name.split(), "-h").stdout == long.stdout
    assert max(map(len, long.stdout.splitlines())) <= LINE
    shown = " ".join(long.stdout.split())
    for option in options(name):
        assert max(option.opts, key=len) in shown
        assert option.help and option.help in shown


@pytest.mark.parametrize("group", GROUPS)
def test_no_command_is_described_by_half_a_sentence(etl: Etl, group: str) -> None:
    shown = etl(*group.split(), "--help").stdout
    command = COMMANDS[group]
    assert isinstance(command, click.Group)
    assert "..." not in shown.replace("]...", "").replace("[ARGS]", "")
    words = " ".join(shown.split())
    for name, inner in command.commands.items():
        sentence = (inner.help or "").partition("\n")[0]
        assert sentence.endswith(".") and f" {name} {sentence}" in words
