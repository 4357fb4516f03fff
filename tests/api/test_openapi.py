"""openapi.json: every route is described, entities as the caller may see them, and the document is sound."""

from __future__ import annotations

import re

import pytest

from core.api.blueprint import UNKNOWN

FLASK = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture
def described(chief):
    return chief.get("/openapi.json")


def operations(document):
    return {
        (method.upper(), path): one
        for path, item in document["paths"].items()
        for method, one in item.items()
    }


@pytest.mark.covers("IN-02")
def test_every_route_is_described(app, described):
    served = {
        (method, FLASK.sub(r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and UNKNOWN not in rule.endpoint
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served
    assert served <= set(operations(described))


def test_it_is_openapi_3_1_without_loose_ends(described):
    assert described["openapi"].startswith("3.1")
    text = str(described)
    used = set(re.findall(r"#/components/schemas/([\w.]+)", text))
    assert used <= set(described["components"]["schemas"])
    ids = [one["operationId"] for one in operations(described).values()]
    assert len(ids) == len(set(ids))


def test_names_in_paths_are_described(described):
    for (_, path), one in operations(described).items():
        assert {p["name"] for p in one["parameters"] if p["in"] == "path"} == set(
            re.findall(r"\{(\w+)\}", path)
        )


def test_anybody_may_know_the_routes_but_not_the_entities(app, described):
    response = app.test_client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert "office." not in response.text
    generic = {key for key in operations(described) if "office." not in key[1]}
    assert set(operations(response.json)) == generic


@pytest.mark.covers("IN-02")
def test_a_caller_sees_their_entities_and_fields(caller):
    visitor = caller("office.visitor").get("/openapi.json")
    assert "office.paper" not in str(visitor)
    assert ("GET", "/records/office.room") in operations(visitor)
    assert ("POST", "/records/office.room") not in operations(visitor)
    clerk = caller("office.clerk").get("/openapi.json")
    assert "verdict" not in clerk["components"]["schemas"]["office.paper"]["properties"]
    assert "id" not in clerk["components"]["schemas"]["office.paper.values"]["properties"]


@pytest.mark.covers("IN-02")
def test_a_new_field_is_in_the_next_document(chief):
    body = {"name": "x_note", "type": "text", "label": "Note"}
    assert chief("POST", "/metadata/entities/office.room/fields", body).status_code == 201
    schemas = chief.get("/openapi.json")["components"]["schemas"]
    assert "x_note" in schemas["office.room"]["properties"]
    assert "x_note" in schemas["office.room.values"]["properties"]
