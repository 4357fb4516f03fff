"""Lines that are not saved yet: the same list once as the write pipeline and a form hold it, once as it is stored afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from core.expressions import Checked, compile_python
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.change import Line
from core.records.view import RecordView
from tests.expressions.browser import told
from tests.expressions.rows import random_row
from tests.expressions.world import BY, ENV, SCHEMA, Row, World

THING, LINE = "w.thing", "w.line"
FIRST_NEW = 1_000
"""Id from which new lines are numbered once they are saved; nothing that is written in an expression is as high."""


class Typing:
    """Somebody changes, adds and removes lines of every thing; ``saved`` is the world as it is stored afterwards."""

    def __init__(self, stored: World, lines: Mapping[int, Sequence[Row]]) -> None:
        self.stored = stored
        self.lines = lines
        self.saved = World(rows={**stored.rows, LINE: {}}, links=stored.links)
        new = FIRST_NEW
        for thing in stored.rows[THING]:
            for line in self.lines[thing]:
                number = line["id"] or new
                new += line["id"] is None
                self.saved.rows[LINE][number] = {**line, "id": number}

    def python(self, checked: Checked) -> Mapping[int, object]:
        """Return the value for each thing as the write pipeline reads it."""
        read = compile_python(checked)
        return {
            number: read(self._view(row, self.lines[number]), ENV)
            for number, row in self.stored.rows[THING].items()
        }

    def rows(self) -> Mapping[int, list[dict[str, object]]]:
        """Return the lines of each thing as a form is handed them."""
        return {number: [_handed(row) for row in lines] for number, lines in self.lines.items()}

    def _view(self, row: Row, lines: Sequence[Row]) -> RecordView:
        linked = tuple(map(Ref, self.stored.links.get(row["id"], ())))
        values = {**row, "tags": linked}
        return RecordView(
            ENTITIES[THING],
            values,
            self._fetch,
            ENTITIES.__getitem__,
            lines={"lines": [Line(one) for one in lines]},
        )

    def _fetch(self, entity: str, column: str, ids: Sequence[int]) -> list[Mapping[str, object]]:
        rows = self.stored.rows[entity].values()
        return [row for row in rows if getattr(row.get(column), "id", row.get(column)) in ids]


def random_typing(stored: World, random: Random) -> Typing:
    """Change, add and remove lines of every thing."""
    return Typing(stored, {thing: list(_typed(stored, thing, random)) for thing in stored.rows[THING]})


def looks_at_typed_lines(checked: Checked) -> bool:
    """Tell whether typed lines count for an expression, and nothing else of what is stored differs once they are saved."""
    asked = {(THING, "lines")}
    left = {(LINE, "id"), ("w.group", "things")}
    """New lines have no id yet; the lines of other things are read as they are stored."""
    return bool(checked.fields & asked) and not checked.fields & left


def _typed(stored: World, thing: int, random: Random) -> Iterable[Row]:
    """Yield the lines of a thing as they are typed: some as they were, some changed, some new; some are removed."""
    for row in stored.rows[LINE].values():
        if row.get("thing") == Ref(thing) and random.random() < 0.8:
            again = random_row(random, LINE) if random.random() < 0.5 else row
            yield {**row, **again, "id": row["id"], "thing": Ref(thing)}
    for _ in range(random.choice((0, 0, 1, 2))):
        yield {**random_row(random, LINE), "id": None, "thing": Ref(thing)}


def _handed(row: Row) -> dict[str, object]:
    cells: dict[str, object] = {
        name: told(value) for name, value in row.items() if name not in ("id", "thing")
    }
    return {**cells, "id": None if row["id"] is None else str(row["id"])}


def _entity(name: str) -> EntitySpec:
    options = {
        "reference": lambda entity, _: {"to": entity},
        "list": lambda entity, by: {"of": entity, "by": by} if by else {"to": entity},
    }
    fields = {}
    for field, type_ in SCHEMA[name].items():
        by = BY.get((name, field), "")
        kind = "links" if type_.kind == "list" and not by else type_.kind
        more = options[type_.kind](type_.entity, by) if type_.kind in options else {}
        fields[field] = FieldSpec(name=field, entity=name, type=kind, label=field, options=more)
    return EntitySpec(name=name, label=name, plural=name, title="id", owner="w", fields=fields)


ENTITIES = {name: _entity(name) for name in SCHEMA}
