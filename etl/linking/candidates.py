"""What a film or a person may be linked to, whatever the evidence came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, combinations
from typing import TypeVar

from etl.linking.names import are_unlike, share_somebody, titles_differ
from etl.resolution.names import folded
from etl.sources.names import character_of

DIRECTOR, ACTOR = "director", "actor"


def part(text: str) -> str:
    """Return a character's name without remarks in brackets; nothing where it is no character."""
    name = character_of(text.partition("(")[0])
    return name if folded(name) else ""


@dataclass(frozen=True, slots=True)
class PersonCandidate:
    """Somebody who worked on a film as an evidence lists them.

    `characters` are the parts they play in that film, `evidence` says which list it was,
    `doubt` what speaks against an id that goes with theirs elsewhere. An `unlabelled` one has
    an id from a crosswalk that does not say whose it is.
    """

    names: tuple[str, ...]
    imdb_id: str | None = None
    wikidata_id: str | None = None
    roles: frozenset[str] = frozenset()
    characters: tuple[str, ...] = ()
    evidence: str = ""
    doubt: str = ""
    unlabelled: bool = False

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
    """A film as an evidence describes it; () where the evidence is silent.

    `doubt` says what speaks against an id that it has. That its IMDb id and its item are one
    film is only `claimed` where a crosswalk says so, and the item does not.
    """

    titles: tuple[str, ...]
    years: tuple[int, ...] = ()
    imdb_id: str | None = None
    wikidata_id: str | None = None
    directors: tuple[str, ...] = ()
    evidence: str = ""
    actors: tuple[str, ...] = ()
    doubt: str = ""
    claimed: bool = False

    @property
    def key(self) -> str:
        """Return what tells it from the other candidates."""
        return " ".join(filter(None, (self.imdb_id, self.wikidata_id))) or str(self)

    def __str__(self) -> str:
        title = self.titles[0] if self.titles else ""
        year = f" {self.years[0]}" if self.years else ""
        ids = " ".join(filter(None, (self.imdb_id, self.wikidata_id)))
        return f"{title}{year} ({ids})"


_Candidate = TypeVar("_Candidate", PersonCandidate, FilmCandidate)


def merged(people: Iterable[PersonCandidate]) -> list[PersonCandidate]:
    """Join what several evidences say of one person: those with an IMDb id or item in common.

    Where they give one id to people whose names are unlike, each keeps only the id that its own
    evidence is about.
    """
    return _put_together(people, _joined, _conflict_of_names)


def merged_films(films: Iterable[FilmCandidate]) -> list[FilmCandidate]:
    """Join what several evidences say of one film: those with an IMDb id or item in common.

    Two items with one IMDb id stay two: which of them is the film is not for us to say.
    """
    return _put_together(films, _joined_film, _conflict_of_titles)


def _put_together(
    candidates: Iterable[_Candidate],
    join: Callable[[_Candidate, _Candidate], _Candidate],
    conflict: Callable[[Sequence[_Candidate]], str],
) -> list[_Candidate]:
    """Join candidates that share an id, whatever their order.

    Not joined are those that reach each other by ids of which one contradicts another, or that
    cannot be one by what they are called.
    """
    found: list[_Candidate] = []
    for group in _groups(candidates):
        if len(group) > 1 and (doubt := conflict(group)):
            found += [_apart(each, doubt) for each in group]
        else:
            found.append(reduce(join, group))
    return found


def _groups(candidates: Iterable[_Candidate]) -> Iterator[list[_Candidate]]:
    """Group candidates that reach each other by ids; only those of the same ids if some differ."""
    listed = list(candidates)
    if len({each for one in listed for each in _ids(one)}) == sum(len(_ids(o)) for o in listed):
        yield from ([each] for each in listed)  # most often no two share an id
        return
    reached: dict[str, list[int]] = {}
    for place, candidate in enumerate(listed):
        known: list[list[int]] = [reached[each] for each in _ids(candidate) if each in reached]
        group = sorted({place, *chain.from_iterable(known)})
        reached.update((each, group) for member in group for each in _ids(listed[member]))
    done: set[int] = set()
    for place, candidate in enumerate(listed):
        if place in done:
            continue
        members = next((reached[each] for each in _ids(candidate)), [place])
        done.update(members)
        yield from _consistent([listed[member] for member in members])


def _ids(candidate: _Candidate) -> list[str]:
    return [each for each in (candidate.imdb_id, candidate.wikidata_id) if each]


def _common_ids(one: _Candidate, other: _Candidate) -> str:
    """Name the ids that two candidates share, or all of them where others join them."""
    mine, theirs = set(_ids(one)), set(_ids(other))
    return " ".join(sorted(mine & theirs or mine | theirs))


def _consistent(group: list[_Candidate]) -> list[list[_Candidate]]:
    """Divide a group into those of the same ids, where it has two IMDb ids or two items."""
    imdb_ids = {each.imdb_id for each in group} - {None}
    items = {each.wikidata_id for each in group} - {None}
    if len(imdb_ids) <= 1 and len(items) <= 1:
        return [group]
    alike: dict[tuple[str | None, str | None], list[_Candidate]] = {}
    for each in group:
        alike.setdefault((each.imdb_id, each.wikidata_id), []).append(each)
    return list(alike.values())


def _conflict_of_names(people: Sequence[PersonCandidate]) -> str:
    """Say who are one person by an id, though they cannot be by their names; "" where none are."""
    for first, second in combinations(people, 2):
        if are_unlike(first.names, second.names):
            return f"{_common_ids(first, second)} is {first.label!r} and {second.label!r}"
    return ""


def _conflict_of_titles(films: Sequence[FilmCandidate]) -> str:
    """Say which films are one by an id, though neither title nor anybody in them says so."""
    for first, second in combinations(films, 2):
        differ = [titles_differ(title, second.titles) for title in first.titles]
        if differ and all(differ) and not _have_somebody_in_common(first, second):
            called = f"{first.titles[0]!r} and {second.titles[0]!r}"
            return f"{_common_ids(first, second)} is {called}"
    return ""


def _have_somebody_in_common(one: FilmCandidate, other: FilmCandidate) -> bool:
    return bool(
        share_somebody(one.directors, other.directors) or share_somebody(one.actors, other.actors)
    )


def _apart(candidate: _Candidate, doubt: str) -> _Candidate:
    """Leave a candidate only the id that its evidence is about: of two ids the item."""
    imdb_id = None if candidate.wikidata_id else candidate.imdb_id
    return replace(candidate, imdb_id=imdb_id, doubt=_sentences(candidate.doubt, doubt))


def _joined(one: PersonCandidate, other: PersonCandidate) -> PersonCandidate:
    return replace(
        one,
        names=_union(one.names, other.names),
        imdb_id=one.imdb_id or other.imdb_id,
        wikidata_id=one.wikidata_id or other.wikidata_id,
        roles=one.roles | other.roles,
        characters=_union(one.characters, other.characters),
        evidence=_sentences(one.evidence, other.evidence),
        doubt=_sentences(one.doubt, other.doubt),
        unlabelled=one.unlabelled and other.unlabelled,
    )


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _sentences(*texts: str) -> str:
    """Join texts, each once; empty ones are left out."""
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _joined_film(one: FilmCandidate, other: FilmCandidate) -> FilmCandidate:
    return replace(
        one,
        titles=_union(one.titles, other.titles),
        years=tuple(sorted({*one.years, *other.years})),
        imdb_id=one.imdb_id or other.imdb_id,
        wikidata_id=one.wikidata_id or other.wikidata_id,
        directors=_union(one.directors, other.directors),
        evidence=_sentences(one.evidence, other.evidence),
        actors=_union(one.actors, other.actors),
        doubt=_sentences(one.doubt, other.doubt),
        claimed=one.claimed and other.claimed,
    )
