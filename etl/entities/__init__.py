"""A film or a person on the way into the graph: mapped, validated, written as triples."""

MAPPING_VERSION = 2
"""To be raised whenever the same records come to give other triples."""
