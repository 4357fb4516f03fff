"""Changes of definitions killed at every statement: what is found afterwards, and whether it can be made again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from core.fields import FieldTypes
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.doctor import inspect_physical
from core.studio import Studio
from tests.lives import lives
from tests.reliability.conftest import MODULES, Depot
from tests.reliability.dying import body

ROOT = Path(__file__).parents[2]


def kill_field(depot: Depot, points: Iterable[int], *, after: bool) -> Counter[str]:
    """Add a field once for each point, killed there; return what was found, ``end`` where it was not reached."""
    found: Counter[str] = Counter()
    with lives("tests.reliability.dying", depot.site, MODULES) as lead:
        for point in points:
            name = f"x_{'after' if after else 'before'}_{point}"
            ended = lead({"field": name, "point": point, "after": after})
            if not ended["killed"]:
                assert ended["code"] == 0
                found["end"] += 1
                break
            found[_state(depot, name)] += 1
            _make_again(depot, name)
    return found


def _state(depot: Depot, name: str) -> str:
    """Return whether the field is there wholly or not at all."""
    columns = depot.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'depot_bin' "
        f"AND column_name IN ('{name}', '{name}_key')"
    )
    known = name in depot.catalog.entity("depot.bin").fields
    recorded = depot.rows(f"SELECT 1 FROM core_physical WHERE field = '{name}'")
    written = depot.rows(f"SELECT 1 FROM core_document WHERE owner = 'site' AND body::text LIKE '%%{name}%%'")
    facts = {len(columns) == 2, known, bool(recorded), bool(written)}
    assert len(facts) == 1, (name, columns, known, recorded, written)
    assert not (not known and columns)
    assert problems(depot) == []
    return "new" if known else "old"


def _make_again(depot: Depot, name: str) -> None:
    """Finish what was interrupted, and use it."""
    if name not in depot.catalog.entity("depot.bin").fields:
        depot.site.get(Studio).add_field(system_actor("a test"), "depot.bin", body(name))
    (number,) = depot.create("depot.bin", {"name": name, name: "here"})
    assert depot.get("depot.bin", number)[name] == "here"
    assert problems(depot) == []


def problems(depot: Depot) -> list[object]:
    """Return what is wrong with the tables."""
    with depot.site.get(Database).engine.connect() as connection:
        return list(inspect_physical(connection, depot.catalog, depot.site.get(FieldTypes)))
