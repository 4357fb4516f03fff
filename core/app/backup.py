"""`back_up`: a backup of the whole site, while it is served."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from pathlib import Path

from core.app.readiness import check_ready, find_address
from core.backup.archive import Archive, Draft, told_of_disk
from core.backup.databases import telling, throwaway
from core.backup.making import write_backup
from core.backup.manifest import Manifest
from core.backup.restoring import differences, load
from core.config import Settings
from core.errors import Conflict, Unavailable
from core.files import blobs_of
from core.kernel.secrets import Secrets
from core.storage.engine import build_engine

Say = Callable[[str], object]

TOLD = ("language", "time_zone", "currency", "region", "area_code", "base_url")
"""The settings that say what the data mean; a backup holds no other, as some are secrets of this machine."""

TRIED = "verify"
"""What the database is called, after the site's own, in which a backup is tried."""


def back_up(settings: Settings, target: Path, *, verify: bool, say: Say) -> None:
    """Write a backup to a new file; where ``verify`` finds a difference, raise and leave the file for looking at."""
    address = find_address(settings)
    _check_ready(address)
    with backing_up(settings):
        manifest = write(settings, address, target)
        say(f"{target}: {told(manifest)}")
        for sha256 in manifest.missing:
            say(f"The content {sha256} of a file is missing on the disk; it is not in the backup.")
        if verify:
            compare(address, target, say)


def backing_up(settings: Settings) -> AbstractContextManager[None]:
    """Let one backup or restore of a site run at a time."""
    return alone(settings, "backup.lock", "Another backup or restore is under way.")


def write(
    settings: Settings, address: str, target: Path, step: Callable[[], object] = lambda: None
) -> Manifest:
    """Write a backup to a new file, calling ``step`` between its parts, and return what it holds."""
    Secrets.at(settings.home)
    with telling(address), Draft(target) as draft:
        secret = (settings.home / "secret").read_bytes()
        return write_backup(draft, address, blobs_of(settings), secret, meaning(settings), step)


def compare(address: str, path: Path, say: Say) -> None:
    """Bring a backup back into a throwaway database and compare all of it; raise `Unavailable` where they differ."""
    with Archive(path) as archive:
        archive.examine()
        with throwaway(address, TRIED) as other, telling(other):
            load(archive, other)
            found = differences(archive, other)
    if found:
        raise Unavailable(
            "The backup {file} is not what was in the database: {names}.",
            code="backup_differs",
            file=str(path),
            names=tuple(found),
        )
    say("Brought back beside the site and compared: all tables and files are the same to the byte.")


def make_folder(folder: Path) -> None:
    """Make the folder of backups, for its owner alone; raise `Unavailable` where that is not possible."""
    with told_of_disk(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def told(manifest: Manifest) -> str:
    """Return what a backup holds, in a few words."""
    return (
        f"{manifest.rows} rows in {len(manifest.tables)} tables, {manifest.files} files, "
        f"Payvand {manifest.version}, {manifest.made_at}"
    )


def meaning(settings: Settings) -> Mapping[str, str]:
    """Return the settings that say what the data mean, by the names that they have in the environment."""
    return {
        str(spec.metadata["env"]): str(getattr(settings, spec.name))
        for spec in fields(settings)
        if spec.name in TOLD
    }


@contextmanager
def alone(settings: Settings, name: str, otherwise: str) -> Iterator[None]:
    """Hold a lock of the site's folder, or raise `Conflict` with the sentence."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / name).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(otherwise, code="under_way") from None
        yield


def _check_ready(address: str) -> None:
    engine = build_engine(address, threads=1)
    try:
        check_ready(engine)
    finally:
        engine.dispose()
