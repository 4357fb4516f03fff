"""The kanban: columns with what they add up to, cards as the view says, for whom they are."""

from __future__ import annotations

from urllib.parse import urlencode

from core.testing.statements import counted
from tests.web.boards.looking import BOARD, SHRUBS, columns, moved, script
from tests.web.page import Page

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
    kept.change("garden.plant", plants[0], {"bed": bed, "planted": "2026-03-21", "height": 0})
    card = chief.opens(BOARD).page.one("li", data_id=str(plants[0]))
    assert [f.text for f in card.all("div", cls="kc-f")] == ["S Bed South", "Height 0"]
    assert [f.text for f in card.all("div", cls="kc-d")] == ["Planted Mar 21"]
    assert [f.text for f in card.all("div", cls="kc-e")] == ["Worth 10.00 EUR"]
    bare = chief.opens(BOARD).page.one("li", data_id=str(plants[4]))
    assert [cls for cls in ("kc-f", "kc-d", "kc-e") if bare.all("div", cls=cls)] == []


def test_each_card_shows_its_own_values_whatever_stands_in_them(chief, plants, kept):
    names = ["South", "<b>%(id)s", "باغ"]
    beds = kept.add("garden.bed", *({"name": name} for name in names))
    for plant, bed in zip(plants, beds, strict=False):
        kept.change("garden.plant", plant, {"bed": bed, "name": f"{plant} & <i>%s"})
    page = chief.opens(BOARD).page
    for plant, name, letter in zip(plants, names, ("S", "<", "ب"), strict=False):
        card = page.one("li", data_id=str(plant))
        assert card.one("div", cls="kc-t").all("a")[0].text == f"{plant} & <i>%s"
        assert card.one("a", data_move_card=...)["aria-label"] == f"Move {plant} & <i>%s to another column"
        assert f"/kanban/move/{plant}" in card.one("a", data_move_card=...)["href"]
        bed = card.all("div", cls="kc-f")[0]
        assert (bed.one("span", cls="av").text, bed.one("a").text) == (letter, name)
    hues = {page.one("li", data_id=str(plant)).one("span", cls="av")["class"] for plant in plants[:3]}
    assert len(hues) > 1


def test_an_amount_in_persian_has_its_unit_on_the_card_and_in_the_sum(chief, plants):
    found = columns(chief.speaks("fa").opens(BOARD))
    assert found["Seed"][1] == ["۱۰٫۰۰ یورو", "۵۰ تومان", "۷"]


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


def test_days_at_the_end_of_all_years_break_no_page(chief, plants, kept):
    kept.change("garden.plant", plants[0], {"planted": "9999-12-31"})
    listed = "/records/garden.plant"
    for language in ("en", "fa"):
        chief.speaks(language)
        for path in (
            BOARD,
            listed,
            f"{listed}/{plants[0]}",
        ):
            assert chief.opens(path).status == 200, (language, path)
        for query in ("f=water_at~from~9999-12-31", "group=planted~month"):
            answer = chief.opens(f"{listed}?{query}")
            assert answer.status in (200, 422), (language, query)
            assert "Rose" in answer.page.main.text
        assert chief.opens(f"{BOARD}?f=water_at~from~9999-12-31").status in (200, 422), language


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


def test_the_cards_of_all_open_columns_cost_one_statement_and_what_they_add_up_to_another(chief, kept):
    for state in ("seed", "grown"):
        kept.add("garden.plant", *({"name": f"p{n}", "state": state} for n in range(100)))
    chief.opens(BOARD)
    with counted() as found:
        assert sum(len(cards) for _, _, cards in columns(chief.opens(BOARD)).values()) == 40
    about = [text for text in found if "garden_plant" in text]
    assert len(about) == 2, about
    assert len(found) <= 5, found


# Records as columns


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


def test_a_column_tells_the_average_of_percent(chief, beds, kept):
    more = ("10", "20", "60.5")
    kept.add(
        "garden.shrub",
        *({"name": c, "plot": beds["north"], "bed": beds["second"], "height": 2, "cover": c} for c in more),
    )
    assert columns(chief.opens(SHRUBS))["Second"][1] == ["6", "average 30.2%"]
