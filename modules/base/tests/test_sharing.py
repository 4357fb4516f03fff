"""What the base module itself refuses of shares."""

from __future__ import annotations

import pytest

from core.sdk import AnyRef, Change, Ref
from core.storage import Database
from core.testing.site import actor_of
from modules.base import sharing
from modules.base.sharing import ANY_SHARES, SHARE, share_problems, shared_with


class Allowing:
    """Records of which somebody may do some things and no others."""

    def __init__(self, *actions):
        self.actions = actions

    def allows(self, _actor, _entity, _record, action, *, uow):
        return action in self.actions

    def gives_more(self, _actor, _entity, _record, action, *, users, role, uow):
        return action == "read" and users == [3]


@pytest.mark.parametrize(
    ("held", "level", "codes"),
    [
        (("read", "update"), "edit", []),
        (("read",), "read", []),
        (("read",), "edit", ["more_than_held"]),
        (("update",), "read", ["more_than_held"]),
        ((), "edit", ["more_than_held", "more_than_held"]),
    ],
)
def test_nobody_shares_more_than_they_hold(desk, site, actor_as, monkeypatch, held, level, codes):
    actor_as("base.member", login="ann@example.com")
    ann = actor_of(site, "ann@example.com")
    after = {"record": AnyRef("shop.order", 1), "with_user": Ref(2), "level": level}
    change = Change(
        entity=desk.catalog.entity(SHARE),
        action="create",
        id=1,
        before={},
        after=after,
        changed=frozenset(after),
    )
    uow = type("Unit", (), {"actor": ann, "catalog": desk.catalog, "memo": {}})()
    monkeypatch.setattr(sharing, "records", lambda _uow: Allowing(*held))
    assert [p.code for p in share_problems(change, uow)] == codes
    after["with_user"] = Ref(3)
    assert [p.code for p in share_problems(change, uow)] == (codes or ["gives_more"])


def test_a_share_with_a_role_that_is_not_there_is_refused(desk):
    change = Change(
        entity=desk.catalog.entity(SHARE),
        action="create",
        id=1,
        before={},
        after={"with_role": "shop.ghost"},
        changed=frozenset({"with_role"}),
    )
    uow = type("Unit", (), {"catalog": desk.catalog})()
    assert [(p.code, p.field) for p in share_problems(change, uow)] == [("unknown_role", "with_role")]


def test_who_is_in_many_teams_is_asked_about_like_anybody(desk, site):
    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        uow.memo[ANY_SHARES] = True
        assert shared_with(1, range(1, 900), uow) == frozenset()
