"""Frozen specs, patches, merge, catalog and check: pure functions over data, standard library only."""
