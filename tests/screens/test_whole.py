"""What is looked for on all screens is found: each fault on a page that has it, none on one that has none."""

from __future__ import annotations

import pytest

from tests.screens.whole import faults
from tests.web.page import Page

GOOD = """<html lang="fa" dir="rtl"><head><title>مخاطب‌ها · پیوند</title></head><body>
<main><h1>مخاطب‌ها</h1><h2>دوم</h2><p id="a">سه <bdi>Sara 12</bdi> ۱۲</p><label for="b">نام</label><input id="b">
<form method="post"><input name="csrf"></form></main></body></html>"""


def test_a_good_page_has_no_fault():
    assert list(faults(Page(GOOD), "fa")) == []


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('dir="rtl"', 'dir="ltr"', "lang and dir are fa ltr"),
        ("مخاطب‌ها · پیوند", "· پیوند", "the title is"),
        ("<h1>مخاطب‌ها</h1>", "", "0 of <h1>"),
        ("<h2>دوم</h2>", "<h3>دوم</h3>", "<h3> after <h1>"),
        ('<p id="a">', '<p id="a" style="color:red">', "inline"),
        ('<p id="a">', '<p id="a" onclick="x()">', "inline"),
        ('<p id="a">', '<script>x()</script><p id="a">', "an inline script"),
        ('<input id="b">', '<input id="a">', "id twice: a"),
        ('for="b"', 'for="c"', "for=c names nothing"),
        ('<input name="csrf">', "", "no token in the form"),
        ("نام", "Name", "English in <label>"),
        ("۱۲", "12", "English digits in <p"),
        ("نام", "{name}", "not filled in"),
        ("سه", "None", "not filled in"),
    ],
)
def test_each_fault_is_told(good, bad, told):
    assert good in GOOD
    found = list(faults(Page(GOOD.replace(good, bad)), "fa"))
    assert any(one.startswith(told) for one in found), found
