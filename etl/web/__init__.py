"""The graph in a browser, and the same addresses for machines: a server that only reads.

    application    the addresses, and what answers each
    transport      what comes in: HTTP with heads that end
    guarding       what every answer has in common: headers, limits, counts; `quotas` of each client
    readers        the snapshot that requests read, which follows the newest generation
    tables         lists, facets and who worked with whom, made once for each generation
    workers        processes that answer SPARQL, and are killed where they exceed their limits
    answers        an answer while it comes, and the lanes in which queries are computed
    site           what all handlers share; how a page is made of its data and a template

What a page says is a plain dataclass, made by a function that knows nothing of HTTP: `films`,
`people`, `overview`, `browsing`, … The modules that end in `_pages` are the handlers.
"""
