"""Pairs of crosswalks, believed only where neither they nor titles and names contradict them.

What an endpoint says of an item counts before the label that stands beside it in a crosswalk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from etl.linking.candidates import FilmCandidate, PersonCandidate
from etl.linking.crosswalk import Crosswalk, IdPair
from etl.linking.films import FilmMention
from etl.linking.names import are_unlike, can_be_compared, titles_differ
from etl.linking.wikidata import ItemFacts

_UNKNOWN = ItemFacts()


@dataclass(slots=True)
class Pairing:
    """What crosswalks say, beside what an endpoint says of the items in them, by their ids."""

    crosswalk: Crosswalk
    facts: Mapping[str, ItemFacts]
    _older: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._older = defaultdict(list)
        for item in self.facts:
            if self.current(item) != item:
                self._older[self.current(item)].append(item)

    def current(self, item: str) -> str:
        """Return the item that an item has been merged into, or itself."""
        merged_into = self.facts.get(item, _UNKNOWN).merged_into
        return merged_into[0] if len(merged_into) == 1 else item

    def film(self, film: FilmMention, pair: IdPair) -> FilmCandidate:
        """Return the item of a film's pair as a candidate, with what speaks against it."""
        item = self.current(pair.wikidata_id)
        facts = self.facts.get(item, _UNKNOWN)
        doubts = [self._contradiction([pair]), self._other_id(pair, facts)]
        if facts.names and not facts.is_film:
            doubts.append(f"{item} is no film, but {facts.names[0]!r}")
        if not facts.names:
            doubts += [
                f"{pair.place} calls it {label!r}"
                for label in pair.labels
                if titles_differ(film.title, [label])
            ]
        return FilmCandidate(
            titles=facts.names or pair.labels,
            years=facts.years,
            imdb_id=pair.imdb_id,
            wikidata_id=item,
            evidence=pair.place,
            doubt="; ".join(filter(None, doubts)),
            claimed=pair.imdb_id not in facts.imdb_ids,
        )

    def person(self, person: PersonCandidate) -> PersonCandidate:
        """Add the other id that crosswalks give somebody, or what speaks against it."""
        pairs = self.crosswalk.pairs(person.imdb_id, person.wikidata_id)
        if not pairs:
            return person
        doubt = self._contradiction(pairs)
        if person.imdb_id and person.wikidata_id:
            others = [str(each) for each in pairs if self._ids(each) != _ids(person)]
            doubt = f"a crosswalk has {', '.join(others)}" if others else ""
            return replace(person, doubt=_joined(person.doubt, doubt))
        [pair, *_] = pairs
        facts = self.facts.get(self.current(pair.wikidata_id), _UNKNOWN)
        names = facts.names or pair.labels
        doubt = doubt or self._other_id(pair, facts)
        called = [names] if facts.names else [[label] for label in pair.labels]
        if unlike := [each for each in called if are_unlike(person.names, each)]:
            doubt = doubt or f"{pair} is called {unlike[0][0]!r}"
        if doubt:
            return replace(person, doubt=_joined(person.doubt, doubt))
        return replace(
            person,
            imdb_id=pair.imdb_id,
            wikidata_id=self.current(pair.wikidata_id),
            evidence=_joined(person.evidence, pair.place),
            unlabelled=not can_be_compared(person.names, names),
        )

    def _ids(self, pair: IdPair) -> tuple[str, str]:
        return pair.imdb_id, self.current(pair.wikidata_id)

    def _contradiction(self, pairs: Iterable[IdPair]) -> str:
        """Say which pairs give an id of these pairs another partner; "" where none does."""
        known = [each for pair in pairs for each in self._about(pair)]
        if len({self._ids(each) for each in known}) == 1:
            return ""
        return (
            f"crosswalks contradict each other: {', '.join(sorted({str(each) for each in known}))}"
        )

    def _about(self, pair: IdPair) -> list[IdPair]:
        """Return the pairs that share an id with a pair, be it by an item's older ids."""
        item = self.current(pair.wikidata_id)
        return self.crosswalk.pairs(pair.imdb_id, item, *self._older.get(item, ()))

    def _other_id(self, pair: IdPair, facts: ItemFacts) -> str:
        if not facts.imdb_ids or pair.imdb_id in facts.imdb_ids:
            return ""
        return f"{self.current(pair.wikidata_id)} has the IMDb id {', '.join(facts.imdb_ids)}"


def _ids(person: PersonCandidate) -> tuple[str | None, str | None]:
    return person.imdb_id, person.wikidata_id


def _joined(*texts: str) -> str:
    return "; ".join(filter(None, texts))
