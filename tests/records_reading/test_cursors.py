"""Cursors are positions that only we make, and only for one question."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadRequest
from core.kernel.secrets import Secrets
from core.records.cursor import decode, digest, encode

SECRETS = Secrets(b"k" * 32)
QUESTION = digest("kit.item", "size > 1", ("name",))

VALUES = st.lists(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), max_size=6)


@given(VALUES)
def test_a_cursor_carries_its_values(values):
    assert list(decode(SECRETS, QUESTION, encode(SECRETS, QUESTION, values), len(values))) == values


@given(VALUES, st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_cursor_is_refused(values, place, change):
    cursor = encode(SECRETS, QUESTION, values)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[place % len(raw)] ^= change
    with pytest.raises(BadRequest) as refused:
        decode(SECRETS, QUESTION, base64.urlsafe_b64encode(bytes(raw)).decode(), len(values))
    assert refused.value.reason == "cursor_expired"


@given(st.text(max_size=80))
def test_anything_else_is_refused(text):
    with pytest.raises(BadRequest):
        decode(SECRETS, QUESTION, text, 1)


def test_another_question_site_or_length_is_refused():
    cursor = encode(SECRETS, QUESTION, [1, 2])
    for secrets, question, size in (
        (SECRETS, digest("kit.item", "size > 2", ("name",)), 2),
        (Secrets(b"x" * 32), QUESTION, 2),
        (SECRETS, QUESTION, 1),
    ):
        with pytest.raises(BadRequest):
            decode(secrets, question, cursor, size)


def test_questions_differ_in_each_part():
    asked = {
        digest("a", "", ()),
        digest("b", "", ()),
        digest("a", "x", ()),
        digest("a", "", ("x",)),
        digest("a", "", ("-x",)),
    }
    assert len(asked) == 5
