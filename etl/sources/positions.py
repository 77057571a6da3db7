"""The line of a triple in a file of RDF, if it is certain.

A parser tells what a file says, not where. So where something is wrong, the text is searched: in
Turtle and TriG for where terms begin and end, in JSON-LD for where nodes are named. The parser then
says which terms those are. What has no name, and all of RDF/XML, has no line.

Source: RDF 1.1 Turtle, section 6.5 (grammar); JSON-LD 1.1, section 3.3 (node identifiers).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import NamedNode, RdfFormat, Triple

from etl.rdf.descriptions import Term

Pattern: TypeAlias = tuple[Term, NamedNode | None, Term | None]
"""A triple, by its subject, maybe its predicate, and maybe its object."""

Reader: TypeAlias = Callable[[str], Iterator[Triple]]
"""Reads some text of a file's format, as the file is read."""

SEARCHED_BYTES = 1 << 25  # a larger file, unless it has a triple on each line, has no lines

_TURTLE = re.compile(
    r"""(?: \s | \#[^\n]* )*+
      (?: (?P<directive> @(?:prefix|base)\b[^<]*<[^>]*>\s*\. | (?i:PREFIX\s[^<]*|BASE\s*)<[^>]*> )
      | (?P<opening> [\[(] )
      | (?P<closing> [\])] )
      | (?P<ending> \{(?!\|) | \}| \. )
      | (?P<comma> , )
      | (?P<semicolon> ; )
      | (?P<term>
          (?: <[^<>\s]*>
            | \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
            | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
            | (?:[^\s<>"'()\[\]{};,.\\\#^]|\\.|\.(?=[^\s<>"'()\[\]{};,\#]))+ )
          (?: @[A-Za-z0-9-]+
            | \^\^(?:<[^<>\s]*>|(?:[^\s<>"'()\[\]{};,.]|\.(?=[^\s<>"'()\[\]{};,\#]))+) )? ) )""",
    re.VERBOSE | re.DOTALL,
)
_CONTEXT = re.compile(r'"@context"\s*:\s*')
_ID = re.compile(
    r'(?P<opening>\{\s*)?"(?P<key>@?id)"\s*:\s*(?P<id>"(?:[^"\\]|\\.)*")(?P<closing>\s*\})?'
)

_BEFORE_END = re.compile(r".*[/:#<]", re.DOTALL)


def lines(
    path: str, form: RdfFormat, wanted: Iterable[Pattern], read: Reader
) -> dict[Pattern, int]:
    """Find the first lines that fit patterns, in a file of RDF that is well-formed.

    Where it is written in a way that is not understood here, the search ends.
    """
    missing = set(wanted)
    found: dict[Pattern, int] = {}
    if not missing:
        return found
    with suppress(SyntaxError):
        for pattern, line in _found(path, form, {subject for subject, _, _ in missing}, read):
            if pattern in missing:
                missing.remove(pattern)
                found[pattern] = line
    return found


def _found(
    path: str, form: RdfFormat, subjects: set[Term], read: Reader
) -> Iterator[tuple[Pattern, int]]:
    if form in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        yield from _by_line(path, subjects, read)
    elif form in _SEARCHES and Path(path).stat().st_size <= SEARCHED_BYTES:
        text = Path(path).read_text("utf-8-sig")
        line, place = 1, 0
        for pattern, at in _SEARCHES[form](text, subjects, read):
            line += text.count("\n", place, at) - text.count("\n", at, place)
            place = at
            yield pattern, line


def _by_line(path: str, subjects: set[Term], read: Reader) -> Iterator[tuple[Pattern, int]]:
    starts = {str(subject) for subject in subjects}
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if line.partition(" ")[0] in starts:
                for pattern in _patterns(next(read(line))):
                    yield pattern, number


def _patterns(triple: Triple) -> tuple[Pattern, Pattern, Pattern]:
    subject, predicate, object_ = triple
    return (subject, None, None), (subject, predicate, None), (subject, predicate, object_)


def _in_turtle(text: str, subjects: set[Term], read: Reader) -> Iterator[tuple[Pattern, int]]:
    """Yield the triples of named subjects, with the places of subject, predicate and object.

    What stands in brackets is passed over; `[]` stands for it.
    """
    said = lru_cache(lambda prefixes, terms: next(read(f"{prefixes}{terms} .")))
    ends = {_end(subject.value) for subject in subjects if not isinstance(subject, Triple)}
    prefixes, depth, at = "", 0, 0
    terms: list[tuple[str, int]] = []
    while token := _TURTLE.match(text, at):
        kind, at = token.lastgroup or "", token.end()
        word = token[kind]
        if kind == "directive":
            prefixes += word + "\n"
        elif kind == "closing":
            depth -= 1
        elif kind == "opening" or (kind == "term" and not depth):
            if not depth:
                terms.append((word if kind == "term" else "[]", token.start(kind)))
            depth += kind == "opening"
        elif not depth and kind in _KEPT:
            del terms[_KEPT[kind] :]
        if len(terms) == _TRIPLE and not depth:
            subject, predicate, object_ = (each for each, _ in terms)
            if _end(subject) in ends and said(prefixes, f"{subject} a []").subject in subjects:
                triple = said(prefixes, f"{subject} {predicate} {object_}")
                yield from zip(_patterns(triple), (place for _, place in terms), strict=True)


_TRIPLE = 3
_KEPT = {"ending": 0, "semicolon": 1, "comma": 2}
"""How many terms of a triple are those of the next one too, by what stands between them."""


def _in_json_ld(text: str, subjects: set[Term], read: Reader) -> Iterator[tuple[Pattern, int]]:
    """Yield the nodes that say something, with the places of their names.

    That is certain where one context, if any, is said for all of the document.
    """
    ends = {_end(subject.value) for subject in subjects if isinstance(subject, NamedNode)}
    contexts = list(_CONTEXT.finditer(text))
    if contexts and (len(contexts) > 1 or text[: contexts[0].start()].strip() != "{"):
        return
    context, after = json.JSONDecoder().raw_decode(text, contexts[0].end()) if contexts else ({}, 0)
    for name in _ID.finditer(text, after):
        iri = json.loads(name["id"])
        refers_only = name["opening"] and name["closing"]
        if _end(iri) in ends and not refers_only:
            node = {name["key"]: iri, "urn:p": "o"}
            for triple in read(json.dumps({"@context": context, **node})):
                if triple.predicate == NamedNode("urn:p"):
                    yield (triple.subject, None, None), name.start("key")


def _end(iri: str) -> str:
    """Return how a name ends, whether it is whole, relative or compact."""
    return _BEFORE_END.sub("", iri).rstrip(">").replace("\\", "")


_SEARCHES = {
    RdfFormat.JSON_LD: _in_json_ld,
    RdfFormat.TRIG: _in_turtle,
    RdfFormat.TURTLE: _in_turtle,
}
