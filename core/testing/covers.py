"""pytest plugin: writes down which tests claim to show which requirement, and whether they passed; keeps what is measured.

``--covers-report FILE`` makes a JSON list of ``{"test", "outcome", "covers"}``; scripts/coverage_map.py reads it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

PROPERTY = "covers"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the report."""
    parser.getgroup("payvand").addoption(
        "--covers-report", default="", metavar="FILE", help="write which requirements the tests show"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known (also to modules tested alone), and start the report."""
    config.addinivalue_line("markers", "covers(*ids): requirement rows and scenarios that this test shows")
    config.addinivalue_line("markers", "browser: drives a real Chromium")
    path = config.getoption("--covers-report")
    if path and not hasattr(
        config, "workerinput"
    ):  # worker processes hand their results to the first process
        config.pluginmanager.register(CoversReport(Path(path)), "payvand-covers-report")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Put the claims of each test into what travels with its result."""
    for item in items:
        ids = [str(one) for marker in item.iter_markers(PROPERTY) for one in marker.args]
        if ids:
            item.user_properties.append((PROPERTY, ids))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no lines while a browser is driven: each has to be shown without one, and measuring has its price."""
    measuring = _measuring() if item.get_closest_marker("browser") else None
    if measuring is not None:
        measuring.stop()
    try:
        return (yield)
    finally:
        if measuring is not None:
            measuring.start()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what coverage has measured while there is time: at its end xdist gives a worker ten seconds, then kills it."""
    measuring = _measuring() if hasattr(session.config, "workerinput") else None
    if measuring is not None:
        measuring.stop()
        measuring.save()


def _measuring() -> Any:
    """Return what measures the lines of this process, or None."""
    coverage = sys.modules.get("coverage")
    return coverage.Coverage.current() if coverage else None


class CoversReport:
    """Gathers the worst outcome of every test that makes a claim."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._claims: dict[str, list[str]] = {}
        self._outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase (set-up, call, tear-down) of one test."""
        ids = [
            one
            for name, value in report.user_properties
            if name == PROPERTY and isinstance(value, list)
            for one in value
        ]
        if ids:
            self._claims[report.nodeid] = ids
            if report.outcome != "passed" or report.nodeid not in self._outcomes:
                self._outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        rows = [
            {"test": test, "outcome": self._outcomes[test], "covers": ids}
            for test, ids in sorted(self._claims.items())
        ]
        self._path.write_text(json.dumps(rows, indent=1) + "\n")
