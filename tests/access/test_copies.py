"""A stored copy is read only where what it was taken from may be read now: its record, and of it the field."""

from __future__ import annotations

import pytest

from core.errors import MetadataInvalid
from core.expressions import unparse
from core.kernel.actor import Scope
from core.metadata.usage import where_used
from tests.access.kit import CUT, ENTITIES, TRACE, access, catalog_of, grant, person

ITEM, TRACE_OF, CUT_OF = "kit.item", "kit.trace", "kit.cut"


def shown(grants, name="was", entity=TRACE_OF, *, action="read", entities=ENTITIES, restrictions=None, **who):
    """Tell where a field may be read (or exported): True, its condition, or None for nowhere."""
    catalog = catalog_of({"kit.tester": grants}, entities, restrictions=restrictions or {})
    actor = person(1, "kit.tester", **who)
    of = access()
    found = (
        of.exportable(actor, entity, catalog)
        if action == "export"
        else of.fields(actor, entity, catalog).readable
    )
    mask = found.get(name)
    return mask if mask is True or mask is None else unparse(mask.node)


TRACES = grant(TRACE_OF)


def test_it_needs_the_record_it_was_taken_from():
    assert shown([TRACES]) is None
    assert shown([TRACES, grant()]) is True
    assert shown([TRACES, grant(scope="own")]) == "item.id != null and item.owner == $user"
    near = {"near": {"label": "Near", "entity": ITEM, "when": "team in $teams"}}
    assert shown([TRACES, grant()], restrictions=near) == "item.id != null and item.team in $teams"


def test_it_needs_the_field_it_was_taken_from():
    assert shown([TRACES, grant(read=["*", "!size"])]) is None
    assert shown([TRACES, grant(masked={"size": "ready"})]) == "item.id != null and not item.ready"
    assert shown([TRACES, grant(read=["*", "!size"]), grant(scope="own", read=["size"])]) == (
        "item.id != null and item.owner == $user"
    )


def test_of_what_is_computed_it_needs_what_that_is_drawn_from():
    assert shown([TRACES, grant()], "called") is True
    assert shown([TRACES, grant(read=["*", "!note"])], "called") is None
    assert shown([TRACES, grant(masked={"note": "size > 3"})], "called") == (
        "item.id != null and not item.size > 3"
    )


def test_the_rights_of_its_own_hold_besides():
    assert shown([grant(TRACE_OF, read=["name"]), grant()]) is None
    own = [grant(TRACE_OF, scope="own"), grant(TRACE_OF, read=["name"]), grant(scope="own")]
    assert shown(own) == "owner == $user and (item.id != null and item.owner == $user)"


def test_what_is_part_of_its_source_asks_only_for_the_field():
    assert shown([grant(scope="own")], entity=CUT_OF) is True
    assert shown([grant(scope="own", masked={"size": "ready"})], entity=CUT_OF) == (
        "item.id != null and (item.owner == $user and not item.ready)"
    )
    assert shown([grant(read=["*", "!size"])], entity=CUT_OF) is None
    assert (
        shown([grant(CUT_OF), grant(scope="own")], entity=CUT_OF) == "item.id != null and item.owner == $user"
    ), "a role that grants the part itself does not show its whole by that"


def test_an_export_holds_it_where_it_holds_what_it_was_taken_from():
    both = [grant(TRACE_OF, ["read", "export"]), grant()]
    assert shown(both, action="export") is None
    assert shown([*both, grant(actions=["export"], scope="own")], action="export") == (
        "item.id != null and item.owner == $user"
    )


def test_a_key_must_cover_what_it_was_taken_from():
    grants = [TRACES, grant(), grant(CUT_OF)]
    narrow = (Scope(entity=TRACE_OF, action="*"), Scope(entity=CUT_OF, action="*"))
    assert shown(grants, scopes=narrow) is None
    assert shown(grants, entity=CUT_OF, scopes=narrow) is None
    wide = (*narrow, Scope(entity=ITEM, action="read"))
    assert shown(grants, scopes=wide) is True
    for scopes, found in ((narrow, None), (wide, True)):
        boss = person(1, "kit.administrator", scopes=scopes)
        assert access().fields(boss, TRACE_OF, catalog_of({})).readable.get("was") is found


def test_what_is_drawn_from_copies_follows_them():
    more = {**TRACE["fields"], "twice": {"type": "integer", "computed": "was * 2"}}
    entities = {**ENTITIES, TRACE_OF: {**TRACE, "fields": more}}
    assert shown([TRACES, grant(scope="own")], "twice", entities=entities) == (
        "item.id != null and item.owner == $user"
    )
    assert shown([TRACES], "twice", entities=entities) is None


def test_a_roll_up_of_copies_is_read_where_the_field_itself_is():
    rolled = {"type": "integer", "rollup": {"from": CUT_OF, "by": "item", "max": "was"}}
    item = {**ENTITIES[ITEM], "fields": {**ENTITIES[ITEM]["fields"], "most": rolled}}
    entities = {**ENTITIES, ITEM: item}
    assert shown([grant(scope="own")], "most", ITEM, entities=entities) is True
    assert shown([grant(read=["*", "!size"])], "most", ITEM, entities=entities) is None
    assert shown([grant(masked={"size": "ready"})], "most", ITEM, entities=entities) == "not ready"


BAD = {
    "nowhere.size": "is not <reference>.<field>",
    "item": "is not <reference>.<field>",
    "item.shelf.room": "is not <reference>.<field>",
    "name.size": "is not <reference>.<field>",
    "item.nothing": "leads to no field",
    "item.name": "is not of the type",
    "free.size": "must be read_only",
    "back.was": "copy of itself",
}


@pytest.mark.parametrize("path", BAD)
def test_a_copy_that_names_nothing_fitting_is_refused_with_the_reason(path):
    fields = {
        **TRACE["fields"],
        "free": {"type": "reference", "to": ITEM},
        "back": {"type": "reference", "to": TRACE_OF, "read_only": True},
        "was": {"type": "integer", "read_only": True, "copy_of": path},
    }
    entities = {**ENTITIES, TRACE_OF: {**TRACE, "fields": fields}}
    with pytest.raises(MetadataInvalid) as refused:
        catalog_of({}, entities)
    (problem,) = refused.value.problems
    assert problem.code == "bad_copy"
    assert BAD[path] in problem.text()
    asleep = catalog_of({}, entities, strict=False)
    assert "was" not in asleep.entity(TRACE_OF).fields, "what nobody can judge is not shown"


@pytest.mark.parametrize("change", [{"read_only": False}, {"computed": "3"}])
def test_nobody_types_a_copy(change):
    fields = {**CUT["fields"], "was": {**CUT["fields"]["was"], **change}}
    with pytest.raises(MetadataInvalid) as refused:
        catalog_of({}, {**ENTITIES, CUT_OF: {**CUT, "fields": fields}})
    assert [one.code for one in refused.value.problems] == ["bad_copy"]


def test_whoever_would_delete_a_field_is_told_of_its_copies():
    used = {(one.name, one.part) for one in where_used(catalog_of({}), ITEM, "size")}
    assert {(TRACE_OF, "fields.was.copy_of"), (CUT_OF, "fields.was.copy_of")} <= used
