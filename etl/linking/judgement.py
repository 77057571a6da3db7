"""From what the rungs found to link records: with what was found before, and what people say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from etl.linking import ladder
from etl.linking.candidates import FilmCandidate, PersonCandidate
from etl.linking.contradictions import Findings, without_contradictions
from etl.linking.decisions import Choice, Choices, choices, decided_film, decided_person
from etl.linking.earlier import with_earlier
from etl.linking.evidence import Evidence
from etl.linking.films import FilmOutcome
from etl.linking.ladder import Rung
from etl.linking.names import any_same, name_of
from etl.linking.people import Mention, Outcome, link_people
from etl.linking.sssom import Decision
from etl.linking.subjects import Subject
from etl.records import Credit, Link, LinkRecord

_RIVALS_KEPT = 10


def find_links(
    subjects: Sequence[Subject], evidence: Evidence, decisions: Sequence[Decision]
) -> list[tuple[Subject, LinkRecord | None]]:
    """Give each film the link record that it should have, or None where there is nothing to say."""
    decided = {each.film.key: choices(decisions, (each.place, each.film.key)) for each in subjects}
    films = {
        key: decided_film(outcome, decided[key].get(""))
        for key, outcome in evidence.films(subjects).items()
    }
    people = evidence.people(subjects, films)
    names = words_of(chain.from_iterable(people.values()))
    outcomes = {
        each.film.key: _link_people(each, people[each.film.key], decided[each.film.key], names)
        for each in subjects
    }
    elsewhere = _Elsewhere(outcomes, people)
    judged: list[tuple[Subject, Findings]] = []
    for each in subjects:
        key = each.film.key
        found = {"": _film_link(films[key])} if key in films else {}
        for outcome in map(elsewhere.lift, outcomes[key]):
            found[outcome.mention.name] = _person_link(outcome)
        judged.append((each, with_earlier(found, each, decided[key])))
    return [
        (each, _record(each, _signed(found, decided[each.film.key])))
        for each, found in without_contradictions(judged)
    ]


def _signed(found: Findings, decided: Choices) -> Findings:
    """Write down with each link what is decided about it."""
    said = {name: tuple(sorted(choice.said)) for name, choice in decided.items()}
    return {
        name: link
        if link.decided == said.get(name, ())
        else replace(link, decided=said.get(name, ()))
        for name, link in found.items()
    }


def words_of(people: Iterable[PersonCandidate]) -> frozenset[str]:
    """Return the words of which the names of people are made."""
    return frozenset(
        word
        for name in {name for person in people for name in person.names}
        for word in name_of(name).words
    )


def _link_people(
    subject: Subject, people: Sequence[PersonCandidate], decided: Choices, names: Container[str]
) -> list[Outcome]:
    """Link the people of a film, and those of its synopsis whom a list confirms by name."""
    confirmed = [
        Mention(name)
        for name in subject.unlisted
        if sum(any_same(name, each.names) for each in people) == 1
    ]
    settled: list[Outcome] = []
    open_: list[Mention] = []
    for mention in (*subject.people, *confirmed):
        choice = decided.get(mention.name, Choice())
        if choice.settled:
            settled.append(decided_person(mention, choice, people))
        else:
            open_.append(replace(mention, rejected=frozenset(choice.rejected)))
    taken = {each.linked.key for each in settled if each.linked}
    found = link_people(open_, [each for each in people if each.key not in taken], names)
    return [*settled, *found]


class _Elsewhere:
    """The last rung: names that are linked in other films of this graph, and to one person only.

    It is for films of whose people there is no list: where there is one, that it lacks somebody
    speaks against them.
    """

    def __init__(
        self,
        outcomes: Mapping[str, Sequence[Outcome]],
        people: Mapping[str, Sequence[PersonCandidate]],
    ) -> None:
        self._linked: dict[str, dict[str, PersonCandidate]] = defaultdict(dict)
        for each in chain.from_iterable(outcomes.values()):
            if each.linked:
                self._linked[each.mention.name][each.linked.key] = each.linked
        self._namesakes: dict[str, set[str]] = defaultdict(set)
        for candidates in people.values():
            for candidate in candidates:
                for name in candidate.names:
                    self._namesakes[name].add(candidate.key)

    def lift(self, outcome: Outcome) -> Outcome:
        """Link a mention of a film without a list by what its name stands for elsewhere."""
        name = outcome.mention.name
        if outcome.reason != ladder.NOT_LISTED or name not in self._linked:
            return outcome
        known = self._linked[name]
        namesakes = self._namesakes[name] | set(known)
        if len(namesakes) > 1:
            rivals = tuple(known.values())
            return replace(outcome, rivals=rivals, reason="several people are called so elsewhere")
        [candidate] = known.values()
        if outcome.mention.imdb_id not in (None, candidate.imdb_id) or (
            outcome.mention.rejected & {candidate.imdb_id, candidate.wikidata_id}
        ):
            return outcome
        return replace(
            outcome,
            candidate=replace(candidate, characters=()),
            rung=ladder.PERSON_ELSEWHERE,
            matched=name,
            reason="",
        )


def _film_link(outcome: FilmOutcome) -> Link:
    return _link(
        Link("film", outcome.mention.title, reason=outcome.reason),
        outcome.candidate,
        outcome.rung,
        outcome.candidate.titles[0] if outcome.candidate and outcome.candidate.titles else "",
        outcome.rivals,
    )


def _person_link(outcome: Outcome) -> Link:
    unlabelled = outcome.candidate and outcome.candidate.unlabelled and not outcome.reason
    reason = ladder.UNLABELLED if unlabelled else outcome.reason
    link = Link("person", outcome.mention.name, reason=reason)
    linked = _link(link, outcome.candidate, outcome.rung, outcome.matched, outcome.rivals)
    characters = outcome.candidate.characters if outcome.candidate else ()
    return replace(linked, characters=characters)


def _link(
    link: Link,
    candidate: FilmCandidate | PersonCandidate | None,
    rung: Rung | None,
    label: str,
    rivals: Sequence[FilmCandidate | PersonCandidate],
) -> Link:
    kept = tuple(sorted(str(each) for each in rivals)[:_RIVALS_KEPT])
    if candidate is None or rung is None:
        return replace(link, rung=rung.name if rung else "", rivals=kept)
    at_most = ladder.UNLABELLED_AT_MOST if link.reason == ladder.UNLABELLED else 1.0
    return replace(
        link,
        predicate=rung.predicate,
        imdb_id=candidate.imdb_id,
        wikidata_id=candidate.wikidata_id,
        object_label=label,
        rung=rung.name,
        justification=rung.justification,
        confidence=min(rung.confidence, at_most),
        evidence=candidate.evidence,
        rivals=kept,
    )


def _record(subject: Subject, found: Findings) -> LinkRecord | None:
    """Write what was found about a film as a record of its own."""
    said = (link for link in found.values() if link.decided or link.reason not in ladder.SILENT)
    links = tuple(sorted(said, key=lambda link: (link.kind, link.subject)))
    if not links:
        return None
    listed = {each.name for each in subject.people}
    confirmed = tuple(
        Credit(name, found[name].imdb_id)
        for name in subject.unlisted
        if name not in listed and name in found and found[name].holds
    )
    return LinkRecord(_identifiers(subject, found.get("")), confirmed, links)


def _identifiers(subject: Subject, film: Link | None) -> dict[str, str]:
    """Return the ids of a link record: the film's own, and those that were found.

    Where none was found, one id ties the record to the film; more would keep what a source has
    said of ids after that source is gone.
    """
    if film is None or not film.holds:
        scheme = next(each for each in ("imdb", *subject.own) if each in subject.own)
        return {scheme: subject.own[scheme]}
    identifiers = dict(subject.own)
    if film.imdb_id:
        identifiers.setdefault("imdb", film.imdb_id)
    if film.wikidata_id:
        identifiers["wikidata"] = film.wikidata_id
    return identifiers
