"""`payvand module`: which modules are there, and which take part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_problems, show_rights, show_table
from core.errors import NotFound
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle, ModuleState, PlanChanged
from core.lifecycle.service import ACTS
from core.lifecycle.taking import Taken

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
    """List, show, install, enable, disable, uninstall and try modules again."""


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
@click.argument("name")
@PLAN
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_launcher
def uninstall(launcher: Launcher, name: str, plan: str | None, yes: bool) -> None:
    """Take a module out; what it keeps goes into the trash, where installing it again finds it."""
    with launcher.site() as site, _told():
        lifecycle, system = site.get(Lifecycle), system_actor("payvand module uninstall")
        _show_taken(lifecycle.taken(system, name))
        if not (yes or plan):
            click.confirm(f"Put this into the trash with {name}?", abort=True)
        lifecycle.uninstall(system, name, plan=plan)
    click.echo(f"Uninstalled: {name}")


@module.command()
@click.argument("name")
@pass_launcher
def retry(launcher: Launcher, name: str) -> None:
    """Load the code of a module anew that was set aside, in all processes of the site."""
    with launcher.site() as site:
        site.get(Lifecycle).retry(system_actor("payvand module retry"), name)
    click.echo(f"It works again: {name}")


@module.command()
@click.argument("name")
@pass_launcher
def show(launcher: Launcher, name: str) -> None:
    """Show a module: how it stands, what it needs, what needs it, what it keeps; exit code 0 only where it is well."""
    with launcher.site() as site:
        lifecycle, system = site.get(Lifecycle), system_actor("payvand module show")
        states = {state.spec.name: state for state in lifecycle.states()}
        if name not in states:
            raise NotFound("There is no module {name}.", code="unknown_module", name=name[:80])
        state, kept = states[name], lifecycle.taken(system, name)
    show_table(
        [
            ("name", f"{name} {state.spec.version}"),
            ("state", state.state + (" (files changed: run payvand init)" if state.outdated else "")),
            ("needs", _named(state.requires, states)),
            ("needed by", _named(state.required_by, states)),
        ]
    )
    _show_taken(kept)
    show_problems(state.problems)
    if state.problems:
        raise click.exceptions.Exit(1)


def _named(names: Iterable[str], states: Mapping[str, ModuleState]) -> str:
    """Return modules with how they stand, where that is not enabled."""
    standing = {name: states[name].state if name in states else "not here" for name in names}
    return ", ".join(n if s == "enabled" else f"{n} ({s})" for n, s in standing.items()) or "-"


def _show_taken(kept: Iterable[Taken]) -> None:
    for one in kept:
        fields = f" ({', '.join(one.fields)})" if one.fields else ""
        click.echo(f"keeps {one.entity}{fields}: {one.records} records")


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
