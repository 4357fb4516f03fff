"""Benchmarks: Payvand beside a hand-coded baseline, on the same machine, data and database server."""
