"""Sending a quote by mail: it is issued where it is a draft, and leaves with the customer's link and its paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from html import escape
from typing import Any

from core.sdk import (
    Asking,
    Attachment,
    EntitySpec,
    JobContext,
    Json,
    Mail,
    NotFound,
    Operation,
    OperationCall,
    Outcome,
    Preferences,
    Problem,
    Ref,
    Style,
    TimelineEvent,
    TimelineKind,
    Unavailable,
    UnitOfWork,
    ValidationFailed,
    can_print,
    defer,
    look_up,
    read_file,
    reading,
    records,
    send_mail,
    style_of,
)
from modules.sales.matching import ACCOUNT, CONTACT, quoted
from modules.sales.quote_acts import QUOTE, mailed_address_of
from modules.sales.quote_paper import print_paper

MAIL = "sales.quote_mail"
KIND = "sales.quote_mail"
POST = "sales.post_quote"
SHOWN = ("number", "subject", "account", "contact", "state", "valid_until", "language", "link_no")
LETTER = ("quote", "recipient", "subject", "text", "language", "mail_key")

FIELDS: Mapping[str, Mapping[str, Any]] = {
    "to": {"type": "email", "label": "To"},
    "subject": {"type": "text", "label": "Subject", "max_length": 200, "required": True},
    "text": {
        "type": "long_text",
        "label": "Text",
        "max_length": 10000,
        "required": True,
        "help": "The link to the customer's page is added below it, and the PDF is attached.",
    },
}


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


ON_ITS_WAY = N_("The quote is on its way to {address}.")
WITHOUT_PAPER = N_(
    "The quote is on its way to {address} with its link alone: PDF files cannot be made here until an administrator mends it."
)


def begin(call: OperationCall) -> Mapping[str, object]:
    """Begin with the address of the contact, else of the company, and a letter in the language of the customer."""
    quote = _quote(call)
    contact = _known(call, CONTACT, quote["contact"], ("full_name", "email", "preferred_language"))
    account = _known(call, ACCOUNT, quote["account"], ("email",))
    style = _style(call, quote, str(contact.get("preferred_language") or ""))
    name = contact.get("full_name") or (quote["account"].title if isinstance(quote["account"], Ref) else "")
    return {
        "to": contact.get("email") or account.get("email"),
        "subject": style._("Quote {number}: {subject}", number=quote["number"], subject=quote["subject"])
        if quote["number"]
        else style._("Quote: {subject}", subject=quote["subject"]),
        "text": "\n\n".join(_letter(style, str(name or ""), quote, call.actor.name)),
    }


def _letter(style: Style, name: str, quote: Mapping[str, Any], sender: str) -> Iterator[str]:
    if name:
        yield style._("Dear {name},", name=name)
    if isinstance(quote["valid_until"], date):
        day = style.date(quote["valid_until"])
        yield style._(
            "Here is our quote for {subject}. It is valid until {day}.", subject=quote["subject"], day=day
        )
    else:
        yield style._("Here is our quote for {subject}.", subject=quote["subject"])
    if sender:
        yield style._("Kind regards,\n{name}", name=sender)


def send_by_mail(call: OperationCall) -> Outcome:
    """Issue a draft, keep what is sent, and promise the mail; the same mail to the same address leaves once a day."""
    quote, to = _quote(call), str(call.values["to"] or "")
    _check_address(call, quote, to)
    if quote["state"] == "draft":
        records(call.uow).transition(call.actor, QUOTE, call.record, "send", version=None, uow=call.uow)
    elif quote["valid_until"] is None or quote["valid_until"] < call.uow.today:
        raise _refused("quote_over", N_("Its last day is over. Extend it, then send it."), "")
    key = _key(call, quote, to)
    told = {"address": to}
    if any(True for _ in look_up(call.uow, MAIL, (), where=f"mail_key == {quoted(key)}")):
        return Outcome(
            message=N_("This very mail was sent to {address} today already."),
            params=told,
            entity=QUOTE,
            id=call.record,
            result={"sent": False},
        )
    number = _keep(call, quote, to, key)
    defer(call.uow, POST, {"mail": number, "link": mailed_address_of(call)})
    return Outcome(
        message=ON_ITS_WAY if _has_paper(call) else WITHOUT_PAPER,
        params=told,
        entity=QUOTE,
        id=call.record,
        result={"sent": True, "mail": number},
    )


def _has_paper(call: OperationCall) -> bool:
    """Tell whether the mail can carry a PDF: there is one, or it can be made."""
    kept = look_up(call.uow, QUOTE, (), where=f"id == {call.record} and not is_empty(pdf)")
    return can_print(call.uow) or any(True for _ in kept)


def _keep(call: OperationCall, quote: Mapping[str, Any], to: str, key: str) -> int:
    contact = _known(call, CONTACT, quote["contact"], ("preferred_language",))
    values = {
        "quote": Ref(call.record),
        "recipient": to,
        "subject": call.values["subject"],
        "text": call.values["text"],
        "language": _style(call, quote, str(contact.get("preferred_language") or "")).lang,
        "mail_key": key,
        "sent_at": call.uow.now,
        "by": Ref(call.actor.id) if call.actor.id else None,
    }
    system = call.system("what was sent to the customer is kept")
    (saved,) = records(call.uow).create(system, MAIL, [values], uow=call.uow, parsed=True)
    return saved.id


def post_quote(context: JobContext) -> Mapping[str, Json]:
    """Hand the mail over with the paper of the quote, which is made here where nobody has made it yet; once by its key."""
    with context.unit("a quote is sent by mail") as uow:
        where = f"id == {int(str(context.arguments['mail']))}"
        kept = next(look_up(uow, MAIL, LETTER, where=where), None)
        if kept is None or not isinstance(kept["quote"], Ref):
            return {"sent": False}  # deleted in the meantime
        try:
            attached = _attached(uow, kept["quote"].id)
        except NotFound:
            return {"sent": False}
        style, link = style_of(uow, _speaking(kept["language"])), str(context.arguments["link"])
        return {"sent": send_mail(uow, _mail(kept, link, style, attached))}


def _attached(uow: UnitOfWork, quote: int) -> tuple[Attachment, ...]:
    """Return the paper of a quote; none where this machine cannot print: the link leads to all that it holds."""
    try:
        name, file = print_paper(uow, quote)
    except Unavailable:
        if can_print(uow):
            raise  # something else is missing for a while
        return ()
    paper = read_file(uow, file, uow.actor.elevate("the paper of a quote is sent"))
    return (Attachment(name=name, mime="application/pdf", data=paper),)


def _mail(kept: Mapping[str, object], link: str, style: Style, attached: tuple[Attachment, ...]) -> Mail:
    page = style._("You find the quote here, and can answer it there:")
    paragraphs = "".join(
        f"<p>{escape(one).replace(chr(10), '<br>')}</p>" for one in str(kept["text"]).split("\n\n")
    )
    shown = escape(link)
    return Mail(
        to=str(kept["recipient"]),
        subject=str(kept["subject"]),
        text=f"{kept['text']}\n\n{page}\n{link}\n",
        html=f'<div lang="{style.lang}" dir="{style.dir}">{paragraphs}<p>{escape(page)}<br><a href="{shown}">{shown}</a></p></div>',
        key=str(kept["mail_key"]),
        attachments=attached,
    )


def _check_address(call: OperationCall, quote: Mapping[str, Any], to: str) -> None:
    """Refuse to write to nobody, to who does not want it, and to an address at which nothing arrives."""
    if not to:
        raise _refused(
            "no_address", N_("Enter an address: neither the contact nor the company has one."), "to"
        )
    account = quote["account"]
    unwilling = f"id == {account.id} and do_not_contact == true" if isinstance(account, Ref) else "false"
    if any(True for _ in look_up(call.uow, ACCOUNT, (), where=unwilling)):
        sentence = N_("{name} does not want to be contacted.")
        raise _refused("do_not_contact", sentence, "to", name=str(account.title or ""))
    dead = f"kind == 'email' and invalid == true and normal == {quoted(to.lower())}"
    point = next(look_up(call.uow, "contacts.contact_point", ("invalid_reason",), where=dead), None)
    if point is not None:
        sentence = N_("Nothing arrives at {address}. Take another address, or mend it with the contact.")
        raise _refused("address_invalid", sentence, "to", address=to)


def _refused(code: str, message: str, field: str, **params: str) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code=code, field=field, message=message, params=params)])


def _quote(call: OperationCall) -> Mapping[str, Any]:
    return reading(call.uow).get(
        call.actor, QUOTE, call.record, SHOWN, catalog=call.uow.catalog, uow=call.uow
    )


def _known(call: OperationCall, entity: str, record: object, fields: tuple[str, ...]) -> Mapping[str, object]:
    """Return what the one who sends may see of a contact or a company."""
    if not isinstance(record, Ref):
        return {}
    return next(look_up(call.uow, entity, fields, where=f"id == {record.id}", actor=call.actor), {})


def _style(call: OperationCall, quote: Mapping[str, Any], preferred: str) -> Style:
    """Return how the customer reads: as the quote says, else as the contact prefers, else as the one who sends."""
    for code in (str(quote["language"] or ""), preferred):
        found = style_of(call.uow, _speaking(code))
        if code and found.lang == code.partition("-")[0].lower():
            return found
    return call.asking.style


def _speaking(code: object) -> Preferences:
    return Preferences(language=str(code or ""))


def _key(call: OperationCall, quote: Mapping[str, Any], to: str) -> str:
    """Return what tells one mail from another: an older link or another last day makes it a new one."""
    parts = (to, call.values["subject"], call.values["text"], quote["link_no"], quote["valid_until"])
    said = "\n".join(str(part) for part in parts)
    digest = hashlib.sha256(said.encode()).hexdigest()[:32]
    return f"sales.quote:{call.record}:{call.uow.today}:{digest}"


def mail_kinds(entity: EntitySpec) -> Iterator[TimelineKind]:
    """Yield what timelines of quotes and of their opportunities tell."""
    if entity.name in (QUOTE, "sales.opportunity"):
        yield TimelineKind(name=KIND, label=N_("Quotes by mail"))


def mail_events(
    entity: EntitySpec, record_id: int, asking: Asking, kind: str, before: datetime | None, limit: int
) -> Iterator[TimelineEvent]:
    """Yield the mails with a quote, or with the quotes of an opportunity, newest first, as far as one may read them."""
    path = {QUOTE: "quote", "sales.opportunity": "quote.opportunity"}.get(entity.name)
    if path is None or kind not in ("", KIND):
        return
    if not reading(asking.uow).may_read(asking.actor, MAIL, asking.catalog):
        return
    where = f"{path} == {record_id}"
    if before is not None:
        where += f" and sent_at < datetime('{before.isoformat()}')"
    fields = ("quote", "recipient", "subject", "sent_at", "by")
    found = look_up(asking.uow, MAIL, fields, where=where, actor=asking.actor, sort=("-sent_at",), most=limit)
    for item in found:
        quote, by, at = item["quote"], item["by"], item["sent_at"]
        assert isinstance(quote, Ref)  # required, as the moment is
        assert isinstance(at, datetime)
        yield TimelineEvent(
            at=at,
            kind=KIND,
            title=asking.style._(
                "{quote} went by mail to {address}", quote=quote.title or "", address=str(item["recipient"])
            ),
            icon="mail",
            hue="blue",
            actor=str(by.title or "") if isinstance(by, Ref) else "",
            body=str(item["subject"]),
            url=asking.record_url(QUOTE, quote.id),
        )


SEND_BY_MAIL = Operation(
    name="sales.send_by_mail",
    entity=QUOTE,
    label=N_("Send by mail"),
    icon="mail",
    run=send_by_mail,
    start=begin,
    fields=FIELDS,
    when="state in ['draft', 'sent']",
    help=N_("A draft is issued by this: it gets its number and stays as it is."),
    key="M",
    weight=10,
)
