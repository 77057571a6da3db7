"""Where the sources of a film say what cannot all be so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from etl.facts import FACTS, Kind
from etl.records import FilmRecord
from etl.resolution.groups import Group, Member
from etl.resolution.names import exact_titles

_COMPARED = {fact.name for fact in FACTS.values() if fact.kind not in (Kind.PROSE, Kind.ADDRESS)}


class Disagreement(NamedTuple):
    """A field of a film, what the film has there, and a record that says something else.

    The field is one of `RANKED`, with the site behind it if it is a rating's: `ratings.imdb`.
    """

    field: str
    chosen: str
    member: Member
    said: str


def disagreements(group: Group) -> Iterator[Disagreement]:
    """Yield what the records of a film say that cannot be so with what the film has.

    Titles agree that are called the same, or of which one record gives both; a date agrees with a
    less exact one; lists agree that have something in common. Texts and addresses never disagree.
    """
    if len(group.members) < 2:
        return
    records = (member.record for member in group.ordered("year"))
    year = next((record.year for record in records if record.year is not None), None)
    told: dict[str, list[tuple[Member, Sequence[str]]]] = {}
    for member in group.members:
        for field, values in _told(member.record, str(year)):
            told.setdefault(field, []).append((member, values))
    for field, found in told.items():
        if (whole := field.partition(".")[0]) in group.first:
            places = {each.version: place for place, each in enumerate(group.ordered(whole))}
            found.sort(key=lambda each: places[each[0].version])
        (first, chosen), *others = found
        for member, said in others:
            if said != chosen and not _agree(field, (first.record, chosen), (member.record, said)):
                yield Disagreement(field, ", ".join(chosen), member, ", ".join(said))


def _told(record: FilmRecord, year: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the fields that are compared, with what a record says there.

    A date that is not of the film's year says nothing that this year does not.
    """
    if record.title:
        yield "title", (record.title,)
    if record.year is not None:
        yield "year", (str(record.year),)
    if record.rating:
        yield "rating", (format(record.rating.value.normalize(), "f"),)
    for site, rating in record.ratings.items():
        yield f"ratings.{site}", (format(rating.value.normalize(), "f"),)
    for name, values in record.facts.items():
        if name in _COMPARED and (name != "date" or values[0].startswith(year)):
            yield name, values


_Said = tuple[FilmRecord, Sequence[str]]


def _agree(field: str, one: _Said, other: _Said) -> bool:
    """Say whether what two records say of a film can both be so."""
    (record, values), (other_record, others) = one, other
    if not {each.casefold() for each in values}.isdisjoint(each.casefold() for each in others):
        return True
    match field:
        case "title":
            return not _called(record).isdisjoint(_called(other_record))
        case "date":
            return values[0].startswith(others[0]) or others[0].startswith(values[0])
        case _:
            return False


def _called(record: FilmRecord) -> frozenset[str]:
    texts = (record.title, *(title.text for title in record.titles))
    return frozenset[str]().union(*(exact_titles(text) for text in texts if text))
