"""`payvand bundle`: one archive for a machine without a network."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.launcher import Launcher, pass_launcher


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; by default in this folder, named after version and machine.",
)
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="VERSION",
    help="Python of the machine it is for, e.g. 3.11 (Debian 12) or 3.13 (Debian 13); may be given several times. "
    "Without it that which runs here.",
)
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take everything from the wheels in this folder, without a network.",
)
@click.option(
    "--with",
    "extra",
    multiple=True,
    metavar="PACKAGE",
    help="A module of the site besides: a package, or the file of a wheel; may be given several times.",
)
@pass_launcher
def bundle(
    launcher: Launcher,
    output: Path | None,
    pythons: tuple[str, ...],
    wheels: Path | None,
    extra: tuple[str, ...],
) -> None:
    """Write one archive that installs and starts Payvand where there is no network."""
    launcher.bundle(output, pythons=pythons, wheels=wheels, extra=extra, say=click.echo)
