"""Readers for the tests of Persian: the module's own contributions on the core's localization."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.sdk import Localization, Messages, Preferences, Style
from modules.l10n_fa import hooks

MODULE = Path(__file__).parents[1]
SITE = SimpleNamespace(language="en", time_zone="Asia/Tehran")
VECTORS: Mapping[str, list] = json.loads((MODULE / "tests" / "vectors.json").read_text(encoding="utf-8"))

Reader = Callable[..., Style]


def persian_localization() -> Localization:
    """Return the core's localization with this module enabled."""
    known = Localization(Messages([MODULE / "translations"]))
    known.fill(
        calendars=hooks.register_calendars(),
        digits=hooks.register_digits(),
        money_units=hooks.register_money_units(),
        languages=hooks.register_languages(),
        collation=hooks.register_collation(),
    )
    return known


@pytest.fixture
def localization() -> Localization:
    return persian_localization()


@pytest.fixture
def reader(localization: Localization) -> Reader:
    def make(language: str = "fa", **choices: str) -> Style:
        return localization.style(Preferences(language=language, **choices), SITE)

    return make
