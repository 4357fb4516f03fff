"""Tables that keep their identity, catalogs that follow their version, and the small stores of the kernel."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from core.errors import Conflict
from core.fields import FieldTypes
from core.metadata.build import build
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec
from core.storage.catalogs import Catalogs
from core.storage.counters import next_number
from core.storage.documents import read_documents, remove_documents, save_documents, save_module
from core.storage.external_ids import (
    find_external_ids,
    forget_external_ids,
    records_of_source,
    remember_external_ids,
)
from core.storage.idempotency import Answer, answers_over, claim, keep
from core.storage.shared_catalogs import SharedCatalogs
from core.storage.versions import bump

NOTE = {"shop.note": {"text": {"type": "text"}}}


# Tables


def test_table_of_an_unchanged_entity_is_the_same_object(lab):
    first, second = lab.build(NOTE), lab.build(NOTE)
    assert first.entity("shop.note") is not second.entity("shop.note")
    assert lab.tables.of(first.entity("shop.note")) is lab.tables.of(second.entity("shop.note"))
    changed = lab.build({"shop.note": {**NOTE["shop.note"], "more": {"type": "text"}}})
    assert "more" in lab.tables.of(changed.entity("shop.note")).c
    assert "more" not in lab.tables.of(first.entity("shop.note")).c


def test_statements_on_an_unchanged_entity_stay_compiled(lab):
    lab.change(NOTE)

    def select():
        table = lab.tables.of(lab.build(NOTE).entity("shop.note"))
        with lab.unit() as uow:
            result = uow.execute(sa.select(table.c.text).where(table.c.id == 1))
            return result.context.cache_hit.name

    assert [select(), select(), select()][1:] == ["CACHE_HIT", "CACHE_HIT"]


def test_only_few_generations_of_a_table_are_kept(lab):
    for number in range(6):
        lab.tables.of(
            lab.build({"shop.note": {f"f{number}": {"type": "text"}, "*title": f"f{number}"}}).entity(
                "shop.note"
            )
        )
    assert len(lab.tables._kept["shop.note"]) == 3


# Catalogs


def _at_once():
    """Wait for nothing."""


class Compiler:
    """Counts compiles; each may have to wait for something."""

    def __init__(self, wait=None):
        self.compiled = []
        self.wait = wait or _at_once
        self._types = FieldTypes()

    def compile(self, documents, modules, version, *, strict):
        self.compiled.append(version)
        self.wait()
        return build(documents, modules, version=version, strict=strict, checkers=[self._types.check_catalog])


def document(name, /, **fields):
    return Document(
        owner="shop",
        kind="entity",
        name=name,
        body={"label": name, "fields": {k: {"type": v} for k, v in fields.items()}},
    )


@pytest.fixture
def stored(lab):
    with lab.unit() as uow:
        save_module(uow, ModuleSpec(name="shop", version="1", label={"fa": "ایکس"}, requires={"base": ">=1"}))
        save_documents(uow, [document("shop.note", text="text")])
        bump(uow)
    return lab


def test_catalog_is_compiled_once_a_version_however_many_ask(stored):
    asking = threading.Semaphore(0)
    compiler = Compiler(wait=lambda: [asking.acquire(timeout=10) for _ in range(4)])
    catalogs = Catalogs(stored.database, compiler)

    def ask(_):
        asking.release()
        return catalogs.current()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(8)))
    assert compiler.compiled == [2]
    assert {id(catalog) for catalog in found} == {id(found[0])}
    assert found[0].entity("shop.note").has("text")
    assert found[0].modules["shop"].label == {"fa": "ایکس"}


def test_next_request_sees_a_change_made_anywhere(stored):
    compiler = Compiler()
    catalogs = Catalogs(stored.database, compiler)
    catalogs.current()
    with stored.unit() as uow:
        save_documents(
            uow, [document("shop.note", text="text", more="date"), document("shop.other", name="text")]
        )
        bump(uow)
    assert set(catalogs.current().entities) == {"shop.note", "shop.other"}
    with stored.unit() as uow:
        assert remove_documents(uow, "shop", [("entity", "shop.other")]) == 1
        bump(uow)
    with stored.database.reading() as reader:
        assert set(catalogs.current(reader).entities) == {"shop.note"}
    assert compiler.compiled == [2, 3, 4]
    assert catalogs.at(3).version == 4, "a request that read an older version gets the newest"


def test_published_catalog_is_not_compiled_again(stored):
    compiler = Compiler()
    catalogs = Catalogs(stored.database, compiler)
    with stored.unit() as uow:
        documents = read_documents(uow)
        version = bump(uow)
    catalogs.publish(
        Compiler()
        .compile(documents, [ModuleSpec(name="shop", version="1", label="x")], version, strict=True)
        .catalog
    )
    assert catalogs.at(version).entity("shop.note").has("text")
    assert compiler.compiled == []


def test_documents_of_disabled_modules_sleep_and_plugins_follow(stored):
    followed = []
    catalogs = Catalogs(
        stored.database, Compiler(), prepare=lambda modules: followed.append([m.name for m in modules])
    )
    catalogs.current()
    with stored.unit() as uow:
        save_module(uow, ModuleSpec(name="shop", version="1", label="x"), state="disabled")
        bump(uow)
    assert not catalogs.current().entities
    assert followed == [["shop"], []]


def test_unchanged_documents_are_not_read_again(stored):
    catalogs = Catalogs(stored.database, Compiler())
    catalogs.current()
    first = catalogs._documents._kept["shop", "entity", "shop.note"][1]
    with stored.unit() as uow:
        save_documents(uow, [document("shop.other", name="text")])
        bump(uow)
    catalogs.current()
    assert catalogs._documents._kept["shop", "entity", "shop.note"][1] is first


def test_documents_keep_the_order_in_which_they_were_written(stored):
    names = ("second", "a_first", "z", "third_long_name", "b")
    for order in (names, names[::-1]):
        with stored.unit() as uow:
            save_documents(uow, [document("shop.other", **dict.fromkeys(order, "text"))])
            kept = {d.name: d for d in read_documents(uow)}["shop.other"]
        assert tuple(kept.body["fields"]) == order


# Counters


def test_numbers_have_no_gaps_and_no_doubles(lab):
    together = threading.Barrier(4)

    def take(_):
        together.wait()
        numbers = []
        for _ in range(10):
            with lab.unit() as uow:
                numbers.append(next_number(uow, "shop.order.number", "2026"))
        return numbers

    with ThreadPoolExecutor(4) as pool:
        taken = [number for numbers in pool.map(take, range(4)) for number in numbers]
    assert sorted(taken) == list(range(1, 41))


def test_rolled_back_numbers_are_given_again_and_periods_count_apart(lab):
    def fail():
        with lab.unit() as uow:
            assert next_number(uow, "a", "", 5) == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with lab.unit() as uow:
        assert next_number(uow, "a", "", 5) == 1
        assert next_number(uow, "a", "") == 6
        assert next_number(uow, "a", "1405") == 1


# External ids


def test_external_ids_find_their_records_and_can_be_forgotten(lab):
    with lab.unit() as uow:
        remember_external_ids(uow, "file", "a.b", {"1": 10, "2": 11})
        remember_external_ids(uow, "file", "a.c", {"2": 12})
        remember_external_ids(uow, "other", "a.b", {"1": 99})
        assert find_external_ids(uow, "file", ["1", "2", "3"]) == {"1": ("a.b", 10), "2": ("a.c", 12)}
        assert records_of_source(uow, "file") == {"a.b": [10], "a.c": [12]}
        assert forget_external_ids(uow, "file", ["1"]) == 1
        assert forget_external_ids(uow, "file") == 1
        assert find_external_ids(uow, "other", ["1"]) == {"1": ("a.b", 99)}


# Answers of repeated requests


def test_repeated_request_gets_the_first_answer_and_another_request_none(lab):
    with lab.unit() as uow:
        assert claim(uow, 1, "k", "POST /x", b"body") is None
        keep(uow, 1, "k", Answer(status=201, response=b"made"))
    with lab.unit() as uow:
        assert claim(uow, 1, "k", "POST /x", b"body") == Answer(status=201, response=b"made")
        assert claim(uow, 2, "k", "POST /x", b"body") is None
        with pytest.raises(Conflict):
            claim(uow, 1, "k", "POST /x", b"another")
        with pytest.raises(Conflict):
            claim(uow, 1, "k", "POST /y", b"body")


def test_request_at_the_same_moment_waits_for_the_first(lab):
    first_in = threading.Event()
    answers = []

    def second():
        first_in.wait()
        with lab.unit() as uow:
            answers.append(claim(uow, 1, "k", "POST /x", b""))

    waiting = threading.Thread(target=second)
    waiting.start()
    with lab.unit() as uow:
        claim(uow, 1, "k", "POST /x", b"")
        first_in.set()
        keep(uow, 1, "k", Answer(status=200, response=b"one"))
        waiting.join(0.2)
        assert answers == []
    waiting.join()
    assert answers == [Answer(status=200, response=b"one")]


def test_a_failed_request_leaves_its_key_free(lab):
    def fail():
        with lab.unit() as uow:
            claim(uow, 1, "k", "POST /x", b"")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with lab.unit() as uow:
        assert claim(uow, 1, "k", "POST /x", b"") is None


def test_old_answers_are_swept(lab):
    with lab.unit() as uow:
        claim(uow, 1, "old", "POST /x", b"")
        uow.connection.exec_driver_sql("UPDATE core_idempotency SET created_at = now() - interval '3 days'")
        claim(uow, 1, "new", "POST /x", b"")
        assert uow.execute(answers_over(uow.now)).rowcount == 1


def test_sites_with_equal_documents_share_one_compile(stored):
    class Based(Compiler):
        def basis(self):
            return self.wait  # what differs here differs in what it compiles

    shared, first, other = SharedCatalogs(), Based(), Based(wait=lambda: None)
    known = Catalogs(stored.database, first, shared=shared).current()
    again = Catalogs(stored.database, Based(), shared=shared).current()
    assert again.entities is known.entities
    assert Catalogs(stored.database, other, shared=shared).current().entities is not known.entities
    assert (first.compiled, other.compiled) == ([2], [2])
    with stored.unit() as uow:
        bump(uow)
    moved = Catalogs(stored.database, other, shared=shared).current()
    assert (moved.version, other.compiled) == (3, [2]), "only the version is another"
    with stored.unit() as uow:
        save_documents(uow, [document("shop.note", text="text", more="date")])
        bump(uow)
    assert Catalogs(stored.database, other, shared=shared).current().entity("shop.note").has("more")
    assert other.compiled == [2, 4]
