"""A comparison of lines with a store sees each difference that a comparison of the lines sees."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, serialize

from etl.publication.comparing import Held
from etl.rdf.descriptions import Term
from etl.rdf.vocab import SCHEMA, XSD
from etl.stores.embedded import EmbeddedStore

FILM = NamedNode("http://localhost:8000/movie/1")
SPELLINGS = ("8.5", "8.50", "8", "08", "+8", "8.0", "1", "true", "PT1H", "PT60M", "2004", "x", "")
DATATYPES = (
    *(XSD.decimal, XSD.integer, XSD.double, XSD.boolean, XSD.duration, XSD.gYear, XSD.string),
    *(NamedNode(f"{XSD.string.value.removesuffix('string')}int"), NamedNode("http://a.example/b")),
)
TYPED = st.builds(
    lambda value, datatype: Literal(value, datatype=datatype),
    st.sampled_from(SPELLINGS) | st.text('8.5"\\^<>a: \n'),
    st.sampled_from(DATATYPES),
)
PLAIN = st.text('8.5"\\^<>a: \n').map(Literal)
DECIMAL = f'"^^<{XSD.decimal.value}>'


@example(Literal("8.50", datatype=XSD.decimal), [])
@example(Literal(f'"8.50{DECIMAL} .'), [])
@example(Literal(f'{DECIMAL}"8.50', datatype=XSD.decimal), [Literal("8.5", datatype=XSD.decimal)])
@example(Literal(FILM.value), [FILM])
@example(Literal('"5.', datatype=XSD.decimal), [])
@given(TYPED | PLAIN, st.lists(TYPED | PLAIN))
def test_a_line_is_held_only_if_the_store_has_it_in_this_spelling(
    value: Term, others: Sequence[Term]
) -> None:
    quads = [Quad(FILM, SCHEMA.name, each) for each in (value, *others)]
    kept = Store()
    kept.bulk_extend(quads)
    own = set((kept.dump(format=RdfFormat.N_QUADS) or b"").splitlines())
    held = Held(EmbeddedStore(kept))
    for line in (serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True):
        assert held.count(line) == (1 if line.rstrip() in own else None)
        assert Held(EmbeddedStore(Store())).count(line) is None


def test_what_is_held_is_counted_and_what_no_store_can_read_is_not_held() -> None:
    line = b'<http://a.example/s> <http://a.example/p> "8.5"' + DECIMAL.encode()[1:] + b" .\n"
    store = Store()
    store.bulk_load(line, RdfFormat.N_QUADS)
    held = Held(EmbeddedStore(store))
    assert held.count(line) == 1
    assert held.count(line.replace(b"8.5", b"8.50")) is None
    assert held.count(b"_:b" + line[line.index(b" ") :]) is None
    assert held.count(line[:-4]) is None
    assert held.count(b"") == 0
