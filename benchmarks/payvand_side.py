"""The Payvand side: its server as `payvand serve` starts it, and its requests, by people with ordinary rights."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from urllib.parse import quote

from benchmarks.data import CONTACT_FIELDS, CONTACTS, OPPORTUNITIES, PEOPLE, STAGES, DataSet, as_csv
from benchmarks.payvand_data import MODULES, Loaded, site_home
from benchmarks.place import BIN, ROOT, Place
from benchmarks.processes import Server, command_of
from benchmarks.requests import UNIQUE, Answer, Request

DATABASE = "payvand"
API = "/api/v1"
CONTACT, OPPORTUNITY = f"{API}/records/bench.contact", f"{API}/records/bench.opportunity"
LISTED = "id,name,amount,probability,close_date,stage,source,description,created_at,updated_at,contact,owner"
FOUND = "id,name,email,phone,city"
WEB = "core.app.web_process"


class PayvandSide:
    """Payvand with two web processes and its worker."""

    name = "payvand"

    def __init__(self, place: Place, data: DataSet, loaded: Loaded, port: int) -> None:
        self.port = port
        self.loaded = loaded
        self._data = data
        self._server = Server(
            self.name,
            (str(BIN / "payvand"), "serve"),
            folder=ROOT.parent,
            log=place.folder / "payvand.log",
            environment={
                "DATABASE_URL": place.url(DATABASE),
                "PAYVAND_HOME": str(site_home(place)),
                "PAYVAND_PORT": str(port),
                "PAYVAND_PROCESSES": "2",
                "PYTHONPATH": str(MODULES),
                "PAYVAND_LOG_LEVEL": "warning",
            },
        )

    def start(self) -> None:
        """Start the server."""
        self._server.start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.stop()

    def processes(self) -> list[int]:
        """Return all its processes: supervisor, worker, web."""
        return self._server.processes()

    def web_processes(self) -> list[int]:
        """Return the processes that answer requests: those that use the most memory below the web's parent."""
        return [pid for pid in self.processes() if WEB in command_of(pid) or "granian" in command_of(pid)]

    @property
    def alive(self) -> Request:
        """A request that works once the server does."""
        return self._get(f"{CONTACT}/1", 0)

    def requests(self, operation: str, number: int) -> list[Request]:
        """Return requests of one kind; equal ones at every run."""
        source, data = random.Random(operation), self._data
        make: dict[str, Callable[[int], Request]] = {
            "read": lambda i: self._get(f"{CONTACT}/{source.randint(1, CONTACTS)}", i),
            "list": lambda i: self._get(
                self._page(source.randrange(PEOPLE), source.randrange(len(STAGES))), i
            ),
            "search": lambda i: self._get(
                f"{CONTACT}?search={source.choice(data.terms)}&fields={FOUND}&sort=name&limit=20", i
            ),
            "count": lambda i: self._get(f"{CONTACT}?limit=0&count=exact", i),
            "pipeline": lambda i: self._get(
                f"{OPPORTUNITY}/aggregate?group_by=stage&measures=sum(amount),count()", i
            ),
            "update": lambda i: Request.sending(
                "PATCH",
                f"{OPPORTUNITY}/{source.randint(1, OPPORTUNITIES)}",
                {**self._headers(i), "If-Match": "*"},
                {"description": f"called the customer {UNIQUE}"},
            ),
            "create": lambda i: Request.sending("POST", CONTACT, self._headers(i), self._new(i)),
        }
        return [make[operation](i) for i in range(number)]

    def _page(self, owner: int, stage: int) -> str:
        wanted = quote(f"owner == {self.loaded.people[owner]} and stage == {self.loaded.stages[stage]}")
        return f"{OPPORTUNITY}?fields={LISTED}&filter={wanted}&sort=-amount&limit=50"

    def check(self, operation: str, answer: Answer) -> bool:
        """Tell whether an answer holds what was asked for, and nothing that its reader may not see."""
        value = answer.json
        match operation:
            case "read":
                return "@" in value["email"] and "risk" not in value
            case "list":
                first = value["items"][0]
                return (
                    len(value["items"]) == 50
                    and len(first) >= 12
                    and None not in (first["owner"]["title"], first["contact"]["title"])
                )
            case "search":
                return len(value["items"]) == 20
            case "count":
                return bool(value["total"] >= CONTACTS)
            case "pipeline":
                return len(value["items"]) == len(STAGES)
            case "update":
                return bool(value["version"] > 1)
            case _:
                return bool(value["id"] > CONTACTS) and "@" in value["email"]

    def batch(self, number: int) -> Request:
        """Return the creation of 1,000 contacts; ``number`` makes them new."""
        rows = [self._new(i) for i in range(1000)]
        return Request.sending(
            "POST",
            CONTACT,
            self._headers(1),
            [{**row, "email": f"batch{number}.{i}@example.com"} for i, row in enumerate(rows)],
        )

    def import_file(self) -> str:
        """Return the file of the import, owners by their ids."""
        rows = [{**row, "owner": self.loaded.people[int(row["owner"])]} for row in self._data.imported]
        return as_csv(rows, (*CONTACT_FIELDS, "owner"))

    def as_administrator(self) -> Mapping[str, str]:
        """Return the headers of somebody who may change definitions."""
        return {"Authorization": f"Bearer {self.loaded.administrator}"}

    def as_stranger(self) -> Mapping[str, str]:
        """Return the headers of somebody of another team, with the same roles."""
        return {"Authorization": f"Bearer {self.loaded.stranger}"}

    def _new(self, number: int) -> dict[str, object]:
        row = self._data.imported[number % len(self._data.imported)]
        return {
            **{name: row[name] for name in CONTACT_FIELDS},
            "email": f"new.{UNIQUE}@example.com",
            "owner": self.loaded.people[int(row["owner"])],
        }

    def _headers(self, number: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.loaded.keys[number % PEOPLE]}"}

    def _get(self, path: str, number: int) -> Request:
        return Request(method="GET", path=path, headers=self._headers(number))
