"""A POST that comes twice under one key is carried out once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

ROOMS = "/records/office.room"
KEY = {"Idempotency-Key": "a key of mine"}


def test_the_second_time_gets_the_same_answer_and_makes_nothing(clerk):
    first, second = (clerk("POST", ROOMS, {"name": "Hall"}, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert [first.headers[n] for n in ("ETag", "Location")] == [
        second.headers[n] for n in ("ETag", "Location")
    ]
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert len(clerk.get(ROOMS)["items"]) == 1


def test_the_same_key_for_another_request_is_refused(clerk):
    clerk("POST", ROOMS, {"name": "Hall"}, headers=KEY)
    assert clerk.refused(409, "POST", ROOMS, {"name": "Aula"}, headers=KEY)["code"] == "key_reused"
    assert (
        clerk.refused(409, "POST", "/records/office.paper", {"name": "Hall"}, headers=KEY)["code"]
        == "key_reused"
    )


def test_a_key_belongs_to_its_account(clerk, caller):
    clerk("POST", ROOMS, {"name": "Hall"}, headers=KEY)
    response = caller("office.clerk")("POST", ROOMS, {"name": "Aula"}, headers=KEY)
    assert (response.status_code, response.json["name"]) == (201, "Aula")


def test_a_refused_request_leaves_its_key_free(clerk):
    clerk.refused(422, "POST", ROOMS, {}, headers=KEY)
    assert clerk("POST", ROOMS, {"name": "Hall"}, headers=KEY).status_code == 201


def test_requests_at_the_same_moment_make_one_record(clerk):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: clerk("POST", ROOMS, {"name": "Hall"}, headers=KEY), range(4)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.data for one in answers}) == 1
    assert len(clerk.get(ROOMS)["items"]) == 1


@pytest.mark.parametrize("key", ["x" * 201, "\t"])
def test_a_key_that_cannot_be_kept_is_refused(clerk, key):
    clerk.refused(400, "POST", ROOMS, {"name": "Hall"}, headers={"Idempotency-Key": key})


def test_a_change_of_the_definitions_is_made_once(chief):
    body = {"name": "x_note", "type": "text", "label": "Note"}
    path = "/metadata/entities/office.room/fields"
    first, second = (chief("POST", path, body, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert chief.refused(409, "POST", path, {**body, "name": "x_other"}, headers=KEY)["code"] == "key_reused"
    assert chief.refused(409, "POST", path, body)["code"] == "taken"


def test_an_upload_is_kept_once(clerk):
    def send(content):
        return clerk("POST", "/files", data={"file": (BytesIO(content), "a.txt")}, headers=KEY)

    first, second = send(b"hello"), send(b"hello")
    assert first.status_code == 201
    assert first.data == second.data
    assert send(b"other").status_code == 409
