"""What the shapes have against a film: whose fault it is, and which field it speaks of."""

from __future__ import annotations

from collections.abc import Sequence

from etl.entities.drafting import Draft, draft, judged
from etl.entities.mapping import field_of, person_iri
from etl.findings import of_result
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import SCHEMA
from etl.records import Reason
from etl.resolution.films import Film, Identities, Member
from etl.shacl import Engine, ValidationResult
from etl.sources.values import quoted


def at_fault(refused: Draft, engine: Engine, identities: Identities, iris: Iris) -> list[Member]:
    """Find the records that are at fault for a film that does not conform.

    What linking found is at fault where the film's own records conform without it, and without
    what other films say of its people. A record is at fault that does not conform alone, where
    the others together do; otherwise all are. So at least one is.
    """

    def conforms(members: Sequence[Member], identities: Identities) -> bool:
        trial = draft(refused.group, members, identities, iris)
        return not any(result.blocks for _, result in judged([trial], engine, iris))

    members = [each for each in refused.group.members if not each.record.links]
    links = [each for each in refused.group.members if each.record.links]
    if conforms(members, identities.names_only):
        return links or members
    if len(members) == 1:
        return members
    sound = [member for member in members if conforms([member], identities)]
    if not sound or not conforms(sound, identities):
        return members
    return [member for member in members if member not in sound] or links or members


def reason(film: Film, result: ValidationResult, iris: Iris) -> Reason:
    """Put a validation result into words, and tell the field of the record it speaks of.

    Of somebody without a name, the value is the id that the record has instead.
    """
    told = of_result(result)
    nameless = "" if told.value else _nameless(film, told.focus_node, iris)
    stated = _stated(film, told.path) if told.text else ""
    return Reason(
        message=told.message,
        field=_field(film, told.focus_node, told.path, iris),
        path=told.path,
        value=quoted(stated or nameless) if stated or nameless else told.value,
        shape=told.shape,
        focus_node=told.focus_node,
        component=told.component,
        text=stated or told.text or nameless,
    )


def _nameless(film: Film, focus: str, iris: Iris) -> str:
    """Return the id of the person that a result speaks of, where nothing tells their name."""
    nameless = (person for person in film.people if not person.name)
    found = (each.key for each in nameless if person_iri(each, iris).value == focus)
    return next(found, "")


def _stated(film: Film, path: str) -> str:
    """Return what the records say where a path leads to the ends of a rating's scale.

    The mapping adds them, so a message that shows one of them shows nothing of the record.
    """
    if film.rating is None or path not in _ENDS_OF_SCALE:
        return ""
    return format(film.rating.value, "f")


_ENDS_OF_SCALE = frozenset(map(str, (SCHEMA.bestRating, SCHEMA.worstRating)))


def _field(film: Film, focus: str, path: str, iris: Iris) -> str:
    """Tell which field of the record a result speaks of; empty when of none in particular."""
    if any(person_iri(person, iris).value == focus for person in film.directors):
        return "directors"
    if any(person_iri(person, iris).value == focus for person in film.people):
        return "actors"
    return field_of(path.strip("<>"))
