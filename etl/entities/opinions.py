"""What sites and viewers think of a film, as triples.

Source: schema.org's types AggregateRating, Review and Rating.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from etl.facts import SITES
from etl.rdf.descriptions import Description
from etl.rdf.identifiers import Iris
from etl.rdf.vocab import RDF, SCHEMA, XSD
from etl.records import Rating
from etl.resolution.films import Film

_RATING = (SCHEMA.aggregateRating,)
_OF_RATING = (RDF.type, SCHEMA.ratingValue, SCHEMA.bestRating, SCHEMA.worstRating)
_OF_COUNTED_RATING = (*_OF_RATING, SCHEMA.ratingCount)
_AUTHOR = (SCHEMA.author,)
_REVIEW = (SCHEMA.review,)
_OF_REVIEW = (RDF.type, SCHEMA.author)
_DATE_PUBLISHED = (SCHEMA.datePublished,)
_REVIEW_RATING = (SCHEMA.reviewRating,)
_REVIEW_BODY = (SCHEMA.reviewBody,)


def rating(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    """Describe a rating of unknown origin."""
    if film.rating:
        yield from _rated(movie, iris.part(movie, "rating"), film.rating)


def ratings(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    """Describe the ratings of sites."""
    for site, found in film.ratings.items():
        node = iris.part(movie, f"rating-{site}")
        yield from _rated(movie, node, found)
        yield node, _AUTHOR, (Literal(SITES[site].name),)


def _rated(movie: NamedNode, node: NamedNode, found: Rating) -> Iterator[Description]:
    value, best, worst = map(_decimal, (found.value, found.best, found.worst))
    yield movie, _RATING, (node,)
    if found.count is None:
        yield node, _OF_RATING, (SCHEMA.AggregateRating, value, best, worst)
    else:
        count = Literal(str(found.count), datatype=XSD.integer)
        cells = (SCHEMA.AggregateRating, value, best, worst, count)
        yield node, _OF_COUNTED_RATING, cells


def reviews(film: Film, movie: NamedNode, iris: Iris) -> Iterator[Description]:
    """Describe what viewers think."""
    for review in film.reviews:
        node = iris.review(movie, review.name)
        yield movie, _REVIEW, (node,)
        yield node, _OF_REVIEW, (SCHEMA.Review, Literal(review.viewer))
        if review.date:
            yield node, _DATE_PUBLISHED, (Literal(review.date, datatype=XSD.date),)
        if review.text:
            yield node, _REVIEW_BODY, (Literal(review.text),)
        if review.value is not None:
            mark = NamedNode(f"{node.value}-rating")
            marks = map(_decimal, (review.value, review.best, review.worst))
            yield node, _REVIEW_RATING, (mark,)
            yield mark, _OF_RATING, (SCHEMA.Rating, *marks)


@lru_cache(maxsize=1024)
def _decimal(value: Decimal) -> Literal:
    """Write a decimal in canonical form: `8`, `8.5`.

    Source: XSD 1.1 part 2, section 3.3.3.2.
    """
    plain = format(value.normalize(), "f")
    return Literal(plain, datatype=XSD.decimal)
