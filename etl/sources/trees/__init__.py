"""Trees: files that are no tables, read as objects, of which a column map says which key is what.

Each module gives the films of a file as rows, and so everything else is as with tables. Series,
episodes and games come as rows too, with their kind, by which the map leaves them out.
"""
