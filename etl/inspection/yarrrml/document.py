"""The document: what each field becomes, by our mapping to schema.org.

A field that cannot be told so is named in a comment, with the reason.

Source: YARRRML, "Sources" (`query`) and "Mappings"; Morph-KGC's tabular views, which run the SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from pyoxigraph import NamedNode

from etl.errors import SourceError
from etl.facts import CREDITS, FACTS, SITES, TITLE_FIELDS, Kind
from etl.inspection.yarrrml.sql import (
    Inexpressible,
    Select,
    kept,
    matched,
    person_key,
    segment,
    text,
)
from etl.inspection.yarrrml.views import Views
from etl.rdf.identifiers import FILM_SCHEMES, Iris, imdb_page, tmdb_page, wikidata_entity
from etl.rdf.vocab import SCHEMA, XSD
from etl.records import Rating
from etl.sources.claims import form_of
from etl.sources.fields import rating_of
from etl.sources.files import shown
from etl.sources.naming import sources
from etl.sources.notes import Notes
from etl.sources.tables.checking import Spec
from etl.sources.tables.forms import Form
from etl.sources.tables.forms import TableKind as Written

_PAGES: dict[str, Callable[[str], str]] = {
    "imdb": imdb_page,
    "wikidata": wikidata_entity,
    "tmdb": tmdb_page,
}
_NUMBER = r"^(\d+(?:\.\d+)?)$"
_DATES = {4: "gYear", 7: "gYearMonth", 10: "date"}  # by their length
_FORMS = {Kind.ADDRESS: "~iri", Kind.DURATION: ", xsd:duration"}
_NEVER = """\
# Run it with Morph-KGC, with an empty na_values.
# Not in here, whatever the map says: where each triple is from; notes; what validation keeps out;
# that of several rows of one film the last counts; parts that a synopsis names; what other sources,
# links and decisions add."""


def yarrrml(file: Path, chosen: str, iris: Iris) -> str:
    """Write how a table is read, by a chosen map or by one that claims it, as YARRRML.

    Raises:
        SourceError: no map reads it, or its films cannot be told so.
    """
    path = str(file)
    found = form_of(path, chosen)
    if not found:
        raise SourceError(
            f"{shown(path)}: no column map reads it",
            hint=f"draft one: etl columns {shown(path)}; then name it with --columns",
        )
    form = Form.decode(found)
    if form.kind is not Written.DELIMITED or form.begins or form.encoding not in ("utf-8", "ascii"):
        kind = f"text in {form.encoding}" if form.kind is Written.DELIMITED else form.kind
        raise SourceError(
            f"{shown(path)}: YARRRML is written for delimited text in UTF-8, found {kind}",
            hint="save the table as CSV in UTF-8",
        )
    slug = sources([path], None, [], chosen)[0].plain_slug
    try:
        return _Document(Views(path, form, slug, iris)).text()
    except Inexpressible as reason:
        raise SourceError(
            f"{form.columns.file}: {reason}, so that YARRRML cannot tell the films",
            hint="docs/tables.md says what it can",
        ) from reason


@dataclass
class _Document:
    """A document on its way: its queries, its mappings, and the fields that it does not tell."""

    views: Views
    queries: dict[str, str] = field(default_factory=dict)
    mappings: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    dates: Select = field(default_factory=lambda: Select("film"))
    dated: dict[str, str] = field(default_factory=dict)  # the year and the date, as columns of that

    def text(self) -> str:
        """Write the document.

        Raises:
            Inexpressible: the films cannot be told.
        """
        columns = self.views.form.columns
        self.add("film", "SELECT DISTINCT _movie AS movie FROM film", "movie", "a, sdo:Movie")
        for spec in columns.specs:
            try:
                self.field(spec)
            except Inexpressible as reason:
                self.lost.append(f"#   {'.'.join(spec.place)}: {reason}")
        self.published()
        if self.lost:
            self.lost.insert(0, "# Nor these fields, which cannot be told so:")
        return "\n".join(
            [
                f"# {columns.name}: {shown(self.views.path)}, mapped to schema.org.",
                _NEVER,
                *self.lost,
                "prefixes:",
                f"  sdo: {SCHEMA.iri}",
                f"  xsd: {XSD.iri}",
                "sources:",
                *(
                    f"  {named}:\n    query: |-\n      {self.views.film} {sql}"
                    for sql, named in self.queries.items()
                ),
                "mappings:",
                *self.mappings,
                "",
            ]
        )

    def add(self, named: str, sql: str, subject: str, *objects: str) -> None:
        """Add a mapping; those of one query are read from one source."""
        source = self.queries.setdefault(sql, f"{named}-{len(self.queries)}")
        said = "".join(f"\n      - [{each}]" for each in objects)
        place = f"  {named}-{len(self.mappings)}:\n    sources: {source}"
        self.mappings.append(f"{place}\n    s: $({subject})\n    po:{said}")

    def field(self, spec: Spec) -> None:
        """Add what a field becomes.

        Raises:
            Inexpressible: that cannot be told.
        """
        match spec.field:
            case "key":
                pass  # it is in the film's IRI
            case "year" | "date":
                self.dated[spec.field] = self.views.scalar(self.dates, spec)
            case "reviews":
                raise Inexpressible("it is a viewer's own")
            case "pages":
                raise Inexpressible("pages of IMDb, Wikidata and TMDb become ids")
            case "rating" | "ratings":
                self.rating(spec)
            case "title":
                view = "SELECT _movie AS movie, _title AS value FROM film"
                self.add("title", view, "movie", "sdo:name, $(value)")
            case "synopsis":
                self.add("synopsis", self.views.one(spec), "movie", "sdo:description, $(value)")
            case scheme if scheme in FILM_SCHEMES:
                self.identifier(spec)
            case role if role in CREDITS:
                self.people(spec)
            case titles if titles in TITLE_FIELDS:
                view = f"SELECT * FROM {kept(self.views.many(spec), 'value <> title')}"
                self.add(titles, view, "movie", "sdo:alternateName, $(value)")
            case _:
                fact = FACTS[spec.field]
                view = self.views.many(spec) if fact.many else self.views.one(spec)
                said = f"{_term(fact.property)}, $(value){_FORMS.get(fact.kind, '')}"
                self.add(spec.field, view, "movie", said)

    def identifier(self, spec: Spec) -> None:
        """Add an id of the film elsewhere, and its page there."""
        scheme, pages = spec.field, list[str]()
        named = f"movie || '#identifier-{scheme}' AS node, '{scheme}' AS scheme"
        if page := _PAGES.get(scheme):
            before, _, after = page("tt0").partition("tt0")
            named += f", {text(before)} || value || {text(after)} AS page"
            pages += ["sdo:sameAs, $(page)~iri"]
            pages += ["sdo:url, $(page)~iri"] if scheme == "imdb" else []
        view = f"SELECT *, {named} FROM ({self.views.one(spec)})"
        self.add(scheme, view, "movie", "sdo:identifier, $(node)~iri", *pages)
        said = ("a, sdo:PropertyValue", "sdo:propertyID, $(scheme)", "sdo:value, $(value)")
        self.add(scheme, view, "node", *said)

    def people(self, spec: Spec) -> None:
        """Add people, who are known by their names."""
        person = f"{text(f'{self.views.iris.base}person/')} || {segment(person_key('value'))}"
        view = f"SELECT *, {person} AS person FROM ({self.views.many(spec)})"
        self.add(spec.field, view, "movie", f"{_term(CREDITS[spec.field])}, $(person)~iri")
        self.add(spec.field, view, "person", "a, sdo:Person", "sdo:name, $(value)")

    def rating(self, spec: Spec) -> None:
        """Add a rating, on its scale."""
        site, select = spec.keys.get("site", ""), Select("film")
        ends = {end: spec.keys[end] for end in ("best", "worst") if end in spec.keys}

        def rated(value: str, count: str = "") -> Rating | None:
            told = {"value": value, "count": count, **ends}
            return rating_of(site or next(iter(SITES)), told, Notes())

        def value_of(said: str) -> str | None:
            made = rated(said)
            return _plain(made.value) if made and made.worst <= made.value <= made.best else None

        def count_of(said: str) -> str | None:
            made = rated("1", said)
            return str(made.count) if made and made.count else None

        value = f"coalesce({', '.join(self.views.told(select, spec, 'value'))}, NULL)"
        if self.views.form.columns.top.get("decimal") == ",":
            value = f"replace(replace({value}, '.', ''), ',', '.')"
        value = select.let(value)
        general = rf"regexp_replace({matched(value, _NUMBER)}, '\.0+$', '')"
        number, scale = self.views.exact(select, value, general, value_of), rated("1")
        columns = {"value": number, "votes": "NULL"}
        if spec.texts("count"):
            said = self.views.told(select, spec, "count")[0]
            general = matched(said, r"^0*([1-9]\d*)$")
            columns["votes"] = self.views.exact(select, said, general, count_of)
        for end in ("best", "worst"):
            columns[end] = text(_plain(getattr(scale, end)))
        columns["site"] = text(SITES[site].name) if site else "NULL"
        named = f"rating-{site}" if site else "rating"
        made = select.sql(movie="_movie", node=f"_movie || '#{named}'", **columns)
        view = f"SELECT * FROM {kept(made, 'value IS NOT NULL')}"
        self.add(named, view, "movie", "sdo:aggregateRating, $(node)~iri")
        self.add(
            named,
            view,
            "node",
            "a, sdo:AggregateRating",
            "sdo:ratingValue, $(value), xsd:decimal",
            "sdo:bestRating, $(best), xsd:decimal",
            "sdo:worstRating, $(worst), xsd:decimal",
            *(["sdo:author, $(site)"] if site else []),
        )
        if columns["votes"] != "NULL":
            counted = f"SELECT * FROM {kept(view, 'votes IS NOT NULL')}"
            self.add(named, counted, "node", "sdo:ratingCount, $(votes), xsd:integer")

    def published(self) -> None:
        """Add the date, if it is of the year that the film is given, else the year."""
        year, date = (self.dated.get(each, "NULL") for each in ("year", "date"))
        fits = f"left({date}, 4) = coalesce({year}, left({date}, 4))"
        value = f"CASE WHEN {fits} THEN {date} ELSE {year} END"
        view = self.dates.sql(movie="_movie", value=value)
        for length, datatype in _DATES.items() if self.dated else ():
            of_length = f"SELECT * FROM {kept(view, f'length(value) = {length}')}"
            self.add(datatype, of_length, "movie", f"sdo:datePublished, $(value), xsd:{datatype}")


def _term(iri: NamedNode) -> str:
    return f"sdo:{iri.value.rpartition('/')[2]}"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
