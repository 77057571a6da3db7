"""What can go wrong with the world. Bad *data* is a value, never one of these.

EtlError
├── SourceError        a source cannot be read at all
├── WorkspaceError     the workspace is missing, held, damaged or of another version
├── StoreError         a triple store refused or failed
├── LinkError          what links are found by, or decided in, cannot be read
├── EndpointError      an endpoint cannot be asked
├── QueryError         a query is unknown, misses a parameter or is not SPARQL
└── ShapesError        a shapes file is not what SHACL allows
"""

from __future__ import annotations


class EtlError(Exception):
    """Say in one line what went wrong and where, and in a hint what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SourceError(EtlError):
    """A source cannot be read at all."""


class WorkspaceError(EtlError):
    """The workspace is missing, held by another process, damaged or of another version."""


class StoreError(EtlError):
    """A triple store refused or failed."""


class LinkError(EtlError):
    """What links are found by, or decided in, cannot be read."""


class EndpointError(EtlError):
    """An endpoint cannot be asked."""


class QueryError(EtlError):
    """A query is unknown, lacks a parameter or is not SPARQL."""


class ShapesError(EtlError):
    """A shapes file cannot be read or is not what SHACL allows.

    Of a shape that has no IRI, `part_of` is the IRI of the shape that it is a part of.
    """

    def __init__(self, message: str, *, hint: str = "", part_of: str = "") -> None:
        super().__init__(message, hint=hint)
        self.part_of = part_of
