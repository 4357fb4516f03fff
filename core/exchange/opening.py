"""Uploaded files as tables: who may import one, and which reader understands it."""

from __future__ import annotations

from typing import BinaryIO

from core.contributions import FileFormats, ImportSources
from core.errors import NotFound
from core.exchange.csv_reading import decoded, read_csv
from core.exchange.safety import check_workbook, is_workbook
from core.exchange.sources import read_format, rewritten
from core.exchange.table import Table
from core.exchange.workbook_reading import read_workbook
from core.files import Files, StoredFile
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.storage import Reader

HEAD = 1024
"""So many bytes tell of what kind a file is."""


def find_upload(actor: Actor, file_id: int, *, files: Files, reader: Reader) -> StoredFile:
    """Return a file that the actor uploaded; anybody else's is as unknown as one that does not exist."""
    file = files.find(file_id, reader)
    if actor.elevated is None and (actor.id is None or file.created_by != actor.id):
        raise NotFound
    return file


def open_table(file: BinaryIO, name: str, sheet: str = "") -> Table:
    """Return the rows of an uploaded file; refuse one that cannot be read or must not be."""
    head = file.read(8)
    file.seek(0)
    return read_workbook(file, sheet) if is_workbook(head) else read_csv(file, name)


def open_upload(site: Site, file: BinaryIO, name: str, entity: str, sheet: str = "") -> Table:
    """Return the rows of a file for an entity, be it of a kind or of a program that a module knows."""
    format_ = site.get(FileFormats).find(entity, file.read(HEAD))
    file.seek(0)
    if format_ is not None:
        return read_format(format_, decoded(file), name)
    table = open_table(file, name, sheet)
    source = site.get(ImportSources).find(entity, table.header)
    return table if source is None else rewritten(table, source)


def look_at(site: Site, file: BinaryIO, name: str, entity: str) -> None:
    """Refuse a file that cannot be imported at all before a job is made of it; cheaper than reading its rows."""
    head = file.read(8)
    file.seek(0)
    if is_workbook(head):
        check_workbook(file)
    else:
        open_upload(site, file, name, entity)
