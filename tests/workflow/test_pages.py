"""Moves on screens, all without a script: the bar of states, the dialog of a step, the drag of a card, the picture."""

from __future__ import annotations

import pytest

from core.workflow import picture
from tests.workflow.conftest import ARTICLE, COPY


@pytest.fixture
def editor(press, person):
    found = person("press.editor", login="editing@example.com")
    press.known(found.actor)
    return found


def url(record: int, rest: str = "", entity: str = ARTICLE) -> str:
    return f"/records/{entity}/{record}{rest}"


def test_the_form_shows_the_states_where_the_record_is_and_what_leads_on(press, editor):
    article = press.article("reading", pages=1)
    page = editor.opens(url(article)).response.text
    assert 'aria-current="step"' in page
    assert page.index("Draft") < page.index("In reading") < page.index("Printed")
    assert f'href="{url(article, "/transition/refuse")}"' in page
    assert "1 pages are too few." in page
    assert 'name="state__shown"' not in page


def test_a_step_that_asks_nothing_is_one_press(press, editor):
    article = press.article("draft", writer=editor.actor.id)
    page = editor.opens(url(article))
    done = editor.submits(page, page.page.form_to(url(article, "/transition/hand_in")))
    assert done.path == url(article)
    assert "Done: Hand in" in done.response.text
    assert press.state(article) == "reading"


def test_the_dialog_asks_keeps_what_was_typed_and_tells_what_is_missing(press, editor):
    article = press.article("reading")
    dialog = editor.opens(url(article, "/transition/refuse"))
    form = dialog.page.form_to(url(article, "/transition/refuse"))
    refused = editor.submits(dialog, form, {"remark": "so dull", "reason": "really"})
    assert refused.status == 409
    assert "This value is required." in refused.response.text
    assert "so dull" in refused.response.text
    assert "really" in refused.response.text
    form = refused.page.form_to(url(article, "/transition/refuse"))
    assert form.filled({})["reason"] == "really"
    editor.submits(refused, form, {"fault": "dull"})
    assert press.desk.get(ARTICLE, article, "fault", "state")["state"] == "refused"
    assert press.desk.history(ARTICLE, article)[0].reason == "really"


def test_a_step_that_does_not_lead_on_has_no_dialog(press, editor):
    article = press.article("draft")
    assert editor.opens(url(article, "/transition/print")).status == 409
    assert editor.opens(url(article, "/transition/nothing")).status == 409
    assert editor.opens(url(999, "/transition/print")).status == 404


def test_a_reference_leads_by_the_states_in_the_bar(press, shelf, person):
    lender = person("press.lender", login="lending@example.com")
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["second"])
    page = lender.opens(url(copy, entity=COPY))
    bar = page.response.text.partition("sbar-steps")[2]
    assert bar.index("first") < bar.index("second") < bar.index("out") < bar.index("gone")
    assert "elsewhere" not in bar
    lend = url(copy, f"/transition/lend?to={shelf['out']}", entity=COPY)
    assert lend in bar
    dialog = lender.opens(lend)
    form = dialog.page.form_to(url(copy, "/transition/lend", entity=COPY))
    lender.submits(dialog, form, {"borrower": "someone"})
    assert press.desk.get(COPY, copy, "place")["place"].id == shelf["out"]


def test_a_drag_moves_or_is_told_why_not_or_where_to_ask(press, editor):
    article = press.article("reading")
    assert _drag(editor, article, to="refused", version=1) == (
        422,
        "incomplete",
        url(article, "/transition/refuse"),
    )
    assert _drag(editor, article, to="draft", version=1)[:2] == (409, "no_transition")
    assert _drag(editor, article, to="printed", version=9)[:2] == (412, "version_conflict")
    assert _drag(editor, article, to="printed", version=1)[0] == 200
    assert press.state(article) == "printed"


def _drag(editor, article, **sent):
    csrf = editor.opens(url(article)).page.form(id="record").filled({})["csrf"]
    answer = editor.client.post(url(article, "/move"), json=sent, headers={"X-CSRF-Token": csrf})
    told = answer.get_json()
    return answer.status_code, told.get("code"), told.get("dialog")


def test_a_drag_without_the_token_of_the_session_is_refused(press, editor):
    article = press.article("reading")
    assert editor.client.post(url(article, "/move"), json={"to": "printed", "version": 1}).status_code == 403
    assert press.state(article) == "reading"


def test_the_picture_says_where_the_record_is_and_has_a_table(press, editor):
    article = press.article("reading")
    page = editor.opens(url(article, "/workflow/state"))
    assert page.status == 200
    text = page.response.text
    assert 'role="img"' in text
    assert "This record is in the state: In reading" in text
    assert "Show as table" in text
    assert text.count("wf-box") == 4
    assert editor.opens(url(article, "/workflow/title")).status == 404


@pytest.mark.parametrize("rtl", [False, True])
def test_nothing_of_a_picture_is_outside_of_it_and_no_two_names_of_steps_overlap(press, rtl):
    for workflow, states in (
        (press.desk.catalog.workflows["press.article"], ("draft", "reading", "printed", "refused")),
        (press.desk.catalog.workflows["press.copy"], ("waiting", "lent", "lost")),
    ):
        drawn = picture(workflow, states, {}, rtl=rtl)
        assert {box.state for box in drawn.boxes} == set(states)
        for box in drawn.boxes:
            assert 0 <= box.x <= drawn.width - 132
            assert 0 <= box.y <= drawn.height - 40
        for arrow in drawn.arrows:
            assert 0 < arrow.y < drawn.height
        places = [(a.x, a.y) for a in drawn.arrows]
        assert len(places) == len(set(places))


def test_the_first_state_stands_where_the_reader_begins(press):
    workflow = press.desk.catalog.workflows["press.article"]
    states = ("draft", "reading", "printed", "refused")
    left = {b.state: b.x for b in picture(workflow, states, {}, rtl=False).boxes}
    right = {b.state: b.x for b in picture(workflow, states, {}, rtl=True).boxes}
    assert left["draft"] < left["reading"] < left["printed"]
    assert right["draft"] > right["reading"] > right["printed"]
