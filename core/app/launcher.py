"""`Launching`: what commands ask for, done. Rooms are loaded when a command needs them: `serve` starts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.app.serve import Supervisor
from core.cli.launcher import Running, Show, SiteActs, Upgraded
from core.config import Settings
from core.errors import BadRequest, Problem
from core.kernel.site import Site

Say = Callable[[str], object]


class Launching:
    """Opens sites and starts processes; ``folders`` are searched for modules instead of the installed ones (tests)."""

    def __init__(
        self,
        settings: Settings,
        folders: Sequence[Path] | None = None,
        *,
        first: Settings | None = None,
        host: str = "",
    ) -> None:
        self._settings = settings
        self._folders = folders
        self._first = first or settings
        self._host = host

    def at(self, host: str) -> Launching:
        """Return what does the same for the site of a host."""
        from core.app.readiness import find_address
        from core.app.sites import Sites

        sites = Sites(self._first)
        declared = sites.get(host)
        settings = sites.settings_of(declared, find_address(self._first))
        return Launching(settings, self._folders, first=self._first, host=declared.host)

    @property
    def sites(self) -> SiteActs:
        """What may be done to the sites beside the first."""
        from core.app.site_acts import Acts

        self._refuse_one("payvand site names the site itself; leave --site out.")
        return Acts(self._first, self._folders)

    def _refuse_one(self, sentence: str) -> None:
        if self._first is not self._settings:
            raise BadRequest(sentence, code="no_site_here")

    @property
    def settings(self) -> Settings:
        """What the environment says."""
        return self._settings

    @contextmanager
    def site(self) -> Iterator[Site]:
        """Open the site for one command; its database is started, its tables are there."""
        from core.app.opening import open_ready_site

        with open_ready_site(self._settings, folders=self._folders) as site:
            yield site

    def initialize(self, modules: Sequence[str], *, demo: bool, say: Say) -> Mapping[str, str]:
        """Make everything that is missing; return the demo's passwords by login."""
        from core.app.initialize import initialize
        from core.app.opening import open_site

        with open_site(self._settings, folders=self._folders) as site:
            return initialize(site, modules, demo=demo, say=say)

    def serve(self, settings: Settings, say: Say) -> None:
        """Serve until a signal."""
        self._refuse_one("payvand serve serves all sites; leave --site out.")
        Supervisor(settings, say).run()

    def work(self, *, wait: bool) -> None:
        """Run jobs until a signal, or until none is left."""
        from core.app.opening import open_ready_site
        from core.app.work import job_watch, work

        with open_ready_site(self._settings, role="worker", folders=self._folders) as site:
            work(site, wait=wait, watch=job_watch(self._first, self._host))

    def run_job(self, site: Site, job: int) -> Running:
        """Run one job in this process, beside what the command does."""
        from core.app.work import RunningJob

        return RunningJob(site, job)

    def backup(self, target: Path, *, verify: bool, say: Say) -> None:
        """Write a backup of the site; where asked for, bring it back beside the site and compare."""
        from core.app.backup import back_up

        back_up(self._settings, target, verify=verify, say=say)

    def restore(self, source: Path, *, replace: bool, rehearse: bool, say: Say) -> None:
        """Bring a backup back into an empty site, in place of one, or only beside it for comparing."""
        from core.app.restore import restore, try_backup

        if rehearse:
            try_backup(self._settings, source, say=say)
        else:
            restore(self._settings, source, replace=replace, folders=self._folders, say=say)

    def upgrade(self, *, plan: bool, trial: bool, backup: Path | None, say: Say, show: Show) -> None:
        """Bring the site to this version, or only show what that would do."""
        from core.app.upgrade import upgrade

        upgrade(
            self._settings,
            plan=plan,
            trial=trial,
            backup=backup,
            say=say,
            show=show,
            folders=self._folders,
        )

    def upgrade_all(self, *, plan: bool, trial: bool, say: Say, show: Show) -> Sequence[Upgraded]:
        """Bring all sites to this version, or only show what that would do; return what came of each."""
        from core.app.upgrade_all import upgrade_all

        self._refuse_one("--all-sites is about all sites; leave --site out.")
        return upgrade_all(self._first, plan=plan, trial=trial, say=say, show=show, folders=self._folders)

    def bundle(
        self,
        target: Path | None,
        *,
        pythons: Sequence[str],
        wheels: Path | None,
        extra: Sequence[str],
        say: Say,
    ) -> None:
        """Write an archive that installs Payvand where there is no network."""
        from core.app.bundle import make_bundle

        make_bundle(target, pythons=pythons, wheels=wheels, extra=extra, say=say)

    def export(self, target: Path, *, passwords: bool, say: Say) -> None:
        """Write the whole site in open formats."""
        from core.app.dump import export

        export(self._settings, target, passwords=passwords, folders=self._folders, say=say)

    def load(self, source: Path, *, say: Say) -> None:
        """Bring such an export into an empty site."""
        from core.app.dump import load

        load(self._settings, source, folders=self._folders, say=say)

    def examine(self) -> Sequence[Problem]:
        """Return what is wrong with the site."""
        from core.app.doctor import examine
        from core.app.opening import open_site

        with open_site(self._settings, folders=self._folders) as site:
            return examine(site)

    def repair(self, say: Say) -> Sequence[Problem]:
        """Repair what can be repaired safely; return what is wrong afterwards."""
        from core.app.doctor import put_right
        from core.app.opening import open_site

        with open_site(self._settings, folders=self._folders) as site:
            return put_right(site, say)

    def repair_of(self, problem: Problem) -> str:
        """Return what would be done about a problem; empty where somebody must look at it."""
        from core.app.repairs import repair_of

        return repair_of(problem)

    def check_documents(self) -> Sequence[Problem]:
        """Return what is wrong with the documents of all modules that are here."""
        from core.app.documents import check_documents

        return check_documents(self._settings, self._folders)
