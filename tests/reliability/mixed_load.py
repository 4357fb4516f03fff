"""A working day in small: people who read pages, programs that read and write, imports, exports and papers, all at once."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.reliability.product import Product, Told

CONTACT, OPPORTUNITY, QUOTE = "contacts.contact", "sales.opportunity", "sales.quote"
PAGES = (
    "/records/contacts.contact",
    "/records/contacts.contact?sort=-created_at",
    "/records/sales.opportunity",
    "/records/sales.opportunity/kanban",
    "/records/activities.activity/calendar",
    "/records/sales.quote",
    "/",
    "/notifications",
)
WORDS = ("کریمی", "رضایی", "smith", "hughes", "اکبری", "soak")
BOUNDARY = "soak-boundary"


class Mixed:
    """What clients do, one after the other; ``seconds`` keeps how long each answer took, by kind."""

    def __init__(self, product: Product, key: str, browser: Mapping[str, str], *, rows: int) -> None:
        self.product, self.key, self.browser, self.rows = product, key, browser, rows
        self.statuses: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.wrong: list[str] = []
        self._numbers = itertools.count(1)
        self._own: list[int] = []
        self._lock = threading.Lock()
        self.accounts = self._ids("contacts.account")
        self.opportunities = self._ids(OPPORTUNITY)
        self.quotes = self._ids(QUOTE)

    def act(self, chance: random.Random) -> None:
        """Do something that people do."""
        acts: tuple[tuple[int, Callable[[random.Random], None]], ...] = (
            (30, self.page),
            (12, self.form),
            (6, self.search_page),
            (20, self.query),
            (8, self.sums),
            (10, self.create),
            (10, self.change),
            (3, self.remove),
        )
        (chosen,) = chance.choices([act for _, act in acts], [weight for weight, _ in acts])
        chosen(chance)

    def page(self, chance: random.Random) -> None:
        """Look at a page."""
        self._browse("page", chance.choice(PAGES))

    def form(self, chance: random.Random) -> None:
        """Look at a record."""
        entity, ids = chance.choice(
            (
                (OPPORTUNITY, self.opportunities),
                (QUOTE, self.quotes),
                (CONTACT, self._own or self._ids(CONTACT)),
            )
        )
        self._browse("form", f"/records/{entity}/{chance.choice(ids)}", gone=entity == CONTACT)

    def search_page(self, chance: random.Random) -> None:
        """Search as people do."""
        self._browse("search", f"/search?q={quote(chance.choice(WORDS))}")

    def query(self, chance: random.Random) -> None:
        """Read a list as a program."""
        word = quote(f"contains(full_name, '{chance.choice('abcdest')}')")
        self._ask("query", "GET", f"/records/{CONTACT}?limit=100&sort=-created_at&count=capped&filter={word}")

    def sums(self, _chance: random.Random) -> None:
        """Add up."""
        self._ask(
            "sums", "GET", f"/records/{OPPORTUNITY}/aggregate?group_by=stage&measures=count(),sum(amount)"
        )

    def create(self, chance: random.Random) -> None:
        """Save a contact."""
        number = next(self._numbers)
        values = {"first_name": f"Soak {number}", "last_name": chance.choice(WORDS)}
        told = self._ask("create", "POST", f"/records/{CONTACT}", values, (201,), once=f"soak-{number}")
        if told.status == 201:
            with self._lock:
                self._own.append(told.json["id"])

    def change(self, chance: random.Random) -> None:
        """Change a contact, as it was seen."""
        number = self._one(chance, take=False)
        if number is None:
            return
        seen = self._ask("read", "GET", f"/records/{CONTACT}/{number}", good=(200, 404))
        if seen.status == 200:
            self._ask(
                "change",
                "PATCH",
                f"/records/{CONTACT}/{number}",
                {"job_title": f"changed {chance.random()}"},
                (200, 404, 412),
                version=f'"{seen.json["version"]}"',
            )

    def remove(self, chance: random.Random) -> None:
        """Put a contact in the trash."""
        number = self._one(chance, take=True)
        if number is not None:
            self._ask("remove", "DELETE", f"/records/{CONTACT}/{number}", good=(204, 200, 404))

    def bring(self, _chance: random.Random) -> None:
        """Import a sheet, wait for it, and take it back, so that no two rounds differ in what there is."""
        first = next(self._numbers)
        lines = "".join(f"Row {first},Import {n},row{first}x{n}@example.com\n" for n in range(self.rows))
        content = f"First name,Last name,Email\n{lines}".encode()
        job = self._job(self._upload(content))
        if job:
            self._job(self._ask("undo", "POST", f"/imports/{job}/undo", {}, (202,), once=f"undo-{first}"))

    def take_out(self, chance: random.Random) -> None:
        """Export all contacts."""
        kind = chance.choice(("csv", "xlsx", "vcf"))
        self._ask(f"export {kind}", "GET", f"/exports?entity={CONTACT}&format={kind}", seconds=120)

    def print_quote(self, _chance: random.Random) -> None:
        """Issue a quote and fetch its paper when it is there."""
        line = {
            "description": "کار یک روز",
            "quantity": "1",
            "unit_price": {"amount": "1000000", "currency": "IRR"},
        }
        valid = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
        body = {
            "subject": "Soak",
            "account": self.accounts[0],
            "valid_until": valid,
            "language": "fa",
            "lines": [line],
        }
        made = self._ask("quote", "POST", f"/records/{QUOTE}", body, (201,))
        if made.status != 201:
            return
        path = f"/records/{QUOTE}/{made.json['id']}"
        self._ask(
            "issue", "POST", f"{path}/transitions/send", {}, (200,), version=f'"{made.json["version"]}"'
        )
        file = self._until(lambda: (self._ask("read", "GET", path).json.get("pdf") or {}).get("id"))
        if file:
            paper = self._ask("paper", "GET", f"/files/{file}")
            if not paper.body.startswith(b"%PDF"):
                self._note("paper", "the file is no PDF")

    def _one(self, chance: random.Random, *, take: bool) -> int | None:
        with self._lock:
            if not self._own:
                return None
            place = chance.randrange(len(self._own))
            return self._own.pop(place) if take else self._own[place]

    def _ids(self, entity: str) -> list[int]:
        told = self.product.ask(self.key, "GET", f"/records/{entity}?fields=id&limit=50")
        return [item["id"] for item in told.json["items"]]

    def _upload(self, content: bytes) -> Told:
        parts = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("entity", CONTACT), ("mode", "create"))
        )
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="soak.csv"\r\n\r\n'
        body = f"{parts}{head}".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self._ask("import", "POST", "/imports", body, (202,), content=kind)

    def _job(self, promised: Told) -> int:
        """Wait for a job; return its id where it ended well."""
        if promised.status != 202:
            return 0
        job = int(promised.json["job"])
        state = self._until(lambda: self._ended(job))
        if state != "done":
            self._note("job", f"job {job} is {state}")
        return job if state == "done" else 0

    def _ended(self, job: int) -> str:
        state = str(self._ask("job", "GET", f"/jobs/{job}").json.get("state"))
        return state if state in ("done", "failed", "cancelled") else ""

    @staticmethod
    def _until(look: Callable[[], Any], seconds: float = 180.0) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.5)  # the worker cannot wake us
        return None

    def _browse(self, kind: str, path: str, *, gone: bool = False) -> None:
        begun = time.monotonic()
        told = self.product.send("GET", path, None, self.browser, seconds=30)
        self._took(
            kind, begun, told, (200, *((303,) if path == "/" else ()), *((404,) if gone else ())), path
        )

    def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        body: object = None,
        good: tuple[int, ...] = (200,),
        *,
        once: str = "",
        version: str = "",
        **how: Any,
    ) -> Told:
        headers = {
            **({"Idempotency_Key": once} if once else {}),
            **({"If_Match": version} if version else {}),
            **({"Content_Type": how["content"]} if "content" in how else {}),
        }
        begun = time.monotonic()
        told = self.product.ask(self.key, method, path, body, seconds=how.get("seconds", 30.0), **headers)
        self._took(kind, begun, told, good, path)
        return told

    def _took(self, kind: str, begun: float, told: Told, good: tuple[int, ...], path: str) -> None:
        with self._lock:
            self.seconds.setdefault(kind, []).append(time.monotonic() - begun)
            self.statuses[str(told.status or "broken")] += 1
        if told.status not in good:
            self._note(kind, f"{path}: {told.status} {told.body[:300]!r}")

    def _note(self, kind: str, what: str) -> None:
        with self._lock:
            if len(self.wrong) < 200:
                self.wrong.append(f"{kind}: {what}")


@contextmanager
def under_load(mixed: Mixed, *, clients: int, rate: float, seed: int = 0) -> Iterator[None]:
    """Let clients act, at most ``rate`` acts a second together; imports, exports and papers have a client each."""
    stop = threading.Event()

    def keep_on(act: Callable[[random.Random], None], each: float, number: int) -> None:
        chance = random.Random(seed + number)
        while not stop.is_set():
            begun = time.monotonic()
            act(chance)
            stop.wait(max(0.0, chance.uniform(0.5, 1.5) * each - (time.monotonic() - begun)))

    plan = [(mixed.act, clients / rate)] * clients
    plan += [(mixed.bring, 20.0), (mixed.take_out, 10.0), (mixed.print_quote, 20.0)]
    threads = [threading.Thread(target=keep_on, args=(act, each, n)) for n, (act, each) in enumerate(plan)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
