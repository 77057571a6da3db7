"""What links are found by: crosswalks, IMDb's tables and an endpoint, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from etl.linking.candidates import (
    ACTOR,
    DIRECTOR,
    FilmCandidate,
    PersonCandidate,
    merged,
    merged_films,
)
from etl.linking.crosswalk import Crosswalk, IdPair
from etl.linking.facts import facts_question, film_facts
from etl.linking.films import FilmOutcome, TitleIndex, link_by_id
from etl.linking.imdb_tables import ImdbTables
from etl.linking.inquiry import Inquiry
from etl.linking.ladder import NOT_ASKED
from etl.linking.pairing import Pairing
from etl.linking.subjects import Subject
from etl.linking.wikidata import (
    FILMS,
    ITEMS,
    PEOPLE,
    TITLES,
    EndpointQuestion,
    ItemFacts,
    Row,
    film_candidates,
    item_facts,
    person_candidates,
)
from etl.records import FilmRecord
from etl.resolution.names import title_spellings, titles


@dataclass(slots=True)
class Evidence:
    """All that is known elsewhere; each part may be absent.

    With a `language`, the endpoint is asked what it states of linked films, with names in that.
    """

    crosswalk: Crosswalk = field(default_factory=Crosswalk)
    imdb: ImdbTables | None = None
    inquiry: Inquiry | None = None
    name: str = "Wikidata"
    language: str = ""

    def _ask(self, question: EndpointQuestion, subjects: Sequence[str]) -> dict[str, list[Row]]:
        return self.inquiry.ask(question, subjects) if self.inquiry else {}

    def stated(self, items: Sequence[str]) -> dict[str, FilmRecord | None]:
        """Ask what is stated of films, by their items; those without an answer are left out."""
        if not self.language:
            return {}
        answers = self._ask(facts_question(self.language), items)
        return {item: film_facts(item, rows, self.language) for item, rows in answers.items()}

    def _facts(self, items: Iterable[str]) -> dict[str, ItemFacts]:
        """Ask what items are, and those that they have been merged into."""
        found = {item: item_facts(rows) for item, rows in self._ask(ITEMS, list(items)).items()}
        newer = {each for facts in found.values() for each in facts.merged_into} - set(found)
        rest = self._ask(ITEMS, sorted(newer))
        return found | {item: item_facts(rows) for item, rows in rest.items()}

    def _workers(self, items: Iterable[str | None]) -> dict[str, list[PersonCandidate]]:
        """Ask who worked on films, by the films' items."""
        answers = self._ask(PEOPLE, [item for item in items if item])
        return {item: person_candidates(rows, self.name) for item, rows in answers.items()}

    def _peopled(self, films: Sequence[FilmCandidate]) -> list[FilmCandidate]:
        """Add to films the directors and actors that the endpoint gives them."""
        workers = self._workers(film.wikidata_id for film in films)
        return [_with_people(film, workers.get(film.wikidata_id or "", ())) for film in films]

    def films(self, subjects: Sequence[Subject]) -> dict[str, FilmOutcome]:
        """Find what each film is elsewhere, by its key."""
        known = [each for each in subjects if each.film.imdb_id]
        return self._by_id(known) | self._by_title(
            [each for each in subjects if not each.film.imdb_id and each.film.title]
        )

    def _by_id(self, subjects: Sequence[Subject]) -> dict[str, FilmOutcome]:
        ids = [each.film.imdb_id or "" for each in subjects]
        answers = self._ask(FILMS, ids)
        items = {each: film_candidates(rows, self.name) for each, rows in answers.items()}
        pairs = {each: self.crosswalk.by_imdb.get(each, []) for each in ids}
        pairing = Pairing(self.crosswalk, self._facts(_unconfirmed(items, pairs)))
        found = [
            _with_pairs(subject, items.get(each, ()), pairs[each], pairing)
            for subject, each in zip(subjects, ids, strict=True)
        ]
        peopled = iter(self._peopled([films[0] for films in found if len(films) == 1]))
        outcomes: dict[str, FilmOutcome] = {}
        for subject, each, films in zip(subjects, ids, found, strict=True):
            outcome = link_by_id(subject.film, [next(peopled)] if len(films) == 1 else films)
            if not films and each not in answers:
                outcome = replace(outcome, reason=self._unknown)
            outcomes[subject.film.key] = outcome
        return outcomes

    @property
    def _unknown(self) -> str:
        """Say why nothing is known of a film by its IMDb id, where no endpoint has answered."""
        is_asking = self.inquiry is not None and self.inquiry.endpoint is not None
        only_crosswalks = self.crosswalk.by_imdb and not is_asking
        return "no crosswalk has its IMDb id" if only_crosswalks else NOT_ASKED

    def _by_title(self, subjects: Sequence[Subject]) -> dict[str, FilmOutcome]:
        spellings = {each.film.key: title_spellings(each.film.title) for each in subjects}
        answers = self._ask(TITLES, [text for texts in spellings.values() for text in texts])
        found = [each for rows in answers.values() for each in film_candidates(rows, self.name)]
        has_titles = self.imdb is not None and self.imdb.has_titles
        if self.imdb:
            forms = {form for each in subjects for form in titles(each.film.title)}
            years = [each.film.year for each in subjects if each.film.year is not None]
            found += self.imdb.called(sorted(forms), years)
        first = TitleIndex(found)
        near = {item.key: item for each in subjects for item in first.near(each.film)}
        others = [each for each in found if each.key not in near]
        index = TitleIndex(merged_films([*others, *self._peopled(list(near.values()))]))
        return {
            each.film.key: index.link(each.film)
            if has_titles or all(text in answers for text in spellings[each.film.key])
            else FilmOutcome(each.film, reason=NOT_ASKED)
            for each in subjects
        }

    def people(
        self, subjects: Sequence[Subject], films: Mapping[str, FilmOutcome]
    ) -> dict[str, list[PersonCandidate]]:
        """List who worked on each film, by the film's key."""
        linked = {key: item for key, outcome in films.items() if (item := outcome.linked)}
        workers = self._workers(item.wikidata_id for item in linked.values())
        ids = {
            each.film.key: each.film.imdb_id
            or (linked[each.film.key].imdb_id if each.film.key in linked else None)
            for each in subjects
        }
        tables = self.imdb.people([each for each in ids.values() if each]) if self.imdb else {}
        items = {key: item.wikidata_id or "" for key, item in linked.items()}
        listed = {
            key: merged([*tables.get(each or "", ()), *workers.get(items.get(key, ""), ())])
            for key, each in ids.items()
        }
        if not self.crosswalk.by_imdb:
            return listed
        own = {each.film.key: _own(each, listed[each.film.key]) for each in subjects}
        pairing = self._pairing([*listed.values(), *own.values()], workers.values())
        return {
            key: merged(
                [*map(pairing.person, people), *filter(_adds, map(pairing.person, own[key]))]
            )
            for key, people in listed.items()
        }

    def _pairing(
        self,
        people: Iterable[Sequence[PersonCandidate]],
        known: Iterable[Sequence[PersonCandidate]],
    ) -> Pairing:
        """Ask what the items are that crosswalks give people, but for those known already."""
        facts = {
            each.wikidata_id: ItemFacts(each.names, (), (each.imdb_id,) if each.imdb_id else ())
            for listed in known
            for each in listed
            if each.wikidata_id
        }
        items = {
            pair.wikidata_id
            for listed in people
            for each in listed
            for pair in self.crosswalk.pairs(each.imdb_id, each.wikidata_id)
        }
        return Pairing(self.crosswalk, facts | self._facts(sorted(items - set(facts))))

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
        claimed = list(self.crosswalk.by_wikidata)
        return [
            *([("items of crosswalks", self.inquiry.planned(ITEMS, claimed))] if claimed else []),
            ("films by IMDb id", self.inquiry.planned(FILMS, ids)),
            ("films by title", self.inquiry.planned(TITLES, texts)),
            ("people of films", self.inquiry.planned(PEOPLE, items) + more),
            *self._planned_facts(self.inquiry, subjects),
        ]

    def _planned_facts(
        self, inquiry: Inquiry, subjects: Sequence[Subject]
    ) -> list[tuple[str, int]]:
        if not self.language:
            return []
        question = facts_question(self.language)
        items = [item for each in subjects if (item := each.item(each.earlier))]
        more = -(-(len(subjects) - len(items)) // inquiry.cache.batch(question))
        return [("facts of films", inquiry.planned(question, items) + more)]


def _unconfirmed(
    items: Mapping[str, Sequence[FilmCandidate]], pairs: Mapping[str, Sequence[IdPair]]
) -> list[str]:
    """Return the items that only crosswalks give films."""
    return [
        pair.wikidata_id
        for each, said in pairs.items()
        for pair in said
        if pair.wikidata_id not in {item.wikidata_id for item in items.get(each, ())}
    ]


def _with_pairs(
    subject: Subject, items: Sequence[FilmCandidate], pairs: Sequence[IdPair], pairing: Pairing
) -> list[FilmCandidate]:
    """Add to the items that have a film's IMDb id those that crosswalks give it."""
    found = {item.wikidata_id: item for item in items}
    for pair in sorted(pairs, key=lambda pair: pair.place):
        item = pairing.current(pair.wikidata_id)
        if item in found:
            evidence = f"{found[item].evidence}; {pair.place}"
            found[item] = replace(found[item], evidence=evidence)
        else:
            found[item] = pairing.film(subject.film, pair)
    return list(found.values())


def _with_people(film: FilmCandidate, people: Sequence[PersonCandidate]) -> FilmCandidate:
    directors = (name for each in people if DIRECTOR in each.roles for name in each.names)
    actors = (name for each in people if ACTOR in each.roles for name in each.names)
    return replace(
        film,
        directors=tuple(dict.fromkeys((*film.directors, *directors))),
        actors=tuple(dict.fromkeys((*film.actors, *actors))),
    )


def _own(subject: Subject, listed: Sequence[PersonCandidate]) -> list[PersonCandidate]:
    """Return those of a film's people whose IMDb id only our records give."""
    known = {each.imdb_id for each in listed}
    return [
        PersonCandidate((each.name,), each.imdb_id, roles=each.roles)
        for each in subject.people
        if each.imdb_id and each.imdb_id not in known
    ]


def _adds(person: PersonCandidate) -> bool:
    """Return whether crosswalks say something of somebody."""
    return bool(person.wikidata_id or person.doubt)
