"""Cards are moved and made, by script and without one; what refuses it says why."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.web.boards.looking import BOARD, POTS, SCRIPT, SHRUBS, columns, moved, script
from tests.web.page import Page

# Moving


def test_a_card_is_moved_by_script_and_the_heads_come_back_as_they_are_now(chief, plants, beds, kept):
    kept.change("garden.plant", plants[0], {"bed": beds["first"]})
    answer = moved(chief, plants[0], "grown", version=2)
    assert (answer.status_code, answer.json["column"]) == (200, "grown")
    assert answer.json["message"] == "Rose is in Grown now."
    assert kept.get("garden.plant", plants[0])["state"] == "grown"
    heads = Page(answer.json["heads"])
    assert heads.one("header", data_head="grown").one("span", data_total="2")
    card = Page(answer.json["card"]).one("li", data_id=str(plants[0]))
    assert (card["data-version"], "First" in card.text) == ("3", True)


def test_a_moved_card_comes_back_with_what_it_refers_to(chief, plants, kept):
    (bed,) = kept.add("garden.bed", {"name": "South"})
    kept.change("garden.plant", plants[0], {"bed": bed})
    answer = moved(chief, plants[0], "grown", version=2)
    assert "South" in Page(answer.json["card"]).one("li", data_id=str(plants[0])).text


def test_a_card_is_moved_without_a_script_from_a_page_of_its_own(chief, plants, kept):
    link = chief.opens(BOARD).page.one("li", data_id=str(plants[0])).one("a", data_move_card=...)
    page = chief.opens(link["href"])
    form = page.page.form_to(f"{BOARD}/move/{plants[0]}")
    assert [b.text for b in page.page.main.all("button", name="to")] == ["Grown", "Dead", "Without State"]
    answer = chief.submits(page, form, {"to": "grown"})
    assert answer.path == BOARD
    assert columns(answer)["Grown"][2] == ["Oak", "Rose"]


def test_a_card_can_be_moved_to_the_column_without_a_value_and_back(chief, plants, kept):
    assert moved(chief, plants[0], "none").json["column"] == "none"
    assert kept.get("garden.plant", plants[0])["state"] is None
    assert moved(chief, plants[0], "seed", version=2).json["column"] == "seed"


def test_a_card_that_somebody_else_has_changed_stays_and_is_told_as_it_is_now(chief, plants, kept):
    kept.change("garden.plant", plants[0], {"name": "Wild rose"})
    answer = moved(chief, plants[0], "grown", version=1)
    assert (answer.status_code, answer.json["column"]) == (412, "seed")
    assert "Wild rose" in answer.json["card"]
    assert kept.get("garden.plant", plants[0])["state"] == "seed"


def test_a_move_that_a_rule_refuses_says_why(chief, plants, kept):
    answer = moved(chief, plants[2], "dead")
    assert (answer.status_code, answer.json["message"]) == (422, "Too tall to be dead.")
    assert kept.get("garden.plant", plants[2])["state"] == "grown"


def test_a_move_to_nowhere_and_of_nothing_is_refused(chief, plants):
    assert moved(chief, plants[0], "ghost").status_code == 404
    assert moved(chief, 999999, "grown").status_code == 404
    assert moved(chief, plants[0], "grown", version="x").status_code in (412, 428)


def test_a_move_without_the_token_of_the_session_is_refused(chief, plants, kept):
    answer = chief.client.post(
        f"{BOARD}/move/{plants[0]}", data={"to": "grown", "version": 1}, headers=SCRIPT
    )
    assert answer.status_code == 403
    assert kept.get("garden.plant", plants[0])["state"] == "seed"


# A field with a workflow


@pytest.fixture
def pots(kept):
    return kept.add("garden.pot", {"name": "Blue"}, {"name": "Green", "state": "full"})


def test_the_states_of_a_workflow_are_the_columns_in_its_colours_and_cards_begin_where_it_begins(chief, pots):
    page = chief.opens(POTS).page
    heads = {
        s.one("h2").text: s.all("span", cls="dot")[0].get("class") for s in page.all("section", cls="kcol")
    }
    assert heads == {"Empty": "dot h-gray", "Full": "dot h-blue", "Broken": "dot h-red"}
    assert [a["aria-label"] for a in page.all("a", data_new=...)] == ["New in Empty"]


def test_a_card_moves_by_a_transition_also_for_who_may_not_write_the_field(person, pots, kept):
    potter = person("base.member", "garden.potter", login="potter@example.com")
    answer = script(potter, f"{POTS}/move/{pots[0]}", {"to": "full", "version": 1})
    assert (answer.status_code, answer.json["column"]) == (200, "full")
    assert kept.get("garden.pot", pots[0])["state"] == "full"


def test_a_move_that_no_transition_makes_is_refused_with_a_sentence(chief, pots, kept):
    answer = script(chief, f"{POTS}/move/{pots[0]}", {"to": "broken", "version": 1})
    assert (answer.status_code, answer.json["message"]) == (
        409,
        "No step that you may take leads there from here.",
    )
    assert kept.get("garden.pot", pots[0])["state"] == "empty"


def test_a_move_that_needs_a_reason_is_not_made_without_one_and_says_where_it_is_asked(chief, pots, kept):
    answer = script(chief, f"{POTS}/move/{pots[1]}?q=Green", {"to": "broken", "version": 1})
    assert (answer.status_code, answer.json["column"]) == (409, "full")
    asked = f"/records/garden.pot/{pots[1]}/transition/break"
    assert answer.json["dialog"] == f"{asked}?{urlencode({'next': f'{POTS}?q=Green'}, safe='/?')}"
    assert kept.get("garden.pot", pots[1])["state"] == "full"


def test_a_move_that_asks_leads_back_to_the_board_without_a_script_too(chief, pots, kept):
    page = chief.opens(f"{POTS}/move/{pots[1]}?q=Green")
    form = page.page.form_to(f"{POTS}/move/{pots[1]}?q=Green")
    asked = chief.submits(page, form, {"to": "broken"})
    assert asked.path == f"/records/garden.pot/{pots[1]}/transition/break"
    assert asked.page.one("a", data_close=...)["href"] == f"{POTS}?q=Green"
    form = asked.page.form(cls="ask-form")
    refused = chief.submits(asked, form, {"reason": ""})
    assert refused.page.one("a", data_close=...)["href"] == f"{POTS}?q=Green"
    answer = chief.submits(refused, refused.page.form(cls="ask-form"), {"reason": "Dropped"})
    assert (answer.path, answer.response.request.query_string) == (POTS, b"q=Green")
    assert kept.get("garden.pot", pots[1])["state"] == "broken"


@pytest.mark.parametrize("next_", ["//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere"])
def test_a_step_leads_to_no_other_site(chief, pots, next_):
    asked = chief.opens(f"/records/garden.pot/{pots[1]}/transition/break?{urlencode({'next': next_})}")
    assert asked.page.one("a", data_close=...)["href"] == f"/records/garden.pot/{pots[1]}"
    answer = chief.submits(asked, asked.page.form(cls="ask-form"), {"reason": "Dropped", "next": next_})
    assert answer.path == f"/records/garden.pot/{pots[1]}"


def test_the_way_back_is_told_only_where_a_step_leads_back_that_asks_nothing(chief, person, pots, kept):
    potter = person("base.member", "garden.potter", login="potter@example.com")
    there = {"to": "full", "from": "empty", "version": 1}
    assert script(chief, f"{POTS}/move/{pots[0]}", there).json["back"] is True
    assert script(chief, f"{POTS}/move/{pots[0]}", {"to": "empty", "version": 2}).json["back"] is False
    assert script(potter, f"{POTS}/move/{pots[0]}", {**there, "version": 3}).json["back"] is False
    page = chief.opens(f"/records/garden.pot/{pots[0]}/transition/break")
    chief.submits(page, page.page.form(cls="ask-form"), {"reason": "Dropped"})
    now = script(chief, f"{POTS}/move/{pots[0]}?from=full").json
    assert (now["column"], now["back"], now["message"]) == ("broken", False, "Blue is in Broken now.")


# New cards


def test_a_card_is_made_in_a_column_by_script(chief, kept):
    link = chief.opens(BOARD).page.one("a", aria_label="New in Grown")
    form = Page(script(chief, link["href"]).text).one("form", cls="knew")
    assert [i["name"] for i in form.all("input", type="text")] == ["q-name", "q-worth"]
    answer = script(
        chief, form["action"], {"q-name__shown": "1", "q-name": "Palm", "q-worth__shown": "1", "q-worth": ""}
    )
    assert answer.json["column"] == "grown"
    assert kept.find("garden.plant", "state == 'grown'", ["name"])[0]["name"] == "Palm"


def test_a_card_is_made_without_a_script_and_what_was_wrong_is_told_at_the_field(chief, kept):
    link = chief.opens(BOARD).page.one("a", aria_label="New in Seed")
    page = chief.opens(link["href"])
    refused = chief.submits(page, page.page.form(cls="knew"), {"q-name": "", "q-worth": "many"})
    assert refused.status == 422
    assert refused.page.form(cls="knew")["q-worth"] == "many"
    assert refused.page.all("span", id="f-q-worth-e")
    made = chief.submits(refused, refused.page.form(cls="knew"), {"q-name": "Palm", "q-worth": "5"})
    assert columns(made)["Seed"][2] == ["Palm"]


def test_a_card_made_on_one_of_several_boards_belongs_to_it(chief, beds, kept):
    board = f"{SHRUBS}?f=plot~is~{beds['south']}"
    link = chief.opens(board).page.one("a", aria_label="New in Far")
    page = chief.opens(link["href"])
    made = chief.submits(page, page.page.form(cls="knew"), {"q-name": "New one"})
    assert columns(made)["Far"][2] == ["Yew", "New one"]
    assert kept.find("garden.shrub", "name == 'New one'", ["plot"])[0]["plot"].id == beds["south"]


def test_what_a_card_holds_is_text_on_the_board(chief, kept):
    kept.add("garden.plant", {"name": "<img src=x onerror=alert(1)>", "state": "seed"})
    answer = chief.opens(BOARD)
    assert columns(answer)["Seed"][2] == ["<img src=x onerror=alert(1)>"]
    assert not answer.page.all("img")
