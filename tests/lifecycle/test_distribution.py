"""A module of another distribution is found by its entry point, and works like one of ours without a line of Python."""

from __future__ import annotations

import sys

import pytest

from core.kernel.actor import Actor
from core.lifecycle import Discovery, Lifecycle
from tests.third_party.installation import PROJECT, install

pytestmark = pytest.mark.modules

SYSTEM = Actor(elevated="a test")


@pytest.fixture(scope="session")
def site_modules():
    return ("base",)


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    return install(tmp_path, monkeypatch)


def test_it_is_found_without_being_imported(monkeypatch):
    monkeypatch.delitem(sys.modules, "payvand_suppliers", raising=False)
    folder, package = Discovery().locations()["suppliers"]
    source = Discovery().read("suppliers")
    assert (folder, package) == (PROJECT / "payvand_suppliers", "payvand_suppliers")
    assert (source.manifest.version, len(source.documents)) == ("1.0.0", 7)
    assert "payvand_suppliers" not in sys.modules


def test_a_distribution_without_its_folder_is_no_module(installed):
    (installed / "payvand_suppliers-1.0.0.dist-info" / "entry_points.txt").write_text(
        "[payvand.modules]\nsuppliers = payvand_suppliers\nghost = nowhere_to_be_found\nempty = core\n"
    )
    assert not {"ghost", "empty"} & Discovery().locations().keys()
    assert "suppliers" in Discovery().locations()


@pytest.mark.covers("PL-32")
def test_lists_rights_rules_and_lines_work_with_no_python(site, desk, actor_as):
    site.get(Lifecycle).install(SYSTEM, ["suppliers"])
    buyer, reader = (
        desk.as_(actor_as("base.member", "suppliers.buyer")),
        desk.as_(actor_as("base.member", "suppliers.reader")),
    )
    record = buyer.one(
        "suppliers.supplier",
        name="کاغذ پارس",
        phone="021 3300 0200",
        offers=[
            {"product": "A4", "price": {"amount": "1850000", "currency": "IRR"}},
            {"product": "A3", "price": {"amount": "2400000", "currency": "IRR"}},
        ],
    )
    found = buyer.get("suppliers.supplier", record)
    assert (found["offer_count"], str(found["dearest"].amount), found["phone"]) == (
        2,
        "2400000",
        "+982133000200",
    )
    assert [s["name"] for s in reader.find("suppliers.supplier", "name", search="كاغذ پارس")] == ["کاغذ پارس"]
    with pytest.raises(Exception, match="credit"):
        reader.find("suppliers.supplier", "credit")
    with pytest.raises(Exception, match="phone number or an e-mail"):
        buyer.one("suppliers.supplier", name="Nobody")
