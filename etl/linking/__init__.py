"""Linking: the same film and the same person on Wikidata and IMDb, with the reason.

People are compared only with those of their own film. What is found are `Link`s; those of one film
go into the catalog as one `LinkRecord`.
"""
