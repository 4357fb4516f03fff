"""All questions the core asks its modules, grouped; the whole plug-in contract on one page.

Every hook answers four things: *When* it is asked, in which *Transaction*, what to *Return*, and what happens
*On error*. A module answers with functions in its ``hooks.py``, marked ``@hookimpl``; arguments it does not need
may be left out. Hooks of `Registration` are asked module by module in the order of dependencies; of all others
the module that depends on others speaks first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.errors import Problem
from core.hooks.markers import hookspec
from core.hooks.registration import Registration
from core.hooks.screens import Screens
from core.hooks.values import ChangeLike
from core.i18n import WorkingTime
from core.kernel.actor import Actor
from core.kernel.protocols import AccountLike, Profile, UnitOfWorkLike
from core.metadata.specs import EntitySpec, ModuleSpec


class People:
    """Asked about the person behind an account."""

    @hookspec(firstresult=True)
    def actor_profile(self, account_id: int, uow: UnitOfWorkLike) -> Profile | None:
        """Tell the name, the teams and the preferences of the person with this account.

        When: once for each account and access version; the answer is cached.
        Transaction: the reader's; nothing may be written.
        Return: a profile, or None where this module knows nothing; the first profile counts.
        On error: the request fails, because nobody's rights may be guessed.

        Example::

            @hookimpl
            def actor_profile(account_id: int, uow: UnitOfWork) -> Profile | None:
                return Profile(name="Guest") if account_id == GUEST else None
        """
        raise NotImplementedError

    @hookspec
    def account_saved(self, account: AccountLike, name: str, uow: UnitOfWorkLike) -> None:
        """Follow an account that was created, enabled or disabled; ``name`` is what a new person is called.

        When: after the account's row was written; ``name`` is empty for an account that was there before.
        Transaction: the same one; what is written here shares its fate. No I/O, no commit.
        Return: nothing.
        On error: the whole change is rolled back.

        Example::

            @hookimpl
            def account_saved(account: Account, name: str, uow: UnitOfWork) -> None:
                uow.after_commit(lambda: log.info("account_saved", login=account.login))
        """
        raise NotImplementedError


class Records:
    """Asked on the way of a record through `core.records`."""

    @hookspec
    def record_defaults(
        self, entity: EntitySpec, values: Mapping[str, object], actor: Actor, uow: UnitOfWorkLike
    ) -> Mapping[str, object] | None:
        """Tell values to start with for records that are being made.

        When: before declared defaults are filled in, once for each batch.
        Transaction: the writer's; nothing may be written.
        Return: Python values by field name, or None; they fill only what nobody gave.
        On error: the write is refused and rolled back.

        Example::

            @hookimpl
            def record_defaults(entity: EntitySpec, actor: Actor) -> Mapping[str, object] | None:
                return {"owner": Ref(actor.id)} if actor.id and entity.has("owner") else None
        """
        raise NotImplementedError

    @hookspec
    def record_normalize(
        self, entity: EntitySpec, values: Mapping[str, object], actor: Actor, uow: UnitOfWorkLike
    ) -> Mapping[str, object] | None:
        """Bring the values of a record to one form, and set those that follow from others.

        When: on every create and update, once for each record, before computed fields and rules.
        Transaction: the writer's; nothing may be written.
        Return: Python values by field name that replace the record's, or None. `ValidationFailed` tells problems.
        On error: the write is refused and rolled back.

        Example::

            @hookimpl
            def record_normalize(entity: EntitySpec, values: Mapping[str, object]) -> Mapping[str, object] | None:
                return {"code": str(values["code"]).upper()} if entity.name == "kit.part" else None
        """
        raise NotImplementedError

    @hookspec
    def record_validate(self, change: ChangeLike, uow: UnitOfWorkLike) -> Iterable[Problem]:
        """Tell reasons to refuse a change.

        When: before it is written, after the entity's own rules, once for each record.
        Transaction: the writer's; nothing may be written.
        Return: problems, each at its field; all modules' problems are told together.
        On error: the write is refused and rolled back.

        Example::

            @hookimpl
            def record_validate(change: Change) -> Iterable[Problem]:
                if change.action == "delete" and change.before.get("locked"):
                    yield Problem(code="locked", message="Locked records stay.")
        """
        raise NotImplementedError

    @hookspec
    def record_saved(self, change: ChangeLike, uow: UnitOfWorkLike) -> None:
        """Do work that shares the fate of a change.

        When: after it was written with its history, once for each record.
        Transaction: the same one; what is written here shares its fate. No I/O, no commit.
        Return: nothing; `uow.after_commit` takes what must wait.
        On error: the whole change is rolled back.

        Example::

            @hookimpl
            def record_saved(change: Change, uow: UnitOfWork) -> None:
                if change.action == "create":
                    count_up(change.entity.name, uow)
        """
        raise NotImplementedError

    @hookspec
    def records_saved(self, changes: Sequence[ChangeLike], uow: UnitOfWorkLike) -> None:
        """Do work that shares the fate of changes, for all records of one entity that were changed together.

        When: after `record_saved` was asked for each of them; prefer this where one statement can serve them all.
        Transaction: the same one; what is written here shares its fate. No I/O, no commit.
        Return: nothing; `uow.after_commit` takes what must wait.
        On error: the whole change is rolled back.

        Example::

            @hookimpl
            def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
                if changes[0].entity.name == "kit.part":
                    recount({change.id for change in changes}, uow)
        """
        raise NotImplementedError


class Services:
    """Asked about what amounts are worth, and when people work."""

    @hookspec(firstresult=True)
    def working_time_of(
        self, calendar: int | None, user: int | None, uow: UnitOfWorkLike
    ) -> WorkingTime | None:
        """Tell in which hours a working calendar is open, or a person works, or else the site.

        When: when somebody counts in working time (`core.sdk.working_time`).
        Transaction: the asker's; nothing may be written.
        Return: working time, or None where this module knows of none.
        On error: the failure is the asker's.

        Example::

            @hookimpl
            def working_time_of() -> WorkingTime:
                return WorkingTime(zone=ZoneInfo("UTC"), week={0: ((540, 1020),)})
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def exchange_rates(
        self, wanted: Sequence[tuple[str, date]], uow: UnitOfWorkLike
    ) -> Mapping[tuple[str, date], Decimal] | None:
        """Tell how much of the site's currency one of each currency is worth on a day.

        When: when amounts are told in the site's currency; once for all (currency, day) of a batch.
        Transaction: the writer's; nothing may be written.
        Return: the last rate known on each day, pairs without one left out; None where this module knows of no rates.
        On error: the write is refused and rolled back.

        Example::

            @hookimpl
            def exchange_rates(wanted: Sequence[tuple[str, date]]) -> Mapping[tuple[str, date], Decimal]:
                return {pair: PEGGED[pair[0]] for pair in wanted if pair[0] in PEGGED}
        """
        raise NotImplementedError


class Lifecycle:
    """Told about modules that come and go."""

    @hookspec
    def module_installed(self, module: ModuleSpec, uow: UnitOfWorkLike) -> None:
        """Follow the installation of a module: one's own, or another.

        When: after its tables exist and its data was loaded; not for tables, which follow from entities.
        Transaction: that of the installation; what is written here shares its fate. No I/O, no commit.
        Return: nothing.
        On error: the installation is rolled back.

        Example::

            @hookimpl
            def module_installed(module: ModuleSpec, uow: UnitOfWork) -> None:
                if module.name == "surveys":
                    open_first_survey(uow)
        """
        raise NotImplementedError


GROUPS = (Registration, People, Records, Screens, Services, Lifecycle)
"""The groups in the order in which they are documented."""


def hook_names(*groups: type) -> tuple[str, ...]:
    """Return the names of all hooks of these groups (of all, where none is named), in order."""
    return tuple(
        name
        for group in groups or GROUPS
        for name, member in vars(group).items()
        if not name.startswith("_") and callable(member)
    )
