"""The daily backup: made by the worker, tried whole once a week, and missed where it is not made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from core.config import Settings
from core.errors import Conflict, PayvandError, Problem, Unavailable
from core.identity import Identity
from core.jobs import JobContext, Task
from core.kernel.actor import system_actor
from core.kernel.clock import latest
from core.kernel.site import Site
from core.log import get_logger
from core.metadata.specs import Json
from core.storage import Database, Reader, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.engine import database_address
from core.timeline.notices import notify

BACKUP = "site.backup"
"""The task."""

PREFIX = "payvand-"

NAME = re.compile(rf"{PREFIX}[0-9]{{8}}-[0-9]{{6}}\.zip")
"""What the backups of the day are called; nothing else in their folder is ours to remove."""

AGAIN_AFTER = timedelta(hours=1)
"""How long after one that failed the next is tried."""

TOO_OLD = timedelta(hours=50)
"""Two days and a little: one backup that failed is told to administrators, two are told to everything that watches."""

TRIED_EACH = timedelta(days=6, hours=12)
"""How long after a backup was tried whole the next one is: once a week."""

UNTRIED = timedelta(days=15)

LATEST = """SELECT state, created_at, finished_at, error, result FROM core_job
WHERE kind = 'site.backup' ORDER BY id DESC LIMIT 40"""

FAILED = "The backup of the site failed: {reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How backups stand: when the last was promised and made, whether it failed and why, when one was tried whole."""

    promised: datetime | None = None
    made: datetime | None = None
    first: datetime | None = None
    tried: datetime | None = None
    failed: str | None = None

    @classmethod
    def of(cls, rows: list[tuple[object, ...]], now: datetime) -> Standing:
        """Read it from the latest jobs, newest first; what a clock wrote that has been set back since is not counted."""
        ended = [row for row in rows if row[0] in ("done", "failed")]
        rows = [row for row in rows if _is_past(row[1], now) and _is_past(row[2], now)]
        done = [row for row in rows if row[0] == "done"]
        tried = [row for row in done if isinstance(row[4], Mapping) and row[4].get("tried")]
        return cls(
            promised=_moment(rows, 1),
            made=_moment(done, 2),
            first=_moment(done[-1:], 2),
            tried=_moment(tried, 2),
            failed=str(ended[0][3] or "") if ended and ended[0][0] == "failed" else None,
        )


def backup_task() -> Task:
    """Return the task that makes the daily backup."""
    return Task(name=BACKUP, run=make, due=is_due)


def is_due(uow: UnitOfWork) -> bool:
    """Tell whether the hour has come since the last backup, or one that failed is to be tried again."""
    if uow.site is None or not uow.site.settings.backups:
        return False
    with uow.site.get(Database).reading() as reader:
        standing = Standing.of(reader.rows(LATEST), uow.now)
    if standing.promised is None or standing.promised < _hour_before(uow.site.settings, uow.now):
        return True
    return standing.failed is not None and standing.promised < uow.now - AGAIN_AFTER


def make(context: JobContext) -> Mapping[str, Json]:
    """Make a backup, read it again, try it whole where it is time, and remove the oldest; tell administrators of failures."""
    try:
        return _make(context)
    except PayvandError as failure:
        get_logger("app").error("backup_failed", reason=failure.text())
        _tell(context.site, failure.text())
        # In its own words: what the job would otherwise say of something that is unavailable is less.
        raise Conflict(FAILED, code="backup_failed", reason=failure.text()) from failure


def troubles(settings: Settings, reader: Reader, now: datetime) -> Iterator[Problem]:
    """Yield what is wrong with the backups of a site that is to have them."""
    if not settings.backups:
        return
    standing = Standing.of(reader.rows(LATEST), now)
    if standing.failed is not None:
        yield Problem(
            code="backup_failed",
            message="The last backup failed: {reason}",
            params={"reason": standing.failed},
        )
    if standing.made is None or standing.made < now - TOO_OLD:
        last = standing.made.isoformat(timespec="minutes") if standing.made else "—"
        yield Problem(
            code="backup_old",
            message="No backup was made in the last two days (the last: {last}); look whether a worker runs.",
            params={"last": last},
        )
    elif (standing.tried or standing.first or now) < now - UNTRIED:
        yield Problem(
            code="backup_untried",
            message="No backup was brought back for trying lately; try the newest: payvand restore FILE --try",
        )


def warnings(site: Site) -> Iterator[Problem]:
    """Yield what everything that watches the site may know: that it has no backup of late, not where nor why."""
    if site.settings.backups:
        now = site.get(Database).now()
        with site.get(Database).reading() as reader:
            made = Standing.of(reader.rows(LATEST), now).made
        if made is None or made < now - TOO_OLD:
            yield Problem(code="backup_old", message="No backup was made in the last two days.")


def _make(context: JobContext) -> Mapping[str, Json]:
    from core.app.backup import backing_up, compare, make_folder, write  # the worker alone needs it
    from core.backup.archive import DRAFT, Archive

    site, settings, database = context.site, context.site.settings, context.site.get(Database)
    url = database_address(database.engine.url.render_as_string(hide_password=False))
    address = url.render_as_string(hide_password=False)
    folder, now = Path(settings.backups), database.now()
    with backing_up(settings):
        make_folder(folder)
        for left in _named(folder, ".", DRAFT):  # of a worker that was killed
            left.unlink(missing_ok=True)
        target = folder / f"{PREFIX}{now:%Y%m%d-%H%M%S}.zip"
        manifest = write(settings, address, target, lambda: context.report(0))
        with Archive(target) as archive:
            archive.examine()
        tried: Json = False
        if _untried(site, now):
            try:
                compare(address, target, str)
                tried = True
            except Unavailable as failure:
                if failure.reason != "may_not_create":
                    raise
        removed = _remove_old(folder, settings.backups_kept, target)
    return {
        "file": target.name,
        "rows": manifest.rows,
        "files": manifest.files,
        "missing": len(manifest.missing),
        "tried": tried,
        "removed": removed,
    }


def _untried(site: Site, now: datetime) -> bool:
    with site.get(Database).reading() as reader:
        tried = Standing.of(reader.rows(LATEST), now).tried
    return tried is None or tried < now - TRIED_EACH


def _remove_old(folder: Path, kept: int, made: Path) -> int:
    """Remove all but the one just made and the newest beside it, by their names; return how many.

    Those whose names are of later than now were made before the clock was set back: they are the oldest.
    """
    others = sorted((path for path in _named(folder) if path != made), key=lambda path: (path <= made, path))
    old = others[: max(0, len(others) - kept + 1)]
    for path in old:
        with suppress(FileNotFoundError):
            path.unlink()
    return len(old)


def _named(folder: Path, before: str = "", after: str = "") -> list[Path]:
    """Return the files that are called as backups of the day are, with this before and after."""
    return [
        path
        for path in folder.glob(f"{before}{PREFIX}*{after}")
        if NAME.fullmatch(path.name.removeprefix(before).removesuffix(after)) and path.is_file()
    ]


def _tell(site: Site, reason: str) -> None:
    """Tell all administrators, once a day."""
    catalog, system = site.get(Catalogs).current(), system_actor("daily backup")
    with site.get(Database).unit(catalog, system) as uow:
        people = [account.id for account in site.get(Identity).administrators(uow)]
        key = f"backup-failed-{uow.today.isoformat()}"
        notify(uow, people, title=FAILED, params={"reason": reason}, key=key, mail=True)


def _hour_before(settings: Settings, now: datetime) -> datetime:
    """Return the last time that the clock showed the hour of backups."""
    here = now.astimezone(ZoneInfo(settings.time_zone))
    hour = here.replace(hour=settings.backup_hour, minute=0, second=0, microsecond=0)
    return hour if hour <= here else hour - timedelta(days=1)


def _is_past(moment: object, now: datetime) -> bool:
    return not isinstance(moment, datetime) or moment <= latest(now)


def _moment(rows: list[tuple[object, ...]], column: int) -> datetime | None:
    found = rows[0][column] if rows else None
    return found if isinstance(found, datetime) else None
