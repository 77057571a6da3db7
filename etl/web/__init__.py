"""The graph in a browser, and the same addresses for machines: a server that only reads.

    application    the addresses, and what answers each
    guarding       what every answer has in common: headers, limits, counts
    readers        the snapshot that requests read, which follows the newest generation
    workers        processes that answer SPARQL, and are killed where they exceed their limits
    site           what all handlers share; how a page is made of its data and a template

What a page says is a plain dataclass, made by a function that knows nothing of HTTP: `films`,
`people`, `overview`, `browsing`, … The modules that end in `_pages` are the handlers.
"""
