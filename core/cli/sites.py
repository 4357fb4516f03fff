"""`payvand site`: several sites in one installation, each at a host of its own."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_accounts, show_table


@click.group()
def site() -> None:
    """Several sites in one installation, each at a host of its own, with a database, files and a key of its own."""


@site.command("list")
@click.option(
    "--hosts", is_flag=True, help="Only the hosts of those that are not unfinished, for loops of a shell."
)
@pass_launcher
def list_sites(launcher: Launcher, hosts: bool) -> None:
    """List the sites beside the first."""
    found = launcher.sites.listed()
    if hosts:
        for one in found:
            if one.state != "unfinished":
                click.echo(one.host)
    elif found:
        show_table(
            [
                (one.host, one.state, one.shown if one.shown != one.host else "", str(one.home))
                for one in found
            ]
        )
    else:
        click.echo("There is only the first site.")


@site.command()
@click.argument("host")
@click.option(
    "--modules",
    default="",
    help="Modules to install, separated by commas; those that come with it by default.",
)
@click.option("--demo", is_flag=True, help="Load accounts and records to play with.")
@click.option(
    "--database-url", help="A PostgreSQL database of its own instead of one beside that of the first site."
)
@click.option(
    "--base-url", help="Its public address, where that is not this host as the first site is reached."
)
@click.option(
    "--set",
    "lines",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of its own; may be given several times.",
)
@pass_launcher
def add(
    launcher: Launcher,
    host: str,
    modules: str,
    demo: bool,
    database_url: str | None,
    base_url: str | None,
    lines: tuple[str, ...],
) -> None:
    """Make a site: database, key, tables, modules. What was begun and not finished is gone on with."""
    named = [("DATABASE_URL", database_url), ("PAYVAND_BASE_URL", base_url)]
    given = [*lines, *(f"{name}={value}" for name, value in named if value)]
    wanted = [name.strip() for name in modules.split(",") if name.strip()]
    passwords = launcher.sites.add(host, given, modules=wanted, demo=demo, say=click.echo)
    if passwords:
        show_accounts(launcher.at(host).settings.base_url, list(passwords.items()))


@site.command("close")
@click.argument("host")
@pass_launcher
def close_site(launcher: Launcher, host: str) -> None:
    """Let nobody in and stop its worker, within seconds; all it holds stays."""
    launcher.sites.close(host)


@site.command("open")
@click.argument("host")
@pass_launcher
def open_site(launcher: Launcher, host: str) -> None:
    """Let people into a site that was closed."""
    launcher.sites.open(host)


@site.command()
@click.argument("host")
@click.option(
    "--backup",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a backup into this new file before, and bring it back for trying.",
)
@click.option("--without-backup", is_flag=True, help="Write none.")
@pass_launcher
def remove(launcher: Launcher, host: str, backup: Path | None, without_backup: bool) -> None:
    """Remove a closed site for good: its database, its files, its key."""
    if (backup is None) == (not without_backup):
        raise click.UsageError("Say either --backup FILE or --without-backup.")
    launcher.sites.remove(host, backup=backup, say=click.echo)
