"""`payvand access`: what people may do, as the database is asked it."""

from __future__ import annotations

import pytest

from core.errors import NotFound


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
    assert people.run("module", "plan", "refresh").output == ""
    assert people.run("module", "list").output == listed
    people.run("module", "disable", "kit")
    told = people.run("module", "plan", "enable", "kit", code=1).output.splitlines()
    assert "! added kit.visitor: read kit.shelf: nothing -> all" in told
