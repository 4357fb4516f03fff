"""A module that goes takes its records out of what notes are about; what was written stays, and is there again."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, ValidationFailed
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle

pytestmark = pytest.mark.modules

SYSTEM = system_actor("a test")


def test_notes_outlive_a_module_that_sleeps(desk, people, card):
    record = {"entity": "board.card", "id": card}
    reader = desk.as_(people["reader"])
    reader.create("base.note", {"record": record, "body": "Before."})
    lifecycle = desk.site.get(Lifecycle)
    without = lifecycle.disable(SYSTEM, "board")
    assert without.entity("base.note").fields["record"].option("to") == ()
    assert not without.diagnostics
    assert desk.column("base.note", "body") == ["Before."]
    with pytest.raises(AccessDenied):
        reader.column("base.note", "body")
    lifecycle.enable(SYSTEM, "board")
    assert reader.column("base.note", "body") == ["Before."]
    assert reader.column("base.follower", "user")[0].id == people["reader"].id


def test_one_cannot_write_about_records_of_a_module_that_sleeps(desk, people, card):
    desk.site.get(Lifecycle).disable(SYSTEM, "board")
    assert "board.card" not in desk.catalog.entity("base.note").fields["record"].option("to")
    with pytest.raises(ValidationFailed) as refused:
        desk.create("base.note", {"record": {"entity": "board.card", "id": card}, "body": "After."})
    assert [p.code for p in refused.value.problems] == ["wrong_entity"]
