"""Quotes in one line each, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FAR = "2099-01-01"
"""A day on which everything is still valid."""


def rial(amount: int) -> Mapping[str, str]:
    """Return an amount in Rial as written in JSON."""
    return {"amount": str(amount), "currency": "IRR"}


def quote(desk: Any, firm: int, *lines: Mapping[str, Any], **more: Any) -> int:
    """Make a draft with these lines."""
    number: int = desk.one(
        "sales.quote", subject="Lamps", account=firm, lines=list(lines), **{"valid_until": FAR, **more}
    )
    return number
