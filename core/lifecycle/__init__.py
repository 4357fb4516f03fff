"""Modules come and go: discover, resolve, install, enable, disable; and the one way metadata changes."""

from core.lifecycle.changes import Changes, Definitions
from core.lifecycle.discovery import Discovery
from core.lifecycle.rehearsal import PlanChanged, Rehearsed, Rehearsing
from core.lifecycle.service import Lifecycle
from core.lifecycle.states import ModuleState

__all__ = [
    "Changes",
    "Definitions",
    "Discovery",
    "Lifecycle",
    "ModuleState",
    "PlanChanged",
    "Rehearsed",
    "Rehearsing",
]
