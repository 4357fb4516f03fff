"""The calendar of the whole team: what one plans, the others see, and nobody else."""

from __future__ import annotations

import pytest

from core.testing.site import actor_of

pytestmark = pytest.mark.modules

CALENDAR = "/records/activities.activity/calendar"
ROLES = ("base.member", "contacts.editor", "activities.user")


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


@pytest.fixture
def somebody(person, site):
    def make(name, team):
        found = person(*ROLES, login=f"{name}@example.com", name=name, language="fa", team=team)
        found.actor = actor_of(site, f"{name}@example.com")
        return found

    return make


@pytest.mark.covers("CO-04", "SA-15")
def test_the_calendar_of_the_team_shows_what_everybody_in_it_plans(kept, somebody):
    ahmad, reza, nima = somebody("ahmad", "فروش"), somebody("reza", "فروش"), somebody("nima", "خدمات")
    kind = kept.find("activities.activity_type", "category == 'call'")[0]["id"]
    values = {"type": kind, "owner": ahmad.actor.id, "zone": "Asia/Tehran"}
    timed = {**values, "subject": "تماس احمد", "start_at": "2026-03-24T06:30:00Z"}
    whole = {**values, "subject": "نمایشگاه", "all_day": True, "day": "2026-03-25"}
    due = {**values, "subject": "پیگیری قرارداد", "due_at": "2026-03-26T06:30:00Z"}
    kept.add("activities.activity", timed, whole, due)
    month = f"{CALENDAR}?on=2026-03-24"
    for one in (ahmad, reza):
        shown = one.opens(month)
        assert shown.status == 200
        assert "تماس احمد" in shown.response.text
        assert shown.response.text.count("نمایشگاه") >= 1
        assert "پیگیری قرارداد" in shown.response.text  # what is only due stands there, too
    assert "تماس احمد" not in nima.opens(month).response.text
    # Four days after Nowruz, in a month that is Farvardin for the reader.
    assert "فروردین" in reza.opens(month).response.text


def test_what_is_planned_on_a_day_of_the_calendar_is_for_the_whole_of_it(kept, somebody):
    ahmad = somebody("ahmad", "فروش")
    day = ahmad.opens(f"{CALENDAR}?on=2026-03-24").page.all("a", cls="cal-new")[0]
    (kind,) = kept.find("activities.activity_type", "category == 'task'", ("name",))
    ahmad.saves(day["href"], {"subject": "خرید", "type__text": kind["name"]})
    (made,) = kept.find("activities.activity", "subject == 'خرید'", ("all_day", "day"))
    assert (made["all_day"], str(made["day"])) == (True, "2026-03-21")
