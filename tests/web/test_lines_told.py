"""A form is handed the lines of its lists where it holds all of them and its reader may know what is asked of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARCEL = "parcel.parcel"


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "parcel")


@pytest.fixture(scope="session")
def site_folders():
    return [ROOT / "modules", ROOT / "tests" / "fixtures" / "modules"]


@pytest.fixture
def parcel(kept):
    contents = [{"what": "cup", "size": 4, "fragile": True}, {"what": "nail", "size": 1, "pieces": 90}]
    (number,) = kept.add(PARCEL, {"name": "north", "sender": 0, "contents": contents})
    return number


def told(answer):
    found = answer.page.all("ui-look")
    return json.loads(found[0].get("data-told")) if found else {}


def test_the_lines_leave_the_server_with_what_is_worked_out_of_them(admin, parcel):
    given = told(admin.opens(f"/records/{PARCEL}/{parcel}"))
    assert {one["name"] for one in given["computed"]} == {"weight", "worth"}
    assert (set(given["visible"]), set(given["required"])) == ({"padding", "bill"}, {"reason"})
    lines = given["lists"]["contents"]
    assert (lines["by"], lines["whole"]) == ("parcel", str(parcel))
    assert lines["fields"] == {
        "fragile": {"type": "boolean", "start": False},
        "packed": {"type": "date", "live": True},
        "pieces": {"type": "integer", "start": "2"},
        "price": {"type": "money", "currency": "IRR"},
        "size": {"type": "integer"},
    }
    assert [one["name"] for one in lines["computed"]] == ["total"]
    first, second = lines["rows"]
    assert (first["size"], first["pieces"], first["fragile"]) == ("4", "2", True)
    assert (second["size"], second["pieces"], second["price"]) == ("1", "90", None)
    assert "IRR" in given["units"]
    assert told(admin.opens(f"/records/{PARCEL}/new"))["lists"]["contents"]["rows"] == []


def test_only_whoever_sees_all_lines_and_what_is_asked_of_them_is_handed_any(person, kept, parcel):
    sender, packer, reader = (
        person("base.member", f"parcel.{one}") for one in ("sender", "packer", "reader")
    )
    kept.change(PARCEL, parcel, {"sender": sender.actor.id})
    path = f"/records/{PARCEL}/{parcel}"
    assert len(told(sender.opens(path))["lists"]["contents"]["rows"]) == 2, "A part is seen as its whole."
    assert "lists" not in told(packer.opens(path)), "There may be lines that they do not see."
    assert len(told(packer.opens(f"/records/{PARCEL}/new"))["lists"]) == 1, "A new parcel has none."
    given = told(reader.opens(path))
    assert {one["name"] for one in given["computed"]} == {"weight"}, "What things cost is not theirs to read."
    assert "price" not in json.dumps(given)


def test_what_was_refused_comes_back_as_it_was_typed(admin, parcel):
    path = f"/records/{PARCEL}/{parcel}"
    answer = admin.saves(path, {"contents-0-size": "7", "contents-1-size": "many", "contents-2-pieces": "3"})
    assert answer.status == 422
    first, second, third = told(answer)["lists"]["contents"]["rows"]
    assert (first["size"], first["id"] is not None) == ("7", True)
    assert ("size" in second, second["unread"]) == (False, ["size"])
    assert (third["pieces"], third["id"]) == ("3", None)


def test_the_server_is_asked_by_the_lines_that_stand_in_the_form(admin, parcel):
    path = f"/records/{PARCEL}/{parcel}"
    opened = admin.opens(path)
    typed = opened.page.form(id="record").filled({"contents-0-size": "30", "contents-1-delete": "1"})
    look = admin.client.post(f"{path}/check", data=typed).json
    assert (look["computed"]["weight"], look["required"], look["hidden"]) == ("60", [], [])
    typed.add("contents-2-fragile", "1")
    typed.setlist("contents-0-size", ["51"])
    look = admin.client.post(f"{path}/check", data=typed).json
    assert (look["computed"]["weight"], look["required"]) == ("102", ["reason"])
    empty = {"contents-0-delete": "1", "contents-1-delete": "1"}
    refused = admin.saves(path, empty)
    assert (refused.status, "Put something in." in refused.response.text) == (422, True)
    assert admin.saves(path, {"contents-0-size": "2", "contents-0-fragile": None}).status == 200
