"""The second factor: typing its code on the way in, and turning it on and off.

What is secret is shown in the answer to a form and nowhere else: no address leads to it, and whoever looks through
the eyes of somebody else can send no form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, request, url_for

from core.errors import AccessDenied, NotSignedIn, PayvandError, TooMany, ValidationFailed
from core.identity import Identity
from core.identity.links import NewPasswordNeeded
from core.identity.second_factor import Factors
from core.kernel.site import Site
from core.storage import Database, UnitOfWork
from core.web.compression import leave_plain
from core.web.fresh import WRONG, session_of
from core.web.looking import looking
from core.web.pages import Pages, go, same_site
from core.web.visit import Visit, visit
from core.web.way_in import STEP_COOKIE, STEP_PATH, code_page, device, let_in, sign_in_page

OPEN = frozenset(
    {
        "web.two_factor",
        "web.change_two_factor",
        "web.passkeys",
        "web.change_passkeys",
        "web.passkey_options",
        "web.confirm",
        "web.sign_out",
        "web.language",
        "web.assets",
    }
)
"""What is open to somebody of whom the site wants a second factor, until they have one."""

Result = TypeVar("Result")


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/sign-in/code", "sign_in_code", lambda: ask_code(pages))
    made.add_url_rule("/sign-in/code", "send_code", lambda: take_code(site, pages), methods=["POST"])
    made.add_url_rule("/account/two-factor", "two_factor", lambda: show(site, pages))
    made.add_url_rule(
        "/account/two-factor", "change_two_factor", lambda: change(site, pages), methods=["POST"]
    )


# On the way in


def ask_code(pages: Pages) -> Response:
    """Show the question for a code; whoever comes without a password begins with that."""
    target = same_site(request.args.get("next"), url_for("web.home"))
    if visit().eyes is not None:
        return go(target)
    if not request.cookies.get(STEP_COOKIE):
        return go(url_for("web.sign_in", next=target))
    return code_page(pages, target)


def take_code(site: Site, pages: Pages) -> Response:
    """Let somebody in by their code."""
    target = same_site(request.form.get("next"), url_for("web.home"))
    code = request.form.get("code", "").strip() or request.form.get("recovery", "").strip()
    style, step = visit().style, request.cookies.get(STEP_COOKIE, "")
    if not code:
        return code_page(pages, target, status=422, problem=style._("Type a code."))
    try:
        token = site.get(Identity).signing_in.by_code(step, code, device())
    except NewPasswordNeeded as needed:
        response = go(url_for("web.new_password", token=needed.token))
        response.delete_cookie(STEP_COOKIE, path=STEP_PATH)
        return response
    except TooMany as wait:
        return code_page(pages, target, status=429, problem=style._(wait.message, **wait.params))
    except NotSignedIn as wrong:
        if wrong.reason == "wrong_code":
            return code_page(pages, target, status=401, problem=style._(wrong.message))
        response = sign_in_page(pages, target, status=401, problem=style._(wrong.message))
        response.delete_cookie(STEP_COOKIE, path=STEP_PATH)
        return response
    return let_in(site, token, target)


# One's own


def show(
    site: Site, pages: Pages, *, status: int = 200, problem: str = "", wrong: str = "", **shown: object
) -> Response:
    """Show whether codes are asked for, and what can be done about it; ``shown`` is what is seen this once."""
    present = visit().require()
    with looking(site, present) as uow:
        factors: Factors = site.get(Identity).factors.of(present.actor.id or 0, uow=uow)
    needed = present.opening.session is not None and present.opening.session.needs_factor
    return pages.show(
        "two_factor.html",
        status=status,
        nav="account",
        factors=factors,
        needed=needed,
        around="_plain.html" if needed else "_shell.html",
        problem=problem,
        wrong=wrong,
        enrolment=shown.get("enrolment"),
        codes=shown.get("codes"),
    )


def change(site: Site, pages: Pages) -> Response:
    """Begin, confirm, make new recovery codes, or turn it off: what the button says that was pressed."""
    present = visit().require()
    acts = {"begin": _begin, "confirm": _confirm, "codes": _renew, "off": _turn_off}
    act = request.form.get("act", "")
    if act not in acts:
        return show(site, pages)
    leave_plain()
    try:
        return acts[act](site, pages, present)
    except (ValidationFailed, NotSignedIn, TooMany) as refused:
        enrolment = None
        if act == "confirm":
            enrolment = _do(
                site, present, lambda uow: site.get(Identity).factors.begun(present.actor, uow=uow)
            )
        status = 422 if isinstance(refused, NotSignedIn) else refused.status
        return show(
            site, pages, status=status, problem=_told(present, refused), wrong=act, enrolment=enrolment
        )


def _begin(site: Site, pages: Pages, present: Visit) -> Response:
    identity = site.get(Identity)
    with looking(site, present) as uow:
        asked = identity.factors.of(present.actor.id or 0, uow=uow).password
    if asked:
        password, address = request.form.get("password", ""), request.remote_addr or ""
        identity.confirm(present.actor, session_of(present), password, address=address)
    return show(
        site,
        pages,
        enrolment=_do(site, present, lambda uow: identity.factors.begin(present.actor, uow=uow)),
    )


def _confirm(site: Site, pages: Pages, present: Visit) -> Response:
    session = session_of(present).id
    codes = _by_code(
        site,
        present,
        lambda code, uow: site.get(Identity).factors.confirm(present.actor, code, session=session, uow=uow),
    )
    return show(site, pages, codes=codes)


def _renew(site: Site, pages: Pages, present: Visit) -> Response:
    factors = site.get(Identity).factors
    codes = _by_code(site, present, lambda code, uow: factors.renew_codes(present.actor, code, uow=uow))
    return show(site, pages, codes=codes)


def _turn_off(site: Site, _pages: Pages, present: Visit) -> Response:
    factors = site.get(Identity).factors
    _by_code(site, present, lambda code, uow: factors.turn_off(present.actor, code, uow=uow))
    return go(url_for("web.two_factor"), present.style._("The second factor is off."))


def _by_code(site: Site, present: Visit, act: Callable[[str, UnitOfWork], Result]) -> Result:
    """Do something that needs a code; wrong ones count as wrong passwords do."""
    code = request.form.get("code", "")
    with site.get(Identity).signing_in.guarded(present.actor, request.remote_addr or ""):
        return _do(site, present, lambda uow: act(code, uow))


def _do(site: Site, present: Visit, act: Callable[[UnitOfWork], Result]) -> Result:
    database = site.get(Database)

    def once() -> Result:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            return act(uow)

    return database.attempt(once)


def _told(present: Visit, refused: PayvandError) -> str:
    if isinstance(refused, NotSignedIn):
        return present.style._(WRONG)
    told = [present.style.problem(problem) for problem in refused.problems]
    return " ".join(told) or present.style._(refused.message, **refused.params)


def factor_first(present: Visit) -> Response | None:
    """Return where somebody goes of whom the site wants a second factor that they have not; None for all others."""
    session = present.opening.session
    if session is None or not session.needs_factor or request.endpoint in OPEN:
        return None
    if request.method != "GET":
        raise AccessDenied("This site asks you for a second factor. Set one up first.", code="factor_missing")
    return go(url_for("web.two_factor"))
