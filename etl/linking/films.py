"""A film and the candidates for it: the ladder for films."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.linking import ladder
from etl.linking.candidates import FilmCandidate
from etl.linking.ladder import Rung
from etl.linking.names import share_somebody, titles_differ
from etl.resolution.names import titles

_NAMED = 3  # people whom a reason names


@dataclass(frozen=True, slots=True)
class FilmMention:
    """A film as our records have it."""

    key: str
    title: str
    year: int | None = None
    imdb_id: str | None = None
    directors: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()


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

    @property
    def linked(self) -> FilmCandidate | None:
        """Return the candidate that is the film, if one is."""
        return self.candidate if self.rung and self.rung.predicate == ladder.EXACT else None


@dataclass(frozen=True, slots=True)
class _People:
    """Whether two films have a director, and an actor, in common; None where nobody can tell."""

    director: bool | None
    actor: bool | None

    @classmethod
    def of(cls, film: FilmMention, item: FilmCandidate) -> _People:
        """Compare the people of a film with those of a candidate."""
        return cls(
            share_somebody(film.directors, item.directors),
            share_somebody(film.actors, item.actors),
        )

    @property
    def agree(self) -> bool:
        """Return whether somebody is in both, and neither the directors nor the cast are others."""
        return True in (self.director, self.actor) and not self.disagree

    @property
    def disagree(self) -> bool:
        """Return whether all directors, or all of the cast, are others."""
        return False in (self.director, self.actor)


def link_by_id(film: FilmMention, items: Sequence[FilmCandidate]) -> FilmOutcome:
    """Link a film to the one item that has its IMDb id, unless what they say disagrees."""
    if not items:
        return FilmOutcome(film, reason="no item has its IMDb id")
    if len(items) > 1:
        return FilmOutcome(film, rivals=tuple(items), reason="several items have its IMDb id")
    [item] = items
    if reason := item.doubt or _disagreement(film, item):
        return FilmOutcome(film, item, ladder.FILM_ID_QUESTIONED, reason=reason)
    is_compared = titles_differ(film.title, item.titles) is not None or _People.of(film, item).agree
    unlabelled = item.claimed and not is_compared
    return FilmOutcome(film, item, ladder.FILM_ID, reason=ladder.UNLABELLED if unlabelled else "")


def _disagreement(film: FilmMention, item: FilmCandidate) -> str:
    """Say what speaks against an item: two of title, year and people, or all there are.

    One alone is common among films that are the same: a year may be that of a festival, a
    title that of another country. Where only a crosswalk gives the item, a title alone counts.
    """
    people = _People.of(film, item)
    differ = {
        "title": titles_differ(film.title, item.titles) if film.title else None,
        "year": _years_differ(film, item),
        "directors": None if people.director is None else not people.director,
        "cast": None if people.actor is None else not people.actor,
    }
    against = [what for what, differs in differ.items() if differs]
    compared = sum(differs is not None for differs in differ.values())
    alone = item.claimed and differ["title"]
    if not against or not (alone or len(against) >= min(2, compared)):
        return ""
    return "; ".join(_other(what, item) for what in against)


def _years_differ(film: FilmMention, item: FilmCandidate) -> bool | None:
    if film.year is None or not item.years:
        return None
    return all(abs(film.year - year) > 1 for year in item.years)


def _other(what: str, item: FilmCandidate) -> str:
    """Say what a candidate has where a film of ours has something else."""
    match what:
        case "title":
            return f"the title there is {item.titles[0]!r}"
        case "year":
            return f"the year there is {', '.join(map(str, item.years))}"
        case "directors":
            return f"directed there by {_named(item.directors)}"
        case _:
            return f"with others there: {_named(item.actors)}"


def _named(people: Sequence[str]) -> str:
    return ", ".join(people[:_NAMED]) + (", …" if len(people) > _NAMED else "")


class TitleIndex:
    """Candidates by the forms of their titles."""

    def __init__(self, candidates: Iterable[FilmCandidate]) -> None:
        self._by_form: dict[str, list[FilmCandidate]] = {}
        for candidate in candidates:
            for form in frozenset[str]().union(*map(titles, candidate.titles)):
                self._by_form.setdefault(form, []).append(candidate)

    def called(self, title: str) -> list[FilmCandidate]:
        """Return the candidates of which one title is like this one, in the order of their ids."""
        found = {each for form in titles(title) for each in self._by_form.get(form, ())}
        return sorted(found, key=lambda each: (each.key, each.titles, each.directors, each.actors))

    def near(self, film: FilmMention) -> list[FilmCandidate]:
        """Return the candidates that are called like a film and are of its year, or one off."""
        called = self.called(film.title) if film.year is not None else []
        return [each for each in called if _off_by(film, each, 0) or _off_by(film, each, 1)]

    def link(self, film: FilmMention) -> FilmOutcome:
        """Link a film without an id by title, year and somebody who worked on it.

        Title and year alone are no link, and neither is anything against a cast, or directors,
        that are all others: there the candidate is for a person to look at.
        """
        called = self.called(film.title)
        if film.year is None or not called:
            reason = "no film is called so" if film.year is not None else "its year is not known"
            return FilmOutcome(film, rivals=tuple(called), reason=reason)
        if same_year := [each for each in called if _off_by(film, each, 0)]:
            return _of_that_year(film, same_year)
        return _of_near_year(film, called)


def _of_that_year(film: FilmMention, called: Sequence[FilmCandidate]) -> FilmOutcome:
    """Choose among the films of that title and year the one with a director or actor in common."""
    people = {each: _People.of(film, each) for each in called}
    agreeing = [each for each in called if people[each].agree]
    directed = [each for each in agreeing if people[each].director]
    if len(directed) == 1:
        return _found(film, directed[0], ladder.FILM_TITLE_DIRECTOR)
    if len(agreeing) == 1:
        return _found(film, agreeing[0], ladder.FILM_TITLE_ACTOR)
    if len(called) > 1:
        return FilmOutcome(film, rivals=tuple(called), reason="several films of that year")
    [item] = called
    if people[item].disagree:
        against = {"directors": people[item].director, "cast": people[item].actor}
        reason = "; ".join(_other(what, item) for what, same in against.items() if same is False)
        return FilmOutcome(film, rivals=(item,), reason=reason)
    reason = "nobody who worked on it is known in both"
    return FilmOutcome(film, item, ladder.FILM_TITLE, reason=reason)


def _of_near_year(film: FilmMention, called: Sequence[FilmCandidate]) -> FilmOutcome:
    """Choose the film of that title a year off with a director, or several actors, in common."""
    near = [each for each in called if _off_by(film, each, 1)]
    people = {each: _People.of(film, each) for each in near}
    agreeing = [each for each in near if people[each].agree]
    directed = [each for each in agreeing if people[each].director]
    if len(directed) == 1:
        return _found(film, directed[0], ladder.FILM_NEAR_YEAR_DIRECTOR)
    if len(agreeing) == 1 and _share_much_of_the_cast(film, agreeing[0]):
        return _found(film, agreeing[0], ladder.FILM_NEAR_YEAR_CAST)
    only = near[0] if near == called and len(near) == 1 else None
    if only and _is_distinct(film) and not people[only].disagree:
        reason = f"{_other('year', only)}, and nothing else says that it is the same"
        return FilmOutcome(film, only, ladder.FILM_NEAR_YEAR, reason=reason)
    return FilmOutcome(film, rivals=tuple(called), reason="films called so are of other years")


def _share_much_of_the_cast(film: FilmMention, item: FilmCandidate) -> bool:
    return sum(share_somebody([each], item.actors) is True for each in film.actors) >= (
        ladder.CAST_AT_LEAST
    )


def _found(film: FilmMention, item: FilmCandidate, rung: Rung) -> FilmOutcome:
    return FilmOutcome(film, item, rung, reason=item.doubt)


def _off_by(film: FilmMention, item: FilmCandidate, years: int) -> bool:
    """Return whether one of a candidate's years is so many off a film's."""
    return film.year is not None and any(abs(year - film.year) == years for year in item.years)


def _is_distinct(film: FilmMention) -> bool:
    """Return whether a title is long enough to stand for one film."""
    return max(map(len, titles(film.title))) >= ladder.DISTINCT_TITLE
