"""What changes in the files of a module is taken over whole, or the old goes on."""

from __future__ import annotations

import pytest

from core.app.initialize import initialize
from core.app.work import work
from core.errors import MetadataInvalid
from core.kernel.actor import Actor
from core.studio import Studio

SYSTEM = Actor(elevated="a test")

ONE = {
    "entities/box.yaml": """
    entity: garage.box
    label: Box
    fields:
      name: {type: text, label: Name}
      size: {type: integer, label: Size}
"""
}
TWO = {
    "entities/box.yaml": """
    entity: garage.box
    label: Big box
    fields:
      name: {type: text, label: Name}
      colour: {type: text, label: Colour}
"""
}


def test_nothing_happens_while_the_files_are_the_same(house):
    house.write("garage", ONE)
    version = house.install("garage").version
    assert house.lifecycle.refresh(SYSTEM) is None
    assert (house.catalog.version, house.state("garage").outdated) == (version, False)


def test_new_fields_come_and_removed_ones_rest_with_their_values(house):
    house.write("garage", ONE)
    house.install("garage")
    house.create("garage.box", {"name": "a", "size": 3})
    house.write("garage", TWO, version="1.1.0")
    assert house.state("garage").outdated
    catalog = house.lifecycle.refresh(SYSTEM)
    assert catalog.entity("garage.box").label == "Big box"
    assert house.column("garage.box", "colour") == [None]
    assert (house.state("garage").spec.version, house.state("garage").outdated) == ("1.1.0", False)
    house.write("garage", ONE, version="1.2.0")
    house.lifecycle.refresh(SYSTEM)
    assert house.column("garage.box", "size") == [3]


def test_what_the_site_made_on_a_part_that_went_sleeps_and_wakes_up(house):
    house.write(
        "garage",
        {
            **ONE,
            "entities/car.yaml": """
        entity: garage.car
        label: Car
        fields:
          plate: {type: text, label: Plate}
    """,
        },
    )
    house.install("garage")
    house.site.get(Studio).add_field(
        SYSTEM, "garage.car", {"name": "x_seats", "type": "integer", "label": {"en": "Seats"}}
    )
    house.create("garage.car", {"plate": "12-345", "x_seats": 5})
    (house.folder / "garage" / "entities" / "car.yaml").unlink()
    assert "garage.car" not in house.lifecycle.refresh(SYSTEM).entities
    house.write(
        "garage",
        {
            "entities/car.yaml": """
        entity: garage.car
        label: Car
        fields:
          plate: {type: text, label: Plate}
    """
        },
    )
    house.lifecycle.refresh(SYSTEM)
    assert house.column("garage.car", "x_seats") == [5]


def test_files_that_do_not_compile_leave_everything_as_it_was(house):
    house.write("garage", ONE)
    house.install("garage")
    house.write(
        "garage", {"entities/box.yaml": "entity: garage.box\nlabel: Box\nfields: {name: {type: txet}}\n"}
    )
    with pytest.raises(MetadataInvalid):
        house.lifecycle.refresh(SYSTEM)
    assert house.create("garage.box", {"name": "b", "size": 1}) == [1]
    assert house.state("garage").state == "enabled"


def test_a_module_that_is_required_since_comes_along(house):
    house.write("garage", ONE)
    house.install("garage")
    house.write("tools")
    house.write("garage", ONE, requires='{core: ">=0.1", tools: ">=1"}')
    assert "tools" in house.lifecycle.refresh(SYSTEM).modules


def test_a_module_whose_files_are_gone_goes_on_with_what_is_stored(house):
    house.write("garage", ONE)
    house.install("garage")
    for path in sorted((house.folder / "garage").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (house.folder / "garage").rmdir()
    state = house.state("garage")
    assert (state.state, [p.code for p in state.problems]) == ("enabled", ["files_gone"])
    assert house.lifecycle.refresh(SYSTEM) is None
    assert house.create("garage.box", {"name": "still here"}) == [1]
    house.lifecycle.disable(SYSTEM, "garage")
    assert house.states()["garage"] == "disabled"


def test_a_start_with_files_that_cannot_be_taken_over_says_why_and_goes_on(house):
    house.write("garage", ONE)
    version = house.install("garage").version
    house.write("garage", {"entities/box.yaml": ONE["entities/box.yaml"].replace("integer", "intger")})
    said: list[str] = []
    initialize(house.site, (), demo=False, say=said.append)
    told = "\n".join(said)
    assert "cannot be taken over" in told
    assert "box.yaml" in told
    assert "intger" in told
    assert (house.catalog.version, house.catalog.field("garage.box", "size").type) == (version, "integer")


def test_what_was_written_and_is_computed_now_is_drawn_anew_by_a_job_and_found_by_its_new_words_alone(house):
    box = """
    entity: garage.box
    label: Box
    title: told
    fields:
      kind: {{type: text, label: Kind}}
      told: {{type: text, label: Told, search: true, {how}}}
    """
    house.write("garage", {"entities/box.yaml": box.format(how="read_only: true")})
    house.install("garage")
    house.create("garage.box", {"kind": "Red", "told": "Sara knows Nima"}, {"kind": "Blue"})
    house.write("garage", {"entities/box.yaml": box.format(how="computed: kind")}, version="1.1.0")
    house.lifecycle.refresh(SYSTEM)
    work(house.site, wait=False)
    assert house.column("garage.box", "told") == ["Red", "Blue"]
    assert [len(house.find("garage.box", search=word)) for word in ("Nima", "Red")] == [0, 1]
