"""Where each triple comes from, as RDF 1.2 says things about triples: by triple terms.

Source: RDF 1.2 Concepts, section 1.5 (triple terms and reification); PROV-O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from etl.catalog.kept_out import Places
from etl.entities.people import person_iri
from etl.inspection.explaining import Explainer, Explanation
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import DCTERMS, FILM_RUNS, PROV, RDF, XSD
from etl.resolution.films import resolve
from etl.resolution.groups import groups_of
from etl.sources.files import within
from etl.workspace.snapshot import Snapshot

_FILMS_AT_ONCE = 500


def reified(snapshot: Snapshot) -> Iterator[Triple]:
    """Say of each triple about films and people which record states it: file, line, field, run.

    What says so is a part of the film or person, `#origin-1` and so on.
    """
    places = Places.of(snapshot.catalog, named=within)
    explainer, iris = Explainer(snapshot, snapshot.store, places), snapshot.iris
    resolved = snapshot.catalog.resolved
    for rows, identities in resolved.pages(_FILMS_AT_ONCE):
        films = [resolve(group, identities) for group in groups_of(rows)]
        runs = snapshot.catalog.runs.reading([v for each in films for v in each.group.versions])
        for film in films:
            yield from _origins(iris.movie(film.key), explainer.explain_film(film, runs), iris)
    for people in resolved.people(_FILMS_AT_ONCE):
        for person in people:
            iri = person_iri(person, iris)
            yield from _origins(iri, explainer.explain(iri), iris)


def _origins(about: NamedNode, explanations: Iterable[Explanation], iris: Iris) -> Iterator[Triple]:
    stated = (each for each in explanations if each.outcome == "stated")
    for number, each in enumerate(dict.fromkeys(stated), start=1):
        node = iris.part(about, f"origin-{number}")
        yield Triple(node, RDF.reifies, each.triple)
        yield Triple(node, FILM_RUNS.field, Literal(each.field))
        yield Triple(node, PROV.wasGeneratedBy, iris.run(each.run))
        file, _, line = each.place.rpartition(":")
        if file and line.isdecimal():
            yield Triple(node, FILM_RUNS.file, Literal(file))
            yield Triple(node, FILM_RUNS.line, Literal(line, datatype=XSD.integer))
        elif each.place:
            yield Triple(node, DCTERMS.source, Literal(each.place))
