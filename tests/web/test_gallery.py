"""The files of a record: several at once, each for itself, for those who may read the record, also without a script."""

from __future__ import annotations

import io

import pytest

from tests.web.test_forms import CONTACT, PICTURE

ATTACHMENT = "base.attachment"


@pytest.fixture
def contact(kept, editor):
    return kept.add("contacts.contact", {"last_name": "Karimi"}, actor=editor.actor)[0]


def sends(person, number, files, **more):
    token = person.opens(f"{CONTACT}/{number}/files").page.all("input", name="csrf")[0]["value"]
    data = {"csrf": token, "file": [(io.BytesIO(content), name) for name, content in files]}
    return person.client.post(f"{CONTACT}/{number}/files", data=data, **more)


def names(person, number):
    page = person.opens(f"{CONTACT}/{number}/files").page
    return [one.text for one in page.all("bdi", cls="clip")]


def test_files_are_added_shown_downloaded_and_deleted_without_a_script(editor, contact):
    assert "No files here yet." in editor.opens(f"{CONTACT}/{contact}/files").page.main.text
    answer = sends(editor, contact, [("قرارداد.txt", b"signed"), ("face.png", PICTURE)])
    assert answer.status_code == 303
    page = editor.opens(f"{CONTACT}/{contact}/files").page
    assert names(editor, contact) == ["face.png", "قرارداد.txt"]
    shown = page.one("img", alt="face.png")
    assert editor.client.get(shown["src"]).mimetype == "image/webp"
    link = next(a for a in page.all("a") if a.get("aria-label") == "Download قرارداد.txt")
    assert editor.client.get(link["href"]).data == b"signed"
    form = next(f for f in page.all("form") if "/attachments/" in f.get("action", ""))
    token = page.all("input", name="csrf")[0]["value"]
    assert editor.client.post(form["action"], data={"csrf": token}).status_code == 303
    assert names(editor, contact) == ["قرارداد.txt"]


def test_what_could_run_as_a_page_is_only_ever_downloaded(editor, contact):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    sends(
        editor,
        contact,
        [("a.svg", svg), ("b.html", b"<script>1</script>"), ("c.png", b"\x89PNG\r\n\x1a\n<script>")],
    )
    page = editor.opens(f"{CONTACT}/{contact}/files").page
    links = [a["href"] for a in page.all("a") if (a.get("aria-label") or "").startswith("Download")]
    for link in dict.fromkeys(links):
        answer = editor.client.get(link)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.mimetype in ("text/plain", "image/png")
        assert editor.client.get(f"{link}/small").status_code == 404


def test_names_with_marks_of_direction_and_line_breaks_lose_them(editor, contact):
    sends(editor, contact, [("a\u202egpj.exe", b"1"), ("x\r\nSet-Cookie: a=b.txt", b"2")])
    kept = names(editor, contact)
    assert "agpj.exe" in kept
    assert not any("\u202e" in one or "\n" in one or "\r" in one for one in kept)


def test_a_hundred_files_come_at_once_and_one_more_is_told(editor, contact):
    files = [(f"{n}.txt", b"%d" % n) for n in range(101)]
    answer = sends(editor, contact, files, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json["kept"] == 100
    assert answer.json["problems"] == [{"name": "100.txt", "reason": "At most 100 files are taken at once."}]
    page = editor.opens(f"{CONTACT}/{contact}/files").page
    assert len(page.all("li", cls="gal-i")) == 48
    older = next(a for a in page.all("a") if a.text.strip() == "Older files")
    assert older["href"].startswith(f"{CONTACT}/{contact}/files?before=")


def test_nothing_chosen_is_told(editor, contact):
    answer = sends(editor, contact, [])
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_who_does_not_read_the_record_has_neither_gallery_nor_files(editor, person, contact):
    sends(editor, contact, [("secret.png", PICTURE)])
    source = editor.opens(f"{CONTACT}/{contact}/files").page.one("img", alt="secret.png")["src"]
    other = person("base.member", "contacts.editor", login="other@example.com", team="Support")
    assert other.client.get(f"{CONTACT}/{contact}/files").status_code == 404
    assert other.client.get(source).status_code == 404
    assert other.client.get(source.rpartition("/")[0]).status_code == 404


def test_a_form_leads_to_the_files_of_its_record(editor, contact):
    page = editor.opens(f"{CONTACT}/{contact}").page
    assert page.one("ui-gallery")["data-load"] == f"{CONTACT}/{contact}/files"
