"""Commands do what they say, say what they did, and exit 0 only when all is well."""

from __future__ import annotations

import stat

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from core.app.launcher import Launching
from core.cli.main import payvand
from core.errors import Conflict, MetadataInvalid, NotFound, Unavailable, ValidationFailed
from tests.architecture.sources import ROOT
from tests.cli.conftest import Terminal


def sql(terminal, statement):
    address = make_url(terminal.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        return connection.execute(statement).fetchall()


def execute(terminal, statement):
    address = make_url(terminal.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement)


def test_init_makes_a_site_that_the_doctor_finds_well(bare):
    assert "Installing kit" in bare.run("init", "--modules", "kit").output
    assert bare.run("doctor").output == "All is well.\n"


def test_init_again_changes_nothing(terminal):
    before = sql(terminal, "SELECT version FROM core_catalog")
    assert terminal.run("init", "--modules", "kit").output == ""
    assert sql(terminal, "SELECT version FROM core_catalog") == before


def test_init_leaves_a_disabled_module_asleep(terminal):
    terminal.run("module", "disable", "kit")
    terminal.run("init")
    assert state_of_kit(terminal)[-1] == "disabled"


def test_a_demo_prints_its_passwords_each_time_and_keeps_them_secret(bare):
    first = bare.run("init", "--modules", "kit", "--demo").output
    again = bare.run("init", "--demo").output
    told = [line.split() for line in first.splitlines() if "@example.com" in line]
    assert [login for login, _ in told] == ["boss@example.com", "anna@example.com"]
    assert all(password in again for _, password in told)
    file = bare.settings.home / "demo-accounts.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sql(bare, "SELECT roles FROM core_account WHERE login = 'anna@example.com'") == [(["kit.keeper"],)]
    assert sql(bare, "SELECT count(*) FROM kit_shelf") == [(2,)]


def test_a_lost_password_of_the_demo_is_replaced(bare):
    first = bare.run("init", "--modules", "kit", "--demo").output
    (bare.settings.home / "demo-accounts.txt").unlink()
    assert bare.run("init", "--demo").output != first
    assert sql(bare, "SELECT count(*) FROM core_account") == [(2,)]


@pytest.mark.parametrize("words", [("module", "list"), ("user", "list"), ("worker", "--once")])
def test_an_empty_database_is_named_with_what_to_do(bare, words):
    refused = bare.run(*words, code=1).exception
    assert isinstance(refused, Unavailable)
    assert refused.text() == "The database is empty; run: payvand init"


def test_the_doctor_tells_of_an_empty_database(bare):
    assert "payvand init" in bare.run("doctor", code=1).stderr


def test_the_doctor_tells_of_a_missing_column(terminal):
    execute(terminal, "ALTER TABLE kit_thing DROP COLUMN size")
    assert "size" in terminal.run("doctor", code=1).stderr


def test_the_doctor_tells_of_jobs_that_nobody_does(terminal):
    execute(
        terminal, "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('payvand', 'payvand.run')"
    )
    assert "no worker runs" in terminal.run("doctor", code=1).stderr


def test_the_doctor_tells_of_a_key_that_others_may_read(terminal):
    terminal.run("doctor")
    (terminal.settings.home / "secret").chmod(0o644)
    assert "chmod 600" in terminal.run("doctor", code=1).stderr


def test_modules_are_listed_disabled_and_enabled(terminal):
    assert state_of_kit(terminal) == ["kit", "1.0.0", "enabled"]
    terminal.run("module", "disable", "kit")
    assert state_of_kit(terminal) == ["kit", "1.0.0", "disabled"]
    terminal.run("module", "enable", "kit")
    assert state_of_kit(terminal) == ["kit", "1.0.0", "enabled"]


def state_of_kit(terminal):
    return next(
        line.split() for line in terminal.run("module", "list").output.splitlines() if line.startswith("kit ")
    )


def test_a_module_is_shown_uninstalled_and_installed_again(terminal):
    shown = terminal.run("module", "show", "kit").output
    assert "state      enabled" in shown
    assert "keeps kit.widget: 0 records" in shown or "keeps kit." in shown
    asked = CliRunner().invoke(
        payvand,
        ("module", "uninstall", "kit"),
        obj=Launching(terminal.settings, terminal.folders),
        input="n\n",
    )
    assert (asked.exit_code, "Put this into the trash" in asked.output) == (1, True)
    assert "Uninstalled: kit" in terminal.run("module", "uninstall", "kit", "--yes").output
    assert "available" in terminal.run("module", "show", "kit").output
    terminal.run("module", "install", "kit")
    assert "It works again: kit" in terminal.run("module", "retry", "kit").output
    assert isinstance(terminal.run("module", "show", "kitt", code=1).exception, NotFound)


def test_a_module_that_is_not_there_is_refused_by_name(terminal):
    refused = terminal.run("module", "install", "kitt", code=1).exception
    assert isinstance(refused, NotFound)
    assert "kitt" in refused.text()


def test_disabling_twice_is_refused(terminal):
    terminal.run("module", "disable", "kit")
    assert isinstance(terminal.run("module", "disable", "kit", code=1).exception, Conflict | NotFound)


def test_documents_are_checked_without_a_database(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "modules")
    terminal = Terminal("postgresql://nobody@localhost:1/nowhere", tmp_path)
    terminal.folders.append(ROOT / "modules")  # some modules of the fixtures are built on base
    assert terminal.run("metadata", "check").output == "All documents fit together.\n"


def test_accounts_are_created_listed_and_given_keys(terminal):
    created = terminal.run("user", "create", "Anna@Example.com", "--role", "kit.keeper").output
    assert created.startswith("Created anna@example.com with the password ")
    assert terminal.run("user", "list").output.split() == ["anna@example.com", "active", "kit.keeper"]
    key = terminal.run("user", "token", "anna@example.com").output.strip()
    assert key.startswith("pv_")
    assert sql(terminal, "SELECT prefix FROM core_api_key") == [(key[:10],)]


def test_roles_are_given_and_taken_and_hold_at_once(terminal):
    terminal.run("user", "create", "anna@example.com", "--role", "kit.keeper")
    words = ("user", "roles", "anna@example.com")
    assert terminal.run(*words).output == "kit.keeper\n"
    assert terminal.run(*words, "--add", "kit.chief", "--remove", "kit.keeper").output == ("kit.chief\n")
    assert isinstance(terminal.run(*words, "--add", "kit.king", code=1).exception, ValidationFailed)
    assert isinstance(terminal.run(*words, "--remove", "kit.keeper", code=1).exception, NotFound)
    assert terminal.run(*words).output == "kit.chief\n"


def test_an_account_is_locked_and_unlocked(terminal):
    terminal.run("user", "create", "anna@example.com")
    terminal.run("user", "lock", "anna@example.com")
    assert "locked" in terminal.run("user", "list").output
    terminal.run("user", "unlock", "anna@example.com")
    assert "active" in terminal.run("user", "list").output


def test_a_second_factor_that_was_lost_is_taken_and_its_sessions_end(terminal):
    terminal.run("user", "create", "anna@example.com")
    sql(terminal, "UPDATE core_account SET second_factor = true RETURNING id")
    assert "was reset" in terminal.run("user", "reset-factor", "anna@example.com").output
    assert sql(terminal, "SELECT second_factor FROM core_account") == [(False,)]
    assert isinstance(terminal.run("user", "reset-factor", "nobody@example.com", code=1).exception, NotFound)


def test_a_password_that_was_given_is_not_repeated(terminal):
    made = terminal.run("user", "create", "anna@example.com", "--password", "four words in a row").output
    changed = terminal.run(
        "user", "password", "anna@example.com", "--password", "other words in a row"
    ).output
    assert "words" not in made + changed
    assert "The new password is" in terminal.run("user", "password", "anna@example.com").output


def test_unknown_roles_and_people_are_refused(terminal):
    assert isinstance(
        terminal.run("user", "create", "a@example.com", "--role", "kit.king", code=1).exception,
        ValidationFailed,
    )
    assert isinstance(terminal.run("user", "token", "nobody@example.com", code=1).exception, NotFound)


def test_a_worker_does_what_is_left_and_stops(terminal):
    assert terminal.run("worker", "--once").output == ""


def test_a_module_with_errors_stops_the_check_with_all_of_them(terminal, tmp_path):
    folder = tmp_path / "modules" / "broken"
    (folder / "entities").mkdir(parents=True)
    (folder / "manifest.yaml").write_text("module: broken\nversion: 1.0.0\nlabel: Broken\n")
    (folder / "entities" / "one.yaml").write_text(
        "entity: broken.one\nlabel: One\nplural: Ones\ntitle: name\n"
        "fields:\n  name: {type: texxt, label: Name}\n  to: {type: reference, label: To, to: broken.two}\n"
    )
    terminal.folders = [tmp_path / "modules"]
    told = terminal.run("metadata", "check", code=1).stderr
    assert "texxt" in told
    assert "broken.two" in told
    refused = terminal.run("module", "install", "broken", code=1).exception
    assert isinstance(refused, MetadataInvalid)


def test_a_sheet_is_imported_with_the_rights_of_a_person(terminal, tmp_path):
    terminal.run("user", "create", "anna@example.com", "--role", "kit.keeper")
    sheet = tmp_path / "things.csv"
    sheet.write_text("Name,Code,Size\nLamp,L-1,3\nVase,V-1,4\n")
    told = terminal.run("import", str(sheet), "--entity", "kit.thing", "--as", "anna@example.com").output
    assert ["created", "2"] in [line.split() for line in told.splitlines()]
    assert sql(terminal, "SELECT name, code, size, keeper FROM kit_thing ORDER BY id") == [
        ("Lamp", "L-1", 3, 1),
        ("Vase", "V-1", 4, 1),
    ]


def test_rows_that_are_refused_make_the_import_fail_and_are_kept(terminal, tmp_path):
    terminal.run("user", "create", "anna@example.com", "--role", "kit.keeper")
    sheet = tmp_path / "things.csv"
    sheet.write_text("Name,Code,Size\nLamp,L-1,three\nVase,V-1,4\n")
    told = terminal.run(
        "import",
        str(sheet),
        "--entity",
        "kit.thing",
        "--as",
        "anna@example.com",
        "--errors",
        str(tmp_path / "left.xlsx"),
        code=1,
    ).output
    assert ["errors", "1"] in [line.split() for line in told.splitlines()]
    assert (tmp_path / "left.xlsx").stat().st_size > 0
    assert sql(terminal, "SELECT name FROM kit_thing") == [("Vase",)]


def test_what_is_no_sheet_is_refused_in_a_sentence(terminal, tmp_path):
    terminal.run("user", "create", "anna@example.com", "--role", "kit.keeper")
    sheet = tmp_path / "things.xlsx"
    sheet.write_bytes(b"PK\3\4 not really")
    assert terminal.run("import", str(sheet), "--entity", "kit.thing", "--as", "anna@example.com", code=1)


def test_a_database_without_persian_letters_is_refused_with_what_to_do(pg, tmp_path):
    url = pg.url_of(make_url(pg.empty()).database + "_c")
    server = make_url(pg.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").format(
                Identifier(make_url(url).database)
            )
        )
    try:
        refused = Terminal(url, tmp_path).run("init", code=1).exception
        assert isinstance(refused, Unavailable)
        assert refused.text() == (
            "The database does not know Persian letters; create it with LC_CTYPE 'C.UTF-8'."
        )
    finally:
        pg.drop(url)


def test_nothing_is_left_half_done_by_an_init_that_is_refused(bare):
    execute(bare, "CREATE TABLE kit_shelf (id bigint)")
    bare.run("init", "--modules", "kit", code=1)
    assert sql(bare, "SELECT count(*) FROM core_module") == [(0,)]
    execute(bare, "DROP TABLE kit_shelf")
    bare.run("init", "--modules", "kit")
    assert bare.run("doctor").output == "All is well.\n"
