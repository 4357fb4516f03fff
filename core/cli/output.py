"""How commands talk: facts to standard output, what is wrong to standard error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from core.errors import Problem


def show_problems(problems: Iterable[Problem]) -> None:
    """Print what is wrong, one sentence a line."""
    for problem in problems:
        click.echo(problem.text(), err=True)


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_accounts(place: str, passwords: Sequence[tuple[str, str]]) -> None:
    """Print where to sign in, and as whom."""
    click.echo(f"\nSign in at {place} as")
    show_table([(f"  {login}", password) for login, password in passwords])
    click.echo("")
