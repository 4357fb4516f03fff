"""Empty lists, missing values and unknown names mean nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.expressions import Checked, Env, compile_python
from core.kernel.actor import Actor
from tests.access.kit import access, catalog_of, grant, person

NOW = datetime(2026, 3, 21, tzinfo=UTC)
NOBODYS = {"id": 1, "owner": None, "team": None, "size": None, "name": "a", "state": None}
ALL = frozenset({"kit.item", "kit.shelf"})


class Record:
    """A record that nobody owns, in no team, shared with nobody in particular."""

    def __init__(self, values, shares=()):
        self._values, self._shares = values, shares

    def value(self, name):
        return self._values.get(name)

    def items(self, _name):
        return [Record(share) for share in self._shares]


def holds(actor, grants, action="read", record=None, **others):
    catalog = catalog_of({"kit.tester": grants}, strict=False, **others)
    rule = access().condition(actor, "kit.item", action, catalog)
    if not isinstance(rule, Checked):
        return rule
    env = Env(
        user=actor.id,
        team=actor.team,
        teams=actor.teams,
        teams_below=actor.teams_below,
        now=NOW,
        today=date(2026, 3, 21),
    )
    return compile_python(rule)(record or Record(NOBODYS), env)


NOBODY = [
    ("nobody is signed in", Actor(), [grant()]),
    ("no roles", person(1), [grant()]),
    ("an unknown role", person(1, "kit.unknown"), [grant()]),
    ("a role without grants", person(1, "kit.tester"), []),
    ("no actions", person(1, "kit.tester"), [grant(actions=[])]),
    ("an unknown action", person(1, "kit.tester"), [grant(actions=["raed"])]),
    ("an unknown entity", person(1, "kit.tester"), [grant("kit.ghost")]),
    ("an unknown scope", person(1, "kit.tester"), [grant(scope="mine")]),
    ("an unknown field in a condition", person(1, "kit.tester"), [grant(when="colour == 'red'")]),
    ("a key for nothing", person(1, "kit.tester", scopes=()), [grant()]),
    ("own, of nobody by nobody", Actor(roles=frozenset({"kit.tester"})), [grant(scope="own")]),
    ("own, of nobody by somebody", person(1, "kit.tester"), [grant(scope="own")]),
    ("team, without teams", person(1, "kit.tester"), [grant(scope="team")]),
    ("teams below, without teams", person(1, "kit.tester"), [grant(scope="team_below")]),
    (
        "team, of a record without one",
        person(1, "kit.tester", teams=(1,), below=(2,)),
        [grant(scope="team_below")],
    ),
    ("an empty value in a condition", person(1, "kit.tester"), [grant(when="size > 0")]),
    ("two empty values that are compared", person(1, "kit.tester"), [grant(when="owner == shelf.owner")]),
]


@pytest.mark.parametrize(("actor", "grants"), [row[1:] for row in NOBODY], ids=[row[0] for row in NOBODY])
def test_nothing_opens_nothing(actor, grants):
    record = Record(NOBODYS)
    record.follow = lambda _name: None
    for action in ("read", "update", "delete", "export", "share"):
        assert holds(actor, grants, action, record) is False


ME = person(1, "kit.tester", teams=(5,), shared=ALL)
MINE = {"with_user": 1, "with_team": None, "with_role": None, "level": "edit", "expires_at": None}
SHARES = [
    (MINE, True),
    ({**MINE, "level": "read"}, True),
    ({**MINE, "with_user": None, "with_team": 5}, True),
    ({**MINE, "with_user": None, "with_role": "kit.tester"}, True),
    ({**MINE, "expires_at": datetime(2026, 3, 22, tzinfo=UTC)}, True),
    ({**MINE, "with_user": None}, False),
    ({**MINE, "with_user": 2}, False),
    ({**MINE, "with_user": None, "with_team": 6}, False),
    ({**MINE, "with_user": None, "with_role": "kit.ghost"}, False),
    ({**MINE, "level": None}, False),
    ({**MINE, "level": "all"}, False),
    ({**MINE, "expires_at": NOW}, False),
    ({**MINE, "expires_at": datetime(2026, 3, 20, tzinfo=UTC)}, False),
]


@pytest.mark.parametrize(("share", "expected"), SHARES, ids=str)
def test_a_share_that_is_over_or_names_nobody_opens_nothing(share, expected):
    assert holds(ME, [grant(scope="own")], record=Record(NOBODYS, [share])) is expected
    editing = expected and share["level"] == "edit"
    assert holds(ME, [grant(actions=["update"], scope="own")], "update", Record(NOBODYS, [share])) is editing
    nobody = Actor(roles=ME.roles, shared=ALL)
    if share["with_role"] is None:
        assert holds(nobody, [grant(scope="own")], record=Record(NOBODYS, [share])) is False


RESTRICTIONS = [
    ("an empty value in its condition", {}, False),
    ("a condition on a field that does not exist", {"when": "colour == 'red'"}, False),
    ("no actions, which are all", {"actions": []}, False),
    ("an action that does not exist", {"actions": ["raed"]}, False),
    ("nobody is excepted", {"except": []}, False),
    ("a role is excepted that does not exist", {"except": ["kit.ghost"]}, False),
    ("another action", {"actions": ["delete"]}, True),
    ("another entity", {"entity": "kit.shelf", "when": "name == 'a'"}, True),
    ("the role is excepted", {"except": ["kit.tester"]}, True),
]


@pytest.mark.parametrize(
    ("written", "expected"), [row[1:] for row in RESTRICTIONS], ids=[row[0] for row in RESTRICTIONS]
)
def test_a_restriction_that_says_nothing_clear_binds_everybody(written, expected):
    body = {"label": "Bound", "entity": "kit.item", "when": "size > 0", **written}
    bound = {"restrictions": {"kit.bound": body}}
    assert holds(person(1, "kit.tester"), [grant()], **bound) is expected
    shared = Record(NOBODYS, [MINE])
    assert holds(ME, [grant(scope="own")], record=shared, **bound) is expected


@pytest.mark.parametrize("kind", ["read", "edit"])
@pytest.mark.parametrize("names", [[], ["ghost"], ["!name"], ["!*"]], ids=str)
def test_lists_of_fields_that_name_nothing_give_nothing(kind, names):
    catalog = catalog_of({"kit.tester": [grant(actions=["read", "update"], **{kind: names})]}, strict=False)
    rights = access().fields(person(1, "kit.tester"), "kit.item", catalog)
    if kind == "edit":
        assert rights.editable == frozenset()
    else:
        assert rights.readable.keys() <= {"id", "version", "updated_at"}
