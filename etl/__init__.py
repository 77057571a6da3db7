"""Reelgraph: film records in, a schema.org knowledge graph that can be trusted out."""
