"""Many at once: one wins, the others are told; nothing drifts, nothing is given twice, nobody is turned away."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from core.app.web import create_app
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.studio import Studio
from core.testing.site import close_site, open_site
from tests.reliability.conftest import MODULES
from tests.reliability.races import (
    moving_items,
    numbered_items,
    same_value,
    same_version,
    together,
    wrong_bins,
)

SYSTEM = system_actor("a test")


@pytest.mark.covers("CO-08")
def test_of_twelve_who_saw_the_same_version_one_wins(depot):
    for _ in range(20):
        assert same_version(depot) == Counter(won=1, refused=11)


def test_of_sixteen_who_insert_the_same_unique_value_one_wins(depot):
    for _ in range(5):
        assert same_value(depot) == Counter(won=1, refused=15)


def test_rolled_up_values_are_what_a_recount_gives(depot):
    done = moving_items(depot)
    assert sum(done.values()) == 8 * 12
    assert not [what for what in done if what.startswith("gave up")]
    assert wrong_bins(depot) == []


def test_numbers_are_given_once_and_without_gaps(depot):
    numbers = numbered_items(depot)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 8 * (8 + 4 * 3)


@pytest.fixture
def ask(site, actor_as) -> Callable[..., Callable[..., object]]:
    """Return callers with a key of the chief's, each over the web of one of the processes."""
    chief = actor_as("depot.chief", login="chief@example.com")
    identity = site.get(Identity)
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
        key = identity.create_key(SYSTEM, chief.id, "a key", [Scope()], uow=uow)

    def of(process):
        client = create_app(process).test_client()
        return lambda method, path, body=None: client.open(
            f"/api/v1{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {key}", "If-Match": "*"},
        )

    return of


def reading(call, number, answers, stop):
    """Work that reads one list and one record until told to stop, counting the answers."""

    def run():
        while not stop.is_set():
            answers[call("GET", "/records/depot.bin?fields=name,filled&limit=5").status_code] += 1
            answers[call("GET", f"/records/depot.bin/{number}").status_code] += 1

    return run


def writing(call, number, name, answers, stop):
    """Work that adds items to one bin until told to stop, counting the answers."""

    def run():
        for n in itertools.count(1):
            if stop.is_set():
                return
            body = {"code": f"{name}{n}", "bin": number}
            answers[call("POST", "/records/depot.item", body).status_code] += 1

    return run


def adding(process, depot, name):
    """Work that adds four fields and uses each at once."""

    def run():
        for n in range(4):
            field = {"name": f"x_{name}{n}", "type": "text", "label": {"en": name}, "search": True}
            process.get(Studio).add_field(SYSTEM, "depot.bin", field)
            (record,) = depot.create("depot.bin", {"name": f"{name}{n}", f"x_{name}{n}": "here"})
            assert depot.get("depot.bin", record)[f"x_{name}{n}"] == "here"

    return run


def test_two_processes_add_fields_while_others_read_and_write(site, depot, ask):
    address = str(site.get(type(depot.database)).engine.url.render_as_string(hide_password=False))
    second = open_site(address, site.settings.home, [MODULES])
    (number,) = depot.create("depot.bin", {"name": "busy"})
    stop, answers = threading.Event(), Counter()
    calls = ask(site), ask(second)
    works = [reading(call, number, answers, stop) for call in calls]
    works += [writing(call, number, name, answers, stop) for call, name in zip(calls, "ab", strict=True)]
    busy = [threading.Thread(target=work) for work in works]
    try:
        for thread in busy:
            thread.start()
        ends = together([adding(site, depot, "one"), adding(second, type(depot)(second), "two")])
    finally:
        stop.set()
        for thread in busy:
            thread.join()
        close_site(second)
    assert ends == [None, None]
    assert answers.keys() == {200, 201}, answers
    fields = {name for name in depot.catalog.entity("depot.bin").fields if name.startswith("x_")}
    assert fields == {f"x_{who}{n}" for who in ("one", "two") for n in range(4)}
    assert wrong_bins(depot) == []
