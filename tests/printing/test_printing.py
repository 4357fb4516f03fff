"""Paper: pages of modules become PDF files in the reader's language, and load nothing from anywhere."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import pytest
from markupsafe import Markup

from core.app.compose import BUILT
from core.config import Settings
from core.errors import Unavailable
from core.i18n import Localization
from core.kernel.actor import Preferences
from core.metadata.catalog import Catalog
from core.metadata.specs import ModuleSpec
from core.printing import Printing

TEMPLATE = """{% extends "print/page.html" %}
{% block title %}{{ title }}{% endblock %}
{% block main %}<h1>{{ title }}</h1>{{ body }}{% endblock %}
"""


@pytest.fixture
def catalog(tmp_path) -> Catalog:
    """A catalog with one module that brings a page."""
    folder = tmp_path / "paper" / "templates" / "paper"
    folder.mkdir(parents=True)
    (folder / "letter.html").write_text(TEMPLATE, encoding="utf-8")
    module = ModuleSpec(name="paper", version="1.0.0", label="Paper", path=str(tmp_path / "paper"))
    return Catalog(version=1, entities={}, modules={"paper": module})


@pytest.fixture
def style(tmp_path):
    """The way of writing of a site without localization modules."""
    return Localization().style(Preferences(), Settings(home=tmp_path))


def letter(catalog, style, assets=BUILT, **values):
    """Print the module's page."""
    return Printing(assets).pdf(
        catalog, "paper/letter.html", style, {"title": "A letter", "body": "", **values}
    )


def everything_in(pdf: bytes) -> bytes:
    """Return a PDF with its packed parts opened."""
    opened = bytearray(pdf)
    for part in pdf.split(b"stream\n")[1:]:
        try:
            opened += zlib.decompressobj().decompress(part)
        except zlib.error:
            continue
    return bytes(opened)


def test_a_page_becomes_a_pdf_with_the_fonts_of_paper(catalog, style):
    pdf = letter(catalog, style, body="نامه", title="Letter")
    assert pdf.startswith(b"%PDF-")
    assert b"+Print" in everything_in(pdf)


def test_both_weights_are_set_with_static_fonts(catalog, style):
    pdf = everything_in(letter(catalog, style, body="می‌خواهیم"))
    assert pdf.count(b"FontFile2") >= 2


def test_values_are_escaped(catalog, style):
    html = Printing(BUILT).html(catalog, "paper/letter.html", style, {"title": "<b>", "body": "<script>"})
    assert "&lt;b&gt;" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://example.org/x.png",
        "https://example.org/x.png",
        "data:image/png;base64,AA==",
        "print:../manifest.json",
        "print:manifest.json",
    ],
)
def test_nothing_is_loaded_from_elsewhere(catalog, style, address):
    from core.printing.paper import Shelf

    with pytest.raises(ValueError, match="may not load"):
        Shelf({}).fetch(address)
    assert letter(catalog, style, body=Markup('<img src="{}" alt="x">').format(address)).startswith(b"%PDF-")


def test_a_picture_is_found_by_the_name_it_was_given(catalog, style):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    body = Markup('<img src="print:logo" alt="logo">')
    without = letter(catalog, style, body=body)
    pdf = Printing(BUILT).pdf(
        catalog, "paper/letter.html", style, {"title": "A letter", "body": body}, {"logo": svg}
    )
    assert len(everything_in(pdf)) != len(everything_in(without))


def test_fonts_are_laid_out_once_a_day_because_each_time_takes_memory_for_good(catalog, style, monkeypatch):
    from core.printing import paper

    laid_out, lay_out = [], paper.FontConfiguration
    monkeypatch.setattr(paper, "FontConfiguration", lambda: laid_out.append(1) or lay_out())
    printing = Printing(BUILT)
    made = [
        printing.pdf(catalog, "paper/letter.html", style, {"title": "A letter", "body": ""}) for _ in "ab"
    ]
    assert all(b"+Print" in everything_in(one) for one in made)
    assert len(laid_out) == 1
    monkeypatch.setattr(paper, "FRESH", -1.0)
    printing.pdf(catalog, "paper/letter.html", style, {"title": "A letter", "body": ""})
    assert len(laid_out) == 2


def test_a_front_end_that_was_not_built_is_told(catalog, style, tmp_path):
    from core.printing.paper import Paper

    with pytest.raises(Unavailable, match="front end is not built"):
        Paper(Path(tmp_path)).make("<link rel=stylesheet href='print:print.css'>", {})


def test_a_machine_without_pango_is_told_what_it_lacks(catalog, style, monkeypatch):
    monkeypatch.delitem(sys.modules, "core.printing.paper", raising=False)

    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(Unavailable, match="libpango"):
        letter(catalog, style)


def test_a_page_can_ask_whether_this_machine_prints_without_loading_what_does(monkeypatch):
    loaded = []
    monkeypatch.setattr("core.printing.service.import_module", loaded.append)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert Printing(BUILT).ready()
    assert not loaded
    monkeypatch.setattr("core.printing.service.DRAWN_WITH", ("libpango-of-nobody.so.0",))
    assert not Printing(BUILT).ready()
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert Printing(BUILT).ready()
    assert loaded == ["core.printing.paper"], "elsewhere what prints is loaded to find out"
