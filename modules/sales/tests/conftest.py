"""A site with sales and what it requires, and the words in which its tests speak of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

IRR = "IRR"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("sales",)


@pytest.fixture
def firm(desk) -> int:
    """A company to sell to."""
    return desk.one("contacts.account", name="Sepehr")


@pytest.fixture
def stages(desk) -> Mapping[str, int]:
    """The stages of a pipeline for new opportunities: a, b, c (open), won and lost."""
    pipeline = desk.one(
        "sales.pipeline",
        name="Road",
        is_default=True,
        stages=[
            {"name": "a", "order": 1, "probability": 10, "rot_days": 5},
            {"name": "b", "order": 2, "probability": 40, "rot_days": 5, "forecast_category": "best_case"},
            {"name": "c", "order": 3, "probability": 80, "forecast_category": "commit"},
            {
                "name": "won",
                "order": 8,
                "kind": "won",
                "probability": 100,
                "forecast_category": "closed",
            },
            {"name": "lost", "order": 9, "kind": "lost", "probability": 0, "forecast_category": "omitted"},
        ],
    )
    found = desk.find("sales.stage", "id", "name", filter=f"pipeline == {pipeline}")
    return {"pipeline": pipeline, **{s["name"]: s["id"] for s in found}}


@pytest.fixture
def deal(desk, firm, stages):
    """Make an opportunity with these values."""

    def make(on=desk, **values):
        money = values.pop("estimate", None)
        if isinstance(money, int):
            money = {"amount": str(money), "currency": IRR}
        return on.one("sales.opportunity", **{"name": "Deal", "account": firm, "estimate": money, **values})

    return make
