"""The customer's page of a quote: what is offered, the paper of it, and the answer; known by its signed link alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.sdk import (
    Answer,
    Asking,
    Conflict,
    Download,
    NotFound,
    Page,
    Preferences,
    Problem,
    Redirect,
    Route,
    ValidationFailed,
    read_file,
    read_link,
    records,
    style_of,
)
from modules.sales.quote_acts import PURPOSE, QUOTE
from modules.sales.quote_paper import ISSUED, lacks_paper, paper_of, quote_for_paper


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


LONGEST_NAME, LONGEST_REASON = 120, 500
PAPER_COMES = N_("The PDF is being made. Load this page again in a minute.")
NO_PAPER = N_(
    "There is no PDF of this quote. This page holds all of it: print it with your browser, or save it as PDF there."
)


def show(asking: Asking, token: str) -> Answer:
    """Show the quote."""
    return _page(asking, _quote(asking, token), token)


def answer(asking: Asking, token: str) -> Answer:
    """Take the customer's answer; a second one finds that it was given."""
    quote = _quote(asking, token)
    if not _is_open(asking, quote):
        return Redirect(
            asking.url("sales.offer", token=token), N_("This quote was answered, or is no longer valid.")
        )
    accepted = asking.form.get("answer") == "accept"
    name = asking.form.get("name", "").strip()[:LONGEST_NAME]
    if accepted and not name:
        return _page(asking, quote, token, problem=N_("Enter your name to accept the quote."), status=422)
    values = (
        {"accepted_by": name}
        if accepted
        else {"reject_reason": asking.form.get("why", "").strip()[:LONGEST_REASON] or None}
    )
    system = asking.system("the customer answered by the link")
    try:
        records(asking.uow).transition(
            system,
            QUOTE,
            int(quote["id"]),
            "accept" if accepted else "reject",
            values={**values, "answered_from": asking.address},
            version=None,
            uow=asking.uow,
        )
    except ValidationFailed as refused:
        return _page(asking, quote, token, problem=_first(refused.problems), status=422)
    except Conflict:  # another revision was accepted in the meantime
        return _page(asking, quote, token, problem=_first(()), status=409)
    return Redirect(asking.url("sales.offer", token=token), N_("Thank you. Your answer has arrived."))


def paper(asking: Asking, token: str) -> Answer:
    """Hand out the paper of the quote; where there is none, its page says why and holds all that the paper would."""
    quote = _quote(asking, token)
    if quote["pdf"] is None:
        return _page(asking, quote, token, status=503 if lacks_paper(asking.uow, quote) else 404)
    return Download(
        data=read_file(asking.uow, quote["pdf"].id, asking.system("the customer follows the link")),
        name=f"{quote['number']}.pdf",
        mime="application/pdf",
    )


def _quote(asking: Asking, token: str) -> Mapping[str, Any]:
    said = read_link(asking.uow, PURPOSE, token)
    found = quote_for_paper(asking.uow, int(said["quote"]))
    if found["state"] not in ISSUED or found["link_no"] != said["no"]:
        raise NotFound("This link is not valid.", code="bad_link")
    return found


def _page(
    asking: Asking, quote: Mapping[str, Any], token: str, *, problem: str = "", status: int = 200
) -> Page:
    style = style_of(asking.uow, Preferences(language=str(quote["language"] or asking.style.lang)))
    return Page(
        template="sales/offer.html",
        title=N_("Quote"),
        values={
            **paper_of(quote, style),
            "paper_style": style,
            "problem": problem,
            "open": _is_open(asking, quote),
            "pdf_url": asking.url("sales.offer_paper", token=token) if quote["pdf"] else "",
            "no_pdf": "" if quote["pdf"] else NO_PAPER if lacks_paper(asking.uow, quote) else PAPER_COMES,
            "here": asking.url("sales.offer", token=token),
        },
        status=status,
    )


def _is_open(asking: Asking, quote: Mapping[str, Any]) -> bool:
    """Tell whether the quote waits for an answer: issued, and its last day not over, whether the job ran or not."""
    return bool(quote["state"] == "sent" and quote["valid_until"] >= asking.uow.today)


def _first(problems: tuple[Problem, ...]) -> str:
    return problems[0].message if problems else N_("This quote was answered, or is no longer valid.")


ROUTES = (
    Route(name="sales.offer", path="/offer/<token>", handle=show, public=True),
    Route(name="sales.answer", path="/offer/<token>/answer", handle=answer, methods=("POST",), public=True),
    Route(name="sales.offer_paper", path="/offer/<token>/paper", handle=paper, public=True),
)
