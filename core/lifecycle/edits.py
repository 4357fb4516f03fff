"""What is done with modules, as changes of the definitions: each refuses where it does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from core.declaration import ModuleSource
from core.errors import Conflict, NotFound
from core.lifecycle.changes import Definitions, Edit
from core.lifecycle.resolve import check_free
from core.metadata.specs import ModuleSpec


def sleeping(name: str) -> Edit:
    """Return the change that puts a module to sleep; it refuses for one that others or all sites need."""

    def edit(present: Definitions) -> Definitions:
        found = next((m for m in present.modules if m.name == name), None)
        if found is None:
            raise Conflict("{name} is not enabled.", code="not_enabled", name=name)
        if found.always:
            raise Conflict("{name} is always needed and cannot be disabled.", code="always", name=name)
        check_free(name, present.modules)
        return replace(
            present,
            modules=tuple(m for m in present.modules if m is not found),
            documents=tuple(d for d in present.documents if d.owner != name),
            disabled=(*present.disabled, found),
            site_may_sleep=True,
        )

    return edit


def uninstalling(names: Iterable[str], rows: Mapping[str, tuple[str, str]]) -> Edit:
    """Return the change that takes modules out; ``rows`` are those that were installed, with state and version.

    Their documents go, and what they keep in tables goes into the trash, where installing them again finds it.
    """
    wanted = tuple(names)

    def edit(present: Definitions) -> Definitions:
        enabled = {module.name: module for module in present.modules}
        for name in wanted:
            if name not in rows:
                raise NotFound("The module {name} is not installed.", code="not_installed", name=name[:80])
        present = all_sleeping(name for name in wanted if name in enabled)(present)
        gone = tuple(enabled.get(n) or ModuleSpec(name=n, version=rows[n][1], label=n) for n in wanted)
        return replace(
            present,
            disabled=tuple(m for m in present.disabled if m.name not in wanted),
            removed=(*present.removed, *gone),
        )

    return edit


def trying_again(name: str) -> Edit:
    """Return the change that makes every process load a module's code anew where it was set aside."""

    def edit(present: Definitions) -> Definitions:
        if all(module.name != name for module in present.modules):
            raise Conflict("{name} is not enabled.", code="not_enabled", name=name[:80])
        return replace(
            present,
            modules=tuple(replace(m, tries=m.tries + 1) if m.name == name else m for m in present.modules),
        )

    return edit


def all_sleeping(names: Iterable[str]) -> Edit:
    """Return the change that puts several modules to sleep, one after the other."""
    edits = [sleeping(name) for name in names]
    return lambda present: reduce(lambda made, edit: edit(made), edits, present)


def always_needed(sources: Mapping[str, ModuleSource]) -> tuple[str, ...]:
    """Return the modules among these that every site needs."""
    return tuple(name for name, source in sources.items() if source.manifest.always)


def with_sources(present: Definitions, new: Sequence[ModuleSource]) -> Definitions:
    """Return the definitions with these modules as their files say; new ones come after those that are enabled."""
    manifests = {s.manifest.name: s.manifest for s in new}
    kept = tuple(
        replace(manifests.pop(m.name), tries=m.tries) if m.name in manifests else m for m in present.modules
    )
    owners = {s.manifest.name for s in new}
    documents = [d for d in present.documents if d.owner not in owners]
    return replace(
        present,
        modules=(*kept, *manifests.values()),
        documents=(*documents, *(d for s in new for d in s.documents)),
    )
