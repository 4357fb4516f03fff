"""Opportunities: what they begin with, what they are worth, and what their stage asks for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import ValidationFailed

OPPORTUNITY = "sales.opportunity"


def worth(desk, record, field="amount"):
    money = desk.get(OPPORTUNITY, record, field)[field]
    return None if money is None else (Decimal(money.amount), money.currency)


def irr(amount):
    return {"amount": str(amount), "currency": "IRR"}


def refused(act):
    with pytest.raises(ValidationFailed) as found:
        act()
    return [(p.code, p.field) for p in found.value.problems]


def test_a_name_and_a_company_begin_an_opportunity_in_the_first_stage(desk, deal, stages):
    new = desk.get(
        OPPORTUNITY, deal(), "pipeline", "stage", "state", "expected_close", "number", "probability"
    )
    assert (new["pipeline"].id, new["stage"].id, new["state"]) == (stages["pipeline"], stages["a"], "open")
    assert new["number"].startswith("O-")
    assert new["probability"] == 10
    assert new["expected_close"] is not None


def test_only_one_pipeline_is_for_new_opportunities(desk, stages):
    assert desk.column("sales.pipeline", "name", filter="is_default == true") == ["Road"]
    other = desk.one(
        "sales.pipeline", name="Other", is_default=True, stages=[{"name": "x", "probability": 5}]
    )
    assert desk.column("sales.pipeline", "id", filter="is_default == true") == [other]


def test_the_pipeline_follows_the_stage_that_was_given(desk, deal):
    stage = desk.find("sales.stage", "id", "pipeline", filter="name == 'Discovery'")[0]
    made = desk.get(OPPORTUNITY, deal(stage=stage["id"]), "pipeline")
    assert made["pipeline"].id == stage["pipeline"].id


def test_a_stage_of_another_pipeline_is_refused(desk, deal, stages):
    other = desk.column("sales.stage", "id", filter="name == 'Discovery'")[0]
    told = refused(lambda: deal(pipeline=stages["pipeline"], stage=other))
    assert ("rule.own_stage", "stage") in told


def test_the_amount_is_the_estimate_until_there_are_lines_and_again_when_they_are_gone(desk, deal):
    record = deal(estimate=900)
    assert worth(desk, record) == (900, "IRR")
    line = {"description": "Licence", "quantity": "3", "unit_price": irr(200), "discount_pct": "25"}
    desk.update(OPPORTUNITY, record, lines=[line, {"description": "Help", "unit_price": irr(50)}])
    assert worth(desk, record) == (500, "IRR")
    assert worth(desk, record, "weighted") == (50, "IRR")
    desk.update(OPPORTUNITY, record, lines=[])
    assert worth(desk, record) == (900, "IRR")


def test_amounts_of_two_currencies_are_never_added_up(desk, deal):
    record = deal(estimate=900)
    euro = {"amount": "20", "currency": "EUR"}
    desk.update(
        OPPORTUNITY,
        record,
        lines=[{"description": "A", "unit_price": irr(200)}, {"description": "B", "unit_price": euro}],
    )
    assert worth(desk, record) is None


def test_the_probability_is_that_of_the_stage_and_an_own_one_stays_until_it_is_cleared(desk, deal, stages):
    record = deal(estimate=1000)
    fields = ("probability", "probability_manual")

    def now():
        found = desk.get(OPPORTUNITY, record, *fields)
        return found["probability"], found["probability_manual"]

    assert now() == (10, False)
    desk.update(OPPORTUNITY, record, manual_probability=65)
    assert now() == (65, True)
    desk.update(OPPORTUNITY, record, notes="Something else", estimate=irr(2000))
    assert now() == (65, True)
    assert worth(desk, record, "weighted") == (1300, "IRR")
    desk.update(OPPORTUNITY, record, manual_probability=None)
    assert now() == (10, False)


@pytest.mark.parametrize("probability", [0, 100])
def test_nothing_is_certain_while_it_is_open(desk, deal, stages, probability):
    assert refused(lambda: deal(manual_probability=probability))[0][1] == "manual_probability"
    stage = refused(lambda: desk.update("sales.stage", stages["a"], probability=probability))
    assert ("rule.open_chance", "probability") in stage


def test_what_a_stage_changes_is_changed_in_its_opportunities(desk, deal, stages):
    plain, own = deal(estimate=100), deal(estimate=100, manual_probability=30)
    desk.update("sales.stage", stages["a"], probability=20, forecast_category="commit")
    found = desk.find(OPPORTUNITY, "id", "probability", "forecast_category", sort=("id",))
    assert [(o["id"], o["probability"], o["forecast_category"]) for o in found] == [
        (plain, 20, "commit"),
        (own, 30, "commit"),
    ]
    assert worth(desk, plain, "weighted") == (20, "IRR")


def test_a_stage_in_which_opportunities_stand_keeps_its_meaning(desk, deal, stages):
    deal()
    told = refused(lambda: desk.update("sales.stage", stages["a"], kind="won", probability=100))
    assert told == [("state_in_use", "kind")]
    other = desk.one("sales.pipeline", name="Other")
    told = refused(lambda: desk.update("sales.stage", stages["a"], pipeline=other))
    assert told == [("stage_in_use", "pipeline")]
    desk.update("sales.stage", stages["b"], kind="won", probability=100)


def test_a_stage_asks_only_for_fields_that_exist(desk, stages):
    told = refused(lambda: desk.update("sales.stage", stages["b"], required_fields="amount، colour"))
    assert told == [("no_such_field", "required_fields")]
    desk.update("sales.stage", stages["b"], required_fields="amount، primary_contact")


def test_what_the_stage_needs_cannot_be_emptied_there(desk, deal, stages):
    desk.update("sales.stage", stages["a"], required_fields="estimate")
    assert refused(deal) == [("needed_here", "estimate")]
    record = deal(estimate=10)
    assert refused(lambda: desk.update(OPPORTUNITY, record, estimate=None)) == [("needed_here", "estimate")]


@pytest.mark.covers("SA-32")
def test_people_have_roles_and_competitors_are_named_once(desk, deal):
    person = desk.one("contacts.contact", last_name="Karimi")
    rival = desk.one("sales.competitor", name="Rival")
    record = deal(
        contact_roles=[{"contact": person, "role": "decision", "sentiment": "positive"}],
        competitors=[{"competitor": rival}],
    )
    found = desk.get(OPPORTUNITY, record, "contact_roles", "competitors")
    assert [(c["contact"].id, c["role"]) for c in found["contact_roles"]] == [(person, "decision")]
    with pytest.raises(ValidationFailed):
        desk.one("sales.opportunity_competitor", opportunity=record, competitor=rival)


def test_a_line_is_rounded_once_to_the_smallest_unit_of_its_currency(desk, deal):
    euro = {"amount": "33.33", "currency": "EUR"}
    record = deal(
        lines=[
            {"description": "A", "quantity": "3", "unit_price": euro, "discount_pct": "33.33"},
            {"description": "B", "quantity": "0.333333", "unit_price": euro},
        ]
    )
    lines = desk.get(OPPORTUNITY, record, "lines")["lines"]
    assert [str(line["amount"].amount) for line in lines] == ["66.66", "11.11"]
    assert worth(desk, record) == (Decimal("77.77"), "EUR")


def test_the_amount_is_told_in_the_currency_of_the_site_at_the_rate_of_the_close(desk, deal, stages):
    desk.one("base.currency_rate", currency=euro(desk), valid_from="2020-01-01", rate="500000")
    record = deal(estimate={"amount": "20", "currency": "EUR"})
    assert worth(desk, record, "amount_base") == (10_000_000, "IRR")
    assert worth(desk, record, "weighted_base") == (1_000_000, "IRR")
    desk.move(OPPORTUNITY, record, "win")
    desk.one("base.currency_rate", currency=euro(desk), valid_from="2021-01-01", rate="900000")
    desk.update(OPPORTUNITY, record, notes="Later")
    assert worth(desk, record, "amount_base") == (10_000_000, "IRR")


def euro(desk):
    return desk.column("base.currency", "id", filter="code == 'EUR'")[0]
