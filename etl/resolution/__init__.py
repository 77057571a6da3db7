"""Which records are one film, and which names one person: SQL and pure code side by side."""
