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
from core.fields import FieldType
from core.hooks.markers import hookspec
from core.hooks.screens import Screens
from core.hooks.values import ChangeLike, GuardLike
from core.i18n import Calendar, Collation, DigitSet, Language, MoneyUnit
from core.kernel.actor import Actor
from core.kernel.protocols import AccountLike, NamedLike, Profile, TaskLike, UnitOfWorkLike
from core.metadata.documents import Behaviour
from core.metadata.specs import EntitySpec, ModuleSpec


class Registration:
    """Asked when the enabled modules change: what a module brings along."""

    @hookspec
    def register_field_types(self) -> Iterable[FieldType]:
        """Offer new kinds of field.

        When: whenever the set of enabled modules changes, before documents are compiled.
        Transaction: none; nothing may be read or written.
        Return: field types; a name that is taken stops the compile.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_field_types() -> tuple[FieldType, ...]:
                return (NationalCode(),)
        """
        raise NotImplementedError

    @hookspec
    def register_behaviours(self) -> Iterable[Behaviour]:
        """Offer fields and rules that entities ask for by a name in ``behaviours``.

        When: whenever the set of enabled modules changes, before documents are compiled.
        Transaction: none; nothing may be read or written.
        Return: behaviours; two modules with one name stop the compile.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_behaviours() -> tuple[Behaviour, ...]:
                return (Behaviour(name="owned", owner="base", fields={"owner": {"type": "reference", "to": "base.user"}}),)
        """
        raise NotImplementedError

    @hookspec
    def register_calendars(self) -> Iterable[Calendar]:
        """Offer calendars in which people may read and write dates.

        When: whenever the set of enabled modules changes.
        Transaction: none; nothing may be read or written.
        Return: calendars, each with its name.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_calendars() -> tuple[Calendar, ...]:
                return (Coptic(),)
        """
        raise NotImplementedError

    @hookspec
    def register_digits(self) -> Iterable[DigitSet]:
        """Offer digits in which people may read and write numbers.

        When: whenever the set of enabled modules changes.
        Transaction: none; nothing may be read or written.
        Return: sets of digits, each with its name.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_digits() -> tuple[DigitSet, ...]:
                return (BENGALI_DIGITS,)
        """
        raise NotImplementedError

    @hookspec
    def register_money_units(self) -> Iterable[MoneyUnit]:
        """Offer units in which amounts of a currency are shown and typed.

        When: whenever the set of enabled modules changes.
        Transaction: none; nothing may be read or written.
        Return: units, each for one currency; what is stored stays in the currency.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_money_units() -> tuple[MoneyUnit, ...]:
                return (LAKH,)
        """
        raise NotImplementedError

    @hookspec
    def register_collation(self) -> Collation | None:
        """Offer the order in which text is sorted at this site.

        When: whenever the set of enabled modules changes.
        Transaction: none; the SQL function follows when a module is installed.
        Return: an order, or None; the first module that has one decides.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_collation() -> Collation:
                return SWEDISH_ORDER
        """
        raise NotImplementedError

    @hookspec
    def register_languages(self) -> Iterable[Language]:
        """Offer languages in which people may read the screens.

        When: whenever the set of enabled modules changes.
        Transaction: none; nothing may be read or written.
        Return: languages; their words are in the ``translations`` folders of all modules.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_languages() -> tuple[Language, ...]:
                return (SWEDISH,)
        """
        raise NotImplementedError

    @hookspec
    def register_jobs(self) -> Iterable[TaskLike]:
        """Offer work that is done outside requests.

        When: at the start of every process, and whenever the set of enabled modules changes.
        Transaction: none; each task later works in units of its own.
        Return: tasks with qualified names; a task must be safe to call again after a crash.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_jobs() -> tuple[Task, ...]:
                return (Task(name="birthdays.remind", run=remind),)
        """
        raise NotImplementedError

    @hookspec
    def register_guards(self) -> Iterable[GuardLike]:
        """Offer questions that workflows ask before a move, by name under ``guards``.

        When: whenever the set of enabled modules changes, before documents are compiled.
        Transaction: none; each guard is later asked inside the transaction of the move, and when moves are offered.
        Return: guards with qualified names; two of one name set the later module aside.
        On error: the module is quarantined with the reason, the others go on; its guards then refuse every move.

        Example::

            @hookimpl
            def register_guards() -> tuple[Guard, ...]:
                return (Guard(name="surveys.answered", check=unanswered),)
        """
        raise NotImplementedError

    @hookspec
    def register_operations(self) -> Iterable[NamedLike]:
        """Offer acts on records: each gets its buttons, its dialog, its permission and its address in the API.

        When: whenever the set of enabled modules changes.
        Transaction: none; each act later runs in the unit of work of whoever does it.
        Return: operations (`core.sdk.Operation`); one whose fields or condition do not fit is left out, and logged.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_operations() -> tuple[Operation, ...]:
                return (Operation(name="kit.weigh", entity="kit.thing", label="Weigh", run=weigh),)
        """
        raise NotImplementedError

    @hookspec
    def register_routes(self) -> Iterable[NamedLike]:
        """Offer pages of one's own, below ``/m/<module>/``.

        When: whenever the set of enabled modules changes.
        Transaction: none; a GET later reads in one unit, a POST is one unit of work.
        Return: routes (`core.sdk.Route`); a name that is taken is refused.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_routes() -> tuple[Route, ...]:
                return (Route(name="kit.board", path="/board", handle=show_board),)
        """
        raise NotImplementedError


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


class Amounts:
    """Asked about what amounts are worth."""

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


GROUPS = (Registration, People, Records, Screens, Amounts, Lifecycle)
"""The groups in the order in which they are documented."""


def hook_names(*groups: type) -> tuple[str, ...]:
    """Return the names of all hooks of these groups (of all, where none is named), in order."""
    return tuple(
        name
        for group in groups or GROUPS
        for name, member in vars(group).items()
        if not name.startswith("_") and callable(member)
    )
