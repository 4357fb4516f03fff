"""The questions the core asks its modules while screens are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.hooks.markers import hookspec
from core.kernel.protocols import AskingLike, EventLike, NamedLike
from core.metadata.specs import EntitySpec


class Screens:
    """Asked while screens are made."""

    @hookspec
    def record_panels(
        self, entity: EntitySpec, record: Mapping[str, object], asking: AskingLike
    ) -> Iterable[NamedLike] | None:
        """Show something on the form of a record beside its fields.

        When: each time the form of a record that exists is shown; quick work only.
        Transaction: the reader's; nothing may be written. Read for ``asking.actor``, so that rights hold.
        Return: panels (`core.sdk.Panel`), or None; ``record`` holds the values that this reader sees.
        On error: this module's panels are left out, the failure is logged, and the form is shown.

        Example::

            @hookimpl
            def record_panels(entity: EntitySpec, record: Mapping[str, object]) -> Iterable[Panel]:
                if entity.name == "kit.thing" and record.get("fragile"):
                    yield Panel(name="kit.care", title="Fragile", template="kit/care.html", place="top")
        """
        raise NotImplementedError

    @hookspec
    def timeline_kinds(self, entity: EntitySpec) -> Iterable[NamedLike] | None:
        """Name the kinds of things that this module tells in the timelines of an entity, so that people can choose one.

        When: each time a timeline is shown.
        Transaction: none; nothing may be read or written.
        Return: kinds (`core.sdk.TimelineKind`), or None; ``note``, ``move`` and ``change`` are the core's own.
        On error: this module's kinds are left out, the failure is logged, and the timeline is shown.

        Example::

            @hookimpl
            def timeline_kinds(entity: EntitySpec) -> Iterable[TimelineKind]:
                if entity.name == "kit.thing":
                    yield TimelineKind(name="kit.loan", label="Loans")
        """
        raise NotImplementedError

    @hookspec
    def timeline_events(
        self,
        entity: EntitySpec,
        record_id: int,
        asking: AskingLike,
        kind: str,
        before: datetime | None,
        limit: int,
    ) -> Iterable[EventLike] | None:
        """Tell what happened around a record, newest first, for its timeline.

        When: each time a timeline, or an older part of it, is shown; only for readers who may read the record.
        Transaction: the reader's; nothing may be written. Read for ``asking.actor``, so that rights hold.
        Return: events (`core.sdk.TimelineEvent`) before the moment ``before``, of ``kind`` unless it is empty; at most ``limit``.
        On error: this module's events are left out, the failure is logged, and the timeline is shown.

        Example::

            @hookimpl
            def timeline_events(entity: EntitySpec, record_id: int, asking: Asking) -> Iterable[TimelineEvent]:
                for loan in loans_of(entity, record_id, asking):
                    yield TimelineEvent(at=loan.at, kind="kit.loan", title=asking.style._("lent it"), actor=loan.who)
        """
        raise NotImplementedError
