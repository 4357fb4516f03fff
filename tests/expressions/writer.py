"""Random expressions that pass the check: every operator and function, every kind of field, lists inside lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from core.expressions.nodes import (
    Binary,
    Call,
    Flag,
    Given,
    Items,
    Logic,
    Node,
    Null,
    Number,
    Path,
    Text,
    Unary,
)
from tests.expressions.rows import DAYS, DECIMALS, MOMENTS, NUMBERS, TEXTS
from tests.expressions.world import COLOURS, SCHEMA

ORDER = ("==", "!=", "<", "<=", ">", ">=")
CONSTANTS: tuple[int | Decimal, ...] = (*NUMBERS[:10], *DECIMALS, 10**20)
KINDS = ("boolean", "number", "money", "text", "date", "datetime")


class Writer:
    """Writes random expressions on one entity after another, of the kind asked for."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def expression(self, kind: str, entity: str = "w.thing", depth: int = 4, lists: int = 0) -> Node:
        """Return an expression whose value is of ``kind``."""
        write: dict[str, Callable[[str, int, int], Node]] = {
            "boolean": self.boolean,
            "number": self.number,
            "money": self.money,
            "text": self.text,
            "date": self.date,
            "datetime": self.datetime,
        }
        return write[kind](entity, depth, lists)

    def _one_of(self, *ways: Callable[[], Node]) -> Node:
        return self.random.choice(ways)()

    # fields and lists

    def _path(self, kind: str, entity: str, hops: int = 3) -> Node | None:
        """Return a path to a field of ``kind``, over references now and then."""
        parts: list[str] = []
        while hops and self.random.random() < 0.25:
            steps = [(n, t.entity) for n, t in SCHEMA[entity].items() if t.kind == "reference" and t.entity]
            if not steps:
                break
            name, entity = self.random.choice(steps)
            parts.append(name)
            hops -= 1
        names = [name for name, type_ in SCHEMA[entity].items() if type_.kind == kind]
        return Path((*parts, self.random.choice(names))) if names else None

    def field(self, kind: str, entity: str) -> Node:
        """Return a path to a field of ``kind`` (each entity has one of every kind that is asked for)."""
        for _ in range(20):
            found = self._path(kind, entity)
            if found is not None:
                return found
        return Path(("id",)) if kind == "number" else Null()

    def _list(self, entity: str) -> tuple[Node, str] | None:
        lists = [(name, type_.entity) for name, type_ in SCHEMA[entity].items() if type_.kind == "list"]
        if lists and self.random.random() < 0.9:
            name, inner = self.random.choice(lists)
            return Path((name,)), str(inner)
        for name, type_ in SCHEMA[entity].items():
            if type_.kind == "reference" and type_.entity:
                deeper = [(n, t.entity) for n, t in SCHEMA[type_.entity].items() if t.kind == "list"]
                if deeper:
                    last, inner = self.random.choice(deeper)
                    return Path((name, last)), str(inner)
        return None

    # conditions

    def boolean(self, entity: str, depth: int, lists: int) -> Node:
        r = self.random
        if depth <= 0:
            return self._one_of(lambda: self.field("boolean", entity), lambda: Flag(r.random() < 0.5))
        return self._one_of(
            lambda: self.field("boolean", entity),
            lambda: Logic(
                r.choice(("and", "or")),
                tuple(self.boolean(entity, depth - 1, lists) for _ in range(r.choice((2, 2, 3, 4)))),
            ),
            lambda: Logic(
                r.choice(("and", "or")), tuple(self.boolean(entity, depth - 1, lists) for _ in range(2))
            ),
            lambda: Unary("not", self.boolean(entity, depth - 1, lists)),
            lambda: self.comparison(entity, depth - 1, lists),
            lambda: self.comparison(entity, depth - 1, lists),
            lambda: self.comparison(entity, depth - 1, lists),
            lambda: self.emptiness(entity, depth - 1, lists),
            lambda: self.membership(entity, depth - 1, lists),
            lambda: self.reference(entity, depth, lists),
            lambda: Call(
                r.choice(("contains", "starts_with", "ends_with")),
                (self.text(entity, depth - 1, lists), self.text(entity, 0, lists)),
            ),
            lambda: Call(
                "fold_contains",
                (
                    Path(("t",)) if entity != "w.thing" or r.random() < 0.8 else Path(("group", "t")),
                    Text(r.choice(("علی", "می روم", "%", "a", "50%", "B")) if r.random() < 0.9 else "a_b"),
                ),
            ),
            lambda: self._choose("boolean", entity, depth, lists),
            lambda: self.quantified(entity, depth, lists),
        )

    def comparison(self, entity: str, depth: int, lists: int) -> Node:
        r = self.random
        kind = r.choice(
            ("number", "number", "money", "money", "text", "date", "datetime", "boolean", "choice")
        )
        if kind == "boolean":
            return Binary(
                r.choice(("==", "!=")),
                self.boolean(entity, depth - 1, lists),
                self.boolean(entity, depth - 1, lists),
            )
        if kind == "choice":
            return self._on_choice(entity)
        left = self.expression(kind, entity, depth, lists)
        right = self.expression(
            "number" if kind == "money" and r.random() < 0.5 else kind, entity, depth, lists
        )
        return Binary(r.choice(ORDER), *((left, right) if r.random() < 0.7 else (right, left)))

    def _on_choice(self, entity: str) -> Node:
        choice = Path(("c",))
        return self._one_of(
            lambda: Binary(self.random.choice(("==", "!=")), choice, Text(self.random.choice(COLOURS))),
            lambda: Binary(self.random.choice(("==", "!=")), choice, self.field("choice", entity)),
            lambda: Binary(self.random.choice(("==", "!=")), self.field("text", entity), choice),
        )

    def emptiness(self, entity: str, depth: int, lists: int) -> Node:
        r = self.random
        kind = r.choice((*KINDS, "choice", "multi_choice", "reference", "reference_any", "file", "list"))
        if kind in KINDS:
            inside = self.expression(kind, entity, depth, lists)
        else:
            inside = Path((r.choice([n for n, t in SCHEMA[entity].items() if t.kind == kind] or ["id"]),))
        return self._one_of(
            lambda: Call("is_empty", (inside,)),
            lambda: Binary(r.choice(("==", "!=")), inside, Null()),
            lambda: Binary("==", Text(""), inside),
        )

    def membership(self, entity: str, depth: int, lists: int) -> Node:
        r = self.random
        op = r.choice(("in", "not in"))
        kind = r.choice(("number", "money", "text", "date", "datetime", "choice", "multi_choice"))
        count = r.choice((0, 1, 2, 4))
        if kind == "multi_choice" and "mc" in SCHEMA[entity]:
            item = Text(r.choice(COLOURS))
            return self._one_of(
                lambda: Binary(op, item, Path(("mc",))),
                lambda: Call("contains", (Path(("mc",)), item)),
                lambda: Call("contains", (Path(("mc",)), Path(("c",)))),
            )
        if kind in ("choice", "multi_choice"):
            return Binary(op, Path(("c",)), Items(tuple(Text(r.choice(COLOURS)) for _ in range(count))))
        items = tuple(self.constant("number" if kind == "money" else kind) for _ in range(count))
        return Binary(op, self.expression(kind, entity, depth - 1, lists), Items(items))

    def reference(self, entity: str, depth: int, lists: int) -> Node:
        r = self.random
        field = self.field("reference", entity)
        same = r.choice(("==", "!="))
        ways: list[Callable[[], Node]] = [
            lambda: Binary(same, field, Number(r.randint(1, 12))),
            lambda: Binary(same, field, Given(r.choice(("user", "team")))),
            lambda: Binary(r.choice(("in", "not in")), field, Given(r.choice(("teams", "teams_below")))),
            lambda: Binary(
                "in", field, Items(tuple(Number(r.randint(1, 12)) for _ in range(r.randint(0, 4))))
            ),
            lambda: Binary(same, Path(("id",)), Given("user")),
        ]
        if entity == "w.thing":
            ways += [
                lambda: Binary("==", Path(("group",)), Path(("other",))),
                lambda: Call(
                    "refers",
                    (
                        Path(("owner",)),
                        Text(r.choice(("w.group", "w.line"))),
                        *((Number(r.randint(1, 12)),) if r.random() < 0.6 else ()),
                    ),
                ),
                lambda: Binary(r.choice(("in", "not in")), Path(("group",)), Path(("tags",))),
                lambda: Binary("in", Number(r.randint(1, 12)), Path(("tags",))),
                lambda: Binary("in", Given("team"), Path(("tags",))),
                lambda: Binary(
                    "==", Call("coalesce", (Path(("group",)), Path(("other",)))), Number(r.randint(1, 12))
                ),
            ]
        return r.choice(ways)()

    def quantified(self, entity: str, depth: int, lists: int) -> Node:
        found = self._list(entity) if lists < 2 else None
        if found is None:
            return self.comparison(entity, depth - 1, lists)
        items, inner = found
        name = self.random.choice(("any", "all", "none"))
        if name != "all" and self.random.random() < 0.2:
            return Call(name, (items,))
        return Call(name, (items, self.boolean(inner, depth - 2, lists + 1)))

    def _aggregate(self, kind: str, entity: str, depth: int, lists: int) -> Node | None:
        found = self._list(entity) if lists < 2 else None
        if found is None:
            return None
        items, inner = found
        if kind == "number" and self.random.random() < 0.5:
            return Call(
                "count",
                (items, *([self.boolean(inner, depth - 2, lists + 1)] if self.random.random() < 0.7 else [])),
            )
        names = ("sum", "avg", "min", "max") if kind in ("number", "money") else ("min", "max")
        return Call(self.random.choice(names), (items, self.expression(kind, inner, depth - 2, lists + 1)))

    # values

    def _choose(self, kind: str, entity: str, depth: int, lists: int) -> Node:
        first = self.expression(kind, entity, depth - 1, lists)
        last: Node = Null() if self.random.random() < 0.2 else self.expression(kind, entity, depth - 1, lists)
        if kind != "boolean" and self.random.random() < 0.4:
            return Call("coalesce", (first, last))
        branches = (first, last) if self.random.random() < 0.5 else (last, first)
        return Call("if", (self.boolean(entity, depth - 2, lists), *branches))

    def constant(self, kind: str) -> Node:
        """Return a constant of ``kind``."""
        r = self.random
        match kind:
            case "number":
                return Number(r.choice(CONSTANTS))
            case "text":
                return Text(r.choice((*TEXTS, "")))
            case "date":
                return Call("date", (Text(r.choice(DAYS).isoformat()),))
            case _:
                return Call("datetime", (Text(r.choice(MOMENTS).isoformat().replace("+00:00", "Z")),))

    def _value(self, kind: str, entity: str, depth: int, lists: int, *ways: Callable[[], Node]) -> Node:
        def simple() -> Node:
            if kind == "money" or self.random.random() < 0.6:
                return self.field(kind, entity)
            return self.constant(kind)

        def drawn() -> Node:
            return self._aggregate(kind, entity, depth, lists) or simple()

        if depth <= 0:
            return simple()
        return self._one_of(simple, simple, lambda: self._choose(kind, entity, depth, lists), drawn, *ways)

    def number(self, entity: str, depth: int, lists: int) -> Node:
        r, less = self.random, depth - 1
        return self._value(
            "number",
            entity,
            depth,
            lists,
            lambda: Binary(
                r.choice("+-*/"), self.number(entity, less, lists), self.number(entity, less, lists)
            ),
            lambda: Binary(
                r.choice("+-*/"), self.number(entity, less, lists), self.number(entity, less, lists)
            ),
            lambda: Binary("/", self.money(entity, less, lists), self.money(entity, less, lists)),
            lambda: Unary("-", self.number(entity, less, lists)),
            lambda: Call(
                "round", (self.number(entity, less, lists), Number(r.choice((0, 1, 2, -1, -3, 10))))
            ),
            lambda: Call("length", (self.text(entity, less, lists),)),
            lambda: Call(
                r.choice(("year", "month", "day", "quarter", "weekday")), (self.date(entity, less, lists),)
            ),
            lambda: Call("hour", (self.datetime(entity, less, lists),)),
            lambda: Call(
                r.choice(("days_between", "months_between", "years_between")),
                (self.date(entity, less, lists), self.date(entity, less, lists)),
            ),
            lambda: Call(
                r.choice(("days_between", "hours_between", "minutes_between")),
                (self.datetime(entity, less, lists), self.datetime(entity, less, lists)),
            ),
            lambda: Binary("-", self.date(entity, less, lists), self.date(entity, less, lists)),
            lambda: Call(r.choice(("abs", "floor", "ceil")), (self.number(entity, less, lists),)),
            lambda: Call("mod", (self.number(entity, less, lists), self.number(entity, less, lists))),
            lambda: self._picked("number", entity, less, lists),
            lambda: Call("length", (self.field("multi_choice", entity),)),
        )

    def money(self, entity: str, depth: int, lists: int) -> Node:
        r, less = self.random, depth - 1
        return self._value(
            "money",
            entity,
            depth,
            lists,
            lambda: Binary(r.choice("+-"), self.money(entity, less, lists), self.money(entity, less, lists)),
            lambda: Binary(r.choice("*/"), self.money(entity, less, lists), self.number(entity, less, lists)),
            lambda: Binary("*", self.number(entity, less, lists), self.money(entity, less, lists)),
            lambda: Unary("-", self.money(entity, less, lists)),
            lambda: Call(r.choice(("round", "abs", "floor", "ceil")), (self.money(entity, less, lists),)),
        )

    def text(self, entity: str, depth: int, lists: int) -> Node:
        r, less = self.random, depth - 1
        return self._value(
            "text",
            entity,
            depth,
            lists,
            lambda: Binary("+", self.text(entity, less, lists), self.text(entity, less, lists)),
            lambda: Binary("+", self.text(entity, less, lists), Path(("c",))),
            lambda: Call(r.choice(("lower", "upper", "trim")), (self.text(entity, less, lists),)),
            lambda: Call(
                r.choice(("left", "right")), (self.text(entity, less, lists), self.number(entity, 0, lists))
            ),
            lambda: Call(
                "substring",
                (
                    self.text(entity, less, lists),
                    self.number(entity, 0, lists),
                    self.number(entity, 0, lists),
                ),
            ),
            lambda: Call("text", (self.number(entity, less, lists),)),
            lambda: self._picked("text", entity, less, lists),
            lambda: Call("concat", tuple(self.text(entity, less, lists) for _ in range(r.choice((1, 2, 3))))),
            lambda: Call(
                "join",
                (Text(r.choice((" ", ", ", "-"))), *(self.text(entity, less, lists) for _ in range(2))),
            ),
            lambda: Call("if", (self.boolean(entity, less, lists), Path(("c",)), self.field("text", entity))),
        )

    def _picked(self, kind: str, entity: str, depth: int, lists: int) -> Node:
        values = tuple(self.expression(kind, entity, depth, lists) for _ in range(self.random.choice((2, 3))))
        return Call(self.random.choice(("least", "greatest")), values)

    def _later(self, kind: str, entity: str, depth: int, lists: int, *names: str) -> Node:
        start, count = self.expression(kind, entity, depth - 1, lists), self.number(entity, depth - 2, lists)
        return Call(self.random.choice(names), (start, count))

    def date(self, entity: str, depth: int, lists: int) -> Node:
        r, less = self.random, depth - 1
        return self._value(
            "date",
            entity,
            depth,
            lists,
            lambda: Given("today"),
            lambda: self._later("date", entity, depth, lists, "add_days", "add_months", "add_years"),
            lambda: Binary(r.choice("+-"), self.date(entity, less, lists), self.number(entity, 0, lists)),
            lambda: Call(
                r.choice(("start_of_month", "end_of_month", "start_of_year")),
                (self.date(entity, less, lists),),
            ),
            lambda: Call("date_of", (self.datetime(entity, less, lists),)),
            lambda: self._picked("date", entity, less, lists),
        )

    def datetime(self, entity: str, depth: int, lists: int) -> Node:
        r, less = self.random, depth - 1
        return self._value(
            "datetime",
            entity,
            depth,
            lists,
            lambda: Given("now"),
            lambda: self._later("datetime", entity, depth, lists, "add_days", "add_hours", "add_minutes"),
            lambda: self._later("datetime", entity, depth, lists, "add_months", "add_years"),
            lambda: Binary(r.choice("+-"), self.datetime(entity, less, lists), self.number(entity, 0, lists)),
            lambda: self._picked("datetime", entity, less, lists),
        )
