"""One client for SPARQL over HTTP, for remote stores and for the endpoint that linking asks.

`asking` makes requests of queries, by SPARQLWrapper; `connection` sends any request, signed in by
`credentials`; `answers` reads what comes back, within limits; `patience` decides about retries.
"""
