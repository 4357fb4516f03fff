"""Rows of the contract: options, and pointers to other records."""

from __future__ import annotations

from dataclasses import replace

from core.kernel.values import AnyRef, FileRef, Ref
from tests.fields.rows import CHOICES, Row

CHOICE = Row(
    type="choice",
    spec={"choices": CHOICES},
    control="select",
    values=("new", "old"),
    good=(("new", "new"), (None, None), ("", None)),
    bad=(
        ("New", "unknown_choice"),
        ("gone", "unknown_choice"),
        (" new", "unknown_choice"),
        (1, "wrong_type"),
        (True, "wrong_type"),
        (["new"], "wrong_type"),
        ("\ud800", "unknown_choice"),
        ("x" * 100_000, "unknown_choice"),
    ),
    wire=(("new", "new"),),
    typed=(
        ("fa", "تازه", "new"),
        ("en", "New", "new"),
        ("fa", "new", "new"),
        ("fa", "قدیمی", "old"),
        ("en", "aged", "old"),
        ("fa", "از دست رفته", "lost"),
        ("en", "LOST DEAL", "lost"),
    ),
    typed_bad=(("fa", "دیگر", "unknown_choice"), ("en", 5, "wrong_type"), ("en", "،", "unknown_choice")),
    different=(("new", "old"),),
    shown=(("fa", "new", "تازه"), ("en", "old", "Aged"), ("en", "removed", "removed")),
    exported=(("fa", "new", "تازه"),),
)

MULTI_CHOICE = Row(
    type="multi_choice",
    spec={"choices": CHOICES},
    control="chips",
    values=(("new",), ("new", "lost")),
    good=((["lost", "new", "lost"], ("new", "lost")), ([], None), (None, None)),
    bad=(
        ("new", "wrong_type"),
        (["gone"], "unknown_choice"),
        ([1], "wrong_type"),
        ([["new"]], "wrong_type"),
        ({"new": 1}, "wrong_type"),
        (True, "wrong_type"),
        ([None], "wrong_type"),
        ([""], "unknown_choice"),
    ),
    wire=((("new", "old"), ["new", "old"]),),
    typed=(
        ("fa", "تازه، قديمي", ("new", "old")),
        ("en", "new; lost deal", ("new", "lost")),
        ("en", "old\nnew", ("new", "old")),
    ),
    typed_bad=(("fa", "تازه، دیگر", "unknown_choice"), ("en", 5, "wrong_type")),
    same=((("new", "old"), ("old", "new")),),
    different=((("new",), ("old",)),),
    shown=(("fa", ("new", "old"), "تازه، قديمي"), ("en", ("new", "old"), "New, Aged")),
    exported=(("en", ("new", "old"), "New, Aged"),),
)

_BAD_IDS = (
    (0, "not_an_id"),
    (-1, "not_an_id"),
    (2**63, "not_an_id"),
    (10**30, "not_an_id"),
    (5.0, "not_an_id"),
    (True, "not_an_id"),
    ("5", "not_an_id"),
    ("", "not_an_id"),
    ([5], "not_an_id"),
    ({}, "not_an_id"),
    ({"id": "5"}, "not_an_id"),
    ({"id": True}, "not_an_id"),
    ({"id": 5, "x": 1}, "not_an_id"),
    ({"id": {"id": 5}}, "not_an_id"),
)

REFERENCE = Row(
    type="reference",
    spec={"options": {"to": "m.other"}},
    control="combo",
    values=(Ref(1), Ref(2**63 - 1)),
    good=((5, Ref(5)), ({"id": 5}, Ref(5)), ({"id": 5, "title": "x"}, Ref(5)), (None, None)),
    bad=_BAD_IDS,
    wire=((Ref(5, "علی"), {"id": 5, "title": "علی"}), (Ref(5), {"id": 5, "title": None})),
    typed=(("fa", "۵", Ref(5)), ("en", "#5", Ref(5)), ("en", 5.0, Ref(5))),
    typed_bad=(
        ("fa", "علی", "not_found_by_name"),
        ("en", "0", "not_an_id"),
        ("en", "9" * 19, "not_an_id"),
        ("en", "9" * 5000, "not_found_by_name"),
        ("en", "²", "not_found_by_name"),
        ("en", 5.5, "not_an_id"),
    ),
    same=((Ref(5, "a"), Ref(5, "b")),),
    different=((Ref(5), Ref(6)),),
    shown=(("fa", Ref(5, "علی"), "علی"), ("en", Ref(5), "#5")),
    exported=(("fa", Ref(5, "علی"), "علی"),),
)

REFERENCE_ANY = Row(
    type="reference_any",
    spec={"options": {"to": ["m.other", "m.third"]}},
    control="combo-any",
    values=(AnyRef("m.other", 5), AnyRef("m.third", 5)),
    good=(
        ({"entity": "m.third", "id": 7}, AnyRef("m.third", 7)),
        ({"entity": "m.other", "id": 7, "title": "x"}, AnyRef("m.other", 7)),
    ),
    bad=(
        (5, "wrong_type"),
        ({"id": 5}, "wrong_type"),
        ({"entity": "m.secret", "id": 5}, "wrong_entity"),
        ({"entity": 5, "id": 5}, "wrong_entity"),
        ({"entity": ["m.other"], "id": 5}, "wrong_entity"),
        ({"entity": "m.other"}, "not_an_id"),
        ({"entity": "m.other", "id": "5"}, "not_an_id"),
        ([], "wrong_type"),
        ({"entity": "m.other", "id": 5, "x": 1}, "wrong_type"),
    ),
    wire=((AnyRef("m.third", 5, "x"), {"entity": "m.third", "id": 5, "title": "x"}),),
    typed=(("fa", "m.third#۵", AnyRef("m.third", 5)),),
    typed_bad=(
        ("fa", "علی", "wrong_entity"),
        ("fa", "m.secret#5", "wrong_entity"),
        ("fa", "m.other#x", "not_found_by_name"),
        ("en", 5, "wrong_type"),
    ),
    same=((AnyRef("m.third", 5, "x"), AnyRef("m.third", 5)),),
    different=((AnyRef("m.third", 5), AnyRef("m.other", 5)),),
    shown=(("fa", AnyRef("m.third", 5, "x"), "x"), ("en", AnyRef("m.third", 5), "m.third#5")),
    exported=(("en", AnyRef("m.third", 5, "x"), "x"),),
)

LINKS = Row(
    type="links",
    spec={"options": {"to": "m.other"}},
    control="links",
    values=((Ref(1), Ref(2)), ()),
    good=(([3, 1, 3], (Ref(3), Ref(1))), ([{"id": 5, "title": "x"}], (Ref(5),)), ([], ()), (None, None)),
    bad=(
        (5, "wrong_type"),
        ("5", "wrong_type"),
        (["5"], "not_an_id"),
        ([[5]], "not_an_id"),
        ([None], "not_an_id"),
        ({"id": 5}, "wrong_type"),
        ([1] * 1001, "too_many"),
        ([0], "not_an_id"),
    ),
    wire=(((Ref(1, "a"),), [{"id": 1, "title": "a"}]),),
    typed=(("fa", "۱، ۲", (Ref(1), Ref(2))), ("en", "1;2", (Ref(1), Ref(2))), ("en", 5.0, (Ref(5),))),
    typed_bad=(("fa", "تهران، شیراز", "not_found_by_name"), ("en", 5.5, "not_an_id")),
    same=(((Ref(1), Ref(2)), (Ref(2), Ref(1))),),
    different=(((Ref(1),), (Ref(2),)),),
    shown=(("fa", (Ref(1, "a"), Ref(2)), "a، #2"), ("en", (Ref(1, "a"), Ref(2)), "a, #2")),
    exported=(("en", (Ref(1, "a"),), "a"),),
)

LIST = Row(
    type="list",
    spec={"options": {"of": "m.line", "by": "owner"}},
    control="lines",
    values=(({"kind": "x"},), ()),
    good=(([{"kind": "x"}, {"id": 5}], ({"kind": "x"}, {"id": 5})), ([], ()), (None, None)),
    bad=(
        (5, "wrong_type"),
        ("x", "wrong_type"),
        ({"kind": "x"}, "wrong_type"),
        ([5], "wrong_type"),
        ([["x"]], "wrong_type"),
        ([None], "wrong_type"),
        ([{5: "x"}], "wrong_type"),
        ([{}] * 1001, "too_many"),
    ),
    wire=((({"kind": "x"},), [{"kind": "x"}]),),
    typed=(),
    typed_bad=(("fa", "x", "not_typed"), ("en", 5, "not_typed")),
    shown=(("fa", ({"kind": "x"},) * 12, "۱۲"),),
    exported=(("fa", ({"kind": "x"},) * 12, 12),),
    returns=False,
)

FILE = Row(
    type="file",
    control="file",
    values=(FileRef(1), FileRef(77)),
    good=(
        (5, FileRef(5)),
        ({"id": 5, "name": "a.pdf", "size": 3, "mime": "application/pdf"}, FileRef(5)),
        (None, None),
    ),
    bad=_BAD_IDS,
    wire=(
        (
            FileRef(5, "a.pdf", 3, "application/pdf"),
            {"id": 5, "name": "a.pdf", "size": 3, "mime": "application/pdf"},
        ),
    ),
    typed=(("fa", "۵", FileRef(5)), ("en", 5, FileRef(5))),
    typed_bad=(("fa", "a.pdf", "not_found_by_name"),),
    same=((FileRef(5, "a"), FileRef(5)),),
    different=((FileRef(5), FileRef(6)),),
    shown=(("fa", FileRef(5, "a.pdf"), "a.pdf"), ("en", FileRef(5), "#5")),
    exported=(("en", FileRef(5, "a.pdf"), "a.pdf"),),
)

IMAGE = replace(
    FILE,
    type="image",
    control="image",
    good=(
        *FILE.good,
        ({"id": 5, "name": "a.png", "url": "/api/v1/files/5", "thumbnails": {"small": "x"}}, FileRef(5)),
    ),
)

ROWS = (CHOICE, MULTI_CHOICE, REFERENCE, REFERENCE_ANY, LINKS, LIST, FILE, IMAGE)
