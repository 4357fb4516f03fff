"""Expressions: text ↔ tree, type check, and two readings with equal results, Python and SQL."""
