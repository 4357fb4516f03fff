"""What keeps a site from starting is told in one sentence, and the guide tells the settings as they are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from core.app.compose import build_site
from core.app.readiness import check_connection, check_connections, check_ready
from core.config import Settings
from core.errors import Unavailable
from core.storage import Database

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guide" / "install.md"


def test_too_many_threads_for_the_server_are_refused(site):
    settings = dataclasses.replace(site.settings, processes=16, threads=64)
    with pytest.raises(Unavailable, match="16 processes with 64 threads need 2090 connections"):
        check_connections(site.get(Database).engine, settings)
    check_connections(site.get(Database).engine, Settings())


def test_a_site_that_is_ready_is_told_so_by_silence(site):
    check_connection(site.get(Database).engine)
    check_ready(site.get(Database).engine)


def test_a_site_is_composed_without_its_database(tmp_path):
    site = build_site(Settings(home=tmp_path), address="postgresql://nobody@localhost:1/nowhere")
    with pytest.raises(Unavailable, match="The database at localhost does not answer"):
        check_ready(site.get(Database).engine)


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_the_guide_tells_every_setting(field):
    default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
    shown = f"`{default}`" if default else "–"
    row = next(
        line for line in GUIDE.read_text().splitlines() if line.startswith(f"| `{field.metadata['env']}` ")
    )
    assert row.split("|")[2].strip() == shown
