"""Styles take colours from tokens, keep their layers, and never come from elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.web_static.sources import found, styles, templates

LAYERS = "@layer reset, tokens, base, components, views, theme, utilities;"


def test_raw_colours_stand_in_the_tokens_only():
    others = {name: text for name, text in styles().items() if not name.endswith("tokens.css")}
    assert list(found(r"(#[0-9a-fA-F]{3,8}\b(?!-)|\brgba?\([^)]*\)|\bhsla?\([^)]*\))", others)) == []


def test_every_style_sheet_stays_in_its_layer():
    for name, text in styles().items():
        if name.endswith("app.css"):
            assert text.startswith(LAYERS)
        else:
            assert re.match(r"\s*@layer (tokens|base|components|views)\b", text), name


@pytest.mark.covers("LO-13")
def test_no_style_sheet_names_another_host():
    assert list(found(r"(https?://|url\(\s*['\"]?//)", styles())) == []


def test_focus_is_always_shown():
    base = styles()["themes/css/base.css"]
    assert ":focus-visible { outline: 2px solid var(--focus)" in base


def test_both_themes_give_every_colour():
    tokens = styles()["themes/css/tokens.css"]
    light, dark = tokens.split('[data-theme="dark"]', 1)
    changing = {
        "--bg",
        "--surface",
        "--surface-2",
        "--surface-3",
        "--border",
        "--text",
        "--text-2",
        "--text-3",
        "--accent",
        "--accent-text",
        "--on-accent",
        "--ok",
        "--warn",
        "--bad",
        "--info",
        "--focus",
        "--backdrop",
    }
    for token in changing:
        assert f"{token}:" in light, token
        assert f"{token}:" in dark.split(":lang(fa)")[0], token


def test_persian_is_never_letter_spaced():
    persian = re.search(r":lang\(fa\) \{(.*?)\}", styles()["themes/css/tokens.css"], re.DOTALL)
    assert persian is not None
    assert "--tracking: 0; --tracking-tight: 0" in persian[1]


def test_every_hue_of_the_palette_has_its_class():
    tokens = styles()["themes/css/tokens.css"]
    hues = set(re.findall(r"\.h-([a-z]+) \{", tokens))
    assert hues == {"gray", "red", "orange", "amber", "green", "teal", "blue", "violet", "pink"}
    used = {hue for _, hue in found(r"\bh-([a-z]+)\b", templates())}
    assert used <= hues
