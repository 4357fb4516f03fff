"""`upgrade`: a site to this version: a backup, all of it tried beside the site, and only then done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.access.matrix import Change
from core.app.backup import Say, alone, backing_up, make_folder, write
from core.app.compose import build_site
from core.app.doctor import examine
from core.app.readiness import check_ready, find_address, told
from core.backup.archive import Archive
from core.backup.databases import beside, check_unused, drop, make, take_place, telling, throwaway
from core.backup.restoring import load
from core.config import Settings
from core.errors import PayvandError, Problem, Unavailable
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.lifecycle import Lifecycle
from core.log import set_up
from core.storage import Database, migrate
from core.storage.migrate import HEAD
from core.storage.snapshots import Snapshot

TRIED = "upgrade"
"""What the database is called, after the site's own, in which an upgrade is tried."""

AGAIN, BROKEN = "again", "broken"
"""What the two databases are called while the backup takes the place of an upgrade that broke on the way."""

OF_THE_MOMENT = ("no_worker", "no_paper", "backup_", "mail_", "overdue", "outside_")
"""How the codes begin of what the doctor says of the day, the machine and its settings, and not of the site itself."""

STANDING = """SELECT (SELECT version_num FROM core_revision),
(SELECT json_object_agg(name, version) FROM core_module WHERE state = 'enabled')"""

Show = Callable[[Iterable[Change]], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Of which versions a site is: the tables of the core, and the modules."""

    revision: str
    modules: Mapping[str, str]

    @classmethod
    def of(cls, address: str) -> Standing:
        """Read it from a database."""
        with telling(address), Snapshot.of(address) as snapshot:
            if not any(table.name == "core_revision" for table in snapshot.tables()):
                raise Unavailable("The database is empty; run: payvand init", code="not_initialized")
            revision, modules = snapshot.rows(STANDING)[0]
        known = modules if isinstance(modules, Mapping) else {}
        return cls(revision=str(revision), modules={str(k): str(v) for k, v in known.items()})

    def until(self, later: Standing) -> Iterator[str]:
        """Yield what is different later, in lines."""
        if self.revision != later.revision:
            yield f"tables of the core: {self.revision} -> {later.revision}"
        for name in sorted({*self.modules, *later.modules}):
            before, after = self.modules.get(name, "none"), later.modules.get(name, "none")
            if before != after:
                yield f"module {name}: {before} -> {after}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What came of trying: how the site would stand, what changes for roles, what the doctor finds."""

    standing: Standing
    rights: Sequence[Change]
    problems: Sequence[Problem]


def upgrade(
    settings: Settings,
    *,
    plan: bool,
    trial: bool,
    backup: Path | None,
    say: Say,
    show: Show,
    folders: Sequence[Path] | None = None,
) -> bool:
    """Bring the site to this version; with ``plan`` only show what that would do. Return whether there was anything to do.

    What is refused has changed nothing; what breaks on the way is undone from the backup.
    """
    set_up("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    with ExitStack() as held:
        held.enter_context(backing_up(settings))
        if not plan:
            busy = "The site is being served; stop payvand serve and all workers first."
            held.enter_context(alone(settings, "serve.lock", busy))
        address = find_address(settings)
        before = Standing.of(address)
        if _is_current(settings, address, before, folders):
            say("Everything is of this version already.")
            return False
        if not plan:
            check_unused(address)
        target = backup or _place(settings)
        make_folder(target.parent)
        write(settings, address, target)
        if plan:
            held.callback(target.unlink, missing_ok=True)
        else:
            say(f"Backup: {target}")
        if trial or plan:
            with telling(address), Archive(target) as archive:
                archive.examine()
                with throwaway(address, TRIED) as other:
                    load(archive, other)
                    _report(before, _tried(settings, other, folders), say, show)
        if not plan:
            check_unused(address)  # somebody may have come since the backup: what they wrote is not in it
            with _undone(address, before, target, say):
                _carry_out(settings, address, folders)
            _look(settings, address, folders, say)
    return True


def _is_current(settings: Settings, address: str, standing: Standing, folders: Sequence[Path] | None) -> bool:
    if standing.revision < HEAD:
        return False
    with _site(settings, address, folders) as site:
        check_ready(site.get(Database).engine)
        return not any(state.outdated for state in site.get(Lifecycle).states())


def _tried(settings: Settings, address: str, folders: Sequence[Path] | None) -> Trial:
    """Do all of it on a copy; raise what it is refused for."""
    system = system_actor("payvand upgrade")
    with _site(settings, address, folders) as site:
        _migrate(site)
        lifecycle = site.get(Lifecycle)
        rights = lifecycle.rehearse(system, "refresh").changes
        lifecycle.refresh(system)
        problems = _problems(site)
    return Trial(standing=Standing.of(address), rights=tuple(rights), problems=problems)


def _report(before: Standing, trial: Trial, say: Say, show: Show) -> None:
    for line in before.until(trial.standing):
        say(line)
    show(trial.rights)
    if trial.problems:
        raise Unavailable(
            "Tried beside the site, it would not be well afterwards; nothing was changed.",
            code="upgrade_refused",
            problems=trial.problems,
        )
    say("Tried on a copy beside the site: all goes well.")


def _carry_out(settings: Settings, address: str, folders: Sequence[Path] | None) -> None:
    with _site(settings, address, folders) as site:
        _migrate(site)
        site.get(Lifecycle).refresh(system_actor("payvand upgrade"))


@contextmanager
def _undone(address: str, before: Standing, backup: Path, say: Say) -> Iterator[None]:
    """Where the block breaks when it has done a part of its work, let the site be again as the backup has it."""
    try:
        yield
    except BaseException:
        try:
            if Standing.of(address) != before:
                _bring_back(address, backup)
                say(f"It broke on the way; the site is again as it was before, out of {backup}")
        except (PayvandError, OSError) as failure:
            why = failure.text() if isinstance(failure, PayvandError) else str(failure)
            say(
                f"It broke on the way, and {backup} could not be brought back: {why} Run payvand upgrade again."
            )
        raise


def _bring_back(address: str, backup: Path) -> None:
    """Let the database of a backup, as old as it is, take the place of the site's own in one step."""
    new, old = beside(address, AGAIN), beside(address, BROKEN)
    with telling(address), Archive(backup) as archive:
        make(new, address)
        try:
            load(archive, new)
            take_place(new, address, old)
        except BaseException:
            drop(new, address)
            raise
    drop(old, address)


def _look(settings: Settings, address: str, folders: Sequence[Path] | None, say: Say) -> None:
    with _site(settings, address, folders) as site:
        problems = _problems(site)
    if problems:
        raise Unavailable(
            "The site is of this version, but not well; the backup brings the old one back with the old version.",
            code="not_well",
            problems=problems,
        )
    say("The site is of this version and well; start it by payvand serve.")


def _migrate(site: Site) -> None:
    engine = site.get(Database).engine
    with told(engine):
        migrate(engine)


def _problems(site: Site) -> tuple[Problem, ...]:
    return tuple(
        problem for problem in examine(site, records=False) if not problem.code.startswith(OF_THE_MOMENT)
    )


@contextmanager
def _site(settings: Settings, address: str, folders: Sequence[Path] | None) -> Iterator[Site]:
    site = build_site(settings, role="cli", address=address, folders=folders)
    try:
        yield site
    finally:
        site.get(Database).close()


def _place(settings: Settings) -> Path:
    """Return where the backup goes where nobody says it: beside the daily ones, which never replace it."""
    folder = Path(settings.backups) if settings.backups else settings.home.absolute() / "backups"
    number = 1
    while (path := folder / f"before-upgrade-{number:04}.zip").exists():
        number += 1
    return path
