"""A module that was set aside tells where it failed, and comes back, in all processes, when its code is tried again."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from core.errors import AccessDenied, Conflict, MetadataInvalid
from core.hooks import Plugins
from core.kernel.actor import Actor
from core.testing.site import close_site
from tests.lifecycle.conftest import SYSTEM, forget

WELL = """
from core.sdk import hookimpl

@hookimpl
def register_languages():
    return ()
"""
BROKEN = """
def deep():
    raise RuntimeError('not today')

deep()
"""


@pytest.fixture
def broken(house):
    """The module is enabled, and its code has come to fail since; this process and another have met it."""
    house.write("fragile", {"hooks.py": WELL})
    house.install("fragile")
    house.write("fragile", {"hooks.py": BROKEN})
    forget("fragile")
    here, there = house.open(), house.open()
    close_site(house.site)
    house.site = here
    for site, name in ((here, "Attic"), (there, "Barn")):
        house.create("kit.shelf", {"name": name}, site=site)
    yield there
    close_site(there)


def test_it_is_told_what_failed_in_which_line_and_where_the_log_has_it(house):
    house.write("fragile", {"hooks.py": WELL})
    house.install("fragile")
    house.write("fragile", {"hooks.py": BROKEN})
    forget("fragile")
    with capture_logs() as lines:
        other = house.open()
        try:
            house.create("kit.shelf", {"name": "Attic"}, site=other)
            (problem,) = other.get(Plugins).quarantined.values()
        finally:
            close_site(other)
    assert str(problem.place) == "fragile/hooks.py:3"
    assert "RuntimeError: not today" in problem.text()
    (line,) = (line for line in lines if line["event"] == "module_quarantined")
    assert line["reference"] == problem.params["number"]
    assert "Traceback" not in problem.text()


def test_mended_code_answers_again_here_and_elsewhere(house, broken):
    assert {p for s in (house.site, broken) for p in s.get(Plugins).quarantined} == {"fragile"}
    house.write("fragile", {"hooks.py": WELL})
    house.lifecycle.retry(SYSTEM, "fragile")
    assert house.states()["fragile"] == "enabled"
    assert not house.state("fragile").outdated
    house.create("kit.shelf", {"name": "Cellar"}, site=broken)
    assert not broken.get(Plugins).quarantined
    assert "fragile" in broken.get(Plugins).modules


def test_code_that_fails_again_changes_nothing_and_says_why(house, broken):
    house.write("fragile", {"hooks.py": "raise LookupError('nor tomorrow')\n"})
    version = house.catalog.version
    with pytest.raises(MetadataInvalid) as refused:
        house.lifecycle.retry(SYSTEM, "fragile")
    assert "LookupError: nor tomorrow" in refused.value.text()
    assert house.catalog.version == version
    assert house.states()["fragile"] == "quarantined"
    house.write("fragile", {"hooks.py": WELL})
    house.lifecycle.retry(SYSTEM, "fragile")
    assert house.states()["fragile"] == "enabled"


def test_only_administrators_try_and_only_what_is_enabled(house, broken):
    with pytest.raises(AccessDenied):
        house.lifecycle.retry(Actor(), "fragile")
    with pytest.raises(Conflict, match="not enabled"):
        house.lifecycle.retry(SYSTEM, "sleeper")
