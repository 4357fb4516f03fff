"""A hundred uploads at once to really running web processes: each kept right or told why not, equal contents once, no half file."""

from __future__ import annotations

import hashlib
import http.client
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.app.processes import wait_for
from tests.reliability.product import Product, product

UPLOADS, PEOPLE = 100, 3
BORDER = "a-border-between-parts"
KIND = f"multipart/form-data; boundary={BORDER}"
CONTENTS = [bytes([n]) * (64 * 2**10) for n in range(16)] + [bytes([n]) * (4 * 2**20) for n in range(16, 20)]
"""Twenty contents, four of them large; each is sent five times."""

TOLD = {413, 429, 503}
PATIENCE = 240.0
"""Seconds for all of them on a busy machine; nobody waits longer for one answer."""

ROOM = 60.0
"""MiB by which a web process may grow over all of it: the uploads together are 85."""


@pytest.fixture(scope="module")
def firm():
    with product(processes=2, modules="contacts") as served:
        yield served


@pytest.fixture(scope="module")
def keys(firm):
    return [firm.user(f"person{n}@example.com", "base.member", "contacts.editor") for n in range(PEOPLE)]


def body_of(content: bytes, name: str) -> bytes:
    head = f'--{BORDER}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BORDER}--\r\n".encode()


def upload(firm: Product, key: str, number: int, answers: Counter[int]) -> int:
    """Upload until it is taken, as clients do that are told to come again; return the id of the file."""
    body = body_of(CONTENTS[number % len(CONTENTS)], f"{number}.bin")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        told = firm.ask(
            key,
            "POST",
            "/files",
            body,
            seconds=PATIENCE,
            Content_Type=KIND,
            Idempotency_Key=f"upload-{number}",
        )
        answers[told.status] += 1
        if told.status == 201:
            return int(told.json["id"])
        assert told.status in TOLD, (told.status, told.body[:500])
        assert told.json["detail"], "a refusal says what is wrong"
        threading.Event().wait(0.2)  # what it was told: there is no room just now
    raise AssertionError(f"upload {number} was never taken: {answers}")


def most_memory(firm: Product) -> dict[str, float]:
    """Return the most that each web process has ever taken, in MiB."""
    found = {name: pid for name, pid in firm.processes().items() if name.startswith("web")}
    lines = {name: Path(f"/proc/{pid}/status").read_text().splitlines() for name, pid in found.items()}
    return {
        name: next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
        for name, status in lines.items()
    }


def lying(firm: Product) -> dict[str, bytes]:
    """Return what lies on the disk by the hash that it is named by."""
    root = firm.home / "files"
    return {f"{path.parent.name}{path.name}": path.read_bytes() for path in root.glob("[0-9a-f][0-9a-f]/*")}


def drafts(firm: Product) -> list[Path]:
    return list((firm.home / "files" / "drafts").glob("*"))


def test_a_hundred_uploads_by_three_people_at_once_are_all_kept_right(firm, keys):
    firm.ask(keys[0], "GET", "/records/contacts.contact")
    before, answers = most_memory(firm), Counter[int]()
    together = threading.Barrier(UPLOADS)

    def one(number: int) -> int:
        together.wait()
        return upload(firm, keys[number % PEOPLE], number, answers)

    with ThreadPoolExecutor(UPLOADS) as pool:
        ids = list(pool.map(one, range(UPLOADS)))
    after = most_memory(firm)
    assert len(set(ids)) == UPLOADS, "none lost, none given twice"
    for number in range(UPLOADS):
        told = firm.ask(keys[number % PEOPLE], "GET", f"/files/{ids[number]}", seconds=60)
        assert (told.status, told.body == CONTENTS[number % len(CONTENTS)]) == (200, True), number
        assert f'filename="{number}.bin"' in dict(told.headers)["content-disposition"]
    found = lying(firm)
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in found.items()), (
        "each lies whole under its hash"
    )
    assert set(found) == {hashlib.sha256(content).hexdigest() for content in CONTENTS}, "equal ones once"
    assert not drafts(firm)
    assert before.keys() == after.keys(), "no process died"
    for name, most in after.items():
        assert most - before[name] < ROOM, (name, before, after)


def test_who_goes_away_in_the_middle_leaves_no_half_file(firm, keys):
    assert upload(firm, keys[0], 0, Counter()) > 0
    known, body = set(lying(firm)), body_of(b"half" * 2**20, "half.bin")

    def one(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", firm.port, timeout=20)
        connection.putrequest("POST", "/api/v1/files")
        for name, value in (
            ("Authorization", f"Bearer {keys[number % PEOPLE]}"),
            ("Content-Type", KIND),
            ("Content-Length", str(len(body))),
        ):
            connection.putheader(name, value)
        connection.endheaders(body[: len(body) // 2])
        connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    wait_for(lambda: firm.send("GET", "/health").status == 200 and not drafts(firm))
    assert upload(firm, keys[0], 0, Counter()) > 0, "those who stay are served"
    assert set(lying(firm)) == known
