"""The records that make a film, side by side, as the catalog gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from etl.records import FilmRecord, LinkRecord, Origin, decode_film, decode_links

_NOTHING: Mapping[str, Sequence[int]] = {}  # which nobody changes


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a film with its place and its number in the catalog."""

    origin: Origin
    record: FilmRecord
    version: int = 0


@dataclass(frozen=True, slots=True)
class LinkMember:
    """The link record of a film with its place and its number in the catalog."""

    origin: Origin
    record: LinkRecord
    version: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The records that make one film, and the text that tells this make-up from another.

    `members` come in the order of the ranks of their sources, and each source has one, or parts of
    one that it tells by a key of its own; `linked` is the film's link record, if there is one.
    `first` has the versions that come before the others in a field with ranks of its own.
    """

    film: str
    inputs: str
    members: tuple[Member, ...]
    linked: LinkMember | None = None
    first: Mapping[str, Sequence[int]] = field(default_factory=lambda: _NOTHING)

    def ordered(self, field: str) -> Sequence[Member]:
        """Return the members in the order in which they come into question for a field."""
        first = self.first.get(field)
        if not first:
            return self.members
        places = {version: place for place, version in enumerate(first)}
        return sorted(self.members, key=lambda each: places.get(each.version, len(first)))

    @property
    def everything(self) -> tuple[Member | LinkMember, ...]:
        """Return all that the film is made from, the link record last."""
        return (*self.members, self.linked) if self.linked else self.members

    @property
    def versions(self) -> list[int]:
        """List the versions that the film is made from."""
        return [each.version for each in self.everything]


MemberRow = tuple[str, str, int, str, str, str, int, str]
"""A record of a group as a row: film, inputs, version, kind, source, path, line, body."""


def groups_of(rows: Sequence[MemberRow]) -> Iterator[Group]:
    """Put rows together that follow each other and are of one film."""
    members: list[Member] = []
    linked: LinkMember | None = None
    for index, (film, inputs, version, kind, source, path, line, body) in enumerate(rows):
        origin = Origin(source, path, line)
        if kind == "link":
            linked = LinkMember(origin, decode_links(body), version)
        else:
            members.append(Member(origin, decode_film(body), version))
        if index + 1 == len(rows) or rows[index + 1][0] != film:
            yield Group(film, inputs, tuple(members), linked, _first(inputs))
            members, linked = [], None


def _first(inputs: str) -> Mapping[str, Sequence[int]]:
    """Read which versions come first in which field, as `GROUPS` writes it in lines with an f."""
    if "\nf" not in inputs:
        return _NOTHING
    lines = (line[1:].split("=") for line in inputs.split("\n") if line.startswith("f"))
    return {field: [int(version) for version in versions.split(",")] for field, versions in lines}
