"""What stands in the database beside what was acknowledged: nothing lost, nothing twice, nothing that nobody asked for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg

from core.storage.embedded import Embedded
from tests.reliability.acknowledged import Acknowledged
from tests.reliability.product import Product

WAITING = "SELECT count(*) FROM core_job WHERE kind = 'ledger.mark' AND state IN ('queued', 'running')"
PATIENCE = 300.0


def reckon(product: Product, told: Acknowledged) -> list[str]:
    """Return what is wrong, each in a line, once all jobs have ended."""
    url = Embedded(product.home, outside=product.home).url().replace("+psycopg", "", 1)
    with psycopg.connect(url, autocommit=True) as connection:

        def rows(sql: str) -> Sequence[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        end = time.monotonic() + PATIENCE
        while rows(WAITING) != [(0,)] and time.monotonic() < end:
            time.sleep(0.5)  # the worker cannot wake us
        return [*told.wrong, *_entries(rows, told), *_jobs(rows, told), *_history(rows, told)]


def _entries(rows: Any, told: Acknowledged) -> list[str]:
    stored = {
        (code, value, deleted)
        for code, value, deleted in rows("SELECT code, value, deleted_at IS NOT NULL FROM ledger_entry")
    }
    wanted = {(one.code, one.value, one.deleted) for one in told.entries}
    numbers = [number for (number,) in rows("SELECT number FROM ledger_entry ORDER BY id")]
    codes = [code for (code,) in rows("SELECT code FROM ledger_entry")]
    return [
        *(f"lost: {one}" for one in sorted(wanted - stored)),
        *(f"nobody asked for: {one}" for one in sorted(stored - wanted)),
        *_differing("entry", Counter(codes), Counter(one.code for one in told.entries)),
        *(["numbers are given twice"] if len(set(numbers)) != len(numbers) else []),
        *(
            ["a number is missing"]
            if sorted(numbers)[-1:] != [f"E-{len(numbers):06}"][: len(numbers)]
            else []
        ),
    ]


def _jobs(rows: Any, told: Acknowledged) -> list[str]:
    tokens = Counter(told.tokens)
    jobs = rows("SELECT arguments->>'token', state FROM core_job WHERE kind = 'ledger.mark'")
    marks = Counter(token for (token,) in rows("SELECT token FROM ledger_mark"))
    mails = Counter(text for (text,) in rows("SELECT text FROM core_mail"))
    return [
        *_differing("job", Counter(token for token, _ in jobs), tokens),
        *_differing("mark", marks, tokens),
        *_differing("mail", mails, tokens),
        *(f"job of {token}: {state}" for token, state in jobs if state != "done"),
    ]


def _history(rows: Any, told: Acknowledged) -> list[str]:
    kept = Counter(
        {
            (entity, action): count
            for entity, action, count in rows(
                "SELECT entity, action, count(*) FROM core_history WHERE entity LIKE 'ledger.%' GROUP BY 1, 2"
            )
        }
    )
    wanted = Counter(
        {
            ("ledger.entry", "create"): told.kinds["created"],
            ("ledger.entry", "update"): told.kinds["changed"],
            ("ledger.entry", "delete"): told.kinds["deleted"],
            ("ledger.mark", "create"): told.kinds["promised"],
        }
    )
    return _differing("history", kept, wanted)


def _differing(what: str, found: Counter[Any], wanted: Counter[Any]) -> list[str]:
    return [
        f"{what} {one}: {found[one]} times, not {wanted[one]}"
        for one in sorted(found.keys() | wanted.keys())
        if found[one] != wanted[one]
    ]
