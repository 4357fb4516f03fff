"""A database for the SQL reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from core.testing.postgres import TestPostgres


@pytest.fixture(scope="session")
def engine(pg: TestPostgres) -> Iterator[sa.Engine]:
    """An engine on a database of its own."""
    with pg.database() as url:
        found = sa.create_engine(url)
        yield found
        found.dispose()
