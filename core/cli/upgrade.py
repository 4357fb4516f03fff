"""`payvand upgrade`: the site, or all sites, to the version that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from core.cli.launcher import Launcher, Upgraded, pass_launcher
from core.cli.output import show_rights, show_table


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
@click.option(
    "--all-sites",
    is_flag=True,
    help="The first site and all beside it, one after the other; exit code 0 only where none has failed.",
)
@pass_launcher
def upgrade(launcher: Launcher, plan: bool, no_trial: bool, backup: Path | None, all_sites: bool) -> None:
    """Bring the site to this version: a backup, a trial on a copy, tables, modules, and the doctor."""
    if not all_sites:
        launcher.upgrade(plan=plan, trial=not no_trial, backup=backup, say=click.echo, show=show_rights)
        return
    if backup is not None:
        raise click.UsageError("With --all-sites each site has a backup of its own; leave --backup out.")
    outcomes = launcher.upgrade_all(plan=plan, trial=not no_trial, say=click.echo, show=show_rights)
    _summarize(outcomes)
    if any(outcome.failed for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _summarize(outcomes: Sequence[Upgraded]) -> None:
    failed = sum(outcome.failed for outcome in outcomes)
    click.echo(f"\n{len(outcomes)} sites, {failed} failed:" if failed else f"\n{len(outcomes)} sites:")
    show_table([(outcome.name, outcome.state, outcome.why.partition("\n")[0]) for outcome in outcomes])
