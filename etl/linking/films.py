"""A film and the candidates for it: the ladder for films."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from etl.linking import ladder
from etl.linking.candidates import FilmCandidate
from etl.linking.ladder import Rung
from etl.linking.names import any_same, titles


@dataclass(frozen=True, slots=True)
class FilmMention:
    """A film as our records have it."""

    key: str
    title: str
    year: int | None = None
    imdb_id: str | None = None
    directors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilmOutcome:
    """What became of a film: a candidate and the rung it was found by, or neither.

    `rivals` are others that came into question; `reason` says why there is no link, or why it
    is questioned.
    """

    mention: FilmMention
    candidate: FilmCandidate | None = None
    rung: Rung | None = None
    rivals: tuple[FilmCandidate, ...] = ()
    reason: str = ""


def link_by_id(film: FilmMention, items: Sequence[FilmCandidate]) -> FilmOutcome:
    """Link a film to the one item that has its IMDb id, unless what they say disagrees."""
    if not items:
        return FilmOutcome(film, reason="no item has its IMDb id")
    if len(items) > 1:
        return FilmOutcome(film, rivals=tuple(items), reason="several items have its IMDb id")
    [item] = items
    if reason := _disagreement(film, item):
        return FilmOutcome(film, item, ladder.FILM_ID_QUESTIONED, reason=reason)
    return FilmOutcome(film, item, ladder.FILM_ID)


def _disagreement(film: FilmMention, item: FilmCandidate) -> str:
    """Say what speaks against an item: two of title, year and director, or all there are.

    One alone is common among films that are the same: a year may be that of a festival, a
    title that of another country.
    """
    against: list[str] = []
    compared = 0
    if film.title and item.titles:
        compared += 1
        if titles(film.title).isdisjoint(_forms(item)):
            against.append(f"the title there is {item.titles[0]!r}")
    if film.year is not None and item.years:
        compared += 1
        if all(abs(film.year - year) > 1 for year in item.years):
            against.append(f"the year there is {', '.join(map(str, item.years))}")
    if film.directors and item.directors:
        compared += 1
        if not _shares_director(film, item):
            against.append(f"directed there by {', '.join(item.directors)}")
    return "; ".join(against) if against and len(against) >= min(2, compared) else ""


def _forms(item: FilmCandidate) -> frozenset[str]:
    return frozenset().union(*map(titles, item.titles))


def _shares_director(film: FilmMention, item: FilmCandidate) -> bool:
    return any(any_same(name, item.directors) for name in film.directors)


class TitleIndex:
    """Candidates by the forms of their titles."""

    def __init__(self, candidates: Iterable[FilmCandidate]) -> None:
        self._by_form: dict[str, list[FilmCandidate]] = {}
        for candidate in candidates:
            for form in _forms(candidate):
                self._by_form.setdefault(form, []).append(candidate)

    def called(self, title: str) -> list[FilmCandidate]:
        """Give the candidates of which one title is like this one."""
        found: Mapping[str, FilmCandidate] = {
            candidate.key: candidate
            for form in sorted(titles(title))
            for candidate in self._by_form.get(form, ())
        }
        return list(found.values())

    def link(self, film: FilmMention) -> FilmOutcome:
        """Link a film without an id by title, year and directors."""
        called = self.called(film.title)
        if film.year is None or not called:
            reason = "no film is called so" if film.year is not None else "its year is not known"
            return FilmOutcome(film, rivals=tuple(called), reason=reason)
        same_year = [each for each in called if film.year in each.years]
        directed = [each for each in same_year if _shares_director(film, each)]
        if len(directed) == 1:
            return FilmOutcome(film, directed[0], ladder.FILM_TITLE_DIRECTOR)
        if len(same_year) > 1:
            return FilmOutcome(film, rivals=tuple(same_year), reason="several films of that year")
        if same_year:
            return _unless_directed_by_others(film, same_year[0])
        near = [
            each
            for each in called
            if any(abs(year - film.year) == 1 for year in each.years)
            and _shares_director(film, each)
        ]
        if len(near) == 1:
            return FilmOutcome(film, near[0], ladder.FILM_NEAR_YEAR_DIRECTOR)
        if len(called) == 1 and _is_distinct_and_near(film, called[0]):
            return FilmOutcome(film, called[0], ladder.FILM_NEAR_YEAR)
        return FilmOutcome(film, rivals=tuple(called), reason="films called so are of other years")


def _is_distinct_and_near(film: FilmMention, item: FilmCandidate) -> bool:
    """Tell whether a title is long enough to stand for one film, though the year is one off."""
    if film.year is None or (film.directors and item.directors):
        return False
    near = any(abs(year - film.year) == 1 for year in item.years)
    return near and max(map(len, titles(film.title))) >= ladder.DISTINCT_TITLE


def _unless_directed_by_others(film: FilmMention, item: FilmCandidate) -> FilmOutcome:
    if film.directors and item.directors:
        reason = f"directed there by {', '.join(item.directors)}"
        return FilmOutcome(film, rivals=(item,), reason=reason)
    return FilmOutcome(film, item, ladder.FILM_TITLE)
