"""Pipelines and opportunities, from the first talk to won or lost."""
