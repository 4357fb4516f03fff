"""Which module may speak of which other: the order of modules and what they require."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.metadata.specs import SITE, ModuleSpec


class Dependencies:
    """The modules in their order, the site behind them all."""

    def __init__(self, modules: Iterable[ModuleSpec]) -> None:
        self._modules: Mapping[str, ModuleSpec] = {m.name: m for m in modules}
        self._positions = {name: index for index, name in enumerate(self._modules)}
        self._reach: dict[str, frozenset[str]] = {}

    def position(self, owner: str) -> tuple[int, str]:
        """Return a sort key: modules in their order, unknown owners by name, the site last."""
        last = len(self._positions)
        return (last + 1 if owner == SITE else self._positions.get(owner, last), owner)

    def sees(self, owner: str, other: str) -> bool:
        """Tell whether ``owner`` may name what ``other`` declares; the site and unknown owners may name all."""
        if owner == other or owner not in self._modules or other not in self._modules:
            return True
        return self._modules[other].always or other in self._required(owner)

    def _required(self, owner: str) -> frozenset[str]:
        """Return what a module requires, directly or by way of what it requires."""
        if owner not in self._reach:
            found: set[str] = set()
            waiting = list(self._modules[owner].requires)
            while waiting:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting.extend(self._modules[name].requires if name in self._modules else ())
            self._reach[owner] = frozenset(found)
        return self._reach[owner]
