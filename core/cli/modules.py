"""`payvand module`: which modules are there, and which take part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_problems, show_rights, show_table
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle, PlanChanged
from core.lifecycle.service import ACTS

PLAN = click.option(
    "--plan",
    metavar="DIGEST",
    help="Do it only where it does what `payvand module plan` has shown; the digest is its last line.",
)


@contextmanager
def _told() -> Iterator[None]:
    """Print what would happen now, where it is not what was shown."""
    try:
        yield
    except PlanChanged as changed:
        show_rights(changed.found.changes)
        click.echo(f"plan {changed.found.digest}")
        raise


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
@PLAN
@pass_launcher
def install(launcher: Launcher, names: tuple[str, ...], plan: str | None) -> None:
    """Install modules with all they require."""
    with launcher.site() as site, _told():
        site.get(Lifecycle).install(system_actor("payvand module install"), names, plan=plan)
    click.echo(f"Installed: {', '.join(names)}")


@module.command()
@click.argument("name")
@PLAN
@pass_launcher
def enable(launcher: Launcher, name: str, plan: str | None) -> None:
    """Wake up a module that was disabled."""
    with launcher.site() as site, _told():
        site.get(Lifecycle).enable(system_actor("payvand module enable"), name, plan=plan)
    click.echo(f"Enabled: {name}")


@module.command()
@click.argument("name")
@PLAN
@pass_launcher
def disable(launcher: Launcher, name: str, plan: str | None) -> None:
    """Put a module to sleep; its tables and records stay as they are."""
    with launcher.site() as site, _told():
        site.get(Lifecycle).disable(system_actor("payvand module disable"), name, plan=plan)
    click.echo(f"Disabled: {name}")


@module.command()
@PLAN
@pass_launcher
def refresh(launcher: Launcher, plan: str | None) -> None:
    """Take over what has changed in the files of the enabled modules."""
    with launcher.site() as site, _told():
        found = site.get(Lifecycle).refresh(system_actor("payvand module refresh"), plan=plan)
    click.echo("Nothing has changed in the files." if found is None else "Taken over.")


@module.command()
@click.argument("act", type=click.Choice(ACTS))
@click.argument("names", nargs=-1)
@pass_launcher
def plan(launcher: Launcher, act: str, names: tuple[str, ...]) -> None:
    """Print what an act would do to the rights of roles, and do nothing; exit code 1 where anything is wider.

    The last line is the digest of the plan, for the option --plan of the act.
    """
    with launcher.site() as site:
        found = site.get(Lifecycle).rehearse(system_actor("payvand module plan"), act, names)
    show_rights(found.changes)
    click.echo(f"plan {found.digest}")
    if found.wider:
        raise click.exceptions.Exit(1)
