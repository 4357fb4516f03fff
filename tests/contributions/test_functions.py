"""Functions that modules bring to expressions: computed values, filters, and what the server alone can tell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.expressions import ExpressionInvalid
from tests.contributions.conftest import CRATE


def test_a_function_of_a_module_computes_values_and_asks_for_records(kept, crate):
    light, heavy = crate(weight=3), crate(name="Second", weight=5)
    assert kept.get(CRATE, heavy)["half"] == Decimal("2.5")
    assert [row["id"] for row in kept.find(CRATE, "handy.half(weight) > 2")] == [heavy]
    assert [row["id"] for row in kept.find(CRATE, "handy.half(weight + 1) == 2")] == [light]


def test_the_database_is_not_asked_what_the_server_alone_can_tell(kept, crate):
    crate()
    with pytest.raises(ExpressionInvalid) as refused:
        kept.find(CRATE, "handy.in_book(name)")
    assert [problem.code for problem in refused.value.problems] == ["server_only"]


def test_a_form_is_handed_a_call_of_it_with_the_kinds_of_its_values(keeper, crate):
    page = keeper.opens(f"/records/{CRATE}/{crate(weight=3)}").page
    assert (
        '["brought","handy.half","number",["number"],["field","number","weight"]]'
        in page.one("ui-look")["data-told"]
    )
