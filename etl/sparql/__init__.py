"""One client for SPARQL over HTTP: connection, sign-in, patience, answers that end."""
