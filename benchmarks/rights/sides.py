"""Where the same is asked: of `core.records` in this process, over the API, and as the page of a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from benchmarks.payvand_data import MODULES
from benchmarks.place import BIN, ROOT, Place
from benchmarks.processes import Server, wait_until_answers
from benchmarks.requests import Line, Request
from benchmarks.rights.database import Held, held_home, held_site
from core.identity import Identity
from core.records.query import Query
from core.records.reading import Reading
from core.storage import Database
from core.storage.catalogs import Catalogs

DATABASE, PORT = "rights", 8655
DEAL = "held.deal"
FIELDS = ("name", "state", "due", "amount", "city", "owner", "team")
PAGE = 50
SHOWN = b"<tr tabindex"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked of everybody, and how many times as long it may take with rights as without."""

    name: str
    about: str
    budget: float


QUESTIONS = (
    Question(name="page", about="list of 50 in an order with an index", budget=1.5),
    Question(name="count", about="capped count", budget=2.0),
    Question(name="get", about="one record by its id", budget=1.2),
)


class Side(Protocol):
    """One of the ways to ask."""

    name: str
    about: str

    def ask(self, question: str, account: int, record: int) -> bytes:
        """Return the answer as it came; ``record`` is the one to get."""

    def stop(self) -> None:
        """Let go of what it holds."""


class InProcess:
    """`core.records` itself, as the API calls it."""

    name, about = "records", "core.records"

    def __init__(self, place: Place, held: Held) -> None:
        self._site = held_site(place, DATABASE)
        self._catalog, self._reading = self._site.get(Catalogs).current(), self._site.get(Reading)
        identity = self._site.get(Identity)
        self._actors = {int(account): identity.actor_of(int(account)) for account in held.keys}
        self._queries: Mapping[str, Query] = {
            "page": Query(fields=FIELDS, sort=("due",), limit=PAGE),
            "count": Query(fields=("id",), limit=0, count=True, capped=True),
        }

    def ask(self, question: str, account: int, record: int) -> bytes:
        """Return the JSON of a page or of a record."""
        actor = self._actors[account]
        if question == "get":
            return self._reading.get_json(actor, DEAL, record, FIELDS, catalog=self._catalog)
        return self._reading.find_json(actor, DEAL, self._queries[question], catalog=self._catalog)

    def all_of(self, account: int, limit: int) -> list[int]:
        """Return the ids of the first of all that somebody sees, and how many there are."""
        query = Query(fields=("id",), sort=("due",), limit=limit, count=True)
        page = orjson.loads(
            self._reading.find_json(self._actors[account], DEAL, query, catalog=self._catalog)
        )
        return [page["total"], *(item["id"] for item in page["items"])]

    def stop(self) -> None:
        """Close the connections."""
        self._site.get(Database).close()


class Site:
    """The server, as `payvand serve` starts it, on a fresh copy of the database."""

    def __init__(self, place: Place) -> None:
        self._server = Server(
            "rights",
            (str(BIN / "payvand"), "serve"),
            folder=ROOT.parent,
            log=place.folder / "rights.log",
            environment={
                "DATABASE_URL": place.url(DATABASE),
                "PAYVAND_HOME": str(held_home(place)),
                "PAYVAND_PORT": str(PORT),
                "PAYVAND_PROCESSES": "1",
                "PYTHONPATH": f"{ROOT.parent}:{MODULES}",
                "PAYVAND_LOG_LEVEL": "warning",
            },
        )

    def start(self, alive: Request) -> None:
        """Start it and wait until it answers."""
        self._server.start()
        wait_until_answers(PORT, alive.path, alive.headers)

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()


class OverHttp:
    """One client with one connection; a subclass says what it asks for."""

    name = about = ""

    def __init__(self, held: Held) -> None:
        self._held, self._line = held, Line(PORT)

    def request(self, question: str, account: int, record: int) -> Request:
        """Return a request of somebody."""
        raise NotImplementedError

    def ask(self, question: str, account: int, record: int) -> bytes:
        """Return the body of the answer."""
        answer = self._line(self.request(question, account, record))
        if answer.status != 200:
            raise SystemExit(f"{self.about}, {question}: {answer.status} {answer.body[:300]!r}")
        return answer.body

    def stop(self) -> None:
        """Close the connection."""
        self._line.close()


class Api(OverHttp):
    """The API, with a key of everybody's own."""

    name, about = "api", "API"
    _PATHS: Mapping[str, str] = {
        "page": f"?fields={','.join(FIELDS)}&sort=due&limit={PAGE}",
        "count": "?fields=id&limit=0&count=capped",
    }

    def request(self, question: str, account: int, record: int) -> Request:
        """Return a request with a key."""
        rest = self._PATHS.get(question, f"/{record}?fields={','.join(FIELDS)}")
        headers = {"Authorization": f"Bearer {self._held.keys[str(account)]}"}
        return Request(method="GET", path=f"/api/v1/records/{DEAL}{rest}", headers=headers)


class Pages(OverHttp):
    """The pages of a browser: the list, and the form of a record; a page that counts alone there is not."""

    name, about = "pages", "page of a browser"

    def request(self, question: str, account: int, record: int) -> Request:
        """Return a request with a session."""
        rest = "?sort=due" if question == "page" else f"/{record}"
        headers = {"Cookie": f"payvand_session={self._held.sessions[str(account)]}", "Accept": "text/html"}
        return Request(method="GET", path=f"/records/{DEAL}{rest}", headers=headers)


def asked_of(side: Side) -> Sequence[Question]:
    """Return what a side is asked."""
    return [one for one in QUESTIONS if side.name != "pages" or one.name != "count"]
