"""What the metadata ask of a record is asked of everybody: at the form, over the API and of a sheet."""

from __future__ import annotations

import pytest

from tests.exchange.conftest import Office

pytestmark = pytest.mark.modules

CONTACT = "contacts.contact"
TAKEN = {"last_name": "First", "code": "007"}
WRONG = {
    "required": ({"first_name": "Sara"}, "last_name"),
    "unique": ({"last_name": "Second", "code": "۰۰۷"}, "code"),
    "format": ({"last_name": "Second", "birth_date": "soon"}, "birth_date"),
}


@pytest.fixture
def keeper(person, kept):
    """Somebody who may write contacts, beside a record that has the code 007."""
    made = person("base.member", "contacts.manager", login="mina@example.com")
    kept.add(CONTACT, TAKEN, actor=made.actor)
    return made


@pytest.mark.parametrize("rule", WRONG)
@pytest.mark.covers("CD-41")
def test_what_a_field_asks_is_asked_at_the_form_over_the_api_and_of_a_sheet(keeper, api, site, kept, rule):
    values, field = WRONG[rule]
    form = keeper.saves(f"/records/{CONTACT}/new", values)
    assert form.status == 422
    assert form.page.one("input", name=field)["aria-invalid"] == "true"
    problem = api(keeper.actor).refused(422, "POST", f"/records/{CONTACT}", values)
    assert [one["field"] for one in problem["errors"]] == [field]
    sheet = f"{','.join(values)}\n{','.join(values.values())}\n"
    done = Office(site, keeper.actor).run(sheet, entity=CONTACT, mapping={name: name for name in values})
    assert (done["created"], done["errors"] + done["duplicates"]) == (0, 1)
    assert [item["last_name"] for item in kept.find(CONTACT, fields=("last_name",))] == ["First"]
