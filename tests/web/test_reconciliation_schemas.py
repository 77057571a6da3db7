"""Answers of the reconciliation service, judged by the API's own JSON Schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thoroughness
from specification import examples, faults
from website import Website

KINDS = (
    *("manifest", "reconciliation-query-batch", "reconciliation-result-batch"),
    *("suggest-entities-response", "suggest-properties-response", "suggest-types-response"),
    *("data-extension-query", "data-extension-response", "data-extension-property-proposal"),
)
NAMES = ("Heat", "Emma (1996)", "Al Pacino", "movie/tt0113277", "person/Bo_Li", "1917")
PIDS = (
    "datePublished",
    "director",
    "actor",
    "sameAs",
    "film",
    "birthDate",
    "genre",
    "rating",
    "no",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_are_read_as_their_own_examples_want(kind: str) -> None:
    assert [faults(kind, each) for each in examples(f"{kind}/valid")] == [
        [] for _ in examples(f"{kind}/valid")
    ]
    assert all(faults(kind, each) for each in examples(f"{kind}/invalid"))


def posted(site: Website, **form: Any) -> Any:
    """Send a request as a form, and by its address, to which the answer is the same."""
    sent = {key: json.dumps(value) for key, value in form.items()}
    answer = site.client.post("/reconcile", data=sent)
    assert answer.status_code == 200, answer.text
    assert site.client.get("/reconcile", params=sent).json() == answer.json()
    return answer.json()


def test_the_manifest_conforms(site: Website) -> None:
    manifest = site.client.get("/reconcile").json()
    assert faults("manifest", manifest) == []
    assert manifest["batchSize"] == 200


@pytest.mark.parametrize("which", range(4))
def test_the_queries_of_the_documentation_are_answered(site: Website, which: int) -> None:
    batch = examples("reconciliation-query-batch/valid")[which]
    found = posted(site, queries=batch)
    assert found.keys() == batch.keys()
    assert faults("reconciliation-result-batch", found) == []


def test_the_extensions_of_the_documentation_are_answered(site: Website) -> None:
    for asked in examples("data-extension-query/valid"):
        found = posted(site, extend=asked)
        assert faults("data-extension-response", found) == []
        assert list(found["rows"]) == asked["ids"]
        pids = [each["id"] for each in asked["properties"]]
        assert [each["id"] for each in found["meta"]] == pids
        assert all(list(row) == pids for row in found["rows"].values())


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("suggest/entity?prefix=", "suggest-entities-response"),
        ("suggest/entity?prefix=e&cursor=10", "suggest-entities-response"),
        ("suggest/entity?prefix=%3Cscript", "suggest-entities-response"),
        ("suggest/property?prefix=", "suggest-properties-response"),
        ("suggest/type?prefix=", "suggest-types-response"),
        ("properties?type=Movie", "data-extension-property-proposal"),
        ("properties?type=https://schema.org/Person&limit=2", "data-extension-property-proposal"),
        ("properties?type=none&limit=x", "data-extension-property-proposal"),
    ],
)
def test_what_is_suggested_conforms(site: Website, address: str, kind: str) -> None:
    answer = site.client.get(f"/reconcile/{address}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert faults(kind, answer.json()) == []


TEXT = st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUE = (
    TEXT
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.fixed_dictionaries({"id": TEXT}, optional={"name": TEXT})
)
TOLD = st.fixed_dictionaries(
    {"pid": st.sampled_from(PIDS), "v": VALUE | st.lists(VALUE, max_size=3)}
)
TYPE = st.sampled_from(["Movie", "Person", "https://schema.org/Movie", "Other"])
QUERY = st.fixed_dictionaries(
    {"query": TEXT},
    optional={
        "type": TYPE | st.lists(TYPE, max_size=3),
        "limit": st.integers(1, 100),
        "properties": st.lists(TOLD, max_size=3),
        "type_strict": st.sampled_from(["any", "should", "all"]),
    },
)

TRIED = settings(max_examples=thoroughness.examples(30, 200))


@TRIED
@given(batch=st.dictionaries(TEXT, QUERY, max_size=3))
def test_any_queries_are_answered_as_the_schemas_say(site: Website, batch: dict[str, Any]) -> None:
    assert faults("reconciliation-query-batch", batch) == []
    answer = site.client.post("/reconcile", data={"queries": json.dumps(batch)})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert faults("reconciliation-result-batch", found) == []
    assert found.keys() == batch.keys()
    for key, told in found.items():
        scores = [each["score"] for each in told["result"]]
        assert scores == sorted(scores, reverse=True)
        assert sum(each["match"] for each in told["result"]) <= 1
        assert len(scores) <= batch[key].get("limit", 5)


@TRIED
@given(ids=st.lists(TEXT, max_size=4), pids=st.lists(st.sampled_from(PIDS) | TEXT, max_size=4))
def test_any_things_are_described_as_the_schemas_say(
    site: Website, ids: list[str], pids: list[str]
) -> None:
    asked = {"ids": ids, "properties": [{"id": pid} for pid in pids]}
    answer = site.client.post("/reconcile", data={"extend": json.dumps(asked)})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert faults("data-extension-response", found) == []
    assert found["rows"].keys() == set(ids)
    assert all(row.keys() == set(pids) for row in found["rows"].values())
