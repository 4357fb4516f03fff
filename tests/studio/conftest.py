"""The studio is tried on the fixture module, and on modules written for one test."""

from __future__ import annotations

from tests.lifecycle.conftest import house

__all__ = ["house"]
