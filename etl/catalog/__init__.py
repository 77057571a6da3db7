"""The catalog: what the sources said, kept as it was read."""
