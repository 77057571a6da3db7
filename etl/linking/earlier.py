"""What is found now of a film and its people, beside what was found before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from etl.linking import ladder
from etl.linking.candidates import part
from etl.linking.contradictions import Findings
from etl.linking.decisions import Choices
from etl.linking.subjects import Subject
from etl.records import Link


def with_earlier(found: Mapping[str, Link], subject: Subject, decided: Choices) -> Findings:
    """Keep what was found before, unless what is found now says otherwise.

    A person's decision is not kept: it is in their file, or has been taken back.
    """
    links = subject.earlier.links if subject.earlier else ()
    before = {_name(link): _with_parts_only(link) for link in links}
    kept: Findings = {
        name: link
        for name, link in before.items()
        if name in subject.unlisted and link.rung != ladder.DECISION.name
    }
    for name, link in found.items():
        old = before.get(name)
        rejected = decided[name].rejected if name in decided else set()
        if old and link.reason in ladder.SILENT and old.rung != ladder.DECISION.name:
            kept[name] = old if not rejected & {old.imdb_id, old.wikidata_id} else link
        elif (
            old is None
            or not old.holds
            or ladder.DECISION.name in (old.rung, link.rung)
            or rejected & {old.imdb_id, old.wikidata_id}
        ):
            kept[name] = _completed(link, old) if old else link
        else:
            kept[name] = _both(old, link)
        if rejected:
            kept[name] = _unless_found(kept[name])
    return kept


def _completed(link: Link, old: Link) -> Link:
    """Add to a person's decision for what was found all that was found with it."""
    decided = {link.imdb_id, link.wikidata_id} - {None}
    is_found = bool(decided & {old.imdb_id, old.wikidata_id}) and _agree(link, old)
    if link.rung != ladder.DECISION.name or not is_found:
        return link
    return replace(
        link,
        imdb_id=link.imdb_id or old.imdb_id,
        wikidata_id=link.wikidata_id or old.wikidata_id,
        object_label=link.object_label or old.object_label,
        characters=link.characters or old.characters,
    )


def _agree(one: Link, other: Link) -> bool:
    """Return whether no id of two links differs."""
    pairs = (one.imdb_id, other.imdb_id), (one.wikidata_id, other.wikidata_id)
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _with_parts_only(link: Link) -> Link:
    """Drop what an earlier version of us took for a character: `Self - Host`."""
    parts = tuple(filter(None, map(part, link.characters)))
    return link if parts == link.characters else replace(link, characters=parts)


def _unless_found(link: Link) -> Link:
    """Return a person's rejection as the reason, where nothing else was found."""
    if link.predicate or link.rivals:
        return link
    return replace(link, rung=ladder.DECISION.name, reason="rejected by decision")


def _name(link: Link) -> str:
    return link.subject if link.kind == "person" else ""


def _both(old: Link, new: Link) -> Link:
    """Join an earlier link with what is found now, unless something speaks against that."""
    if not new.holds:
        return new if new.rivals or new.predicate else old
    if new.reason not in ("", ladder.UNLABELLED):
        return new
    if not _agree(old, new) or (not new.imdb_id and not new.wikidata_id):
        return new
    surer = old if old.confidence > new.confidence else new
    return replace(
        surer,
        imdb_id=new.imdb_id or old.imdb_id,
        wikidata_id=new.wikidata_id or old.wikidata_id,
        characters=tuple(dict.fromkeys((*new.characters, *old.characters))),
    )
