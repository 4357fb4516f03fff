"""`JobMetrics`: how long the jobs take that a worker runs, for whoever reads the metrics of its machine."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import Histogram

from core.app.metrics_files import count_into

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)
"""Seconds."""


class JobMetrics:
    """The counts of one worker; it works for one site, which has the host ``site``, or none where it is the first."""

    def __init__(self, folder: Path, site: str) -> None:
        count_into(folder)
        self._site = site
        self._seconds = Histogram(
            "payvand_job_seconds",
            "Seconds that runs of jobs took, by their kind and how they ended.",
            ("site", "kind", "outcome"),
            buckets=BUCKETS,
            registry=None,
        )

    def ended(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one run of a job. ``kind`` is the name of a task, ``outcome`` one of those that `Runner` knows."""
        self._seconds.labels(self._site, kind, outcome).observe(seconds)
