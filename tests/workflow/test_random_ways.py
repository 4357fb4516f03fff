"""Whatever is tried with random workflows: a state moves along a step of the workflow, and the history says which."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PayvandError
from core.kernel.actor import system_actor
from core.storage import Database
from core.studio import Studio
from tests.workflow.conftest import ARTICLE

STATES = ("draft", "reading", "printed", "refused")
OWN = ("hand_in", "print", "refuse", "reopen", "settle")
ADDED = ("x_one", "x_two", "x_three")

state = st.sampled_from(STATES)
ways = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries({"from": st.sets(state, min_size=1).map(sorted), "to": state})
        for name in ADDED
    }
)
act = st.one_of(
    st.tuples(st.just("create"), state, st.sampled_from(["web", "import"])),
    st.tuples(st.just("write"), state, st.sampled_from(["web", "import", "api"])),
    st.tuples(st.just("batch"), state, st.booleans()),
    st.tuples(st.just("trash"), st.none(), st.none()),
    st.tuples(st.just("take"), st.sampled_from((*OWN, *ADDED)), st.none()),
    st.tuples(st.just("move"), state, st.none()),
)


@pytest.fixture
def editor(press, actor_as):
    """Somebody who may take every step, write and import."""
    return press.known(actor_as("press.editor", "press.importer"))


def _do(press, editor, article, one):
    kind, value, how = one
    records = press.records
    if kind == "create":
        with press.site.get(Database).unit(press.desk.catalog, editor, channel=how) as uow:
            records.create(editor, ARTICLE, [{"title": "New", "state": value}], uow=uow)
    elif kind == "write":
        with press.site.get(Database).unit(press.desk.catalog, editor, channel=how) as uow:
            records.update(editor, ARTICLE, article, {"state": value}, version=None, uow=uow)
    elif kind == "batch":
        other = press.article("draft")
        press.update_many({other: {"title": "x"}, article: {"state": value}}, by=None if how else editor)
    elif kind == "trash":
        press.desk.delete(ARTICLE, article)
        press.desk.restore(ARTICLE, article)
    elif kind == "take":
        press.take(article, value, by=editor, values={}, reason="because")
    else:
        press.to(article, value, by=editor, reason="because")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=ways, tried=st.lists(act, min_size=4, max_size=14))
def test_no_way_through_the_door_moves_a_state_but_a_step(press, editor, steps, tried):
    press.site.get(Studio).change_workflow(
        system_actor("a test"), "press.article", {"transitions": dict(steps)}
    )
    workflow = press.desk.catalog.workflows["press.article"]
    article = press.article("draft", fee=500)
    for one in tried:
        before, known = press.state(article), len(press.desk.history(ARTICLE, article))
        with suppress(PayvandError):
            _do(press, editor, article, one)
        after = press.state(article)
        if after != before:
            entry = press.desk.history(ARTICLE, article)[0]
            assert len(press.desk.history(ARTICLE, article)) > known
            assert entry.action == "transition"
            assert entry.changes["state"] == (before, after)
            step = workflow.transitions[entry.transition]
            assert before in step.source
            assert step.target == after
    assert set(press.desk.column(ARTICLE, "state", limit=200)) <= set(STATES)
