"""Look at what is there, and change nothing: check it, validate it, explain it, list its runs."""
