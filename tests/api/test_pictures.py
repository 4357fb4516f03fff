"""Pictures over the API: their addresses in records, thumbnails for readers of the field, and what is no picture."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from core.kernel.values import THUMBNAILS


def uploads(caller, content, name="face.png"):
    return caller("POST", "/files", data={"file": (BytesIO(content), name)}).json["id"]


def picture():
    into = BytesIO()
    Image.new("RGB", (500, 300), "red").save(into, "PNG")
    return into.getvalue()


def test_a_record_tells_where_its_picture_is_and_takes_it_back_as_it_was_told(clerk):
    number = uploads(clerk, picture())
    paper = clerk.make("office.paper", title="A", face=number)
    face = paper["face"]
    assert face["url"] == f"/api/v1/files/{number}"
    for size, side in THUMBNAILS.items():
        answer = clerk("GET", face["thumbnails"][size].removeprefix("/api/v1"))
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert Image.open(BytesIO(answer.data)).width == min(side, 500)
    again = clerk(
        "PATCH",
        f"/records/office.paper/{paper['id']}",
        {"face": face},
        headers={"If-Match": f'"{paper["version"]}"'},
    )
    assert again.status_code == 200
    assert again.json["version"] == paper["version"]


def test_a_thumbnail_is_kept_by_its_reader_alone_and_not_sent_twice(clerk, caller):
    number = uploads(clerk, picture())
    clerk.make("office.paper", title="A", face=number)
    path = f"/files/{number}/thumbnails/small"
    first = clerk("GET", path)
    assert first.headers["Cache-Control"].startswith("private, max-age=")
    assert first.headers["Content-Disposition"] == "inline"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in first.headers["Content-Security-Policy"]
    again = clerk("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for role in ("office.clerk", "office.auditor", "office.visitor"):
        other = caller(role, login=f"{role}@example.com")
        other.refused(404, "GET", path)
        assert other("GET", path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 404
    clerk.refused(404, "GET", f"/files/{number}/thumbnails/huge")


def test_what_is_no_picture_is_refused_where_it_is_written(clerk):
    for content, name, code in (
        (b"<svg onload=alert(1)/>", "a.svg", "no_picture"),
        (b"<script>alert(1)</script>", "a.png", "no_picture"),
        (picture()[:500], "half.png", "broken_picture"),
    ):
        body = {"title": "A", "face": uploads(clerk, content, name)}
        told = clerk.refused(422, "POST", "/records/office.paper", body)
        assert [(one["field"], one["code"]) for one in told["errors"]] == [("face", code)]
        clerk.refused(404, "GET", f"/files/{body['face']}/thumbnails/small")
