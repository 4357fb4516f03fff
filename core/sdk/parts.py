"""What a hook finds through its unit of work: the door to records, both ways, and how values are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

from core.access import Access
from core.egress import Egress
from core.fields import FieldTypes, LoadContext
from core.files import Files
from core.i18n import Localization, Style
from core.jobs import JobContext, Jobs
from core.kernel.actor import Actor, Preferences, system_actor
from core.kernel.site import Site
from core.metadata.specs import FieldSpec, Json
from core.printing import Printing
from core.records.aggregation import Aggregating
from core.records.attachments import Attachments
from core.records.locking import lock_records
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.records.trees import closes_circle as _closes_circle
from core.storage import Tables, UnitOfWork
from core.storage.versions import bump_access


def records(uow: UnitOfWork) -> Records:
    """Return what writes records; hand it an actor, and this unit of work."""
    return _site(uow).get(Records)


def reading(uow: UnitOfWork) -> Reading:
    """Return what reads records for an actor; hand it ``catalog=uow.catalog`` and this unit of work."""
    return _site(uow).get(Reading)


def as_it_stands(uow: UnitOfWork, entity: str, record_id: int) -> Mapping[str, object] | None:
    """Return the values of a record as the system sees it; None where there is none, or only in the trash.

    A unit that only reads asks for it once. Keep what it says away from people who may not know it.
    """
    return records(uow).as_it_stands(entity, record_id, uow=uow)


def look_up(
    uow: UnitOfWork,
    entity: str,
    fields: Sequence[str],
    *,
    where: str = "",
    actor: Actor | None = None,
    sort: Sequence[str] = (),
    most: int | None = None,
) -> Iterator[Mapping[str, object]]:
    """Yield the records that ``where`` holds for, page by page, as this unit sees them; at most ``most`` of them.

    Without an actor the system looks: keep what it sees away from people who may not.
    """
    eyes = actor or system_actor(f"looking up {entity}")
    cursor: str | None = ""
    left = most
    while cursor is not None and left != 0:
        limit = MAX_LIMIT if left is None else min(left, MAX_LIMIT)
        query = Query(fields=("id", *fields), filter=where, sort=tuple(sort), limit=limit, cursor=cursor)
        page = reading(uow).find(eyes, entity, query, catalog=uow.catalog, uow=uow)
        yield from page.items
        left = None if left is None else left - len(page.items)
        cursor = page.next


def may_all(uow: UnitOfWork, actor: Actor, entity: str, action: str) -> bool:
    """Tell whether somebody may do this to every record of an entity, whosever it is."""
    return _site(uow).get(Access).condition(actor, entity, action, uow.catalog) is True


def read_value(uow: UnitOfWork, kind: str, value: object, **options: Json) -> object:
    """Return a JSON value as a field of this type, with these options, would store it, or raise `FieldRefused`."""
    site = _site(uow)
    settings = site.settings
    context = LoadContext(currency=settings.currency, region=settings.region, area_code=settings.area_code)
    spec = FieldSpec(entity="", name="value", type=kind, label="", options=options)
    return site.get(FieldTypes).get(kind).load(spec, value, context)


def lock(uow: UnitOfWork, entity: str, ids: Sequence[int]) -> None:
    """Lock records till the end of the unit: who wants one of them waits, and then reads what was written."""
    lock_records(uow, _site(uow).get(Tables), entity, ids)


def closes_circle(uow: UnitOfWork, entity: str, field: str, record_id: int, start: int) -> bool:
    """Tell whether following a reference from ``start`` upwards comes to ``record_id``: then it would be a circle."""
    return _closes_circle(uow, _site(uow).get(Tables), entity, field, record_id, start)


def localization(uow: UnitOfWork) -> Localization:
    """Return the calendars, languages and translations of the site."""
    return _site(uow).get(Localization)


def forget_principals(uow: UnitOfWork) -> None:
    """Say that teams or preferences of people have moved: from the next request on they hold everywhere."""
    bump_access(uow)


def defer(uow: UnitOfWork, task: str, arguments: Mapping[str, Json] | None = None) -> int:
    """Promise a job of a task by its name; it exists when, and only when, the unit is committed. Return its id.

    It works for the person who promised it; a unit of work of the system promises one that nobody started.
    """
    return _site(uow).get(Jobs).defer(uow, task, arguments or {})


def egress(context: JobContext) -> Egress:
    """Return the one client for other servers: ``get(url)`` and ``send(url, method=…, headers=…, body=…)``, of a job alone.

    Pages and changes do not wait for others: promise a job. Ask outside of a unit of work, or locks are held meanwhile.
    """
    return context.site.get(Egress)


def read_file(uow: UnitOfWork, file_id: int, actor: Actor) -> bytes:
    """Return the content of a file that ``actor`` may download; raise `NotFound` for any other."""
    site = _site(uow)
    file = site.get(Attachments).find(actor, file_id, catalog=uow.catalog)
    with site.get(Files).open(file) as stream:
        return stream.read()


def aggregate(
    uow: UnitOfWork,
    entity: str,
    group_by: Sequence[str] = (),
    measures: Sequence[str] = ("count()",),
    *,
    where: str = "",
    actor: Actor | None = None,
) -> Sequence[Mapping[str, object]]:
    """Return counts and sums of the records that ``actor`` sees, one mapping for each group, in one statement.

    Groups are told by field name, figures by the text of their measure: ``aggregate(uow, "shop.sale", ("seller",),
    ("count()", "sum(price)"))``. Sums of money are tuples of `Money`, one for each currency. Without an actor the
    system counts.
    """
    eyes = actor or system_actor(f"counting {entity}")
    counting = _site(uow).get(Aggregating)
    return counting.aggregate(eyes, entity, group_by, measures, where, catalog=uow.catalog, uow=uow)


def store_file(uow: UnitOfWork, data: bytes, name: str, mime: str = "") -> int:
    """Keep bytes as a file and return its id, for a field of type file; without a record it is swept after a day."""
    return _site(uow).get(Files).store(BytesIO(data), name, uow.actor, uow, mime=mime)


def style_of(uow: UnitOfWork, preferences: Preferences | None = None) -> Style:
    """Return the way of writing of somebody with these preferences; without any, that of the site."""
    site = _site(uow)
    return site.get(Localization).style(preferences or Preferences(), site.settings)


def printed(
    uow: UnitOfWork,
    template: str,
    style: Style,
    values: Mapping[str, object],
    *,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a page of a module as a PDF file; the template extends ``print/page.html``.

    Slow (about a second) and loaded with it much code: call it in a job. ``pictures`` are found in the template as
    ``print:<name>``; nothing else is fetched. `Unavailable` tells what this machine lacks.
    """
    return _site(uow).get(Printing).pdf(uow.catalog, template, style, values, pictures)


def can_print(uow: UnitOfWork) -> bool:
    """Tell whether `printed` works on this machine; cheap, for pages that say what there is where it does not."""
    return _site(uow).get(Printing).ready()


def _site(uow: UnitOfWork) -> Site:
    assert uow.site is not None  # hooks are asked by a site
    return uow.site
