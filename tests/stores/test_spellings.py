"""What a server spells otherwise is sent in its spelling, and read in ours."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from etl.rdf.vocab import SCHEMA, XSD
from etl.stores.servers import KINDS
from etl.stores.spellings import as_held, lines_as_written

FUSEKI, BLAZEGRAPH = KINDS["fuseki"], KINDS["blazegraph"]
FILM = NamedNode("http://localhost:8000/movie/1")
DECIMALS = st.decimals(-1000, 1000, places=1).map(
    lambda each: Literal(f"{each.normalize():f}", datatype=XSD.decimal)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")).map(Literal)


@example([Literal(' "10"^^<http://www.w3.org/2001/XMLSchema#decimal> .')], [])
@example([Literal('.0"^^<http://www.w3.org/2001/XMLSchema#decimal>'), Literal("5")], [3])
@example([Literal("10", datatype=XSD.integer), Literal("-0", datatype=XSD.decimal)], [])
@given(st.lists(DECIMALS | TEXTS), st.lists(st.integers(0, 500)))
def test_what_is_sent_to_fuseki_comes_back_as_it_was(
    values: list[Literal], cuts: list[int]
) -> None:
    triples = [Triple(FILM, SCHEMA.bestRating, value) for value in values]
    written = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    held = as_held(written, FUSEKI)
    for quad, triple in zip(parse(held, RdfFormat.N_TRIPLES), triples, strict=True):
        value, sent = triple.object, quad.triple.object
        assert isinstance(value, Literal) and isinstance(sent, Literal)
        if value.datatype == XSD.decimal:
            assert "." in sent.value and Decimal(sent.value) == Decimal(value.value)
        else:
            assert sent == value
    places = sorted({0, *cuts, len(held)})
    chunks = [held[start:end] for start, end in pairwise(places)]
    for at_once in (1, 200, 10_000):
        parts = list(lines_as_written(chunks, FUSEKI, at_once))
        assert b"".join(parts) == written
        assert all(part.endswith(b"\n") for part in parts)


def test_times_come_back_from_blazegraph_without_the_milliseconds_that_nobody_wrote() -> None:
    values = [
        Literal("2026-11-29T23:52:21Z", datatype=XSD.dateTime),
        Literal("2026-11-29T23:52:21.500Z", datatype=XSD.dateTime),
        Literal("2026-11-29T23:52:21.000Z"),
    ]
    triples = [Triple(FILM, SCHEMA.name, value) for value in values]
    written = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    given = written.replace(b':21Z"', b':21.000Z"')
    assert given != written
    assert b"".join(lines_as_written([given], BLAZEGRAPH)) == written
