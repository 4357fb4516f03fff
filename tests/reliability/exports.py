"""Exports whose database is restarted between two of their pages: there as a whole, or not at all."""

from __future__ import annotations

import csv
import io
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import openpyxl

from core.errors import Unavailable
from core.exchange import Exchange
from core.i18n import Localization
from core.records.query import Query
from core.records.reading import Reading
from core.storage.embedded import Embedded
from tests.reliability.conftest import SYSTEM, Depot
from tests.reliability.imports import crash

READ: dict[str, Callable[[bytes], int]] = {
    "csv": lambda content: len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) - 1,
    "xlsx": lambda content: (openpyxl.load_workbook(io.BytesIO(content)).active.max_row or 0) - 1,
}


def export_restarted(depot: Depot, embedded: Embedded, *, rows: int) -> dict[str, int]:
    """Return how many rows each kind of file has that is asked for once more where it was refused."""
    depot.create("depot.item", *({"code": f"code-{n}"} for n in range(rows)))
    return {fmt: _restarted(depot, embedded, fmt) for fmt in READ}


def _restarted(depot: Depot, embedded: Embedded, fmt: str) -> int:
    find, pages = Reading.find, [0]

    def restarting(self: Reading, *given: Any, **more: Any) -> Any:
        pages[0] += 1
        if pages[0] == 2:
            crash(embedded, signal.SIGINT)
        return find(self, *given, **more)

    with patch.object(Reading, "find", restarting):
        try:
            content = _export(depot, fmt)
        except Unavailable:  # told before the first byte
            content = _export(depot, fmt)
    assert pages[0] > 2, "the database was not restarted in the middle"
    return READ[fmt](content)


def _export(depot: Depot, fmt: str) -> bytes:
    style = depot.site.get(Localization).style(SYSTEM.preferences, depot.site.settings)
    asked = Query(fields=("code",), sort=("id",))
    return b"".join(
        depot.site.get(Exchange).export(SYSTEM, "depot.item", asked, fmt, catalog=depot.catalog, style=style)[
            2
        ]
    )
