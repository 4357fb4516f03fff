"""The module keeps what every module promises."""

from __future__ import annotations

from core.testing.contract import ModuleContract


class TestService(ModuleContract):
    """Everything that is checked for every module."""

    module = "service"
