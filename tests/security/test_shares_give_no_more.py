"""Nobody gets more of a record by sharing it, whatever roles a site writes."""

from __future__ import annotations

import pytest

from tests.security.circle import CONTACT, FOLDERS, MODULES, SHARE, Circle

pytestmark = pytest.mark.modules


@pytest.fixture(scope="session")
def site_modules():
    return MODULES


@pytest.fixture(scope="session")
def site_folders():
    return FOLDERS


def test_who_reads_a_name_alone_gets_no_more_by_a_share_of_their_own(site):
    """Fay's role shows all of her own contacts, the name of others, and lets her share every one."""
    circle = Circle(site)
    fay, ann, mia, dan = (next(p for p in circle.people if p.name == n) for n in ("fay", "ann", "mia", "dan"))
    foreign = circle.desk.one(CONTACT, last_name="Foreign", job_title="Baker", owner=mia.id)
    own = fay.api.make(CONTACT, last_name="Own", job_title="Brewer")["id"]

    def share(record, level="read", **whom):
        row = {"record": {"entity": CONTACT, "id": record}, "level": level, "reason": "x", **whom}
        answer = fay.api("POST", f"/records/{SHARE}", row)
        return [p["code"] for p in answer.json["errors"]] if answer.status_code == 422 else answer.status_code

    team = circle.desk.one("base.team", name="Fay's", members=[fay.id])
    for whom in (
        {"with_user": fay.id},
        {"with_team": team},
        {"with_role": "circle.sharer"},
    ):
        assert share(foreign, **whom) == ["gives_more"], whom
        assert share(foreign, "edit", **whom) == ["gives_more"], whom
    for whom in ({"with_user": ann.id}, {"with_user": mia.id}, {"with_role": "contacts.reader"}):
        assert share(foreign, **whom) == 201, whom
    assert "job_title" not in fay.api.get(f"/records/{CONTACT}/{foreign}") or (
        fay.api.get(f"/records/{CONTACT}/{foreign}")["job_title"] is None
    )
    assert share(own, "edit", with_user=ann.id) == 201
    assert share(own, with_user=dan.id) == 201
