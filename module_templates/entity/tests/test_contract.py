"""The module keeps what every module promises."""

from __future__ import annotations

from core.testing.contract import ModuleContract


class TestContract(ModuleContract):
    module = "@name@"
