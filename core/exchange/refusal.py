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


def too_long_cell(maximum: int) -> ValidationFailed:
    """Return the refusal of a file with an enormous cell."""
    return refused(
        "too_long_cell",
        "A cell of the file has more than {maximum} characters; shorten it, or take its column out of the file.",
        maximum=maximum,
    )
