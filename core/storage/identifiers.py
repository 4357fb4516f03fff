"""Names of database objects, always within PostgreSQL's 63 bytes and the same for the same parts."""

from __future__ import annotations

from hashlib import sha256

LONGEST = 63


def identifier(*parts: str) -> str:
    """Join ``parts`` by two underscores; what would be too long is cut and gets a digest of the whole.

    >>> identifier("sales_order", "account")
    'sales_order__account'
    """
    whole = "__".join(parts)
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[: LONGEST - 9]}_{sha256(whole.encode()).hexdigest()[:8]}"


def foreign_key(table: str, column: str) -> str:
    """Return the name that PostgreSQL itself gives to the foreign key of one column.

    Columns are added with their reference inline, because only then PostgreSQL skips the scan of the table;
    such a reference cannot be named. The rule is that of its ``makeObjectName``.
    """
    first, second, room = len(table), len(column), LONGEST - len("__fkey")
    while first + second > room:
        if first > second:
            first -= 1
        else:
            second -= 1
    return f"{table[:first]}_{column[:second]}_fkey"
