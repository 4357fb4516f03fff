"""What people are told by mail: at once, once a day, or never, as each has chosen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from core.jobs import JobContext
from core.kernel.actor import Actor, system_actor
from core.kernel.values import Ref
from core.mail import Mail, is_address, promise_mail
from core.metadata.specs import Json
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.timeline.entities import NOTIFICATION, PERSON
from core.timeline.people import people, readable, site_of, style_of

DIGEST = "timeline.digest"
SYSTEM = system_actor("what people are told by mail")
BY_KIND = {"mention": "mail_mentions", "assignment": "mail_assignments", "followed": "mail_followed"}
OTHERS = "mail_others"
NOW, DAILY = "now", "digest"


def wish_of(uow: UnitOfWork, user: int, kind: str) -> str:
    """Return when somebody wants mail about things of a kind: now, digest or never."""
    row = _profile(uow, user)
    return str(row.get(BY_KIND.get(kind, OTHERS)) or "never")


def mail_to(
    uow: UnitOfWork, actor: Actor, title: str, *, about: tuple[str, int] | None, key: str, body: str = ""
) -> bool:
    """Promise a mail to somebody about a record; False where they have no address."""
    address = str(_profile(uow, actor.id or 0).get("email") or "")
    if not is_address(address):
        return False
    lines = [title]
    if about is not None:
        lines.append(readable(uow, actor, about[0], [about[1]]).get(about[1]) or "")
        lines.append(_link(uow, about))
    send(uow, actor, title, [*filter(None, lines), *([body] if body else [])], address=address, key=key)
    return True


def send(
    uow: UnitOfWork, actor: Actor, subject: str, lines: Sequence[str], *, address: str, key: str
) -> None:
    """Promise a mail of these lines, as text and as a page in the direction of its language."""
    style = style_of(uow, actor)
    paragraphs = "".join(f"<p>{_linked(line)}</p>" for line in lines)
    html = f'<!doctype html><html lang="{style.lang}" dir="{style.dir}"><body>{paragraphs}</body></html>'
    promise_mail(uow, Mail(to=address, subject=subject, text="\n\n".join(lines) + "\n", html=html, key=key))


def send_digests(context: JobContext) -> Mapping[str, Json]:
    """Send everybody one mail with what waits for it and is still unread; daily."""
    database = context.site.get(Database)

    def once() -> int:
        with database.unit(context.site.get(Catalogs).current(), SYSTEM) as uow:
            return _digests(uow) if NOTIFICATION in uow.catalog.entities else 0

    return {"sent": database.attempt(once)}


def _digests(uow: UnitOfWork) -> int:
    reading, records = site_of(uow).get(Reading), site_of(uow).get(Records)
    query = Query(
        fields=("id", "user", "title", "entity", "record_id", "read_at"),
        filter=f"mail == '{DAILY}'",
        sort=("id",),
        limit=MAX_LIMIT,
    )
    waiting: dict[int, list[Mapping[str, object]]] = defaultdict(list)
    cursor: str | None = ""
    while cursor is not None:
        page = reading.find(SYSTEM, NOTIFICATION, _next(query, cursor), catalog=uow.catalog, uow=uow)
        for row in page.items:
            if isinstance(row["user"], Ref):
                waiting[row["user"].id].append(row)
        cursor = page.next
    sent = 0
    for user, rows in waiting.items():
        sent += _digest(uow, user, [row for row in rows if row["read_at"] is None])
        changes = {int(str(row["id"])): {"mail": "sent"} for row in rows}
        records.update_many(SYSTEM, NOTIFICATION, changes, uow=uow, parsed=True)
    return sent


def _next(query: Query, cursor: str) -> Query:
    return replace(query, cursor=cursor)


def _digest(uow: UnitOfWork, user: int, rows: Sequence[Mapping[str, object]]) -> int:
    actor = people(uow, [user]).get(user)
    address = str(_profile(uow, user).get("email") or "")
    if actor is None or not rows or not is_address(address):
        return 0
    style, lines = style_of(uow, actor), []
    for row in rows:
        about = (str(row["entity"]), int(str(row["record_id"] or 0))) if row["entity"] else None
        known = readable(uow, actor, about[0], [about[1]]) if about else {}
        if about and about[1] not in known:
            continue
        lines.append(
            " · ".join(
                filter(
                    None,
                    [
                        str(row["title"]),
                        known.get(about[1]) if about else "",
                        _link(uow, about) if about else "",
                    ],
                )
            )
        )
    if not lines:
        return 0
    subject = style.ngettext("{number} thing happened", "{number} things happened", len(lines))
    send(uow, actor, subject, lines, address=address, key=f"digest:{user}:{uow.today.isoformat()}")
    return 1


def _profile(uow: UnitOfWork, user: int) -> Mapping[str, object]:
    """Return the address and the wishes of somebody; asked once in a transaction."""
    known: dict[int, Mapping[str, object]] = uow.memo.setdefault("timeline.profiles", {})
    if user not in known:
        fields = ("email", *BY_KIND.values(), OTHERS)
        query = Query(fields=fields, filter=f"id == {user}", limit=1)
        page = site_of(uow).get(Reading).find(SYSTEM, PERSON, query, catalog=uow.catalog, uow=uow)
        known[user] = page.items[0] if page.items else {}
    return known[user]


def _link(uow: UnitOfWork, about: tuple[str, int]) -> str:
    root = site_of(uow).settings.base_url.rstrip("/")
    return f"{root}/records/{about[0]}/{about[1]}" if root else ""


def _linked(line: str) -> str:
    safe = escape(line)
    return re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', safe)
