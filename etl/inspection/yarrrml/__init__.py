"""A column map with our mapping to schema.org, as YARRRML for other engines."""
