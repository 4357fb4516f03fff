"""`restore`: a site from a backup. Whatever happens on the way, the site that was there stays as it was until the last step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from core.app.backup import Say, alone, backing_up, compare, meaning, told
from core.app.compose import build_site
from core.app.initialize import take_over
from core.app.readiness import find_address
from core.app.readiness import told as told_by_database
from core.backup.archive import SECRET, Archive, sync_folder, told_of_disk
from core.backup.databases import beside, check_unused, drop, make, take_place, telling
from core.backup.restoring import check_fits, is_empty, load, put_files
from core.config import Settings
from core.errors import Conflict
from core.files import blobs_of
from core.lifecycle import Lifecycle
from core.log import set_up
from core.storage import Database, migrate

NEW, OLD = "restored", "replaced"
"""What the two databases are called, after the site's own, while one takes the place of the other."""


def restore(
    settings: Settings, source: Path, *, replace: bool, say: Say, folders: Sequence[Path] | None = None
) -> None:
    """Bring a backup back, bring it to this version, and only then let it take its place."""
    set_up("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    with ExitStack() as held:
        held.enter_context(backing_up(settings))
        held.enter_context(
            alone(
                settings, "serve.lock", "The site is being served; stop payvand serve and all workers first."
            )
        )
        archive = held.enter_context(Archive(source))
        address = find_address(settings)
        with telling(address):
            check_fits(archive, address)
            empty = is_empty(address)
        if not empty and not replace:
            raise Conflict(
                "There is a site already; --replace puts the backup in its place.", code="not_empty"
            )
        if not empty:
            check_unused(address)
        archive.examine()
        say(f"{source}: {told(archive.manifest)}")
        put_files(archive, blobs_of(settings))
        secret = archive.whole(SECRET, archive.manifest.secret)
        if empty:
            _keep_secret(settings, secret)
            _fill(settings, archive, address, folders, say)
        else:
            _replace(settings, archive, address, folders, say)
            _keep_secret(settings, secret)
        _tell_settings(settings, archive, say)
    say("The site is as it was in the backup; start it by payvand serve.")


def try_backup(settings: Settings, source: Path, *, say: Say) -> None:
    """Bring a backup back beside the site and compare it; the site is not touched, and may be served."""
    with (
        backing_up(settings),
        Archive(source) as archive,
    ):
        address = find_address(settings)
        with telling(address):
            check_fits(archive, address)
        say(f"{source}: {told(archive.manifest)}")
        compare(address, source, say)


def _replace(
    settings: Settings, archive: Archive, address: str, folders: Sequence[Path] | None, say: Say
) -> None:
    """Fill a database beside the site's own; the last step gives it the name, and then the old one is dropped."""
    new, old = beside(address, NEW), beside(address, OLD)
    make(new, address)
    try:
        _fill(settings, archive, new, folders, say)
        take_place(new, address, old)
    except BaseException:
        drop(new, address)
        raise
    drop(old, address)


def _fill(
    settings: Settings, archive: Archive, address: str, folders: Sequence[Path] | None, say: Say
) -> None:
    """Fill an empty database, and bring it to what this version needs."""
    with telling(address):
        load(archive, address)
    site = build_site(settings, role="cli", address=address, folders=folders)
    try:
        engine = site.get(Database).engine
        with told_by_database(engine):
            migrate(engine)
        take_over(site.get(Lifecycle), say)
    finally:
        site.get(Database).close()


def _keep_secret(settings: Settings, secret: bytes) -> None:
    """Put the key of the backup in its place, in one step; the one that was there is kept beside."""
    path = settings.home / "secret"
    draft = path.with_name("secret.restored")
    with told_of_disk(path):
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and path.read_bytes() != secret:
            _keep_beside(path)
        draft.replace(path)
        sync_folder(path.parent)


def _keep_beside(path: Path) -> None:
    """Give a key a second name that no other key has; it keeps its own until the new one takes it."""
    for number in count(1):
        kept = path.with_name("secret.replaced" if number == 1 else f"secret.replaced-{number}")
        try:
            os.link(path, kept)
        except FileExistsError:
            if kept.read_bytes() != path.read_bytes():
                continue
        return


def _tell_settings(settings: Settings, archive: Archive, say: Say) -> None:
    here = meaning(settings)
    for name, value in archive.manifest.settings.items():
        if here.get(name, value) != value:
            say(f"{name} was {value!r} where the backup was made, and is {here[name]!r} here.")
