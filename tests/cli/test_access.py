"""`payvand access`: what people may do, as the database is asked it."""

from __future__ import annotations

import pytest

from core.app.launcher import Launching
from core.errors import NotFound
from core.kernel.actor import Actor
from core.lifecycle import PlanChanged
from core.studio import RoleStudio


@pytest.fixture
def people(terminal):
    for login, role in (("keeper", "kit.keeper"), ("chief", "kit.chief"), ("visitor", "kit.visitor")):
        terminal.run("user", "create", login, "--role", role)
    return terminal


def test_every_branch_is_printed_with_its_place_and_runs_as_it_stands(people):
    told = people.run("access", "sql", "keeper", "kit.thing", "update").output.splitlines()
    assert told[0].startswith("-- role kit.keeper, ")
    assert "access.yaml:" in told[0]
    sql = " ".join(told[1:])
    assert sql.startswith("SELECT kit_thing.id")
    assert "kit_thing.keeper = " in sql
    assert "env_user" in sql
    assert sql.endswith(";")
    everything = people.run("access", "sql", "keeper", "kit.shelf", "read").output
    assert "env_" not in everything


def test_those_who_may_everything_or_nothing_are_told_so(people):
    assert "is an administrator" in people.run("access", "sql", "chief", "kit.thing", "read").output
    assert "nothing is granted" in people.run("access", "sql", "visitor", "kit.thing", "read").output


def test_to_administer_is_told_with_its_place_and_asks_no_record(people):
    with Launching(people.settings, people.folders).site() as site:
        grants = [{"entity": "kit.thing", "actions": ["read", "administer"]}]
        role = {"label": {"en": "Arranger"}, "grants": grants}
        site.get(RoleStudio).add(Actor(elevated="a test"), "x.arranger", role)
    people.run("user", "create", "ann", "--role", "x.arranger")
    told = people.run("access", "sql", "ann", "kit.thing", "administer").output.splitlines()
    assert told[0].startswith("-- role x.arranger, site")
    assert told[1:] == ["-- the definitions of kit.thing: no record is asked"]
    assert "nothing is granted" in people.run("access", "sql", "ann", "kit.shelf", "administer").output
    found = people.run("access", "matrix", "--role", "x.arranger").output
    assert "x.arranger,kit.thing,administer,,all," in found


def test_names_that_do_not_exist_are_refused(people):
    for words in (("nobody", "kit.thing", "read"), ("chief", "kit.ghost", "read")):
        refused = people.run("access", "sql", *words, code=1)
        assert isinstance(refused.exception, NotFound)


def test_a_matrix_printed_before_tells_what_is_wider_now(people, tmp_path):
    file = tmp_path / "before.csv"
    file.write_text(people.run("access", "matrix").output)
    assert people.run("access", "diff", str(file)).output == ""
    some = file.read_text().replace(
        "kit.visitor,kit.shelf,read,,all,", "kit.visitor,kit.shelf,read,,some,owner == $user"
    )
    file.write_text(some)
    told = people.run("access", "diff", str(file), code=1).output
    assert told == "! widened kit.visitor: read kit.shelf: where owner == $user -> all\n"
    file.write_text(some.replace("kit.visitor,kit.shelf,read,,", "kit.visitor,kit.shelf,fly,,"))
    assert "  removed kit.visitor: fly kit.shelf" in people.run("access", "diff", str(file), code=1).output
    assert "removed" not in people.run("access", "diff", "--widening", str(file), code=1).output
    one = people.run("access", "matrix", "--role", "kit.visitor", "--entity", "kit.shelf").output.splitlines()
    assert all(line.startswith("kit.visitor,kit.shelf,read,") for line in one[1:])
    for words in (("--role", "kit.ghost"), ("--entity", "kit.ghost")):
        assert isinstance(people.run("access", "matrix", *words, code=1).exception, NotFound)


def test_what_a_module_would_do_to_rights_is_printed_and_not_done(people):
    listed = people.run("module", "list").output
    told = people.run("module", "plan", "disable", "kit").output.splitlines()
    assert any(line.startswith("  removed kit.visitor: read kit.shelf: all -> nothing") for line in told)
    assert people.run("module", "plan", "refresh").output.startswith("plan ")
    assert people.run("module", "list").output == listed
    people.run("module", "disable", "kit")
    told = people.run("module", "plan", "enable", "kit", code=1).output.splitlines()
    assert "! added kit.visitor: read kit.shelf: nothing -> all" in told


def test_an_act_is_tied_to_the_plan_that_was_printed(people):
    plan = people.run("module", "plan", "disable", "kit").output.splitlines()[-1].removeprefix("plan ")
    refused = people.run("module", "disable", "kit", "--plan", "0" * 32, code=1)
    assert isinstance(refused.exception, PlanChanged)
    assert refused.output.splitlines()[-1] == f"plan {plan}"
    assert "  removed kit.visitor: read kit.shelf: all -> nothing" in refused.output
    people.run("module", "disable", "kit", "--plan", plan)
    wakes = (
        people.run("module", "plan", "enable", "kit", code=1).output.splitlines()[-1].removeprefix("plan ")
    )
    assert isinstance(people.run("module", "enable", "kit", "--plan", plan, code=1).exception, PlanChanged)
    people.run("module", "enable", "kit", "--plan", wakes)
    assert isinstance(people.run("module", "install", "kit", "--plan", wakes, code=1).exception, PlanChanged)
    assert isinstance(people.run("module", "refresh", "--plan", plan, code=1).exception, PlanChanged)
    files = people.run("module", "plan", "refresh").output.splitlines()[-1].removeprefix("plan ")
    assert people.run("module", "refresh", "--plan", files).output == "Nothing has changed in the files.\n"
