"""`Launching`: what commands ask for, done. Rooms are loaded when a command needs them: `serve` starts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.app.serve import Supervisor
from core.cli.launcher import Running
from core.config import Settings
from core.errors import Problem
from core.kernel.site import Site

Say = Callable[[str], object]


class Launching:
    """Opens sites and starts processes; ``folders`` are searched for modules instead of the installed ones (tests)."""

    def __init__(self, settings: Settings, folders: Sequence[Path] | None = None) -> None:
        self._settings = settings
        self._folders = folders

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
        Supervisor(settings, say).run()

    def work(self, *, wait: bool) -> None:
        """Run jobs until a signal, or until none is left."""
        from core.app.opening import open_ready_site
        from core.app.work import work

        with open_ready_site(self._settings, role="worker", folders=self._folders) as site:
            work(site, wait=wait)

    def run_job(self, site: Site, job: int) -> Running:
        """Run one job in this process, beside what the command does."""
        from core.app.work import RunningJob

        return RunningJob(site, job)

    def examine(self) -> Sequence[Problem]:
        """Return what is wrong with the site."""
        from core.app.doctor import examine
        from core.app.opening import open_site

        with open_site(self._settings, folders=self._folders) as site:
            return examine(site)

    def check_documents(self) -> Sequence[Problem]:
        """Return what is wrong with the documents of all modules that are here."""
        from core.app.documents import check_documents

        return check_documents(self._settings, self._folders)
