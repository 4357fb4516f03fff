"""Records are merged into one and taken apart again: what points at them follows and comes back, and nothing is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import AccessDenied, BadRequest, Conflict, NotFound, PayvandError
from core.kernel.values import Ref
from core.records.merging import Merging
from core.storage import Database
from core.storage.attempts import tries
from core.storage.external_ids import find_external_ids, remember_external_ids

WRITER = "papers.writer"
TABLES = ("papers_writer", "papers_way", "papers_seat", "papers_mark", "papers_room", "papers_desk")


@pytest.fixture
def editor(desk, actor_as):
    return desk.as_(actor_as("papers.editor"))


def merge(desk, winner, *losers, **how):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return desk.site.get(Merging).merge(desk.actor, WRITER, winner, losers, uow=uow, **how)


def plan(desk, winner, *losers):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return desk.site.get(Merging).plan(desk.actor, WRITER, winner, losers, uow=uow)


def undo(desk, merged):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return desk.site.get(Merging).undo(desk.actor, merged.id, uow=uow)


def dump(desk):
    """Everything that records hold, but for when and by whom they were last touched."""
    found = {}
    with desk.site.get(Database).reading() as reader:
        for table in (*TABLES, *links_of(reader)):
            order = "source, target" if "__" in table else "id"
            rows = reader.rows(
                f"SELECT to_jsonb(t) - 'version' - 'updated_at' - 'updated_by' FROM {table} t ORDER BY {order}"
            )
            found[table] = [row[0] for row in rows]
        found["ids"] = reader.rows("SELECT source, key, record_id FROM core_external_id ORDER BY 1, 2")
    return found


def links_of(reader):
    return [
        row[0]
        for row in reader.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'papers%\\_\\_%' ORDER BY 1"
        )
    ]


def remember(desk, **ids):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        remember_external_ids(uow, "elsewhere", WRITER, ids)


def lead(desk, key):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return find_external_ids(uow, "elsewhere", [key])[key][1]


def test_what_points_at_a_record_follows_it_by_every_kind_of_reference(desk, editor):
    one, two = desk.create(
        WRITER, {"name": "A", "ways": [{"address": "a"}]}, {"name": "B", "ways": [{"address": "b"}]}
    )
    child = desk.one(WRITER, name="C", boss=two)
    mark = desk.one("papers.mark", about={"entity": WRITER, "id": two}, text="x")
    room = desk.one("papers.room", name="R", writers=[two])
    done = merge(editor, one, two)
    assert done.moved == 4
    assert [way["address"] for way in desk.get(WRITER, one)["ways"]] == ["a", "b"]
    assert desk.get(WRITER, child)["boss"].id == one
    assert desk.get("papers.mark", mark)["about"].id == one
    assert [ref.id for ref in desk.get("papers.room", room)["writers"]] == [one]
    with pytest.raises(NotFound):
        desk.get(WRITER, two)


def test_every_field_follows_its_law_its_choice_or_what_is_likeliest(desk, editor):
    table, other = desk.create("papers.desk", {"name": "T"}, {"name": "U"})
    one = desk.one(
        WRITER, name="A", desk=table, points=3, quiet=False, since="2026-02-01", tags=[table], mine=1
    )
    two = desk.one(
        WRITER,
        name="Berta",
        mail="b@b.example",
        passport="P",
        points=4,
        quiet=True,
        since="2026-01-01",
        tags=[other],
        mine=2,
    )
    merge(editor, one, two, choices={"name": one})
    got = desk.get(WRITER, one)
    assert (got["name"], got["mail"], got["passport"], got["desk"].id) == ("A", "b@b.example", "P", table)
    assert (got["points"], got["quiet"], str(got["since"]), got["mine"]) == (7, True, "2026-01-01", 1)
    assert sorted(ref.id for ref in got["tags"]) == [table, other]


def test_of_two_values_the_newer_record_is_believed(desk, editor):
    one, two = desk.one(WRITER, name="Old", mine=1), desk.one(WRITER, name="New", mine=1)
    merge(editor, one, two)
    assert desk.get(WRITER, one)["name"] == "New"
    three = desk.one(WRITER, name="Third", mine=1)
    desk.update(WRITER, one, mail="x@x.example")
    merge(editor, three, one)
    assert desk.get(WRITER, three)["name"] == "New"


def test_a_unique_value_can_be_taken_from_the_record_that_goes(desk, editor):
    one, two = desk.one(WRITER, name="A", code="1"), desk.one(WRITER, name="B", code="2")
    done = merge(editor, one, two, choices={"code": two})
    assert desk.get(WRITER, one)["code"] == "2"
    undo(editor, done)
    assert (desk.get(WRITER, one)["code"], desk.get(WRITER, two)["code"]) == ("1", "2")


def test_children_that_the_other_has_already_stay_its_own_and_both_versions_are_kept(desk, editor):
    one, two = desk.one(WRITER, name="A"), desk.one(WRITER, name="B")
    kept = desk.one("papers.seat", writer=one, room="1", quiet=False)
    gone = desk.one("papers.seat", writer=two, room="1", quiet=True)
    free = desk.one("papers.seat", writer=two, room="2")
    told = desk.one("papers.seat", writer=two, room="3", key="k")
    desk.one("papers.seat", writer=one, room="4", key="moved")
    assert [
        (f.entity, f.count, f.same) for f in plan(editor, one, two).followers if f.entity == "papers.seat"
    ] == [("papers.seat", 3, 1)]
    done = merge(editor, one, two)
    assert done.conflicts == 1
    assert {seat["id"] for seat in desk.find("papers.seat", "id")} >= {kept, free, told}
    assert desk.get("papers.seat", kept)["quiet"] is True
    with desk.site.get(Database).reading() as reader:
        ((conflicts,),) = reader.rows("SELECT conflicts FROM core_merge")
    assert (conflicts[0]["kept"], conflicts[0]["gone"]) == (kept, gone)
    assert {v["quiet"] for v in conflicts[0]["values"].values()} == {True, False}


def test_old_ids_and_keys_lead_to_the_record_that_stays_through_all_merges(desk, editor):
    one, two, three = desk.create(WRITER, *({"name": n} for n in "abc"))
    remember(desk, k1=one, k2=two, k3=three)
    first = merge(editor, two, one)
    second = merge(editor, three, two)
    site = desk.site.get(Merging)

    def target(number):
        with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
            return site.target(WRITER, number, uow)

    assert [target(n) for n in (one, two, three)] == [three, three, None]
    assert [lead(desk, key) for key in ("k1", "k2", "k3")] == [three, three, three]
    undo(editor, second)
    assert [target(n) for n in (one, two, three)] == [two, None, None]
    undo(editor, first)
    assert [target(n) for n in (one, two, three)] == [None, None, None]
    assert [lead(desk, key) for key in ("k1", "k2", "k3")] == [one, two, three]


def graph(desk, chance, children):
    """Writers with many children of every kind, at random."""
    tables = desk.create("papers.desk", *({"name": f"t{n}"} for n in range(5)))
    writers = desk.create(
        WRITER,
        *(
            {
                "name": f"w{n}",
                "points": chance.randrange(9),
                "quiet": chance.random() < 0.5,
                "tags": chance.sample(tables, 2),
            }
            for n in range(4)
        ),
    )
    desk.create(
        "papers.way", *({"writer": chance.choice(writers), "address": f"a{n}"} for n in range(children))
    )
    desk.create(
        "papers.seat",
        *(
            {"writer": w, "room": str(r), "quiet": chance.random() < 0.5}
            for w in writers
            for r in chance.sample(range(40), 25)
        ),
    )
    desk.create(
        "papers.mark",
        *(
            {"about": {"entity": WRITER, "id": chance.choice(writers)}, "text": str(n)}
            for n in range(children)
        ),
    )
    for n in range(12):
        desk.one("papers.room", name=f"r{n}", writers=chance.sample(writers, 2))
    desk.update(WRITER, writers[1], boss=writers[0])
    desk.update(WRITER, writers[2], boss=writers[1])
    desk.update(WRITER, writers[0], boss=writers[3])
    remember(desk, **{f"k{w}": w for w in writers})
    return writers


@pytest.mark.parametrize("seed", [1, 2])
def test_merging_and_taking_back_leaves_everything_as_it_was(desk, editor, seed):
    writers = graph(desk, random.Random(seed), 250)
    before = dump(desk)
    done = merge(editor, writers[0], *writers[1:3])
    merged = dump(desk)
    assert merged != before
    assert done.moved > 250
    undone = undo(editor, done)
    assert undone.kept == ()
    assert dump(desk) == before
    with pytest.raises(Conflict):
        undo(editor, done)


def test_what_was_changed_since_stays_and_is_told(desk, editor):
    one, two = (
        desk.one(WRITER, name="A"),
        desk.one(WRITER, name="B", ways=[{"address": "x"}, {"address": "y"}]),
    )
    done = merge(editor, one, two)
    first, second = (way["id"] for way in desk.get(WRITER, one)["ways"])
    third = desk.one(WRITER, name="C")
    desk.update("papers.way", first, writer=third)
    desk.update(WRITER, one, name="Changed", mail="new@x.example")
    later = desk.one("papers.way", writer=one, address="later")
    undone = undo(editor, done)
    assert ("papers.way", first, "writer") in undone.kept
    assert (WRITER, one, "name") in undone.kept
    assert desk.get("papers.way", first)["writer"].id == third
    assert desk.get("papers.way", second)["writer"].id == two
    assert desk.get("papers.way", later)["writer"].id == one
    assert (desk.get(WRITER, one)["name"], desk.get(WRITER, one)["mail"]) == ("Changed", "new@x.example")
    assert desk.get(WRITER, two)["name"] == "B"


def test_of_two_merges_at_once_one_happens_and_the_other_is_told(desk, editor):
    one, two, three = desk.create(WRITER, *({"name": n} for n in "abc"))

    def act(winner):
        try:
            tries(lambda: merge(editor, winner, two))
        except PayvandError as refused:
            return refused.reason
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, (one, three))) == ["merged", "merged_already"]


def test_a_failure_in_the_middle_leaves_all_as_it_was(desk, editor, monkeypatch):
    writers = graph(desk, random.Random(3), 30)
    before = dump(desk)

    def broken(*_, **__):
        raise Conflict("on purpose")

    monkeypatch.setattr("core.records.merging.log_merge", broken)
    with pytest.raises(Conflict, match="on purpose"):
        merge(editor, writers[0], writers[1])
    assert dump(desk) == before


def test_one_merges_only_what_one_may_update_and_merge(desk, actor_as, editor):
    one, two = desk.one(WRITER, name="A"), desk.one(WRITER, name="B")
    clerk = desk.as_(actor_as("papers.clerk"))
    with pytest.raises(AccessDenied):
        merge(clerk, one, two)
    loner = desk.as_(actor_as("papers.loner"))
    own = loner.one(WRITER, name="Mine")
    with pytest.raises(NotFound):
        merge(loner, own, one)
    with pytest.raises(BadRequest):
        merge(editor, one, one)
    with pytest.raises(BadRequest):
        merge(editor, one)
    with pytest.raises(BadRequest):
        merge(editor, one, two, choices={"nothing": one})


def test_who_differs_in_what_identifies_is_not_merged(desk, editor):
    one, two = desk.one(WRITER, name="A", passport="P1"), desk.one(WRITER, name="B", passport="P2")
    with pytest.raises(Conflict) as refused:
        merge(editor, one, two)
    assert refused.value.reason == "different"


def test_a_record_does_not_come_to_stand_above_itself(desk, editor):
    one = desk.one(WRITER, name="A")
    two = desk.one(WRITER, name="B")
    desk.update(WRITER, one, boss=two)
    done = merge(editor, one, two)
    assert desk.get(WRITER, one)["boss"] is None
    undo(editor, done)
    assert desk.get(WRITER, one)["boss"] == Ref(two, "B") or desk.get(WRITER, one)["boss"].id == two


def test_the_history_tells_of_the_merge_and_its_reason(desk, editor):
    one, two = desk.one(WRITER, name="A"), desk.one(WRITER, name="B", mail="b@b.example")
    merge(editor, one, two, reason="The same person.")
    assert {entry.reason for entry in desk.history(WRITER, one)[:1]} == {"The same person."}
