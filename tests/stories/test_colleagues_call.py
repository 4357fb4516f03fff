"""Two of one team call the same company: the second is warned, sees what was said, and says why he calls again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from core.testing.site import actor_of

pytestmark = pytest.mark.modules

ACCOUNT, ACTIVITY = "/records/contacts.account", "/records/activities.activity"
ROLES = ("base.member", "contacts.editor", "activities.user")
NOTE = "تخفیف ده درصدی می‌خواهند."


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


@pytest.fixture
def ahmad(person):
    return person(*ROLES, login="ahmad@example.com", name="احمد نوری", language="fa", team="فروش")


@pytest.fixture
def reza(person):
    return person(*ROLES, login="reza@example.com", name="رضا کاظمی", language="fa", team="فروش")


@pytest.fixture
def outsider(person):
    return person(*ROLES, login="nima@example.com", name="نیما کریمی", language="fa", team="خدمات")


@pytest.fixture
def company(kept, ahmad, reza, outsider, site, app):
    """A company of the sales team, whose name is written with a zero-width non-joiner."""
    for one in (ahmad, reza, outsider):
        one.actor = actor_of(site, one.actor.login)
    return kept.add("contacts.account", {"name": "نیک‌سازان کویر"}, actor=ahmad.actor)[0]


def operation(person, path, short, **values):
    """Fill in the dialog of an operation and send it."""
    opened = person.opens(f"{path}/operation/{short}")
    assert opened.status == 200
    return person.submits(opened, opened.page.form_to(f"{path}/operation/{short}"), values)


def days_ago(kept, activity, days):
    """Let an activity have been done some days ago."""
    kept.change(
        "activities.activity", activity, {"done_at": (datetime.now(UTC) - timedelta(days=days)).isoformat()}
    )


@pytest.mark.covers("AS-06", "CO-03", "CO-04", "WE-07")
def test_a_colleague_is_warned_of_a_call_and_says_why_he_calls_again(kept, company, ahmad, reza, outsider):
    page = f"{ACCOUNT}/{company}"
    # Monday: Ahmad calls, and plans his next call.
    logged = operation(ahmad, page, "log_call", result_note=NOTE)
    assert logged.status == 200
    (call,) = kept.find("activities.activity", "state == 'done'")
    days_ago(kept, call["id"], 2)
    operation(ahmad, page, "plan_activity", subject="تماس بعدی احمد", day="1410/01/10")

    # Wednesday: Reza finds the company under another spelling, and is told before he calls.
    found = reza.opens("/records/contacts.account?q=نيك سازان")
    assert f"{ACCOUNT}/{company}" in found.response.text
    opened = reza.opens(page)
    assert re.search(r"احمد نوری.*تماس گرفت", opened.response.text)
    assert NOTE in opened.response.text
    assert "تماس بعدی احمد" in opened.response.text

    # Ahmad's next call is among the open ones of the team; all that was said before is there, too.
    assert "تماس بعدی احمد" in reza.opens(f"{ACTIVITY}?view=team").response.text
    assert NOTE in reza.opens(f"{ACTIVITY}/{call['id']}").response.text

    # He goes on: without a reason nothing is written down, with one it is kept.
    refused = operation(reza, page, "log_call", result_note="من هم زنگ زدم")
    assert refused.status == 422
    assert len(kept.find("activities.activity", "state == 'done'")) == 1
    operation(reza, page, "log_call", result_note="من هم زنگ زدم", again_reason="خودشان خواستند")
    (again,) = kept.find("activities.activity", "state == 'done' and again_reason != null", ("again_reason",))
    assert again["again_reason"] == "خودشان خواستند"

    # Somebody of another team without the right sees neither.
    assert outsider.opens(page).status == 404
    assert "احمد" not in outsider.opens(f"{ACTIVITY}?view=team").response.text
    assert outsider.opens(f"{ACTIVITY}/{call['id']}").status == 404


@pytest.mark.covers("AS-06")
def test_a_call_without_a_note_stays_an_open_task(kept, company, reza):
    operation(reza, f"{ACCOUNT}/{company}", "log_call")
    (call,) = kept.find("activities.activity", "", ("state", "done_at", "owner"))
    assert (call["state"], call["done_at"], call["owner"].id) == ("planned", None, reza.actor.id)


@pytest.mark.covers("SA-14", "CO-23")
def test_a_record_shows_its_next_step_and_a_queue_shows_them_in_order(kept, company, reza):
    page = f"{ACCOUNT}/{company}"
    assert "بدون گام بعدی" in reza.opens(page).response.text
    operation(reza, page, "plan_activity", subject="دوم", day="1410/01/02")
    operation(reza, page, "plan_activity", subject="نخست", day="1410/01/01")
    shown = reza.opens(page).response.text
    assert "بدون گام بعدی" not in shown
    assert shown.index("نخست") < shown.index("دوم")
    queue = reza.opens(f"{ACTIVITY}?view=mine").response.text
    assert queue.index("نخست") < queue.index("دوم")
