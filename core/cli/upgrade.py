"""`payvand upgrade`: the site to the version that is installed."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_rights


@click.command()
@click.option("--plan", is_flag=True, help="Only try it on a copy and show what would change.")
@click.option(
    "--no-trial", is_flag=True, help="Do not try it on a copy first, where the role may not make databases."
)
@click.option(
    "--backup",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the backup goes that is made before; beside the daily ones without it.",
)
@pass_launcher
def upgrade(launcher: Launcher, plan: bool, no_trial: bool, backup: Path | None) -> None:
    """Bring the site to this version: a backup, a trial on a copy, tables, modules, and the doctor."""
    launcher.upgrade(plan=plan, trial=not no_trial, backup=backup, say=click.echo, show=show_rights)
