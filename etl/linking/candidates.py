"""What a film or a person may be linked to, whatever the evidence came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

DIRECTOR, ACTOR = "director", "actor"


@dataclass(frozen=True, slots=True)
class PersonCandidate:
    """Somebody who worked on a film as an evidence lists them.

    `characters` are the parts they play in that film, `evidence` says which list it was.
    """

    names: tuple[str, ...]
    imdb_id: str | None = None
    wikidata_id: str | None = None
    roles: frozenset[str] = frozenset()
    characters: tuple[str, ...] = ()
    evidence: str = ""

    @property
    def key(self) -> str:
        """Return what tells them from the other candidates."""
        return self.imdb_id or self.wikidata_id or self.label

    @property
    def label(self) -> str:
        """Return the name they are best known by."""
        return self.names[0] if self.names else ""

    def __str__(self) -> str:
        ids = " ".join(filter(None, (self.imdb_id, self.wikidata_id)))
        return f"{self.label} ({ids})"


@dataclass(frozen=True, slots=True)
class FilmCandidate:
    """A film as an evidence describes it; () where the evidence is silent."""

    titles: tuple[str, ...]
    years: tuple[int, ...] = ()
    imdb_id: str | None = None
    wikidata_id: str | None = None
    directors: tuple[str, ...] = ()
    evidence: str = ""

    @property
    def key(self) -> str:
        """Return what tells it from the other candidates."""
        return self.imdb_id or self.wikidata_id or str(self)

    def __str__(self) -> str:
        title = self.titles[0] if self.titles else ""
        year = f" {self.years[0]}" if self.years else ""
        ids = " ".join(filter(None, (self.imdb_id, self.wikidata_id)))
        return f"{title}{year} ({ids})"


_Candidate = TypeVar("_Candidate", PersonCandidate, FilmCandidate)


def merged(people: Iterable[PersonCandidate]) -> list[PersonCandidate]:
    """Join what several evidences say of one person: those with an IMDb id or item in common."""
    return _put_together(people, _joined)


def merged_films(films: Iterable[FilmCandidate]) -> list[FilmCandidate]:
    """Join what several evidences say of one film: those with an IMDb id or item in common.

    Two items with one IMDb id stay two: which of them is the film is not for us to say.
    """
    return _put_together(films, _joined_film)


def _put_together(
    candidates: Iterable[_Candidate], join: Callable[[_Candidate, _Candidate], _Candidate]
) -> list[_Candidate]:
    """Join candidates that have an id in common, and none that differs."""
    found: list[_Candidate] = []
    places: dict[str, list[int]] = {}
    for candidate in candidates:
        ids = [each for each in (candidate.imdb_id, candidate.wikidata_id) if each]
        known = [place for each in ids for place in places.get(each, ())]
        place = next((each for each in known if _joinable(found[each], candidate)), None)
        if place is None:
            place = len(found)
            found.append(candidate)
        else:
            found[place] = join(found[place], candidate)
        for each in ids:
            places.setdefault(each, []).append(place)
    return found


def _joinable(one: _Candidate, other: _Candidate) -> bool:
    """Tell whether no id of two candidates differs."""
    return all(
        None in (mine, theirs) or mine == theirs
        for mine, theirs in (
            (one.imdb_id, other.imdb_id),
            (one.wikidata_id, other.wikidata_id),
        )
    )


def _joined(one: PersonCandidate, other: PersonCandidate) -> PersonCandidate:
    return replace(
        one,
        names=_union(one.names, other.names),
        imdb_id=one.imdb_id or other.imdb_id,
        wikidata_id=one.wikidata_id or other.wikidata_id,
        roles=one.roles | other.roles,
        characters=_union(one.characters, other.characters),
        evidence="; ".join(dict.fromkeys(filter(None, (one.evidence, other.evidence)))),
    )


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _joined_film(one: FilmCandidate, other: FilmCandidate) -> FilmCandidate:
    return replace(
        one,
        titles=_union(one.titles, other.titles),
        years=tuple(sorted({*one.years, *other.years})),
        imdb_id=one.imdb_id or other.imdb_id,
        wikidata_id=one.wikidata_id or other.wikidata_id,
        directors=_union(one.directors, other.directors),
        evidence="; ".join(dict.fromkeys(filter(None, (one.evidence, other.evidence)))),
    )
