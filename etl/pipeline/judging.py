"""What the shapes have against a film: whose fault it is, and which field it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.catalog.entries import Reason
from etl.findings import of_result
from etl.identifiers import Iris
from etl.mapping import field_of, person_iri
from etl.pipeline.drafting import Draft, draft, judged
from etl.resolution import Film, Member
from etl.sources.values import quoted
from etl.validation import Engine, ValidationResult
from etl.vocab import SCHEMA


def at_fault(
    refused: Draft, engine: Engine, identities: Mapping[str, str], iris: Iris
) -> list[Member]:
    """Find the records that are at fault for a film that does not conform.

    What linking found is at fault where the film's own records conform without it, and without
    what other films say of its people. A record is at fault that does not conform alone, where
    the others together do; otherwise all are.
    """

    def conforms(members: Sequence[Member], identities: Mapping[str, str]) -> bool:
        trial = draft(refused.group, members, identities, iris)
        return not any(result.blocks for _, result in judged([trial], engine, iris))

    members = [each for each in refused.group.members if not each.record.links]
    if conforms(members, {}):
        return [each for each in refused.group.members if each.record.links]
    if len(members) == 1:
        return members
    sound = [member for member in members if conforms([member], identities)]
    if not sound or not conforms(sound, identities):
        return members
    return [member for member in members if member not in sound]


def reason(film: Film, result: ValidationResult, iris: Iris) -> Reason:
    """Put a validation result into words, and tell the field of the record it speaks of."""
    told = of_result(result)
    text = _stated(film, told.path) or told.text
    return Reason(
        message=told.message,
        field=_field(film, told.focus_node, told.path, iris),
        path=told.path,
        value=quoted(text) if told.value and text != told.text else told.value,
        shape=told.shape,
        focus_node=told.focus_node,
        component=told.component,
        text=text if told.text else "",
    )


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
