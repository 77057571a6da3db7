"""Answers that come in pieces are read as if they were whole."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse

from etl.sparql.answers import Stream

DOCUMENT = b"".join(b'<urn:s> <urn:p> "%d" .\n' % number for number in range(2000))


@pytest.mark.parametrize("length", [1, 7, 4096, len(DOCUMENT)])
def test_pieces_of_any_length_are_read_like_a_file(length: int) -> None:
    pieces = (DOCUMENT[at : at + length] for at in range(0, len(DOCUMENT), length))
    triples = parse(Stream(pieces), RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    assert list(triples) == list(parse(DOCUMENT, RdfFormat.N_TRIPLES))
