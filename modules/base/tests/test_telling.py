"""Who is told of what: of one act once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from core.sdk import AnyRef, Change, Ref
from modules.base import following, sharing
from modules.base.following import tell_of_changes
from modules.base.sharing import tell_of_shares

CARD = SimpleNamespace(name="shop.card", behaviours=("timeline",))


@pytest.fixture
def told(monkeypatch):
    """What was told to whom, of which record."""
    found = []

    def notify(_uow, users, *, title, params, record=None, **_more):
        found.append((title.format(**params), list(users), record))

    monkeypatch.setattr(following, "notify", notify)
    monkeypatch.setattr(sharing, "notify", notify)
    monkeypatch.setattr(following, "followers_of", lambda _uow, _entity, ids: {one: [7, 8] for one in ids})
    monkeypatch.setattr(sharing, "forget_principals", lambda _uow: None)
    return found


UOW = SimpleNamespace(channel="web", actor=SimpleNamespace(id=1, name="Ann"), memo={})


def moved(*changed, transition="", owner=8):
    return Change(
        entity=CARD,
        action="update",
        id=3,
        before={},
        after={"owner": Ref(owner)},
        changed=frozenset(changed),
        transition=transition,
    )


def test_of_a_step_that_hands_a_record_over_its_new_owner_is_told_once(told):
    tell_of_changes([moved("state", "owner", transition="assign")], UOW)
    assert told == [
        ("Ann moved it to another state", [7], ("shop.card", 3)),
        ("Ann made you the owner", [8], ("shop.card", 3)),
    ]
    told.clear()
    tell_of_changes([moved("state", transition="work")], UOW)
    assert [users for _, users, _ in told] == [[7, 8, 8]], "notify tells each of them once"
    told.clear()
    tell_of_changes([moved("owner")], UOW)
    assert [users for _, users, _ in told] == [[7], [8]]


def shared(number, record, **whom):
    after = {"record": AnyRef("shop.card", record), "reason": "x", **whom}
    return Change(
        entity=SimpleNamespace(name="base.share", behaviours=()),
        action="create",
        id=number,
        before={},
        after=after,
        changed=frozenset(after),
    )


def test_many_records_shared_in_one_act_are_told_to_each_person_once(told, monkeypatch):
    asked = []

    def look_up(_uow, entity, _fields, *, where):
        asked.append((entity, where))
        return [{"members": (Ref(5), Ref(6))}] if entity == "base.team" else [{"id": 6}]

    monkeypatch.setattr(sharing, "look_up", look_up)
    with_team = [shared(n, n, with_team=Ref(2)) for n in range(1, 501)]
    tell_of_shares(
        [*with_team, shared(501, 9, with_user=Ref(4)), shared(502, 9, with_role="shop.clerk")], UOW
    )
    assert told == [
        ("Ann shared 500 records with you", [5, 6], None),
        ("Ann shared a record with you", [4], ("shop.card", 9)),
    ]
    assert len(asked) == 2, "a team is asked for once"
