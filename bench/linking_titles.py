"""How exact films are linked that have no id: by title, year and somebody who worked on them.

The hard case is a film that the evidence lacks, where it has a namesake of about that year. So each
film is also looked for with itself taken away, and with such a namesake put in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from bench.linking_data import Gold, Score, among_everybody
from etl.linking.candidates import ACTOR, DIRECTOR, FilmCandidate, PersonCandidate
from etl.linking.evidence import Evidence
from etl.linking.films import FilmMention, FilmOutcome, TitleIndex
from etl.linking.names import share_somebody
from etl.resolution.names import folded

_WD, _WDT = "http://www.wikidata.org/entity/", "http://www.wikidata.org/prop/direct/"
_MADE_BY = (f"{_WDT}P57", f"{_WDT}P161")
_RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def films_by_title(films: Sequence[FilmMention], candidates: Sequence[FilmCandidate]) -> Score:
    """Link films as if they had no id, each also with the right answer taken away."""
    index, score = TitleIndex(candidates), Score()
    known = {each.imdb_id for each in candidates}
    for film in films:
        right = film.imdb_id if film.imdb_id in known else None
        unknown = replace(film, imdb_id=None)
        _add(score, index.link(unknown), right)
        if right is not None:
            absent = TitleIndex(_others(index, film)).link(unknown).linked
            score.add_absent(str(absent) if absent else None, film.title)
    return score


def _add(score: Score, outcome: FilmOutcome, right: str | None) -> None:
    """Count the outcome of a film."""
    rung = outcome.rung.name if outcome.rung else ""
    found = outcome.linked.imdb_id if outcome.linked else None
    score.add(found, right, rung, outcome.mention.title)
    put_forward = (outcome.candidate, *outcome.rivals)
    score.proposed += right in {each.imdb_id for each in put_forward if each} - {None}


def _others(index: TitleIndex, film: FilmMention) -> list[FilmCandidate]:
    """Return the candidates that are called like a film, but for itself."""
    return [each for each in index.called(film.title) if each.imdb_id != film.imdb_id]


def with_people(
    candidates: Sequence[FilmCandidate], lists: Mapping[str, Sequence[PersonCandidate]]
) -> list[FilmCandidate]:
    """Add to films the people whom an evidence lists for them, by IMDb id."""
    return [
        replace(
            each,
            directors=_of(lists.get(each.imdb_id or "", ()), DIRECTOR),
            actors=_of(lists.get(each.imdb_id or "", ()), ACTOR),
        )
        for each in candidates
    ]


def _of(people: Sequence[PersonCandidate], role: str) -> tuple[str, ...]:
    return tuple(name for each in people if role in each.roles for name in each.names)


# Namesakes in the place of the film itself


@dataclass(frozen=True)
class Planted:
    """A namesake: how many years off it is, whether others made it, and whom our record names."""

    years_off: int
    has_people: bool
    ours: str

    def __str__(self) -> str:
        year = {0: "the same year", 1: "the next year", -1: "the year before"}[self.years_off]
        theirs = "others made it" if self.has_people else "nobody is named there"
        return f"{year}, {theirs}, ours names {self.ours}"


PLANTED = [
    Planted(*each)
    for each in product((0, 1, -1), (False, True), ("everybody", "no director", "nobody"))
]


def namesakes(films: Sequence[FilmMention], candidates: Sequence[FilmCandidate]) -> dict[str, int]:
    """Count the films that are linked to a namesake put in their place, by its kind."""
    index = TitleIndex(candidates)
    strangers = {film.key: _stranger(film, films) for film in films}
    return {
        str(planted): sum(
            _is_mistaken(film, strangers[film.key], index, planted)
            for film in films
            if film.year is not None
        )
        for planted in PLANTED
    }


def _stranger(film: FilmMention, films: Sequence[FilmMention]) -> FilmMention:
    """Return a film that has nobody in common with another."""
    return next(
        each
        for each in reversed(films)
        if share_somebody([*film.directors, *film.actors], [*each.directors, *each.actors]) is False
    )


def _is_mistaken(film: FilmMention, other: FilmMention, index: TitleIndex, how: Planted) -> bool:
    """Tell whether a film is linked where a namesake by the people of another is in its place."""
    namesake = FilmCandidate(
        titles=(film.title,),
        years=((film.year or 0) + how.years_off,),
        imdb_id="tt9999999",
        directors=other.directors if how.has_people else (),
        actors=other.actors if how.has_people else (),
    )
    ours = replace(
        film,
        imdb_id=None,
        directors=film.directors if how.ours == "everybody" else (),
        actors=() if how.ours == "nobody" else film.actors,
    )
    found = TitleIndex([*_others(index, film), namesake]).link(ours).linked
    return found is not None


# The same by a real SPARQL endpoint


def films_without_ids(films: Sequence[Gold], evidence: Evidence) -> Score:
    """Link films as if they had no id, by the evidence's titles and people."""
    score = Score()
    subjects = [
        replace(each.subject, film=replace(each.subject.film, imdb_id=None)) for each in films
    ]
    outcomes = evidence.films(subjects)
    for each in films:
        _add(score, outcomes[each.subject.film.key], each.subject.film.imdb_id)
    return score


def write_namesakes(
    data: Path, films: Sequence[Gold], target: Path, years_off: int, *, by_others: bool
) -> None:
    """Write Wikidata's stand-in with a namesake in the place of each film, by others or nobody."""
    items = [f"{_WD}{each.qid}" for each in films]
    triples = [quad.triple for quad in parse(path=data, format=RdfFormat.TURTLE)]
    kept = [each for each in triples if _iri(each.subject) not in items]
    made: dict[str, list[Triple]] = {item: [] for item in items}
    for each in triples:
        if by_others and each.predicate.value in _MADE_BY and _iri(each.subject) in made:
            made[_iri(each.subject)].append(each)
    by_key = {each.subject.film.key: f"{_WD}{each.qid}" for each in films}
    ours = [each.subject.film for each in films]
    for place, film in enumerate(ours):
        item = NamedNode(f"{_WD}Q9{place:08}")
        kept += _namesake(item, film, years_off)
        makers = made[by_key[_stranger(film, ours).key]]
        kept += [Triple(item, each.predicate, each.object) for each in makers]
    target.write_bytes(serialize(kept, format=RdfFormat.N_TRIPLES) or b"")


def _iri(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else ""


def _namesake(item: NamedNode, film: FilmMention, years_off: int) -> Iterator[Triple]:
    yield Triple(item, NamedNode(_RDFS_LABEL), Literal(film.title, language="en"))
    yield Triple(item, NamedNode(f"{_WDT}P31"), NamedNode(f"{_WD}Q11424"))
    yield Triple(item, NamedNode(f"{_WDT}P345"), Literal(f"tt{item.value[-8:]}"))
    date = f"{(film.year or 0) + years_off}-01-01T00:00:00Z"
    yield Triple(item, NamedNode(f"{_WDT}P577"), Literal(date))


def title_baseline(
    films: Sequence[FilmMention], candidates: Sequence[FilmCandidate], *, fuzzy: bool
) -> Score:
    """Link films by title only: the same title, or the nearest."""
    known: dict[str, str] = {}
    for each in candidates:
        known.setdefault(folded(each.titles[0]), each.imdb_id or "")
    score = Score()
    for film in films:
        title = folded(film.title)
        score.add(among_everybody(title, known, None, fuzzy=fuzzy), film.imdb_id, "", film.title)
        absent = among_everybody(title, known, film.imdb_id, fuzzy=fuzzy)
        score.add_absent(absent, film.title)
    return score
