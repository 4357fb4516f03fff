"""`Launcher`: what commands need of the composition root, which puts itself behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import click

from core.access.matrix import Change
from core.config import Settings
from core.errors import Problem
from core.kernel.site import Site

Say = Callable[[str], object]
Show = Callable[[Iterable[Change]], object]


class Running(Protocol):
    """A job under way."""

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; tell whether the job has ended."""


class Listed(Protocol):
    """A site beside the first."""

    @property
    def host(self) -> str:
        """Its host, in the form in which programs send it."""

    @property
    def shown(self) -> str:
        """Its host as people read it."""

    @property
    def state(self) -> str:
        """Open, closed or unfinished."""

    @property
    def home(self) -> Path:
        """Its folder."""


class Upgraded(Protocol):
    """What came of upgrading one of several sites."""

    @property
    def name(self) -> str:
        """Its host, or that it is the first."""

    @property
    def state(self) -> str:
        """What was done, in a word or two."""

    @property
    def why(self) -> str:
        """Why it was not done; empty where it was."""

    @property
    def failed(self) -> bool:
        """True where it is not of this version, though it should be."""


class SiteActs(Protocol):
    """What may be done to the sites beside the first."""

    def listed(self) -> Sequence[Listed]:
        """Return them all."""

    def add(
        self, host: str, lines: Sequence[str], *, modules: Sequence[str], demo: bool, say: Say
    ) -> Mapping[str, str]:
        """Make one, with settings of its own; return the demo's passwords by login."""

    def close(self, host: str) -> None:
        """Let nobody in; all stays."""

    def open(self, host: str) -> None:
        """Let people in again."""

    def remove(self, host: str, *, backup: Path | None, say: Say) -> None:
        """Remove a closed one for good."""


class Launcher(Protocol):
    """Opens sites and starts processes."""

    def at(self, host: str) -> Launcher:
        """Return what does the same for the site of a host."""

    @property
    def sites(self) -> SiteActs:
        """What may be done to the sites beside the first."""

    @property
    def settings(self) -> Settings:
        """What the environment says."""

    def site(self) -> AbstractContextManager[Site]:
        """Open the site for one command; its database is started, its tables are there."""

    def check_documents(self) -> Sequence[Problem]:
        """Return what is wrong with the documents of all modules that are here."""

    def initialize(self, modules: Sequence[str], *, demo: bool, say: Say) -> Mapping[str, str]:
        """Make everything that is missing; return the demo's passwords by login."""

    def serve(self, settings: Settings, say: Say) -> None:
        """Serve until a signal."""

    def work(self, *, wait: bool) -> None:
        """Run jobs until a signal, or until none is left."""

    def run_job(self, site: Site, job: int) -> Running:
        """Run one job in this process, beside what the command does."""

    def backup(self, target: Path, *, verify: bool, say: Say) -> None:
        """Write a backup of the site; where asked for, bring it back beside the site and compare."""

    def restore(self, source: Path, *, replace: bool, rehearse: bool, say: Say) -> None:
        """Bring a backup back into an empty site, in place of one, or only beside it for comparing."""

    def upgrade(self, *, plan: bool, trial: bool, backup: Path | None, say: Say, show: Show) -> None:
        """Bring the site to this version, or only show what that would do."""

    def upgrade_all(self, *, plan: bool, trial: bool, say: Say, show: Show) -> Sequence[Upgraded]:
        """Bring all sites to this version, or only show what that would do; return what came of each."""

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

    def export(self, target: Path, *, passwords: bool, say: Say) -> None:
        """Write the whole site in open formats."""

    def load(self, source: Path, *, say: Say) -> None:
        """Bring such an export into an empty site."""

    def examine(self) -> Sequence[Problem]:
        """Return what is wrong with the site."""

    def repair(self, say: Say) -> Sequence[Problem]:
        """Repair what can be repaired safely; return what is wrong afterwards."""

    def repair_of(self, problem: Problem) -> str:
        """Return what would be done about a problem; empty where somebody must look at it."""


pass_launcher = click.pass_obj
"""Hands a command its `Launcher`."""
