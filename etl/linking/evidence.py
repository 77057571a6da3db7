"""What links are found by: crosswalks, IMDb's tables and an endpoint, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from etl.identifiers import wikidata_entity, wikidata_id
from etl.linking.candidates import FilmCandidate, PersonCandidate, merged, merged_films
from etl.linking.crosswalk import Crosswalk
from etl.linking.films import FilmOutcome, TitleIndex, link_by_id
from etl.linking.imdb_tables import ImdbTables
from etl.linking.inquiry import Inquiry
from etl.linking.ladder import EXACT, NOT_ASKED
from etl.linking.names import title_spellings, titles
from etl.linking.subjects import Subject
from etl.linking.wikidata import (
    FILMS,
    MERGED,
    PEOPLE,
    TITLES,
    Question,
    Row,
    film_candidates,
    person_candidates,
)


@dataclass(slots=True)
class Evidence:
    """All that is known elsewhere; each part may be absent."""

    crosswalk: Crosswalk = field(default_factory=Crosswalk)
    imdb: ImdbTables | None = None
    inquiry: Inquiry | None = None
    name: str = "Wikidata"

    def _ask(self, question: Question, subjects: Sequence[str]) -> dict[str, list[Row]]:
        return self.inquiry.ask(question, subjects) if self.inquiry else {}

    def followed(self, items: Sequence[str]) -> dict[str, str]:
        """Give for each item that has been merged into another that other one."""
        found: dict[str, str] = {}
        for item, rows in self._ask(MERGED, items).items():
            targets = {target for (iri,) in rows if (target := wikidata_id(iri))}
            if len(targets) == 1:
                found[item] = targets.pop()
        return found

    def films(self, subjects: Sequence[Subject]) -> dict[str, FilmOutcome]:
        """Find what each film is elsewhere, by its key."""
        known = [each for each in subjects if each.film.imdb_id]
        return self._by_id(known) | self._by_title(
            [each for each in subjects if not each.film.imdb_id and each.film.title]
        )

    def _by_id(self, subjects: Sequence[Subject]) -> dict[str, FilmOutcome]:
        ids = [each.film.imdb_id or "" for each in subjects]
        answers = self._ask(FILMS, ids)
        listed = self.imdb.films(ids) if self.imdb else {}
        items = {each: film_candidates(rows, self.name) for each, rows in answers.items()}
        said = {each: self.crosswalk.by_imdb.get(each, []) for each in ids}
        unconfirmed = [
            pair.wikidata_id
            for each, pairs in said.items()
            for pair in pairs
            if pair.wikidata_id not in {item.wikidata_id for item in items.get(each, ())}
        ]
        followed = self.followed(unconfirmed)
        outcomes: dict[str, FilmOutcome] = {}
        for subject, each in zip(subjects, ids, strict=True):
            pairs = [
                FilmCandidate(
                    titles=listed[each].titles if each in listed else (),
                    years=listed[each].years if each in listed else (),
                    imdb_id=each,
                    wikidata_id=followed.get(pair.wikidata_id, pair.wikidata_id),
                    evidence=pair.place,
                )
                for pair in said[each]
            ]
            found = merged_films([*items.get(each, ()), *pairs])
            outcome = link_by_id(subject.film, found)
            if not found and each not in answers:
                outcome = FilmOutcome(subject.film, reason=NOT_ASKED)
            outcomes[subject.film.key] = outcome
        return outcomes

    def _by_title(self, subjects: Sequence[Subject]) -> dict[str, FilmOutcome]:
        spellings = {each.film.key: title_spellings(each.film.title) for each in subjects}
        answers = self._ask(TITLES, [text for texts in spellings.values() for text in texts])
        found = [each for rows in answers.values() for each in film_candidates(rows, self.name)]
        if self.imdb:
            forms = {form for each in subjects for form in titles(each.film.title)}
            years = [each.film.year for each in subjects if each.film.year is not None]
            found += self.imdb.called(sorted(forms), years)
        index = TitleIndex(merged_films(found))
        return {
            each.film.key: index.link(each.film)
            if self.imdb or all(text in answers for text in spellings[each.film.key])
            else FilmOutcome(each.film, reason=NOT_ASKED)
            for each in subjects
        }

    def people(
        self, subjects: Sequence[Subject], films: Mapping[str, FilmOutcome]
    ) -> dict[str, list[PersonCandidate]]:
        """List who worked on each film, by the film's key."""
        linked = {
            key: outcome.candidate
            for key, outcome in films.items()
            if outcome.candidate and outcome.rung and outcome.rung.predicate == EXACT
        }
        items = {key: item.wikidata_id for key, item in linked.items() if item.wikidata_id}
        answers = self._ask(PEOPLE, list(items.values()))
        ids = {each.film.key: each.film.imdb_id for each in subjects}
        for key, item in linked.items():
            ids[key] = ids.get(key) or item.imdb_id
        tables = self.imdb.people([each for each in ids.values() if each]) if self.imdb else {}
        filled = {
            each.film.key: self._filled(
                each,
                [
                    *tables.get(ids[each.film.key] or "", ()),
                    *person_candidates(answers.get(items.get(each.film.key, ""), ()), self.name),
                ],
            )
            for each in subjects
        }
        listed = {iri for rows in answers.values() for iri, *_ in rows}
        unconfirmed = [
            person.wikidata_id
            for people in filled.values()
            for person in people
            if person.wikidata_id and wikidata_entity(person.wikidata_id) not in listed
        ]
        followed = self.followed(unconfirmed)
        return {
            key: merged(_followed(person, followed) for person in people) if followed else people
            for key, people in filled.items()
        }

    def _filled(self, subject: Subject, people: Sequence[PersonCandidate]) -> list[PersonCandidate]:
        """Add what crosswalks know of people, and of those whose IMDb id our records give."""
        listed = {each.imdb_id for each in people}
        own = [
            PersonCandidate((each.name,), each.imdb_id, roles=each.roles)
            for each in subject.people
            if each.imdb_id and each.imdb_id not in listed
        ]
        filled = [self._paired(each) for each in merged(people)]
        return merged([*filled, *(each for each in map(self._paired, own) if each.wikidata_id)])

    def _paired(self, person: PersonCandidate) -> PersonCandidate:
        pair = None
        if not person.wikidata_id:
            pair = self.crosswalk.item(person.imdb_id)
        elif not person.imdb_id:
            pair = self.crosswalk.imdb(person.wikidata_id)
        if pair is None:
            return person
        evidence = "; ".join(filter(None, (person.evidence, pair.place)))
        return replace(
            person, imdb_id=pair.imdb_id, wikidata_id=pair.wikidata_id, evidence=evidence
        )

    def plan(self, subjects: Sequence[Subject]) -> list[tuple[str, int]]:
        """Say how many requests each kind of question would take, at most."""
        if self.inquiry is None:
            return []
        ids = [each.film.imdb_id for each in subjects if each.film.imdb_id]
        texts = [
            text
            for each in subjects
            if not each.film.imdb_id
            for text in title_spellings(each.film.title)
        ]
        known = self.inquiry.cache.answers(FILMS, ids)
        items = [
            item.wikidata_id or ""
            for rows in known.values()
            for item in film_candidates(rows, self.name)
        ]
        unknown = len(subjects) - len(known)
        more = -(-unknown // self.inquiry.cache.batch(PEOPLE))
        return [
            ("films by IMDb id", self.inquiry.planned(FILMS, ids)),
            ("films by title", self.inquiry.planned(TITLES, texts)),
            ("people of films", self.inquiry.planned(PEOPLE, items) + more),
        ]


def _followed(person: PersonCandidate, followed: Mapping[str, str]) -> PersonCandidate:
    item = followed.get(person.wikidata_id or "")
    return replace(person, wikidata_id=item) if item else person
