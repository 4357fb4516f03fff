"""Rows of the contract: text, and ways to reach somebody."""

from __future__ import annotations

from tests.fields.rows import Row

_LONGEST_DOMAIN = ".".join(["d" * 60] * 4)

TEXT = Row(
    type="text",
    control="text",
    values=("علی رضایی", "a", "x" * 255, "😀", "می‌روم", "'; DROP TABLE m_thing; --", "a\u00b2"),
    good=(
        ("  علي   كريمي ", "علی کریمی"), ("", None), ("   ", None), (None, None), ("\u202eevil\u202c", "evil"),
        ("e\u0301", "é"), ("x" * 255, "x" * 255), ("x" * 255 + "   ", "x" * 255), ("\ufeffBOM", "BOM"),
        ("<b>&amp;</b>", "<b>&amp;</b>"), ("۱۲۳", "۱۲۳"),
    ),
    bad=(
        (5, "wrong_type"), (True, "wrong_type"), (["a"], "wrong_type"), ({"a": 1}, "wrong_type"), (1.5, "wrong_type"),
        ("a\x00b", "control_character"), ("a\x1bb", "control_character"), ("\x7f", "control_character"),
        ("a\x9fb", "control_character"), ("\ud800", "control_character"), ("a\udfffb", "control_character"),
        ("a\nb", "line_break"), ("a\tb", "line_break"), ("a\r\nb", "line_break"), ("a\u2028b", "line_break"),
        ("x" * 256, "too_long"), ("x" * 5_000_000, "too_long"),
    ),
    wire=(("علی", "علی"), ("a b", "a b")),
    typed=(("fa", " علي ", "علی"), ("fa", "خط یک\nخط دو", "خط یک خط دو"), ("en", "  ", None), ("en", None, None),
           ("en", 9121234567.0, "9121234567"), ("en", 84575948, "84575948"), ("en", 1.5, "1.5")),
    typed_bad=(("en", "a\x00", "control_character"), ("en", True, "wrong_type")),
    same=(("علي", "علی"), ("می‌روم", "می روم"), ("ABC", "abc"), ("۱۲۳", "123"), ("حُسَین", "حسین")),
    different=(("علی", "عالی"), ("رضا", "رضایی")),
    shown=(("fa", "علی", "علی"), ("en", "x", "x")),
    exported=(("fa", "۰۰۷", "۰۰۷"), ("en", "=1+1", "=1+1")),
)

CODE = Row(
    type="text",
    spec={"options": {"code": True, "max_length": 10}},
    control="text",
    values=("0084575948", "A-1"),
    good=(("۰۰۸۴۵۷۵۹۴۸", "0084575948"), ("٠٠٨٤٥٧٥٩٤٨", "0084575948")),
    bad=(("۰۰۸۴۵۷۵۹۴۸۱", "too_long"),),
    wire=(("007", "007"),),
    typed=(("fa", "۰۰۷", "007"), ("en", 7, "7")),
    shown=(("fa", "007", "007"),),
    exported=(("fa", "007", "007"),),
)

LONG_TEXT = Row(
    type="long_text",
    control="textarea",
    values=("a\nb\n\n  c\td", "علی\nرضا"),
    good=(("a\r\nb\rc", "a\nb\nc"), ("\n\n", None), ("علي\n  كريم", "علی\n  کریم"), ("x" * 100_000, "x" * 100_000)),
    bad=((5, "wrong_type"), ("\x00", "control_character"), ("a\x0bb", "control_character"), ("\ud83d", "control_character"),
         ("x" * 100_001, "too_long")),
    wire=(("a\nb", "a\nb"),),
    typed=(("fa", "سلام\r\nدنیا", "سلام\nدنیا"), ("en", 12, "12")),
    same=(("علي\nرضا", "علی رضا"),),
    shown=(("en", "a\nb", "a\nb"),),
    exported=(("en", "a\nb", "a\nb"),),
)

EMAIL = Row(
    type="email",
    control="email",
    values=("ali@example.com", "a.b+c@xn--pgbni38b.xn--mgba3a4f16a"),
    good=(
        (" Ali.R@Example.COM ", "ali.r@example.com"), ("ali@شرکت.ایران", "ali@xn--pgbni38b.xn--mgba3a4f16a"),
        ("ali۱@example.com", "ali1@example.com"), ("mailto:a@b.co", "a@b.co"), ("a@münchen.de", "a@xn--mnchen-3ya.de"),
        ("", None), ("a@b.co.", "a@b.co"), ("\u200fa@b.co", "a@b.co"),
    ),
    bad=(
        ("ali", "not_an_email"), ("ali@", "not_an_email"), ("@b.co", "not_an_email"), ("a@b", "not_an_email"),
        ("a b@c.de", "not_an_email"), ("a@b@c.de", "not_an_email"), (".a@b.co", "not_an_email"), ("a..b@c.de", "not_an_email"),
        ("a@-b.co", "not_an_email"), ("a@b-.co", "not_an_email"), ("a@b..co", "not_an_email"), ("a@1.2.3.4", "not_an_email"),
        ("a@[1.2.3.4]", "not_an_email"), ("a(x)@b.co", "not_an_email"), ("علی@example.com", "not_an_email"),
        ('"a b"@c.de', "not_an_email"), ("a@b.co,c@d.ef", "not_an_email"), ("a@ex_ample .com", "not_an_email"),
        ("a" * 65 + "@b.co", "not_an_email"), (f"a@{_LONGEST_DOMAIN}.{_LONGEST_DOMAIN}", "too_long"),
        ("a@" + "b" * 64 + ".co", "not_an_email"), ("a@xn--.com\u200d", "not_an_email"), (5, "wrong_type"),
        ("a@b.\x00co", "control_character"),
    ),
    wire=(("ali@example.com", "ali@example.com"),),
    typed=(("fa", "Ali@Example.com", "ali@example.com"), ("fa", "ali@example.com\n", "ali@example.com")),
    typed_bad=(("fa", "ali at example", "not_an_email"),),
    same=(("ali@example.com", "ali@example.com"),),
    different=(("a.b@c.de", "ab@c.de"), ("a-b@c.de", "ab@c.de")),
    shown=(("fa", "ali@example.com", "ali@example.com"),),
    exported=(("fa", "ali@example.com", "ali@example.com"),),
)

PHONE = Row(
    type="phone",
    control="phone",
    values=("+989121234567", "+16502530000"),
    good=(
        ("09121234567", "+989121234567"), ("9121234567", "+989121234567"), ("+989121234567", "+989121234567"),
        ("00989121234567", "+989121234567"), ("989121234567", "+989121234567"), ("۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"),
        ("٠٩١٢١٢٣٤٥٦٧", "+989121234567"), ("021-88888888", "+982188888888"), ("0912 123 4567", "+989121234567"),
        ("(021) 8888.8888", "+982188888888"), ("88888888", "+982188888888"), ("+1 650-253-0000", "+16502530000"),
        ("", None), ("\u202a+98 912 123 4567\u202c", "+989121234567"), ("tel:+989121234567", "+989121234567"),
    ),
    bad=(
        ("abc", "not_a_phone"), ("0912123", "not_a_phone"), ("1000", "not_a_phone"), ("110", "not_a_phone"),
        ("3000505", "not_a_phone"), ("0912123456789012", "not_a_phone"), ("+999123456789", "not_a_phone"),
        ("021-88888888 ext 5", "extension"), ("0912 123 4567, 0935 111 2233", "not_a_phone"),
        (9121234567, "wrong_type"), ("0" * 61, "too_long"), ("0912\x00", "control_character"), ("-", "not_a_phone"),
    ),
    wire=(("+989121234567", "+989121234567"),),
    typed=(("fa", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567"), ("en", 9121234567, "+989121234567"),
           ("en", 9121234567.0, "+989121234567")),
    typed_bad=(("fa", "۱۲", "not_a_phone"),),
    different=(("+989121234567", "+989121234568"),),
    shown=(("fa", "+989121234567", "+98 912 123 4567"), ("en", "1000", "1000")),
    exported=(("fa", "+989121234567", "+989121234567"),),
)

SENDER_LINE = Row(
    type="phone",
    spec={"options": {"allow_short": True}},
    control="phone",
    values=("1000", "3000505", "+989121234567"),
    good=(("1000", "1000"), ("۳۰۰۰۵۰۵", "3000505"), ("0912 1234567", "+989121234567"), ("110", "110")),
    bad=(("12", "not_a_phone"), ("1" * 15, "not_a_phone"), ("10a0", "not_a_phone")),
    wire=(("1000", "1000"),),
    typed=(("fa", "۱۰۰۰", "1000"), ("en", 1000.0, "1000")),
    shown=(("fa", "1000", "1000"),),
    exported=(("fa", "1000", "1000"),),
)

URL = Row(
    type="url",
    control="url",
    values=("https://example.com", "http://example.com:8080/a?b=c#d"),
    good=(
        (" https://Example.COM/Path ", "https://example.com/Path"), ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:8443", "https://example.com:8443"), ("HTTP://a.de", "http://a.de"),
        ("https://شرکت.ایران/مسیر", "https://xn--pgbni38b.xn--mgba3a4f16a/مسیر"), ("http://localhost/x", "http://localhost/x"),
        ("http://192.168.0.1/", "http://192.168.0.1/"), ("", None),
    ),
    bad=(
        ("example.com", "scheme"), ("javascript:alert(1)", "scheme"), ("data:text/html,x", "scheme"), ("ftp://a.de", "scheme"),
        ("file:///etc/passwd", "scheme"), ("//a.de", "scheme"), ("https://", "not_a_url"), ("https:///x", "not_a_url"),
        ("https://a b.de", "not_a_url"), ("https://a.de/x y", "not_a_url"), ("https://u:p@a.de", "credentials"),
        ("https://a.de@b.de", "credentials"), ("https://a.de:99999", "not_a_url"), ("https://a.de:x", "not_a_url"),
        ("https://[::1", "not_a_url"), ("https://a..de", "not_a_url"), ('https://a.de/"><script>', "not_a_url"),
        ("https://a.de\\@b.de", "credentials"), ("java\nscript:alert(1)", "line_break"), (5, "wrong_type"),
        ("https://a.de/" + "x" * 2000, "too_long"),
    ),
    wire=(("https://a.de", "https://a.de"),),
    typed=(("fa", "example.com", "https://example.com"), ("fa", "example.com:8080/x", "https://example.com:8080/x"),
           ("en", "http://a.de", "http://a.de")),
    typed_bad=(("en", "javascript:alert(1)", "scheme"), ("en", "not an address", "not_a_url")),
    same=(("https://a.de", "https://a.de/"),),
    different=(("https://a.de/x", "https://a.de/y"),),
    shown=(("fa", "https://a.de", "https://a.de"),),
    exported=(("fa", "https://a.de", "https://a.de"),),
)

SEQUENCE = Row(
    type="sequence",
    spec={"options": {"pattern": "C-{year}-{number:05}"}},
    control="sequence",
    values=("C-1405-00001",),
    bad=(("C-1405-00001", "protected"), (1, "protected"), (None, "protected")),
    wire=(("C-1405-00001", "C-1405-00001"),),
    typed=(),
    typed_bad=(("fa", "C-1", "protected"), ("fa", "", "protected")),
    different=(("C-1", "C-2"),),
    shown=(("fa", "C-1405-00001", "C-1405-00001"),),
    exported=(("fa", "C-1405-00001", "C-1405-00001"),),
    returns=False,
)

ROWS = (TEXT, CODE, LONG_TEXT, EMAIL, PHONE, SENDER_LINE, URL, SEQUENCE)
