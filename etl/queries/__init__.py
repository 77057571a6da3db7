"""Saved queries: SPARQL files with a header, and the safe binding of their parameters.

A file is valid SPARQL on its own. Its header is made of comments:

    #+ summary: Films by their rating, the best first.
    #+ param: minimum number = 7: leave out films rated below this

and each parameter has its place in the text, a line `VALUES ?minimum { UNDEF }`, where
binding puts one RDF term. What a user types never gets into a query in any other way.
"""

from __future__ import annotations

from etl.queries.binding import (
    assignments,
    bind,
    check_text,
    fill,
    parse_terms,
    portable,
    positional,
    serialized,
)
from etl.queries.kinds import KINDS, Lookup, Queryable, Term
from etl.queries.saved import (
    Parameter,
    SavedQuery,
    find,
    mentioning,
    nearest,
    read_own,
    read_queries,
)

__all__ = [
    "KINDS",
    "Lookup",
    "Parameter",
    "Queryable",
    "SavedQuery",
    "Term",
    "assignments",
    "bind",
    "check_text",
    "fill",
    "find",
    "mentioning",
    "nearest",
    "parse_terms",
    "portable",
    "positional",
    "read_own",
    "read_queries",
    "serialized",
]
