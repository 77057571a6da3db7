"""Drives the parts: sources → catalog → resolution → mapping → validation → store."""

from etl.pipeline.checking import Difference, differences, validate_sources, validate_store
from etl.pipeline.explaining import explain
from etl.pipeline.loading import LoadOptions, load
from etl.pipeline.refusing import kept_out
from etl.pipeline.reports import Finding, LoadReport, Severity

__all__ = [
    "Difference",
    "Finding",
    "LoadOptions",
    "LoadReport",
    "Severity",
    "differences",
    "explain",
    "kept_out",
    "load",
    "validate_sources",
    "validate_store",
]
