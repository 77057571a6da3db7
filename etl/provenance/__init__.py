"""Where the graph comes from and what it holds: PROV-O, VoID and DCAT, in a named graph."""
