"""What is found of one film, held against what is found of the others.

One IMDb id goes with one item. Where two films, or people of two films, say otherwise, the item is
believed of none of them, unless a person has decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from etl.linking import ladder
from etl.linking.subjects import Subject
from etl.records import Link

Findings = dict[str, Link]
"""What was found about one film, by the name of a person; of the film itself by ""."""

_Partners = Mapping[str, set[str]]


def without_contradictions(
    found: Sequence[tuple[Subject, Findings]],
) -> list[tuple[Subject, Findings]]:
    """Leave the items of films and people for review that two IMDb ids share, or one has two of."""
    items, owners = _partners(
        (link.imdb_id, link.wikidata_id)
        for _, findings in found
        for link in findings.values()
        if link.kind == "person" and link.holds
    )
    _, films = _partners(
        (_imdb_id(subject, findings[""]), findings[""].wikidata_id)
        for subject, findings in found
        if "" in findings and findings[""].holds
    )
    return [
        (
            subject,
            {
                name: _film(link, films) if link.kind == "film" else _person(link, items, owners)
                for name, link in findings.items()
            },
        )
        for subject, findings in found
    ]


def _imdb_id(subject: Subject, link: Link) -> str | None:
    return subject.film.imdb_id or link.imdb_id


def _partners(pairs: Iterable[tuple[str | None, str | None]]) -> tuple[_Partners, _Partners]:
    """Return the items of each IMDb id, and the IMDb ids of each item."""
    items: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, set[str]] = defaultdict(set)
    for imdb_id, item in pairs:
        if imdb_id and item:
            items[imdb_id].add(item)
            owners[item].add(imdb_id)
    return items, owners


def _person(link: Link, items: _Partners, owners: _Partners) -> Link:
    """Take the item from a person who has two, or who shares it with another IMDb id."""
    if not (link.holds and link.imdb_id and link.wikidata_id) or _is_decided(link):
        return link
    for rivals, reason in (
        (items[link.imdb_id], "several items have this person's IMDb id"),
        (owners[link.wikidata_id], "several IMDb ids have this person's item"),
    ):
        if len(rivals) > 1:
            return replace(link, wikidata_id=None, rivals=tuple(sorted(rivals)), reason=reason)
    return link


def _film(link: Link, owners: _Partners) -> Link:
    """Question the item of a film that another film has too, by another IMDb id."""
    rivals = owners.get(link.wikidata_id or "", set())
    if not link.holds or len(rivals) < 2 or _is_decided(link):
        return link
    rung = ladder.FILM_ID_QUESTIONED
    return replace(
        link,
        predicate=rung.predicate,
        rung=rung.name,
        confidence=rung.confidence,
        rivals=tuple(sorted(rivals)),
        reason="several films have this item",
    )


def _is_decided(link: Link) -> bool:
    return link.rung == ladder.DECISION.name
