"""Shapes of one's own: a load takes them in, the workspace keeps them, a rebuild applies them."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from commands import Etl, said
from desk import ENGINE, Desk
from etl.catalog.catalog import Catalog
from etl.operations.rebuild import RebuildOptions, rebuild
from etl.rdf.vocab import FILM
from etl.shacl import CompiledEngine, Shapes
from etl.workspace import Workspace
from records import EMMA, HEAT, Film, write
from thoroughness import THOROUGH
from validation.turtle import shapes as shapes_of

RONIN = Film(8195, "Ronin", 1998, directors="John Frankenheimer", actors="Robert De Niro")
NOTE = (
    "Note: the shapes have changed; "
    "to check the films that were loaded before by them too, run: etl rebuild\n"
)
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix schema: <https://schema.org/> .
@prefix shapes: <https://w3id.org/reelgraph/shapes#> . @prefix own: <http://own.example/> .
"""
RATED = (
    "own:Film sh:targetClass schema:Movie ; sh:property own:rated ."
    "own:rated sh:path schema:aggregateRating ; sh:minCount 1 ;"
    ' sh:message "Rate it (`ratingValue:`)." .'
)


@pytest.fixture
def seeds(etl: Etl) -> Path:
    """Two films, of which one is rated."""
    del etl
    folder = Path("seeds")
    folder.mkdir()
    write(folder, EMMA.but(rating="6.7"))
    write(folder, HEAT)
    Path("own.ttl").write_text(PREFIXES + RATED, "utf-8")
    return folder


def test_what_does_not_conform_to_one_s_own_shapes_is_kept_out(etl: Etl, seeds: Path) -> None:
    result = etl("load", seeds, "--shapes", "own.ttl")
    counts = "films: 1 added, 0 changed, 0 removed\npeople: 3 added, 0 changed, 0 removed\n"
    assert said(result) == (
        1,
        f"seeds: 2 records read: 1 loaded, 1 quarantined\n{counts}",
        "Error: seeds/6.txt:5: ratingValue: Rate it (`ratingValue:`).\n",
    )


def test_a_workspace_remembers_its_shapes(etl: Etl, seeds: Path) -> None:
    etl("load", seeds, "--shapes", "own.ttl")
    Path("own.ttl").unlink()
    write(seeds, RONIN)
    assert etl("load", seeds).stdout.startswith(
        "seeds: 3 records read: 1 unchanged, 2 quarantined\n"
    )
    assert "8195.txt,5,ratingValue" in etl("validate", seeds, "-f", "csv").stdout
    assert etl("rebuild").stdout.startswith("seeds: 3 records read: 1 unchanged, 2 quarantined\n")


def test_new_shapes_are_noticed_and_a_rebuild_judges_all_by_them(etl: Etl, seeds: Path) -> None:
    etl("load", seeds)
    unchanged = "seeds: 2 records read: 2 unchanged\ngraph: unchanged\n"
    assert said(etl("load", seeds)) == (0, unchanged, "")
    assert said(etl("load", seeds, "--shapes", "own.ttl")) == (0, unchanged, NOTE)
    assert said(etl("load", seeds)) == (0, unchanged, NOTE)
    assert said(etl("load", seeds, "--quiet")) == (0, "", "")
    result = etl("rebuild")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: seeds/6.txt:5: ratingValue: Rate it (`ratingValue:`).\n",
    )
    assert etl("check").stderr.endswith("store and catalog agree: 1 film, 3 people\n")
    assert etl("load", seeds).stdout.startswith(
        "seeds: 2 records read: 1 unchanged, 1 quarantined\n"
    )
    assert etl("load", seeds).stderr.count("Note") == 0
    result = etl("rebuild", "--shapes", "/dev/null")  # and ours alone again
    assert (result.exit_code, result.stderr) == (0, "")
    assert etl("check").stderr.endswith("store and catalog agree: 2 films, 6 people\n")
    assert said(etl("load", seeds)) == (0, unchanged, "")


def test_a_dry_run_remembers_no_shapes(etl: Etl, seeds: Path) -> None:
    etl("load", seeds)
    assert etl("load", seeds, "--shapes", "own.ttl", "--dry-run").stderr.startswith(NOTE)
    assert etl("rebuild", "--shapes", "own.ttl", "--dry-run").exit_code == 1
    assert said(etl("load", seeds))[2] == ""


def test_what_now_conforms_comes_in_by_a_replay(etl: Etl, seeds: Path) -> None:
    write(seeds, HEAT.but(year=1066))
    assert etl("load", seeds).exit_code == 1
    Path("own.ttl").write_text(PREFIXES + "shapes:movie-year-form sh:deactivated true .", "utf-8")
    assert etl("load", seeds, "--shapes", "own.ttl").exit_code == 1
    result = etl("replay")
    assert (result.exit_code, result.stdout.splitlines()[1]) == (
        0,
        "films: 1 added, 0 changed, 0 removed",
    )


def test_a_shape_for_pyshacl_is_named_once_by_a_load(etl: Etl, seeds: Path) -> None:
    Path("own.ttl").write_text(
        PREFIXES + 'own:Rated sh:targetClass schema:Movie ; sh:sparql [ sh:message "Rate it." ;'
        ' sh:select "SELECT $this { FILTER NOT EXISTS { $this'
        ' <https://schema.org/aggregateRating> ?r } }" ] .',
        "utf-8",
    )
    assert etl("load", seeds, "--shapes", "own.ttl").stderr == (
        "Warning: shape <http://own.example/Rated>: checked by pySHACL, which is slow: "
        "it has a SPARQL constraint\n"
        "Error: seeds/6.txt:1: Rate it.\n"
    )


def test_remembered_shapes_that_cannot_be_used_are_replaced_by_a_rebuild(
    etl: Etl, seeds: Path
) -> None:
    """As if an earlier version, which knew no better, had taken them in."""
    etl("load", seeds, "--shapes", "own.ttl")
    generation = Workspace(Path(".etl")).required()
    ill_formed = shapes_of("ex:S sh:targetNode ex:a ; sh:property [ sh:minCount 1 ] .").text
    catalog = Catalog.write(generation.catalog)
    catalog.settings.keep_shapes(own=ill_formed)
    catalog.close()
    generation.seal(None)
    error = (
        "Error: shape <http://example.org/S>: sh:property: sh:path: a property shape has one, "
        "found none\n"
        "Hint: correct the shape, and have it remembered: etl rebuild --shapes FILE\n"
    )
    assert said(etl("replay")) == (2, "", error)
    assert etl("rebuild", "--shapes", "own.ttl").exit_code == 1
    assert etl("replay").stderr.count("Hint") == 0


def test_a_film_is_judged_by_itself_whatever_is_loaded_with_it(desk: Desk) -> None:
    """A shape that looks at other films finds none of them in a load, but all in the store."""
    once = (
        "ex:Once sh:targetObjectsOf schema:director ; sh:property"
        " [ sh:path [ sh:inversePath schema:actor ] ; sh:maxCount 1 ],"
        ' [ sh:path schema:name ; sh:pattern "^[^R]" ] .'
    )
    desk.engine = CompiledEngine(ENGINE.shapes | shapes_of(once))
    directed = RONIN.but(directors="Robert De Niro")
    desk.write(HEAT, directed, EMMA)
    desk.load()
    with Catalog.read(desk.workspace.required().catalog) as catalog:
        assert [each.film for each in catalog.refusals.quarantined()] == [directed.imdb]


def test_a_person_is_judged_with_each_film_alone(desk: Desk) -> None:
    """Validated together, two films would count for the actor of both."""
    once = (
        "ex:Once sh:targetClass schema:Person ;"
        " sh:property [ sh:path [ sh:inversePath schema:actor ] ; sh:maxCount 1 ] ."
    )
    desk.engine = CompiledEngine(ENGINE.shapes | shapes_of(once))
    desk.write(HEAT, RONIN, EMMA)
    assert desk.load().films.added == 3


def test_films_are_validated_together_by_our_shapes() -> None:
    assert ENGINE.walked_back == frozenset({FILM.performance})


def test_what_is_found_about_a_value_belongs_to_its_film(desk: Desk) -> None:
    inner = (
        "ex:Page sh:targetClass schema:Movie ; sh:property [ sh:path schema:url ;"
        ' sh:property [ sh:path ex:title ; sh:minCount 1 ; sh:message "No title." ] ] .'
    )
    desk.engine = CompiledEngine(ENGINE.shapes | shapes_of(inner))
    desk.write(HEAT, EMMA)
    desk.load()
    assert desk.graph() == set()
    assert sorted(desk.messages()) == ["6.txt:1: No title.", "838.txt:1: No title."]


# A rebuild gives what loading would have given

RULES = {
    "ours": "",
    "rated": RATED,
    "short": "own:S sh:targetClass schema:Movie ; sh:property [ sh:path schema:name ;"
    " sh:maxLength 4 ] .",
    "any year": "shapes:movie-year-form sh:deactivated true .",
    "no extras": "own:P sh:targetClass schema:Person ; sh:property [ sh:path schema:name ;"
    ' sh:not [ sh:pattern "^Extra" ] ] .',
}


@cache
def engine_of(name: str) -> CompiledEngine:
    """Make an engine by our shapes and some of these."""
    text = RULES[name]
    return CompiledEngine(
        ENGINE.shapes | shapes_of(PREFIXES + text) if text else Shapes(ENGINE.shapes.triples)
    )


EDITS = st.builds(
    Film,
    number=st.sampled_from([6, 838]),
    title=st.sampled_from(["Heat", "Emma!!", ""]),
    year=st.sampled_from([1995, 1066, "soon"]),
    rating=st.sampled_from(["", "7", "82"]),
    directors=st.sampled_from(["A B", "Extra One", ""]),
)


GOOD = Film(6, "Heat", 1995, rating="7", directors="A B")
UNRATED, EARLY = GOOD.but(rating="", title="Heat!"), GOOD.but(year=1066)


@settings(max_examples=25, phases=list(Phase) if THOROUGH else [Phase.explicit])
@example(history=[[GOOD], [UNRATED], [EARLY]], old="ours", new="rated")  # back to the first
@example(history=[[GOOD], [EARLY], [UNRATED]], old="rated", new="any year")
@given(
    history=st.lists(st.lists(EDITS, min_size=1, max_size=2), min_size=1, max_size=2),
    old=st.sampled_from(sorted(RULES)),
    new=st.sampled_from(sorted(RULES)),
)
def test_a_rebuild_under_new_shapes_is_as_if_they_had_always_been(
    history: list[list[Film]], old: str, new: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk, always = (
            Desk(Path(folder, "a"), engine_of(old)),
            Desk(Path(folder, "b"), engine_of(new)),
        )
        for edits in history:
            for each in (desk, always):
                each.write(*edits)
                each.load()
        rebuild(desk.workspace, engine_of(new), RebuildOptions())
        assert desk.graph() == always.graph()
        assert desk.check() == []
        kept_out = []
        for each in (desk, always):
            with Catalog.read(each.workspace.required().catalog) as catalog:
                kept_out.append(
                    [
                        (item.origin.path, item.film, item.reasons)
                        for item in catalog.refusals.quarantined()
                    ]
                )
        assert kept_out[0] == kept_out[1]


def test_newer_shapes_of_ours_are_noticed_too(desk: Desk) -> None:
    desk.write(EMMA, HEAT)
    assert not desk.load().shapes_changed
    desk.engine = engine_of("rated")  # as if reelgraph had been updated
    desk.write(HEAT.but(rating="8"))
    report = desk.load()
    assert (report.shapes_changed, report.sources[0].loaded) == (True, 1)
    rebuild(desk.workspace, desk.engine, RebuildOptions())
    assert not desk.load().shapes_changed
