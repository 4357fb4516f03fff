"""Telling people something: one notification each, in their language, and only of what they may read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from core.i18n.style import Value
from core.kernel.actor import Actor
from core.kernel.values import AnyRef, Ref
from core.metadata.specs import Label
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import UnitOfWork
from core.timeline.entities import NOTIFICATION, safe_key
from core.timeline.mailing import DAILY, NOW, mail_to, wish_of
from core.timeline.people import ids_of, people, readable, site_of, style_of
from core.timeline.sight import mark

LONGEST = 500
"""How many characters of a title are kept."""

EXCERPT = 1000
"""How many characters of a text are kept: the whole is where it leads to."""


Params: TypeAlias = "Mapping[str, Value | AnyRef]"
"""What a sentence is filled with; a record is named as its reader sees it whenever they read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What people are told. ``title`` is translated for each of them, with ``params`` filled in as they read."""

    title: Label
    params: Params = field(default_factory=dict)
    record: tuple[str, int] | None = None
    kind: str = "other"
    key: str = ""
    body: str = ""
    mail: bool = False


def notify(
    uow: UnitOfWork,
    users: Iterable[int | Ref | None],
    *,
    title: Label,
    params: Params | None = None,
    record: tuple[str, int] | None = None,
    kind: str = "other",
    key: str = "",
    body: str | Sequence[AnyRef] = "",
    mail: bool = False,
    skip_actor: bool = True,
) -> tuple[int, ...]:
    """Tell people something in this transaction, and return who is told.

    Left out are who does it (``skip_actor``), who may no longer sign in, who may not read ``record``, and who was told
    with this ``key`` before. With ``mail`` it also comes by mail, when and if each of them wants that for this kind.
    Records in ``params`` and in ``body`` are named when somebody reads it, and only if they see them then.
    """
    if NOTIFICATION not in uow.catalog.entities:
        return ()
    notice = Notice(
        title=title, params=params or {}, record=record, kind=kind, key=key, body=text_of(body), mail=mail
    )
    wanted = [one for one in ids_of(users) if not (skip_actor and one == uow.actor.id)]
    told = _untold(uow, notice, people(uow, wanted))
    told = {one: actor for one, actor in told.items() if _may_know(uow, actor, notice)}
    if told:
        rows = [_row(uow, actor, notice) for actor in told.values()]
        for actor, row in zip(told.values(), rows, strict=True):
            row["mail"] = _mailed(uow, actor, notice, row) if notice.mail else "none"
        system = uow.actor.elevate("people are told")
        site_of(uow).get(Records).create(system, NOTIFICATION, rows, uow=uow, parsed=True)
    return tuple(told)


def _untold(uow: UnitOfWork, notice: Notice, wanted: Mapping[int, Actor]) -> dict[int, Actor]:
    """Leave out who was told with this key before."""
    if not notice.key or not wanted:
        return dict(wanted)
    system = uow.actor.elevate("who was told before")
    query = Query(fields=("user",), filter=f"key == '{safe_key(notice.key)}'", limit=MAX_LIMIT)
    page = site_of(uow).get(Reading).find(system, NOTIFICATION, query, catalog=uow.catalog, uow=uow)
    before = {item["user"].id for item in page.items if isinstance(item["user"], Ref)}
    return {one: actor for one, actor in wanted.items() if one not in before}


def _may_know(uow: UnitOfWork, actor: Actor, notice: Notice) -> bool:
    if notice.record is None:
        return True
    entity, record_id = notice.record
    return record_id in readable(uow, actor, entity, [record_id])


def _row(uow: UnitOfWork, actor: Actor, notice: Notice) -> dict[str, object]:
    entity, record_id = notice.record or (None, None)
    return {
        "user": Ref(actor.id or 0),
        "kind": notice.kind,
        "title": worded(uow, actor, notice.title, notice.params),
        "body": notice.body[:EXCERPT] or None,
        "entity": entity,
        "record_id": record_id,
        "key": safe_key(notice.key) if notice.key else uuid.uuid4().hex,
    }


def _mailed(uow: UnitOfWork, actor: Actor, notice: Notice, row: Mapping[str, object]) -> str:
    """Return how mail stands: sent at once, waiting for the daily one, or none, as the person has chosen."""
    wish = wish_of(uow, actor.id or 0, notice.kind)
    if wish == NOW:
        key = f"notice:{actor.id}:{row['key']}"
        mailed = mail_to(uow, actor, str(row["title"]), about=notice.record, key=key, body=notice.body)
        return "sent" if mailed else "none"
    return DAILY if wish == DAILY else "none"


def text_of(body: str | Sequence[AnyRef]) -> str:
    """Return a text: as it is, or the names of records, one in each line."""
    return body if isinstance(body, str) else "\n".join(map(mark, body))


def worded(uow: UnitOfWork, actor: Actor, title: Label, params: Params) -> str:
    """Return a sentence as this person reads it, with marks for the names of records."""
    given = {name: mark(one) if isinstance(one, AnyRef) else one for name, one in params.items()}
    return style_of(uow, actor).sentence(title, given)[:LONGEST]
