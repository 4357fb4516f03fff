"""Random values of every kind of field, as `core.fields` would have loaded them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from core.fields import FieldRefused, LoadContext, PercentCell
from core.fields.characters import read_line, read_lines
from core.fields.rich_text import RichTextField
from core.kernel.values import AnyRef, FileRef, Money, Ref
from core.metadata.specs import FieldSpec

_LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
_IDS = st.integers(1, 2**63 - 1)
_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
_HOST = st.tuples(_LABEL, st.sampled_from(["com", "ir", "co.uk"])).map(".".join)
_LOCAL_PART = st.from_regex(r"[a-z0-9_+-]{1,20}(\.[a-z0-9_+-]{1,20})?", fullmatch=True)


def _line(text: str) -> str | None:
    try:
        return read_line(text, 255)
    except FieldRefused:
        return None


def _rich(text: str) -> object:
    try:
        return RichTextField().load(
            FieldSpec(name="f", entity="m.t", type="rich_text", label="f"), text, LoadContext()
        )
    except FieldRefused:
        return None


def _decimals(digits: int, decimals: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda n: Decimal(n).scaleb(-decimals))


VALUES: dict[str, st.SearchStrategy[object]] = {
    "text": st.text(_LETTERS, max_size=60).map(_line).filter(bool),
    "long_text": st.text(
        st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=200
    )
    .map(lambda text: read_lines(text, 100_000))
    .filter(bool),
    "rich_text": st.text(_LETTERS, max_size=60).map(_rich).filter(bool),
    "integer": st.integers(-(2**53) + 1, 2**53 - 1),
    "decimal": _decimals(20, 4),
    "percent": _decimals(9, 2),
    "money": st.builds(
        Money, _decimals(16, 0) | _decimals(20, 4), st.sampled_from(["IRR", "USD", "EUR", "JPY"])
    ),
    "boolean": st.booleans(),
    "date": st.dates(date(1800, 1, 1), date(9999, 12, 31)),
    "datetime": st.dates(date(1800, 1, 2), date(9999, 12, 30)).flatmap(
        lambda day: st.times().map(lambda clock: datetime.combine(day, clock, UTC))
    ),
    "choice": st.sampled_from(["new", "old", "lost"]),
    "multi_choice": st.sets(st.sampled_from(["new", "old", "lost"]), min_size=1).map(
        lambda chosen: tuple(n for n in ("new", "old", "lost") if n in chosen)
    ),
    "reference": st.builds(Ref, _IDS, st.none() | st.text(_LETTERS, max_size=10)),
    "reference_any": st.builds(AnyRef, st.sampled_from(["m.other", "m.third"]), _IDS),
    "links": st.lists(_IDS, unique=True, max_size=5).map(lambda ids: tuple(Ref(i) for i in ids)),
    "list": st.lists(
        st.dictionaries(st.text(max_size=5), st.integers() | st.none() | st.text(max_size=5)), max_size=4
    ).map(tuple),
    "email": st.tuples(_LOCAL_PART, _HOST).map("@".join),
    "phone": st.integers(9_100_000_000, 9_199_999_999).map(lambda n: f"+98{n}"),
    "url": st.tuples(
        st.sampled_from(["http://", "https://"]),
        _HOST,
        st.from_regex(r"(/[a-zA-Z0-9%._~-]{0,10}){0,3}", fullmatch=True),
    ).map("".join),
    "file": st.builds(FileRef, _IDS, st.none() | st.text(_LETTERS, max_size=10)),
    "image": st.builds(FileRef, _IDS, st.none() | st.text(_LETTERS, max_size=10)),
    "sequence": st.integers(1, 99999).map(lambda n: f"C-1405-{n:05}"),
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "title", "amount", "currency", "entity", "x"]) | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
"""Anything a body may hold."""

TYPED = (
    st.text(st.characters(), max_size=30)
    | st.text("0123456789۰۱۲۳٤٥٦/-.,:٫٬ ", max_size=20)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.decimals()
    | st.decimals(places=5).map(PercentCell)
)
"""Anything a cell may hold."""
