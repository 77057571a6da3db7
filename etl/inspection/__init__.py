"""Inspection without changes: check, validate, explain, list runs."""
