"""A look through the records that are there: pairs in the queue, seen by who may, decided once and for all."""

from __future__ import annotations

import pytest

from core.access import Access
from core.app.work import work
from core.errors import AccessDenied, Conflict, NotFound
from core.jobs import JobContext, Jobs
from core.records import scan_task, scanning
from core.records.duplicate_queue import DuplicateQueue
from core.records.merging import Merging
from core.records.scan_task import start_scan
from core.storage import Database
from core.storage.kernel_tables import job as core_job

WRITER = "papers.writer"


@pytest.fixture
def editor(desk, actor_as):
    return desk.as_(actor_as("papers.editor"))


def unit(desk):
    return desk.site.get(Database).unit(desk.catalog, desk.actor)


def promised(desk, *, whole=False):
    with unit(desk) as uow:
        return start_scan(
            desk.site.get(Access), desk.site.get(Jobs), desk.actor, WRITER, whole=whole, uow=uow
        )


def scan(desk, **how):
    job = promised(desk, **how)
    work(desk.site, wait=False)
    status = desk.site.get(Jobs).status(desk.actor, job)
    assert status.state == "done", status.error
    return status.result


def queue(desk, **asked):
    with unit(desk) as uow:
        return desk.site.get(DuplicateQueue).page(desk.actor, WRITER, uow=uow, **asked).items


def pairs(desk, **asked):
    return [one.records for one in queue(desk, **asked)]


def decide(desk, state, *pairs):
    with unit(desk) as uow:
        return desk.site.get(DuplicateQueue).decide(desk.actor, WRITER, [p.id for p in pairs], state, uow=uow)


def merge(desk, winner, *losers):
    with unit(desk) as uow:
        return desk.site.get(Merging).merge(desk.actor, WRITER, winner, losers, uow=uow)


def anna(desk, name="Anna Weber", mail="anna@example.com", **more):
    return desk.one(WRITER, name=name, mail=mail, **more)


def test_who_is_there_twice_is_found_in_other_letters_and_with_a_slip(desk, editor):
    first, second = anna(desk), anna(desk, "WÉBER, Annna")
    anna(desk, "Berta Weber", "berta@example.com")
    assert scan(editor)["pairs"] == 1
    (found,) = queue(editor)
    assert found.records == (first, second)
    assert found.score > 0.9
    assert {one["clue"]: one["what"] for one in found.reasons} == {"name": "alike", "mail": "same"}


def test_a_family_shares_an_address_and_is_not_the_same(desk, editor):
    anna(desk)
    anna(desk, "Berta Weber")
    assert scan(editor)["pairs"] == 0


def test_two_of_one_name_are_not_the_same_for_that(desk, editor):
    anna(desk)
    anna(desk, mail="another@example.com")
    assert scan(editor)["pairs"] == 0


def test_what_identifies_them_tells_them_apart(desk, editor):
    anna(desk, passport="P1")
    anna(desk, passport="P2")
    assert scan(editor)["pairs"] == 0


def test_lines_are_compared_where_the_document_says_so(desk, editor):
    ways = [{"kind": "mail", "address": "+98 912 123 4567"}]
    first = desk.one(WRITER, name="Anna Weber", ways=ways)
    second = desk.one(WRITER, name="Anna Weber", ways=[{"kind": "mail", "address": "۰۹۱۲۱۲۳۴۵۶۷"}])
    desk.one(WRITER, name="Anna Weber", ways=[{"kind": "door", "address": "09121234567"}])
    scan(editor)
    assert pairs(editor) == [(first, second)]


def test_what_is_no_duplicate_is_never_asked_again(desk, editor):
    anna(desk)
    second = anna(desk)
    scan(editor)
    (found,) = queue(editor)
    assert decide(editor, "dismissed", found) == [found.id]
    assert decide(editor, "dismissed", found) == []
    desk.update(WRITER, second, points=3, name="Anna Webber")
    scan(editor)
    scan(editor, whole=True)
    assert pairs(editor) == []
    assert pairs(editor, state="dismissed") == [found.records]
    decide(editor, "open", found)
    assert pairs(editor) == [found.records]


def test_records_that_are_merged_or_deleted_leave_the_queue_and_come_back_with_them(desk, editor):
    first, second, third = anna(desk), anna(desk), anna(desk)
    scan(editor)
    assert len(pairs(editor)) == 3
    done = merge(editor, first, second)
    assert pairs(editor) == [(first, third)]
    with unit(editor) as uow:
        editor.site.get(Merging).undo(editor.actor, done.id, uow=uow)
    assert len(pairs(editor)) == 3
    desk.delete(WRITER, third)
    assert pairs(editor) == [(first, second)]
    assert scan(editor)["pairs"] == 1


def test_who_is_none_of_a_record_is_none_of_the_one_it_was_merged_into(desk, editor):
    first, second, third = anna(desk), anna(desk), anna(desk)
    scan(editor)
    found = {one.records: one for one in queue(editor)}
    decide(editor, "dismissed", found[second, third])
    merge(editor, first, second)
    assert pairs(editor) == []
    scan(editor, whole=True)
    assert pairs(editor) == []
    assert pairs(editor, state="dismissed") == [(first, third)]


def test_a_later_scan_compares_what_has_changed_and_drops_what_is_no_pair_any_more(desk, editor):
    first, second = anna(desk), anna(desk)
    assert scan(editor)["compared"] == 2
    assert scan(editor)["compared"] == 0
    assert pairs(editor) == [(first, second)]
    desk.update(WRITER, second, mail="else@example.com")
    assert scan(editor)["compared"] == 1
    assert pairs(editor) == []


def test_a_pair_is_seen_by_who_may_read_both(desk, editor, actor_as):
    other = desk.as_(actor_as("papers.loner"))
    mine = [anna(desk, mine=other.actor.id) for _ in range(2)]
    anna(desk)
    scan(editor)
    assert len(pairs(editor)) == 3
    assert pairs(other) == [tuple(mine)]
    with unit(other) as uow:
        assert other.site.get(DuplicateQueue).count(other.actor, WRITER, uow=uow) == 1
    assert len(decide(other, "dismissed", *queue(editor))) == 1
    assert len(pairs(editor)) == 2


def test_who_may_not_read_all_that_is_compared_sees_no_pairs(desk, editor, actor_as):
    guest = desk.as_(actor_as("papers.half_guest"))
    anna(desk), anna(desk)
    scan(editor)
    with pytest.raises(AccessDenied):
        queue(guest)


def test_deciding_and_scanning_take_rights_of_their_own(desk, editor, actor_as):
    clerk = desk.as_(actor_as("papers.clerk"))
    anna(desk), anna(desk)
    scan(editor)
    (found,) = queue(clerk)
    with pytest.raises(AccessDenied):
        decide(clerk, "dismissed", found)
    with pytest.raises(AccessDenied):
        promised(clerk)


def test_one_scan_of_an_entity_at_a_time(editor):
    promised(editor)
    with pytest.raises(Conflict):
        promised(editor)


def test_what_says_nothing_of_a_scan_is_not_scanned(desk, editor):
    with unit(editor) as uow, pytest.raises(NotFound):
        start_scan(desk.site.get(Access), desk.site.get(Jobs), editor.actor, "papers.desk", uow=uow)


def test_a_crowd_is_not_compared_each_with_each_and_told(desk, editor, monkeypatch):
    monkeypatch.setattr(scanning, "MOST", 3)
    for place in range(5):
        desk.one(WRITER, name=f"{'abcde'[place] * 5} Weber", mail="office@example.com")
    first, second = anna(desk, mail="office@example.com"), anna(desk, mail="office@example.com")
    told = scan(editor)
    assert (told["crowds"] > 0, told["largest"]) == (True, 7)
    assert pairs(editor) == [(first, second)], (
        "they share the name and the address, though the crowd is large"
    )


def test_a_scan_that_broke_goes_on_where_it_was(desk, editor, monkeypatch):
    monkeypatch.setattr(scanning, "NOTED_AT_ONCE", 2)
    monkeypatch.setattr(scanning, "COMPARED_AT_ONCE", 2)
    ids = [anna(desk) for _ in range(5)]
    broken, plain = iter((True, False)), scan_task._keep

    def breaks(context, uow, kept):
        if kept["compared"] == 2 and next(broken, False):
            raise RuntimeError("the lights went out")
        return plain(context, uow, kept)

    monkeypatch.setattr(scan_task, "_keep", breaks)
    job = promised(editor)
    with pytest.raises(RuntimeError):
        run_once(editor, job)
    run_once(editor, job)
    assert len(pairs(editor)) == len(ids) * (len(ids) - 1) // 2


def run_once(desk, job):
    with desk.site.get(Database).engine.connect() as connection:
        row = connection.execute(core_job.select().where(core_job.c.id == job)).mappings().one()
    context = JobContext(
        site=desk.site, id=job, actor=desk.actor, arguments=row["arguments"], checkpoint=row["checkpoint"]
    )
    return scan_task.run_scan(context)


def test_pages_follow_each_other(desk, editor):
    for _ in range(4):
        anna(desk)
    scan(editor)
    seen, cursor = [], ""
    while True:
        with unit(editor) as uow:
            page = desk.site.get(DuplicateQueue).page(editor.actor, WRITER, limit=4, cursor=cursor, uow=uow)
        seen += [one.records for one in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 6
