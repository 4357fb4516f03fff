"""What docs/operate/point-in-time.md says is done here: a site is brought back to an instant, exactly."""

from __future__ import annotations

import psycopg

from core.storage.engine import build_engine
from core.storage.migrate import migrate
from core.storage.snapshots import Snapshot
from tests.architecture.sources import read
from tests.tooling.test_embedded_postgres import ask, dsn

ROWS = "INSERT INTO core_sequence (name, period) SELECT {} || n, '' FROM generate_series(1, 200) n"


def settings(page, marker):
    """Return the lines of the page's block that begins so."""
    return next(
        block for block in read(page).split("```") if block.partition("\n")[2].startswith(marker)
    ).partition("\n")[2]


def write(url, statement):
    with psycopg.connect(dsn(url)) as connection:
        connection.execute(statement)


def everything(url):
    with Snapshot.of(url) as snapshot:
        return {table.name: snapshot.copy(table, len) for table in snapshot.tables()}


def test_a_site_is_brought_back_to_an_instant_exactly(embedded):
    url = embedded.start()
    engine = build_engine(url, threads=1)
    migrate(engine)
    engine.dispose()
    folder, runner = embedded.folder(), embedded._runner
    archive, base = folder / "archive", folder / "base"
    runner.own(archive)
    configure(embedded, settings("docs/operate/point-in-time.md", "archive_mode"), archive)
    url = embedded.start()
    program = embedded._binaries(folder).path("pg_basebackup")
    done = runner.run(
        program, "--pgdata", base, "--checkpoint", "fast", "--dbname", dsn(embedded.url("postgres"))
    )
    assert done.returncode == 0, done.stderr
    verified = runner.run(program.with_name("pg_verifybackup"), base)
    assert verified.returncode == 0, verified.stderr
    write(url, ROWS.format("'before'"))
    wanted = everything(url)
    (instant,) = ask(url, "SELECT clock_timestamp()::text")
    write(url, ROWS.format("'after'"))
    write(url, "DROP TABLE core_session")
    ask(url, "SELECT pg_switch_wal()")
    embedded.stop()  # what is finished is archived before it ends
    (folder / "data").rename(folder / "data.lost")
    base.rename(folder / "data")
    configure(
        embedded,
        settings("docs/operate/point-in-time.md", "restore_command").replace(
            "2026-03-21 12:00:00+03:30", instant
        ),
        archive,
    )
    runner.write(folder / "data" / "recovery.signal", "")
    url = embedded.start()
    assert everything(url) == wanted
    assert ask(url, "SELECT count(*) FROM core_sequence WHERE name LIKE 'before%'") == (200,)
    write(url, ROWS.format("'later'"))  # the server writes again


def configure(embedded, text, archive):
    """Put settings where an administrator would, for the next start."""
    embedded.stop()
    path = embedded.folder() / "data" / "postgresql.conf"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("archive_")]
    embedded._runner.write(path, "\n".join(kept) + "\n" + text.replace("/backups/wal", str(archive)))
