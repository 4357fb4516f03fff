"""Imports as jobs and exports of lists, over HTTP."""

from __future__ import annotations

from io import BytesIO

import pytest

from core.app.work import work
from core.kernel.actor import Scope
from tests.api.conftest import Caller, new_key

SHEET = "Name,Seats\nHall,40\nCellar,many\nAttic,5\n"


@pytest.fixture
def run_jobs(site):
    return lambda: work(site, wait=False)


def send(caller, sheet=SHEET, **form):
    data = {"file": (BytesIO(sheet.encode()), "rooms.csv"), "entity": "office.room", **form}
    return caller("POST", "/imports", data=data)


def test_a_sheet_is_imported_by_a_job_with_exact_counts(clerk, run_jobs):
    promised = send(clerk)
    assert promised.status_code == 202, promised.text
    job = promised.json["job"]
    assert clerk.get(f"/jobs/{job}")["state"] == "queued"
    run_jobs()
    told = clerk.get(f"/jobs/{job}")
    assert (told["state"], told["progress"]) == ("done", {"done": 3, "total": 3})
    counts = {
        name: told["result"][name] for name in ("created", "updated", "skipped", "duplicates", "errors")
    }
    assert counts == {"created": 2, "updated": 0, "skipped": 0, "duplicates": 0, "errors": 1}
    assert [room["name"] for room in clerk.get("/records/office.room", sort="name")["items"]] == [
        "Attic",
        "Hall",
    ]


def test_an_import_is_taken_back_by_who_made_it(clerk, caller, run_jobs):
    job = send(clerk).json["job"]
    run_jobs()
    caller("office.clerk").refused(404, "POST", f"/imports/{job}/undo")
    promised = clerk("POST", f"/imports/{job}/undo")
    assert promised.status_code == 202, promised.text
    run_jobs()
    told = clerk.get(f"/jobs/{promised.json['job']}")["result"]
    assert told == {"import": job, "deleted": 2, "restored": 0, "kept": 0, "rows": []}
    assert clerk.get("/records/office.room")["items"] == []
    clerk.refused(409, "POST", f"/imports/{job}/undo")


def test_the_rows_that_were_refused_can_be_downloaded_by_who_imported_them(clerk, caller, run_jobs):
    job = send(clerk).json["job"]
    run_jobs()
    path = clerk.get(f"/jobs/{job}")["result"]["error_file"].removeprefix("/api/v1")
    assert clerk("GET", path).headers["Content-Disposition"].startswith("attachment")
    caller("office.clerk").refused(404, "GET", path)


def test_a_key_that_is_not_made_for_it_does_not_know_of_jobs_and_their_files(site, app, clerk, run_jobs):
    def narrow(*actions, entity="office.room"):
        key = new_key(site, clerk.actor, [Scope(entity=entity, action=action) for action in actions])
        return Caller(client=app.test_client(), actor=clerk.actor, key=key)

    importer, reader = narrow("read", "create", "import"), narrow("read", entity="office.paper")
    jobs = [send(caller).json["job"] for caller in (clerk, importer)]
    run_jobs()
    paths = [clerk.get(f"/jobs/{job}")["result"]["error_file"].removeprefix("/api/v1") for job in jobs]
    for job, path in zip(jobs, paths, strict=True):
        assert clerk("GET", path).status_code == 200
        reader.refused(404, "GET", f"/jobs/{job}")
        reader.refused(404, "POST", f"/jobs/{job}/cancel")
        reader.refused(404, "GET", path)
    importer.refused(404, "GET", f"/jobs/{jobs[0]}")
    importer.refused(404, "GET", paths[0])
    assert importer.get(f"/jobs/{jobs[1]}")["state"] == "done"
    assert importer("GET", paths[1]).status_code == 200


def test_an_import_makes_nothing_that_its_key_is_not_made_for(site, app, clerk, run_jobs):
    scopes = [Scope(entity="office.paper", action=action) for action in ("read", "create", "import")]
    importer = Caller(client=app.test_client(), actor=clerk.actor, key=new_key(site, clerk.actor, scopes))
    sheet = "Title,Room\nLetter,New room\n"
    job = send(importer, sheet, entity="office.paper", create_missing="true").json["job"]
    run_jobs()
    told = clerk.get(f"/jobs/{job}")["result"]
    assert (told["created"], told["errors"]) == (0, 1)
    assert clerk.get("/records/office.room")["items"] == []


def test_a_dry_run_writes_nothing(clerk, run_jobs):
    job = send(clerk, dry_run="true").json["job"]
    run_jobs()
    assert clerk.get(f"/jobs/{job}")["result"]["created"] == 2
    assert clerk.get("/records/office.room")["items"] == []


def test_an_import_that_makes_no_sense_is_refused_at_once(clerk, caller):
    for form in (
        {"mode": "replace"},
        {"dry_run": "perhaps"},
        {"mapping": "{"},
        {"mapping": "[1]"},
        {"mapping": '{"Name": 5}'},
        {"other": "1"},
        {"mapping": '{"Name": "nothing"}'},
    ):
        assert send(clerk, **form).status_code in (400, 422), form
    assert send(clerk, entity="office.nothing").status_code == 404
    clerk.refused(415, "POST", "/imports", {"entity": "office.room"})
    caller("office.visitor").refused(
        403, "POST", "/imports", data={"file": (BytesIO(b"x"), "a.csv"), "entity": "office.room"}
    )


def test_a_file_that_cannot_be_read_is_told(clerk, run_jobs):
    for sheet in ("", "\x00\x01\x02", "PK\x03\x04 broken"):
        response = send(clerk, sheet=sheet)
        assert response.status_code in (202, 400, 422), response.text
        if response.status_code == 202:
            run_jobs()
            told = clerk.get(f"/jobs/{response.json['job']}")
            assert told["state"] == "failed" or told["result"]["created"] == 0
    assert clerk.get("/records/office.room")["items"] == []


def test_jobs_belong_to_who_started_them(clerk, chief, caller):
    job = send(clerk).json["job"]
    caller("office.clerk").refused(404, "GET", f"/jobs/{job}")
    assert chief.get(f"/jobs/{job}")["state"] == "queued"
    assert clerk("POST", f"/jobs/{job}/cancel").json["state"] == "cancelled"
    assert clerk.refused(409, "POST", f"/jobs/{job}/cancel")["code"] == "job_ended"


def test_the_same_key_starts_one_import(clerk):
    def once():
        data = {"file": (BytesIO(SHEET.encode()), "rooms.csv"), "entity": "office.room"}
        return clerk("POST", "/imports", data=data, headers={"Idempotency-Key": "k"}).json["job"]

    assert once() == once()


def test_a_list_is_exported_as_it_is_asked(clerk, caller):
    clerk("POST", "/records/office.room", [{"name": "Hall", "seats": 40}, {"name": "=1+1", "seats": 2}])
    response = clerk(
        "GET", "/exports", query_string={"entity": "office.room", "fields": "name,seats", "sort": "-seats"}
    )
    assert response.status_code == 200
    lines = response.data.decode("utf-8-sig").split()
    assert lines[1:] == ["Hall,40", "'=1+1,2"]
    assert response.headers["Content-Disposition"].startswith("attachment")
    sheet = clerk("GET", "/exports", query_string={"entity": "office.room", "format": "xlsx"})
    assert sheet.data.startswith(b"PK")
    clerk.refused(400, "GET", "/exports?entity=office.room&format=pdf")
    clerk.refused(400, "GET", "/exports?entity=office.room&filter=nothing")
    caller("office.visitor").refused(403, "GET", "/exports?entity=office.room")
