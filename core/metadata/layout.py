"""A layout being merged: sections and items by name, with additions hung on anchors.

Additions are kept as branches of what they hang on and flattened at the end, so the result depends on names and
on the order of modules only, never on the order in which documents were read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from core.metadata.documents import Document, Path
from core.metadata.specs import ItemSpec, Label, SectionSpec

MORE = "more"
"""Section for what was added without saying where."""


@dataclass(kw_only=True, eq=False)
class Node:
    """An item with what hangs before and after it."""

    item: ItemSpec
    document: Document
    at: Path
    before: list[Node] = field(default_factory=list)
    after: list[Node] = field(default_factory=list)

    def flat(self) -> Iterator[ItemSpec]:
        """Yield what hangs before, the item, and what hangs after it."""
        for node in self.before:
            yield from node.flat()
        yield self.item
        for node in self.after:
            yield from node.flat()


@dataclass(kw_only=True, eq=False)
class Group:
    """A section with its items in order."""

    name: str
    label: Label
    document: Document
    at: Path
    tab: Label = ""
    nodes: list[Node] = field(default_factory=list)

    def spec(self) -> SectionSpec:
        """Return the frozen section."""
        return SectionSpec(
            name=self.name,
            label=self.label,
            items=tuple(item for node in self.nodes for item in node.flat()),
            tab=self.tab,
        )


class Layout:
    """Sections in order and an index of all items by name."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.nodes: dict[str, Node] = {}

    def add_group(self, group: Group) -> None:
        """Append a section."""
        self.groups[group.name] = group

    def know(self, node: Node) -> bool:
        """Index an item by its name; False where the name is taken."""
        return self.nodes.setdefault(node.item.name, node) is node

    def append(self, node: Node, section: str) -> None:
        """Put an item at the end of a section."""
        self.groups[section].nodes.append(node)

    def hang(self, node: Node, anchor: str, *, after: bool) -> bool:
        """Hang an item on an anchor: an item, or a section's start or end; False where there is no such name."""
        if anchor in self.nodes:
            target = self.nodes[anchor]
            (target.after if after else target.before).append(node)
        elif anchor in self.groups:
            nodes = self.groups[anchor].nodes
            nodes.insert(len(nodes) if after else 0, node)
        else:
            return False
        return True

    def detach(self, node: Node) -> None:
        """Take an item out of its place; what hangs on it goes with it."""
        lists = [group.nodes for group in self.groups.values()]
        lists += [hung for known in self.nodes.values() for hung in (known.before, known.after)]
        for nodes in lists:
            if node in nodes:
                nodes.remove(node)

    def hide(self, name: str, *, hidden: bool) -> None:
        """Hide an item or show it again; it keeps its place as an anchor."""
        node = self.nodes[name]
        node.item = replace(node.item, hidden=hidden)

    def anchors(self) -> tuple[str, ...]:
        """Return every name something can hang on."""
        return tuple(sorted({*self.nodes, *self.groups}))

    def placed(self) -> frozenset[str]:
        """Return the items that hang on a section in the end; two that hang on each other do not."""
        return frozenset(item.name for group in self.groups.values() for item in group.spec().items)

    def specs(self) -> tuple[SectionSpec, ...]:
        """Return the frozen sections, in order."""
        return tuple(group.spec() for group in self.groups.values())
