"""In which order parts are decided, and what each brings along: groups are all or none, needs pull their target in."""

from __future__ import annotations

from collections.abc import Container

from promptreg.render.budget.plan import Layout

__all__ = ["Steps"]


class Steps:
    """The walk over a layout, before anything is known about sizes.

    `required` holds the positions of all parts that must be sent, in document order, and why: those without priority,
    the groups they belong to, what these need, and so on. `entries` are the optional parts in walk order: by falling
    priority, ties in document order; a group is one entry, its first member, with the lowest priority of them. `lone`
    are those that bring nothing along, and why they are decided about.
    """

    __slots__ = ("_groups", "_layout", "_priorities", "entries", "lone", "required")

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._groups = _groups(layout)
        must = [position for position, part in enumerate(layout.parts) if part.priority is None]
        self.required = self._closure(dict.fromkeys(must, "required"), ())
        self._priorities = self._all_priorities()
        self.lone = {
            entry: f"priority {priority}"
            for entry, priority in self._priorities.items()
            if layout.parts[entry].group is None and not layout.parts[entry].needs
        }
        self.entries = sorted(self._priorities, key=self._priorities.__getitem__, reverse=True)

    def of(self, entry: int, kept: Container[int]) -> dict[int, str]:
        """The step of an entry: what must be sent with it and is not kept yet, in document order, and why."""
        group = self._layout.parts[entry].group
        why = f"priority {self._priorities[entry]}" + (f", group {group}" if group is not None else "")
        return self._closure({member: why for member in self.members(entry) if member not in kept}, kept)

    def members(self, entry: int) -> tuple[int, ...]:
        """The entry itself, or its whole group."""
        group = self._layout.parts[entry].group
        return (entry,) if group is None else self._groups[group]

    def _all_priorities(self) -> dict[int, float]:
        """The priorities of all entries, in document order."""
        found = {}
        for position, part in enumerate(self._layout.parts):
            if part.priority is None or position in self.required:
                continue
            if part.group is None:
                found[position] = part.priority
                continue
            members = self._groups[part.group]
            if members[0] == position:
                found[position] = min(self._layout.parts[member].priority or 0 for member in members)
        return found

    def _closure(self, reasons: dict[int, str], kept: Container[int]) -> dict[int, str]:
        """`reasons` and all that these parts bring along, each with the reason found first, in document order."""
        waiting = list(reasons)
        whole: set[str] = set()
        while waiting:
            part = self._layout.parts[waiting.pop()]
            brought = [(needed, f"needed by {part.id}") for needed in part.needs]
            if part.group is not None and part.group not in whole:
                whole.add(part.group)
                brought += [(member, f"group {part.group}") for member in self._groups[part.group]]
            for position, reason in brought:
                if position not in reasons and position not in kept:
                    reasons[position] = reason
                    waiting.append(position)
        return {position: reasons[position] for position in sorted(reasons)}


def _groups(layout: Layout) -> dict[str, tuple[int, ...]]:
    groups: dict[str, list[int]] = {}
    for position, part in enumerate(layout.parts):
        if part.group is not None:
            groups.setdefault(part.group, []).append(position)
    return {name: tuple(members) for name, members in groups.items()}
