"""Compare a search index with the graph that it is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from etl.search.asking import opened
from etl.search.entries import IndexedGraph, entry_in
from etl.search.folding import folded

_HELD = "SELECT why, text, folded, year, weight FROM label WHERE key = ?"
_WORDS = """
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, found, row);
CREATE TEMP VIEW spelt AS SELECT term AS word, doc AS labels FROM temp.vocabulary;
"""
_OTHER_WORDS = """
SELECT (SELECT count(*) FROM (SELECT * FROM spelt EXCEPT SELECT * FROM word)),
       (SELECT count(*) FROM (SELECT * FROM word EXCEPT SELECT * FROM spelt))
"""


def differing(path: Path, base: str, graph: IndexedGraph) -> Iterator[tuple[str, int, int]]:
    """Yield what an index finds otherwise than the graph has it, by IRI; words by `base`.

    With each come the numbers of labels or words that the index lacks, and that it should not have.
    """
    with opened(path) as connection:
        seen = 0
        for iri in graph.named():
            entry = entry_in(graph, iri)
            wanted = Counter(
                (why, text, folded(text), entry.year, entry.weight) for why, text in entry.labels
            )
            held = Counter(connection.execute(_HELD, (iri.removeprefix(base),)).fetchall())
            seen += held.total()
            if wanted != held:
                yield iri, (wanted - held).total(), (held - wanted).total()
        ((labels,),) = connection.execute("SELECT count(*) FROM label")
        connection.executescript(_WORDS)
        ((lacking, surplus),) = connection.execute(_OTHER_WORDS)
        if labels != seen or lacking or surplus:
            yield base, lacking, surplus + labels - seen
