"""The reference pages say what the code says: commands, settings, limits and errors."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from core import errors, sdk
from core.access.branches import SCOPES
from core.access.service import RECORD_ACTIONS
from core.testing import quality
from scripts.reference import pages
from tests.architecture.sources import ROOT, read, repository_files

ROOMS = sorted(path.name for path in (ROOT / "core").iterdir() if (path / "__init__.py").is_file())
# The room behind each page, where the page is not named after it.
TOLD_IN = {
    "app": "settings.md",
    "declaration": "metadata.md",
    "i18n": "localization.md",
    "kernel": "sdk.md",
    "lifecycle": "modules.md",
    "web": "views.md",
}
# Figures in tables of limits: the name in the first column is a constant of the module in the second.
LIMIT = re.compile(
    r"^\| (?P<figure>[\d,]+)[^|]*\| [^|]*\| `(?P<module>core\.[\w.]+)\.(?P<name>[A-Z_]+)` \|$", re.MULTILINE
)


def page(name):
    return read(f"docs/reference/{name}")


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_what_the_code_says(name):
    assert page(name) == pages()[name], "write it anew: python scripts/reference.py"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page(room):
    assert len(page(TOLD_IN.get(room, f"{room}.md"))) > 500


def limits():
    return [
        (name, found["figure"], found["module"], found["name"])
        for name in repository_files()
        if name.startswith("docs/reference/")
        for found in LIMIT.finditer(read(name))
    ]


@pytest.mark.parametrize(("name", "figure", "module", "constant"), limits())
def test_limits_are_those_of_the_code(name, figure, module, constant):
    known = getattr(importlib.import_module(module), constant)
    known = getattr(known, "total_seconds", lambda: known)()
    assert int(figure.replace(",", "")) == known


def test_every_error_is_told_with_its_status():
    text = page("records.md")
    known = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.PayvandError)
    ]
    missing = [
        kind.__name__
        for kind in known
        if kind not in (errors.PayvandError, errors.SettingsInvalid)
        if f"| `{kind.__name__}` | `{kind.code}` | {kind.status} |" not in text
    ]
    assert not missing


def test_every_scope_and_action_is_told():
    text = page("access.md")
    assert not [name for name in (*SCOPES, *RECORD_ACTIONS) if f"| `{name}` |" not in text]


def test_every_rule_of_quality_is_told_with_its_tier():
    text = page("testing.md")
    told = re.findall(r"^\| (\w+) \| `(\w+)` \| (.+?) \|", text, re.MULTILINE)
    assert told == [(rule.tier, name, rule.about) for name, rule in quality.RULES.items()]


def test_every_name_of_the_sdk_is_told():
    text = page("sdk.md")
    assert not [name for name in sdk.__all__ if not re.search(rf"\b{name}\b", text)]
