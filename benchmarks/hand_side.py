"""The hand-coded side: its database, its servers and its requests."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.data import (
    CONTACT_FIELDS,
    CONTACTS,
    OPPORTUNITIES,
    PEOPLE,
    PROBABILITIES,
    STAGES,
    DataSet,
    as_csv,
)
from benchmarks.place import BIN, ROOT, Place
from benchmarks.processes import Server
from benchmarks.requests import UNIQUE, Answer, Request

DATABASE = "hand"
HAND = ROOT / "hand"
FIRST_NEW = 2_000_000


class HandSide:
    """The yardstick behind one of its servers."""

    def __init__(self, name: str, port: int, server: Sequence[str], place: Place, data: DataSet) -> None:
        self.name = name
        self.port = port
        self._data = data
        self._server = Server(
            name,
            server,
            folder=HAND,
            log=place.folder / f"{name}.log",
            environment={"DSN": place.url(DATABASE)},
        )

    @classmethod
    def on_gunicorn(cls, place: Place, data: DataSet, port: int) -> HandSide:
        """Return the side as it was recorded beside other systems: gunicorn with threads."""
        return cls(
            "hand",
            port,
            (
                str(BIN / "gunicorn"),
                "-w",
                "2",
                "-k",
                "gthread",
                "--threads",
                "8",
                "--keep-alive",
                "30",
                "-b",
                f"127.0.0.1:{port}",
                "--log-level",
                "warning",
                "app:app",
            ),
            place,
            data,
        )

    @classmethod
    def on_granian(cls, place: Place, data: DataSet, port: int) -> HandSide:
        """Return the same application behind the server that Payvand uses."""
        return cls(
            "hand on granian",
            port,
            (
                str(BIN / "granian"),
                "--interface",
                "wsgi",
                "--workers",
                "2",
                "--blocking-threads",
                "4",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--no-ws",
                "--http",
                "1",
                "--log-level",
                "warning",
                "app:app",
            ),
            place,
            data,
        )

    def start(self) -> None:
        """Start the server."""
        self._server.start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.stop()

    def processes(self) -> list[int]:
        """Return its processes."""
        return self._server.processes()

    @property
    def alive(self) -> Request:
        """A request that works once the server does."""
        return self._get("/contacts/1", 0)

    def requests(self, operation: str, number: int) -> list[Request]:
        """Return requests of one kind; equal ones at every run."""
        source, data = random.Random(operation), self._data
        make: dict[str, Callable[[int], Request]] = {
            "read": lambda i: self._get(f"/contacts/{source.randint(1, CONTACTS)}", i),
            "list": lambda i: self._get(
                f"/opps?owner={source.randrange(PEOPLE)}&stage={source.randrange(len(STAGES))}&limit=50", i
            ),
            "search": lambda i: self._get(f"/contacts?q={source.choice(data.terms)}", i),
            "count": lambda i: self._get("/contacts/count", i),
            "pipeline": lambda i: self._get("/opps/pipeline", i),
            "update": lambda i: Request.sending(
                "PATCH",
                f"/opps/{source.randint(1, OPPORTUNITIES)}",
                _headers(i),
                {"description": f"called the customer {UNIQUE}"},
            ),
            "create": lambda i: Request.sending("POST", "/contacts", _headers(i), self._new(i)),
        }
        return [make[operation](i) for i in range(number)]

    def check(self, operation: str, answer: Answer) -> bool:
        """Tell whether an answer holds what was asked for."""
        value = answer.json
        match operation:
            case "read":
                return "@" in value["email"]
            case "list":
                return len(value) == 50 and len(value[0]) == 12
            case "search":
                return len(value) == 20
            case "count":
                return bool(value["count"] >= CONTACTS)
            case "pipeline":
                return len(value) == len(STAGES)
            case "update":
                return bool(value["updated"] == 1)
            case _:
                return bool(value["id"] > FIRST_NEW)

    def batch(self, number: int) -> Request:
        """Return the creation of 1,000 contacts; ``number`` makes them new."""
        rows = [self._new(i) for i in range(1000)]
        return Request.sending(
            "POST",
            "/contacts",
            _headers(1),
            [{**row, "email": f"batch{number}.{i}@example.com"} for i, row in enumerate(rows)],
        )

    def bulk(self, number: int) -> Request:
        """Return the change of 1,000 opportunities."""
        first = number * 1000 % OPPORTUNITIES + 1
        return Request.sending(
            "PATCH",
            "/opps",
            _headers(1),
            {"ids": list(range(first, first + 1000)), "values": {"description": f"bulk {number}"}},
        )

    def import_file(self) -> Request:
        """Return the import of 10,000 contacts."""
        text = as_csv(self._data.imported, (*CONTACT_FIELDS, "owner"))
        return Request(
            method="POST",
            path="/contacts/import",
            headers={**_headers(1), "Content-Type": "text/csv"},
            body=text.encode(),
        )

    def _new(self, number: int) -> dict[str, object]:
        row = self._data.imported[number % len(self._data.imported)]
        return {
            **{name: row[name] for name in CONTACT_FIELDS},
            "email": f"new.{UNIQUE}@example.com",
            "owner_id": row["owner"],
        }

    @staticmethod
    def _get(path: str, number: int) -> Request:
        return Request(method="GET", path=path, headers=_headers(number))


def _headers(number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer tok-{number % PEOPLE:02d}-bench"}


def load(place: Place, data: DataSet) -> None:
    """Make the database of the hand-coded side, its indexes as good as they can be."""
    place.create(DATABASE)
    with place.connection(DATABASE) as connection:
        connection.execute(Path(HAND / "schema.sql").read_bytes())
        cursor = connection.cursor()
        cursor.executemany(
            "insert into users values (%s, %s, %s, 'sales')",
            [(i, f"User {i:02d}", f"tok-{i:02d}-bench") for i in range(PEOPLE)],
        )
        cursor.executemany(
            "insert into stages values (%s, %s, %s)",
            [(i, name, PROBABILITIES[i]) for i, name in enumerate(STAGES)],
        )
        with cursor.copy(
            "copy contacts(id, first_name, last_name, email, phone, title, street, zip, city, source, "
            "name, owner_id) from stdin"
        ) as copy:
            for i, row in enumerate(data.contacts, start=1):
                copy.write_row((i, *(row[name] for name in (*CONTACT_FIELDS, "name", "owner"))))
        with cursor.copy(
            "copy opps(id, name, amount, stage_id, owner_id, contact_id, close_date, probability, source, "
            "description) from stdin"
        ) as copy:
            for i, row in enumerate(data.opportunities, start=1):
                copy.write_row(
                    (
                        i,
                        row["name"],
                        row["amount"],
                        row["stage"],
                        row["owner"],
                        int(row["contact"]) + 1,
                        row["close_date"],
                        row["probability"],
                        row["source"],
                        row["description"],
                    )
                )
        connection.execute(
            "select setval('contacts_id_seq', %s), setval('opps_id_seq', %s)", [FIRST_NEW, FIRST_NEW]
        )
        connection.execute(Path(HAND / "indexes.sql").read_bytes())
        connection.execute("vacuum analyze")
