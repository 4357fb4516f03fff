"""Guests of booking pages: what they write, read as people write it, and who of the people we know they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.sdk import Actor, Asking, FieldRefused, UnitOfWork, look_up, read_value, records
from modules.activities.booking import Guest

CONTACT = "contacts.contact"
LONGEST = {"name": 120, "remark": 2000}
KINDS = {"name": "text", "email": "email", "phone": "phone", "remark": "long_text"}
"""The kinds of field as which a guest's values are read."""

_ONCE = re.compile(r"[A-Za-z0-9_-]{1,60}")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


PROBLEMS = {
    "name": N_("Enter your name."),
    "reach": N_("Enter an e-mail address or a phone number."),
    "email": N_("This is no e-mail address."),
    "phone": N_("This is no phone number."),
    "unreadable": N_("This is too long, or holds signs that cannot be kept. Write it anew."),
    "once": N_(
        "Nothing is booked yet: this form is used up, or came damaged. Look it over and send it again."
    ),
}


def read_guest(asking: Asking) -> tuple[Guest, dict[str, str]]:
    """Return what a guest wrote, and the problems by the name of their control."""
    found, problems = dict.fromkeys(KINDS, ""), dict[str, str]()
    for name, kind in KINDS.items():
        text = asking.form.get(name, "").strip()
        line = " ".join(text.split()) if kind == "text" else text
        options = {"max_length": LONGEST[name]} if name in LONGEST else {}
        try:
            found[name] = str(read_value(asking.uow, kind, line, **options) or "") if line else ""
        except FieldRefused:
            problems[name] = PROBLEMS["unreadable" if name in LONGEST else name]
    once = asking.form.get("once", "").strip()
    if once and not _ONCE.fullmatch(once):
        problems["once"], once = PROBLEMS["once"], ""
    guest = Guest(language=asking.style.lang, once=once, **found)
    if not guest.name:
        problems.setdefault("name", PROBLEMS["name"])
    if not problems and not guest.email and not guest.phone:
        problems["email"] = PROBLEMS["reach"]
    return guest, problems


def typed(asking: Asking) -> Mapping[str, str]:
    """Return what a guest wrote, to be shown again, without what no page can hold."""
    return {name: _INVISIBLE.sub("", asking.form.get(name, "")) for name in KINDS}


def contact_of(guest: Guest, host: int, system: Actor, uow: UnitOfWork) -> int:
    """Return the person that is reached so already, else a new one; what we know of somebody is never changed here."""
    for kind, value in (("kind == 'email' and normal", guest.email), ("number", guest.phone)):
        if value:
            where = f"any(points, {kind} == {_quoted(value)})"
            known = next(look_up(uow, CONTACT, ("id",), where=where, sort=("id",), most=1), None)
            if known is not None:
                return int(str(known["id"]))
    first, _, last = guest.name.rpartition(" ")
    points = [
        {"kind": kind, "value": value, "is_primary": True}
        for kind, value in (("email", guest.email), ("mobile", guest.phone))
        if value
    ]
    row = {"first_name": first or None, "last_name": last, "points": points, "owner": host}
    (made,) = records(uow).create(system, CONTACT, [row], uow=uow)
    return made.id


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
