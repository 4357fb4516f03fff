"""The hooks: what the core asks its modules, and the manager that asks them."""

from core.hooks.markers import hookimpl, hookspec
from core.hooks.plugins import Contribution, Plugins

__all__ = ["Contribution", "Plugins", "hookimpl", "hookspec"]
