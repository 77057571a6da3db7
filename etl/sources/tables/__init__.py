"""Tables: delimited text, JSON, Parquet, Excel, each read through a column map.

A map (`maps`) says in TOML which column gives which field of a record. `recognition` finds the map
of a file by its content and says how the file is written: a `Form`. Bound to the form's header, a
map becomes closures (`plans`), which cut rows (`rows`, `delimited`, `documents`, `sheets`) into
records and parse them. `proposing` drafts a map from headers and values.
"""
