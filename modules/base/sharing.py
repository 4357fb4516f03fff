"""Sharing single records: who may share what with whom, who is told, and whose rights have to be looked up anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.sdk import (
    AnyRef,
    Behaviour,
    Change,
    Operation,
    OperationCall,
    Outcome,
    Panel,
    Problem,
    Ref,
    UnitOfWork,
    aggregate,
    forget_principals,
    look_up,
    notify,
    records,
)

SHARE = "base.share"
ACTION = "share"
ANY_SHARES = "base.any_shares"
RECEIVERS = "base.share_receivers"
WHAT_AND_WHOM = frozenset({"record", "with_user", "with_team", "with_role"})
"""What of a share decides for whom shares have to be looked for at all; its end and its level are asked with each record."""
AT_ONCE = 150
"""How many teams one question names, which is a text of bounded length."""
REASON = 300
"""How many characters of a reason are kept."""
NEEDED = {"read": "read", "edit": "update"}
"""What one must be allowed to do with a record to share it at a level."""

SHAREABLE = Behaviour(name="shareable", owner="base", joins={SHARE: "record"})

FIELDS: Mapping[str, Mapping[str, Any]] = {
    "with_user": {"type": "reference", "label": "With the user", "to": "base.user"},
    "with_team": {"type": "reference", "label": "With the team", "to": "base.team"},
    "level": {
        "type": "choice",
        "label": "Level",
        "required": True,
        "default": "read",
        "choices": {"read": {"label": "Reading"}, "edit": {"label": "Editing"}},
    },
    "expires_at": {"type": "datetime", "label": "Until", "help": "Empty means without an end."},
}


def dialog_fields(catalog: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return the fields of the dialog, with a choice of the roles; administrators see everything as it is."""
    choices = {
        choice: {"label": role.label} for choice, role in _choices(catalog).items() if not role.administrator
    }
    if not choices:
        return FIELDS
    role = {"type": "choice", "label": "With the role", "help": "Everybody who has it.", "choices": choices}
    before = ("with_user", "with_team")
    return {
        **{name: FIELDS[name] for name in before},
        "with_role": role,
        **{name: body for name, body in FIELDS.items() if name not in before},
    }


def _choices(catalog: Any) -> Mapping[str, Any]:
    """Return the roles by names that choices may have."""
    return {name.replace(".", "__"): role for name, role in sorted(catalog.roles.items())}


def kind_of(values: Mapping[str, object]) -> Mapping[str, object]:
    """Note of which kind a shared record is, so that nobody looks for shares where there are none."""
    record = values.get("record")
    return {"of": record.entity if isinstance(record, AnyRef) else None}


def share_problems(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Refuse to share more than one holds oneself, and with a role that is not there."""
    if change.entity.name != SHARE or change.action == "delete":
        return
    record, level, role = (
        change.after.get("record"),
        str(change.after.get("level")),
        change.after.get("with_role"),
    )
    if (
        role
        and role not in uow.catalog.roles
        and (change.action == "create" or "with_role" in change.changed)
    ):
        yield Problem(code="unknown_role", field="with_role", message="There is no such role.")
    # What a merge moves, and what follows its record out of the trash, somebody has shared already.
    if not isinstance(record, AnyRef) or change.elevated is not None or not _opens(change):
        return
    actions = tuple(dict.fromkeys(("read", NEEDED.get(level, "update"))))
    refused = [a for a in actions if not records(uow).allows(uow.actor, record.entity, record.id, a, uow=uow)]
    for _ in refused:
        yield Problem(
            code="more_than_held",
            field="level",
            message="You can share only what you may do with this record yourself.",
        )
    if not refused and _gives_more(change, record, actions, uow):
        yield Problem(
            code="gives_more",
            field="with_user",
            message="By this you would come to see or change more of it yourself than you may now.",
        )


def _gives_more(change: Change, record: AnyRef, actions: Sequence[str], uow: UnitOfWork) -> bool:
    """Tell whether the one who shares is among those with whom it is shared, and would get more of its fields."""
    named = tuple(change.after.get(name) for name in ("with_user", "with_team"))
    known = uow.memo.setdefault(RECEIVERS, {})
    if named not in known:
        known[named] = _whom(change.after, uow)
    role = str(change.after.get("with_role") or "")
    role = role if role in uow.catalog.roles else ""
    return any(
        records(uow).gives_more(
            uow.actor, record.entity, record.id, action, users=known[named], role=role, uow=uow
        )
        for action in actions
    )


def _opens(change: Change) -> bool:
    """Tell whether a write of a share may open something: its reason and its end take nothing more."""
    return change.action != "update" or bool(change.changed & {*WHAT_AND_WHOM, "level", "expires_at"})


def shared_with(user: int, teams: Sequence[int], uow: UnitOfWork) -> frozenset[str]:
    """Return the entities of which records are shared with somebody, or with a role that they may have."""
    if ANY_SHARES not in uow.memo:
        uow.memo[ANY_SHARES] = any(True for _ in look_up(uow, SHARE, (), most=1))
    if not uow.memo[ANY_SHARES]:
        return frozenset()
    ways = [f"with_user == {user} or not is_empty(with_role)"]
    ways += [f"with_team in {list(teams[at : at + AT_ONCE])}" for at in range(0, len(teams), AT_ONCE)]
    asked = [" or ".join(ways[:2]), *ways[2:]]
    return frozenset(
        str(group["of"]) for where in asked for group in aggregate(uow, SHARE, ("of",), where=where)
    )


def tell_of_shares(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let new shares hold from the next request on, and tell with whom a record was shared."""
    new = [change for change in changes if change.action in ("create", "restore", "update")]
    if not new:
        return
    if any(change.action != "update" or change.changed & WHAT_AND_WHOM for change in new):
        uow.memo.pop(ANY_SHARES, None)
        forget_principals(uow)
    if changes[0].action == "create":
        _tell(new, uow)


def _tell(shares: Sequence[Change], uow: UnitOfWork) -> None:
    """Tell each person once what was shared with them in one act, and those together to whom all is the same."""
    whom: dict[tuple[object, object], list[int]] = {}
    theirs: dict[int, list[Change]] = {}
    for share in shares:
        named = (share.after.get("with_user"), share.after.get("with_team"))
        if named not in whom:
            whom[named] = _whom(share.after, uow)
        for person in whom[named]:
            theirs.setdefault(person, []).append(share)
    alike: dict[tuple[int, ...], list[int]] = {}
    for person, some in theirs.items():
        alike.setdefault(tuple(one.id for one in some), []).append(person)
    for people in alike.values():
        _tell_alike(people, theirs[people[0]], uow)


def _tell_alike(people: Sequence[int], shares: Sequence[Change], uow: UnitOfWork) -> None:
    """Tell people of shares: of a single record with the way to it, of more by their number."""
    first, who = shares[0], uow.actor.name or "Payvand"
    found = {share.after.get("record") for share in shares}
    record = next((one for one in found if isinstance(one, AnyRef)), None) if len(found) == 1 else None
    one = record is not None
    notify(
        uow,
        people,
        title="{name} shared a record with you" if one else "{name} shared {count} records with you",
        params={"name": who} if one else {"name": who, "count": len(found)},
        record=(record.entity, record.id) if record is not None else None,
        kind="other",
        key=f"share:{first.id}",
        body=str(first.after.get("reason") or ""),
        mail=True,
    )


def _whom(share: Mapping[str, object], uow: UnitOfWork) -> list[int]:
    """Return the people whom a share names; those of a role are too many to be told one by one."""
    user, team = share.get("with_user"), share.get("with_team")
    if isinstance(user, Ref):
        return [user.id]
    if not isinstance(team, Ref):
        return []
    found = next(iter(look_up(uow, "base.team", ("members",), where=f"id == {team.id}")), {}).get("members")
    members = [one.id for one in found if isinstance(one, Ref)] if isinstance(found, tuple) else []
    own = look_up(uow, "base.user", (), where=f"team == {team.id}")
    return list(dict.fromkeys([*members, *(int(str(one["id"])) for one in own)]))


def share(call: OperationCall) -> Outcome:
    """Share the chosen records; whether one may is decided where shares are written."""
    role = _choices(call.uow.catalog).get(str(call.values.get("with_role")))
    shared = {**call.values, "with_role": role.name if role else None, "reason": call.reason[:REASON]}
    rows = [{**shared, "record": AnyRef(call.entity, number)} for number in call.ids]
    records(call.uow).create(call.actor, SHARE, rows, uow=call.uow, parsed=True)
    return Outcome(message="Shared.", entity=call.entity, id=call.record or None)


def standing(call: OperationCall) -> Panel | None:
    """Show with whom the record is shared already, each with the way to change or end it."""
    if not call.record:
        return None
    where = f"refers(record, '{call.entity}', {call.record})"
    names = ("with_user", "with_team", "with_role", "level", "expires_at", "reason", "created_by")
    found = look_up(call.uow, SHARE, names, where=where, actor=call.actor)
    style, levels = call.asking.style, call.asking.entity(SHARE).fields["level"].choices
    labels = {choice.name: style.label(choice.label) for choice in levels}
    shares = [
        {
            "whom": _named(row, call),
            "level": labels.get(str(row["level"]), ""),
            **_end(row["expires_at"], call),
            "reason": row["reason"],
            "by": getattr(row["created_by"], "title", "") or "",
            "url": call.asking.record_url(SHARE, int(str(row["id"]))),
        }
        for row in found
    ]
    if not shares:
        return None
    return Panel(
        name="base.shares", title="Shared with", template="base/shares.html", values={"shares": shares}
    )


def _end(moment: object, call: OperationCall) -> Mapping[str, object]:
    """Tell until when a share holds, and whether it is over."""
    if not isinstance(moment, datetime):
        return {"until": "", "over": False}
    return {"until": call.asking.style.datetime(moment), "over": moment <= call.uow.now}


def _named(row: Mapping[str, object], call: OperationCall) -> str:
    for name in ("with_user", "with_team"):
        found = row[name]
        if isinstance(found, Ref):
            return found.title or f"#{found.id}"
    role = call.uow.catalog.roles.get(str(row["with_role"]))
    return call.asking.style.label(role.label) if role else str(row["with_role"] or "")


OPERATIONS = (
    Operation(
        name="base.share",
        behaviour=SHAREABLE.name,
        label="Share",
        icon="users",
        help="Let somebody see or change this record, whatever their own records are.",
        run=share,
        beside=standing,
        fields=dialog_fields,
        reason="required",
        grant=ACTION,
        many=True,
        place="menu",
        weight=60,
    ),
)
