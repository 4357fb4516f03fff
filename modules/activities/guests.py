"""Guests of booking pages: what they write, read as people write it, and who of the people we know they are."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import Actor, Asking, FieldRefused, UnitOfWork, look_up, read_value, records
from modules.activities.booking import Guest

CONTACT = "contacts.contact"
LONGEST_NAME, LONGEST_REMARK, LONGEST_ONCE = 120, 2000, 60


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


PROBLEMS = {
    "name": N_("Enter your name."),
    "reach": N_("Enter an e-mail address or a phone number."),
    "email": N_("This is no e-mail address."),
    "phone": N_("This is no phone number."),
}


def read_guest(asking: Asking) -> tuple[Guest, Mapping[str, str]]:
    """Return what a guest wrote, and the problems by the name of their control."""
    form, problems = asking.form, dict[str, str]()
    found = {"email": "", "phone": ""}
    for kind in found:
        text = form.get(kind, "").strip()
        if not text:
            continue
        try:
            found[kind] = str(read_value(asking.uow, kind, text))
        except FieldRefused:
            problems[kind] = PROBLEMS[kind]
    guest = Guest(
        name=" ".join(form.get("name", "").split())[:LONGEST_NAME],
        remark=form.get("remark", "").strip()[:LONGEST_REMARK],
        language=asking.style.lang,
        once=form.get("once", "").strip()[:LONGEST_ONCE],
        **found,
    )
    if not guest.name:
        problems["name"] = PROBLEMS["name"]
    if not problems and not guest.email and not guest.phone:
        problems["email"] = PROBLEMS["reach"]
    return guest, problems


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
