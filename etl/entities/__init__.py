"""A film or a person on the way into the graph: mapped, validated, written as triples."""
