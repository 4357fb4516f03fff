"""Currencies with dated rates: the last rate on or before a day counts; what follows from a rate follows it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.app.work import work
from core.errors import AccessDenied, ValidationFailed
from core.jobs import Jobs
from core.records.exchanging import find_rates
from core.storage import Database


def days(desk, *wanted):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return [find_rates(uow, wanted)[pair] for pair in wanted]


def add(desk, code, *rates):
    (currency,) = desk.column("base.currency", "id", filter=f"code == '{code}'")
    return desk.create(
        "base.currency_rate",
        *({"currency": currency, "valid_from": day, "rate": rate} for day, rate in rates),
    )


def test_a_new_site_knows_three_currencies_by_name(desk):
    found = desk.find("base.currency", "code", "name", "decimals", sort=("code",))
    assert [(one["code"], one["name"], one["decimals"]) for one in found] == [
        ("EUR", "Euro", 2),
        ("IRR", "Iranian Rial", 0),
        ("USD", "US Dollar", 2),
    ]


def test_a_currency_is_named_after_its_code_and_must_exist(desk):
    yen = desk.one("base.currency", code="jpy")
    assert desk.get("base.currency", yen)["name"] == "Japanese Yen"
    own = desk.one("base.currency", code="AED", name="Dirham of the shop")
    assert desk.get("base.currency", own)["name"] == "Dirham of the shop"
    with pytest.raises(ValidationFailed) as refused:
        desk.one("base.currency", code="IRT")
    assert [(p.field, p.code) for p in refused.value.problems] == [("code", "unknown_currency")]


def test_the_last_rate_on_or_before_a_day_counts(desk):
    add(desk, "USD", ("2020-01-01", "150000"), ("2026-03-21", "1320000"), ("2026-03-25", "1325000.5"))
    assert days(
        desk,
        ("USD", date(2019, 12, 31)),
        ("USD", date(2026, 3, 20)),
        ("USD", date(2026, 3, 21)),
        ("USD", date(2026, 3, 24)),
        ("USD", date(2030, 1, 1)),
        ("EUR", date(2030, 1, 1)),
    ) == [None, Decimal(150000), Decimal(1320000), Decimal(1320000), Decimal("1325000.5"), None]


def test_a_rate_is_above_zero_and_there_is_one_a_day(desk):
    for rates, code in (([("2026-01-01", "0")], "rule.above_zero"), ([("2026-01-01", "1")] * 2, "taken")):
        with pytest.raises(ValidationFailed) as refused:
            add(desk, "USD", *rates)
        assert code in {p.code for p in refused.value.problems}


def test_rates_are_kept_to_twelve_decimals(desk):
    (rate,) = add(desk, "USD", ("2026-01-01", "0.000000952381"))
    assert desk.get("base.currency_rate", rate)["rate"] == Decimal("0.000000952381")


def test_members_see_rates_and_administrators_keep_them(desk, actor_as):
    member, chief = desk.as_(actor_as("base.member")), desk.as_(actor_as("base.administrator"))
    add(chief, "USD", ("2026-01-01", "1"))
    assert len(member.find("base.currency_rate")) == 1
    with pytest.raises(AccessDenied):
        add(member, "USD", ("2026-01-02", "1"))


def test_a_rate_of_a_day_to_come_is_followed_when_the_day_has_come(desk, site):
    add(desk, "USD", ("2026-01-01", "1"))
    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        today = uow.today
        job = site.get(Jobs).defer(uow, "base.rates_take_effect", {})
    work(site, wait=False)
    assert site.get(Jobs).status(desk.actor, job, everybody=True).result == {"rates": 0}
    add(desk, "USD", (today.isoformat(), "2"))
    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        job = site.get(Jobs).defer(uow, "base.rates_take_effect", {})
    work(site, wait=False)
    assert site.get(Jobs).status(desk.actor, job, everybody=True).result == {"rates": 1}
