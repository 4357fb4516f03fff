"""To administer an entity is a right of its own: by its name, on the whole entity, and never more than what is read."""

from __future__ import annotations

import pytest

from core.access.explain import Asked, explain
from core.access.explain_words import Words
from core.access.matrix import cells
from core.errors import MetadataInvalid
from core.expressions import Checked, unparse
from core.kernel.actor import Scope
from tests.access.kit import ENTITIES, access, catalog_of, grant, person

BOTH = ("read", "administer")


def administers(grants, entity="kit.item", *, scopes=None, roles=("kit.tester",), **more):
    catalog = catalog_of({"kit.tester": grants}, **more)
    return access().administers(person(1, *roles, scopes=scopes), entity, catalog)


def test_only_its_own_name_on_the_entity_itself_grants_it():
    assert administers([grant(actions=BOTH)])
    assert administers([grant(), grant(actions=["administer"])])
    assert not administers([grant(actions=["*"])])
    assert not administers([grant(actions=BOTH)], "kit.shelf")
    assert not administers([grant(actions=["*", "administer"])], "kit.piece"), "a part is asked for itself"
    assert administers([], roles=("kit.administrator",))
    assert not administers([])


def test_who_may_read_nothing_of_it_does_not_administer_it():
    assert not administers([grant(actions=["administer"])])
    assert not administers([grant("kit.shelf"), grant(actions=["administer"])])
    assert administers([grant(scope="own"), grant(actions=["administer"])])


def test_a_grant_about_some_records_counts_for_nothing_and_is_told():
    for narrow in ({"scope": "own"}, {"when": "size > 3"}):
        written = [grant(), grant(actions=["administer"], **narrow)]
        with pytest.raises(MetadataInvalid) as refused:
            catalog_of({"kit.tester": written})
        assert [p.code for p in refused.value.problems] == ["of_no_record"]
        assert not administers(written, strict=False)


def test_it_says_nothing_of_records_and_records_say_nothing_of_it():
    catalog, actor = catalog_of({"kit.tester": [grant(actions=["administer"])]}), person(1, "kit.tester")
    for action in ("read", "create", "update", "delete", "export", "share"):
        assert access().condition(actor, "kit.item", action, catalog) is False
    assert access().fields(actor, "kit.item", catalog).editable == frozenset()
    assert not access().knows(actor, "kit.item", catalog)
    assert not access().is_administrator(actor, catalog)


def test_a_restriction_takes_it_away_only_where_it_names_it():
    def restricted(*actions):
        spec = {"label": "Near", "entity": "kit.item", "when": "team in $teams", "actions": list(actions)}
        return administers([grant(actions=BOTH)], restrictions={"kit.near": spec})

    assert restricted()
    assert restricted("read", "*")
    assert not restricted("administer")


def test_keys_narrow_it():
    own = [grant(actions=BOTH)]
    read = Scope(entity="kit.item", action="read")
    assert not administers(own, scopes=(read,))
    assert administers(own, scopes=(read, Scope(entity="kit.item", action="administer")))
    assert not administers(own, scopes=(Scope(entity="kit.item", action="administer"),))
    chief = {"roles": ("kit.administrator",), "scopes": (Scope(entity="kit.item"),)}
    assert administers([], **chief)
    assert not administers([], "kit.shelf", **chief)


def told(grants, field="", **more):
    catalog = catalog_of({"kit.tester": grants}, **more)
    asked = Asked(entity="kit.item", action="administer", field=field)
    found = explain(access(), person(1, "kit.tester"), asked, catalog)
    return found.decision, [p.code for p in Words(found, catalog, str).why()]


def test_it_is_explained_with_the_field_in_question():
    own = [grant(actions=BOTH, read=["*", "!note"], masked={"size": "ready"})]
    assert told(own) == (True, ["granted"])
    assert told(own, "name") == (True, ["granted"])
    assert told(own, "note") == (False, ["field_not_read"])
    assert told(own, "size") == (False, ["field_not_read"]), "it is not read on every record"
    assert told([grant(actions=["administer"])]) == (False, ["not_read"])
    assert told([grant(actions=["*"])]) == (False, ["not_granted"])
    near = {"label": "Near", "entity": "kit.item", "when": "size > 3", "actions": ["administer"]}
    assert told(own, restrictions={"kit.near": near}) == (False, ["restricted"])


def test_the_matrix_tells_it_once_for_the_entity():
    def found(*grants):
        all_cells = cells(access(), catalog_of({"kit.tester": grants}), ["kit.tester"])
        return [(c.entity, c.field, c.reach) for c in all_cells if c.action == "administer"]

    assert found(grant(actions=BOTH, read=["name"])) == [("kit.item", "", "all")]
    assert found(grant(actions=["*"])) == []


WORD = {
    "title": "text",
    "administered": {"names": "about", "when": "open"},
    "fields": {"about": {"type": "text"}, "text": {"type": "text"}, "open": {"type": "boolean"}},
}


def of_words(grants, action="update", *, word=WORD, **more):
    catalog = catalog_of({"kit.tester": grants}, {**ENTITIES, "kit.word": word}, **more)
    found = access().condition(person(1, "kit.tester"), "kit.word", action, catalog)
    return unparse(found.node) if isinstance(found, Checked) else found


def test_records_that_speak_of_an_entity_are_kept_by_whoever_administers_it():
    own = [grant(actions=BOTH)]
    for action in ("create", "update", "delete"):
        assert of_words(own, action) == "about == 'kit.item' and open"
    for action in ("read", "export", "import", "share", "administer"):
        assert of_words(own, action) is False
    assert of_words([grant(actions=["administer"])]) is False, "who may not read it does not administer it"
    assert of_words([grant(actions=["*"])]) is False
    near = {"label": "Near", "entity": "kit.item", "when": "size > 3", "actions": ["administer"]}
    assert of_words(own, restrictions={"kit.near": near}) is False
    shelf = grant("kit.shelf", actions=BOTH)
    assert of_words([*own, shelf]) == "about == 'kit.item' and open or about == 'kit.shelf' and open"


def test_what_names_the_entity_must_be_a_text_that_is_there():
    for names in ("nothing", "open"):
        word = {**WORD, "administered": {"names": names}}
        with pytest.raises(MetadataInvalid):
            of_words([], word=word)
