"""`payvand backup` and `payvand restore`: the whole site in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.launcher import Launcher, pass_launcher


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--verify", is_flag=True, help="Bring it back into a database beside the site, compare, and remove that."
)
@pass_launcher
def backup(launcher: Launcher, file: Path, verify: bool) -> None:
    """Write database, files and key of the site into one new file, while everybody works on."""
    launcher.backup(file, verify=verify, say=click.echo)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Take the place of the site that is there.")
@click.option(
    "--try",
    "rehearse",
    is_flag=True,
    help="Only bring it back into a database beside the site, compare, and remove that.",
)
@pass_launcher
def restore(launcher: Launcher, file: Path, replace: bool, rehearse: bool) -> None:
    """Bring a backup back, also one of an older version; nothing may be served meanwhile."""
    launcher.restore(file, replace=replace, rehearse=rehearse, say=click.echo)
