"""Who is told of what happens to a record: those who follow it, its owner, and who is mentioned in a note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from core.sdk import AnyRef, Change, Ref, UnitOfWork, look_up, notify, records

QUIET = frozenset({"import", "system"})
"""Channels on which things become somebody's in heaps: nobody is told of each."""

FEW = 5
"""So many records that become somebody's at once are told one by one, more of them in one sentence."""

AT_ONCE = 40
"""The followers of so many records are asked in one statement."""


def tell_of_notes(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Tell who is mentioned, and who follows the record; who writes a note follows it from now on."""
    for change in changes:
        record = change.after.get("record")
        if change.action not in ("create", "update") or not isinstance(record, AnyRef):
            continue
        mentioned = mentioned_in(uow, change.id)
        about, body = (record.entity, record.id), [AnyRef("base.note", change.id)]
        who = uow.actor.name
        notify(
            uow,
            mentioned,
            title="{name} mentioned you",
            params={"name": who},
            record=about,
            kind="mention",
            key=f"note:{change.id}:mention",
            body=body,
            mail=True,
        )
        if change.action == "create":
            notify(
                uow,
                [one for one in followers(uow, *about) if one not in mentioned],
                title="{name} wrote a note",
                params={"name": who},
                record=about,
                kind="followed",
                key=f"note:{change.id}",
                body=body,
                mail=True,
            )
            follow(uow, record)


def tell_of_changes(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Tell new owners of what is theirs, and followers of steps and of new owners."""
    if "timeline" not in changes[0].entity.behaviours:
        return
    given: dict[int, list[Change]] = defaultdict(list)
    followed: list[Change] = []
    for change in changes:
        owner = change.after.get("owner")
        if "owner" in change.changed and isinstance(owner, Ref) and change.action in ("create", "update"):
            given[owner.id].append(change)
        if change.transition or ("owner" in change.changed and change.action == "update"):
            followed.append(change)
    following = followers_of(uow, changes[0].entity.name, [change.id for change in followed])
    for change in followed:
        _tell_followers(change, uow, following[change.id])
    if uow.channel not in QUIET and uow.actor.id is not None:
        for owner_id, theirs in given.items():
            _tell_owner(owner_id, theirs, uow)


def _tell_owner(owner: int, theirs: Sequence[Change], uow: UnitOfWork) -> None:
    who = uow.actor.name
    if len(theirs) > FEW:
        notify(
            uow,
            [owner],
            title="{name} made you the owner of {count} records",
            params={"name": who, "count": len(theirs)},
            kind="assignment",
            mail=True,
        )
        return
    for change in theirs:
        notify(
            uow,
            [owner],
            title="{name} made you the owner",
            params={"name": who},
            record=(change.entity.name, change.id),
            kind="assignment",
            mail=True,
        )


def _tell_followers(change: Change, uow: UnitOfWork, following: Sequence[int]) -> None:
    about, moved, owner = (change.entity.name, change.id), bool(change.transition), change.after.get("owner")
    owners = [owner.id] if isinstance(owner, Ref) else []
    if "owner" in change.changed:  # the new owner is told that it is theirs, and not besides that it moved
        told = [one for one in following if one not in owners]
    else:
        told = [*following, *owners]
    notify(
        uow,
        told,
        title="{name} moved it to another state" if moved else "{name} gave it to somebody else",
        params={"name": uow.actor.name or "Payvand"},
        record=about,
        kind="followed",
        mail=True,
    )


def followers(uow: UnitOfWork, entity: str, record_id: int) -> list[int]:
    """Return who follows a record, its owner among them."""
    where = f"refers(record, '{entity}', {record_id})"
    found = [row["user"] for row in look_up(uow, "base.follower", ("user",), where=where)]
    if "owner" in uow.catalog.entity(entity).fields:
        found += [row["owner"] for row in look_up(uow, entity, ("owner",), where=f"id == {record_id}")]
    return list(dict.fromkeys(one.id for one in found if isinstance(one, Ref)))


def followers_of(uow: UnitOfWork, entity: str, ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Return who follows each of these records; a heap of them is asked together."""
    found: dict[int, list[int]] = defaultdict(list)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        where = " or ".join(f"refers(record, '{entity}', {one})" for one in some)
        for row in look_up(uow, "base.follower", ("record", "user"), where=where):
            record, user = row["record"], row["user"]
            if isinstance(record, AnyRef) and isinstance(user, Ref):
                found[record.id].append(user.id)
    return found


def follow(uow: UnitOfWork, record: AnyRef) -> None:
    """Let whoever acts follow a record, if they do not yet."""
    user = uow.actor.id
    if user is None:
        return
    known = look_up(
        uow, "base.follower", (), where=f"refers(record, '{record.entity}', {record.id}) and user == {user}"
    )
    if next(iter(known), None) is None:
        system = uow.actor.elevate("who writes a note follows the record")
        row: Mapping[str, object] = {"record": AnyRef(record.entity, record.id), "user": Ref(user)}
        records(uow).create(system, "base.follower", [row], uow=uow, parsed=True)


def mentioned_in(uow: UnitOfWork, note: int) -> list[int]:
    """Return who is mentioned in a note."""
    found = next(iter(look_up(uow, "base.note", ("mentions",), where=f"id == {note}")), {}).get("mentions")
    return [one.id for one in found if isinstance(one, Ref)] if isinstance(found, tuple) else []
