"""A new password by mail: asked for by anybody, sent to the login of an account alone, and answered always alike.

Whether there is an account is looked up by a job, so that neither the answer nor its time tells. The link is signed
and names the state of the account: a new password, by whatever way, is the end of it.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from hmac import compare_digest
from urllib.parse import quote

import sqlalchemy as sa

from core.errors import NotFound, ValidationFailed
from core.i18n import Localization, Style
from core.identity.accounts import change_account, normal_login
from core.identity.log import tell
from core.identity.passwords import Passwords, check_password
from core.identity.throttle import admit_reset
from core.jobs import JobContext, Jobs
from core.kernel.actor import Actor, system_actor
from core.kernel.clock import latest
from core.kernel.secrets import Secrets
from core.kernel.site import Site
from core.mail import Mail, is_address, promise_mail
from core.metadata.specs import Json
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import account as core_account

SEND_RESET = "identity.send_reset"
RESET_MINUTES = 60
"""So long a link works."""

ONE_MAIL_IN = 600
"""Seconds in which an account gets one mail at most."""

PURPOSE = "reset by mail"
SYSTEM = system_actor("a new password by mail")
OVER = "This link has been used, or is too old. Ask for another one."


class Resetting:
    """Resets by mail, of one site."""

    def __init__(self, site: Site, actor_of: Callable[[int | None], Actor]) -> None:
        self._site = site
        self._actor_of = actor_of
        self._passwords = Passwords()

    @property
    def offered(self) -> bool:
        """True where mail leaves, and the site knows its own address: no link is made of what a browser says."""
        return bool(self._site.settings.mail_leaves and self._site.settings.base_url)

    def ask(self, login: str, *, address: str) -> None:
        """Have a link sent to whoever has this login; raise `TooMany` where a network asks too often."""
        database = self._site.get(Database)
        with database.engine.begin() as connection:
            admit_reset(connection, address, database.now())
        try:
            login = normal_login(login)
        except ValidationFailed:
            login = ""
        with database.unit(self._site.get(Catalogs).current(), SYSTEM) as uow:
            self._site.get(Jobs).defer(uow, SEND_RESET, {"login": login})

    def send(self, context: JobContext) -> Mapping[str, Json]:
        """Send the link, where there is an account that has a password, and a login that is an address."""
        login, c = str(context.arguments["login"]), core_account.c
        with context.unit("a new password by mail") as uow:
            found = uow.execute(
                sa.select(c.id, c.epoch).where(c.login == login, c.active, c.password_hash.is_not(None))
            ).one_or_none()
            if found is None or not is_address(login) or not self.offered:
                return {"sent": 0}
            return {"sent": int(promise_mail(uow, self._mail(uow, login, found.id, found.epoch)))}

    def _mail(self, uow: UnitOfWork, login: str, account: int, epoch: int) -> Mail:
        token = self._token(account, epoch, int((uow.now + timedelta(minutes=RESET_MINUTES)).timestamp()))
        link = f"{self._site.settings.base_url.rstrip('/')}/reset/{quote(token)}"
        style = self._style(self._actor_of(account))
        return Mail(
            to=login,
            key=f"reset:{account}:{epoch}:{int(uow.now.timestamp()) // ONE_MAIL_IN}",
            subject=style._("A new password for Payvand"),
            text="\n\n".join(
                (
                    style._("Somebody, probably you, asked for a new password for {login}.", login=login),
                    style._(
                        "This link sets one. It works once, for {minutes} minutes:", minutes=RESET_MINUTES
                    ),
                    link,
                    style._("If it was not you, do nothing: your password stays as it is."),
                )
            )
            + "\n",
        )

    def _style(self, actor: Actor) -> Style:
        return self._site.get(Localization).style(actor.preferences, self._site.settings)

    # What the link leads to

    def login_of(self, token: str) -> str:
        """Return whose password a link resets; raise `NotFound` where it works no more."""
        with self._site.get(Database).engine.connect() as connection:
            return self._account(connection, token)[1]

    def use(self, token: str, password: str) -> str:
        """Set the password that the owner chose, and end all sessions; return the login. No session begins."""
        check_password(password, self.login_of(token))
        hashed, database = self._passwords.hash(password), self._site.get(Database)
        with database.engine.connect() as connection:
            owner = self._actor_of(self._account(connection, token)[0])
        with database.unit(self._site.get(Catalogs).current(), owner, channel="web") as uow:
            account, login = self._account(uow.connection, token, lock=True)
            change_account(
                uow, account, ends_sessions=True, password_hash=hashed, must_change=False, link_hash=None
            )
            tell(uow, account, "password", by="mail")
        return login

    def _account(self, connection: sa.Connection, token: str, *, lock: bool = False) -> tuple[int, str]:
        """Return number and login of the account of a link, if that is as it was when the link was made."""
        account, until = _read(token)
        c = core_account.c
        asked = sa.select(c.id, c.login, c.epoch).where(c.id == account, c.active)
        row = connection.execute(asked.with_for_update() if lock else asked).one_or_none()
        now = self._site.get(Database).now()
        lasts = now.timestamp() < until <= latest(now, timedelta(minutes=RESET_MINUTES)).timestamp()
        right = row is not None and compare_digest(
            self._token(account, row.epoch, until).encode(), token.encode()
        )
        if row is None or not right or not lasts:
            raise NotFound(OVER, code="link_used")
        return row.id, row.login

    def _token(self, account: int, epoch: int, until: int) -> str:
        """Return a link's token: whose it is and until when, signed together with the state of the account."""
        plain = f"{account}.{until}"
        signed = self._site.get(Secrets).sign(PURPOSE, f"{plain}.{epoch}".encode())
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=") + "." + signed.hex()


def send_reset(context: JobContext) -> Mapping[str, Json]:
    """Do what `Resetting.ask` has promised."""
    return context.site.get(Resetting).send(context)


def _read(token: str) -> tuple[int, int]:
    """Return what a token says, which is not believed before its signature is looked at."""
    said = token.partition(".")[0]
    try:
        account, _, until = urlsafe_b64decode(said.encode() + b"=" * (-len(said) % 4)).decode().partition(".")
        numbers = int(account), int(until)
    except (binascii.Error, ValueError):
        raise NotFound(OVER, code="link_used") from None
    if max(numbers) >= 2**62 or min(numbers) < 0:
        raise NotFound(OVER, code="link_used")
    return numbers
