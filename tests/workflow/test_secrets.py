"""What somebody may not see stays unknown: to offers, refusals, the history, dialogs and pictures."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, NotFound, TransitionRefused, ValidationFailed
from tests.workflow.conftest import ARTICLE, COPY

HIDDEN = "A field that you cannot see stands in the way; an administrator can help."


@pytest.fixture
def writer(actor_as):
    """Somebody who may not see the fee of an article."""
    return actor_as("press.writer")


@pytest.fixture
def blind(actor_as):
    """Somebody who may take every step and see neither the state nor what is asked for."""
    return actor_as("press.blind")


def test_a_guard_on_a_hidden_field_does_not_speak_of_it(press, writer):
    article = press.article("draft", writer=writer.id, fee=7)
    (offer,) = [o for o in press.offers(article, by=writer)[article] if o.name == "settle"]
    assert [(p.field, p.text()) for p in offer.why_not] == [(None, HIDDEN)]
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "settle", by=writer)
    assert [(p.field, p.text()) for p in failure.value.problems] == [(None, HIDDEN)]
    assert "fee" not in failure.value.text().lower()


def test_the_same_guard_speaks_to_those_who_see_the_field(press, actor_as):
    editor = actor_as("press.editor")
    article = press.article("draft", fee=7)
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "settle", by=editor)
    assert [(p.field, p.text()) for p in failure.value.problems] == [("fee", "The fee is too small.")]


def test_a_hidden_required_field_is_neither_offered_nor_named_nor_filled(press, blind):
    article = press.article("reading")
    assert press.offers(article, by=blind)[article] == []
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "refuse", by=blind)
    assert [(p.field, p.text()) for p in failure.value.problems] == [(None, HIDDEN)]
    with pytest.raises(ValidationFailed) as unknown:
        press.take(article, "refuse", by=blind, values={"fault": "dull"})
    assert "There is no field fault" in unknown.value.text()


def test_who_cannot_see_the_state_is_told_no_names_of_steps(press, blind):
    article = press.article("reading")
    with pytest.raises(TransitionRefused) as failure:
        press.desk.as_(blind).update(ARTICLE, article, state="printed")
    assert failure.value.text().count("print") == 0
    with pytest.raises(TransitionRefused) as hidden:
        press.to(article, "printed", by=blind)
    with pytest.raises(TransitionRefused) as other:
        press.to(article, "refused", by=blind)
    assert hidden.value.text() == other.value.text()


def test_the_history_of_a_hidden_state_tells_no_step(press, blind):
    article = press.article("draft")
    press.take(article, "hand_in")
    entry = press.desk.as_(blind).history(ARTICLE, article)[0]
    assert (entry.action, entry.transition, dict(entry.changes)) == ("update", "", {})


def test_records_out_of_sight_have_no_steps_and_take_none(press, writer):
    others = press.article("draft", fee=200)
    assert press.offers(others, by=writer) == {}
    for act in (
        lambda: press.take(others, "settle", by=writer),
        lambda: press.to(others, "reading", by=writer),
    ):
        with pytest.raises(NotFound):
            act()
    assert press.state(others) == "draft"


def test_a_step_does_not_write_what_one_may_not_edit(press, actor_as):
    lender = actor_as("press.reader")
    article = press.article("reading")
    with pytest.raises(ValidationFailed) as failure:
        press.take(article, "refuse", by=lender, values={"fault": "dull", "writer": 1})
    assert {p.field for p in failure.value.problems} == {"writer"}


def test_a_place_out_of_sight_is_neither_offered_nor_taken(press, shelf, site, actor_as):
    nobody = actor_as("press.carrier")
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    offered = press.offers(copy, by=nobody, entity=COPY)[copy]
    assert {offer.to[0] for offer in offered} == {shelf["gone"]}
    with pytest.raises(TransitionRefused):
        press.take(copy, "move", by=nobody, entity=COPY, to=shelf["second"])


def test_nobody_moves_without_a_grant(press, actor_as):
    stranger = actor_as("press.stranger")
    article = press.article("reading")
    with pytest.raises(AccessDenied):
        press.take(article, "print", by=stranger)
    assert press.offers(article, by=stranger)[article] == []
