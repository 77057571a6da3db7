"""Drives the parts: sources → catalog → resolution → mapping → validation → store."""
