"""Decisions about links as a person types them: `tt0338013/Jim Carrey=Q40504`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etl.errors import LinkError
from etl.linking.sssom import Decision
from etl.linking.subjects import Subject
from etl.rdf.identifiers import Iris, film_id, imdb_id, imdb_title_id, wikidata_id
from etl.records import Link
from etl.resolution.matching import Match
from etl.sources.names import name_of

_EXPECTED = "FILM=ID or FILM/NAME=ID, such as 'tt0338013/Jim Carrey=Q40504'; or =yes, =no, =none"


def decide(text: str, film_of: Callable[[str], Subject | None]) -> Decision:
    """Read a decision about a film or a name in it; `film_of` gives a film by its key.

    `yes` and `no` are about what has been found.

    Raises:
        LinkError: it is no decision, or is about something that is not there.
    """
    subject, equals, verdict = text.rpartition("=")
    key, _, name = subject.partition("/")
    if not equals or not key or not verdict:
        raise LinkError(f"expected a decision, found {text!r}", hint=_EXPECTED)
    key, name = imdb_title_id(key) or key, name_of(name)
    film = film_of(key)
    if film is None:
        raise LinkError(f"{key}: no such film in the graph", hint="see 'etl search', 'etl links'")
    names = [*(each.name for each in film.people), *film.unlisted]
    if name and name not in names:
        hint = f"there is: {', '.join(names) or 'nobody'}"
        raise LinkError(f"{film.film.title} names nobody called {name!r}", hint=hint)
    identifier, rejected = _verdict(subject, verdict, _found(film, name))
    if identifier and identifier.startswith("tt" if name else "nm"):
        kind = "person" if name else "film"
        raise LinkError(f"{identifier} is no {kind}'s id", hint=_EXPECTED)
    return Decision(key, name, identifier, rejected)


def decide_match(text: str, matches: Sequence[Match], iris: Iris) -> Decision | None:
    """Read a decision about what a film is matched with; None where it is about something else.

    Raises:
        LinkError: the film might be one with several.
    """
    subject, _, verdict = text.rpartition("=")
    film = iris.film_key(subject) or subject
    found = [each for each in matches if each.film == film]
    found = [each for each in found if each.key] or found
    if not found or verdict not in ("yes", "no"):
        return None
    if len(found) > 1:
        others = ", ".join(each.other for each in found)
        raise LinkError(
            f"{film} might be one with {others}", hint=f"name one: {film}={found[0].other}"
        )
    [match] = found
    return Decision(match.key or match.other, "", _elsewhere(film), verdict == "no")


def _elsewhere(key: str) -> str:
    """Return a film's key as a decision names it: an item without its scheme."""
    return key.removeprefix("wikidata-")


def _verdict(subject: str, verdict: str, link: Link | None) -> tuple[str | None, bool]:
    """Read what is decided: an id or None, and whether that id is rejected."""
    if verdict == "none":
        return None, False
    if verdict in ("yes", "no"):
        identifier = link.wikidata_id or link.imdb_id if link else None
        if identifier is None:
            raise LinkError(
                f"no link was found for {subject!r}, so there is none to confirm or reject",
                hint=f"name its id: {subject}=Q…",
            )
        return identifier, verdict == "no"
    identifier = wikidata_id(verdict) or imdb_id(verdict)
    if identifier is None and film_id(verdict)[1] != verdict:
        identifier = verdict  # another film of ours
    if identifier is None:
        raise LinkError(f"expected an id, found {verdict!r}", hint=_EXPECTED)
    return identifier, False


def _found(film: Subject, name: str) -> Link | None:
    """Return what has been found about a film or a name in it."""
    for link in film.earlier.links if film.earlier else ():
        if name == (link.subject if link.kind == "person" else ""):
            return link
    return None
