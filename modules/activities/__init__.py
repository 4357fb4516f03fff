"""Calls, meetings and tasks: what is planned, with whom, and what came of it."""
