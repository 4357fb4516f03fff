"""Records shared with single people, teams and roles."""

from __future__ import annotations

import pytest

from core.access import SHARED
from core.expressions import Checked, unparse
from tests.access.kit import ENTITIES, access, catalog_of, grant, person

OPENED = (
    "any(shares__, (with_user == $user or with_team in $teams or with_role in ['kit.tester']) and level in [{}]"
    " and (is_empty(expires_at) or expires_at > $now))"
)
READING, EDITING = OPENED.format("'read', 'edit'"), OPENED.format("'edit'")


def asked(grants, action="read", entity="kit.item", shared=("kit.item",), **others):
    catalog = catalog_of({"kit.tester": grants}, **others)
    found = access().condition(person(1, "kit.tester", shared=frozenset(shared)), entity, action, catalog)
    return unparse(found.node) if isinstance(found, Checked) else found


def test_a_share_opens_a_record_beside_what_a_role_reaches():
    grants = [grant(actions=["read", "update", "delete", "export"], scope="own")]
    assert asked(grants) == f"owner == $user or {READING}"
    assert asked(grants, "update") == f"owner == $user or {EDITING}"
    for action in ("delete", "export", "share", "create"):
        assert "shares__" not in str(asked(grants, action))


def test_who_has_no_shares_is_not_asked_for_any():
    assert asked([grant(scope="own")], shared=()) == "owner == $user"
    assert asked([grant(scope="own")], shared=("kit.shelf",)) == "owner == $user"


def test_a_share_opens_nothing_of_a_kind_that_no_role_allows():
    assert asked([]) is False
    assert asked([grant(actions=["update"], scope="own")]) is False
    assert asked([grant(scope="own")], "update") is False


def test_a_share_shows_the_fields_that_the_role_shows_elsewhere_and_nothing_that_it_masks():
    grants = [grant(scope="own", read=["name", "size", "note"], masked={"note": "size > 3"})]
    catalog = catalog_of({"kit.tester": grants})
    rights = access().rights(person(1, "kit.tester", shared=frozenset({"kit.item"})), catalog)
    share = next(b for b in rights.branches("kit.item", "read") if b.grant.scope == SHARED)
    assert share.read == {"name", "size"}
    assert rights.fields("kit.item").readable["name"] is True
    assert unparse(rights.fields("kit.item").readable["note"].node) == "owner == $user and not size > 3"


def shared_branch(grants, action="read", entity="kit.item", **others):
    catalog = catalog_of({"kit.tester": grants, **others.pop("roles", {})}, **others)
    guest = person(1, *catalog.roles.keys() - {"kit.administrator"}, shared=frozenset({"kit.item"}))
    found = access().rights(guest, catalog).branches(entity, action)
    return next(b for b in found if b.grant.scope == SHARED and b.role == "kit.tester")


def test_a_share_shows_nothing_that_any_grant_of_its_reader_masks():
    """A grant of one's own records shows the note; that of all records hides it where somebody else owns them."""
    own, hidden = grant(scope="own"), grant(masked={"note": "owner != $user"})
    masked_for_export = grant(actions=["export"], masked={"size": "owner != $user"})
    assert "note" in shared_branch([own, masked_for_export]).read
    assert "note" not in shared_branch([own, hidden]).read
    assert "note" not in shared_branch([own], roles={"kit.other": [hidden]}).read
    assert "size" in shared_branch([own, hidden, masked_for_export]).read
    writing = [grant(actions=["update"], scope="own"), grant(actions=["update"], masked={"note": "size > 3"})]
    assert "note" not in shared_branch(writing, "update").edit


def test_a_share_for_editing_lets_nobody_change_what_decides_about_anybodys_rights():
    mine = grant(actions=["update"], scope="own")
    assert {"state", "size", "note", "shelf", "price"} <= shared_branch([mine], "update").edit
    others = {
        "kit.other": [
            grant(when="state == 'new' and label == 'x'"),
            grant(masked={"weight": "price == null"}),
            grant(when="shelf.room == 'b'"),
            grant("kit.piece", when="whole.ready"),
            grant(when="colour == 1"),
        ]
    }
    near = {"kit.near": {"entity": "kit.item", "when": "made == $today or heaviest > 3"}}
    closed = {"roles": others, "restrictions": near, "strict": False}
    share = shared_branch([mine], "update", **closed)
    assert not share.edit & {
        "state",
        "label",
        "name",
        "note",
        "price",
        "shelf",
        "ready",
        "made",
        "heaviest",
    }
    assert {"size", "weight"} <= share.edit, "what is masked for others is not what decides"
    piece = shared_branch([mine], "update", "kit.piece", **closed)
    assert "length" not in piece.edit, "the heaviest is drawn from it, and that decides"
    assert {"name", "whole"} <= piece.edit
    assert "length" in shared_branch([mine], "create", "kit.piece", **closed).edit


def test_a_share_for_editing_lets_nobody_say_whose_the_record_is():
    grants = [grant(actions=["update"], scope="own")]
    catalog = catalog_of({"kit.tester": grants})
    rights = access().rights(person(1, "kit.tester", shared=frozenset({"kit.item"})), catalog)
    for name, expected in (
        ("name", f"owner == $user or {EDITING}"),
        ("owner", "owner == $user"),
        ("team", "owner == $user"),
    ):
        assert unparse(rights.write_condition("kit.item", "update", frozenset({name})).node) == expected


def test_what_a_share_opens_is_what_its_receivers_do_not_have_everywhere():
    """A role that shows the price of one's own records and the name of all: a share opens the price, not the name."""
    own = grant(
        actions=["read", "update"],
        scope="own",
        read=["name", "price", "label"],
        edit=["name", "price", "owner"],
    )
    catalog = catalog_of(
        {"kit.tester": [own, grant(read=["name"]), grant(actions=["update"], edit=["name"])]}
    )
    part = access()
    assert part.opens(frozenset({"kit.tester"}), "kit.item", "read", catalog) == {"price"}
    assert part.opens(frozenset({"kit.tester"}), "kit.item", "update", catalog) == {"price"}
    assert part.opens(frozenset({"kit.administrator"}), "kit.item", "read", catalog) == frozenset()
    assert part.opens(frozenset({"kit.none"}), "kit.item", "read", catalog) == frozenset()


def test_parts_come_along_with_a_shared_whole():
    piece = asked([grant(scope="own")], entity="kit.piece")
    assert "any(whole.shares__" in piece
    assert "any(whole.shares__" in asked([grant(actions=["update"], scope="own")], "create", "kit.piece")


def test_restrictions_hold_over_shares():
    near = {"kit.near": {"entity": "kit.item", "when": "team in $teams"}}
    assert (
        asked([grant(scope="own")], restrictions=near) == f"(owner == $user or {READING}) and team in $teams"
    )


def test_sharing_asks_for_the_right_to_share_the_record():
    granted = [grant(scope="own"), grant(actions=["share"], when="size > 3")]
    for action in ("create", "update", "delete"):
        assert (
            asked(granted, action, "base.share")
            == "record__kit_item.id != null and record__kit_item.size > 3"
        )
        assert asked([grant(actions=["read", "update"])], action, "base.share") is False


@pytest.mark.parametrize("entities", [{k: v for k, v in ENTITIES.items() if k != "base.share"}])
def test_without_a_place_for_shares_there_are_none(entities):
    assert asked([grant(scope="own")], entities=entities) == "owner == $user"
