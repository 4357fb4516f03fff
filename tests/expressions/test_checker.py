"""The type check: what fits, what is refused with which sentence, and what an expression reads."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg

from core.errors import BadRequest
from core.expressions import (
    ExpressionCache,
    ExpressionInvalid,
    all_of,
    any_of,
    check,
    compile_python,
    compile_text,
    constant,
    denied,
    env_parameters,
    env_used,
    fields_used,
    parametrize,
    parse,
    shape_key,
    to_sql,
    unparse,
)
from core.expressions.types import BOOLEAN
from tests.expressions.world import ENV, TABLES, World, WorldSchema, WorldScope

SCHEMA = WorldSchema()
GIVEN = "There are: $user, $team, $teams, $teams_below, $now, $today, $old.field."
REFUSED = (
    ("weight > 1", "1:1: w.thing has no field weight."),
    ("gruop == 1", "1:1: w.thing has no field gruop. Perhaps: group."),
    ("group.nn > 1", "1:1: w.group has no field nn. Perhaps: n."),
    ("t == 5", "1:6: expected a text, found a number."),
    ("n == 'x'", "1:6: expected a number, found a text."),
    ("n == t", "1:3: a number cannot be compared with a text."),
    ("day == '2026-03-21'", "1:8: a text is not a date; write date('2026-03-21')."),
    ("at > '2026-03-21'", "1:6: a text is not a moment; write datetime('2026-03-21T08:00:00Z')."),
    ("day == at", "1:5: a date cannot be compared with a moment."),
    ("day < $now", "1:5: a date cannot be compared with a moment."),
    ("c == 'rde'", "1:6: there is no choice rde. Perhaps: red, green. There are: red, green, blue, سبز."),
    ("c in ['red', 'x']", "1:14: there is no choice x. There are: red, green, blue, سبز."),
    ("contains(mc, 'rad')", "1:14: there is no choice rad. Perhaps: red. There are: red, green, blue, سبز."),
    ("c < 'red'", "1:3: a choice has no order; only == and != compare it."),
    ("b < true", "1:3: yes or no has no order; only == and != compare it."),
    ("group < 3", "1:7: a reference to w.group has no order; only == and != compare it."),
    ("n < null", "1:3: null has no order; only == and != compare with it."),
    ("group == 'x'", "1:10: expected a reference to w.group, found a text."),
    ("group.things == 1", "1:1: a list cannot be compared; write any(list, …) or count(list)."),
    ("mc == 'red'", "1:1: a multiple choice cannot be compared; write contains(field, 'x')."),
    (
        "owner == 3",
        "1:1: a reference to any of several cannot be compared; write refers(reference, 'entity', id).",
    ),
    (
        "owner.n == 3",
        "1:1: owner is a reference to any of several; a path goes only over references to one entity.",
    ),
    ("lines.n == 3", "1:1: lines is a list; write any(lines, …) to look into it."),
    ("t.n == 3", "1:1: t is a text; a path goes only over references to one entity."),
    ("n", "1:1: expected a condition, found a number."),
    ("n and b", "1:1: expected a condition, found a number."),
    ("not t", "1:5: expected a condition, found a text."),
    ("m + 1 > 2", "1:3: money + a number means nothing."),
    ("m * m > 2", "1:3: money * money means nothing."),
    ("t - 'x' == t", "1:3: a text - a text means nothing."),
    ("n + null == 1", "1:3: a number + null means nothing."),
    ("t + 5 == 'x5'", "1:3: a text + a number means nothing."),
    ("1 - day > day", "1:3: a number - a date means nothing."),
    ("day - at > 1", "1:5: a date - a moment means nothing."),
    ("day * 2 > day", "1:5: a date * a number means nothing."),
    ("hour(day) > 1", "1:6: expected a moment, found a date."),
    ("least(m, m2) == m", "1:7: least does not work on money."),
    ("add_hours(day, 1) > at", "1:11: expected a moment, found a date."),
    ("-t == 'x'", "1:2: expected a number, found a text."),
    ("t in 'abc'", "1:6: expected a list after in, found a text; write contains(text, part)."),
    ("n in n2", "1:6: expected a list after in, found a number; write […]."),
    ("mc in ['red']", "1:1: a multiple choice is not looked up in a list; write contains(field, 'x')."),
    ("t in $teams", "1:1: expected a reference, found a text."),
    ("t in lines", "1:1: expected a reference to w.line, found a text."),
    ("leng(t) > 1", "1:1: there is no function leng. Perhaps: length, left."),
    ("length(t, 1) > 1", "1:1: length is written length(text)."),
    ("any(n, b)", "1:5: expected the name of a list field."),
    ("any(lines, t)", "1:12: expected a condition, found a text."),
    ("any(lines, c2 == 's')", "1:12: w.line has no field c2. Perhaps: c, mc."),
    ("sum(lines, t) > 1", "1:12: sum does not work on a text."),
    ("max(lines, b)", "1:12: max does not work on yes or no."),
    ("fold_contains(t2, 'x')", "1:15: t2 is no searchable text field."),
    ("fold_contains(t, t2)", "1:18: what is searched for is a text between quotes."),
    ("fold_contains(t, ' - ')", "1:18: there is no letter or digit to search for."),
    ("refers(owner, 'w.lin')", "1:15: owner does not refer to w.lin. Perhaps: w.line."),
    ("coalesce(n, t) == 1", "1:13: expected a number, found a text."),
    ("if(b, group, tags) == 1", "1:14: expected a reference to w.group, found a list."),
    (
        "$usr == 3",
        "1:1: there is no $usr. Perhaps: $user. " + GIVEN,
    ),
    (
        "$user.name == 'x'",
        "1:1: there is no $user.name. Perhaps: $user, $team, $teams. " + GIVEN,
    ),
    ("any(tags, any(things, any(lines, any(lines, b))))", "1:38: w.line has no field lines."),
    ("any(tags, any(things, any(tags, any(things, b))))", "1:33: lists are looked into at most 3 deep."),
)


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_does_not_fit_is_refused_with_the_way_to_write_it(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        compile_text(text, SCHEMA, "w.thing", BOOLEAN)
    assert [p.text() for p in refused.value.problems] == [sentence]


def test_all_problems_are_told_at_once_and_none_twice() -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        compile_text(
            "nope > 1 and c == 'x' and\n not (lower(nope2) == 'a' or n == 'y')", SCHEMA, "w.thing", BOOLEAN
        )
    assert [(p.code, p.params["line"]) for p in refused.value.problems] == [
        ("unknown_field", 1),
        ("unknown_choice", 1),
        ("unknown_field", 2),
        ("wrong_type", 2),
    ]
    assert isinstance(refused.value, BadRequest)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("n + 1", "number"),
        ("m * 2", "money"),
        ("m / m2", "number"),
        ("t + c", "text"),
        ("c", "choice"),
        ("n > 1", "boolean"),
        ("add_days(day, 1)", "date"),
        ("add_days(at, 1)", "datetime"),
        ("coalesce(group, 3)", "reference"),
        ("if(b, 'x', t)", "text"),
        ("sum(lines, m)", "money"),
        ("count(lines)", "number"),
        ("coalesce(c, t)", "text"),
    ],
)
def test_an_expression_has_the_type_of_what_it_makes(text: str, kind: str) -> None:
    assert compile_text(text, SCHEMA, "w.thing").type.kind == kind
    assert compile_text(text, SCHEMA, "w.thing", kind).type.kind == kind
    with pytest.raises(ExpressionInvalid):
        compile_text(text, SCHEMA, "w.thing", "file")


def test_fields_used_names_everything_on_the_way() -> None:
    used = fields_used(
        compile_text(
            "group.parent.t == 'x' and any(lines, n > 1 and thing.b) and fold_contains(t, 'a') and 3 in tags"
            " and m > 0 and $old.c == c and refers(owner, 'w.line')",
            SCHEMA,
            "w.thing",
        )
    )
    assert used == {
        ("w.thing", "group"),
        ("w.group", "parent"),
        ("w.group", "t"),
        ("w.thing", "lines"),
        ("w.line", "n"),
        ("w.line", "thing"),
        ("w.thing", "b"),
        ("w.thing", "t"),
        ("w.thing", "tags"),
        ("w.thing", "m"),
        ("w.thing", "c"),
        ("w.thing", "owner"),
    }


def test_env_used_names_the_constants_of_the_evaluation() -> None:
    checked = compile_text(
        "group == $user or group in $teams or day < $today or $old.n > 1", SCHEMA, "w.thing"
    )
    assert env_used(checked) == {"user", "teams", "today", "old"}
    assert env_parameters(checked, ENV) == {"env_user": 3, "env_teams": [2, 5], "env_today": ENV.today}


def test_old_is_refused_where_nothing_changes() -> None:
    with pytest.raises(ExpressionInvalid, match="only in conditions on a change"):
        compile_text("$old.n > 1", SCHEMA, "w.thing", BOOLEAN, old=False)
    with pytest.raises(BadRequest, match="only while a change is written"):
        to_sql(compile_text("$old.n > 1", SCHEMA, "w.thing"), WorldScope("w.thing", TABLES["w.thing"]))


def test_choices_between_money_nest_only_so_deep() -> None:
    text = "m"
    for _ in range(6):
        text = f"coalesce({text} + m, m2)"
    assert compile_text(text, SCHEMA, "w.thing")
    with pytest.raises(ExpressionInvalid, match="nest at most 6 deep"):
        compile_text(f"coalesce({text}, m)", SCHEMA, "w.thing")


def test_what_stands_between_texts_is_not_joined_itself() -> None:
    """Each level would make it so many times as long as there are texts to join."""
    with pytest.raises(ExpressionInvalid) as refused:
        compile_text("join(join('-', t, t, t), t, t, t)", SCHEMA, "w.thing", sql=True)
    assert [problem.code for problem in refused.value.problems] == ["too_deep_for_sql"]
    assert compile_text("join('-', join('-', t, t), t)", SCHEMA, "w.thing", sql=True)


NESTED = (
    ("day", "add_days({}, 1)"),
    ("n", "days_between(day, add_days(day, {}))"),
    ("n", "days_between(at, add_days(at, {}))"),
    ("n", "{} + n"),
    ("n", "n - ({})"),
    ("n", "{} * n"),
    ("n", "{} / n"),
    ("n", "-{}"),
    ("n", "round({}, 2)"),
    ("n", "if({} > 1, 1, 2)"),
    ("n", "if(b, {}, 2)"),
    ("n", "coalesce({}, n)"),
    ("b", "not ({} == b)"),
    ("b", "({} or b) and b2"),
    ("t", "lower({})"),
    ("t", "concat({}, t)"),
    ("t", "{} + t"),
    ("m", "({} + m)"),
    ("m", "{} * 2"),
    ("m", "{} / n"),
    ("m", "round({})"),
    ("b", "contains(t, if({}, t, t2))"),
    ("b", "b and ({} == group.parent.b)"),
    ("b", "if({}, 1, 2) in [1, 2]"),
    ("m", "if({} > m2, m, m2)"),
    ("b", "contains(mc, if({}, c, 'red'))"),
    ("day", "add_months({}, 1)"),
    ("at", "add_years({}, 1)"),
    ("at", "add_hours({}, n)"),
    ("day", "end_of_month(date_of(datetime('2026-03-21T08:00:00Z') + months_between({}, day)))"),
    ("day", "start_of_year({})"),
    ("at", "at + hours_between({}, at)"),
    ("day", "add_days(day, years_between({}, day))"),
    ("day", "date_of(at + hour(at + weekday({})))"),
    ("t", "left({}, n)"),
    ("t", "substring(t, 1, length(trim(upper({}))))"),
    ("n", "length(text({}))"),
    ("n", "mod({}, 7)"),
    ("n", "least({}, n2)"),
    ("n", "avg(lines, n) / {}"),
    ("m", "floor({})"),
)


@pytest.mark.parametrize(("innermost", "around"), NESTED, ids=[n[1] for n in NESTED])
def test_whatever_passes_the_check_compiles_to_sql_of_bounded_depth_and_size(
    innermost: str, around: str
) -> None:
    accepted, refusals = innermost, set[str]()
    while not refusals:
        wrapped = around.format(accepted)
        refusals = _refusals(wrapped)
        accepted = accepted if refusals else wrapped
    assert refusals <= {"too_deep", "too_deep_for_sql", "too_many_forks"}
    clause = to_sql(compile_text(accepted, SCHEMA, "w.thing"), WorldScope("w.thing", TABLES["w.thing"]))
    depth, sql = _depth_of(
        lambda: sa.select(clause).select_from(TABLES["w.thing"]).compile(dialect=psycopg.dialect())
    )
    assert depth < 550
    assert len(str(sql)) < 60_000


def _refusals(text: str) -> set[str]:
    """Return the codes of what is wrong with an expression."""
    try:
        compile_text(text, SCHEMA, "w.thing")
    except ExpressionInvalid as refused:
        return {p.code for p in refused.problems}
    return set()


def _depth_of(work: Callable[[], object]) -> tuple[int, object]:
    """Return how many frames ``work`` piles up, and what it made."""
    depth = deepest = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal depth, deepest
        depth += (event == "call") - (event == "return")
        deepest = max(deepest, depth)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        made = work()
    finally:
        sys.setprofile(before)
    return deepest, made


def test_shapes_differ_only_in_what_is_not_a_constant() -> None:
    def shape(text: str) -> tuple[object, tuple[object, ...]]:
        shaped, values = parametrize(compile_text(text, SCHEMA, "w.thing"))
        return shape_key(shaped), values

    one, first = shape(
        "n > 5 and c in ['red'] and fold_contains(t, 'a%b') and day == date('2026-03-21') and b == true"
    )
    two, last = shape(
        "n > 6 and c in ['blue', 'سبز'] and fold_contains(t, 'x') and day == date('2020-01-01') and b == true"
    )
    assert one == two
    assert hash(one) == hash(two)
    assert first[:3] == (5, ["red"], "%a\\%b%")
    assert last[2] == "%x%"
    assert shape("n > 5")[0] != shape("n > 5.5")[0], (
        "a whole number is bound as one, so that indexes serve it"
    )
    assert shape("n > 5")[0] != shape("n2 > 5")[0]
    assert shape("round(n, 1) > 2")[0] != shape("round(n, 2) > 2")[0]
    assert shape("n in [1, 2.5]")[1] == ([1, 2.5],)
    assert (
        parametrize(compile_text("n > 5 and n < 7", SCHEMA, "w.thing"), first=3)[0].term
        != parametrize(compile_text("n > 5 and n < 7", SCHEMA, "w.thing"))[0].term
    )


def test_checked_conditions_are_joined_without_a_second_check() -> None:
    a, b = (compile_text(text, SCHEMA, "w.thing", BOOLEAN) for text in ("n > 1 or b", "group == $user"))
    both = all_of([a, b])
    assert unparse(both.node) == "(n > 1 or b) and group == $user"
    assert fields_used(both) == fields_used(a) | fields_used(b)
    assert env_used(both) == {"user"}
    assert all_of([a]) is a
    world = World()
    world.rows["w.thing"][1] = {"id": 1, "n": 5}
    view = world.view("w.thing", 1)
    assert compile_python(both)(view, ENV) is False
    assert compile_python(any_of([a, b]))(view, ENV) is True
    assert compile_python(denied(both))(view, ENV) is True
    assert compile_python(all_of([a, constant("w.thing", False)]))(view, ENV) is False
    with pytest.raises(ValueError, match="one entity"):
        all_of([a, compile_text("b", SCHEMA, "w.group", BOOLEAN)])


def test_the_cache_keeps_what_was_used_last() -> None:
    cache = ExpressionCache(SCHEMA, size=2)
    first = cache.checked("n > 1", "w.thing", "boolean")
    cache.checked("n > 2", "w.thing", "boolean")
    assert cache.checked("n > 1", "w.thing", "boolean") is first
    cache.checked("n > 3", "w.thing", "boolean")
    assert len(cache) == 2
    assert cache.checked("n > 1", "w.thing", "boolean") is first
    assert cache.python("n > 1", "w.thing", "boolean") is cache.python("n > 1", "w.thing", "boolean")
    assert cache.checked("n > 1", "w.group", "boolean") is not first
    with pytest.raises(ExpressionInvalid):
        cache.checked("n >", "w.thing")
    assert len(cache) == 2


def test_a_tree_checked_twice_is_equal() -> None:
    node = parse("n > 1 and t == 'x'")
    assert check(node, SCHEMA, "w.thing") == check(node, SCHEMA, "w.thing")
