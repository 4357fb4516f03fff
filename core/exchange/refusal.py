"""Refusals of files and of what is asked of them, in sentences for the person who uploaded them."""

from __future__ import annotations

from core.errors import Param, ValidationFailed


def refused(code: str, message: str, **params: Param) -> ValidationFailed:
    """Return the refusal of a file."""
    return ValidationFailed(message, code=code, problems=(), **params)


def broken() -> ValidationFailed:
    """Return the refusal of a workbook that is damaged."""
    return refused(
        "broken",
        "The workbook is damaged and cannot be read; open it in your program, save it anew and try again.",
    )


def too_many_rows(maximum: int) -> ValidationFailed:
    """Return the refusal of a file with too many rows."""
    return refused(
        "too_many_rows", "A file may have {maximum} rows; divide it into several.", maximum=maximum
    )


def too_many_columns(maximum: int) -> ValidationFailed:
    """Return the refusal of a file with too many columns."""
    return refused(
        "too_many_columns",
        "A file may have {maximum} columns; leave out those that you do not need.",
        maximum=maximum,
    )


def too_long_cell(maximum: int, cell: str) -> ValidationFailed:
    """Return the refusal of a workbook with an enormous cell, such as ``B7``."""
    return refused(
        "too_long_cell",
        "The cell {cell} has more than {maximum} characters; shorten it, or take its column out of the file.",
        maximum=maximum,
        cell=cell,
    )


def too_long_value(maximum: int, row: int, column: str) -> ValidationFailed:
    """Return the refusal of a file with an enormous value in a row."""
    return refused(
        "too_long_cell",
        "In row {row}, the column {column} holds more than {maximum} characters; shorten that text, or take the column out of the file.",
        maximum=maximum,
        row=row,
        column=column[:80],
    )


def no_header() -> ValidationFailed:
    """Return the refusal of a file that is empty, or does not say what its columns are."""
    return refused(
        "no_header",
        "The file has no names of columns in its first rows; write them above the rows and try again.",
    )
