"""RDF as we write it: terms, what is said of one node, and the IRIs, which only this room mints."""
