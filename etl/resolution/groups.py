"""The records that make a film, side by side, as the catalog gives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.records import Origin, decode_film
from etl.resolution.films import Member


@dataclass(frozen=True, slots=True)
class Group:
    """The records that make one film, and the text that tells this make-up from another."""

    film: str
    inputs: str
    members: tuple[Member, ...]


MemberRow = tuple[str, str, int, str, str, int, str]
"""A record of a group as the catalog gives it: film, inputs, version, source, path, line, body."""


def groups_of(rows: Sequence[MemberRow]) -> Iterator[Group]:
    """Put rows together that follow each other and are of one film."""
    members: list[Member] = []
    for index, (film, inputs, version, source, path, line, body) in enumerate(rows):
        members.append(Member(Origin(source, path, line), decode_film(body), version))
        if index + 1 == len(rows) or rows[index + 1][0] != film:
            yield Group(film, inputs, tuple(members))
            members = []
