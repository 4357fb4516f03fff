"""Text ↔ tree: what is read, what is refused and where, and that no input does anything else."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Word
from core.expressions import (
    ExpressionInvalid,
    and_all,
    check,
    not_,
    or_all,
    parse,
    unparse,
)
from core.expressions.limits import MAX_DEPTH, MAX_ITEMS, MAX_NODES
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
    walk,
)
from tests.expressions.fuzzing import WORDS, held, inputs
from tests.expressions.ugly import UGLY
from tests.expressions.world import WorldSchema


@pytest.mark.parametrize(("text", "code", "place"), UGLY, ids=range(len(UGLY)))
def test_ugly_input_is_refused_at_its_place(text: str, code: str, place: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        check(parse(text), WorldSchema(), "w.thing")
    first = refused.value.problems[0]
    assert (first.code, f"{first.params['line']}:{first.params['column']}") == (code, place)
    assert "{" not in first.text(), "every parameter of the sentence is given"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a or b and c", "a or (b and c)"),
        ("not a and b", "(not a) and b"),
        ("not a == b", "not (a == b)"),
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a / b * c", "(a / b) * c"),
        ("-a * b", "(-a) * b"),
        ("a + b > c", "(a + b) > c"),
        ("a not in [1]", "a not in [ 1, ]".replace(", ]", "]")),
        ("a\n  and\tb", "a and b"),
        ("1_000_000", "1000000"),
        ('"x"', "'x'"),
    ],
)
def test_operators_bind_as_everywhere(text: str, same: str) -> None:
    assert parse(text) == parse(same)


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("((a + (b)) * 2) > 3 and (not (b == 'x'))", "(a + b) * 2 > 3 and not b == 'x'"),
        ("(a and b) and c", "(a and b) and c"),
        ("a == (b == c)", "a == (b == c)"),
        ("a - (b - c)", "a - (b - c)"),
        ('"it\'s \\\\ \\n"', "'it\\'s \\\\ \\n'"),
        ("-(5) - -5", "-(5) - -5"),
        ("f()", "f()"),
    ],
)
def test_text_is_written_with_no_more_parentheses_than_needed(text: str, shortest: str) -> None:
    assert unparse(parse(text)) == shortest


def test_positions_point_at_what_was_written() -> None:
    tree = parse("a ==\n  lower(b)")
    assert [(type(n).__name__, tuple(n.at)) for n, _ in walk(tree)] == [
        ("Binary", (1, 3)),
        ("Call", (2, 3)),
        ("Path", (2, 9)),
        ("Path", (1, 1)),
    ]


@pytest.mark.parametrize("text", ["n n2", "(n", "n >", "n.", "lower(t"])
def test_what_was_expected_is_told_in_the_reader_s_language(text: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        parse(text)
    assert isinstance(refused.value.problems[0].params["expected"], Word)


def test_limits_are_reached_and_not_passed() -> None:
    assert parse("n in [" + ",".join(["1"] * MAX_ITEMS) + "]")
    assert parse(" and ".join(["b"] * (MAX_NODES - 1)))
    assert parse("(" * 60 + "b" + ")" * 60) == Path(("b",))
    assert parse("1" + "+1" * (MAX_DEPTH - 1))


def test_joining_trees_keeps_their_meaning() -> None:
    a, b = parse("a or b"), parse("c")
    assert unparse(and_all([a, b])) == "(a or b) and c"
    assert unparse(or_all([a, b])) == "(a or b) or c"
    assert and_all([]) == Flag(True)
    assert or_all([]) == Flag(False)
    assert and_all([a]) is a
    assert not_(not_(a)) is a
    assert unparse(not_(a)) == "not (a or b)"


_NAMES = st.sampled_from(["n", "t", "b", "group", "x_1", "lines"])
_NUMBERS = st.one_of(
    st.integers(-(10**27), 10**27),
    st.decimals(-(10**15), 10**15, places=10),
    st.decimals(-1000, 1000, places=2),
)
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12)
_LEAVES = st.one_of(
    st.builds(Number, _NUMBERS),
    st.builds(Text, _TEXTS),
    st.builds(Flag, st.booleans()),
    st.just(Null()),
    st.builds(Path, st.lists(_NAMES, min_size=1, max_size=4).map(tuple)),
    st.builds(Given, st.sampled_from(["user", "today"])),
    st.just(Given("old", ("group", "t"))),
)


def _grown(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    many = st.lists(below, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Logic, st.sampled_from(["and", "or"]), many),
        st.builds(Unary, st.sampled_from(["not", "-"]), below),
        st.builds(
            Binary,
            st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in", "+", "-", "*", "/"]),
            below,
            below,
        ),
        st.builds(Call, st.sampled_from(["if", "lower", "f"]), st.lists(below, max_size=3).map(tuple)),
        st.builds(Items, st.lists(below, max_size=3).map(tuple)),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(_LEAVES, _grown, max_leaves=25))
def test_every_tree_survives_the_way_through_text(tree: Node) -> None:
    text = unparse(tree)
    assert parse(text) == tree
    assert unparse(parse(text)) == text


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    assert held(text) == ""


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_texts_with_mistakes_are_expressions_or_refused(seed: int) -> None:
    assert [wrong for text in inputs(Random(seed), 100) if (wrong := held(text))] == []


def test_what_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.expressions.fuzzing.parse", lambda text: {}[text])
    assert held("n > 1") == "'n > 1': KeyError: 'n > 1'"
    monkeypatch.setattr("tests.expressions.fuzzing.LONGEST", -1.0)
    monkeypatch.setattr("tests.expressions.fuzzing.parse", parse)
    assert held("n > 1") == "'n > 1': 0.0 s"
