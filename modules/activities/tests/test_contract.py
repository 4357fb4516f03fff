"""The module keeps what every module promises."""

from __future__ import annotations

from core.testing.contract import ModuleContract


class TestActivities(ModuleContract):
    module = "activities"
