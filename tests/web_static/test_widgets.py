"""Every widget shows every kind of value, keeps markup out, and can be brought or replaced by a module."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from core.fields import FieldTypes
from core.kernel.values import AnyRef, FileRef, Money, Ref
from core.web.avatars import hue_of
from core.web.fields import FieldView
from core.web.pictures import Picture
from core.web.rendering import TEMPLATES, Pieces
from tests.web_static.sources import ROOT

ATTACK = """"><script>alert('x')</script><b a='"""
CHOICES = (("new", "New <b>", "blue"), ("old", "Old", "gray"))
VALUES = {
    "text": ATTACK,
    "textarea": ATTACK,
    "rich": ATTACK,
    "number": Decimal("1.5"),
    "percent": Decimal("12.5"),
    "money": Money(Decimal(10), "IRR"),
    "checkbox": True,
    "select": "new",
    "chips": ("new", "old"),
    "date": dt.date(2026, 3, 21),
    "datetime": dt.datetime(2026, 3, 21, 22, tzinfo=dt.UTC),
    "combo": Ref(7, ATTACK),
    "combo-any": AnyRef("a.b", 7, ATTACK),
    "links": (Ref(7, ATTACK), Ref(8, None)),
    "email": "a@example.com",
    "phone": "+982112345678",
    "url": "https://example.com",
    "file": FileRef(3, ATTACK),
    "image": Picture(3, ATTACK, 9, "image/png", ATTACK),
    "sequence": "C-1",
}
STYLE = SimpleNamespace(
    _=lambda text, **_params: text,
    calendar="gregorian",
    zone=dt.timezone(dt.timedelta(hours=3, minutes=30)),
    time=lambda moment: f"{moment:%H:%M}",
)


def address(endpoint: str, **values: object) -> str:
    return f"/{endpoint}/" + "/".join(str(value) for value in values.values())


def icon(name: str, size: str = "", label: str = "") -> Markup:
    return Markup('<svg class="i {}" aria-label="{}"></svg>').format(name, label)


GLOBALS = {"icon": icon, "url_for": address, "hue_of": hue_of}


@pytest.fixture
def pieces() -> Pieces:
    return Pieces((TEMPLATES,), GLOBALS)


def field(control: str, value: object, **changes: object) -> FieldView:
    text = "" if value is None else str(value)
    known = {
        "name": "f",
        "input": "f",
        "id": "f-f",
        "label": f"Label {ATTACK}",
        "help": "",
        "control": control,
        "type": "text",
        "required": True,
        "read_only": False,
        "value": value,
        "text": text,
        "raw": text,
        "choices": CHOICES,
        "targets": ("a.b",),
        "unit": "Rial",
    }
    return FieldView(**{**known, **changes})


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", str(html))


@pytest.mark.parametrize("control", sorted(VALUES))
@pytest.mark.parametrize("mode", ["read", "edit", "cell"])
def test_no_value_can_bring_markup(pieces, control, mode):
    refused = field(control, VALUES[control], errors=(ATTACK,))
    html = plain(pieces.widget(STYLE, mode, refused))
    assert "<script" not in html
    assert "<b a=" not in html
    assert not re.search(r"\s(style|on\w+)=", html)


@pytest.mark.parametrize("control", sorted(set(VALUES) - {"sequence"}))
def test_every_input_says_that_it_was_shown_and_what_is_wrong(pieces, control):
    html = plain(pieces.widget(STYLE, "edit", field(control, VALUES[control], errors=("No.",), label="Size")))
    assert 'name="f__shown"' in html
    if control != "chips":
        assert 'id="f-f"' in html
        assert 'aria-invalid="true"' in html
        assert 'aria-describedby="f-f-e"' in html


@pytest.mark.parametrize("control", sorted(set(VALUES) - {"sequence", "chips"}))
def test_inputs_of_sub_tables_carry_their_name_themselves(pieces, control):
    sized = field(control, VALUES[control], label="Size")
    assert 'aria-label="Size"' in plain(pieces.widget(STYLE, "edit", sized, alone=False))
    assert 'aria-label="Size"' not in plain(pieces.widget(STYLE, "edit", sized))


@pytest.mark.parametrize("control", sorted(VALUES))
def test_nothing_reads_as_a_dash_and_can_be_written(pieces, control):
    empty = field(control, () if control in ("chips", "links") else None, text="", raw="")
    assert "—" in pieces.widget(STYLE, "read", empty)
    assert "None" not in pieces.widget(STYLE, "edit", empty)


def test_an_amount_is_never_without_its_unit(pieces):
    assert "Rial" in pieces.widget(STYLE, "edit", field("money", None, raw=""))


def test_the_picker_of_an_instant_opens_on_the_day_of_the_readers_zone(pieces):
    assert 'value="2026-03-22"' in pieces.widget(STYLE, "edit", field("datetime", VALUES["datetime"]))


def test_every_field_type_has_its_widget():
    controls = {FieldTypes().get(name).control for name in FieldTypes().names} - {"lines"}
    assert {
        control for control in controls if not (TEMPLATES / "widgets" / f"{control}.html").is_file()
    } == set()
    assert controls == set(VALUES)


def test_an_unknown_control_shows_as_text(pieces):
    assert plain(pieces.widget(STYLE, "cell", field("stars", "5"))) == "<bdi>5</bdi>"


def test_a_module_brings_a_widget_and_replaces_one(tmp_path: Path):
    (tmp_path / "widgets").mkdir()
    (tmp_path / "widgets" / "stars.html").write_text(
        "{% macro read(f, style) %}{{ '*' * f.value }}{% endmacro %}"
    )
    (tmp_path / "widgets" / "text.html").write_text(
        "{% macro read(f, style) %}<i>{{ f.text }}</i>{% endmacro %}"
    )
    own = Pieces((tmp_path, TEMPLATES), GLOBALS)
    assert own.widget(STYLE, "cell", field("stars", 3)) == "***"
    assert own.widget(STYLE, "edit", field("text", "a")) == "<i>a</i>"


def test_widgets_are_the_only_templates_that_ask_for_the_kind_of_a_control():
    pages = [f for f in TEMPLATES.glob("*.html") if "f.control" in f.read_text()]
    assert [str(f.relative_to(ROOT)) for f in pages] == []
