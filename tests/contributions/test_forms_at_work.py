"""Forms as a place to work: fields that depend on others, tabs, related records, and two people at one record."""

from __future__ import annotations

import pytest

from tests.contributions.conftest import CRATE

BOX = "handy.box"


@pytest.fixture
def box(kept, keeper):
    def make(name="Box", **values):
        return kept.add(BOX, {"name": name, **values}, actor=keeper.actor)[0]

    return make


@pytest.fixture
def check(keeper):
    """Ask as a script does while somebody types."""

    def ask(path, **changes):
        form = keeper.opens(path).page.form(id="record").filled(changes)
        address = path.replace("/new", "") + "/check"
        return keeper.client.post(address, data=form)

    return ask


class TestNewLines:
    """Lines that are written in a form for the first time."""

    def test_a_new_line_begins_with_its_defaults(self, keeper, crate):
        number = crate()
        page = keeper.opens(f"/records/handy.crate/{number}")
        assert page.page.one("input", id="f-items-0-pieces")["value"] == "1"
        assert page.page.one("input", id="f-items-__n__-pieces")["value"] == "1"
        keeper.submits(page, page.page.form(id="record"), {"items-0-name": "Nails"})
        page = keeper.opens(f"/records/handy.crate/{number}").page
        assert (
            page.one("input", id="f-items-0-name")["value"],
            page.one("input", id="f-items-0-pieces")["value"],
        ) == (
            "Nails",
            "1",
        )

    def test_a_new_line_in_which_nobody_wrote_is_no_line(self, keeper, kept, crate):
        number = crate()
        assert keeper.saves(f"/records/handy.crate/{number}", {"name": "Second"}).status == 200
        assert kept.find("handy.item") == []

    def test_what_is_wrong_in_a_line_is_told_with_its_field_and_row(self, keeper, crate):
        refused = keeper.saves(
            f"/records/handy.crate/{crate()}", {"items-0-name": "Nails", "items-0-pieces": ""}
        )
        summary = refused.page.one("div", data_summary=...)
        assert summary.one("a", href="#f-items-0-pieces").text == "Pieces, row 1: This value is required."


class TestFieldsThatDepend:
    """`visible_when`, `required_when`, `read_only_when` and computed values on a form."""

    def test_what_does_not_apply_is_hidden_and_not_sent(self, keeper, box):
        page = keeper.opens(f"/records/{BOX}/{box()}").page
        frame = page.one("fieldset", data_cond="degrees")
        assert frame.has("hidden")
        assert frame.has("disabled")
        assert not page.one("fieldset", data_cond="stamp").has("hidden")

    def test_what_applies_shows_and_says_that_it_is_required(self, keeper, box):
        page = keeper.opens(f"/records/{BOX}/{box(kind='cold', degrees=3)}").page
        frame = page.one("fieldset", data_cond="degrees")
        assert not frame.has("hidden")
        assert not frame.one("span", cls="req").has("hidden")

    def test_a_new_record_begins_with_what_its_defaults_say(self, keeper):
        assert keeper.opens(f"/records/{BOX}/new").page.one("fieldset", data_cond="degrees").has("hidden")

    def test_what_is_locked_now_is_shown_and_not_sent(self, keeper, box):
        page = keeper.opens(f"/records/{BOX}/{box(stamp='ABC')}").page
        assert not page.all("input", name="stamp")
        assert "ABC" in page.one("fieldset", data_cond="stamp").text

    def test_the_server_answers_for_what_is_typed(self, check, box):
        path = f"/records/{BOX}/{box()}"
        plain = check(path).json
        assert (plain["hidden"], plain["required"]) == (["degrees"], [])
        cold = check(path, kind="cold", wide="4", high="5").json
        assert (cold["hidden"], cold["required"], cold["computed"]["area"]) == ([], ["degrees"], "20")

    def test_it_answers_for_a_new_record_too(self, check):
        assert check(f"/records/{BOX}/new", kind="cold").json["hidden"] == []

    def test_what_cannot_be_read_is_told_at_its_field(self, check, box):
        assert list(check(f"/records/{BOX}/{box()}", wide="many").json["errors"]) == ["wide"]

    def test_asking_writes_nothing(self, check, kept, box):
        number = box()
        check(f"/records/{BOX}/{number}", name="Other")
        assert kept.get(BOX, number)["name"] == "Box"

    def test_asking_for_a_record_out_of_sight_is_not_found(self, keeper, kept):
        hidden = kept.add(BOX, {"name": "Somebody's", "keeper": 99})[0]
        token = keeper.opens("/preferences").page.all("input", name="csrf")[0]["value"]
        assert keeper.sends(f"/records/{BOX}/{hidden}/check", {"csrf": token}).status == 404
        assert keeper.sends(f"/records/{BOX}/{hidden}/check", {}).status == 403

    def test_what_a_forged_form_says_of_hidden_fields_is_not_taken(self, keeper, kept, box):
        number = box()
        form = keeper.opens(f"/records/{BOX}/{number}").page.form(id="record").filled({"name": "New name"})
        form.update({"degrees": "7", "degrees__shown": "1"})
        keeper.sends(f"/records/{BOX}/{number}", form)
        found = kept.get(BOX, number)
        assert (found["name"], found["degrees"]) == ("New name", None)

    def test_the_server_asks_again_for_what_is_required(self, keeper, box):
        path = f"/records/{BOX}/{box()}"
        answer = keeper.saves(path, {"kind": "cold"})
        assert answer.status == 422
        frame = answer.page.one("fieldset", data_cond="degrees")
        assert not frame.has("hidden")
        assert "required" in frame.text


class TestPartsOfAForm:
    """Tabs, counts, and lists of what points here."""

    def test_sections_stand_on_their_tabs(self, keeper, crate):
        page = keeper.opens(f"/records/{CRATE}/{crate()}").page
        assert [a.text.split()[0] for a in page.one("nav", cls="tabs").all("a")] == [
            "Details",
            "More",
            "Boxes",
            "Inside",
        ]
        assert page.one("div", id="t-about").all("input", name="note")

    def test_a_tab_with_a_mistake_says_so_in_words(self, keeper, crate):
        answer = keeper.saves(f"/records/{CRATE}/{crate()}", {"keeper": "nobody"})
        links = {a["href"]: a.text for a in answer.page.one("nav", cls="tabs").all("a")}
        assert "to be mended" in links["#t-about"]
        assert "to be mended" not in links["#t-main"]
        assert "Saved" not in answer.page.one("div", cls="savebar").text

    def test_counts_lead_to_the_list_of_what_points_here_or_straight_to_the_only_one(
        self, keeper, kept, crate, box
    ):
        number = crate()
        for _ in range(2):
            box(crate=number)
        kept.add(BOX, {"name": "Somebody's", "keeper": 99, "crate": number})
        (only,) = kept.add("handy.remark", {"words": "dry", "about": {"entity": CRATE, "id": number}})
        page = keeper.opens(f"/records/{CRATE}/{number}").page
        boxes, remarks = page.one("nav", cls="smart").all("a")
        assert (boxes.one("b").text, remarks.one("b").text) == ("2", "1")
        assert "2 records in all" in keeper.opens(boxes["href"]).page.html
        assert remarks["href"] == f"/records/handy.remark/{only}"

    def test_the_first_of_them_stand_on_a_tab_with_a_new_one(self, keeper, crate, box):
        number = crate()
        box("Red box", crate=number)
        tab = keeper.opens(f"/records/{CRATE}/{number}").page.one("section", id="t-handy-box-crate")
        assert "Red box" in tab.text
        begun = keeper.opens(tab.one("a", cls="btn")["href"]).page
        assert begun.one("input", name="crate")["value"] == str(number)
        assert begun.one("input", name="crate__text")["value"] == "First"

    def test_a_new_one_for_a_record_out_of_sight_begins_without_it(self, keeper, kept):
        hidden = kept.add(CRATE, {"name": "Somebody's", "keeper": 99})[0]
        page = keeper.opens(f"/records/{BOX}/new?crate={hidden}&wide=x").page
        assert "Somebody" not in page.html
        assert page.one("input", name="crate")["value"] == ""

    def test_whoever_may_not_read_them_is_told_nothing(self, looker, crate):
        page = looker.opens(f"/records/{CRATE}/{crate()}").page
        assert not page.all("nav", cls="smart")
        assert "Boxes" not in page.html


class TestTwoPeople:
    """Somebody else has saved meanwhile."""

    @pytest.fixture
    def late(self, keeper, kept, crate):
        """Change a crate while somebody has its form open; send that form with other values."""

        def act(theirs, mine):
            number = crate(weight=1, note="old")
            opened = keeper.opens(f"/records/{CRATE}/{number}")
            kept.change(CRATE, number, theirs)
            return number, keeper.submits(opened, opened.page.form(id="record"), mine)

        return act

    def test_fields_that_both_changed_are_chosen_one_by_one(self, late):
        _, answer = late({"weight": 5, "note": "theirs"}, {"weight": "9"})
        assert answer.status == 412
        rows = answer.page.one("table", cls="clash").all("tr")[1:]
        assert [row.one("th").text for row in rows] == ["Weight"]
        assert "5" in rows[0].text
        assert "9" in rows[0].text

    def test_what_only_they_changed_is_taken_over(self, late):
        _, answer = late({"note": "theirs"}, {"weight": "9"})
        assert not answer.page.all("table", cls="clash")
        assert answer.page.one("input", name="note")["value"] == "theirs"
        assert answer.page.one("input", name="weight")["value"] == "9"
        assert "Note" in answer.page.one("dialog", data_conflict=...).text

    def test_theirs_and_mine_are_saved_as_chosen(self, late, keeper, kept):
        number, answer = late({"weight": 5, "note": "theirs"}, {"weight": "9", "note": "mine"})
        form = answer.page.form(id="record").filled({})
        saved = keeper.sends(
            f"/records/{CRATE}/{number}", {**form, "keep-weight": "theirs", "keep-note": "mine"}
        )
        assert saved.status == 200
        found = kept.get(CRATE, number)
        assert (found["weight"], found["note"]) == (5, "mine")

    def test_it_says_who_was_faster(self, keeper, kept, person, crate):
        other = person("handy.chief", login="chief@example.com")
        number = crate(weight=1)
        opened = keeper.opens(f"/records/{CRATE}/{number}")
        with_rights = other.saves(f"/records/{CRATE}/{number}", {"weight": "4"})
        assert with_rights.status == 200
        answer = keeper.submits(opened, opened.page.form(id="record"), {"weight": "9"})
        assert "Last changed by" in answer.page.html


class TestSessionsThatEnd:
    """Somebody's session ends while they type."""

    def test_a_script_is_told_to_ask_for_the_sign_in(self, keeper, visitor, crate):
        path = f"/records/{CRATE}/{crate()}"
        form = keeper.opens(path).page.form(id="record").filled({"weight": "3"})
        assert visitor.client.post(path, data=form, headers={"X-Fragment": "page"}).status_code == 401
        assert visitor.client.post(path, data=form).status_code == 403

    def test_the_sign_in_over_the_page_gives_the_token_of_the_new_session(self, visitor, keeper, crate):
        inside = visitor.opens("/sign-in", headers={"X-Fragment": "dialog"})
        assert not inside.page.all("html")
        assert inside.page.one("h2", id="dialog-title")
        assert visitor.client.get("/session").status_code in (303, 401)
        path = f"/records/{CRATE}/{crate()}"
        form = keeper.opens(path).page.form(id="record").filled({"weight": "4"})
        for token, status in (("x", 403), (keeper.client.get("/session").json["csrf"], 303)):
            assert keeper.client.post(path, data={**form, "csrf": token}).status_code == status

    def test_saving_by_a_script_leads_on_without_losing_the_message(self, keeper, crate):
        path = f"/records/{CRATE}/{crate()}"
        form = keeper.opens(path).page.form(id="record").filled({"weight": "3"})
        answer = keeper.client.post(path, data=form, headers={"X-Fragment": "page"})
        assert (answer.status_code, answer.headers["X-Go"]) == (204, path)
        assert "Saved." in keeper.opens(path).page.html
