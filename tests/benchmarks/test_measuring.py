"""What the measurements are made of: data, requests, ratios and verdicts; nothing here is timed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import expressions
from benchmarks.data import CONTACTS, OPPORTUNITIES, make_data
from benchmarks.goals import GATES, Measured, judge
from benchmarks.once import FieldAdded, Pairs
from benchmarks.page_answers import Press
from benchmarks.page_budgets import median
from benchmarks.page_report import Found, Taken, over, write
from benchmarks.page_weights import Weight
from benchmarks.report import write_report
from benchmarks.requests import UNIQUE, Request, unique, write_requests
from benchmarks.windows import OPERATIONS, Window, Windows
from core.access import Access
from core.declaration import Compiler, read_module
from core.fields import CatalogSchema, FieldTypes
from core.kernel.actor import Actor
from core.metadata.documents import Behaviour

ROOT = Path(__file__).resolve().parents[2]
OWNED = Behaviour(
    name="owned",
    owner="base",
    fields={
        "owner": {"type": "reference", "label": "Owner", "to": "base.user", "default": "$user"},
        "team": {"type": "reference", "label": "Team", "to": "base.team", "default": "$team"},
    },
)
TAGS = Behaviour(
    name="tags", owner="base", fields={"tags": {"type": "links", "label": "Tags", "to": "base.tag"}}
)


@pytest.fixture(scope="module")
def data():
    return make_data()


def window(rate: float, failed: int = 0) -> Window:
    return Window(rate=rate, p50=1, p99=2, app_ms=1, database_ms=1, others=0, failed=failed)


def measured(monkeypatch: pytest.MonkeyPatch, ratio: float) -> Measured:
    monkeypatch.setattr("shutil.which", lambda name: name)
    windows = Windows(None, 1)
    for operation in OPERATIONS:
        windows.taken["hand", operation] = [window(100), window(1000), window(10)]
        windows.taken["payvand", operation] = [window(100 * ratio), window(1000 * ratio), window(10 * ratio)]
    added = FieldAdded(seconds=0.1, reads=9, failed=0, worst_before=0.1, worst_during=0.1, unknown=0)
    return Measured(
        windows=windows,
        batch=Pairs(payvand=[0.2], hand=[0.1]),
        added=[added],
        cold=[1.0],
        idle_mib=50,
        used_mib=70,
    )


def test_the_data_are_the_same_at_every_run(data):
    assert (len(data.contacts), len(data.opportunities)) == (CONTACTS, OPPORTUNITIES)
    assert data.contacts[:100] == make_data().contacts[:100]
    assert len({contact["email"] for contact in (*data.contacts, *data.imported)}) == 110_000


def test_every_term_of_the_search_is_found_by_20_to_400(data):
    names = [str(contact["name"]).lower() for contact in data.contacts]
    for term in data.terms[:5]:
        assert 20 <= sum(term in name for name in names) <= 400


def test_requests_are_written_with_their_length(tmp_path):
    request = Request.sending("POST", "/x", {"A": "b"}, {"email": f"{UNIQUE}@example.com"})
    write_requests(tmp_path / "requests", [request])
    length, _, rest = (tmp_path / "requests").read_bytes().partition(b"\n")
    assert rest == request.raw() + b"\n"
    assert int(length) == len(request.raw())


def test_a_number_takes_the_place_of_the_mark_and_no_more_room():
    request = Request.sending("POST", "/x", {}, {"email": f"{UNIQUE}@example.com"})
    assert json.loads(request.numbered(7).body) == {"email": "00000007@example.com"}
    assert len(unique(12_345_678)) == len(UNIQUE)
    assert len(request.numbered(7).raw()) == len(request.raw())


def test_ratios_are_taken_pair_by_pair(monkeypatch):
    assert measured(monkeypatch, 2).windows.ratio("payvand", "hand", "read") == pytest.approx(2)


@pytest.mark.parametrize(("ratio", "missed"), [(1.0, set()), (0.6, {1, 2, 3}), (0.4, {1, 2, 3, 6, 7})])
def test_a_goal_that_is_not_reached_fails_its_row(monkeypatch, ratio, missed):
    rows = judge(measured(monkeypatch, ratio))
    assert {row.number for row in rows if row.gate and not row.reached} == missed
    assert {row.number for row in rows if row.gate} == GATES


@pytest.mark.parametrize("wrong", [{"failed": 1}, {"unknown": 1}, {"seconds": 0.3}])
def test_a_field_that_disturbs_readers_fails(monkeypatch, wrong):
    found = measured(monkeypatch, 1)
    fine = {"seconds": 0.1, "reads": 9, "failed": 0, "worst_before": 0.1, "worst_during": 0.1, "unknown": 0}
    found.added = [FieldAdded(**{**fine, **wrong})]
    assert [row.number for row in judge(found) if row.gate and not row.reached] == [11]


def test_the_report_tells_every_row_and_where_the_time_goes(monkeypatch, tmp_path):
    found = measured(monkeypatch, 0.6)
    parts = {"read": {"whole": 2.0, "psycopg": 1.0, "flask": 1.0}}
    text = write_report(tmp_path, found, judge(found), parts, {"run": "a test"})
    assert "| 1 | read by id | ≥ 0.8 × hand | 0.60 × hand | **FAIL** |" in text
    assert "psycopg 50%" in text
    assert json.loads((tmp_path / "latest.json").read_text())["about"]["run"] == "a test"


def test_the_module_of_the_measurement_compiles_with_rights_on():
    types = FieldTypes()
    sources = [read_module(ROOT / "modules" / "base"), read_module(ROOT / "benchmarks" / "modules" / "bench")]
    built = Compiler(types, behaviours=lambda: (OWNED, TAGS)).compile(
        [document for source in sources for document in source.documents],
        [source.manifest for source in sources],
        1,
        strict=True,
    )
    access = Access(lambda catalog: CatalogSchema(catalog, types))
    seller = Actor(id=1, roles=frozenset({"bench.seller"}), team=1, teams=(1,))
    for entity, hidden in (("bench.contact", "risk"), ("bench.opportunity", "margin")):
        assert hidden not in access.fields(seller, entity, built.catalog).readable
        assert not isinstance(access.condition(seller, entity, "read", built.catalog), bool)


def test_the_budgets_of_pages_are_held_against_the_median_of_their_visits():
    visits = [
        {"kilobytes": size, "largest paint": 1_400, "shift": 0.01, "nodes": 900} for size in (20, 40, 25)
    ]
    assert median(visits)["kilobytes"] == 25
    assert over(median(visits), warm=True) == []
    assert over({**median(visits), "largest paint": 1_600}, warm=True) == ["largest paint"]
    assert over({**median(visits), "largest paint": 1_600}, warm=False) == []


def test_what_pages_cost_is_told_beside_each_budget_that_is_not_kept(tmp_path):
    light = {"kilobytes": 120.0, "largest paint": 900.0, "shift": 0.0, "nodes": 800.0}
    found = Found(
        taken=[
            Taken(name="list", warm=False, figures=light),
            Taken(name="list", warm=True, figures={**light, "kilobytes": 31.0}),
        ],
        weights=[Weight(name="styles", kilobytes=21, budget=20)],
        presses=[Press.of("is confirmed", [100.0] * 20 + [500.0], 400), Press.of("shows", [], 100)],
        about={"machine": "one"},
    )
    assert found.broken == ["list warm: kilobytes", "styles", "is confirmed", "shows"]
    text = write(tmp_path, found)
    assert "| list, warm | 31.0 | 900 | 0.000 | 800 |" in text
    assert "not kept: list warm: kilobytes; styles" in text
    assert json.loads((tmp_path / "pages.json").read_text(encoding="utf-8"))["broken"] == found.broken


def test_conditions_are_read_to_their_end_where_they_are_measured(monkeypatch):
    monkeypatch.setattr(expressions, "ROUNDS", 1)
    monkeypatch.setattr(expressions, "REPEATED", 10)
    table = expressions.expressions_table()
    assert table.count("µs |") == len(expressions.TEXTS)
