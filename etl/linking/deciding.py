"""Decisions about links as a person types them: `tt0338013/Jim Carrey=Q40504`."""

from __future__ import annotations

from collections.abc import Sequence

from etl.errors import LinkError
from etl.identifiers import imdb_id, wikidata_id
from etl.linking.sssom import Decision
from etl.records import LinkRecord

_EXPECTED = "FILM=ID or FILM/NAME=ID, such as 'tt0338013/Jim Carrey=Q40504'; or =yes, =no, =none"


def decide(text: str, found: Sequence[tuple[str, LinkRecord]]) -> Decision:
    """Read a decision; `yes` and `no` are about what has been found, which is given with its film.

    Raises:
        LinkError: it is no decision, or is about something that is not there.
    """
    subject, equals, verdict = text.rpartition("=")
    film, _, name = subject.partition("/")
    if not equals or not film or not verdict:
        raise LinkError(f"expected a decision, found {text!r}", hint=_EXPECTED)
    link = _about(film, name, found)
    if verdict == "none":
        return Decision(film, name, None)
    if verdict in ("yes", "no"):
        identifier = link.wikidata_id or link.imdb_id if link else None
        if identifier is None:
            raise LinkError(
                f"nothing has been found for {subject!r} that could be judged",
                hint=f"name its id: {subject}=Q…",
            )
        return Decision(film, name, identifier, rejected=verdict == "no")
    identifier = wikidata_id(verdict) or imdb_id(verdict)
    if identifier is None:
        raise LinkError(f"expected an id, found {verdict!r}", hint=_EXPECTED)
    if identifier.startswith("tt" if name else "nm"):
        kind = "person" if name else "film"
        raise LinkError(f"{identifier} is no {kind}'s id", hint=_EXPECTED)
    return Decision(film, name, identifier)


def _about(film: str, name: str, found: Sequence[tuple[str, LinkRecord]]) -> LinkRecord | None:
    """Return what has been found about a film or a name in it."""
    for key, link in found:
        if key == film and name == (link.subject if link.kind == "person" else ""):
            return link
    return None
