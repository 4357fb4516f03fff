"""A state moves by a step and by nothing else; what a step asks, sets, empties and remembers."""

from __future__ import annotations

import pytest

from core.errors import (
    AccessDenied,
    BadRequest,
    NotFound,
    TransitionRefused,
    ValidationFailed,
    VersionConflict,
)
from tests.workflow.conftest import ARTICLE, COPY


def codes(failure) -> set[tuple[str | None, str]]:
    return {(p.field, p.code) for p in failure.value.problems}


def test_a_step_moves_the_state_sets_and_remembers(press):
    article = press.article("reading", pages=9)
    saved = press.take(article, "print", reason="it is good")
    row = press.desk.get(ARTICLE, article, "state", "edition", "printed_at", "printed_by")
    assert (row["state"], row["edition"], row["printed_by"]) == ("printed", 1, None)
    assert row["printed_at"] is not None
    assert saved.version == 2
    entry = press.desk.history(ARTICLE, article)[0]
    assert (entry.action, entry.transition, entry.reason) == ("transition", "print", "it is good")
    assert entry.changes["state"] == ("reading", "printed")


def test_the_person_who_moves_is_what_user_means(press, actor_as):
    reader = press.known(actor_as("press.reader"))
    article = press.article("reading")
    press.take(article, "print", by=reader)
    assert press.desk.get(ARTICLE, article, "printed_by")["printed_by"].id == reader.id


def test_a_state_cannot_be_written_and_the_steps_that_lead_there_are_named(press):
    article = press.article("reading")
    with pytest.raises(TransitionRefused) as failure:
        press.desk.update(ARTICLE, article, state="printed")
    assert failure.value.reason == "state_by_transition"
    assert failure.value.params["steps"] == ("print",)
    assert codes(failure) == {("state", "state_by_transition")}
    assert press.state(article) == "reading"


def test_a_state_that_is_written_as_it_is_moves_nothing(press):
    article = press.article("reading")
    assert press.desk.update(ARTICLE, article, state="reading", title="On sugar") == {"title"}


def test_a_new_record_starts_in_the_first_initial_state(press, actor_as):
    writer = actor_as("press.writer")
    article = press.desk.as_(writer).one(ARTICLE, title="Mine")
    assert press.state(article) == "draft"
    with pytest.raises(TransitionRefused) as failure:
        press.desk.as_(writer).one(ARTICLE, title="Mine", state="printed")
    assert failure.value.reason == "not_initial"


def test_a_batch_with_one_moved_state_is_refused_whole(press):
    one, other = press.article(), press.article()
    with pytest.raises(TransitionRefused) as failure:
        press.update_many({one: {"title": "New"}, other: {"state": "printed"}})
    assert codes(failure) == {("1.state", "state_by_transition")}
    assert press.desk.get(ARTICLE, one, "title")["title"] == "On salt"


def test_a_record_from_before_the_workflow_enters_by_an_initial_state_only(press):
    article = press.article()
    press.forget_state(article)
    with pytest.raises(TransitionRefused):
        press.desk.update(ARTICLE, article, state="printed")
    assert press.desk.update(ARTICLE, article, state="draft") == {"state"}


def test_a_step_from_another_state_is_refused(press):
    article = press.article("draft")
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "print")
    assert failure.value.reason == "wrong_state"


def test_required_fields_and_the_reason_are_told_together(press):
    article = press.article("reading")
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "refuse")
    assert failure.value.reason == "incomplete"
    assert codes(failure) == {("fault", "required")}
    press.take(article, "refuse", values={"fault": "dull"})
    row = press.desk.get(ARTICLE, article, "fault", "pages")
    assert (row["fault"], row["pages"]) == ("dull", 0)
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "reopen", reason="  ")
    assert codes(failure) == {("$reason", "reason_required")}
    press.take(article, "reopen", reason="a mistake")
    assert press.desk.get(ARTICLE, article, "fault")["fault"] is None


def test_a_step_without_a_reason_keeps_none(press):
    article = press.article()
    press.take(article, "hand_in", reason="because")
    assert press.desk.history(ARTICLE, article)[0].reason != "because"


def test_guards_tell_their_sentences_expressions_and_functions_alike(press):
    empty, short = press.article("reading", pages=None), press.article("reading", pages=2)
    with pytest.raises(TransitionRefused) as failure:
        press.take(empty, "print")
    assert [(p.field, p.text()) for p in failure.value.problems] == [("pages", "Enter the number of pages.")]
    with pytest.raises(TransitionRefused) as failure:
        press.take(short, "print")
    assert [(p.field, p.text()) for p in failure.value.problems] == [("pages", "2 pages are too few.")]
    assert press.state(short) == "reading"


def test_what_a_step_asks_for_may_be_filled_without_the_right_to_edit(press, actor_as):
    reader = actor_as("press.reader")
    article = press.article("reading")
    with pytest.raises(ValidationFailed):
        press.take(article, "refuse", by=reader, values={"fault": "dull", "title": "Other"})
    press.take(article, "refuse", by=reader, values={"fault": "dull", "remark": "kept"})
    assert press.desk.get(ARTICLE, article, "fault", "remark", "title")["remark"] == "kept"


def test_other_values_come_along_where_the_actor_may_edit_them(press, actor_as):
    editor = actor_as("press.editor")
    article = press.article("reading")
    press.take(article, "refuse", by=editor, values={"fault": "dull", "title": "Other"})
    assert press.desk.get(ARTICLE, article, "title")["title"] == "Other"


def test_grants_and_roles_decide_who_moves(press, actor_as):
    writer, editor = actor_as("press.writer"), actor_as("press.editor")
    reader = press.known(actor_as("press.reader"))
    mine = press.article("draft", writer=writer.id)
    others = press.article("draft")
    with pytest.raises(NotFound):
        press.take(others, "hand_in", by=writer)
    press.take(mine, "hand_in", by=writer)
    with pytest.raises(AccessDenied):
        press.take(mine, "print", by=writer)
    press.take(mine, "print", by=reader)
    with pytest.raises(AccessDenied) as failure:
        press.take(mine, "reopen", by=reader, reason="why not")
    assert failure.value.reason == "not_your_step"
    press.take(mine, "reopen", by=editor, reason="why not")
    press.take(mine, "hand_in", by=writer)
    press.take(mine, "print", by=reader)
    press.take(mine, "reopen", by=actor_as("press.head"), reason="her role brings the editor's")


def test_an_unknown_step_is_told_with_the_nearest(press):
    with pytest.raises(BadRequest) as failure:
        press.take(press.article(), "hand_on")
    assert failure.value.reason == "unknown_transition"
    assert failure.value.params["nearest"][0] == "hand_in"


def test_a_late_version_is_a_conflict(press):
    article = press.article()
    press.desk.update(ARTICLE, article, title="Other")
    with pytest.raises(VersionConflict):
        press.take(article, "hand_in", version=1)


def test_hooks_see_the_step_in_the_change(press):
    article = press.article()
    with press.unit() as uow:
        press.records.transition(press.system, ARTICLE, article, "hand_in", version=None, uow=uow)
        assert uow.memo["press.taken"] == [("update", "hand_in")]


def test_a_state_that_is_a_reference_leads_to_records_of_its_own_kind_and_place(press, shelf):
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    press.take(copy, "move", entity=COPY)
    assert press.desk.get(COPY, copy, "place")["place"].id == shelf["second"]
    for wrong, code in (
        (shelf["second"], "already_there"),
        (shelf["elsewhere"], "wrong_target"),
        (shelf["gone"], "wrong_target"),
    ):
        with pytest.raises(TransitionRefused) as failure:
            press.take(copy, "move", entity=COPY, to=wrong)
        assert failure.value.reason == code
    press.take(copy, "lend", entity=COPY, to=shelf["out"], values={"borrower": "someone"})
    assert press.desk.get(COPY, copy, "chance")["chance"] == 100


def test_what_is_said_with_a_step_counts_for_where_it_may_lead(press, shelf):
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    there = press.desk.get("press.place", shelf["elsewhere"], "shelf")["shelf"].id
    press.take(copy, "move", entity=COPY, values={"shelf": there}, to=shelf["elsewhere"])
    found = press.desk.get(COPY, copy, "shelf", "place")
    assert (found["shelf"].id, found["place"].id) == (there, shelf["elsewhere"])
    assert set(press.desk.history(COPY, copy)[0].changes) >= {"shelf", "place"}


def test_a_guard_sees_what_stands_in_the_record_to_which_the_state_leads(press, shelf):
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    press.desk.update("press.place", shelf["gone"], name="closed")
    with pytest.raises(TransitionRefused) as failure:
        press.take(copy, "lose", entity=COPY)
    assert codes(failure) == {("place", "closed")}
    (offers,) = press.offers(copy, entity=COPY).values()
    assert {one.name: [p.code for p in one.why_not] for one in offers} == {
        "move": [],
        "lend": [],
        "lose": ["closed"],
    }


def test_a_reference_that_is_a_state_cannot_be_written_either(press, shelf):
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    for target in ("second", "out", "elsewhere"):
        with pytest.raises(TransitionRefused):
            press.desk.update(COPY, copy, place=shelf[target])
    with pytest.raises(TransitionRefused):
        press.desk.update(COPY, copy, place=None)


def test_what_stands_for_a_state_cannot_go_while_records_are_in_it(press, shelf):
    press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    with pytest.raises(TransitionRefused):
        press.desk.delete("press.place", shelf["first"])


def test_what_stands_for_a_state_cannot_become_another_while_records_are_in_it(press, shelf):
    press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    with pytest.raises(ValidationFailed) as failure:
        press.desk.update("press.place", shelf["first"], kind="lost")
    assert codes(failure) == {("kind", "state_in_use")}
    press.desk.update("press.place", shelf["first"], name="renamed")
    assert press.desk.update("press.place", shelf["second"], kind="lost") == {"kind"}


def test_a_new_record_may_not_start_at_a_place_of_another_kind(press, shelf, actor_as):
    lender = actor_as("press.lender")
    with pytest.raises(TransitionRefused) as failure:
        press.desk.as_(lender).one(COPY, code="a", shelf=shelf["shelf"], place=shelf["out"])
    assert failure.value.reason == "not_initial"


def test_move_to_takes_the_one_step_that_leads_there(press, shelf, actor_as):
    lender = actor_as("press.lender")
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    press.to(copy, shelf["second"], by=lender, entity=COPY)
    assert press.desk.get(COPY, copy, "place")["place"].id == shelf["second"]
    assert press.to(copy, shelf["second"], by=lender, entity=COPY).changed == frozenset()
    with pytest.raises(TransitionRefused) as failure:
        press.to(copy, shelf["out"], by=lender, entity=COPY)
    assert failure.value.reason == "incomplete"
    press.to(copy, shelf["gone"], by=lender, entity=COPY)
    with pytest.raises(TransitionRefused) as failure:
        press.to(copy, shelf["first"], by=lender, entity=COPY)
    assert failure.value.reason == "no_transition"


def test_move_to_refuses_where_several_steps_lead_there_unless_only_one_is_granted(press, actor_as):
    article = press.article("draft", fee=200)
    with pytest.raises(TransitionRefused) as failure:
        press.to(article, "reading")
    assert failure.value.reason == "several_transitions"
    assert set(failure.value.params["steps"]) == {"hand_in", "settle"}


def test_offers_are_what_leads_on_with_what_stands_in_the_way(press, actor_as):
    reader = actor_as("press.reader")
    long, short = press.article("reading", pages=9), press.article("reading", pages=1)
    offers = press.offers(long, short, 999, by=reader)
    assert {i: [(o.name, o.allowed) for o in found] for i, found in offers.items()} == {
        long: [("print", True), ("refuse", True)],
        short: [("print", False), ("refuse", True)],
    }
    assert [p.text() for p in offers[short][0].why_not] == ["1 pages are too few."]
    assert (offers[long][1].required, offers[long][1].ask, offers[long][1].reason) == (
        ("fault",),
        ("remark",),
        "optional",
    )


def test_offers_of_a_reference_name_every_record_it_may_lead_to_in_their_order(press, shelf, actor_as):
    lender = actor_as("press.lender")
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["second"])
    offers = press.offers(copy, by=lender, entity=COPY)[copy]
    assert [(o.name, o.to) for o in offers] == [
        ("move", (shelf["first"], "first")),
        ("lend", (shelf["out"], "out")),
        ("lose", (shelf["gone"], "gone")),
    ]


def test_who_has_no_grant_or_not_the_role_is_offered_nothing(press, actor_as):
    writer, reader = actor_as("press.writer"), actor_as("press.reader")
    mine = press.article("draft", writer=writer.id)
    done = press.article("printed")
    assert [o.name for o in press.offers(mine, by=writer)[mine]] == ["hand_in", "settle"]
    assert press.offers(done, by=reader)[done] == []
