"""`Launcher`: what commands need of the composition root, which puts itself behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import click

from core.config import Settings
from core.errors import Problem
from core.kernel.site import Site

Say = Callable[[str], object]


class Running(Protocol):
    """A job under way."""

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; tell whether the job has ended."""


class Launcher(Protocol):
    """Opens sites and starts processes."""

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

    def examine(self) -> Sequence[Problem]:
        """Return what is wrong with the site."""


pass_launcher = click.pass_obj
"""Hands a command its `Launcher`."""
