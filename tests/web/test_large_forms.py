"""Forms of many lines are taken; one that holds too much is refused for what it holds, with what can be done."""

from __future__ import annotations

import pytest
from werkzeug.test import encode_multipart

CONTACT = "/records/contacts.contact"


@pytest.fixture
def written(editor):
    """Return a function that sends a new contact with further values, as browsers send forms."""
    opened = editor.opens(f"{CONTACT}/new")
    form = opened.page.form(id="record")

    def send(more):
        # As bytes: of large forms the client would leave a file open.
        boundary, body = encode_multipart({**form.filled({"last_name": "Stone"}), **more})
        kind = f'multipart/form-data; boundary="{boundary}"'
        return editor.client.post(f"{CONTACT}/new", data=body, content_type=kind, follow_redirects=True)

    return send


def test_a_form_of_many_fields_is_taken(written):
    answer = written({f"line-{number}": "x" for number in range(3_000)})
    assert (answer.status_code, answer.request.path.rpartition("/")[0]) == (200, CONTACT)
    assert answer.request.path != f"{CONTACT}/new"


def test_a_form_with_long_texts_is_taken(written):
    assert written({"aside": "x" * 1_000_000}).request.path != f"{CONTACT}/new"


@pytest.mark.parametrize(
    "more",
    [{f"line-{number}": "x" for number in range(20_001)}, {"aside": "x" * (8 * 2**20 + 1)}],
    ids=["fields", "text"],
)
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The form holds more text or more lines than are taken at once"),
        ("fa", "متن یا سطرهای این فرم بیش از آن است"),
    ],
)
def test_one_that_holds_too_much_is_told_so(editor, written, more, language, told):
    editor.speaks(language)
    answer = written(more)
    assert answer.status_code == 413
    assert told in answer.text


def test_a_body_that_is_too_large_is_told_with_its_limit(editor, site):
    answer = editor.client.post(f"{CONTACT}/new", data=b"x" * (site.settings.max_body + 1))
    assert answer.status_code == 413
    assert f"{site.settings.max_body // 2**20} MB" in answer.text
