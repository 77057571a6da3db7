"""What people have decided about links, put so that the ladder can obey it.

A decision that `etl undo` has taken back stays taken back, though the user's file still has it,
until the user decides so again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from etl.linking import ladder
from etl.linking.candidates import FilmCandidate, PersonCandidate
from etl.linking.films import FilmOutcome
from etl.linking.people import Mention, Outcome
from etl.linking.sssom import Decision
from etl.rdf.identifiers import film_id
from etl.records import Link, LinkRecord


@dataclass(slots=True)
class Choice:
    """What is decided about one film or name: what it is, that it is nothing, what it is not."""

    accepted: list[str] = field(default_factory=list)
    nothing: bool = False
    rejected: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    @property
    def imdb_id(self) -> str | None:
        """Return the IMDb id that is decided on."""
        return next((each for each in self.accepted if not each.startswith("Q")), None)

    @property
    def wikidata_id(self) -> str | None:
        """Return the item that is decided on."""
        return next((each for each in self.accepted if each.startswith("Q")), None)

    @property
    def settled(self) -> bool:
        """Return whether there is nothing left to find."""
        return self.nothing or bool(self.accepted)


Choices: TypeAlias = Mapping[str, Choice]
"""What is decided about one film and its people: by a person's name, the film's is ""."""


def choices(decisions: Iterable[Decision], keys: Sequence[str]) -> dict[str, Choice]:
    """Collect the decisions about a film, by the name that they are about; the film's is ""."""
    found: dict[str, Choice] = {}
    for each in decisions:
        if each.film in keys:
            choice = found.setdefault(each.name, Choice())
            choice.said.append(each.verdict)
            if each.identifier is None:
                choice.nothing = True
            elif film_id(each.identifier)[0] not in ("imdb", "wikidata"):
                pass  # about films of ours, which resolution heeds
            elif each.rejected:
                choice.rejected.add(each.identifier)
            else:
                choice.accepted.append(each.identifier)
    return found


def decided_film(outcome: FilmOutcome, choice: Choice | None) -> FilmOutcome:
    """Do with a film as a person has decided."""
    if choice is None:
        return outcome
    film, candidate = outcome.mention, outcome.candidate
    if choice.accepted:
        known = (*([candidate] if candidate else ()), *outcome.rivals)
        meant = next((each for each in known if _is_meant(each, choice)), None)
        decided = FilmCandidate(
            titles=meant.titles if meant else (),
            imdb_id=choice.imdb_id or (meant.imdb_id if meant else None),
            wikidata_id=choice.wikidata_id or (meant.wikidata_id if meant else None),
            evidence="decision",
        )
        return FilmOutcome(film, decided, ladder.DECISION)
    if choice.nothing:
        return FilmOutcome(film, rung=ladder.DECISION, reason="no link, by decision")
    if candidate and choice.rejected & {candidate.imdb_id, candidate.wikidata_id}:
        return FilmOutcome(film, rung=ladder.DECISION, reason="rejected by decision")
    return outcome


def decided_person(mention: Mention, choice: Choice, people: Sequence[PersonCandidate]) -> Outcome:
    """Do with somebody as a person has decided, about whom the decision leaves nothing to find."""
    if not choice.accepted:
        return Outcome(mention, rung=ladder.DECISION, reason="no link, by decision")
    meant = next((each for each in people if _is_meant(each, choice)), None)
    decided = PersonCandidate(
        names=meant.names if meant else (),
        imdb_id=choice.imdb_id or (meant.imdb_id if meant else None),
        wikidata_id=choice.wikidata_id or (meant.wikidata_id if meant else None),
        characters=meant.characters if meant else (),
        evidence="decision",
    )
    matched = meant.label if meant else ""
    return Outcome(mention, decided, ladder.DECISION, matched)


def _is_meant(candidate: FilmCandidate | PersonCandidate, choice: Choice) -> bool:
    """Return whether a candidate has one of the ids decided on, and none that differs."""
    pairs = (
        (candidate.imdb_id, choice.imdb_id),
        (candidate.wikidata_id, choice.wikidata_id),
    )
    agreeing = any(mine and mine == theirs for mine, theirs in pairs)
    return agreeing and all(None in pair or pair[0] == pair[1] for pair in pairs)


_Said = dict[tuple[str, str, str], int]
"""The run that took something back, by place, name (the film's is "") and what was said."""


@dataclass(slots=True)
class UndoneLinks:
    """What runs said of links, and which run has taken it back; what still stands is not here."""

    decisions: _Said = field(default_factory=dict)
    links: _Said = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[tuple[str, int | None, LinkRecord]]) -> UndoneLinks:
        """Read the versions of link records: their place, the run that undid them, the record."""
        found, standing = cls(), cls()
        for place, undone_by, record in versions:
            said = standing if undone_by is None else found
            for link in record.links:
                name = link.subject if link.kind == "person" else ""
                for verdict in link.decided:
                    said.decisions[place, name, verdict] = undone_by or 0
                for identifier in _ids(link):
                    said.links[place, name, identifier] = undone_by or 0
        for key in standing.decisions:
            found.decisions.pop(key, None)
        return found

    def decision(self, place: str, decision: Decision) -> int | None:
        """Return the run that has undone a decision about the film of a place, or None."""
        return self.decisions.get((place, decision.name, decision.verdict))

    def found_again(
        self, place: str, record: LinkRecord, earlier: LinkRecord | None
    ) -> Iterator[tuple[str, int]]:
        """Yield the kind of each link that was taken back and comes again, and by which run."""
        known = (
            {(link.kind, link.subject) for link in earlier.links if link.holds} if earlier else ()
        )
        for link in record.links:
            name = link.subject if link.kind == "person" else ""
            runs = [run for each in _ids(link) if (run := self.links.get((place, name, each)))]
            if runs and (link.kind, link.subject) not in known:
                yield link.kind, max(runs)


def _ids(link: Link) -> list[str]:
    return [each for each in (link.imdb_id, link.wikidata_id) if each and link.holds]
