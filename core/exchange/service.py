"""`Exchange`: the way of records in and out of files, for screens, API and command line alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.exchange.inspection import Inspection
from core.i18n import Style
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.query import Query
from core.storage import UnitOfWork


class Exchange:
    """Imports and exports of one site. ``site.get(Exchange)`` makes it on first use: web processes start without it.

    The result of an import job is ``{created, updated, skipped, duplicates, errors, error_file, rows}``:
    ``error_file`` is the path from which the rows that were refused can be downloaded (None without any), ``rows``
    holds the first 200 rows with problems as ``{row, problems: [{field, code, message}]}``; ``row`` is the number
    that the spreadsheet shows, ``field`` the header of the column (None: the row as a whole).
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    def inspect(self, actor: Actor, file_id: int, entity: str, *, catalog: Catalog, sheet: str = "") -> Inspection:
        """Return what an uploaded file holds and what its columns probably mean; refuse one that cannot be read."""
        raise NotImplementedError

    def start(self, actor: Actor, file_id: int, entity: str, mapping: Mapping[str, str] | None = None, *,
              mode: str = "create", key: str | None = None, dry_run: bool = False, uow: UnitOfWork, sheet: str = "",
              create_missing: bool = False) -> int:
        """Promise an import and return the id of its job.

        ``mapping`` is {header: target path}, None takes the guessed one; ``mode`` is create, update or upsert, the
        latter two find records by ``key``, a target path. ``create_missing`` makes records that references name by
        a title nobody has; without it such rows are refused.
        """
        raise NotImplementedError

    def export(self, actor: Actor, entity: str, query: Query, fmt: str, *, catalog: Catalog,
               style: Style) -> tuple[str, str, Iterator[bytes]]:
        """Return file name, MIME type and content of what a list shows, without its page limit; csv or xlsx."""
        raise NotImplementedError
