"""Records that come with a module: each once, known by its key, never forced on whoever has changed or deleted it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.errors import MetadataInvalid
from core.kernel.actor import Actor
from core.records.service import Records
from core.storage import Database

SYSTEM = Actor(elevated="a test")

SHELVES = """
    policy: {policy}
    entity: kit.shelf
    records:
      - {{key: cellar, name: {cellar}}}
      - {{key: attic, name: Attic}}
"""
THINGS = """
    policy: create_once
    entity: kit.thing
    records:
      - {key: cup, name: Cup, shelf: "@cellar", price: {amount: "1200", currency: IRR}, bought: "2026-03-21"}
"""


def write(house, policy="create_once", cellar="Cellar", **files):
    house.write(
        "stock",
        {
            "data/1_shelves.yaml": SHELVES.format(policy=policy, cellar=cellar),
            "data/2_things.yaml": THINGS,
            **files,
        },
        requires='{core: ">=0.1", kit: ">=1"}',
    )


def again(house, version):
    """Make the module's files differ, so that its data is loaded again."""
    manifest = house.folder / "stock" / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("1.0.0", version))
    house.lifecycle.refresh(SYSTEM)


def test_records_are_there_with_the_module_and_name_one_another_by_key(house):
    write(house)
    house.install("stock")
    assert house.column("kit.shelf", "name") == ["Cellar", "Attic"]
    (cup,) = house.find("kit.thing", "name", "shelf", "price", "bought")
    assert (cup["shelf"].title, str(cup["bought"]), str(cup["price"].amount)) == (
        "Cellar",
        "2026-03-21",
        "1200",
    )


def test_create_once_leaves_alone_what_somebody_changed_or_deleted(house):
    write(house)
    house.install("stock")
    with house.site.get(Database).unit(house.catalog, SYSTEM) as uow:
        records = house.site.get(Records)
        records.update(SYSTEM, "kit.shelf", 1, {"name": "Basement"}, version=None, uow=uow)
        records.delete(SYSTEM, "kit.shelf", [2], uow=uow)
    write(house, cellar="Vault")
    again(house, "1.0.1")
    assert house.column("kit.shelf", "name") == ["Basement"]


def test_keep_in_sync_follows_the_file_but_never_revives(house):
    write(house, "keep_in_sync")
    house.install("stock")
    with house.site.get(Database).unit(house.catalog, SYSTEM) as uow:
        house.site.get(Records).delete(SYSTEM, "kit.shelf", [2], uow=uow)
    write(house, "keep_in_sync", cellar="Vault")
    again(house, "1.0.1")
    assert house.column("kit.shelf", "name") == ["Vault"]


def test_a_record_may_name_one_above_it_in_the_same_file_and_a_nested_one(house):
    house.write(
        "family",
        {
            "entities/member.yaml": """
            entity: family.member
            label: Member
            fields:
              name: {type: text, label: Name}
              parent: {type: reference, label: Parent, to: family.member}
              children: {type: list, label: Children, of: family.member, by: parent}
              friends: {type: links, label: Friends, to: family.member}
        """,
            "data/members.yaml": """
            policy: create_once
            entity: family.member
            records:
              - {key: a, name: A}
              - {key: b, name: B, parent: "@a"}
              - {key: c, name: C, parent: "@b", friends: ["@a"], children: [{name: D, friends: ["@family:a"]}]}
        """,
        },
    )
    house.install("family")
    found = {m["name"]: m for m in house.find("family.member", "name", "parent", "friends")}
    assert {n: m["parent"].title if m["parent"] else None for n, m in found.items()} == {
        "A": None,
        "B": "A",
        "C": "B",
        "D": "C",
    }
    assert [f.title for f in found["D"]["friends"]] == ["A"]


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ('{key: x, name: X, shelf: "@nowhere"}', "@nowhere"),
        ("{key: x, size: 1}", "name: This value is required."),
        ("{key: x, name: X, sise: 1}", "sise"),
    ],
)
def test_a_record_that_cannot_be_is_told_with_its_file_and_nothing_is_installed(house, record, told):
    house.write(
        "wrong",
        {"data/things.yaml": f"policy: create_once\nentity: kit.thing\nrecords:\n  - {record}\n"},
        requires='{core: ">=0.1", kit: ">=1"}',
    )
    with pytest.raises(MetadataInvalid) as refused:
        house.install("wrong")
    assert "wrong/data/things.yaml" in refused.value.text()
    assert told in refused.value.text()
    assert house.states()["wrong"] == "available"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("policy: sometimes\nentity: kit.thing\nrecords: []\n", "unknown_value"),
        ("policy: create_once\nentity: kit.thing\n", "wrong_shape"),
        ("policy: create_once\nentity: kit.thing\nrecords: {a: 1}\n", "wrong_type"),
        ("policy: create_once\nentity: kit.thing\nrecords:\n  - {name: X}\n", "no_key"),
        ("policy: create_once\nentity: kit.thing\nrecords:\n  - {key: x}\n  - {key: x}\n", "duplicate"),
        ("policy: create_once\nentity: 5\nrecords: []\n", "wrong_type"),
        ("policy: create_once\nentity: kit.thinng\nrecords: []\n", "unknown_entity"),
    ],
)
def test_a_data_file_is_read_as_strictly_as_a_document(house, text, code):
    house.write("wrong", {"data/things.yaml": text}, requires='{core: ">=0.1", kit: ">=1"}')
    with pytest.raises(MetadataInvalid) as refused:
        house.install("wrong")
    assert [p.code for p in refused.value.problems] == [code]


def test_demo_records_are_loaded_once_when_asked_for_and_know_the_accounts(house):
    house.write(
        "toys",
        {
            "entities/toy.yaml": """
            entity: toys.toy
            label: Toy
            fields:
              name: {type: text, label: Name}
              shelf: {type: reference, label: Shelf, to: kit.shelf}
        """,
            "demo/toys.yaml": """
            policy: create_once
            entity: toys.toy
            records:
              - {key: ball, name: Ball, shelf: "@keeper@example.com"}
        """,
        },
        requires='{core: ">=0.1", kit: ">=1"}',
    )
    house.install("toys")
    assert house.find("toys.toy", "name") == []
    (shelf,) = house.create("kit.shelf", {"name": "Window"})
    known = {"keeper@example.com": ("kit.shelf", shelf)}
    assert house.lifecycle.demo(SYSTEM, known) > 0
    assert house.lifecycle.demo(SYSTEM, known) == 0
    assert [toy["shelf"].title for toy in house.find("toys.toy", "shelf")] == ["Window"]


def test_a_module_hears_of_its_installation_with_its_data_in_place(house):
    house.write(
        "greeter",
        {
            "data/shelves.yaml": SHELVES.format(policy="create_once", cellar="Cellar"),
            "hooks.py": """
            from core.sdk import hookimpl, look_up, records

            @hookimpl
            def module_installed(module, uow):
                if module.name == "greeter":
                    names = [shelf["name"] for shelf in look_up(uow, "kit.shelf", ("name",))]
                    records(uow).create(uow.actor, "kit.thing", [{"name": " and ".join(names)}], uow=uow)
        """,
        },
        requires='{core: ">=0.1", kit: ">=1"}',
    )
    house.install("greeter")
    assert house.column("kit.thing", "name") == ["Cellar and Attic"]
    house.install("kit", "greeter")
    assert len(house.find("kit.thing", "name")) == 1


def test_an_error_in_that_hook_undoes_the_whole_installation(house):
    house.write(
        "sulker",
        {
            "entities/box.yaml": "entity: sulker.box\nlabel: Box\nfields: {name: {type: text, label: Name}}\n",
            "hooks.py": """
            from core.sdk import Problem, ValidationFailed, hookimpl

            @hookimpl
            def module_installed(module, uow):
                raise ValidationFailed(problems=[Problem(code="no", message="Not today.")])
        """,
        },
    )
    with pytest.raises(Exception, match="Not today"):
        house.install("sulker")
    assert house.states()["sulker"] == "available"
    assert house.scalar("SELECT to_regclass('sulker_box')") is None
    assert "sulker.box" not in house.catalog.entities


def test_days_and_moments_may_be_counted_from_the_day_of_loading(house):
    house.write(
        "diary",
        {
            "entities/page.yaml": """
            entity: diary.page
            label: Page
            fields:
              name: {type: text, label: Name}
              written: {type: date, label: Written}
              read: {type: datetime, label: Read}
        """,
            "data/pages.yaml": """
            policy: create_once
            entity: diary.page
            records:
              - {key: a, name: $today, written: $today-3, read: $today+1T09:30}
              - {key: b, written: $today, read: "2026-03-21T08:00:00Z"}
        """,
        },
    )
    house.install("diary")
    zone = ZoneInfo(house.site.settings.time_zone)
    first, second = house.find("diary.page", "name", "written", "read", sort=("id",))
    today = second["written"]
    assert (first["name"], first["written"]) == ("$today", today - timedelta(days=3))
    assert (
        first["read"].astimezone(zone).replace(tzinfo=None).isoformat()
        == f"{today + timedelta(days=1)}T09:30:00"
    )
    assert second["read"] == datetime(2026, 3, 21, 8, tzinfo=UTC)


def test_texts_that_a_file_names_are_written_in_the_language_of_the_site(house, monkeypatch):
    monkeypatch.setattr(house.site, "settings", replace(house.site.settings, language="fa"))
    house.write(
        "stock",
        {
            "translations/fa/LC_MESSAGES/messages.po": """
            msgid ""
            msgstr "Content-Type: text/plain; charset=utf-8\\n"

            msgid "Cellar"
            msgstr "زیرزمین"
        """,
            "data/1_shelves.yaml": """
            policy: create_once
            entity: kit.shelf
            translate: [name]
            records:
              - {key: cellar, name: Cellar}
              - {key: attic, name: Attic}
        """,
        },
        requires='{core: ">=0.1", kit: ">=1"}',
    )
    house.install("stock")
    assert house.column("kit.shelf", "name") == ["زیرزمین", "Attic"]


def test_what_is_to_be_translated_is_a_list_of_names(house):
    write(house)
    file = house.folder / "stock" / "data" / "1_shelves.yaml"
    file.write_text(file.read_text() + "translate: name\n")
    with pytest.raises(MetadataInvalid) as refused:
        house.install("stock")
    assert [p.message for p in refused.value.problems] == ["Write a list of names of fields here."]
