"""What the `needs` of budgets name: other parts of the same prompt."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from promptreg.errors import nearest
from promptreg.model.prompt import Message, Part, Slot
from promptreg.model.written import KeyPath
from promptreg.registry.reader import Reader

__all__ = ["read_needs"]

Unit = Part | Slot


class _Named(NamedTuple):
    """One meaning of a name: the ids of the parts it stands for, and how people call them."""

    ids: frozenset[str]
    shown: str


def read_needs(reader: Reader, messages: tuple[Message | Slot, ...]) -> tuple[Message | Slot, ...]:
    """The messages with the `needs` of their parts resolved to part ids.

    A need is the name of a used component (without version), of a slot's input, of a fence or of a group, or a part
    id. Unknown and ambiguous names, parts that need themselves, and circles are faults at their place.
    """
    units = list(_units(messages))
    if not any("needs" in unit.budget for unit in units):
        return messages
    found = _Needs(reader, units)
    needs = {unit.id: found.of(unit) for unit in units}
    if found.is_sound:
        _check_circles(reader, units, needs)
    return tuple(_with_needs(message, needs) for message in messages)


def _with_needs(message: Message | Slot, needs: dict[str, tuple[str, ...]]) -> Message | Slot:
    if isinstance(message, Slot):
        return message._replace(needs=needs[message.id])
    return message._replace(parts=tuple(part._replace(needs=needs[part.id]) for part in message.parts))


def _units(messages: tuple[Message | Slot, ...]) -> Iterator[Unit]:
    for message in messages:
        if isinstance(message, Slot):
            yield message
        else:
            yield from message.parts


class _Needs:
    """Resolves the needs of one prompt. `is_sound` until a fault was found."""

    def __init__(self, reader: Reader, units: list[Unit]) -> None:
        self.reader = reader
        self.names: dict[str, list[_Named]] = {}
        self.is_sound = True
        groups: dict[str, set[str]] = {}
        for unit in units:
            for name, kind in filter(itemgetter(0), _own_names(unit)):
                self.names.setdefault(name, []).append(_Named(frozenset((unit.id,)), f"{kind} {unit.id}"))
            if unit.budget.get("group"):
                groups.setdefault(unit.budget["group"], set()).add(unit.id)
        for name, ids in groups.items():
            self.names.setdefault(name, []).append(_Named(frozenset(ids), f"the group of {', '.join(sorted(ids))}"))

    def of(self, unit: Unit) -> tuple[str, ...]:
        """The ids of the parts that a part needs, in the order of their names."""
        ids: dict[str, None] = {}
        for index, name in enumerate(unit.budget.get("needs", ())):
            if name:  # else refused before
                ids.update(dict.fromkeys(self._resolve(unit, index, name)))
        return tuple(ids)

    def _resolve(self, unit: Unit, index: int, name: str) -> list[str]:
        meanings = {named.ids: named for named in self.names.get(name, ())}
        if not meanings:
            known = ", ".join(self.names)
            near = nearest(name, self.names)
            reason = f'"{name}" names no part of this prompt' + ("" if near else f"; known here: {known}")
            return self._fault(unit, index, reason, near)
        if len(meanings) > 1:
            shown = " and ".join(named.shown for named in meanings.values())
            return self._fault(unit, index, f'"{name}" is ambiguous: it names {shown}; use the part id')
        ids = next(iter(meanings))
        if unit.id in ids:
            return self._fault(unit, index, f'"{name}" names {"its own group" if len(ids) > 1 else "the part itself"}')
        return sorted(ids, key=_place)

    def _fault(self, unit: Unit, index: int, reason: str, near: str | None = None) -> list[str]:
        self.is_sound = False
        self.reader.fault(_need_key(self.reader, unit, index), reason, suggestion=near)
        return []


def _own_names(unit: Unit) -> Iterator[tuple[str, str]]:
    yield unit.id, "part"
    if isinstance(unit, Slot):
        yield unit.input, "slot"
        return
    if unit.use is not None:
        yield unit.use.ref.name, "part"
    if unit.fence is not None:
        yield unit.fence, "the fence of part"


def _place(part: str) -> list[int]:
    return [int(number) for number in part.split(".")]


def _need_key(reader: Reader, unit: Unit, index: int) -> KeyPath:
    """The path of one need in the file, where a single one may be written without a list."""
    key = (*unit.key, "budget", "needs")
    try:
        reader.document.place((*key, index))
    except KeyError:
        return key
    return (*key, index)


def _check_circles(reader: Reader, units: list[Unit], needs: dict[str, tuple[str, ...]]) -> None:
    """Report each circle once, at the first of its parts in the document."""
    by_id = {unit.id: unit for unit in units}
    done: set[str] = set()
    for unit in units:
        if unit.id in done:
            continue
        path = [unit.id]
        left = [iter(needs[unit.id])]
        while left:
            step = next(left[-1], None)
            if step is None:
                left.pop()
                done.add(path.pop())
            elif step in path:
                circle = path[path.index(step) :]
                _report_circle(reader, [by_id[name] for name in circle])
                done.update(circle)
            elif step not in done:
                path.append(step)
                left.append(iter(needs[step]))


def _report_circle(reader: Reader, circle: list[Unit]) -> None:
    start = min(range(len(circle)), key=lambda index: _place(circle[index].id))
    circle = [*circle[start:], *circle[:start]]
    chain = " > ".join([*map(_shown, circle), _shown(circle[0])])
    reader.fault((*circle[0].key, "budget", "needs"), f"parts need each other in a circle: {chain}")


def _shown(unit: Unit) -> str:
    if isinstance(unit, Slot):
        return f"{unit.id} ({unit.input})"
    name = unit.use.ref.name if unit.use is not None else unit.fence
    return f"{unit.id} ({name})" if name else unit.id
