"""The leader's reports as pages: figures with units, ways to the rows behind them, other periods, nonsense, no rights."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "kept", "person", "visitor"]


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


@pytest.fixture
def deals(desk):
    """An open, a won, a lost and an overdue opportunity."""
    firm = desk.one("contacts.account", name="Sepehr")
    reason = desk.one("sales.lost_reason", name="Too dear")
    (pipeline,) = desk.column("sales.pipeline", "id", filter="is_default")
    stages = {
        kind: desk.column("sales.stage", "id", filter=f"pipeline == {pipeline} and kind == '{kind}'")[0]
        for kind in ("open", "won", "lost")
    }
    amount = {"amount": "5000000", "currency": "IRR"}
    for name, kind, more in (
        ("Open", "open", {"expected_close": "2099-01-01"}),
        ("Overdue", "open", {"expected_close": "2020-01-01"}),
        ("Won", "won", {"expected_close": "2026-01-01", "closed_at": dt.datetime.now(dt.UTC).isoformat()}),
        ("Lost", "lost", {"expected_close": "2026-01-01", "lost_reason": reason}),
    ):
        desk.one("sales.opportunity", name=name, account=firm, stage=stages[kind], estimate=amount, **more)


@pytest.mark.parametrize("report", ["forecast", "funnel", "results", "ages"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_pages_show_figures_and_lead_to_the_rows(deals, person, report, language):
    leader = person("sales.finance", login="money@example.com", language=language)
    page = leader.opens(f"/m/sales/reports?report={report}&unit=year").page
    assert len(page.all("h1")) == 1
    links = [a["href"] for a in page.main.all("a") if "/records/sales.opportunity?where=" in a.get("href")]
    assert links
    for link in links[:3]:
        rows = leader.opens(link)
        assert rows.status == 200
        assert not rows.page.all(cls="alert")


def test_a_report_says_in_which_time_zone_its_days_are(deals, person):
    leader = person("sales.finance", login="money@example.com", language="en")
    assert "(time zone " in leader.opens("/m/sales/reports?report=results&unit=month").page.main.text


def test_what_is_overdue_and_what_came_of_a_forecast_have_their_places(deals, person):
    leader = person("sales.finance", login="money@example.com", language="en")
    forecast = leader.opens("/m/sales/reports?report=forecast&unit=year").page
    assert "Past their date" in [th.text for th in forecast.main.all("th")]
    empty = leader.opens("/m/sales/reports?report=accuracy&unit=year").page
    assert "once a week" in empty.one("p", cls="empty").text


def test_an_amount_is_never_without_its_unit(deals, person):
    leader = person("sales.finance", login="money@example.com", language="fa")
    page = leader.opens("/m/sales/reports?report=forecast&unit=year").page
    cells = [cell.text for cell in page.main.all("td", cls="nc")]
    amounts = [text for text in cells if any(c in text for c in "۱۲۳۴۵۶۷۸۹") and "٪" not in text]
    assert all("تومان" in text or "ریال" in text for text in amounts)


@pytest.mark.parametrize(
    "address",
    [
        "unit=year&offset=-1",
        "unit=decade&offset=soon",
        "report=nothing",
        "report=funnel&pipeline=999999",
        "report=funnel&pipeline=%C2%B2",
        "report=funnel&pipeline=99999999999999999999",
        "report=buyers&account=%C2%B2",
        "report=buyers&account=%DB%B5",
        "report=buyers&account=99999999999999999999",
        "offset=999999999",
        "offset=%C2%B2",
    ],
)
def test_another_period_and_nonsense_are_shown_as_pages(deals, person, address):
    leader = person("sales.finance", login="money@example.com")
    assert leader.opens(f"/m/sales/reports?{address}").status == 200


def test_who_may_see_no_opportunities_sees_no_reports(deals, person):
    assert person("activities.user", login="other@example.com").opens("/m/sales/reports").status == 404


REPORTS = ["forecast", "accuracy", "funnel", "results", "buyers", "ages"]
SELLING = [
    ("sales.rep",),
    ("sales.manager",),
    ("sales.finance",),
    ("sales.analyst",),
    ("sales.rep", "sales.onlooker"),
]


@pytest.mark.parametrize("roles", SELLING, ids="+".join)
def test_every_role_that_sells_opens_every_report_and_the_rows_behind_it(deals, desk, person, roles):
    reader = person("base.member", *roles, login="reader@example.com", team="North")
    for number in desk.column("sales.opportunity", "id"):
        desk.update("sales.opportunity", number, owner=reader.actor.id)
    for report in REPORTS:
        answer = reader.opens(f"/m/sales/reports?report={report}&unit=year")
        assert answer.status == 200, report
        shown = answer.page.one("a", cls="tab", **{"aria-current": "page"})["href"]
        assert f"report={report}" in shown
        links = {a["href"] for a in answer.page.main.all("a") if "/records/" in a.get("href", "")}
        for link in links:
            rows = reader.opens(link)
            assert (rows.status, rows.page.all(cls="alert")) == (200, []), (report, link)
    assert "are not counted" in reader.opens("/m/sales/reports?report=buyers&unit=year").response.text
    assert "/m/sales/reports" in {a.get("href") for a in reader.opens("/").page.all("a")}


def test_a_seller_sees_only_the_own_share_in_groups_and_totals_of_a_list(deals, desk, person):
    seller = person("base.member", "sales.rep", login="seller@example.com", team="North")
    (mine,) = desk.column("sales.opportunity", "id", filter="name == 'Open'")
    desk.update(
        "sales.opportunity", mine, owner=seller.actor.id, estimate={"amount": "70", "currency": "IRR"}
    )
    page = seller.opens("/records/sales.opportunity?group=state&cols=name,amount").page
    assert page.one("tfoot").text.count("70 Rial") == 1
    assert "5,000,000" not in page.main.text
    assert "won" not in page.one("table", cls="tbl").text.lower()


def test_who_sees_no_amounts_is_offered_no_reports(deals, person):
    """A colleague may read opportunities, and nothing that reports count."""
    colleague = person("base.member", "sales.onlooker", login="colleague@example.com")
    for report in REPORTS:
        assert colleague.opens(f"/m/sales/reports?report={report}").status == 403
    assert colleague.opens("/m/sales/reports/buyers.csv").status in (403, 404)
    assert "/m/sales/reports" not in {a.get("href") for a in colleague.opens("/").page.all("a")}
    assert colleague.opens("/records/sales.opportunity").status == 200
