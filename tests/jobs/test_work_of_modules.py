"""What a module's task does in units of its own: for whom, with which reason, with which files."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, NotFound
from core.records.history_reading import HistoryReading
from core.sdk import aggregate, defer, look_up, may_all, read_file, records, store_file
from core.storage.kernel_tables import file as core_file


def _make_shelf(context):
    with context.unit("shelves are counted at night") as uow:
        (saved,) = records(uow).create(uow.actor, "kit.shelf", [{"name": "Of a job"}], uow=uow)
    return {"id": saved.id}


def test_a_job_that_nobody_started_works_as_the_system_and_says_why(desk):
    name = desk.task("test.make", _make_shelf)
    with desk.unit() as uow:
        job = defer(uow, name)
    desk.work()
    number = desk.status(job).result["id"]
    (entry, *_) = desk.site.get(HistoryReading).history(desk.system, "kit.shelf", number, catalog=uow.catalog)
    assert (entry.reason, entry.channel) == ("shelves are counted at night", "job")


def test_a_job_of_a_person_has_their_rights_only(desk, actor_as):
    name = desk.task("test.make", _make_shelf)
    with desk.unit(actor_as()) as uow:
        job = defer(uow, name)
    desk.work()
    assert desk.status(job).state == "failed"
    with desk.unit() as uow:
        assert not list(look_up(uow, "kit.shelf", ("name",)))


def test_an_unknown_task_is_refused_when_a_module_promises_it(desk):
    with pytest.raises(NotFound), desk.unit() as uow:
        defer(uow, "test.nothing")


def test_bytes_become_a_file_with_the_commit(desk):
    with desk.unit() as uow:
        number = store_file(uow, b"%PDF-1.7 a page", "page.pdf", "application/pdf")
    with desk.unit() as uow:
        row = uow.execute(core_file.select().where(core_file.c.id == number)).one()
    assert (row.name, row.mime, row.size) == ("page.pdf", "application/pdf", 15)


def test_a_file_is_read_by_those_only_who_may_download_it(desk, actor_as):
    with desk.unit() as uow:
        number = store_file(uow, b"%PDF-1.7 a page", "page.pdf", "application/pdf")
    with desk.unit() as uow:
        assert read_file(uow, number, uow.actor) == b"%PDF-1.7 a page"
        with pytest.raises(NotFound):
            read_file(uow, number, actor_as())


def test_figures_are_those_of_what_the_actor_sees(desk, actor_as):
    with desk.unit() as uow:
        records(uow).create(uow.actor, "kit.shelf", [{"name": "a"}, {"name": "b"}], uow=uow)
        assert aggregate(uow, "kit.shelf") == [{"count()": 2}]
        assert aggregate(uow, "kit.shelf", where="name == 'a'") == [{"count()": 1}]
        with pytest.raises(AccessDenied):
            aggregate(uow, "kit.shelf", actor=actor_as())


def test_only_who_may_do_something_to_every_record_is_told_from_others(desk, actor_as):
    with desk.unit() as uow:
        told = [may_all(uow, one, "kit.shelf", "update") for one in (desk.system, actor_as())]
    assert told == [True, False]
