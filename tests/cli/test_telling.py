"""What a command says of a change: one JSON object for programs, the worst first for people."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from commands import Etl, said, seeds
from places import SEEDS
from prepared import Prepared
from records import EMMA, HEAT, Film, write
from servers import Oxigraph
from small_evidence import CROSSWALK, TABLES
from small_evidence import HEAT as LINKED

FIELDS = {
    *("run", "command", "dry_run", "committed", "migrated_from", "sources"),
    *("films", "people", "redirects", "kept_out", "displaced", "disputes", "matched"),
    *("warnings", "notes", "findings", "publication"),
}


def _changing(etl: Etl) -> None:
    seeds(EMMA, HEAT.but(rating="7,5"))
    etl("load", "seeds")
    seeds(EMMA.but(title="Clueless"), HEAT.but(year="soon"))
    etl("load", "seeds")
    seeds(HEAT.but(year=1996, actors=""))
    shutil.copytree(".etl", "kept")


@pytest.fixture(scope="module")
def with_changes(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("changing"), _changing)


@pytest.fixture
def changing(etl: Etl, with_changes: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command where a load, a broken record and a source more have been."""
    monkeypatch.chdir(with_changes.put_back())
    return etl


COMMANDS = [
    "load seeds",
    "undo 2",
    "undo 1",
    "remove seeds",
    "replay",
    "rebuild",
    "load seeds/6.txt",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_change_is_told_as_one_object_with_the_figures_of_its_run(
    changing: Etl, command: str
) -> None:
    plain = changing(*command.split())
    shutil.rmtree(".etl")
    shutil.copytree("kept", ".etl")
    result = changing(*command.split(), "-f", "json")
    told = json.loads(result.stdout)
    assert told.keys() == FIELDS
    assert (result.exit_code, result.stderr) == (plain.exit_code, plain.stderr)
    *_, run = json.loads(changing("runs", "-f", "json").stdout)
    for name in ("run", "command", "sources", "films", "people", "redirects"):
        assert told[name] == run[name], name
    kept_out = sum(each["rejected"] + each["quarantined"] for each in told["sources"])
    assert told["kept_out"] == kept_out
    assert result.exit_code == int(bool(kept_out) and not command.startswith("undo"))
    assert (told["committed"], told["dry_run"], told["publication"]) == (True, False, None)
    assert len(told["findings"]) == len(plain.stderr.splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_dry_run_is_told_by_the_same_figures(changing: Etl, command: str) -> None:
    dry = changing(*command.split(), "--dry-run", "-f", "json")
    done = json.loads(changing(*command.split(), "-f", "json").stdout)
    told = json.loads(dry.stdout)
    assert told["command"] == f"{done['command'].removesuffix(' -f json')} --dry-run -f json"
    same = FIELDS - {"run", "command", "dry_run", "committed"}
    assert {name: told[name] for name in same} == {name: done[name] for name in same}
    assert (told["run"], told["dry_run"], told["committed"]) == (None, True, False)
    assert dry.stderr.endswith("nothing was written: a dry run\n")


def test_what_changes_nothing_is_told_too(changing: Etl) -> None:
    changing("load", "seeds")
    result = changing("load", "seeds", "--format", "json", "--quiet")
    told = json.loads(result.stdout)
    none = {"added": 0, "changed": 0, "removed": 0}
    assert (told["run"], told["committed"]) == (None, False)
    assert (told["films"], told["people"]) == (none, none)
    assert told["sources"][0]["unchanged"] == 2


def test_what_cannot_be_done_prints_no_object(changing: Etl) -> None:
    result = changing("undo", "99", "-f", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert changing("undo", "99").stderr == result.stderr
    assert "is not one of 'text', 'json'" in changing("load", "seeds", "-f", "xml").stderr


def test_a_strict_load_that_is_refused_says_that_nothing_was_written(changing: Etl) -> None:
    seeds(HEAT.but(year="never"))
    result = changing("load", "seeds", "--strict", "-f", "json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["run"], told["committed"]) == (1, None, False)
    [finding] = told["findings"]
    assert finding == {
        "severity": "Violation",
        "file": "seeds/6.txt",
        "line": 3,
        "field": "year",
        "message": "expected a year such as 2004",
        "value": "'never'",
        "text": "year: never",
    }


def test_a_record_that_another_source_displaces_is_told_with_the_reason(etl: Etl) -> None:
    seeds(HEAT.but(rating=""), EMMA)
    etl("load", "seeds")
    Path("more").mkdir()
    write(Path("more"), HEAT.but(rating=""))
    Path("own.ttl").write_text(OWN, "utf-8")
    options = ("load", "more", "--shapes", "own.ttl")
    strict = etl(*options, "--strict")
    assert "nothing was written: --strict" in strict.stdout
    loaded = etl(*options)
    assert loaded.exit_code == 1
    assert "seeds: 1 record quarantined that conformed before\n" in loaded.stdout
    assert "Error: seeds/6.txt:5: ratingValue: Rate it" in loaded.stderr
    told = etl("load", "more", "--format", "json")
    assert json.loads(told.stdout)["displaced"] == {}, "it has not conformed since"


OWN = """@prefix schema: <https://schema.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:own> sh:targetClass schema:Movie ; sh:property [
  sh:path schema:aggregateRating ; sh:minCount 1 ; sh:message "Rate it" ] ."""


def test_linking_is_told_as_an_object(etl: Etl) -> None:
    Path("imdb").mkdir()
    for name, text in TABLES.items():
        Path("imdb", name).write_text(text, "utf-8")
    Path("crosswalk.csv").write_text(CROSSWALK, "utf-8")
    seeds(LINKED)
    etl("load", "seeds")
    command = ("link", "--offline", "crosswalk.csv", "imdb", "-f", "json")
    told = json.loads(etl(*command).stdout)
    found = {"linked", "review", "facts", "requests", "stopped", "left", "undone", "again"}
    assert told.keys() == FIELDS | found
    assert told["linked"] == {
        "film": {"of": 1, "rungs": {"film-id": 1}},
        "person": {"of": 3, "rungs": {"person-name": 2}},
    }
    *_, run = json.loads(etl("runs", "-f", "json").stdout)
    assert [told[name] for name in ("run", "films", "people")] == [2, run["films"], run["people"]]
    again = json.loads(etl(*command).stdout)
    assert (again["run"], again["films"]["changed"]) == (None, 0)
    planned = json.loads(etl("link", "--dry-run", "-f", "json").stdout)
    assert planned["requests"].keys() == {"films by IMDb id", "films by title", "people of films"}


def test_what_was_sent_is_told_and_why_it_was_not(
    etl: Etl, spare: Oxigraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds(EMMA)
    etl("store", "add", "main", spare.url)
    told: dict[str, Any] = json.loads(etl("load", "seeds", "--store", "main", "-f", "json").stdout)
    sent = told["publication"]
    assert (sent["store"], sent["entities"] > 0, sent["triples"] > 0) == ("main", True, True)
    repaired = json.loads(etl("load", "--repair", "--store", "main", "-f", "json").stdout)
    assert repaired["publication"] == {"store": "main", "entities": 0, "triples": 0}
    spare.kill()
    monkeypatch.setenv("ETL_STORE_PATIENCE", "0.1")
    seeds(HEAT)
    result = etl("load", "seeds", "--store", "main", "-f", "json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["committed"], told["films"]["added"]) == (2, True, 1)
    assert result.stderr.startswith(f"Error: {told['publication']['error']}")


# Notes


def test_what_a_record_does_not_say_is_counted_and_what_is_lost_comes_first(etl: Etl) -> None:
    folder = seeds(*(Film(number, f"A {number}", rating="7,5") for number in range(1, 10)))
    for path in sorted(folder.iterdir()):
        text = path.read_text().replace("year: 2000\n", "").replace("directors: \n", "")
        path.write_text(f"{text}\n" if path.name == "9.txt" else f"rated: R\n{text}")
    seeds(EMMA)
    notes = [line for line in etl("load", "seeds").stderr.splitlines() if line.startswith("Note")]
    assert [line.split(": ")[1:3] for line in notes[:3]] == [
        [f"seeds/{number}.txt:1", "rated"] for number in range(1, 4)
    ]
    assert [line.partition(": ")[2] for line in notes[3:6]] == [
        f"seeds/{number}.txt:5: ratingValue: '7,5' read as 7.5" for number in range(1, 4)
    ]
    assert notes[6:] == ["Note: seeds: 9 records have no year; 9 records have no directors"]


def test_notes_are_bounded_and_it_is_said_how_to_see_them_all(etl: Etl) -> None:
    for number in range(1, 31):
        rating = f"{1 + number // 10},{number % 10}"
        seeds(Film(number, "A", rating=rating, actors="A", directors="B"))
    Path("seeds/99.txt").write_text("colour: red\n" + Film(99, "Z", actors="A").text)
    lines = etl("load", "seeds").stderr.splitlines()
    assert len(lines) == 21
    assert "unknown key 'colour'" in lines[0]
    assert lines[-1] == "… and 11 more: etl validate SOURCE lists them all"
    assert len(etl("validate", "seeds").stdout.splitlines()) == 32


def test_absences_are_counted_where_sources_are_validated_too(etl: Etl) -> None:
    seeds(EMMA, HEAT)
    for path in Path("seeds").iterdir():
        path.write_text(path.read_text().partition("\n\nsynopsis")[0])
    shown = etl("validate", "seeds", "-f", "table").stdout
    assert shown == "Info (1): 2 records have no synopsis\n  rule: silent-record\n  seeds\n"


def test_notes_are_told_though_the_load_is_refused(etl: Etl) -> None:
    seeds(EMMA, HEAT, Film(1722, "Ronin", actors="Sean Bean"))
    etl("load", "seeds")
    for name in ("838.txt", "6.txt"):
        Path("seeds", name).unlink()
    seeds(Film(1722, "Ronin", actors="Sean Bean", rating="7,5"))
    code, out, err = said(etl("load", "seeds"))
    assert (code, out) == (2, "")
    note, error, _ = err.splitlines()
    assert note == "Note: seeds/1722.txt:5: ratingValue: '7,5' read as 7.5"
    assert error == "Error: seeds: 2 of 3 records have vanished"


def test_the_sample_records_need_no_note(etl: Etl) -> None:
    assert etl("load", SEEDS).stderr == ""
