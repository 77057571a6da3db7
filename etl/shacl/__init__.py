"""Validation against SHACL shapes: may these triples enter the store?

An engine is made of shapes and has one method, `validate(triples) -> ValidationReport`.
"""

from etl.rdf.descriptions import Told
from etl.shacl.engine import CompiledEngine, ReferenceEngine, ShapesEngine
from etl.shacl.notes import ShapeNote
from etl.shacl.report import Engine, ValidationReport, ValidationResult
from etl.shacl.shapes import Shapes

__all__ = [
    "CompiledEngine",
    "Engine",
    "ReferenceEngine",
    "ShapeNote",
    "Shapes",
    "ShapesEngine",
    "Told",
    "ValidationReport",
    "ValidationResult",
]
