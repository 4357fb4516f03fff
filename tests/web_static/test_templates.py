"""Templates hold to the policy of the pages: nothing inline, nothing from elsewhere, everything named and translated."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment

from tests.web_static.sources import found, templates


def test_every_template_parses():
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)
    for name, text in templates().items():
        environment.parse(text, name=name)


def test_no_template_has_a_script_of_its_own():
    inline = [
        name
        for name, text in templates().items()
        for tag in re.findall(r"<script\b[^>]*>", text)
        if "src=" not in tag and 'type="application/json"' not in tag
    ]
    assert inline == []


@pytest.mark.covers("LO-13")
def test_no_template_names_another_host():
    assert list(found(r"""(?:src|href|action|url)\s*=\s*["'](https?://[^"']+|//[^"']+)""", templates())) == []


def test_no_template_brings_what_htmx_would_evaluate():
    assert list(found(r"""(hx-on[\w:-]*|hx-vars|hx-vals=["']js:)""", templates())) == []


def test_every_form_that_writes_carries_the_token():
    bare = [
        (name, form[:90])
        for name, text in templates().items()
        for form in re.findall(r'<form\b[^>]*method="post"[^>]*>.{0,80}', text, re.DOTALL)
        if not re.search(r"csrf_field\((?:marks\.)?csrf\)", form)
    ]
    assert bare == []


def test_every_picture_button_has_a_name():
    nameless = [
        (name, tag)
        for name, text in templates().items()
        for tag in re.findall(r'<(?:button|a)\b[^>]*class="[^"]*\b(?:icon|lkb|fx)\b[^"]*"[^>]*>', text)
        if "aria-label" not in tag
    ]
    assert nameless == []


def test_only_the_escaped_texts_of_the_scripts_are_marked_safe():
    safe = [(name, expression) for name, expression in found(r"\{\{([^}]*\|\s*safe[^}]*)\}\}", templates())]
    assert safe == [("core/web/templates/_base.html", " texts|safe ")]


def test_no_template_speaks_another_language_than_english():
    persian = re.compile(r"[\u0600-\u06ff]")
    assert [name for name, text in templates().items() if persian.search(text)] == []


def test_files_are_chosen_in_the_words_of_the_site():
    bare = {name.rpartition("/")[2] for name, _ in found(r"""(type=["']?file\b)""", templates())}
    assert bare == {"_pick.html"}
