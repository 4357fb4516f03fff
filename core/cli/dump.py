"""`payvand export` and `payvand load`: the whole site in open formats, and back."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.launcher import Launcher, pass_launcher
from core.errors import BadRequest


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--all", "everything", is_flag=True, help="The whole site; nothing less is written at a terminal."
)
@click.option(
    "--with-passwords", is_flag=True, help="Add the hashes of passwords, so that people sign in as before."
)
@pass_launcher
def export(launcher: Launcher, target: Path, everything: bool, with_passwords: bool) -> None:
    """Write the whole site in open formats: into a zip file where the name ends in .zip, else into a folder."""
    if not everything:
        raise BadRequest("Say --all: only the whole site is exported here.", code="not_all")
    launcher.export(target, passwords=with_passwords, say=click.echo)


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@pass_launcher
def load(launcher: Launcher, source: Path) -> None:
    """Bring what `payvand export --all` wrote into an empty site; nothing may be served meanwhile."""
    launcher.load(source, say=click.echo)
