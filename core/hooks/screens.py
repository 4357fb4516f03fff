"""The questions the core asks its modules while screens are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.hooks.markers import hookspec
from core.kernel.protocols import AskingLike, NamedLike
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
