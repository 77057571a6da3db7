"""The catalog: what the sources said, kept as it was read."""

from etl.catalog.catalog import Catalog
from etl.catalog.comparison import Comparison
from etl.catalog.entries import Group, Known, Place, Quarantined, Reason, Run, Staged

__all__ = [
    "Catalog",
    "Comparison",
    "Group",
    "Known",
    "Place",
    "Quarantined",
    "Reason",
    "Run",
    "Staged",
]
