"""A workspace remembers rare options; whoever says something nearer is heard first."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from test_help import COMMANDS

from commands import Etl, said, seeds
from desk import Desk
from etl.cli import main
from etl.cli.grouping import Option
from records import EMMA, HEAT

NAMES = sorted(
    {
        each.setting
        for command in COMMANDS.values()
        for each in command.params
        if isinstance(each, Option) and each.settable
    }
)
VALUES = {
    "contact": ("me@example.org", "x"),
    "decisions": ("mine.tsv", "."),
    "endpoint": ("http://127.0.0.1:1/", "x"),
    "format": ("json", "docx"),
    "jobs": ("0", "-1"),
    "language": ("de", "d"),
    "memory": ("900.5", "much"),
    "proxies": ("2", "-1"),
    "queries": (".", "nowhere"),
    "rate": ("2.5", "often"),
    "shape-timeout": ("3", "0"),
    "timeout": ("0.5", "nan"),
}
ANY_TEXT = {"contact", "endpoint"}


def listed(etl: Etl, *arguments: str) -> dict[str, tuple[str, str, str]]:
    rows = json.loads(etl("settings", *arguments, "-f", "json").stdout)
    return {row["setting"]: (row["value"], row["default"], row["from"]) for row in rows}


def test_each_option_that_is_settable_is_a_setting_and_said_in_help(etl: Etl) -> None:
    assert list(VALUES) == NAMES
    assert list(listed(etl)) == [*NAMES, "base-iri", "keep", "shapes"]
    shown = etl("settings", "--help").stdout.partition("Settings:\n")[2]
    assert [name for name in NAMES if f"\n  {name} " not in f"\n{shown}"] == []


@pytest.mark.parametrize("name", VALUES)
def test_a_setting_is_kept_listed_and_taken_back(etl: Etl, name: str) -> None:
    value, _ = VALUES[name]
    before = listed(etl)
    assert said(etl("settings", name, value)) == (0, "", "")
    kept = str(Path(value).resolve()) if name in ("queries", "decisions") else value
    default = before[name][1]
    assert listed(etl)[name] == (kept, default, "workspace")
    assert listed(etl, name) == {name: (kept, default, "workspace")}
    assert {key: row for key, row in listed(etl).items() if key != name} == {
        key: row for key, row in before.items() if key != name
    }
    assert said(etl("settings", "--unset", name)) == (0, "", "")
    assert listed(etl) == before


@pytest.mark.parametrize("name", sorted({*VALUES} - ANY_TEXT))
def test_a_value_that_an_option_would_not_take_is_refused(etl: Etl, name: str) -> None:
    _, bad = VALUES[name]
    result = etl("settings", name, "--", bad)
    assert (result.exit_code, result.stdout) == (2, "")
    [error, hint] = result.stderr.splitlines()
    assert error.startswith("Error: ") and bad in error
    assert hint.startswith("Hint: ")
    assert not Path(".etl").exists()


def test_nothing_is_written_where_nothing_changes(etl: Etl) -> None:
    assert said(etl("settings", "--unset", "memory")) == (0, "", "")
    assert not Path(".etl").exists()


def test_a_name_that_is_none_is_refused_with_those_that_are(etl: Etl) -> None:
    error = "Error: there is no setting 'memroy'\n"
    hint = f"Hint: choose one of {', '.join(NAMES)}"
    assert said(etl("settings", "memroy", "1")) == (2, "", f"{error}{hint}\n")
    assert said(etl("settings", "--unset", "memroy")) == (2, "", f"{error}{hint}\n")
    more = ", base-iri, keep, shapes\n"
    assert said(etl("settings", "memroy")) == (2, "", f"{error}{hint}{more}")
    message = "Error: keep is not set here\nHint: run: etl rebuild --keep N\n"
    assert said(etl("settings", "keep", "2")) == (2, "", message)


def test_what_other_commands_set_is_listed_too(etl: Etl) -> None:
    etl("load", seeds(EMMA, HEAT), "--base-iri", "https://films.example/")
    etl("rebuild", "--keep", "5")
    found = listed(etl)
    assert found["base-iri"] == (
        "https://films.example/",
        "http://localhost:8000/",
        "workspace",
    )
    assert found["keep"] == ("5", "3", "workspace")
    assert found["shapes"] == ("none", "none", "default")


def seen(option: str, *arguments: str) -> object:
    """Give the value that an option of a command has, without running the command."""
    name, *rest = arguments
    assert isinstance(main, click.Group)
    command = main.commands[name]
    with command.make_context(
        name, [*rest], parent=click.Context(main, **main.context_settings)
    ) as context:
        return context.params.get(option, context.meta.get(option))


@pytest.mark.parametrize(
    ("setting", "command", "key", "values"),
    [
        ("memory", ("sparql", "ASK {}"), "etl.memory", (1.0, 2.0, 3.0, None)),
        ("timeout", ("query", "x"), "etl.timeout", (1.0, 2.0, 3.0, None)),
        ("shape-timeout", ("validate",), "etl.shape_timeout", (1.0, 2.0, 3.0, None)),
        ("contact", ("link",), "contact", ("a", "b", "c", None)),
        ("endpoint", ("link",), "endpoint", ("a", "b", "c", None)),
        ("format", ("queries",), "format_name", ("csv", "json", "table", None)),
        ("jobs", ("load", "x"), "jobs", (4, 5, 6, None)),
    ],
)
def test_command_line_then_environment_then_workspace_then_default(
    etl: Etl,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    command: tuple[str, ...],
    key: str,
    values: tuple[object, ...],
) -> None:
    nearest, environment, workspace, default = values
    etl("settings", setting, workspace)
    variable = f"ETL_{setting.upper().replace('-', '_')}"
    monkeypatch.setenv(variable, str(environment))
    assert seen(key, *command, f"--{setting}", str(nearest)) == nearest
    assert seen(key, *command) == environment
    told = f"Note: {variable} of the environment takes precedence\n"
    assert said(etl("settings", setting, workspace)) == (0, "", told)
    assert listed(etl)[setting][::2] == (str(environment), f"environment: {variable}")
    monkeypatch.delenv(variable)
    assert seen(key, *command) == workspace
    assert seen(key, *command, "--workspace", "other") != workspace
    etl("settings", "--unset", setting)
    if setting != "jobs":  # which depends on the machine
        assert seen(key, *command) == default


def test_a_format_counts_where_it_can_and_no_file_says_otherwise(
    loaded: Desk, etl: Etl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_FORMAT", "json")
    monkeypatch.setenv("ETL_WORKSPACE", str(loaded.workspace.path))
    assert json.loads(etl("queries").stdout)
    assert etl("export").stdout.startswith("<")  # N-Triples: a graph is no JSON
    etl("queries", "-o", "all.csv")
    assert Path("all.csv").read_text("utf-8").startswith("query,parameters,")
    monkeypatch.setenv("ETL_FORMAT", "docx")
    assert etl("queries").exit_code == 2


def test_limits_of_the_workspace_count_for_commands_without_the_option(etl: Etl) -> None:
    etl("load", seeds(EMMA))
    etl("settings", "shape-timeout", "7")
    settings = Path(".etl/settings.json")
    settings.write_text(settings.read_text("ascii").replace('"7"', '"x"'), "ascii")
    message = (
        "Error: the setting shape-timeout of .etl: 'x' is not a valid number.\n"
        "Hint: run: etl settings shape-timeout VALUE, or etl settings --unset shape-timeout\n"
    )
    assert said(etl("undo", "1")) == (2, "", message)
    etl("settings", "--unset", "shape-timeout")
    assert etl("undo", "1").exit_code == 0


@pytest.mark.parametrize("text", ["", "[]", '{"memory": 1}', "\x00", '{"memory": "1"'])
def test_damaged_settings_are_named_with_what_to_do(etl: Etl, text: str) -> None:
    etl("settings", "memory", "1000")
    Path(".etl/settings.json").write_text(text, "utf-8")
    message = (
        "Error: .etl/settings.json: damaged: expected an object of texts in JSON\n"
        "Hint: move .etl/settings.json away, and set again what it held: etl settings NAME VALUE\n"
    )
    for command in (["settings"], ["settings", "memory", "1"], ["sparql", "ASK {}"]):
        assert said(etl(*command)) == (2, "", message)


def test_a_folder_in_the_place_of_the_settings_is_named(etl: Etl) -> None:
    Path(".etl/settings.json").mkdir(parents=True)
    message = (
        "Error: .etl/settings.json: expected a file, found a folder\n"
        "Hint: move .etl/settings.json away\n"
    )
    assert said(etl("settings", "memory", "1")) == (2, "", message)
