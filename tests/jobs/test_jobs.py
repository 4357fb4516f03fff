"""A job is promised in the caller's transaction, runs once with its actor's rights, and ends in a state that is told."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from core.errors import Conflict, NotFound, Unavailable, ValidationFailed
from core.identity import Identity
from core.jobs import JobCancelled, Task
from core.jobs.runner import (
    ATTEMPTS,
    BROKE,
    FENCE,
    MOST_STARTS,
    TOO_LARGE,
    TOO_OFTEN,
    GivenUp,
    Postponed,
    Runner,
)
from core.kernel.actor import Scope
from core.storage import Database
from core.storage.catalogs import Catalogs


class Nothing(Exception):
    """Raised to leave a unit of work without committing."""


def test_a_job_runs_and_its_result_is_told(desk):
    job = desk.defer(
        desk.task("kit.add", lambda c: {"sum": sum(c.arguments["numbers"])}), {"numbers": [1, 2, 3]}
    )
    assert desk.status(job).state == "queued"
    desk.work()
    done = desk.status(job)
    assert (done.state, done.result, done.error) == ("done", {"sum": 6}, None)
    assert done.finished_at is not None


def test_a_job_of_a_transaction_that_fails_never_exists(desk):
    name = desk.task("kit.nothing", lambda c: {})
    with suppress(Nothing), desk.unit() as uow:
        desk.jobs.defer(uow, name, {})
        raise Nothing
    assert desk.run("SELECT count(*) FROM core_job WHERE kind = 'kit.nothing'") == [(0,)]
    assert desk.run("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_a_job_acts_with_the_present_rights_of_who_started_it(desk, actor_as):
    seen = []
    anna = actor_as("kit.keeper", login="anna@example.com")
    desk.defer(desk.task("kit.who", lambda c: seen.append(c.actor) or {}), actor=anna)
    desk.run("UPDATE core_account SET roles = '{kit.visitor}' RETURNING 1")
    desk.run("UPDATE core_catalog SET access_version = access_version + 1 RETURNING 1")
    desk.work()
    assert [(a.login, a.roles, a.channel) for a in seen] == [
        ("anna@example.com", frozenset({"kit.visitor"}), "job")
    ]


def test_somebody_elses_job_does_not_exist_for_me(desk, actor_as):
    anna, ben = actor_as("kit.keeper"), actor_as("kit.keeper")
    job = desk.defer(desk.task("kit.mine", lambda c: {}), actor=anna)
    assert desk.jobs.status(anna, job).kind == "kit.mine"
    with pytest.raises(NotFound):
        desk.jobs.status(ben, job)
    with pytest.raises(NotFound):
        desk.jobs.cancel(ben, job)


def test_an_unknown_task_is_refused_when_it_is_promised(desk):
    with pytest.raises(NotFound):
        desk.defer("kit.never")


def test_two_tasks_of_one_name_are_refused(desk):
    desk.task("kit.twice", lambda c: {})
    with pytest.raises(Conflict):
        desk.jobs.register(Task(name="kit.twice", run=lambda c: {}))


def test_tasks_of_modules_go_with_them_and_those_of_the_core_stay(desk):
    desk.task("kit.gone", lambda c: {})
    desk.jobs.fill()
    with pytest.raises(NotFound):
        desk.jobs.task("kit.gone")
    assert desk.jobs.task("storage.build_indexes")


def test_a_cancelled_job_that_waits_never_starts(desk):
    started = []
    job = desk.defer(desk.task("kit.late", lambda c: started.append(1) or {}))
    assert desk.jobs.cancel(desk.system, job, everybody=True).state == "cancelled"
    desk.work()
    assert (desk.status(job).state, started) == ("cancelled", [])


def test_a_job_that_runs_is_cancelled_at_its_next_report(desk):
    def run(context):
        context.report(1, 3)
        desk.jobs.cancel(desk.system, context.id, everybody=True)
        context.report(2)
        raise AssertionError("the report must have stopped it")

    job = desk.defer(desk.task("kit.long", run))
    desk.work()
    stopped = desk.status(job)
    assert (stopped.state, stopped.done, stopped.total) == ("cancelled", 2, 3)


def test_what_has_ended_cannot_be_cancelled(desk):
    job = desk.defer(desk.task("kit.quick", lambda c: {}))
    desk.work()
    with pytest.raises(Conflict):
        desk.jobs.cancel(desk.system, job, everybody=True)


def test_a_refusal_ends_the_job_with_its_sentence(desk):
    def refuse(context):
        raise ValidationFailed("The sheet has no rows.", problems=[])

    job = desk.defer(desk.task("kit.refuse", refuse))
    desk.work()
    assert (desk.status(job).state, desk.status(job).error) == ("failed", "The sheet has no rows.")


def test_a_broken_job_waits_for_another_try_and_says_nothing_of_its_inside(desk):
    def boom(context):
        raise ZeroDivisionError("secret detail")

    job = desk.defer(desk.task("kit.boom", boom))
    desk.work()
    assert (desk.status(job).state, desk.status(job).error) == ("queued", None)
    assert desk.run("SELECT status::text, attempts FROM procrastinate_jobs") == [("todo", 1)]


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ZeroDivisionError("secret detail"), BROKE),
        (Unavailable("The database does not answer."), "The database does not answer."),
    ],
)
def test_the_last_try_of_a_broken_job_fails_it(desk, failure, told):
    def boom(context):
        raise failure

    job = desk.defer(desk.task("kit.boom", boom))
    for number in range(1, ATTEMPTS):
        with pytest.raises(Postponed) as later:
            runner(desk).run(job, bool)
        assert (desk.status(job).state, later.value.seconds) == ("queued", 2**number)
    with pytest.raises(GivenUp) as given_up:
        runner(desk).run(job, bool)
    assert given_up.value.__cause__ is failure
    assert (desk.status(job).state, desk.status(job).error) == ("failed", told)


class Died(BaseException):
    """Ends a job as the death of its worker does: nothing is written down about it."""


def dies(desk, job, times):
    for _ in range(times):
        with suppress(Died):
            runner(desk).run(job, bool)


def test_a_job_that_keeps_killing_its_worker_is_given_up(desk):
    def die(context):
        raise Died

    job = desk.defer(desk.task("kit.killer", die))
    dies(desk, job, MOST_STARTS)
    assert desk.status(job).state == "running"
    runner(desk).run(job, bool)
    assert (desk.status(job).state, desk.status(job).error) == ("failed", TOO_OFTEN)


def test_a_job_that_gets_further_each_time_is_never_given_up(desk):
    def step(context):
        done = int((context.checkpoint or {}).get("done", 0)) + 1
        with desk.unit() as uow:
            context.keep(uow, {"done": done}, done=done)
        if done <= MOST_STARTS + 5:
            raise Died if done % 2 else ZeroDivisionError
        return {"steps": done}

    job = desk.defer(desk.task("kit.steps", step))
    for _ in range(2 * MOST_STARTS):
        with suppress(Died, Postponed):
            runner(desk).run(job, bool)
    assert (desk.status(job).state, desk.status(job).result) == ("done", {"steps": MOST_STARTS + 6})


def test_a_job_that_takes_too_much_memory_fails_at_once_and_says_so(desk):
    def swell(context):
        raise MemoryError

    job = desk.defer(desk.task("kit.swell", swell))
    runner(desk).run(job, bool)
    assert (desk.status(job).state, desk.status(job).error) == ("failed", TOO_LARGE)


def test_a_worker_gets_no_more_memory_than_it_may(desk):
    code = "from core.app.work import limit_memory; limit_memory(512); bytearray(600 * 2**20)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("MemoryError")


def test_a_job_that_is_asked_to_stop_is_never_given_up_for_it(desk):
    job = desk.defer(desk.task("kit.stopped", lambda c: c.report(0) or {}))
    for _ in range(MOST_STARTS + 1):
        with pytest.raises(Postponed):
            runner(desk).run(job, lambda: True)
    runner(desk).run(job, bool)
    assert desk.status(job).state == "done"


def test_a_job_does_no_more_than_the_key_it_was_promised_with(desk, actor_as):
    seen = []
    narrow = replace(actor_as("kit.keeper"), scopes=(Scope(entity="kit.shelf", action="read"),))
    task = desk.task("kit.what", lambda c: seen.append(c.actor.scopes) or {})
    for actor in (narrow, actor_as("kit.keeper")):
        desk.defer(task, actor=actor)
    desk.work()
    assert seen == [(Scope(entity="kit.shelf", action="read"),), None]


def test_a_worker_that_stops_leaves_the_job_to_go_on_from_its_checkpoint(desk):
    def count(context):
        done = int((context.checkpoint or {}).get("done", 0))
        for step in range(done + 1, 6):
            with desk.unit() as uow:
                context.keep(uow, {"done": step}, done=step)
            steps.append(step)
            context.report(step)
        return {"counted": context.checkpoint["done"]}

    steps = []
    job = desk.defer(desk.task("kit.count", count))
    with pytest.raises(Postponed):
        runner(desk).run(job, lambda: len(steps) == 2)
    assert (desk.status(job).state, desk.status(job).done) == ("queued", 2)
    desk.work()
    assert (desk.status(job).state, desk.status(job).result, steps) == (
        "done",
        {"counted": 5},
        [1, 2, 3, 4, 5],
    )


def test_a_checkpoint_shares_the_fate_of_its_work(desk):
    def run(context):
        with suppress(Nothing), desk.unit() as uow:
            context.keep(uow, {"at": 1}, done=1)
            raise Nothing
        raise JobCancelled

    job = desk.defer(desk.task("kit.rolled_back", run))
    desk.work()
    assert desk.run(f"SELECT checkpoint, done FROM core_job WHERE id = {job}") == [(None, 0)]


def test_what_a_dead_worker_left_is_picked_up(desk):
    job = desk.defer(desk.task("kit.left", lambda c: {"done": True}))
    desk.run(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING 1"
    )
    desk.run(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers) "
        "RETURNING 1"
    )
    desk.run(f"UPDATE core_job SET state = 'running' WHERE id = {job} RETURNING 1")
    desk.work()
    assert (desk.status(job).state, desk.status(job).result) == ("done", {"done": True})


def test_a_job_that_runs_elsewhere_is_not_run_twice(desk):
    job = desk.defer(desk.task("kit.once", lambda c: {}))
    with desk.site.get(Database).reading() as elsewhere:
        elsewhere.value("SELECT pg_advisory_lock(%s)", [FENCE + job])
        with pytest.raises(Postponed):
            runner(desk).run(job, bool)
        elsewhere.value("SELECT pg_advisory_unlock(%s)", [FENCE + job])
    runner(desk).run(job, bool)
    assert desk.status(job).state == "done"


def test_daily_tasks_are_promised_once_a_day(desk):
    desk.jobs.register(Task(name="kit.sweep", run=lambda c: {}, daily=True))
    with desk.unit() as uow:
        first = desk.jobs.defer_due(uow)
        second = desk.jobs.defer_due(uow)
    assert (len(first), second) == (len([t for t in desk.jobs.names if desk.jobs.task(t).daily]), [])
    desk.run("UPDATE core_job SET created_at = created_at - interval '21 hours' RETURNING 1")
    with desk.unit() as uow:
        assert len(desk.jobs.defer_due(uow)) == len(first)


def test_hourly_tasks_are_promised_once_an_hour(desk):
    desk.jobs.register(Task(name="kit.wind", run=lambda c: {}, hourly=True))
    kinds = "SELECT count(*) FROM core_job WHERE kind = 'kit.wind'"
    for _ in range(2):
        with desk.unit() as uow:
            desk.jobs.defer_due(uow)
    assert desk.run(kinds) == [(1,)]
    desk.run("UPDATE core_job SET created_at = created_at - interval '51 minutes' RETURNING 1")
    with desk.unit() as uow:
        assert len(desk.jobs.defer_due(uow)) == len([t for t in desk.jobs.names if desk.jobs.task(t).hourly])


def test_daily_work_of_the_core_succeeds(desk):
    with desk.unit() as uow:
        jobs = desk.jobs.defer_due(uow)
    desk.work()
    assert jobs
    assert {desk.status(job).state for job in jobs} == {"done"}


def test_the_error_of_a_job_is_told_in_the_readers_language(desk):
    def refuse(context):
        raise NotFound

    job = desk.defer(desk.task("kit.absent", refuse))
    desk.work()
    assert desk.status(job).error == "This does not exist or is not visible to you."


def runner(desk):
    return Runner(desk.site, desk.site.get(Identity).actor_of, desk.site.get(Catalogs).current)
