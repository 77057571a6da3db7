"""The people of one film and the candidates for them: the ladder for people.

Only the film's own people are compared, each candidate goes to one name at most, and where two
answers are as good as each other there is none.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from etl.linking import ladder
from etl.linking.candidates import ACTOR, PersonCandidate
from etl.linking.ladder import Rung
from etl.linking.names import (
    any_same,
    are_unlike,
    edits,
    is_inverted,
    is_turned,
    is_variant,
    name_of,
    similarity,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a film's record, with the id that the record itself gives.

    `rejected` are ids that a person has said are not meant.
    """

    name: str
    imdb_id: str | None = None
    roles: frozenset[str] = frozenset({ACTOR})
    rejected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mention: a candidate and the rung it was found by, or neither.

    `rivals` are others that came into question; `reason` says why there is no link, or why it
    is questioned.
    """

    mention: Mention
    candidate: PersonCandidate | None = None
    rung: Rung | None = None
    matched: str = ""
    rivals: tuple[PersonCandidate, ...] = ()
    reason: str = ""

    @property
    def linked(self) -> PersonCandidate | None:
        """Return the candidate who is the person, if one is."""
        return self.candidate if self.rung and self.rung.predicate == ladder.EXACT else None


def link_people(
    mentions: Sequence[Mention],
    candidates: Sequence[PersonCandidate],
    names: Container[str] = frozenset(),
) -> list[Outcome]:
    """Find each mention's candidate among the people of its film, one rung after the other.

    A candidate that one rung has given away is none for the rungs below it. `names` are words
    that are somebody's name for certain, and so no slip of the pen: `Joan` is not `John`.
    """

    def variant(mention: Mention, left: Sequence[PersonCandidate]) -> list[PersonCandidate]:
        return _by_variant(mention, left, turned=inverted)

    def nearly(mention: Mention, left: Sequence[PersonCandidate]) -> list[PersonCandidate]:
        return _by_similarity(mention, left, names)

    outcomes: dict[str, Outcome] = {}
    inverted = False
    for rung, compare in (
        (ladder.PERSON_ID, _by_id),
        (ladder.PERSON_NAME, _by_name),
        (ladder.PERSON_VARIANT, variant),
        (ladder.PERSON_SIMILAR, nearly),
    ):
        if rung is ladder.PERSON_VARIANT:
            inverted = _are_inverted(mentions, candidates, outcomes)
        left = _free(candidates, outcomes)
        waiting = [each for each in mentions if each.name not in outcomes]
        found = {each.name: compare(each, left) for each in waiting}
        outcomes.update(_decided(waiting, found, rung))
    left = _free(candidates, outcomes)
    none = "nobody in the film's lists has this name" if candidates else ladder.NOT_LISTED
    return [outcomes.get(each.name) or _nobody(each, left, none) for each in mentions]


def _free(
    candidates: Sequence[PersonCandidate], outcomes: Mapping[str, Outcome]
) -> list[PersonCandidate]:
    """Return the candidates that no mention has been linked to."""
    taken = {outcome.linked.key for outcome in outcomes.values() if outcome.linked}
    return [each for each in candidates if each.key not in taken]


def _are_inverted(
    mentions: Sequence[Mention],
    candidates: Sequence[PersonCandidate],
    outcomes: Mapping[str, Outcome],
) -> bool:
    """Tell whether the names of a film are inverted throughout, of whom none is found as it is."""
    by_id = (ladder.PERSON_ID, ladder.PERSON_ID_QUESTIONED)
    if any(each.rung not in by_id for each in outcomes.values()):
        return False
    known = [name for each in candidates for name in each.names]
    return is_inverted([mention.name for mention in mentions], known)


def _nobody(mention: Mention, free: Sequence[PersonCandidate], reason: str) -> Outcome:
    """Leave a mention without a link; those of its name who may not be meant are its rivals."""
    left = [each for each in free if not mention.rejected & {each.imdb_id, each.wikidata_id}]
    if others := [each for each in left if any_same(mention.name, each.names)]:
        reason = f"the record says that this is {mention.imdb_id}"
        return Outcome(mention, rivals=tuple(others), reason=reason)
    if others := [each for each in left if any(is_turned(mention.name, n) for n in each.names)]:
        reason = "a person of the film has this name in reverse order"
        return Outcome(mention, rivals=tuple(others), reason=reason)
    return Outcome(mention, reason=reason)


def _decided(
    mentions: Sequence[Mention], found: Mapping[str, list[PersonCandidate]], rung: Rung
) -> dict[str, Outcome]:
    """Return the outcomes of mentions that a rung decides, or leaves open between rivals."""
    claims: dict[str, list[str]] = {}
    for name, candidates in found.items():
        for candidate in candidates:
            claims.setdefault(candidate.key, []).append(name)
    outcomes: dict[str, Outcome] = {}
    for mention in mentions:
        candidates = found[mention.name]
        if not candidates:
            continue
        [first, *others] = candidates
        if others:
            reason = "several people of the film match"
            outcomes[mention.name] = Outcome(mention, rivals=tuple(candidates), reason=reason)
        elif len(claims[first.key]) > 1:
            names = " and ".join(claims[first.key])
            reason = f"several names match one person of the film: {names}"
            outcomes[mention.name] = Outcome(mention, rivals=(first,), reason=reason)
        else:
            outcomes[mention.name] = _found(mention, first, rung)
    return outcomes


def _found(mention: Mention, candidate: PersonCandidate, rung: Rung) -> Outcome:
    """Link a mention to a candidate; where only the id says so, the names may speak against it."""
    outcome = Outcome(mention, candidate, rung, _best(mention.name, candidate))
    if rung is ladder.PERSON_ID and are_unlike([mention.name], candidate.names):
        reason = f"{candidate.imdb_id} is called {candidate.label!r} there"
        return replace(outcome, rung=ladder.PERSON_ID_QUESTIONED, reason=reason)
    return replace(outcome, reason=candidate.doubt)


def _best(name: str, candidate: PersonCandidate) -> str:
    """Return which of a candidate's names is nearest."""
    return max(candidate.names, key=lambda each: (similarity(name, each), each), default="")


def _by_id(mention: Mention, candidates: Sequence[PersonCandidate]) -> list[PersonCandidate]:
    if mention.imdb_id is None:
        return []
    return [
        each for each in candidates if each.imdb_id == mention.imdb_id and _eligible(mention, each)
    ]


def _eligible(mention: Mention, candidate: PersonCandidate) -> bool:
    """Return whether the ids do not tell them apart, and no person has."""
    if mention.rejected & {candidate.imdb_id, candidate.wikidata_id}:
        return False
    return None in (mention.imdb_id, candidate.imdb_id) or mention.imdb_id == candidate.imdb_id


def _by_name(mention: Mention, candidates: Sequence[PersonCandidate]) -> list[PersonCandidate]:
    return _of_role(
        mention,
        [
            each
            for each in candidates
            if _eligible(mention, each) and any_same(mention.name, each.names)
        ],
    )


def _of_role(mention: Mention, found: list[PersonCandidate]) -> list[PersonCandidate]:
    """Keep those whose work on the film is the mention's, where that leaves just one."""
    fitting = [each for each in found if each.roles & mention.roles]
    return fitting if len(fitting) == 1 else found


def _by_variant(
    mention: Mention, candidates: Sequence[PersonCandidate], *, turned: bool
) -> list[PersonCandidate]:
    """Return those of a variant of the name; in a list that is inverted, also when turned round."""
    return [
        each
        for each in candidates
        if _eligible(mention, each)
        and any(
            is_variant(mention.name, name) or (turned and is_turned(mention.name, name))
            for name in each.names
        )
    ]


def _by_similarity(
    mention: Mention, candidates: Sequence[PersonCandidate], names: Container[str]
) -> list[PersonCandidate]:
    """Return the nearest, and those that are too near to it."""
    if len(name_of(mention.name).words) < 2:
        return []
    eligible = [each for each in candidates if _eligible(mention, each)]
    found = _one_edit_away(mention.name, eligible) or _most_alike(mention.name, eligible)
    return found if all(_may_be_a_slip(mention.name, each, names) for each in found) else []


def _may_be_a_slip(name: str, candidate: PersonCandidate, names: Container[str]) -> bool:
    """Return whether no word by which a name differs from a candidate's is somebody's name."""
    words = set(name_of(name).words)
    nearest = _best(name, candidate)
    return not any(word in names for word in words - set(name_of(nearest).words))


def _one_edit_away(name: str, candidates: Sequence[PersonCandidate]) -> list[PersonCandidate]:
    """Return those whose name differs by one slip, where the name is long enough to tell."""
    if len(name) < ladder.EDITED_AT_LEAST:
        return []
    counted = [
        (min((edits(name, other) for other in each.names), default=99), each) for each in candidates
    ]
    if all(count > 1 for count, _ in counted):
        return []
    return [each for count, each in counted if count <= ladder.EDITS_APART]


def _most_alike(name: str, candidates: Sequence[PersonCandidate]) -> list[PersonCandidate]:
    scores = [
        (max((similarity(name, other) for other in each.names), default=0.0), each)
        for each in candidates
    ]
    best = max((score for score, _ in scores), default=0.0)
    if best < ladder.SIMILAR_AT_LEAST:
        return []
    near = [(score, each) for score, each in scores if score > best - ladder.MARGIN]
    return [each for _, each in sorted(near, key=lambda item: -item[0])]
