"""Bad input: each gets a clear answer, and nothing is lost; never an error of ours."""

from __future__ import annotations

import orjson
import pytest
from structlog.testing import capture_logs

from core.api.bodies import MAX_DEPTH, MAX_JSON, parse_json
from core.errors import BadRequest
from core.records.reading import Reading

ROOMS, PAPERS = "/records/office.room", "/records/office.paper"
JSON = {"Content-Type": "application/json"}

NO_JSON = (
    ("[" * 10_000 + "]" * 10_000, "too_deep"),
    ('{"a":' * 10_000 + "1" + "}" * 10_000, "too_deep"),
    ("[" * 10_000, "too_deep"),
    ('{"name": "Hall", "name": "Aula"}', "duplicate_name"),
    ('{"papers": [{"title": "x", "title": "y"}], "name": "Hall"}', "duplicate_name"),
    ('{"name": NaN}', "bad_json"),
    ('{"seats": Infinity}', "bad_json"),
    ('{"seats": 1e999}', "bad_json"),
    ('{"name": "Hall"', "bad_json"),
    ("", "bad_json"),
    ("{'name': 1}", "bad_json"),
    ("{} {}", "bad_json"),
    ('{"name": "\\ud800"}', "bad_json"),
    (b"\xff\xfe", "bad_json"),
    ('{"name": "a\nb"}', "bad_json"),
)

VALUES = {
    "title": (7, {"a": 1}, ["x"], "x\x00y", "x\x07", "x" * 300, None, "", "   "),
    "pages": (10**30, "1e30", -1, 1.5, {}, True, "NaN", 2**63),
    "weight": ("NaN", "Infinity", 1e30, "1" * 400, "--1", []),
    "price": (
        {"amount": "NaN", "currency": "IRR"},
        {"amount": "1", "currency": "rial"},
        {"amount": {}, "currency": []},
        {"amount": "1e30", "currency": "IRR"},
        [],
        {"currency": "IRR"},
        {"amount": "1", "currency": "IRR", "x": 1},
    ),
    "due": ("2026-02-30", "2026-13-01", "0000-00-00", 20260321, " ", "1405-12-30x", {}),
    "printed_at": ("yesterday", "2026-03-21T25:00:00Z", 0, "9999-12-31T23:59:59-14:00", []),
    "state": ("lost", [], 1),
    "urgent": ("perhaps", 2, {}),
    "room": (10**15, 2**70, -1, 0, "x", {"id": "x"}, {}, [1], 1.5, True),
    "readers": (5, [10**15], [{}], ["x"], [2**70], {"id": 1}, [1] * 5000),
    "scan": (10**15, "x", 2**70, {"id": 7, "name": "x"}, [1]),
    "keeper": (2**63, "x", 1e18 + 0.5),
    "code": ({}, 5, "x" * 1000),
}

QUESTIONS = (
    "limit=x",
    "limit=-1",
    "limit=201",
    "limit=1.5",
    "limit=" + "9" * 5000,
    "limit=1&limit=2",
    "count=yes",
    "trash=1",
    "cursor=x",
    "cursor=" + "A" * 5000,
    "cursor=%00",
    "sort=nothing",
    "sort=-",
    "sort=name,name2",
    "fields=nothing",
    "fields=papers.title",
    "filter=name",
    "filter=name ==",
    "filter=nothing == 1",
    "filter=1",
    "filter=name == 1",
    "filter=" + "(" * 500 + "true" + ")" * 500,
    "filter=seats == " + "9" * 400,
    "filter=__class__ == 1",
    "filter=due > date('2026-02-30')",
    "filter=room.nothing == 1",
    "nothing=1",
    "Limit=5",
    "filter=" + " and ".join(["seats == 1"] * 60),
    "filter='" + "x" * 5000 + "' == name",
)
STRANGE = (
    "search=%00",
    "search=%ff%fe",
    "search=%25_%5C",
    "search=" + "ا" * 200,
    "filter=name == '%00'",
    "filter=name == '%F0%9F%98%80'",
    "sort=",
    "fields=,,",
    "filter=id == 99999999999999999999999",
)
ASKED = (
    [],
    "x",
    {"limit": "5"},
    {"limit": True},
    {"sort": "name"},
    {"sort": [1]},
    {"filter": 5},
    {"count": True},
    {"nothing": 1},
    {"trash": "no"},
    {"cursor": None},
    {"limit": 10**30},
)
FIGURES = (
    "group_by=nothing",
    "group_by=title,code,state,urgent",
    "measures=sum(title)",
    "measures=drop(pages)",
    "measures=sum()",
    "measures=sum(pages),max(nothing)",
    "filter=nothing",
    "measures=sum(pages",
    "limit=5",
)
SEARCHES = ("q=x&limit=0", "q=x&limit=500", "q=" + "x" * 300, "q=x&other=1")

NOWHERE = (
    "/records/office.room/0",
    "/records/office.room/-1",
    "/records/office.room/x",
    "/records/office.room/" + "9" * 5000,
    "/records/office.room/99999999999999999999",
    "/records/office.room/١",
    "/records/office.nothing",
    "/",
    "/records/" + "x" * 5000,
    "/records/office.nothing/1",
    "/records/core_account",
    "/records/..%2f..",
    "/nothing",
    "/records/office.room/1/nothing",
    "/jobs/1",
    "/jobs/x",
    "/files/1",
    "/files/x",
    "/metadata/entities/office.nothing",
    "/metadata/entities/office.nothing/fields",
    "/records/office.room/1/history",
    "/modules/nothing",
    "/search?q=x&entity=office.nothing",
)


def test_what_is_no_good_json_is_refused(clerk):
    for body, code in NO_JSON:
        assert clerk.refused(400, "POST", ROOMS, data=body, headers=JSON)["code"] == code


@pytest.mark.parametrize("body", [{"a": [1, {"b": "c:d"}]}, [], {"a:b": '{["', "c": '\\"{'}, "text", None])
def test_good_json_is_read_as_it_is(body):
    assert parse_json(orjson.dumps(body)) == body


def test_the_deepest_json_that_is_read():
    parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(BadRequest):
        parse_json(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


def test_a_body_of_another_kind_is_refused(clerk):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        clerk.refused(415, "POST", ROOMS, data="{}", headers={"Content-Type": kind})


def test_a_body_that_is_too_large_is_refused(clerk):
    problem = clerk.refused(413, "POST", ROOMS, data=b'"' + b"x" * MAX_JSON + b'"', headers=JSON)
    assert problem["detail"] == "This is larger than the limit of 8 MB."


def test_a_record_is_an_object(clerk):
    for body in ("text", 7, None, True, [1], [None], [["x"]], [[]]):
        clerk.refused(422, "POST", ROOMS, data=orjson.dumps(body), headers=JSON)


def test_an_empty_list_makes_nothing(clerk):
    assert clerk.refused(400, "POST", ROOMS, [])["code"] == "empty"


@pytest.mark.parametrize("field", VALUES)
def test_a_value_that_does_not_fit_is_refused_at_its_field(clerk, field):
    for value in VALUES[field]:
        problem = clerk.refused(422, "POST", PAPERS, {"title": "A", field: value})
        assert [one["field"] for one in problem["errors"]] == [field], value
        assert problem["errors"][0]["message"]
    assert clerk.get(PAPERS)["items"] == []


def test_a_question_that_makes_no_sense_is_refused(clerk):
    for query in QUESTIONS:
        clerk.refused(400, "GET", f"{ROOMS}?{query}")


def test_a_strange_question_has_an_answer(clerk):
    for query in STRANGE:
        assert clerk("GET", f"{ROOMS}?{query}").status_code in (200, 400), query


def test_a_question_in_a_body_is_held_to_its_types(clerk):
    for body in ASKED:
        clerk.refused(400, "POST", f"{ROOMS}/query", body)


def test_figures_and_searches_that_make_no_sense_are_refused(clerk):
    for query in FIGURES:
        clerk.refused(400, "GET", f"{PAPERS}/aggregate?{query}")
    for query in SEARCHES:
        clerk.refused(400, "GET", f"/search?{query}")


def test_what_is_not_there_is_not_found(chief):
    for path in NOWHERE:
        assert chief.refused(404, "GET", path)["errors"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", ROOMS),
        ("DELETE", ROOMS),
        ("PATCH", "/search"),
        ("POST", "/access/me"),
        ("TRACE", f"{ROOMS}/1"),
    ],
)
def test_a_method_that_is_not_there_is_told_with_those_that_are(clerk, method, path):
    response = clerk(method, path)
    assert (response.status_code, response.json["code"]) == (405, "wrong_method")
    assert response.headers["Allow"]


def test_a_value_that_is_taken_is_told_at_its_field(clerk):
    clerk.make("office.paper", title="A", code="7")
    problem = clerk.refused(422, "POST", PAPERS, {"title": "B", "code": "7"})
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("code", "taken")]


def test_sentences_come_in_a_language_that_is_there(clerk):
    for language in ("en", "de", "*", "", "x" * 500, "en;q=nothing"):
        problem = clerk.refused(422, "POST", ROOMS, {}, headers={"Accept-Language": language})
        assert problem["errors"][0]["message"] == "This value is required."


def test_an_error_of_ours_is_logged_under_the_number_that_is_told(clerk, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(Reading, "find_json", broken)
    with capture_logs() as lines:
        problem = clerk.refused(500, "GET", ROOMS)
    assert "secret" not in str(problem)
    (line,) = (line for line in lines if line.get("reference") == problem["reference"])
    assert "a secret of ours" in str(line["exc_info"])
