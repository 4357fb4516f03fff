"""What modules are asked for when the set of enabled modules changes: what they bring along."""

from __future__ import annotations

from collections.abc import Iterable

from core.expressions import ExpressionFunction
from core.fields import FieldType
from core.hooks.markers import hookspec
from core.hooks.values import GuardLike
from core.i18n import Calendar, Collation, DigitSet, Language, MoneyUnit
from core.kernel.protocols import NamedLike, TaskLike
from core.metadata.documents import Behaviour


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
    def register_functions(self) -> Iterable[ExpressionFunction]:
        """Offer functions that all expressions of the site may call by their qualified names.

        When: whenever the set of enabled modules changes, before documents are compiled.
        Transaction: none; nothing may be read or written.
        Return: functions with readings in Python, SQL and the browser, or for the server alone, and with vectors.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_functions() -> tuple[ExpressionFunction, ...]:
                return (POINTS,)
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

    @hookspec
    def register_import_sources(self) -> Iterable[NamedLike]:
        """Offer programs whose exports are known by the names of their columns.

        When: whenever the set of enabled modules changes.
        Transaction: none; each source later reads rows one by one, without looking into the database.
        Return: sources (`core.sdk.ImportSource`); a name that is taken is refused.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_import_sources() -> tuple[ImportSource, ...]:
                return (OLD_REGISTER,)
        """
        raise NotImplementedError

    @hookspec
    def register_file_formats(self) -> Iterable[NamedLike]:
        """Offer kinds of files that hold records of an entity, besides workbooks and text files with columns.

        When: whenever the set of enabled modules changes.
        Transaction: none; each format later reads and writes files, without looking into the database.
        Return: formats (`core.sdk.FileFormat`); a name that is taken is refused.
        On error: the module is quarantined with the reason, the others go on.

        Example::

            @hookimpl
            def register_file_formats() -> tuple[FileFormat, ...]:
                return (CARDS,)
        """
        raise NotImplementedError
