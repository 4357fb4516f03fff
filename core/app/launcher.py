"""`Launching`: what commands ask for, done; rooms are loaded when a command needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from core.app.compose import build_site
from core.app.doctor import examine
from core.app.documents import check_documents
from core.app.initialize import initialize
from core.app.readiness import check_ready, find_address
from core.app.serve import Supervisor
from core.app.work import work
from core.config import Settings
from core.errors import Problem
from core.kernel.site import Site
from core.storage import Database

Say = Callable[[str], object]


class Launching:
    """Opens sites and starts processes as the environment says."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        """What the environment says."""
        return self._settings

    @contextmanager
    def site(self) -> Iterator[Site]:
        """Open the site for one command."""
        with self._open("cli") as site:
            check_ready(site.get(Database).engine)
            yield site

    @contextmanager
    def _open(self, role: str) -> Iterator[Site]:
        site = build_site(self._settings, role=role, address=find_address(self._settings))
        try:
            yield site
        finally:
            site.get(Database).close()

    def initialize(self, modules: Sequence[str], *, demo: bool, say: Say) -> Mapping[str, str]:
        """Make everything that is missing; return the demo's passwords by login."""
        with self._open("cli") as site:
            return initialize(site, modules, demo=demo, say=say)

    def serve(self, settings: Settings, say: Say) -> None:
        """Serve until a signal."""
        Supervisor(settings, say).run()

    def work(self, *, wait: bool) -> None:
        """Run jobs until a signal, or until none is left."""
        with self._open("worker") as site:
            check_ready(site.get(Database).engine)
            work(site, find_address(self._settings), wait=wait)

    def examine(self) -> Sequence[Problem]:
        """Return what is wrong with the site."""
        with self._open("cli") as site:
            return examine(site)

    def check_documents(self) -> Sequence[Problem]:
        """Return what is wrong with the documents of all modules that are here."""
        return check_documents(build_site(self._settings, role="cli", address="postgresql://localhost/payvand"))
