"""Validation against SHACL shapes: may these triples enter the store?

An engine is made of shapes and has one method, `validate(triples) -> ValidationReport`.
"""

from etl.descriptions import Told
from etl.validation.engine import CompiledEngine, ReferenceEngine, ShapesEngine
from etl.validation.notes import Note
from etl.validation.report import Engine, ValidationReport, ValidationResult
from etl.validation.shapes import Shapes

__all__ = [
    "CompiledEngine",
    "Engine",
    "Note",
    "ReferenceEngine",
    "Shapes",
    "ShapesEngine",
    "Told",
    "ValidationReport",
    "ValidationResult",
]
