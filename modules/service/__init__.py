"""Requests of customers: who called about what, how it stands, and what came of it."""
