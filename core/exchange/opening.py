"""Uploaded files as tables: who may import one, and which reader understands it."""

from __future__ import annotations

from typing import BinaryIO

from core.errors import NotFound
from core.exchange.csv_reading import read_csv
from core.exchange.safety import check_workbook, is_workbook
from core.exchange.table import Table
from core.exchange.workbook_reading import read_workbook
from core.files import Files, StoredFile
from core.kernel.actor import Actor
from core.storage import Reader


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


def look_at(file: BinaryIO) -> None:
    """Refuse a workbook that must not be read at all; cheaper than reading it."""
    head = file.read(8)
    if is_workbook(head):
        check_workbook(file)
