"""How large an imported file may be; what is larger is refused before it is understood."""

from __future__ import annotations

MAX_ENTRIES = 2000
"""Parts of a workbook."""

MAX_UNPACKED = 50 * 2**20
"""Bytes of a workbook's parts together, and of a text file."""

MAX_RATIO = 100
"""How many bytes one packed byte may become."""

RATIO_COUNTS = 2**20
"""Smaller parts may be packed as densely as they like."""

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELL = 2**20
"""Characters of one cell."""

MAX_AREA = 10_000_000
"""Cells of the rectangle that a sheet spans: what a reader of sheets sets memory aside for."""

MAX_TEXT = 256 * 2**20
"""Characters of all cells together: a shared text counts wherever it is used."""
