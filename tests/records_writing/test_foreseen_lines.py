"""Conditions over lists see the lines that are given with a record as they will be, before anything is written."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.config import Settings
from core.errors import TransitionRefused, ValidationFailed
from core.hooks import hookimpl
from core.kernel.values import Ref
from core.records.lines import REMOVED
from core.storage import Database
from core.testing.statements import counted
from tests.records_writing.conftest import Definitions, World, _kernel

ORDERS = Definitions(
    fields={
        "kit.order": {
            "name": {"type": "text", "label": "Name"},
            "limit": {"type": "integer", "label": "Limit"},
            "lines": {"type": "list", "label": "Lines", "of": "kit.line", "by": "order"},
            "remarks": {
                "type": "list",
                "label": "Remarks",
                "of": "kit.remark",
                "by": "about",
                "required_when": "limit == 7",
            },
            "labels": {"type": "links", "label": "Labels", "to": "kit.label"},
            "size": {"type": "integer", "label": "Size", "computed": "sum(lines, total)"},
            "heavy": {
                "type": "integer",
                "label": "Heavy",
                "rollup": {"from": "kit.line", "by": "order", "count": "size > 10"},
            },
            "reason": {
                "type": "text",
                "label": "Reason",
                "required_when": "any(lines, total > order.limit)",
            },
            "state": {"type": "choice", "label": "State", "choices": {"open": "Open", "sent": "Sent"}},
            "sent": {"type": "integer", "label": "Sent"},
            "bell": {"type": "text", "label": "Bell", "visible_when": "any(lines, thing.secret == 'loud')"},
        },
        "kit.line": {
            "code": {"type": "text", "label": "Code", "duplicate_key": True},
            "order": {"type": "reference", "label": "Order", "to": "kit.order", "on_delete": "cascade"},
            "thing": {"type": "reference", "label": "Thing", "to": "kit.thing"},
            "size": {"type": "integer", "label": "Size"},
            "count": {"type": "integer", "label": "Count", "default": 2},
            "total": {"type": "integer", "label": "Total", "computed": "size * count"},
            "parts": {"type": "list", "label": "Parts", "of": "kit.part", "by": "line"},
        },
        "kit.part": {
            "line": {"type": "reference", "label": "Line", "to": "kit.line", "on_delete": "cascade"},
            "broken": {"type": "boolean", "label": "Broken"},
        },
        "kit.remark": {
            "about": {"type": "reference_any", "label": "About", "to": ["kit.order", "kit.line"]},
            "text": {"type": "text", "label": "Text"},
        },
        "kit.thing": {"secret": {"type": "text", "label": "Secret"}},
        "kit.label": {"name": {"type": "text", "label": "Name"}},
    },
    rules={
        "kit.order": {
            "most": {"refuse_when": "count(lines) > 3", "message": "Too many.", "on": ["lines"]},
            "whole": {
                "refuse_when": "any(lines, any(parts, broken == true))",
                "message": "Broken.",
                "on": ["lines"],
            },
            "kept": {
                "refuse_when": "count(lines) < count($old.lines) and limit == 99",
                "message": "Never fewer.",
                "on": ["lines"],
            },
            "late": {
                "refuse_when": "heavy > 0 and count($old.lines) == 1 and count(lines) == 2",
                "message": "Too late.",
                "on": ["heavy"],
            },
            "quiet": {
                "refuse_when": "any(remarks, text == 'loud') or any(labels, name == 'loud')",
                "message": "Too loud.",
            },
        }
    },
    titles={
        "kit.order": "name",
        "kit.line": "code",
        "kit.part": "id",
        "kit.remark": "text",
        "kit.thing": "id",
        "kit.label": "name",
    },
    roles={
        "kit.clerk": {
            "label": "Clerk",
            "grants": [
                {"entity": "kit.order", "actions": ["create", "read", "update"], "when": "limit != 5"},
                {
                    "entity": "kit.line",
                    "actions": ["create", "read", "update", "delete"],
                    "when": "size < 50",
                },
            ],
        },
        "kit.reader": {
            "label": "Reader",
            "grants": [
                {"entity": "kit.order", "actions": ["create", "read", "update"]},
                {"entity": "kit.line", "actions": ["read"]},
            ],
        },
    },
)
WAYS = {
    "kit.order": {
        "label": "Order",
        "entity": "kit.order",
        "field": "state",
        "initial": ["open"],
        "transitions": {
            "send": {
                "label": "Send",
                "from": ["open"],
                "to": "sent",
                "guards": [{"when": "any(lines, size > 0)", "message": "Nothing to send.", "on": ["lines"]}],
                "set": {"sent": "count(lines)"},
            }
        },
    }
}
NUMBERS = {"limit": 100, "name": "o"}


@pytest.fixture
def orders(pg):
    with pg.database(pg.template("records kernel", _kernel)) as url:
        database = Database(Settings(threads=8), url)
        try:
            yield World(database, replace(ORDERS, workflows=WAYS, more={"kit.remark": {"part_of": "about"}}))
        finally:
            database.close()


def refused(write):
    with pytest.raises(ValidationFailed) as failure:
        write()
    return {(problem.field, problem.code) for problem in failure.value.problems}


def of(world, order):
    return dict(world.query(f'select code, id from kit_line where "order" = {order} order by id'))


def test_a_new_record_is_judged_by_the_lines_that_come_with_it(orders):
    big = {**NUMBERS, "lines": [{"code": "a", "size": 60}, {"code": "b", "size": 1, "count": 1}]}
    assert refused(lambda: orders.create("kit.order", big)) == {("reason", "required")}
    (order,) = orders.create("kit.order", {**big, "reason": "x"})
    assert orders.row("kit.order", order)["size"] == 121, "60 * 2, the default, and 1."
    many = {**NUMBERS, "lines": [{"size": 1}] * 4}
    assert refused(lambda: orders.create("kit.order", NUMBERS, many)) == {("1.lines", "rule.most")}
    assert refused(lambda: orders.create("kit.order", {"remarks": [{"text": "loud"}]})) == {
        (None, "rule.quiet")
    }


def test_lines_are_seen_changed_added_removed_and_left_alone(orders):
    rows = [{"code": code, "size": 1} for code in "abc"]
    (order,) = orders.create("kit.order", {**NUMBERS, "lines": rows})
    line = of(orders, order)

    def change(*lines, merge_lists=True, **values):
        return lambda: orders.update(
            "kit.order", order, {"lines": list(lines), **values}, merge_lists=merge_lists
        )

    assert refused(change({"code": "d", "size": 1})) == {("lines", "rule.most")}, "Three stand there."
    assert refused(change({"id": line["a"], "size": 51})) == {("reason", "required")}
    assert refused(change({"code": "a", "size": 51})) == {("reason", "required")}, "Named by its key."
    assert refused(change({"id": line["a"], "size": 50}, limit=99)) == {("reason", "required")}
    assert refused(change({"id": line["a"], REMOVED: True}, limit=99)) == {("lines", "rule.kept")}
    assert refused(change({"code": "a"}, merge_lists=False, limit=99)) == {("lines", "rule.kept")}
    assert refused(change({"id": line["a"], "parts": [{"broken": True}]})) == {("lines", "rule.whole")}
    change({"id": line["a"], REMOVED: True}, {"code": "d", "size": 2})()
    assert orders.row("kit.order", order)["size"] == 2 + 2 + 4
    change({"code": "b", "size": 3}, merge_lists=False)()
    assert orders.row("kit.order", order)["size"] == 6
    assert sorted(orders.query("select code, size from kit_line where deleted_at is null")) == [("b", 3)]


def test_a_list_that_must_not_be_empty_is_not_emptied(orders):
    assert refused(lambda: orders.create("kit.order", {"limit": 7})) == {("remarks", "required")}
    (order,) = orders.create("kit.order", {"limit": 7, "remarks": [{"text": "a"}]})
    orders.update("kit.order", order, {"limit": 7, "name": "p"})
    emptied = {"remarks": []}
    assert refused(lambda: orders.update("kit.order", order, emptied)) == {("remarks", "required")}
    orders.update("kit.order", order, {"limit": 8, "remarks": []})


def test_what_holds_after_the_lines_were_written_sees_them_as_they_are_and_as_they_were(orders):
    (order,) = orders.create("kit.order", {**NUMBERS, "lines": [{"code": "a", "size": 1}]})
    more = {"lines": [{"code": "b", "size": 11}]}
    assert refused(lambda: orders.update("kit.order", order, more, merge_lists=True)) == {
        ("heavy", "rule.late")
    }
    orders.update("kit.order", order, {"lines": [{"code": "b", "size": 1}]}, merge_lists=True)
    orders.update("kit.order", order, more, merge_lists=True)


def test_a_step_is_judged_by_the_lines_that_are_said_with_it_and_fills_from_them(orders):
    (order,) = orders.create("kit.order", NUMBERS)

    def send(*lines):
        with orders.unit() as uow:
            values = {"lines": list(lines)}
            orders.records.transition(
                orders.system, "kit.order", order, "send", values=values, version=None, uow=uow
            )

    with pytest.raises(TransitionRefused) as failure:
        send({"code": "a", "size": 0})
    assert [problem.field for problem in failure.value.problems] == ["lines"]
    send({"code": "a", "size": 1}, {"code": "b"})
    assert orders.row("kit.order", order)["sent"] == 2


def test_lines_that_cannot_be_read_are_told_before_anything_is_judged_by_them(orders):
    rows = [{"code": "a", "size": "much"}, {"code": "b", "colour": "red"}, *[{"size": 1}] * 3]
    (order,) = orders.create("kit.order", NUMBERS)
    places = {("lines.0.size", "wrong_type"), ("lines.1.colour", "unknown_field")}
    assert refused(lambda: orders.create("kit.order", {"lines": rows})) == places
    assert refused(lambda: orders.update("kit.order", order, {"lines": rows})) == places
    (other,) = orders.create("kit.order", NUMBERS)
    several = {order: {"lines": [{"id": 999_999}]}, other: {"lines": [{"parts": [{"broken": "x"}]}]}}

    def both():
        with orders.unit() as uow:
            orders.records.update_many(orders.system, "kit.order", several, uow=uow)

    assert {field for field, _ in refused(both)} == {"0.lines", "1.lines.0.parts.0.broken"}
    gone = {"lines": [{"id": 999_999}], "limit": "many"}
    assert refused(lambda: orders.update("kit.order", order, gone)) == {
        ("lines", "no_such_line"),
        ("limit", "wrong_type"),
    }


def test_lines_follow_what_modules_make_of_them(orders):
    doubled = SimpleNamespace(
        record_normalize=hookimpl(
            lambda entity, values: (
                {"size": 60} if entity.name == "kit.line" and values["code"] == "x" else None
            )
        )
    )
    orders.plugins.register("doubled", doubled)
    row = {**NUMBERS, "lines": [{"code": "x", "size": 1}]}
    assert refused(lambda: orders.create("kit.order", row)) == {("reason", "required")}


def test_lines_out_of_sight_count_and_stay_whoever_writes(orders):
    clerk = orders.actor(7, "kit.clerk")
    (order,) = orders.create(
        "kit.order",
        {**NUMBERS, "reason": "x", "lines": [{"code": "a", "size": 70}, {"code": "b", "size": 1}]},
    )
    orders.update("kit.order", order, {"lines": [{"code": "c", "size": 2}]}, actor=clerk)
    assert orders.row("kit.order", order)["size"] == 140 + 4
    empty = {"lines": [], "reason": None}
    assert refused(lambda: orders.update("kit.order", order, empty, actor=clerk)) == {("reason", "required")}


def test_a_form_is_told_of_the_lines_that_are_typed_into_it_as_far_as_they_could_be_saved(orders):
    clerk, reader = orders.actor(7, "kit.clerk"), orders.actor(8, "kit.reader")
    (order,) = orders.create("kit.order", {**NUMBERS, "lines": [{"code": "a", "size": 1}]})
    (loud,) = orders.create("kit.thing", {"secret": "loud"})
    line = of(orders, order)["a"]

    def look(actor, *lines, record=order):
        with orders.unit(actor) as uow:
            return orders.records.look(actor, "kit.order", record, {"lines": list(lines)}, uow=uow)

    heavier, added = {"id": line, "version": 1, "size": 45}, {"code": "b", "size": 6, "count": 2}
    assert look(clerk, heavier, added).computed["size"] == 90 + 12
    assert look(clerk, {"id": line, REMOVED: True}, added).computed["size"] == 12
    assert look(clerk, added, record=0).computed["size"] == 12
    assert look(clerk, {"id": 999_999, "size": 1}).computed["size"] == 2, (
        "Of a line that is gone the server knows."
    )
    assert look(reader, heavier, added, {"id": line, REMOVED: True}).computed["size"] == 2
    assert look(orders.system, {"thing": Ref(loud)}).hidden == set()
    assert look(clerk, {"thing": Ref(loud)}).hidden == {"bell"}, "It would tell of what they may not see."


def test_links_are_seen_as_they_are_given_and_as_they_stand(orders):
    loud, soft = orders.create("kit.label", {"name": "loud"}, {"name": "soft"})
    assert refused(lambda: orders.create("kit.order", {"labels": [loud]})) == {(None, "rule.quiet")}
    (order,) = orders.create("kit.order", {"labels": [soft]})
    assert refused(lambda: orders.update("kit.order", order, {"labels": [loud]})) == {(None, "rule.quiet")}
    orders.update("kit.label", soft, {"name": "loud"})
    assert refused(lambda: orders.update("kit.order", order, {"limit": 1})) == {(None, "rule.quiet")}
    orders.update("kit.order", order, {"labels": []})


def test_whether_all_lines_of_a_record_are_in_sight_is_told_without_a_look_at_them(orders):
    clerk, reader = orders.actor(7, "kit.clerk"), orders.actor(8, "kit.reader")
    seen, unseen = orders.create("kit.order", {"limit": 1, "remarks": [{"text": "x"}]}, {"limit": 5})

    def shows(actor, order, name):
        with orders.unit(actor) as uow:
            return orders.records.shows_lines(actor, "kit.order", order, name, uow=uow)

    assert [shows(reader, seen, name) for name in ("lines", "remarks")] == [True, True]
    assert [shows(clerk, seen, name) for name in ("lines", "remarks")] == [False, True]
    assert not shows(clerk, unseen, "remarks")
    assert not shows(clerk, 0, "lines")
    ((remark,),) = orders.query("select id from kit_remark")
    with orders.unit(clerk) as uow:
        assert orders.records.allows(clerk, "kit.remark", remark, "update", uow=uow), "As its order."


def test_where_no_lines_are_given_nothing_more_is_asked(orders):
    (order,) = orders.create("kit.order", {**NUMBERS, "lines": [{"code": "a", "size": 1}]})
    line = of(orders, order)["a"]

    def reads(entity, record, values, table):
        with counted() as sent:
            orders.update(entity, record, values)
        return sum(f"FROM {table}" in one and "SELECT" in one for one in sent)

    assert reads("kit.order", order, {"name": "p"}, "kit_line") == 1, "The rules look at what stands there."
    given = {"lines": [{"id": line, "count": 3}]}
    assert reads("kit.order", order, given, "kit_line") == 2, "Once for all rules, once to lock it."
    assert reads("kit.line", line, {"parts": [{"broken": False}]}, "kit_part") == 1, (
        "Nobody looks into parts."
    )
