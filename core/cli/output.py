"""How commands talk: facts to standard output, what is wrong to standard error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from core.access.matrix import Cell, Change
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


def show_rights(changes: Iterable[Change]) -> None:
    """Print what differs between two matrices of rights; ``!`` marks what may let somebody do more."""
    for change in changes:
        click.echo(_change(change))


def _change(change: Change) -> str:
    cell = change.cell
    field = f" field {cell.field}" if cell.field else ""
    before, after = (_reach(one) for one in (change.before, change.after))
    mark = "! " if change.wider else "  "
    return f"{mark}{change.kind} {cell.role}: {cell.action} {cell.entity}{field}: {before} -> {after}"


def _reach(cell: Cell | None) -> str:
    if cell is None:
        return "nothing"
    return f"where {cell.where}" if cell.where else "all"
