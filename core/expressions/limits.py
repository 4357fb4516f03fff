"""The limits of what may be written; they hold for everybody, so that no text can exhaust the server."""

from __future__ import annotations

from decimal import Decimal

MAX_TEXT = 4000
MAX_DEPTH = 32
MAX_NODES = 500
MAX_ITEMS = 500
MAX_REFERENCES = 3
MAX_LISTS = 3
"""How deep conditions on lists nest: a list of a list of a list."""
MAX_FORKS = 6
"""How deep if() and coalesce() over money nest: SQL writes the choice once for the amount, once for the currency."""
MAX_HEIGHT = 450
"""How many frames the compiler of SQL may need; Python has 1000, and the application stands below."""

MAX_NESTING = 2 * MAX_DEPTH
"""How deep the parser calls itself; redundant parentheses count too."""

DECIMALS = 10
"""Products and quotients are rounded to so many decimals, half away from zero."""
MAX_INTEGER_DIGITS = 28
TOO_LARGE = Decimal(10) ** MAX_INTEGER_DIGITS
"""A result of this magnitude or more is empty."""
MAX_DAYS = 1_000_000
"""How many days add_days() moves at most; beyond it the result is empty."""
MAX_YEARS = 4_000
"""How many years add_months() and add_years() move at most; beyond it the result is empty."""
MAX_MINUTES = MAX_DAYS * 24 * 60
"""How many minutes add_hours() and add_minutes() move at most."""
MAX_COUNT = 1_000_000
"""More characters are not counted by left(), right() and substring()."""
MAX_BIGINT = 2**63 - 1
