"""`payvand metadata`: whether the documents of modules fit together."""

from __future__ import annotations

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_problems


@click.group()
def metadata() -> None:
    """Look at documents."""


@metadata.command()
@pass_launcher
def check(launcher: Launcher) -> None:
    """Compile the documents of all modules that are here; no database is needed."""
    problems = launcher.check_documents()
    show_problems(problems)
    if problems:
        raise click.exceptions.Exit(1)
    click.echo("All documents fit together.")
