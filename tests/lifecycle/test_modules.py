"""Modules come and go whole: with what they need, in one transaction, and never with anybody's data."""

from __future__ import annotations

import pytest

from core.declaration import reading
from core.declaration.strict_yaml import read_text
from core.errors import AccessDenied, Conflict, MetadataConflict, MetadataInvalid, NotFound
from core.kernel.actor import Actor
from core.testing.site import close_site

SYSTEM = Actor(elevated="a test")

BOX = {
    "entities/box.yaml": """
    entity: {module}.box
    label: Box
    fields:
      name: {{type: text, label: Name, required: true, search: true}}
"""
}


def box(module: str) -> dict[str, str]:
    return {path: text.format(module=module) for path, text in BOX.items()}


EXTENSION = {
    "entities/thing.yaml": """
    extends: kit.thing
    fields:
      colour: {type: text, label: Colour}
"""
}


def test_a_module_brings_what_it_requires_first(house):
    house.write("lower", box("lower"))
    house.write(
        "upper",
        {
            "entities/lid.yaml": """
        entity: upper.lid
        label: Lid
        fields:
          box: {type: reference, label: Box, to: lower.box}
    """
        },
        requires='{core: ">=0.1", lower: ">=1,<2"}',
    )
    catalog = house.install("upper")
    assert list(catalog.modules) == ["kit", "lower", "upper"]
    assert {house.states()[name] for name in ("kit", "lower", "upper")} == {"enabled"}
    assert house.state("lower").required_by == ("upper",)


def test_installing_what_is_enabled_changes_nothing(house):
    version = house.catalog.version
    assert house.install("kit").version == version
    assert house.catalog.version == version


def test_everything_that_is_missing_is_told_at_once(house):
    house.write("lower", version="2.0.0")
    house.write(
        "needy",
        requires='{core: ">=9", lower: "<2", nowhere: ">=1", python: [packaging, no-such-package, "pluggy>=999", "%"]}',
    )
    with pytest.raises(MetadataInvalid) as refused:
        house.install("needy")
    assert sorted(p.code for p in refused.value.problems) == [
        "missing_module",
        "missing_package",
        "missing_package",
        "missing_package",
        "wrong_version",
        "wrong_version",
    ]
    assert house.states()["lower"] == "available"


def test_modules_that_require_one_another_are_refused(house):
    house.write("hen", requires='{core: ">=0.1", egg: ">=1"}')
    house.write("egg", requires='{core: ">=0.1", hen: ">=1"}')
    with pytest.raises(MetadataInvalid) as refused:
        house.install("egg")
    assert [p.code for p in refused.value.problems] == ["circular"]


def test_an_unknown_module_is_answered_with_the_nearest_names(house):
    with pytest.raises(NotFound) as refused:
        house.install("kitt")
    assert refused.value.params["nearest"] == ("kit",)


def test_only_administrators_change_modules(house):
    nobody = Actor(id=1, login="anna@example.com", roles=frozenset({"kit.keeper"}))
    for act in (
        lambda: house.lifecycle.install(nobody, ["kit"]),
        lambda: house.lifecycle.disable(nobody, "kit"),
        lambda: house.lifecycle.refresh(nobody),
        lambda: house.lifecycle.demo(nobody, {}),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_of_two_modules_that_disagree_the_second_is_refused_and_both_are_named(house):
    for name, label in (("first", "Colour of it"), ("second", "Paint")):
        house.write(
            name,
            {
                "entities/thing.yaml": f"""
            extends: kit.thing
            fields:
              size: {{label: {label}}}
        """
            },
            requires='{core: ">=0.1", kit: ">=1"}',
        )
    version = house.install("first").version
    with pytest.raises(MetadataConflict) as refused:
        house.install("second")
    assert "first" in refused.value.text()
    assert "second" in refused.value.text()
    assert house.catalog.version == version
    assert house.states()["second"] == "available"
    assert house.catalog.field("kit.thing", "size").label == "Colour of it"


def test_a_broken_document_is_told_with_its_line_and_only_that_module_is_out(house):
    house.write("crooked", {"entities/box.yaml": "entity: crooked.box\nlabel: Box\nfeilds: {}\n"})
    state = house.state("crooked")
    assert state.state == "quarantined"
    assert str(state.problems[0].place) == "crooked/entities/box.yaml:3"
    with pytest.raises(MetadataInvalid):
        house.install("crooked")
    assert house.states()["kit"] == "enabled"


def test_a_module_that_raises_at_import_is_refused_and_the_rest_runs(house):
    house.write("explosive", {**box("explosive"), "hooks.py": "raise RuntimeError('boom')\n"})
    version = house.catalog.version
    with pytest.raises(MetadataInvalid) as refused:
        house.install("explosive")
    assert "RuntimeError: boom" in refused.value.text()
    assert (house.catalog.version, house.states()["explosive"]) == (version, "available")
    assert house.scalar("SELECT to_regclass('explosive_box')") is None
    house.create("kit.shelf", {"name": "Cellar"})


def test_an_enabled_module_whose_code_breaks_is_set_aside_in_the_next_process(house):
    house.write("fragile", {**box("fragile"), "hooks.py": "raise RuntimeError('later')\n"})
    house.execute(
        "INSERT INTO core_module (name, version, state, manifest, position) VALUES "
        "('fragile', '1.0.0', 'enabled', '{\"package\": \"fragile\"}', 9)"
    )
    house.execute("UPDATE core_catalog SET version = version + 1")
    other = house.open()
    try:
        house.create("kit.shelf", {"name": "Attic"}, site=other)
        state = next(s for s in other.get(type(house.lifecycle)).states() if s.spec.name == "fragile")
        assert state.state == "quarantined"
        assert "later" in state.problems[0].text()
    finally:
        close_site(other)


def test_disabling_keeps_tables_and_records_for_the_day_it_comes_back(house):
    house.write(
        "sleepy",
        {
            **box("sleepy"),
            "access.yaml": """
        roles:
          sleepy.user: {label: User, grants: [{entity: sleepy.box, actions: [read]}]}
    """,
            "menus.yaml": "menus:\n  sleepy.boxes: {label: Boxes, entity: sleepy.box}\n",
        },
    )
    house.install("sleepy")
    house.create("sleepy.box", {"name": "one"}, {"name": "two"})
    catalog = house.lifecycle.disable(SYSTEM, "sleepy")
    assert "sleepy.box" not in catalog.entities
    assert "sleepy.user" not in catalog.roles
    assert "sleepy.boxes" not in catalog.menus
    assert house.states()["sleepy"] == "disabled"
    assert house.scalar("SELECT count(*) FROM sleepy_box") == 2
    house.lifecycle.enable(SYSTEM, "sleepy")
    assert house.column("sleepy.box", "name") == ["one", "two"]
    assert house.create("sleepy.box", {"name": "three"}) == [3]


def test_a_field_on_anothers_entity_goes_and_comes_back_with_its_values(house):
    house.write("paint", EXTENSION, requires='{core: ">=0.1", kit: ">=1"}')
    house.install("paint")
    house.create("kit.thing", {"name": "Cup", "colour": "red"})
    house.lifecycle.disable(SYSTEM, "paint")
    assert not house.catalog.entity("kit.thing").has("colour")
    house.create("kit.thing", {"name": "Plate"})
    house.lifecycle.enable(SYSTEM, "paint")
    assert house.column("kit.thing", "colour") == ["red", None]


def test_a_module_that_others_need_stays(house):
    house.write("paint", EXTENSION, requires='{core: ">=0.1", kit: ">=1"}')
    house.install("paint")
    with pytest.raises(Conflict) as refused:
        house.lifecycle.disable(SYSTEM, "kit")
    assert refused.value.params["users"] == ("paint",)
    with pytest.raises(Conflict):
        house.lifecycle.disable(SYSTEM, "nothing")


def test_a_module_that_is_always_needed_comes_with_the_first_and_stays(house):
    house.write("ground", box("ground"), always="true")
    house.write("house", requires='{core: ">=0.1"}')
    assert {"ground", "house"} <= house.install("house").modules.keys()
    with pytest.raises(Conflict) as refused:
        house.lifecycle.disable(SYSTEM, "ground")
    assert refused.value.reason == "always"


@pytest.mark.covers("PL-15")
def test_other_processes_know_it_with_their_next_request(house):
    other = house.open()
    try:
        assert house.column("kit.shelf", "name", site=other) == []
        house.write(
            "crier",
            {
                **box("crier"),
                "hooks.py": """
            from core.sdk import hookimpl

            @hookimpl
            def record_defaults(entity):
                return {"name": "told by a hook"} if entity.name == "crier.box" else None
        """,
            },
        )
        house.install("crier")
        house.create("crier.box", {}, site=other)
        assert house.column("crier.box", "name", site=other) == ["told by a hook"]
        house.lifecycle.disable(SYSTEM, "crier")
        with pytest.raises(NotFound):
            house.create("crier.box", {}, site=other)
    finally:
        close_site(other)


def test_only_files_that_have_changed_are_read_again(house, monkeypatch):
    house.write("vault", box("vault"))
    house.states()
    read = []

    def counted(text, file):
        read.append(file)
        return read_text(text, file)

    monkeypatch.setattr(reading, "read_text", counted)
    assert house.states()["vault"] == "available"
    assert read == []
    (path,) = box("vault")
    house.write("vault", {path: box("vault")[path].replace("Box", "Crate")})
    house.states()
    assert read == [f"vault/{path}"]
