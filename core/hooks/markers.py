"""The two decorators of the plugin world: what can be answered, and an answer."""

from __future__ import annotations

from pluggy import HookimplMarker, HookspecMarker

PROJECT = "payvand"

hookspec = HookspecMarker(PROJECT)
"""Marks a function as a question the core asks."""

hookimpl = HookimplMarker(PROJECT)
"""Marks a function of a module as its answer; it may leave out arguments it does not need."""
