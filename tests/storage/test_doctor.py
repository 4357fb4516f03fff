"""The doctor finds what somebody did behind the site's back."""

from __future__ import annotations

import pytest

from core.storage.doctor import inspect_physical

SHOP = {
    "shop.person": {
        "name": {"type": "text", "search": True},
        "mail": {"type": "email", "unique": True},
        "fee": {"type": "money", "currency": "EUR"},
        "size": {"type": "decimal"},
        "born": {"type": "date"},
        "ok": {"type": "boolean"},
        "at": {"type": "datetime"},
        "kinds": {"type": "multi_choice", "choices": {"a": {"label": "A"}}},
        "count": {"type": "integer"},
        "web": {"type": "url"},
        "call": {"type": "phone"},
        "note": {"type": "long_text"},
        "paper": {"type": "file"},
        "boss": {"type": "reference", "to": "shop.person"},
        "tags": {"type": "links", "to": "shop.tag"},
        "from": {"type": "reference_any", "to": ["shop.person", "shop.tag"]},
    },
    "shop.tag": {"name": {"type": "text"}},
}


@pytest.fixture
def inspected(lab):
    lab.change(SHOP)

    def inspect(sql=None, catalog=None):
        if sql:
            with lab.unit() as uow:
                uow.connection.exec_driver_sql(sql)
        with lab.database.engine.connect() as connection:
            return sorted(
                problem.code for problem in inspect_physical(connection, catalog or lab.catalog, lab.types)
            )

    return inspect


def test_a_healthy_site_has_no_findings(inspected):
    assert inspected() == []


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("ALTER TABLE shop_person DROP COLUMN count", "column_missing"),
        ("ALTER TABLE shop_person ADD COLUMN sneaky int", "column_unknown"),
        ("ALTER TABLE shop_person ALTER COLUMN count TYPE smallint", "wrong_type"),
        ("ALTER TABLE shop_person DROP CONSTRAINT shop_person_boss_fkey", "reference_missing"),
        ("ALTER TABLE shop_person DROP CONSTRAINT c__shop_person__from", "check_missing"),
        ("ALTER TABLE shop_person DROP CONSTRAINT v__shop_person__fee_currency", "check_missing"),
        ("DROP INDEX u__shop_person__mail", "index_missing"),
        ("DELETE FROM core_index WHERE name = 'u__shop_person__mail'", "not_applied"),
    ],
)
def test_drift_is_named(inspected, sql, code):
    assert inspected(sql) == [code]


def test_definitions_ahead_of_the_tables_are_named(inspected, lab):
    ahead = lab.build({**SHOP, "shop.tag": {"name": {"type": "text"}, "more": {"type": "text"}}})
    assert inspected(catalog=ahead) == ["not_applied"]
