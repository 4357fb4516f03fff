"""The kanban: columns with what they add up to, cards that are made and moved, all without a script too."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from core.testing.statements import counted
from tests.web.page import Page

ROOT = Path(__file__).parents[2]
BOARD = "/records/garden.plant/kanban"
SCRIPT = {"HX-Request": "true"}


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "l10n_fa", "garden")


@pytest.fixture(scope="session")
def site_folders():
    return [ROOT / "modules", ROOT / "tests" / "fixtures" / "modules"]


@pytest.fixture
def chief(person):
    return person("base.member", "garden.chief", login="chief@example.com")


def euros(amount):
    return {"amount": str(amount), "currency": "EUR"}


def rials(amount):
    return {"amount": str(amount), "currency": "IRR"}


@pytest.fixture
def plants(kept):
    return kept.add(
        "garden.plant",
        {"name": "Rose", "state": "seed", "worth": euros(10), "height": 3},
        {"name": "Tulip", "state": "seed", "worth": rials(500), "height": 4},
        {"name": "Oak", "state": "grown", "worth": euros(2), "height": 900},
        {"name": "Moss", "state": "dead"},
        {"name": "Fern"},
    )


def columns(answer):
    """Return for each column its title, what its count says, its sums and the titles of its cards."""
    found = {}
    for section in answer.page.all("section", cls="kcol"):
        title = section.one("h2").text
        found[title] = (
            section.one("span", cls="count").text,
            [sum_.text for sum_ in section.all("dd")],
            [card.one("div", cls="kc-t").all("a")[0].text for card in section.all("li", cls="kc")],
        )
    return found


def script(person, path, data=None):
    """Ask as the script of the page does."""
    send = person.client.post if data is not None else person.client.get
    return send(path, data=data, headers={**SCRIPT, "X-CSRF-Token": token(person, path)})


def token(person, path):
    return person.opens(path.partition("/kanban")[0] + "/kanban").page.one("ui-kanban")["data-csrf"]


def moved(person, number, to, version=1, query=""):
    return script(person, f"{BOARD}/move/{number}{query}", {"to": to, "version": version})


# What is on it


def test_columns_are_the_choices_in_their_order_with_counts_sums_by_currency_and_cards(chief, plants):
    found = columns(chief.opens(BOARD))
    assert list(found) == ["Seed", "Grown", "Dead", "Without State"]
    assert found["Seed"][0] == "2"
    assert found["Seed"][2] == ["Rose", "Tulip"]
    assert found["Grown"][1:] == (["2.00 EUR", "900"], ["Oak"])
    assert found["Seed"][1] == ["10.00 EUR", "500 Rial", "7"]
    assert found["Without State"][2] == ["Fern"]


def test_a_folded_column_says_how_many_and_shows_no_card_until_it_is_unfolded(chief, plants):
    answer = chief.opens(BOARD)
    assert columns(answer)["Dead"] == ("1", [], [])
    unfold = answer.page.one("a", aria_label="Unfold Dead")
    opened = chief.opens(BOARD + unfold["href"])
    assert columns(opened)["Dead"][2] == ["Moss"]
    folded = chief.opens(BOARD + opened.page.one("a", aria_label="Fold Seed")["href"])
    assert columns(folded)["Seed"] == ("2", [], [])
    assert columns(folded)["Dead"][2] == ["Moss"]


def test_a_card_shows_what_the_view_says_and_nothing_that_is_empty(chief, plants, kept):
    (bed,) = kept.add("garden.bed", {"name": "South"})
    kept.change("garden.plant", plants[0], {"bed": bed, "planted": "2026-03-21"})
    card = chief.opens(BOARD).page.one("li", data_id=str(plants[0]))
    assert [f.text for f in card.all("div", cls="kc-f")] == [
        "Bed South",
        "Worth 10.00 EUR",
        "Planted Mar 21, 2026",
        "Height 3",
    ]
    assert not chief.opens(BOARD).page.one("li", data_id=str(plants[4])).all("div", cls="kc-f")


def test_an_amount_in_persian_has_its_unit_on_the_card_and_in_the_sum(chief, plants):
    found = columns(chief.speaks("fa").opens(BOARD))
    assert found["Seed"][1] == ["۱۰٫۰۰ EUR", "۵۰ تومان", "۷"]


def test_search_chips_and_order_are_those_of_the_list(chief, plants):
    assert columns(chief.opens(f"{BOARD}?q=rose"))["Seed"][:1] == ("1",)
    answer = chief.opens(f"{BOARD}?{urlencode({'f': 'height~from~4'})}")
    assert columns(answer)["Seed"][2] == ["Tulip"]
    assert columns(answer)["Seed"][0] == "1"
    assert columns(chief.opens(f"{BOARD}?sort=-name"))["Seed"][2] == ["Tulip", "Rose"]


def test_a_filter_that_no_longer_fits_shows_the_board_with_a_word_about_it(chief, plants):
    answer = chief.opens(f"{BOARD}?f=ghost~is~1")
    assert answer.status == 422
    assert columns(answer)["Seed"][2] == ["Rose", "Tulip"]
    assert "does not fit" in answer.page.one("div", role="alert").text


def test_an_empty_board_says_how_a_card_comes_there(chief):
    assert "plus of a column" in chief.opens(BOARD).page.main.text
    assert "No record fits" in chief.opens(f"{BOARD}?q=ghost").page.main.text


def test_the_switcher_leads_from_the_list_to_the_board_and_keeps_the_filter(chief, plants):
    kinds = chief.opens("/records/garden.plant?q=rose").page.one("nav", id="kinds")
    board = chief.opens(next(a["href"] for a in kinds.all("a") if "kanban" in a["href"]))
    assert columns(board)["Seed"][0] == "1"


# More than a column shows


def test_a_column_shows_twenty_of_all_and_the_rest_comes_by_script_or_in_the_list(chief, kept):
    kept.add("garden.plant", *({"name": f"p{n:02}", "state": "seed", "height": 1} for n in range(45)))
    answer = chief.opens(BOARD)
    count, sums, cards = columns(answer)["Seed"]
    assert ("20" in count, "45" in count, sums, len(cards)) == (True, True, ["45"], 20)
    more = answer.page.one("a", data_more=...)
    assert len(chief.opens(more["href"]).page.rows()) == 45
    part = Page(script(chief, more["data-more"]).text)
    assert part.all("li", cls="kc")[0].one("div", cls="kc-t").all("a")[0].text == "p20"
    last = Page(script(chief, part.one("a", data_more=...)["data-more"]).text)
    assert len(last.all("li", cls="kc")) == 5
    assert not last.all("a", data_more=...)


def test_two_hundred_cards_cost_a_statement_for_each_open_column_and_a_few_more(chief, kept):
    for state in ("seed", "grown"):
        kept.add("garden.plant", *({"name": f"p{n}", "state": state} for n in range(100)))
    chief.opens(BOARD)
    with counted() as found:
        assert sum(len(cards) for _, _, cards in columns(chief.opens(BOARD)).values()) == 40
    about = [text for text in found if "garden_plant" in text]
    assert len(about) == 3, about
    assert len(found) <= 5, found


# Records as columns


SHRUBS = "/records/garden.shrub/kanban"


@pytest.fixture
def beds(kept):
    """Beds of two plots; the board shows the beds of one of them."""
    north, south = kept.add("garden.plot", {"name": "North"}, {"name": "South"})
    second, first, cellar, far = kept.add(
        "garden.bed",
        {"name": "Second", "plot": north, "position": 2, "light": "sun"},
        {"name": "First", "plot": north, "position": 1, "light": "shade"},
        {"name": "Cellar", "plot": north, "position": 3, "light": "none"},
        {"name": "Far", "plot": south, "position": 1, "light": "sun"},
    )
    kept.add(
        "garden.shrub",
        {"name": "Box", "plot": north, "bed": first, "height": 4},
        {"name": "Yew", "plot": south, "bed": far, "height": 5},
        {"name": "Ivy", "plot": north, "bed": cellar, "height": 6},
    )
    return {"north": north, "south": south, "second": second, "first": first, "far": far, "cellar": cellar}


def test_records_are_columns_in_their_own_order_with_their_colour_and_fold(chief, beds):
    answer = chief.opens(SHRUBS)
    assert list(columns(answer)) == ["First", "Second", "Cellar"]
    assert columns(answer)["First"] == ("1", ["4"], ["Box"])
    assert columns(answer)["Cellar"] == ("1", [], [])
    dots = {
        s.one("h2").text: s.all("span", cls="dot")[0].get("class")
        for s in answer.page.all("section", cls="kcol")
    }
    assert dots == {"First": "dot h-violet", "Second": "dot h-amber", "Cellar": "dot h-gray"}


def test_where_columns_belong_to_something_one_of_several_boards_is_shown_and_others_are_a_click_away(
    chief, beds
):
    places = chief.opens(SHRUBS).page.one("nav", cls="kplaces")
    assert [(a.text, a.get("aria-current")) for a in places.all("a")] == [("North", "true"), ("South", "")]
    other = chief.opens(SHRUBS + places.all("a")[1]["href"])
    assert columns(other) == {"Far": ("1", ["5"], ["Yew"])}
    assert [a.text for a in other.page.one("nav", cls="kplaces").all("a", aria_current="true")] == ["South"]


def test_a_record_in_a_column_of_another_board_is_not_lost(chief, beds, kept):
    kept.add("garden.shrub", {"name": "Lost", "plot": beds["north"], "bed": beds["far"]})
    found = columns(chief.opens(SHRUBS))
    assert found["Far"] == ("1", [], ["Lost"])
    assert "Far" not in [b.text for b in chief.opens(SHRUBS).page.one("div", id="m-move").all("button")]


def test_of_very_many_records_only_those_with_cards_are_columns(chief, beds, kept):
    kept.add(
        "garden.bed", *({"name": f"b{n:02}", "plot": beds["south"], "position": n} for n in range(2, 40))
    )
    assert list(columns(chief.opens(f"{SHRUBS}?f=plot~is~{beds['south']}"))) == ["Far"]


def test_who_may_not_read_the_columns_sees_them_by_number(person, beds):
    digger = person("base.member", "garden.digger", login="digger@example.com")
    assert set(columns(digger.opens(SHRUBS))) == {f"#{beds[name]}" for name in ("first", "far", "cellar")}


def test_yes_and_no_are_columns_too(chief, kept):
    kept.add("garden.plot", {"name": "A", "fenced": True}, {"name": "B"})
    found = columns(chief.opens("/records/garden.plot/kanban"))
    assert {title: cards for title, (_, _, cards) in found.items()} == {
        "No": [],
        "Yes": ["A"],
        "Without Fenced": ["B"],
    }


# Moving


def test_a_card_is_moved_by_script_and_the_heads_come_back_as_they_are_now(chief, plants, kept):
    answer = moved(chief, plants[0], "grown")
    assert (answer.status_code, answer.json["column"]) == (200, "grown")
    assert answer.json["message"] == "Rose is in Grown now."
    assert kept.get("garden.plant", plants[0])["state"] == "grown"
    heads = Page(answer.json["heads"])
    assert heads.one("header", data_head="grown").one("span", data_total="2")
    assert Page(answer.json["card"]).one("li", data_id=str(plants[0]))["data-version"] == "2"


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

POTS = "/records/garden.pot/kanban"


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


def test_a_move_that_needs_a_reason_is_not_made_without_one(chief, pots, kept):
    answer = script(chief, f"{POTS}/move/{pots[1]}", {"to": "broken", "version": 1})
    assert answer.status_code in (409, 422)
    assert kept.get("garden.pot", pots[1])["state"] == "full"


# Rights


def test_a_keeper_sees_and_counts_their_own_only_and_cannot_move_others(person, plants, kept):
    keeper = person("base.member", "garden.keeper", login="keeper@example.com")
    mine = kept.add("garden.plant", {"name": "Mine", "state": "seed", "height": 7, "keeper": keeper.actor.id})
    assert columns(keeper.opens(BOARD))["Seed"] == ("1", ["7"], ["Mine"])
    assert moved(keeper, plants[0], "grown").status_code == 404
    assert moved(keeper, mine[0], "grown").status_code == 200


def test_what_may_not_be_read_is_on_no_card_and_in_no_sum(person, plants):
    guest = person("base.member", "garden.guest", login="guest@example.com")
    answer = guest.opens(BOARD)
    assert columns(answer)["Seed"] == ("2", ["7"], ["Rose", "Tulip"])
    assert "Worth" not in answer.page.one("ui-kanban").text
    assert "10.00" not in answer.response.text


def test_who_may_not_write_has_no_way_to_move_or_make_a_card(person, plants):
    guest = person("base.member", "garden.guest", login="guest@example.com")
    page = guest.opens(BOARD).page
    assert not page.one("ui-kanban").has("data-movable")
    assert not page.all("a", data_move_card=...)
    assert not page.all("a", data_new=...)
    assert moved(guest, plants[0], "grown").status_code == 403
    assert guest.opens(f"{BOARD}/new?column=seed").status == 403


def test_who_may_not_read_what_makes_the_columns_has_no_board(person, plants):
    blind = person("base.member", "garden.blind", login="blind@example.com")
    assert blind.opens(BOARD).status == 404
    assert not blind.opens("/records/garden.plant").page.all("a", href=f"{BOARD}?")


def test_who_may_read_no_record_does_not_learn_of_the_board(person):
    assert person("base.member", login="other@example.com").opens(BOARD).status == 404


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
