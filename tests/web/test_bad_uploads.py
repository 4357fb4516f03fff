"""Bad pictures in a record's form: refused at their field with what was typed kept, and nothing of the file; bad names made safe."""

from __future__ import annotations

import io
import struct
import time
import zlib
from urllib.parse import quote, unquote

import pytest
import sqlalchemy as sa
from PIL import Image

from core.files import Thumbnails
from core.storage import Database
from core.storage.kernel_tables import file as core_file
from tests.files.test_pictures import bomb, picture
from tests.web.test_forms import CONTACT, PICTURE
from tests.web.test_gallery import names, sends

FRAMES = 10_000
NO_PICTURE = {
    "en": "This file is no picture that can be shown.",
    "fa": "این فایل تصویری نیست که بتوان نشان داد.",
}
BROKEN = {"en": "The picture is damaged or not whole.", "fa": "تصویر آسیب دیده یا ناقص است."}
TOO_LARGE = {"en": "The picture has too many points", "fa": "این تصویر نقطه‌های بیش از اندازه دارد"}


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_text(words: int) -> bytes:
    """Return a PNG of few bytes with a comment that unpacks to so many."""
    whole = picture("PNG")
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(words))) + whole[33:]


def moving(frames: int) -> bytes:
    """Return a GIF of so many pictures."""
    one = picture("GIF", (8, 8), "P")
    begin = one.index(b"\x2c")
    frame = b"\x21\xf9\x04\x00\x01\x00\x00\x00" + one[begin:-1]
    return one[:begin] + frame * frames + b";"


BAD = {
    "half": (picture("PNG", (300, 300))[:-30], "a.png", BROKEN),
    "half a photo": (picture("JPEG", (300, 300))[:700], "a.jpg", BROKEN),
    "bomb": (bomb(9_000, 9_000), "a.png", TOO_LARGE),
    "endless": (bomb(2**31 - 1, 2**31 - 1), "a.png", TOO_LARGE),
    "long": (bomb(20_001, 1), "a.png", TOO_LARGE),
    "comment that unpacks to 80 MB": (with_text(80 * 2**20), "a.png", BROKEN),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg", NO_PICTURE),
    "svg called png": (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "a.png", NO_PICTURE),
    "page that begins as gif": (b"GIF89a/*<script>alert(1)</script>*/=1;", "a.gif", None),
    "page that begins as png": (b"\x89PNG\r\n\x1a\n<html><body onload=alert(1)>", "a.png", None),
    "program called png": (b"MZ\x90\x00" + bytes(500), "a.png", NO_PICTURE),
    "tiff": (b"II*\x00" + bytes(100), "a.tif", NO_PICTURE),
    "nothing": (b"", "a.png", NO_PICTURE),
}
ODD = {
    "ten thousand pictures": (moving(FRAMES), "a.gif"),
    "a page behind it": (picture("PNG") + b"<script>alert(1)</script>", "a.png"),
    "a zip behind it": (picture("PNG") + b"PK\x03\x04" + bytes(200), "a.png"),
    "called otherwise": (picture("PNG"), "a.exe"),
}


def kept_files(site) -> int:
    with site.get(Database).engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(core_file)).scalar_one()


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_is_refused_at_its_field_and_the_rest_of_the_form_stays(
    site, editor, kept, kind, language
):
    content, name, told = BAD[kind]
    typed = {"last_name": "رضایی", "job_title": "Buyer", "notes": "Typed\nwith care"}
    answer = editor.speaks(language).saves(f"{CONTACT}/new", {**typed, "photo": (io.BytesIO(content), name)})
    assert answer.status == 422
    form = answer.page.form(id="record")
    assert {field: form[field].replace("\r", "") for field in typed} == typed
    field = answer.page.one("input", id="f-photo")
    assert field["aria-invalid"] == "true"
    reason = answer.page.one(id=field["aria-describedby"].split()[-1]).text
    assert any(words[language] in reason for words in ((told,) if told else (NO_PICTURE, BROKEN)))
    assert answer.page.one("a", href="#f-photo").inside("div")
    assert kept.find("contacts.contact") == []
    assert kept_files(site) == 0
    assert not answer.page.all("input", name="photo__kept"), "it is not offered again"
    again = editor.submits(answer, form, {"photo": (io.BytesIO(PICTURE), "face.png")})
    assert again.status == 200
    assert kept.find("contacts.contact", fields=["last_name", "job_title"])[0]["job_title"] == "Buyer"


def test_the_picture_that_was_there_before_stays(site, editor, kept):
    editor.saves(f"{CONTACT}/new", {"last_name": "Karimi", "photo": (io.BytesIO(PICTURE), "face.png")})
    (number,) = (row["id"] for row in kept.find("contacts.contact"))
    before = kept.get("contacts.contact", number)["photo"].id
    refused = editor.saves(f"{CONTACT}/{number}", {"photo": (io.BytesIO(b"<svg/>"), "a.png")})
    assert refused.status == 422
    assert refused.page.one("input", name="photo__kept")["value"] == str(before)
    assert editor.submits(refused, refused.page.form(id="record")).status == 200
    assert kept.get("contacts.contact", number)["photo"].id == before
    assert kept_files(site) == 1


@pytest.mark.parametrize("kind", ODD)
def test_what_is_odd_and_yet_a_picture_is_shown_as_points_alone(editor, kept, kind):
    content, name = ODD[kind]
    begun = time.monotonic()
    answer = editor.saves(f"{CONTACT}/new", {"last_name": "Karimi", "photo": (io.BytesIO(content), name)})
    shown = answer.page.one("img", cls="pic")
    drawn = editor.client.get(shown["src"])
    assert drawn.mimetype == "image/webp"
    assert b"script" not in drawn.data
    assert getattr(Image.open(io.BytesIO(drawn.data)), "n_frames", 1) == 1
    assert time.monotonic() - begun < 20, "an animation is not gone through"


def test_a_form_that_meets_others_who_draw_says_so_and_keeps_what_was_typed(site, editor, monkeypatch):
    monkeypatch.setattr("core.files.thumbnails.PATIENCE", 0.01)
    with site.get(Thumbnails)._turn():
        photo = (io.BytesIO(PICTURE), "face.png")
        answer = editor.saves(f"{CONTACT}/new", {"last_name": "Typed", "photo": photo})
    assert answer.status == 503
    assert "Too many pictures are drawn just now" in answer.page.main.text
    assert answer.page.form(id="record")["last_name"] == "Typed"
    assert editor.submits(answer, answer.page.form(id="record")).status == 200, "it was not chosen in vain"


def test_the_gallery_keeps_what_cannot_be_shown_as_a_file_to_be_downloaded(editor, kept):
    (number,) = kept.add("contacts.contact", {"last_name": "Karimi"}, actor=editor.actor)
    files = [(f"{n}-{name}", content) for n, (content, name, _) in enumerate(BAD.values())]
    assert sends(editor, number, files).status_code == 303
    assert sorted(names(editor, number)) == sorted(name for name, _ in files)
    page = editor.opens(f"{CONTACT}/{number}/files").page
    for link in page.all("a", cls="gal-a"):
        answer = editor.client.get(link["href"])
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            assert answer.mimetype not in ("text/html", "image/svg+xml", "application/xhtml+xml")


NAMES = {
    "turned": ("invoice\u202egnp.exe", "invoicegnp.exe"),
    "isolated": ("\u2066\u202eabc\u2069.exe", "abc.exe"),
    "embedded": ("a\u200f\u202b\u2067b\u202c.exe", "ab.exe"),
    "a path": ("../../../etc/passwd", "passwd"),
    "a path of Windows": ("C:\\windows\\..\\win.ini", "win.ini"),
    "only dots": ("....", "file"),
    "up": ("..", "file"),
    "spaces": ("   ", "file"),
    "device": ("con.txt", "_con.txt"),
    "device without ending": ("NUL", "_NUL"),
    "device and number": ("com1.tar.gz", "_com1.tar.gz"),
    "no device": ("console.txt", "console.txt"),
    "dots behind": ("run.exe. . .", "run.exe"),
    "markup": ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
    "quotes": ('a"; filename="b.exe', 'a"; filename="b.exe'),
    "percent": ("a%22%0d%0aX: y.txt", "a%22%0d%0aX: y.txt"),
    "persian": ("قرارداد\u200cها.pdf", "قرارداد\u200cها.pdf"),
}


@pytest.fixture
def contact(kept, editor):
    return kept.add("contacts.contact", {"last_name": "Karimi"}, actor=editor.actor)[0]


def token(editor, number):
    return editor.opens(f"{CONTACT}/{number}/files").page.all("input", name="csrf")[0]["value"]


def upload(editor, number, written):
    """Upload over the API with the name as it is written in the head of the part; return the answer."""
    return post(editor, "/api/v1/files", written, {"X-CSRF-Token": token(editor, number)})


def post(editor, address, written, headers):
    head = f'--b\r\nContent-Disposition: form-data; name="file"; {written}\r\n\r\n'
    return editor.client.post(
        address,
        data=head.encode() + b"MZ" + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers=headers,
    )


def is_safe(name: str) -> bool:
    """Nothing turns it, breaks its line or leads out of a folder, and it is not too long for any disk."""
    turning = set(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
    return not turning & set(name) and name.isprintable() | ("\u200c" in name) and len(name) <= 151


def disposition(answer) -> str:
    """Return the one header that names a download, after a look whether it can name anything else."""
    (header,) = answer.headers.getlist("Content-Disposition")
    plain, _, encoded = header.removeprefix("attachment; filename=").partition("; filename*=UTF-8''")
    assert header.isascii()
    assert plain.startswith('"')
    assert plain.endswith('"')
    assert '"' not in plain[1:-1]
    assert ";" not in plain
    assert " " not in encoded
    assert unquote(encoded).encode()
    return unquote(encoded)


@pytest.mark.parametrize("case", NAMES)
def test_a_bad_name_is_safe_in_the_list_on_the_disk_and_over_the_api(editor, contact, case):
    given, name = NAMES[case]
    written = f"filename*=UTF-8''{quote(given, safe='')}"
    by_form = post(editor, f"{CONTACT}/{contact}/files", written, {"X-CSRF-Token": token(editor, contact)})
    assert by_form.status_code == 303
    assert names(editor, contact) == [name]
    page = editor.opens(f"{CONTACT}/{contact}/files").page
    address = page.all("a", cls="gal-a")[0]["href"]
    assert disposition(editor.client.get(address)) == name
    told = upload(editor, contact, written)
    assert told.status_code == 201
    assert told.json["name"] == name
    assert disposition(editor.client.get(f"/api/v1/files/{told.json['id']}")) == name
    assert is_safe(name)


@pytest.mark.parametrize(
    "written",
    [
        "filename*=UTF-8''a%0d%0aSet-Cookie:%20x=1.txt",
        "filename*=UTF-8''a%00.png.exe",
        "filename*=UTF-8''%ff%fe.txt",
        "filename*=UTF-8''" + "x" * 10_000 + ".exe",
        'filename="' + "%E2%80%AE" * 100 + 'gnp.exe"',
        'filename="a\\".html"',
        'filename="a\x00b.exe"',
        "filename*=UTF-8''%ed%a0%80.txt",
        'filename="' + "ا" * 10_000 + '.exe"',
    ],
    ids=[
        "lines",
        "nul",
        "no utf-8",
        "long",
        "encoded twice",
        "quote",
        "bare nul",
        "half a letter",
        "long persian",
    ],
)
def test_a_name_that_breaks_its_header_is_refused_in_words_or_made_safe(editor, contact, written):
    told = upload(editor, contact, written)
    if told.status_code != 201:
        assert told.status_code in (400, 413, 422)
        assert told.json["detail"]
        return
    assert is_safe(told.json["name"]), told.json["name"]
    answer = editor.client.get(f"/api/v1/files/{told.json['id']}")
    assert disposition(answer) == told.json["name"]
    assert "Set-Cookie" not in answer.headers


def test_a_name_that_is_written_by_hand_turns_nothing_either(editor, contact):
    """The list of files shows what the record says, which may be written over the API."""
    sends(editor, contact, [("a.exe", b"MZ")])
    found = editor.client.get("/api/v1/records/base.attachment?fields=id,version,name").json["items"][0]
    told = editor.client.patch(
        f"/api/v1/records/base.attachment/{found['id']}",
        json={"name": "invoice\u202egnp.exe\u2066"},
        headers={"X-CSRF-Token": token(editor, contact), "If-Match": f'"{found["version"]}"'},
    )
    assert told.status_code in (200, 422)
    assert all(is_safe(name) and name.endswith(".exe") for name in names(editor, contact))
