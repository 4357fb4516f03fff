"""The scripts of the benchmark of tasks still work, each in as few clicks as the last figures say or fewer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.selling import TASKS, WORDS, Hand, make_customer
from benchmarks.tasks import ROLES
from core.storage import Database
from core.testing.site import PASSWORD, actor_of, make_account

pytestmark = [pytest.mark.browser, pytest.mark.modules]

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "tasks.json"


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


def test_eight_tasks_are_done_in_no_more_clicks_than_the_kept_figures_say(seat, site, desk):
    make_account(site, "rep@example.com", ROLES, password=PASSWORD, name="سارا")
    owner = actor_of(site, "rep@example.com").id
    team = desk.one("base.team", name="فروش", members=[owner])
    today = site.get(Database).now().date()
    customer = make_customer(desk, WORDS[0], owner, team, today)
    screen = seat(language="fa")
    page = screen.signs_in("rep@example.com")
    taken = {}
    for task in TASKS:
        screen.goes("/")
        hand = Hand(page)
        task.run(hand, customer)
        taken[task.name] = hand.clicks
    kept = {row["name"]: row["clicks"] for row in json.loads(RESULTS.read_text())["tasks"]}
    assert {name: clicks for name, clicks in taken.items() if clicks > kept[name]} == {}
