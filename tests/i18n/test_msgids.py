"""The scripts that find what is to be translated, and the gaps."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

SCRIPTS = Path(__file__).parents[2] / "scripts"


def load(name: str):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def msgids():
    return load("msgids")


@pytest.fixture(scope="module")
def i18n(msgids):
    return load("i18n")


EVERY_WAY = """
SENTENCE = "Kept under a name."
TABLE = (("id", "From a table", 1), ("x", "Another row", 2))

class Trouble(Exception):
    code, message = "trouble", "Of the class."

    def __init__(self, code, message=None):
        pass

class Worse(Trouble):
    message: str = "Of the heir."

def refuse(field, message, **params):
    return Problem(code="bad", message=message)

def rows():
    for name, label, size in TABLE:
        yield name, label

def tell():
    style._("Marked.")
    uow.actor.elevate("for a reason")
    refuse("name", "Handed over {x}." if True else "Or this.", x=1)
    raise Worse("code_only", "By place.")
    Problem(code="some_code", message=SENTENCE)
    spec(label="A label", kind="no label")
    pgettext("bank", "In context")
    ngettext("{number} day", "{number} days", 3)
    other("Not shown to anybody")
    refuse("name", "bad_code")
"""


def found(iterator) -> set[str]:
    return {item.msgid for item in iterator}


def test_all_ways_to_tell_people_something_in_python_are_found(msgids, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(EVERY_WAY)
    everything = list(msgids.in_python([tmp_path / "a.py"], tmp_path))
    assert found(everything) == {
        "Kept under a name.",
        "From a table",
        "Another row",
        "Of the class.",
        "Of the heir.",
        "Marked.",
        "for a reason",
        "Handed over {x}.",
        "Or this.",
        "By place.",
        "A label",
        "In context",
        "{number} day",
    }
    assert [item.plural for item in everything if item.plural] == ["{number} days"]
    assert [item.context for item in everything if item.context] == ["bank"]


def test_a_module_may_raise_errors_of_the_core(msgids, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text('raise NotFound("No such thing.")')
    known = {"NotFound": frozenset({0})}
    assert found(msgids.in_python([tmp_path / "m.py"], tmp_path, known)) == {"No such thing."}


def test_templates_browser_sources_and_documents_are_searched(msgids, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<h1>{{ _('Contacts') }}</h1>{% trans %}Hello{% endtrans %}{{ ngettext('one', 'many', n) }}{{ _(variable) }}"
    )
    assert found(msgids.in_templates([tmp_path / "page.html"], tmp_path)) == {"Contacts", "Hello", "one"}
    (tmp_path / "app.ts").write_text(
        "t('Saved'); t(\"It's here\"); at('no'); x.t('no'); t(name); format('no')"
    )
    assert found(msgids.in_browser_sources([tmp_path / "app.ts"], tmp_path)) == {"Saved", "It's here"}
    (tmp_path / "e.yaml").write_text(
        "entity: a.b\nlabel: Thing\ntitle: name\nfields:\n  name: {type: text, label: Name, help: Short.}\n"
        "rules: {r: {message: No., refuse_when: 'true'}}\nfilters: [{label: Mine}]\n"
    )
    assert found(msgids.in_documents([tmp_path / "e.yaml"], tmp_path)) == {
        "Thing",
        "Name",
        "Short.",
        "No.",
        "Mine",
    }


@pytest.mark.parametrize(
    ("msgid", "string", "fault"),
    [
        ("Save {name}", "ذخیرهٔ {name}", ""),
        ("Save {name}", "ذخیره", "placeholders differ"),
        ("Save", "", "not translated"),
        ("Save", "ذخيره", "letters"),
        ("%(n)s day", "%(m)s روز", "placeholders differ"),
        (("{n} day", "{n} days"), ("{n} روز",), ""),
        (("{n} day", "{n} days"), ("",), "not translated"),
    ],
)
def test_faults_of_a_translation_are_told(i18n, msgid, string, fault: str) -> None:
    catalog = Catalog(locale="fa", fuzzy=False)
    message = catalog.add(msgid, string)
    faults = list(i18n._faults(message))
    assert (faults == []) if not fault else any(fault in told for told in faults)


def test_records_give_the_texts_of_the_fields_that_their_file_names(msgids, tmp_path):
    (tmp_path / "d.yaml").write_text(
        "translate: [name]\nrecords: [{key: a, name: Call, note: Hidden, steps: [{name: First}]}]\n"
    )
    (tmp_path / "e.yaml").write_text("records: [{key: a, name: Kept}]\n")
    names = [tmp_path / "d.yaml", tmp_path / "e.yaml"]
    assert {f.msgid for f in msgids.in_data(names, tmp_path)} == {"Call", "First"}
