"""What the base module itself refuses of notes."""

from __future__ import annotations

from types import SimpleNamespace

from core.sdk import AnyRef, Change
from modules.base.notes import moved, moving_along


def test_a_note_that_would_be_about_another_record_is_refused(desk):
    entity = desk.catalog.entity("base.note")
    before, after = {"record": AnyRef("shop.order", 1)}, {"record": AnyRef("shop.order", 2)}
    change = Change(
        entity=entity, action="update", id=1, before=before, after=after, changed=frozenset({"record"})
    )
    uow = SimpleNamespace(memo={})
    assert [(p.code, p.field) for p in moved(change, uow)] == [("stays", "record")]
    with moving_along(uow):
        assert list(moved(change, uow)) == []
    assert [p.code for p in moved(change, uow)] == ["stays"]
