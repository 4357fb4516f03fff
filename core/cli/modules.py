"""`payvand module`: which modules are there, and which take part."""

from __future__ import annotations

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_problems, show_rights, show_table
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.lifecycle.service import ACTS


@click.group()
def module() -> None:
    """List, install, enable and disable modules."""


@module.command("list")
@pass_launcher
def list_modules(launcher: Launcher) -> None:
    """List all modules that are here; exit code 0 only where all of them are well."""
    with launcher.site() as site:
        states = site.get(Lifecycle).states()
    show_table(
        [
            (
                s.spec.name,
                s.spec.version,
                s.state + (" (files changed: run payvand init)" if s.outdated else ""),
            )
            for s in states
        ]
    )
    problems = [problem for state in states for problem in state.problems]
    show_problems(problems)
    if problems:
        raise click.exceptions.Exit(1)


@module.command()
@click.argument("names", nargs=-1, required=True)
@pass_launcher
def install(launcher: Launcher, names: tuple[str, ...]) -> None:
    """Install modules with all they require."""
    with launcher.site() as site:
        site.get(Lifecycle).install(system_actor("payvand module install"), names)
    click.echo(f"Installed: {', '.join(names)}")


@module.command()
@click.argument("name")
@pass_launcher
def enable(launcher: Launcher, name: str) -> None:
    """Wake up a module that was disabled."""
    with launcher.site() as site:
        site.get(Lifecycle).enable(system_actor("payvand module enable"), name)
    click.echo(f"Enabled: {name}")


@module.command()
@click.argument("name")
@pass_launcher
def disable(launcher: Launcher, name: str) -> None:
    """Put a module to sleep; its tables and records stay as they are."""
    with launcher.site() as site:
        site.get(Lifecycle).disable(system_actor("payvand module disable"), name)
    click.echo(f"Disabled: {name}")


@module.command()
@click.argument("act", type=click.Choice(ACTS))
@click.argument("names", nargs=-1)
@pass_launcher
def plan(launcher: Launcher, act: str, names: tuple[str, ...]) -> None:
    """Print what an act would do to the rights of roles, and do nothing; exit code 1 where anything is wider."""
    with launcher.site() as site:
        found = site.get(Lifecycle).rehearse(system_actor("payvand module plan"), act, names)
    show_rights(found.changes)
    if found.wider:
        raise click.exceptions.Exit(1)
