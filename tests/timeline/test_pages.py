"""The timeline before people: read, written and followed without a script; nothing in it that they may not know."""

from __future__ import annotations

import io

import pytest

from tests.web.conftest import Person

pytestmark = pytest.mark.modules


@pytest.fixture
def writer(person) -> Person:
    return person("base.member", "board.writer", login="writer@example.com", name="Sara")


@pytest.fixture
def reader(person) -> Person:
    return person("base.member", "board.reader", login="reader@example.com", name="Nima")


@pytest.fixture
def other(person) -> Person:
    return person("base.member", "board.writer", login="other@example.com", name="Omid")


@pytest.fixture
def card(writer, kept) -> int:
    (made,) = kept.add("board.card", {"name": "Paint the fence"}, actor=writer.actor)
    return made


def address(card):
    return f"/records/board.card/{card}"


def composer(answer, card):
    return answer.page.form_to(f"{address(card)}/notes")


def posts(who, card, body, **more):
    opened = who.opens(address(card))
    form = composer(opened, card)
    return who.submits(opened, form, {"body": body, **more})


def told(kept, kind=""):
    return kept.find("base.notification", f"kind == '{kind}'" if kind else "", ("id", "user"))


def notes(kept):
    return kept.find("base.note", "", ("id", "body"))


def text_of(answer):
    return answer.response.text


def test_a_note_is_written_and_read_without_a_script(reader, writer, card):
    answer = posts(reader, card, "The wood is rotten.")
    assert answer.path == address(card)
    assert "The wood is rotten." in text_of(answer)
    assert "Nima" in text_of(writer.opens(address(card)))


def test_what_is_written_is_text_and_never_markup(reader, card):
    answer = posts(reader, card, "<b>bold</b><script>")
    assert "<b>bold</b>" not in text_of(answer)
    assert "&lt;b&gt;bold" in text_of(answer)


def test_an_empty_note_says_so_and_is_not_kept(reader, card, kept):
    answer = posts(reader, card, "   ")
    assert answer.status == 422
    assert "Write something first." in text_of(answer)
    assert notes(kept) == []


def test_a_mention_of_somebody_who_may_not_read_it_is_told_before_it_is_posted(reader, other, card, kept):
    answer = posts(reader, card, "@Omid, what do you think?")
    assert answer.status == 422
    assert "Omid may not read this record." in text_of(answer)
    assert "@Omid, what do you think?" in text_of(answer)
    assert notes(kept) == []
    form = composer(answer, card)
    reader.sends(form.action, form.filled({"body": "@Omid, what do you think?", "anyway": "1"}))
    assert [n["body"] for n in notes(kept)] == ["@Omid, what do you think?"]
    assert [n["user"].title for n in told(kept)] == ["Sara"]


def test_of_two_people_with_one_name_one_has_to_be_chosen(reader, writer, person, card, kept):
    person("base.member", "board.reader", login="sara2@example.com", name="Sara")
    answer = posts(reader, card, "@Sara look")
    assert answer.status == 422
    assert "Several people are called Sara" in text_of(answer)
    posts(reader, card, "@Sara look", mention=str(writer.actor.id))
    assert [n["user"].id for n in told(kept, "mention")] == [writer.actor.id]


@pytest.mark.parametrize("body", ["write to me@example.com", "a@b", "@ nobody", "@Unknown Person"])
def test_not_every_at_is_a_mention(reader, writer, card, kept, body):
    assert posts(reader, card, body).status == 200
    assert told(kept, "mention") == []


def test_names_are_found_in_any_spelling_and_the_longest_counts(reader, person, card, kept):
    ali = person("base.member", "board.reader", login="ali@example.com", name="علی")
    reza = person("base.member", "board.reader", login="reza@example.com", name="علی رضایی")
    posts(reader, card, "@علي رضايي، لطفاً ببین")
    assert [n["user"].id for n in told(kept, "mention")] == [reza.actor.id]
    assert ali.actor.id != reza.actor.id


def test_files_come_with_a_note_for_those_who_read_the_record_only(reader, writer, other, card, kept):
    opened = reader.opens(address(card))
    form = composer(opened, card)
    data = {**form.filled({"body": "The plan"}).to_dict(), "file": (io.BytesIO(b"plan"), "plan.txt")}
    response = reader.client.post(form.action, data=data, content_type="multipart/form-data")
    assert response.status_code == 303
    page = text_of(writer.opens(address(card)))
    assert "plan.txt" in page
    number = page.split("/files/")[1].split('"')[0]
    assert writer.opens(f"/files/{number}").status == 200
    assert other.opens(f"/files/{number}").status == 404


def test_ones_own_note_is_changed_and_deleted_and_no_other(reader, writer, card, kept):
    posts(reader, card, "First words")
    (note,) = notes(kept)
    opened = reader.opens(f"/notes/{note['id']}")
    reader.submits(opened, opened.page.form(**{"class": "narrow"}), {"body": "Second words"})
    assert "Second words" in text_of(reader.opens(address(card)))
    assert f"/notes/{note['id']}/delete" not in text_of(writer.opens(address(card)))
    token = compose_token(writer, card)
    assert writer.sends(f"/notes/{note['id']}/delete", {"csrf": token}).status == 403
    reader.sends(f"/notes/{note['id']}/delete", {"csrf": compose_token(reader, card)})
    assert notes(kept) == []


def compose_token(who, card):
    opened = who.opens(address(card))
    return composer(opened, card)["csrf"]


def test_one_follows_and_stops_and_sees_who_follows(reader, writer, card):
    assert "Nobody follows this yet." in text_of(reader.opens(address(card)))
    answer = reader.sends(f"{address(card)}/follow", {"csrf": compose_token(reader, card), "follow": "1"})
    assert "Stop following" in text_of(answer)
    assert "1 follower" in text_of(writer.opens(address(card)))
    answer = reader.sends(f"{address(card)}/follow", {"csrf": compose_token(reader, card), "follow": "0"})
    assert "Nobody follows this yet." in text_of(answer)


def test_the_timeline_of_a_record_out_of_sight_is_as_unknown_as_the_record(other, card):
    for way in ("timeline", "people?q=a"):
        assert other.opens(f"{address(card)}/{way}").status == 404
    token = other.opens("/records/board.card/new").page.form(id="record")["csrf"]
    for way in ("notes", "follow"):
        assert other.sends(f"{address(card)}/{way}", {"csrf": token, "body": "x"}).status == 404


def test_a_field_that_one_may_not_read_is_missing_from_the_timeline_too(writer, card, kept):
    kept.change("board.card", card, {"secret": "cheap paint", "colour": "green"})
    page = text_of(writer.opens(f"{address(card)}/timeline"))
    assert "green" in page
    assert "cheap paint" not in page
    assert "Secret" not in page


def test_the_timeline_shows_one_kind_and_what_is_older(reader, card, kept):
    for n in range(45):
        kept.add("base.note", {"record": {"entity": "board.card", "id": card}, "body": f"Note {n:02}."})
    notes = text_of(reader.opens(f"{address(card)}/timeline?kind=note"))
    assert "Note 44." in notes
    assert "Note 04." not in notes
    assert "created this record" not in notes
    older = reader.opens(
        notes.split("data-older")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    )
    assert "Note 04." in text_of(older)
    assert "Note 05." not in text_of(older)
    changes = text_of(reader.opens(f"{address(card)}/timeline?kind=change"))
    assert "created this record" in changes
    assert "Note 44." not in changes


def test_every_thing_is_on_exactly_one_page(reader, card, kept):
    for n in range(30):
        kept.add("base.note", {"record": {"entity": "board.card", "id": card}, "body": f"Note {n:02}."})
        kept.change("board.card", card, {"colour": f"colour {n:02}"})
    seen, path = "", f"{address(card)}/timeline"
    while path:
        page = text_of(reader.opens(path))
        seen += page
        path = (
            page.split("data-older")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
            if "data-older" in page
            else ""
        )
    for n in range(30):
        assert seen.count(f"Note {n:02}.") == 1
        assert seen.count(f"<ins><bdi>colour {n:02}</bdi></ins>") == 1
    assert seen.count("created this record") == 1


def test_people_are_offered_with_what_they_may_not(reader, writer, other, card):
    items = reader.client.get(f"{address(card)}/people?q=").json["items"]
    assert {p["title"]: p["hint"] for p in items} == {
        "Nima": "",
        "Omid": "may not read this record",
        "Sara": "",
    }


def test_a_script_gets_the_timeline_by_itself(reader, card):
    part = reader.client.get(f"{address(card)}/timeline", headers={"X-Part": "1"}).text
    assert part.lstrip().startswith("<ui-timeline")
    assert "<html" not in part


def test_an_entity_without_the_behaviour_keeps_its_history(person, kept):
    admin = person("base.administrator", login="boss@example.com")
    (tag,) = kept.add("base.tag", {"name": "big"})
    assert "ui-timeline" not in text_of(admin.opens(f"/records/base.tag/{tag}"))
    assert admin.opens(f"/records/base.tag/{tag}/timeline").status == 404


def test_modules_tell_things_of_their_own_and_these_can_be_chosen(reader, card):
    page = text_of(reader.opens(f"{address(card)}/timeline"))
    assert page.index("looked at it for the 3. time") < page.index("looked at it for the 1. time")
    assert "Looks" in page
    alone = text_of(reader.opens(f"{address(card)}/timeline?kind=board.look"))
    assert "looked at it for the 2. time" in alone
    assert "created this record" not in alone


def test_a_module_that_fails_is_left_out_of_the_timeline(person, kept):
    admin = person("base.administrator", login="boss@example.com")
    (pin,) = kept.add("board.pin", {"name": "Red pin"})
    answer = admin.opens(f"/records/board.pin/{pin}")
    assert answer.status == 200
    assert "created this record" in text_of(answer)


def test_the_bell_counts_what_is_new_and_leads_to_it(reader, writer, card):
    posts(writer, card, "@Nima look")
    assert "1 new notification" in text_of(reader.opens(address(card)))
    page = reader.opens("/notifications")
    assert "Sara mentioned you" in text_of(page)
    assert "Paint the fence" in text_of(page)
    number = text_of(page).split('href="/notifications/')[1].split('"')[0]
    assert reader.opens(f"/notifications/{number}").path == address(card)
    assert "1 new notification" not in text_of(reader.opens(address(card)))
    assert writer.opens(f"/notifications/{number}").status == 404


def test_one_or_all_are_marked_as_read(reader, writer, card):
    for n in range(3):
        posts(writer, card, f"@Nima look {n}")
    page = reader.opens("/notifications")
    reader.sends(
        "/notifications",
        {
            "csrf": compose_token(reader, card),
            "id": text_of(page).split('href="/notifications/')[1].split('"')[0],
        },
    )
    assert "2 new notifications" in text_of(reader.opens("/notifications"))
    reader.sends("/notifications", {"csrf": compose_token(reader, card)})
    assert "new notification" not in text_of(reader.opens("/notifications"))
