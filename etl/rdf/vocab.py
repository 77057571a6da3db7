"""The terms we write: one closed namespace for each vocabulary, and their prefixes."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode


class Namespace:
    """The terms of one vocabulary that we use; any other name is an `AttributeError`."""

    def __init__(self, iri: str, names: str = "") -> None:
        self.iri = iri
        self._terms = {name: NamedNode(iri + name) for name in names.split()}
        self.__dict__.update(self._terms)  # found without a call: a load reads terms by the million

    def __getattr__(self, name: str) -> NamedNode:
        raise AttributeError(f"{name!r} is not among our terms of <{self.iri}>")

    def __iter__(self) -> Iterator[NamedNode]:
        return iter(self._terms.values())

    def __getitem__(self, name: str) -> NamedNode:
        """Return a term whose name Python keeps for itself, such as `SH["in"]`."""
        return self._terms[name]


RDF = Namespace(
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "first langString nil reifies rest type"
)
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#", "Class label subClassOf")
VOID = Namespace(
    "http://rdfs.org/ns/void#",
    """
    Dataset Linkset class classes classPartition dataDump distinctSubjects entities linkPredicate
    objectsTarget properties property propertyPartition sparqlEndpoint subjectsTarget subset triples
    uriSpace vocabulary
    """,
)
DCAT = Namespace("http://www.w3.org/ns/dcat#", "Dataset landingPage version")
XSD = Namespace(
    "http://www.w3.org/2001/XMLSchema#",
    """
    boolean date dateTime decimal double duration float gYear gYearMonth integer nonNegativeInteger
    string
    """,
)
SCHEMA = Namespace(
    "https://schema.org/",
    """
    Movie Person AggregateRating PropertyValue PerformanceRole Review Rating
    name datePublished url sameAs identifier propertyID value
    director actor author producer musicBy editor characterName
    alternateName description abstract genre duration inLanguage countryOfOrigin contentRating
    keywords image productionCompany isPartOf birthDate deathDate jobTitle
    aggregateRating ratingValue bestRating worstRating ratingCount review reviewRating reviewBody
    """,
)
FILM = Namespace("https://w3id.org/reelgraph/film#", "performance")
FILM_RUNS = Namespace(  # of the same vocabulary: what we say of runs and records, not of films
    FILM.iri,
    """
    filmsAdded filmsChanged filmsRemoved peopleAdded peopleChanged peopleRemoved
    recordsLoaded recordsUnchanged recordsSuperseded recordsRejected recordsQuarantined
    recordsVanished
    file line field disagreement
    """,
)
PROV = Namespace(
    "http://www.w3.org/ns/prov#",
    """
    Activity Entity SoftwareAgent Usage endedAtTime entity generated hadPrimarySource
    qualifiedUsage startedAtTime used wasAssociatedWith wasDerivedFrom wasGeneratedBy
    wasInvalidatedBy
    """,
)
DCTERMS = Namespace(
    "http://purl.org/dc/terms/", "isReplacedBy license modified rights source title"
)
SH = Namespace(
    "http://www.w3.org/ns/shacl#",
    """
    NodeShape PropertyShape targetClass targetNode targetObjectsOf targetSubjectsOf
    deactivated message severity Info Violation Warning
    path alternativePath inversePath oneOrMorePath zeroOrMorePath zeroOrOnePath
    defaultValue description entailment group name order
    ask declare namespace prefix prefixes select sparql ConstraintComponent
    nodeValidator optional parameter propertyValidator validator
    shapesGraph suggestedShapesGraph
    and class closed datatype disjoint equals flags hasValue ignoredProperties in languageIn
    lessThan lessThanOrEquals maxCount maxExclusive maxInclusive maxLength
    minCount minExclusive minInclusive minLength node nodeKind not or pattern property
    qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint
    uniqueLang xone
    BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRI IRIOrLiteral Literal
    ValidationReport ValidationResult conforms detail focusNode result resultMessage resultPath
    resultSeverity sourceConstraint sourceConstraintComponent sourceShape value
    """,
)
OWL = Namespace("http://www.w3.org/2002/07/owl#", "Class imports sameAs")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")

PREFIXES: dict[str, str] = {
    "dcat": DCAT.iri,
    "dcterms": DCTERMS.iri,
    "film": FILM.iri,
    "owl": OWL.iri,
    "prov": PROV.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "schema": SCHEMA.iri,
    "sh": SH.iri,
    "skos": SKOS.iri,
    "void": VOID.iri,
    "xsd": XSD.iri,
}
