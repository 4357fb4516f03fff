"""Pictures: only what is one is taken as one, and what is shown of it is drawn anew, for those who may see it."""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import orjson
import pytest
from PIL import Image, ImageFile

from core.errors import NotFound, ValidationFailed
from core.files import Files, Thumbnails, thumbnail_headers
from core.files.kinds import kind_of
from core.files.pictures import LONGEST_SIDE, NotShown, check_picture, thumbnails
from core.kernel.values import THUMBNAILS
from core.records.attachments import Attachments
from core.records.reading import Reading
from core.storage.catalogs import Catalogs

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F
MARK = b"35.7219-secret-place"


def picture(kind="PNG", size=(40, 20), mode="RGB", **how):
    into = BytesIO()
    Image.new(mode, size, "red").save(into, kind, **how)
    return into.getvalue()


def photo(orientation=6):
    """Return a photo as a camera writes it: lying on its side, with where and with what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, MARK.decode()
    exif.get_ifd(GPS)[29] = MARK.decode()
    return picture("JPEG", (400, 200), exif=exif, comment=MARK)


def bomb(width, height):
    """Return a PNG of few bytes that says to have so many points."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(10**6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def refused(content, name="a.png"):
    with pytest.raises(NotShown) as told:
        check_picture(BytesIO(content), kind_of(content[:4096], name))
    return told.value.problem.code


class TestDrawing:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    def test_each_kind_is_drawn_in_all_sizes(self, kind):
        made = thumbnails(BytesIO(picture(kind, (3000, 1500))), f"image/{kind.lower()}")
        sizes = {name: Image.open(BytesIO(drawn)).size for name, drawn in made.items()}
        assert sizes == {name: (side, side // 2) for name, side in THUMBNAILS.items()}
        assert {Image.open(BytesIO(drawn)).format for drawn in made.values()} == {"WEBP"}

    def test_a_small_picture_is_not_blown_up(self):
        assert Image.open(BytesIO(thumbnails(BytesIO(picture()), "image/png")["large"])).size == (40, 20)

    def test_it_stands_upright_and_tells_nothing_of_where_it_was_taken(self):
        content = photo()
        assert MARK in content
        for drawn in thumbnails(BytesIO(content), "image/jpeg").values():
            shown = Image.open(BytesIO(drawn))
            assert shown.width * 2 == shown.height
            assert MARK not in drawn
            assert not dict(shown.getexif())

    def test_what_is_seen_through_stays_so(self):
        glass = BytesIO()
        Image.new("RGBA", (40, 20), (255, 0, 0, 90)).save(glass, "PNG")
        drawn = Image.open(BytesIO(thumbnails(glass, "image/png")["small"]))
        assert drawn.convert("RGBA").getpixel((5, 5))[3] == 90

    def test_of_an_animation_the_first_picture_is_shown(self):
        into = BytesIO()
        frames = [Image.new("P", (30, 30), n) for n in range(5)]
        frames[0].save(into, "GIF", save_all=True, append_images=frames[1:])
        assert getattr(Image.open(BytesIO(thumbnails(into, "image/gif")["small"])), "n_frames", 1) == 1


class TestRefusing:
    @pytest.mark.parametrize(
        "content",
        [
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            b"<!doctype html><script>alert(1)</script>",
            b"%PDF-1.7\n%",
            b"plain text",
            b"",
            b"\x00\x00\x00\x18ftypheic",
            b"II*\x00" + bytes(100),
            b"BM" + bytes(100),
        ],
        ids=["svg", "html", "pdf", "text", "empty", "heic", "tiff", "bmp"],
    )
    def test_other_files_are_no_pictures_whatever_they_are_called(self, content):
        assert refused(content) == "no_picture"

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    @pytest.mark.parametrize("lenient", [False, True], ids=["alone", "as WeasyPrint leaves it"])
    def test_half_a_picture_is_told(self, kind, lenient, monkeypatch):
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
        noise = Image.effect_noise((300, 300), 90).convert("RGB")
        into = BytesIO()
        noise.save(into, kind)
        content = into.getvalue()
        check_picture(BytesIO(content), kind_of(content[:4096], "a"))
        assert refused(content[: len(content) // 2]) == "broken_picture"

    @pytest.mark.parametrize(
        "content",
        [
            b"GIF89a/*<script>alert(1)</script>*/=1;",
            b"\xff\xd8\xff<script>alert(1)</script>",
            b"\x89PNG\r\n\x1a\n<html><body onload=alert(1)>",
            b"RIFF\x10\x00\x00\x00WEBP<script>",
        ],
        ids=["gif", "jpeg", "png", "webp"],
    )
    def test_what_only_begins_as_a_picture_is_none(self, content):
        assert refused(content) in ("no_picture", "broken_picture")

    def test_a_page_behind_a_picture_is_not_in_what_is_shown(self):
        content = picture("PNG") + b"<script>alert(1)</script>"
        assert all(b"script" not in drawn for drawn in thumbnails(BytesIO(content), "image/png").values())

    @pytest.mark.parametrize(
        "size", [(60_000, 60_000), (9_000, 9_000), (LONGEST_SIDE + 1, 1), (2**31 - 1, 2**31 - 1)]
    )
    def test_a_bomb_is_not_lit(self, size):
        assert refused(bomb(*size)) == "picture_too_large"

    def test_a_text_that_unpacks_without_end_is_not_read(self):
        packed = b"Comment\0\0" + zlib.compress(bytes(80 * 2**20))
        chunk = (
            struct.pack(">I", len(packed))
            + b"zTXt"
            + packed
            + struct.pack(">I", zlib.crc32(b"zTXt" + packed))
        )
        content = picture("PNG")
        assert refused(content[:33] + chunk + content[33:]) == "broken_picture"


@pytest.fixture
def anna(actor_as):
    return actor_as("office.clerk", login="anna@example.com")


def seen(site, actor, file_id, size="small"):
    found = site.get(Attachments).find(actor, file_id, catalog=site.get(Catalogs).current())
    return site.get(Thumbnails).get(found, size)


class TestRecords:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"<svg/>", "no_picture"),
            (picture("PNG", (300, 300))[:-30], "broken_picture"),
            (bomb(9_000, 9_000), "picture_too_large"),
        ],
        ids=["svg", "half", "bomb"],
    )
    def test_a_record_refuses_what_is_no_picture_and_says_why(self, desk, anna, content, code):
        file_id = desk.store(anna, content, "face.png")
        with pytest.raises(ValidationFailed) as told:
            desk.paper(anna, face=file_id)
        assert [(p.field, p.code) for p in told.value.problems] == [("face", code)]
        desk.paper(anna, scan=file_id)  # as a file it may be kept

    def test_readers_of_the_field_see_it_and_nobody_else(self, site, desk, anna, actor_as):
        file_id = desk.store(anna, photo(), "face.jpg")
        paper = desk.paper(anna, face=file_id)
        chief = actor_as("office.chief", login="chief@example.com")
        assert seen(site, anna, file_id) == seen(site, chief, file_id)
        for role in ("clerk", "auditor", "proof", "visitor"):
            with pytest.raises(NotFound):
                seen(site, actor_as(f"office.{role}", login=f"{role}@example.com"), file_id)
        desk.change(anna, paper, face=None)
        with pytest.raises(NotFound):
            seen(site, anna, file_id)

    def test_what_is_no_picture_has_no_thumbnail(self, site, desk, anna):
        file_id = desk.store(anna, b"<svg/>", "a.svg")
        half = desk.store(anna, picture("PNG", (300, 300))[:-30], "half.png")
        desk.paper(anna, scan=file_id)
        for number, size in ((file_id, "small"), (half, "small"), (half, "huge")):
            with pytest.raises(NotFound):
                seen(site, anna, number, size)

    def test_it_is_drawn_once_however_many_look_at_once(self, site, desk, anna, monkeypatch):
        file_id, drawn = desk.store(anna, photo(), "face.jpg"), []
        found = site.get(Files)
        with desk.unit(anna) as uow:
            stored = found.find(file_id, uow.reader)
        keep = found.blobs.keep_derived
        monkeypatch.setattr(found.blobs, "keep_derived", lambda *args: (drawn.append(args[1]), keep(*args)))
        with ThreadPoolExecutor(12) as many:
            made = set(many.map(lambda _: site.get(Thumbnails).get(stored, "medium"), range(24)))
        assert len(made) == 1
        assert len(drawn) == len(THUMBNAILS)

    def test_only_the_reader_keeps_it_and_asks_again(self):
        headers = thumbnail_headers("abc")
        assert headers["Cache-Control"].startswith("private, max-age=")
        assert headers["ETag"] == '"abc"'
        assert "sandbox" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"

    def test_a_picture_that_nobody_wants_takes_its_thumbnails_along(self, site, desk, anna):
        file_id = desk.store(anna, photo(), "face.jpg")
        desk.paper(anna, scan=desk.store(anna, picture(), "kept.png"))
        seen(site, anna, file_id)
        folder = site.settings.home / "files"
        assert len(list(folder.glob("thumbnails/*/*"))) == len(THUMBNAILS)
        unwanted = _of(site, desk, anna, file_id)
        assert site.get(Files).blobs.sweep(-1, lambda sha256: sha256 != unwanted) == 1
        assert not list(folder.glob("thumbnails/*/*"))


def _of(site, desk, actor, file_id):
    with desk.unit(actor) as uow:
        return site.get(Files).find(file_id, uow.reader).sha256


def test_records_tell_where_their_picture_is(site, desk, anna):
    file_id = desk.store(anna, picture(), "face.png")
    paper = desk.paper(anna, face=file_id)
    catalog = site.get(Catalogs).current()
    json = site.get(Reading).get_json(anna, "office.paper", paper, ["face"], catalog=catalog)
    at = f"/api/v1/files/{file_id}"
    told = orjson.loads(json)["face"]
    assert told["url"] == at
    assert told["thumbnails"] == {size: f"{at}/thumbnails/{size}" for size in THUMBNAILS}
    assert (told["id"], told["name"], told["mime"]) == (file_id, "face.png", "image/png")
