"""Folders and servers for the tests of the PostgreSQL starter."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from core.storage.embedded import Embedded
from core.testing.postgres import roomy_folder


@pytest.fixture
def open_folder():
    """A folder that other users may walk through; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="payvand-", dir=roomy_folder()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def embedded(open_folder):
    """A server that was not started yet, stopped at the end."""
    server = Embedded(open_folder / "home", throwaway=True)
    yield server
    server.stop()
