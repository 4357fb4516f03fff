"""What keeps a site from starting is told in one sentence, and the guide tells the settings as they are."""

from __future__ import annotations

import dataclasses

import pytest

from core.app.compose import build_site
from core.app.readiness import check_connection, check_connections, check_ready
from core.config import Settings
from core.errors import Unavailable
from core.storage import Database


def test_too_many_threads_for_the_server_are_refused(site):
    settings = dataclasses.replace(site.settings, processes=16, threads=64)
    with pytest.raises(Unavailable, match="16 processes with 64 threads need 4142 connections"):
        check_connections(site.get(Database).engine, settings)
    check_connections(site.get(Database).engine, Settings())


def test_a_site_that_is_ready_is_told_so_by_silence(site):
    check_connection(site.get(Database).engine)
    check_ready(site.get(Database).engine)


def test_a_site_is_composed_without_its_database(tmp_path):
    site = build_site(Settings(home=tmp_path), address="postgresql://nobody@localhost:1/nowhere")
    with pytest.raises(Unavailable, match="The database at localhost does not answer"):
        check_ready(site.get(Database).engine)
