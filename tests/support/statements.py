"""Items as Wikidata has them, with statements of every rank, as Turtle."""

from __future__ import annotations

from dataclasses import dataclass, field

PREFIXES = """\
@prefix p: <http://www.wikidata.org/prop/> .
@prefix pq: <http://www.wikidata.org/prop/qualifier/> .
@prefix ps: <http://www.wikidata.org/prop/statement/> .
@prefix psv: <http://www.wikidata.org/prop/statement/value/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix s: <http://www.wikidata.org/entity/statement/> .
@prefix v: <http://www.wikidata.org/value/> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix wikibase: <http://wikiba.se/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@dataclass
class Items:
    """Items with their statements."""

    lines: list[str] = field(default_factory=list)
    number: int = 0

    @property
    def turtle(self) -> str:
        return PREFIXES + "\n".join(self.lines)

    def label(self, item: str, text: str, language: str = "en") -> None:
        self.lines.append(f'wd:{item} rdfs:label "{text}"@{language} .')

    def state(
        self,
        item: str,
        prop: str,
        value: str,
        *,
        node: str = "",
        best: bool = True,
        rank: str = "Normal",
        qualifiers: str = "",
    ) -> None:
        """State something; `best` says whether it has the best rank of the property's."""
        self.number += 1
        one = f"s:{item}-{self.number}"
        rest = f" ; {qualifiers}" if qualifiers else ""
        kind = " , wikibase:BestRank" if best else ""
        self.lines.append(
            f"wd:{item} p:{prop} {one} . {one} a wikibase:Statement{kind} ; "
            f"wikibase:rank wikibase:{rank}Rank ; ps:{prop} {value}{rest} ."
        )
        if best:
            self.lines.append(f"wd:{item} wdt:{prop} {value} .")
        if node:
            self.lines.append(f"{one} psv:{prop} v:{self.number} . v:{self.number} {node} .")

    def date(
        self,
        item: str,
        day: str,
        precision: int = 11,
        *,
        of: str = "P577",
        best: bool = True,
        rank: str = "Normal",
    ) -> None:
        time = f'"{day}T00:00:00Z"^^xsd:dateTime'
        node = f"wikibase:timeValue {time} ; wikibase:timePrecision {precision}"
        self.state(item, of, time, node=node, best=best, rank=rank)

    def lasts(self, item: str, amount: str, unit: str = "Q7727", *, best: bool = True) -> None:
        number = f'"{amount}"^^xsd:decimal'
        node = f"wikibase:quantityAmount {number} ; wikibase:quantityUnit wd:{unit}"
        self.state(item, "P2047", number, node=node, best=best)

    def named(self, item: str, prop: str, other: str, name: str, **rest: object) -> None:
        """State something of which the value is an item with a name."""
        self.state(item, prop, f"wd:{other}", **rest)  # type: ignore[arg-type]
        self.label(other, name)

    def film(self, item: str, title: str, imdb: str) -> None:
        self.label(item, title)
        self.state(item, "P31", "wd:Q11424")
        self.state(item, "P345", f'"{imdb}"')


def amber() -> Items:
    """Give a film with a bit of everything."""
    items = Items()
    items.film("Q900", "Amber", "tt0009001")
    items.label("Q900", "Bernstein", "de")
    items.state("Q900", "P1476", '"Bernstein"@de')
    items.state("Q900", "P4947", '"4711"')
    items.date("Q900", "1987-03-01", 10)
    items.date("Q900", "1987-05-14")
    items.date("Q900", "1986-01-01", 9, best=False, rank="Deprecated")
    items.lasts("Q900", "+5400", "Q11574")
    items.named("Q900", "P136", "Q130232", "drama film")
    items.label("Q130232", "Filmdrama", "de")
    items.named("Q900", "P495", "Q183", "Germany", rank="Preferred")
    items.label("Q183", "Deutschland", "de")
    items.named("Q900", "P495", "Q38", "Italy", best=False)
    items.named("Q900", "P364", "Q188", "German")
    items.named("Q900", "P272", "Q77", "Halde Film")
    items.named("Q900", "P57", "Q10", "Jon Halde")
    items.state("Q10", "P345", '"nm0900010"')
    items.named("Q900", "P161", "Q11", "Ada Brook", qualifiers='pq:P4633 "Eva"')
    items.state("Q11", "P345", '"nm0900011"')
    items.date("Q11", "1951-04-05", of="P569")
    items.date("Q11", "2011-01-01", 9, of="P570")
    items.named("Q900", "P161", "Q12", "Carl Dorn", qualifiers="pq:P453 wd:Q13")
    items.label("Q13", "The Keeper")
    items.label("Q13", "Der Wärter", "de")
    items.named(
        "Q900", "P161", "Q14", "Not Init", best=False, rank="Deprecated", qualifiers='pq:P4633 "X"'
    )
    items.named("Q900", "P725", "Q15", "Vera Klang")
    items.named("Q900", "P58", "Q10", "Jon Halde")
    return items
