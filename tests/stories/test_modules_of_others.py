"""Two modules of others beside ours: they keep nobody's data twice, and their roles reach as far as they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.modules

OURS = Path(__file__).resolve().parents[2] / "modules"
CONTACT = "/records/contacts.contact"
MODULES = {
    "shop": """
        entity: shop.sale
        label: Sale
        fields:
          name: {type: text, label: Name, required: true}
          buyer: {type: reference, label: Buyer, to: contacts.contact, required: true}
    """,
    "clinic": """
        entity: clinic.visit
        label: Visit
        fields:
          name: {type: text, label: Name, required: true}
          patient: {type: reference, label: Patient, to: contacts.contact, required: true}
    """,
}
PANELS = {"shop": ("sales", "sale", "buyer"), "clinic": ("visits", "visit", "patient")}
PANEL = """
extends: contacts.contact
fields:
  {field}: {{type: list, label: {label}, of: {module}.{entity}, by: {by}, read_only: true}}
"""
SECTION = """
extends: contacts.contact.form
sections:
  {module}: {{label: {label}, items: [{{name: {field}, columns: [name]}}]}}
"""
CHIEF = """
roles:
  shop.chief:
    label: Chief of the shop
    grants:
      - {entity: contacts.contact, actions: [read], scope: team_below}
"""


@pytest.fixture(scope="session")
def site_folders(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    folder = tmp_path_factory.mktemp("others")
    for name, entity in MODULES.items():
        (folder / name / "entities").mkdir(parents=True)
        (folder / name / "__init__.py").touch()
        (folder / name / "manifest.yaml").write_text(
            f'module: {name}\nversion: 1.0.0\nlabel: {name.title()}\nrequires: {{core: ">=0.1", contacts: ">=0"}}\n'
        )
        (folder / name / "entities" / "own.yaml").write_text(dedent(entity))
        field, kind, by = PANELS[name]
        words = {"module": name, "field": field, "entity": kind, "by": by, "label": field.title()}
        (folder / name / "entities" / "contact.yaml").write_text(PANEL.format(**words))
        (folder / name / "views").mkdir()
        (folder / name / "views" / "contact_form.yaml").write_text(SECTION.format(**words))
    (folder / "shop" / "access.yaml").write_text(CHIEF)
    return [folder, OURS]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts", *MODULES)


@pytest.mark.covers("CD-03")
def test_what_is_changed_at_one_module_is_seen_by_all_that_know_the_person(person, kept):
    keeper = person("base.administrator", login="mina@example.com")
    sara = kept.add("contacts.contact", {"last_name": "Rezaei"})[0]
    sale = kept.add("shop.sale", {"name": "Lamp", "buyer": sara})[0]
    visit = kept.add("clinic.visit", {"name": "First", "patient": sara})[0]
    keeper.saves(f"{CONTACT}/{sara}", {"first_name": "Sara", "last_name": "Ahmadi"})
    for entity, number, field in (("shop.sale", sale, "buyer"), ("clinic.visit", visit, "patient")):
        reference = kept.get(entity, number)[field]
        assert (reference.id, reference.title) == (sara, "Sara Ahmadi")
        assert "Sara Ahmadi" in keeper.opens(f"/records/{entity}").page.main.text
    assert len(kept.find("contacts.contact")) == 1


@pytest.mark.covers("CD-30")
def test_the_page_of_a_person_shows_what_each_module_that_is_awake_knows_of_them(person, kept):
    keeper = person("base.administrator", login="mina@example.com")
    sara = kept.add("contacts.contact", {"last_name": "Rezaei"})[0]
    kept.add("shop.sale", {"name": "Lamp", "buyer": sara})
    kept.add("clinic.visit", {"name": "Check-up", "patient": sara})

    def panels() -> set[str]:
        page = keeper.opens(f"{CONTACT}/{sara}")
        assert page.status == 200
        return {word for word in ("Sales", "Lamp", "Visits", "Check-up") if word in page.page.main.text}

    def turns(act: str) -> None:
        opened = keeper.opens(f"/modules/clinic/plan?act={act}")
        keeper.submits(opened, opened.page.form_to("/modules/clinic"), {"act": act})

    assert panels() == {"Sales", "Lamp", "Visits", "Check-up"}
    turns("disable")
    assert panels() == {"Sales", "Lamp"}
    assert keeper.saves(f"{CONTACT}/{sara}", {"first_name": "Sara"}).status == 200
    turns("enable")
    assert panels() == {"Sales", "Lamp", "Visits", "Check-up"}


@pytest.mark.covers("CO-21", "RL-06")
def test_who_leads_a_team_sees_the_records_of_the_teams_below_and_not_the_other_way_round(person, api, kept):
    front, middle, top = (
        person("base.member", "contacts.editor", "shop.chief", login=f"{name}@example.com", team=name)
        for name in ("front", "middle", "top")
    )
    teams = {team["name"]: team["id"] for team in kept.find("base.team", fields=("id", "name"))}
    kept.change("base.team", teams["front"], {"parent": teams["middle"]})
    kept.change("base.team", teams["middle"], {"parent": teams["top"]})
    for one in (front, middle, top):
        kept.add("contacts.contact", {"last_name": one.actor.login.partition("@")[0]}, actor=one.actor)

    def seen(who) -> set[str]:
        return {item["last_name"] for item in api(who.actor).get(CONTACT, fields="last_name")["items"]}

    assert seen(top) == {"front", "middle", "top"}
    assert seen(middle) == {"front", "middle"}
    assert seen(front) == {"front"}
