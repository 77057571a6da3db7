"""Validation against SHACL shapes: may these triples enter the store?

An engine is made of shapes and has one method, `validate(triples) -> ValidationReport`.
"""

from etl.validation.reference import ReferenceEngine
from etl.validation.report import ValidationReport, ValidationResult
from etl.validation.shapes import Shapes

__all__ = ["ReferenceEngine", "Shapes", "ValidationReport", "ValidationResult"]
