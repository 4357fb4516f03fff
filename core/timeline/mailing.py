"""What people are told by mail: at once, once a day, or never, as each has chosen; what it says is written when it leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

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
from core.timeline.letters import letter_of
from core.timeline.people import people, site_of

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
    address = _address(uow, actor.id or 0)
    if address:
        made_of = letter_of(actor.id or 0, [(title, body, about)])
        promise_mail(uow, Mail(to=address, key=key, made_of=made_of))
    return bool(address)


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
    address = _address(uow, user)
    if not people(uow, [user]) or not rows or not address:
        return 0
    items = [
        (str(row["title"]), "", (str(row["entity"]), int(str(row["record_id"]))) if row["entity"] else None)
        for row in rows
    ]
    key = f"digest:{user}:{uow.today.isoformat()}"
    promise_mail(uow, Mail(to=address, key=key, made_of=letter_of(user, items, together=True)))
    return 1


def _address(uow: UnitOfWork, user: int) -> str:
    address = str(_profile(uow, user).get("email") or "")
    return address if is_address(address) else ""


def _profile(uow: UnitOfWork, user: int) -> Mapping[str, object]:
    """Return the address and the wishes of somebody; asked once in a transaction."""
    known: dict[int, Mapping[str, object]] = uow.memo.setdefault("timeline.profiles", {})
    if user not in known:
        fields = ("email", *BY_KIND.values(), OTHERS)
        query = Query(fields=fields, filter=f"id == {user}", limit=1)
        page = site_of(uow).get(Reading).find(SYSTEM, PERSON, query, catalog=uow.catalog, uow=uow)
        known[user] = page.items[0] if page.items else {}
    return known[user]
