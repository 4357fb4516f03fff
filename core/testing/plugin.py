"""pytest plugin of Payvand: the fixtures that tests of modules and of the core share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import structlog

from core.testing.postgres import TestPostgres, close_run, open_run

pytest_plugins = ["core.testing.site", "core.testing.desk"]

YOUNG = 50_000
"""New objects before garbage is looked for; a site is made and thrown away with every other test."""

RUN = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the run its name before worker processes are started; nothing else happens until a test asks."""
    config.stash[RUN] = open_run(worker=hasattr(config, "workerinput"))
    _log_plainly()


def _log_plainly() -> None:
    """Show an error that is logged as Python does; with all locals, a site's are minutes of text."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            plain,
        ]
    )


def pytest_collection_finish() -> None:
    """Leave what is there for the whole run out of the search for garbage, which would look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the run has left, in the process that began it."""
    if not hasattr(config, "workerinput"):
        close_run(config.stash[RUN])


@pytest.fixture(scope="session")
def pg(request: pytest.FixtureRequest) -> Iterator[TestPostgres]:
    """The PostgreSQL of this run: `.template(key, build)`, `.clone(template)`, `.empty()`, `.drop(url)`."""
    server = TestPostgres.of_run(request.config.stash[RUN])
    yield server
    server.let_go()
