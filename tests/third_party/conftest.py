"""The tests of other people's distributions run with them installed."""

from __future__ import annotations

import pytest

from tests.third_party.installation import install


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    return install(tmp_path, monkeypatch)
