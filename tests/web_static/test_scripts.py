"""Scripts build elements, never markup; they say nothing that the server has not translated."""

from __future__ import annotations

import json

from core.web.texts import TEXTS
from tests.web_static.sources import THEMES, found, scripts, templates


def test_no_script_turns_text_into_markup_or_code():
    ways = r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|DOMParser|createContextualFragment)\b"
    assert list(found(ways, scripts())) == []


def test_one_file_only_touches_htmx():
    assert {name for name, _ in found(r"(htmx)", scripts())} <= {"themes/src/hx.ts", "themes/src/app.ts"}
    assert {name for name, _ in found(r"""from ['"](htmx[^'"]*)|import ['"]htmx""", scripts())} == {
        "themes/src/hx.ts"
    }


def test_modules_import_the_published_names_only():
    own = {name: text for name, text in scripts().items() if name.startswith("modules/")}
    outside = [
        (name, source)
        for name, source in found(r"""from ['"]([^'"]+)['"]""", own)
        if not source.startswith("./") and source not in ("payvand", "jalaali-js")
    ]
    assert outside == []


def test_every_text_of_a_script_is_sent_translated():
    said = {text for _, text in found(r"""\bt\('([^']+)'\)""", scripts())}
    assert said - set(TEXTS) == set()
    assert set(TEXTS) - said == set(), "sent with every page, but no script says it"


def test_every_icon_that_is_named_is_in_the_sprite():
    listed = set(json.loads((THEMES / "icons.json").read_text()))
    named = {name for _, name in found(r"""\bicon\('([\w-]+)'""", templates())}
    named |= {name for _, name in found(r"""\bicon\('([\w-]+)'""", scripts())}
    assert named - listed == set()


def test_no_script_speaks_persian_outside_of_its_module():
    core = {name: text for name, text in scripts().items() if name.startswith("themes/")}
    allowed = set("يىكیک٫٬،")
    assert {char for text in core.values() for char in text if "\u0600" <= char <= "\u06ff"} <= allowed
