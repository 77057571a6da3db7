"""The commands about links keep their word: messages, exit codes, formats, decisions."""

from __future__ import annotations

import importlib.util
import json
import os
import pty
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from commands import Etl, said
from endpoint import misbehaving
from etl.errors import LinkError
from etl.linking.crosswalk import read_crosswalks
from etl.linking.deciding import decide
from etl.linking.films import FilmMention
from etl.linking.imdb_tables import ImdbTables
from etl.linking.ladder import RUNGS
from etl.linking.people import Mention
from etl.linking.sssom import Decision, read_decisions, write_decisions
from etl.linking.subjects import Subject
from etl.rdf.identifiers import Iris
from places import ROOT
from prepared import Prepared
from records import write
from small_evidence import CROSSWALK, HEAT, TABLES

LINK = ("link", "--offline", "crosswalk.csv", "imdb")


def _heat(etl: Etl) -> None:
    Path("films").mkdir()
    write(Path("films"), HEAT)
    Path("crosswalk.csv").write_text(CROSSWALK, "utf-8")
    Path("imdb").mkdir()
    for name, text in TABLES.items():
        Path("imdb", name).write_text(text, "utf-8")
    assert etl("load", "films", "-q").exit_code == 0


def _linked(etl: Etl) -> None:
    _heat(etl)
    assert etl(*LINK).exit_code == 0


@pytest.fixture(scope="module")
def with_heat(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("heat"), _heat)


@pytest.fixture(scope="module")
def with_links(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("linked"), _linked)


@pytest.fixture
def heat(etl: Etl, with_heat: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command where one film is loaded, a crosswalk and IMDb's tables lie ready."""
    monkeypatch.chdir(with_heat.put_back())
    return etl


@pytest.fixture
def linked(etl: Etl, with_links: Prepared, monkeypatch: pytest.MonkeyPatch) -> Etl:
    """Run a command where that film is linked by them."""
    monkeypatch.chdir(with_links.put_back())
    return etl


def test_linking_says_what_it_found_and_what_changed(heat: Etl) -> None:
    assert said(heat(*LINK)) == (
        0,
        (
            "films: 1 of 1 linked: 1 film-id\n"
            "names: 2 of 3 linked: 2 person-name\n"
            "films: 0 added, 1 changed, 0 removed\n"
            "people: 2 added, 0 changed, 2 removed\n"
        ),
        "",
    )
    assert said(heat(*LINK, "-q")) == (0, "", "")


def test_without_a_contact_linking_is_refused(heat: Etl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ETL_CONTACT", raising=False)
    assert said(heat("link")) == (
        2,
        "",
        (
            "Error: the endpoint's operators ask for a contact, "
            "such as an e-mail address or a page\n"
            "Hint: give yours with --contact or ETL_CONTACT, "
            "or link without an endpoint: --offline\n"
        ),
    )


def test_without_a_network_linking_ends_at_once_and_changes_nothing(heat: Etl) -> None:
    with misbehaving() as endpoint:
        pass
    before = heat("runs", "-f", "json").stdout
    started = time.monotonic()
    result = heat(
        *("link", "crosswalk.csv", "imdb"),
        *("--endpoint", endpoint.url, "--contact", "me@example.org"),
    )
    assert time.monotonic() - started < 10
    assert said(result) == (
        2,
        "",
        (
            f"Error: {endpoint.url}: cannot be reached: Connection refused\n"
            "Hint: check the network and the address, or link without: etl link --offline\n"
        ),
    )
    assert heat("runs", "-f", "json").stdout == before


def test_a_dry_run_tells_the_requests_and_makes_none(heat: Etl) -> None:
    with misbehaving() as endpoint:
        result = heat("link", "--dry-run", "--endpoint", endpoint.url)
        assert endpoint.asked == []
    assert said(result) == (
        0,
        (
            "films by IMDb id: at most 1 requests\n"
            "films by title: at most 0 requests\n"
            "people of films: at most 1 requests\n"
        ),
        "",
    )


def test_an_endpoint_that_refuses_ends_the_run_with_what_it_has(heat: Etl) -> None:
    with misbehaving(["403"]) as endpoint:
        result = heat(
            *("link", "crosswalk.csv", "imdb"),
            *("--endpoint", endpoint.url, "--contact", "me@example.org"),
        )
        assert len(endpoint.asked) == 1
    assert said(result) == (
        1,
        (
            "films: 1 of 1 linked: 1 film-id\n"
            "names: 2 of 3 linked: 2 person-name\n"
            "requests: 1\n"
            "films: 0 added, 1 changed, 0 removed\n"
            "people: 2 added, 0 changed, 2 removed\n"
        ),
        (
            "Error: it refuses us: status 403\n"
            "Hint: 4 answers are still missing; run 'etl link' again to go on\n"
        ),
    )


HEADER = "film,title,name,imdb,wikidata,called,rung,confidence,evidence,rivals,reason\n"
FOUND = (
    HEADER
    + "tt0113277,Heat (1995),,tt0113277,Q42198,Heat,film-id,0.999,crosswalk.csv:2,,\n"
    + "tt0113277,Heat (1995),Al Pacino,nm0000199,Q41163,Al Pacino,person-name,0.998,"
    + "IMDb tt0113277; crosswalk.csv:3,,\n"
    + "tt0113277,Heat (1995),Michael Mann,nm0000520,,Michael Mann,person-name,0.998,"
    + "IMDb tt0113277,,\n"
)


def test_links_are_listed_with_their_reasons(linked: Etl) -> None:
    assert said(linked("links", "-f", "csv")) == (0, FOUND, "")
    only_film = "\n".join(FOUND.split("\n")[:2]) + "\n"
    assert linked("links", "-f", "csv", "--min-confidence", "0.999").stdout == only_film
    assert linked("links", "-f", "csv", "--rung", "film-id").stdout == only_film
    assert linked("links", "-f", "csv", "--rung", "none").stdout == (
        HEADER
        + "tt0113277,Heat (1995),Val Kilmer,,,,,,,,nobody in the film's lists has this name\n"
    )
    assert linked("links", "-f", "csv", "--review").stdout == HEADER


def test_everything_is_either_linked_or_listed_with_the_reason(heat: Etl) -> None:
    write(Path("films"), HEAT.but(number=2, title="Later", actors="Al Pacino"))
    never = heat("links", "-f", "csv", "--unlinked").stdout.splitlines()
    assert len(never) == 1 + 4
    assert all(row.endswith(",no evidence was looked at") for row in never[1:])
    heat(*LINK)
    heat("load", "films")
    linked = heat("links", "-f", "csv").stdout.splitlines()[1:]
    unlinked = heat("links", "-f", "csv", "--unlinked").stdout
    assert unlinked == HEADER + (
        "tt0113277,Heat (1995),Val Kilmer,,,,,,,,nobody in the film's lists has this name\n"
        "tt0000002,Later (1995),,,,,,,,,no evidence was looked at\n"
        "tt0000002,Later (1995),Al Pacino,,,,,,,,no evidence was looked at\n"
        "tt0000002,Later (1995),Michael Mann,,,,,,,,no evidence was looked at\n"
    )
    assert len(linked) + len(unlinked.splitlines()[1:]) == 4 + 3
    assert heat("links", "-f", "csv", "--rung", "none").stdout == unlinked
    heat(*LINK)
    reasons = [
        each["reason"] for each in json.loads(heat("links", "--unlinked", "-f", "json").stdout)
    ]
    assert reasons == ["nobody in the film's lists has this name", "no crosswalk has its IMDb id"]


def test_a_name_that_a_film_has_no_more_is_not_listed(linked: Etl) -> None:
    write(Path("films"), HEAT.but(actors="Val Kilmer"))
    linked("load", "films")
    assert "Al Pacino" not in linked("links", "-f", "csv").stdout


def test_a_table_of_links_tells_what_is_not_linked_in_a_section_of_its_own(linked: Etl) -> None:
    code, told, talk = said(linked("links", "-f", "table"))
    assert (code, talk) == (0, "")
    first, unlinked = told.split("\nnot linked: 0 films, 1 name\n")
    assert [line.split()[0] for line in first.splitlines()] == ["film", *["tt0113277"] * 3]
    assert unlinked.splitlines()[1].endswith("nobody in the film's lists has this name")


def on_terminal(*arguments: str) -> str:
    """Run a command on a terminal of 100 columns, and give what a person sees there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 100))
    etl = [str(Path(sys.executable).with_name("etl")), *arguments]
    child = subprocess.Popen(etl, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    told = bytearray()
    with suppress(OSError):  # the end of a terminal is an error on Linux
        while part := os.read(ours, 1 << 16):
            told += part
    os.close(ours)
    assert child.wait() == 0
    return told.decode().replace("\r\n", "\n")


def test_hundreds_of_films_without_a_link_are_few_lines_on_a_terminal_and_all_in_a_file(
    heat: Etl,
) -> None:
    for number in range(1000, 1300):
        film = HEAT.but(number=number, title=f"Film {number}", actors="")
        write(Path("films"), film.but(directors=f"Director {number}"))
    heat("load", "films", "-q")
    heat(*LINK)
    told = on_terminal("links")
    assert "not linked: 300 films, 301 names\n" in told
    assert told.endswith("… and 581 more: etl links --unlinked -f csv lists them all\n")
    assert len(told.splitlines()) < 400
    assert on_terminal("links", "--unlinked").endswith(
        "… and 581 more: etl links --unlinked -f csv lists them all\n"
    )
    whole = heat("links", "--unlinked", "-f", "csv").stdout.splitlines()
    assert len(whole) == 1 + 601
    assert len(json.loads(heat("links", "--unlinked", "-f", "json").stdout)) == 601
    assert len(heat(*LINK).stdout.splitlines()) < 10


def test_a_rung_that_there_is_none_of_is_refused(heat: Etl) -> None:
    code, told, talk = said(heat("links", "--rung", "film"))
    assert (code, told) == (2, "")
    assert talk.startswith(
        "Error: there is no rung 'film'\nHint: choose one of decision, film-id, "
    )


def test_what_is_left_open_is_listed_for_review_with_its_rivals(heat: Etl) -> None:
    principals = Path("imdb", "title.principals.tsv")
    principals.write_text(TABLES[principals.name] + "tt0113277\t3\tnm7\tactor\t\\N\t\\N\n")
    names = Path("imdb", "name.basics.tsv")
    names.write_text(TABLES[names.name] + "nm7\tAl Pacino\n")
    assert "to review: 1 (etl links --review)\n" in heat(*LINK).stdout
    assert heat("links", "-f", "csv", "--review").stdout == (
        HEADER + 'tt0113277,Heat (1995),Al Pacino,,,,,,,"Al Pacino (nm0000199 Q41163), '
        'Al Pacino (nm7)",several people of the film match\n'
    )


CONTRADICTIONS = [
    ("tt0113277,Q2,Heat\n", "", "several items have its IMDb id"),
    ("tt0000009,Q42198,Heat\n", "", "crosswalks contradict each other: "),
    ("tt0113277,Q42198,Speed\n", "", "crosswalk.csv:2 calls it 'Speed'"),
    ("nm0000199,Q2,Al Pacino\n", "Al Pacino", "crosswalks contradict each other: "),
    ("nm0000520,Q41163,Michael Mann\n", "Al Pacino", "crosswalks contradict each other: "),
    (
        "nm0000520,Q3,Ann Lee\n",
        "Michael Mann",
        "nm0000520 = Q3 (crosswalk.csv:4) is called 'Ann Lee'",
    ),
]


@pytest.mark.parametrize(("row", "name", "reason"), CONTRADICTIONS)
def test_a_crosswalk_that_contradicts_itself_or_our_records_is_a_row_for_review(
    heat: Etl, row: str, name: str, reason: str
) -> None:
    Path("crosswalk.csv").write_text(CROSSWALK + row, "utf-8")
    assert "(etl links --review)\n" in heat(*LINK).stdout
    listed = json.loads(heat("links", "-f", "json", "--review").stdout)
    [found] = [
        each for each in listed if each["name"] == name and each["reason"].startswith(reason)
    ]
    assert found["film"] == "tt0113277"
    graph = heat("export", "-f", "nt").stdout
    item = {"Al Pacino": "Q41163", "Michael Mann": "Q3", "": "Q42198"}[name]
    assert f"entity/{item}>" not in graph
    again = heat(*LINK).stdout
    assert again.endswith("graph: unchanged\n")


def test_contradictions_about_people_are_rows_for_review(heat: Etl) -> None:
    record = {"movieId": 7, "imdb": "tt0113277", "title": "Heat", "year": 1995}
    actors = [{"name": "Al Pacino", "imdb": "nm0000777"}, {"name": "Mann Michael"}]
    Path("films", "113277.txt").unlink()
    Path("films", "heat.jsonl").write_text(json.dumps(record | {"actors": actors}) + "\n", "utf-8")
    heat("load", "films", "--allow-removals")
    heat(*LINK)
    listed = json.loads(heat("links", "-f", "json", "--review").stdout)
    assert [(each["name"], each["rivals"], each["reason"]) for each in listed] == [
        ("Al Pacino", "Al Pacino (nm0000199 Q41163)", "the record says that this is nm0000777"),
        (
            "Mann Michael",
            "Michael Mann (nm0000520)",
            "a person of the film has this name in reverse order",
        ),
    ]


def test_a_decision_is_kept_in_the_users_file_and_wins(linked: Etl) -> None:
    result = linked(
        *("links", "tt0113277/Al Pacino=no", "tt0113277/Val Kilmer=nm0000174", "tt0113277=none")
    )
    assert said(result) == (
        0,
        (
            "decisions.sssom.tsv: 3 decisions\n"
            "films: 0 added, 1 changed, 0 removed\n"
            "people: 2 added, 0 changed, 2 removed\n"
        ),
        "",
    )
    assert read_decisions(Path("decisions.sssom.tsv"), Iris()) == [
        Decision("tt0113277", "", None),
        Decision("tt0113277", "Al Pacino", "Q41163", rejected=True),
        Decision("tt0113277", "Val Kilmer", "nm0000174"),
    ]
    listed = linked("links", "-f", "csv").stdout
    assert linked(*LINK).stdout.endswith("graph: unchanged\n")
    assert linked("links", "-f", "csv").stdout == listed
    assert "Val Kilmer,nm0000174,,,decision,1.0,decision,,\n" in listed
    assert "Q42198" not in listed
    linked("links", "tt0113277/Al Pacino=nm0000199")
    linked(*LINK)
    assert "Al Pacino,nm0000199,Q41163,Al Pacino,decision" in linked("links", "-f", "csv").stdout


def test_yes_to_what_was_found_is_yes_to_both_ids(linked: Etl) -> None:
    linked("links", "tt0113277/Al Pacino=yes", "tt0113277=yes")
    listed = linked("links", "-f", "csv", "--rung", "decision").stdout
    assert "Heat (1995),,tt0113277,Q42198,Heat,decision,1.0" in listed
    assert "Al Pacino,nm0000199,Q41163,Al Pacino,decision,1.0" in listed
    assert "graph: unchanged" in linked(*LINK).stdout


def test_a_film_that_was_put_forward_for_review_is_linked_by_a_yes(heat: Etl) -> None:
    text = HEAT.text.replace(f"url: https://www.imdb.com/title/{HEAT.imdb}/\n", "")
    text = text.replace("Michael Mann", "").replace("Al Pacino, Val Kilmer", "")
    Path("films", HEAT.file).write_text(text, "utf-8")
    basics = "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\n"
    basics += "tt0113277\tmovie\tHeat\tHeat\t0\t1995\n"
    Path("imdb", "title.basics.tsv").write_text(basics, "utf-8")
    heat("load", "films", "--allow-removals")
    assert "films: 0 of 1 linked\n" in heat("link", "--offline", "imdb").stdout
    assert heat("links", "-f", "csv", "--review").stdout == HEADER + (
        "movielens-113277,Heat (1995),,tt0113277,,Heat,film-title,0.5,IMDb tt0113277,,"
        "nobody who worked on it is known in both\n"
    )
    assert "tt0113277" not in heat("export", "-f", "nt").stdout
    heat("links", "movielens-113277=yes")
    assert "<http://localhost:8000/movie/tt0113277>" in heat("export", "-f", "nt").stdout
    assert heat("links", "-f", "csv", "--review").stdout == HEADER


def runs(etl: Etl) -> int:
    return int(json.loads(etl("runs", "-f", "json").stdout)[-1]["run"])


def test_a_decision_that_was_undone_stays_undone_until_it_is_made_again(linked: Etl) -> None:
    before = linked("links", "-f", "csv").stdout
    linked("links", "tt0113277/Val Kilmer=nm0000174", "tt0113277=none")
    decided = linked("links", "-f", "csv").stdout
    decision = runs(linked)
    linked("undo", str(decision))
    assert linked("links", "-f", "csv").stdout == before
    warned = (
        f"Warning: decisions.sssom.tsv: tt0113277: none: left out, since run {decision + 1} "
        f"has undone it\n"
        f"Warning: decisions.sssom.tsv: tt0113277/Val Kilmer: nm0000174: left out, "
        f"since run {decision + 1} has undone it\n"
        "Hint: delete the row, or decide again: etl links 'FILM/NAME=ID'\n"
    )
    for arguments in (LINK, (*LINK, "-q")):
        code, told, talk = said(linked(*arguments))
        assert (code, talk) == (0, warned)
        assert told == "" or told.endswith("graph: unchanged\n")
    assert linked("links", "-f", "csv").stdout == before
    assert json.loads(linked(*LINK, "-f", "json").stdout)["undone"] == [
        {"decision": "tt0113277: none", "run": decision + 1},
        {"decision": "tt0113277/Val Kilmer: nm0000174", "run": decision + 1},
    ]
    result = linked("links", "tt0113277/Val Kilmer=nm0000174")
    assert result.stderr.startswith("Warning: decisions.sssom.tsv: tt0113277: none: left out")
    assert "Val Kilmer,nm0000174,,,decision" in linked("links", "-f", "csv").stdout
    linked("links", "tt0113277=none")
    assert linked("links", "-f", "csv").stdout == decided
    assert said(linked(*LINK))[2] == ""
    assert linked("links", "-f", "csv").stdout == decided


def test_an_undo_of_a_decision_can_be_undone_too(linked: Etl) -> None:
    linked("links", "tt0113277/Al Pacino=no")
    decided = linked("links", "-f", "csv").stdout
    linked("undo", str(runs(linked)))
    linked("undo", str(runs(linked)))
    assert said(linked(*LINK))[2] == ""
    assert linked("links", "-f", "csv").stdout == decided


def test_a_rejection_that_was_undone_stays_undone(linked: Etl) -> None:
    before = linked("links", "-f", "csv").stdout
    linked("links", "tt0113277/Al Pacino=no", "tt0113277=no")
    assert "Pacino" not in linked("links", "-f", "csv").stdout
    linked("undo", str(runs(linked)))
    assert linked(*LINK).stderr.count("left out") == 2
    assert linked("links", "-f", "csv").stdout == before


def test_a_row_of_the_users_file_that_was_never_undone_counts_at_once(linked: Etl) -> None:
    linked("links", "tt0113277/Val Kilmer=nm0000174")
    linked("undo", str(runs(linked)))
    path = Path("decisions.sssom.tsv")
    path.write_text(path.read_text("utf-8").replace("nm0000174", "nm0000175"), "utf-8")
    assert said(linked(*LINK))[2] == ""
    assert "Val Kilmer,nm0000175,,,decision" in linked("links", "-f", "csv").stdout


def test_links_that_were_undone_come_again_but_not_in_silence(linked: Etl) -> None:
    found = linked("links", "-f", "csv").stdout
    undone = runs(linked)
    linked("undo", str(undone))
    assert linked("links", "-f", "csv").stdout == HEADER
    result = linked(*LINK, "-f", "json")
    assert json.loads(result.stdout)["again"] == [
        {"kind": "film", "run": undone + 1, "links": 1},
        {"kind": "person", "run": undone + 1, "links": 2},
    ]
    assert result.stderr == (
        f"Note: 1 film and 2 names linked again, which run {undone + 1} had undone\n"
    )
    assert linked("links", "-f", "csv").stdout == found
    assert said(linked(*LINK))[2] == ""


def test_a_decision_about_one_name_leaves_what_was_found_for_others(heat: Etl) -> None:
    principals = Path("imdb", "title.principals.tsv")
    principals.write_text(TABLES[principals.name] + "tt0113277\t3\tnm0000007\tactor\t\\N\t\\N\n")
    names = Path("imdb", "name.basics.tsv")
    names.write_text(TABLES[names.name] + "nm0000007\tAl Pacino\n")
    heat(*LINK)
    rejected = Decision("tt0113277", "Al Pacino", "nm0000007", rejected=True)
    Path("decisions.sssom.tsv").write_text(write_decisions([rejected], Iris()), "utf-8")
    heat(*LINK)
    row = "Al Pacino,nm0000199,Q41163,Al Pacino,person-name"
    assert row in heat("links", "-f", "csv").stdout
    heat("links", "tt0113277/Val Kilmer=none")
    assert row in heat("links", "-f", "csv").stdout


def test_links_are_exported_as_sssom_and_taken_over_again(linked: Etl) -> None:
    linked("links", "-o", "links.sssom.tsv")
    text = Path("links.sssom.tsv").read_text("utf-8")
    assert text.splitlines()[9:] == [
        "#mapping_set_id: http://localhost:8000/links",
        (
            "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\t"
            "mapping_justification\tconfidence\tmapping_tool\tcomment"
        ),
        (
            "movie:tt0113277\tHeat\tskos:exactMatch\t\timdb.title:tt0113277/\tHeat\t"
            "semapv:BackgroundKnowledgeBasedMatching\t0.999\treelgraph\tfilm-id; crosswalk.csv:2"
        ),
        (
            "movie:tt0113277\tHeat\tskos:exactMatch\t\twikidata:Q42198\tHeat\t"
            "semapv:BackgroundKnowledgeBasedMatching\t0.999\treelgraph\tfilm-id; crosswalk.csv:2"
        ),
        (
            "movie:tt0113277#person-Al_Pacino\tAl Pacino\tskos:exactMatch\t\t"
            "imdb.name:nm0000199/\tAl Pacino\tsemapv:LexicalMatching\t0.998\treelgraph\t"
            "person-name; IMDb tt0113277; crosswalk.csv:3"
        ),
        (
            "movie:tt0113277#person-Al_Pacino\tAl Pacino\tskos:exactMatch\t\twikidata:Q41163\t"
            "Al Pacino\tsemapv:LexicalMatching\t0.998\treelgraph\t"
            "person-name; IMDb tt0113277; crosswalk.csv:3"
        ),
        (
            "movie:tt0113277#person-Michael_Mann\tMichael Mann\tskos:exactMatch\t\t"
            "imdb.name:nm0000520/\tMichael Mann\tsemapv:LexicalMatching\t0.998\treelgraph\t"
            "person-name; IMDb tt0113277"
        ),
    ]
    judged = text.replace("semapv:LexicalMatching", "semapv:ManualMappingCuration")
    Path("judged.sssom.tsv").write_text(judged, "utf-8")
    assert linked("links", "judged.sssom.tsv").stdout.startswith(
        "decisions.sssom.tsv: 3 decisions\n"
    )
    assert linked("links", "--rung", "decision", "-f", "csv").stdout.count("decision") == 4


def test_a_crosswalk_may_be_our_own_export(linked: Etl) -> None:
    linked("links", "-o", "links.sssom.tsv")
    Path("pairs.tsv").write_text("imdb\titem\nimdb:tt0113277\twikidata:Q42198\n", "utf-8")
    [pair] = read_crosswalks([Path("pairs.tsv")]).pairs("tt0113277")
    assert pair.wikidata_id == "Q42198"


@pytest.mark.skipif(
    not importlib.util.find_spec("sssom") and os.environ.get("CI") != "true",
    reason="sssom is not installed (pip install sssom)",
)
@pytest.mark.filterwarnings("default")
def test_what_is_exported_is_valid_sssom(heat: Etl) -> None:
    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    heat(*LINK)
    heat("links", "tt0113277/Al Pacino=no", "tt0113277/Val Kilmer=none")
    heat("links", "-o", "links.sssom.tsv")
    for name in ("links.sssom.tsv", "decisions.sssom.tsv"):
        mappings = parse_sssom_table(name)
        assert len(mappings.df) >= 2
        reports = validate(mappings, fail_on_error=True)
        assert all(not report.results for report in reports.values())


def test_owl_same_as_is_exported_on_request_only(linked: Etl) -> None:
    same = "<http://www.w3.org/2002/07/owl#sameAs> <http://www.wikidata.org/entity/Q42198>"
    assert same not in linked("export", "-f", "nt").stdout
    told = linked("export", "-f", "nt", "--owl-same-as").stdout
    assert f"<http://localhost:8000/movie/tt0113277> {same} ." in told
    assert told.count("owl#sameAs") == 2


HEAT_FOUND = Subject(
    FilmMention("tt0113277", "Heat", 1995),
    {"imdb": "tt0113277"},
    (Mention("Al Pacino"), Mention("Val Kilmer")),
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tt0113277=", "expected a decision, found 'tt0113277='"),
        ("=Q1", "expected a decision, found '=Q1'"),
        ("tt0113277=maybe", "expected an id, found 'maybe'"),
        ("tt0113277=nm0000199", "nm0000199 is no film's id"),
        ("tt0113277/Al Pacino=tt0113277", "tt0113277 is no person's id"),
        ("tt0113277/Somebody=Q1", "Heat names nobody called 'Somebody'"),
        ("tt9999999=Q1", "tt9999999: no such film in the graph"),
        (
            "tt0113277/Al Pacino=yes",
            "no link was found for 'tt0113277/Al Pacino', so there is none to confirm or reject",
        ),
    ],
)
def test_a_decision_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(LinkError) as refused:
        decide(text, {"tt0113277": HEAT_FOUND}.get)
    assert str(refused.value) == message
    assert refused.value.hint


def test_a_decision_may_spell_names_and_films_in_another_way() -> None:
    film = Subject(
        FilmMention("tt0113277", "Heat", 1995), {}, (Mention("Björn Ny"), Mention("Dana Quill Jr."))
    )
    films = {"tt0113277": film}.get
    for name in ("Bjo\u0308rn\u00a0Ny", "Björn Ny\u200e"):
        assert decide(f"TT000113277/{name}=nm00000001", films) == Decision(
            "tt0113277", "Björn Ny", "nm0000001"
        )
    said = decide("tt0113277/Dana Quill, Jr.=Q1", films)
    assert said == Decision("tt0113277", "Dana Quill Jr.", "Q1")


def test_files_that_are_no_evidence_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(LinkError) as refused:
        read_crosswalks([empty])
    assert str(refused.value) == f"{empty}: no pair of an IMDb id and a Wikidata item in it"
    with pytest.raises(LinkError) as refused:
        ImdbTables.find(tmp_path)
    assert str(refused.value) == f"{tmp_path}: none of IMDb's tables in it"
    broken = tmp_path / "decisions.tsv"
    broken.write_text("subject_id\tobject_id\tmapping_justification\n\t\t\n", "utf-8")
    with pytest.raises(LinkError, match="expected a subject_id and an object_id"):
        read_decisions(broken, Iris())


def test_the_documentation_shows_the_ladder_as_it_is() -> None:
    text = (ROOT / "docs" / "linking.md").read_text("utf-8")
    for rung in RUNGS:
        assert f"| `{rung.name}` | {rung.takes} | {rung.confidence:g} |" in text
