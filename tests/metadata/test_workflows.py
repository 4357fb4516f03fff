"""Workflows as documents: what they name must exist, others add to them, the site has the last word."""

from __future__ import annotations

from core.declaration import document_from_json
from core.declaration.reading import read_yaml
from core.errors import MetadataInvalid, Place
from core.metadata.documents import Document
from core.metadata.layers import IN_CONFLICT
from core.metadata.usage import where_used
from tests.metadata.written import compiled, entity, extend, refused

PAPER = entity(
    "people.paper",
    {
        "name": {"type": "text"},
        "state": {
            "type": "choice",
            "choices": {"new": "New", "read": "Read", "done": {"label": "Done", "hue": "green"}},
        },
        "note": {"type": "text"},
        "shelf": {"type": "reference", "to": "people.shelf"},
        "count": {"type": "integer", "rollup": {"from": "people.paper", "by": "above", "count": ""}},
        "above": {"type": "reference", "to": "people.paper"},
    },
)
SHELF = entity(
    "people.shelf",
    {
        "name": {"type": "text"},
        "rank": {"type": "integer"},
        "kind": {"type": "choice", "choices": {"open": "Open", "full": "Full"}},
    },
)


def way(owner="people", name="people.paper", **changed):
    body = {
        "entity": "people.paper",
        "field": "state",
        "initial": ["new"],
        "transitions": {
            "read": {"label": "Read it", "from": ["new"], "to": "read", "required": ["note"]},
            "finish": {"from": ["read"], "to": "done", "set": {"note": "'done'"}},
        },
        **changed,
    }
    place = Place(file=f"{owner}/{name}.yaml")
    return Document(owner=owner, kind="workflow", name=name, body=body, place=place)


def steps(**steps):
    return {"transitions": steps}


def spec(*documents):
    return compiled(PAPER, SHELF, way(), *documents).catalog.workflows["people.paper"]


def why(**changed):
    return refused(PAPER, SHELF, way(**changed))


def test_a_workflow_is_read_as_it_is_written():
    workflow = spec()
    assert [(t.name, t.label, t.source, t.target) for t in workflow.transitions.values()] == [
        ("read", "Read it", ("new",), "read"),
        ("finish", "Finish", ("read",), "done"),
    ]
    assert workflow.transitions["finish"].set == {"note": "'done'"}
    assert workflow.transitions["read"].reason == "optional"
    catalog = compiled(PAPER, SHELF, way()).catalog
    assert catalog.workflow_of("people.paper", "state") is catalog.workflows["people.paper"]
    assert catalog.workflow_of("people.paper", "note") is None
    assert catalog.workflows_of("people.shelf") == ()


def test_every_name_must_exist_and_the_nearest_are_told():
    assert "people.paper" in why(entity="people.papr")["unknown_entity"]
    assert "state" in why(field="stat")["unknown_field"]
    assert "new, read, done" in why(initial=["nwe"])["unknown_state"]
    assert "unknown_state" in why(states={"gone": {"final": True}})
    assert "note" in why(**steps(a={"from": ["new"], "to": "read", "required": ["nope"]}))["unknown_field"]
    assert "unknown_field" in why(**steps(a={"from": ["new"], "to": "read", "set": {"nope": "1"}}))
    assert "unknown_role" in why(**steps(a={"from": ["new"], "to": "read", "roles": ["people.nobody"]}))
    guards = [{"when": "note != null", "message": "No.", "on": ["nope"]}]
    assert "unknown_field" in why(**steps(a={"from": ["new"], "to": "read", "guards": guards}))


def test_what_makes_no_sense_is_refused():
    assert "bad_state_field" in why(field="note")
    assert "no_initial" in why(initial=[])
    assert "no_way" in why(**steps(a={"from": ["new"]}))
    assert "not_written" in why(**steps(a={"from": ["new"], "to": "read", "set": {"state": "'new'"}}))
    assert "not_written" in why(**steps(a={"from": ["new"], "to": "read", "ask": ["count"]}))
    assert "no_reference" in why(among="name != null")
    assert "bad_name" in why(**steps(Bad={"from": ["new"], "to": "read"}))
    assert "conflict" in refused(PAPER, SHELF, way(), way(name="people.other"))


def test_a_reference_needs_the_kind_of_what_it_refers_to():
    moves = steps(fill={"from": ["open"], "to": "full"})
    told = why(field="shelf", initial=["open"], kind="kindd", **moves)
    assert "Perhaps: kind" in told["no_kind"]
    assert not why(field="shelf", initial=["open"], kind="kind", order="rank", among="rank > 1", **moves)
    assert "unknown_field" in why(field="shelf", initial=["open"], kind="kind", order="rnk", **moves)


def test_a_module_must_require_the_module_whose_records_it_moves():
    assert "undeclared_dependency" in refused(PAPER, SHELF, way(owner="base", name="base.paper"))
    assert not refused(PAPER, SHELF, way(owner="club", name="club.paper"))


def test_modules_add_steps_and_guards_and_disagree_aloud():
    workflow = spec(
        extend("workflow:people.paper", "club", **steps(read={"guards": {"list_add": ["club.paid"]}})),
        extend("workflow:people.paper", "post", **steps(send={"from": ["read"], "to": "done"})),
    )
    assert [g.function for g in workflow.transitions["read"].guards] == ["club.paid"]
    assert workflow.transitions["send"].owner == "post"
    told = refused(
        PAPER,
        SHELF,
        way(),
        extend("workflow:people.paper", "club", **steps(read={"label": "One"})),
        extend("workflow:people.paper", "post", **steps(read={"label": "Other"})),
    )
    assert "post" in told["conflict"]
    assert "club" in told["conflict"]


def test_where_a_step_leads_is_its_owners():
    for body in (steps(read={"to": "done"}), {"entity": "people.shelf"}, {"field": "shelf"}):
        assert "protected" in refused(PAPER, SHELF, way(), extend("workflow:people.paper", "club", **body))
    assert "unknown_target" in refused(PAPER, SHELF, way(), extend("workflow:people.papr", "club", label="x"))


def test_the_site_changes_adds_and_takes_away_and_keeps_it_over_upgrades():
    patch = extend(
        "workflow:people.paper",
        label="Our way",
        transitions={
            "read": {"label": "Look at", "reason": "required"},
            "finish": {"disabled": True},
            "x_skip": {"from": ["new"], "to": "done"},
        },
        base={"transitions.read.label": "Read it"},
    )
    workflow = spec(patch)
    assert workflow.label == "Our way"
    assert list(workflow.transitions) == ["read", "x_skip"]
    assert (workflow.transitions["read"].label, workflow.transitions["read"].reason) == (
        "Look at",
        "required",
    )
    upgraded = compiled(
        PAPER,
        SHELF,
        way(
            **steps(
                read={"label": "Peruse", "from": ["new"], "to": "read"},
                finish={"from": ["read"], "to": "done"},
            )
        ),
        patch,
    )
    (moved,) = [o for o in upgraded.overrides if o.state == IN_CONFLICT]
    assert moved.path == ("transitions", "read", "label")
    assert upgraded.catalog.workflows["people.paper"].transitions["read"].label == "Look at"


def test_steps_of_the_site_have_names_of_their_own():
    patch = extend("workflow:people.paper", **steps(skip={"from": ["new"], "to": "done"}))
    assert "x_" in refused(PAPER, SHELF, way(), patch)["bad_name"]


def test_a_wrong_step_of_the_site_sleeps_alone_at_boot():
    patch = extend(
        "workflow:people.paper",
        **steps(x_bad={"from": ["nope"], "to": "done"}, x_good={"from": ["new"], "to": "done"}),
    )
    built = compiled(PAPER, SHELF, way(), patch, strict=False)
    assert list(built.catalog.workflows["people.paper"].transitions) == ["read", "finish", "x_good"]
    assert [p.code for p in built.problems] == ["unknown_state"]


def test_a_parked_change_of_a_workflow_that_is_gone_stops_nothing():
    built = compiled(PAPER, SHELF, extend("workflow:people.paper", label="Ours"))
    assert [o.state for o in built.overrides] == ["parked"]


def test_a_field_that_a_workflow_names_is_in_use():
    catalog = compiled(PAPER, SHELF, way()).catalog
    assert ("workflow", "transitions.read") in {
        (u.kind, u.part) for u in where_used(catalog, "people.paper", "note")
    }
    assert ("workflow", "field") in {(u.kind, u.part) for u in where_used(catalog, "people.paper", "state")}
    assert ("workflow", "entity") in {(u.kind, u.part) for u in where_used(catalog, "people.paper")}


def test_what_comes_later_is_refused_in_plain_words():
    try:
        document_from_json(
            "workflow",
            {
                "workflow": "x.paper",
                "entity": "people.paper",
                "field": "state",
                "transitions": {"go": {"from": "new", "to": "read", "approvals": {"any": []}}},
            },
        )
    except MetadataInvalid as invalid:
        (problem,) = invalid.problems
        assert problem.code == "not_yet"
        assert "approvals" in problem.text()
    else:
        raise AssertionError("approvals are not there yet")


def test_a_file_says_that_it_is_a_workflow_by_its_first_key():
    text = "workflow: people.paper\nentity: people.paper\nfield: state\ninitial: new\n"
    (document,) = read_yaml(text, "people/workflows/paper.yaml", owner="people")
    assert (document.kind, document.name) == ("workflow", "people.paper")
    (patch,) = read_yaml(
        "extends: workflow:people.paper\nlabel: Way\n", "club/workflows/paper.yaml", owner="club"
    )
    assert (patch.kind, patch.name) == ("extend", "workflow:people.paper")
