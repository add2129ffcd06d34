"""A registry as it was at one moment, with what was compiled from it since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Any

from promptreg.errors import UnknownName
from promptreg.model.prompt import Prompt
from promptreg.registry.heads import Head
from promptreg.registry.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.entry import Wanted
    from promptreg.render.library import Shelf
    from promptreg.render.program import Program

__all__ = ["Loaded", "as_prompt"]


class Loaded:
    """One loaded store with what was compiled from it; replaced as a whole when files change."""

    def __init__(self, store: Store, stamps: Mapping[str, Any] | None) -> None:
        self.store = store
        self.stamps = stamps
        self._lock = RLock()
        self._programs: dict[tuple[str, Any], Program] = {}
        self._wanted: dict[str, Wanted] = {}
        self._shelf: Shelf | None = None

    def wanted(self, ref: str, *, locked: bool, key: str | None = None) -> Wanted:
        """What an entry ref stands for; remembered unless a caller's key decides."""
        found = self._wanted.get(ref)
        if found is None:
            from promptreg.registry.entry import parse_ref, wanted

            found = wanted(parse_ref(ref), self.store, locked=locked, key=key)
            if found.pick is None or found.pick.bucket is None:
                self._wanted[ref] = found
        return found

    def targets(self, ref: str, *, locked: bool) -> list[Wanted]:
        """Everything that an entry ref can stand for: all versions of a label that splits by percentages."""
        from promptreg.registry.entry import all_wanted, parse_ref

        return all_wanted(parse_ref(ref), self.store, locked=locked)

    def program(self, target: Wanted) -> Program:
        """The compiled prompt of an entry."""
        found = self._programs.get((target.name, target.version))
        if found is None:
            from promptreg.registry.entry import closure_of
            from promptreg.render.library import Shelf
            from promptreg.render.program import compile_prompt

            with self._lock:
                if self._shelf is None:
                    self._shelf = Shelf()
                if target.version is None:
                    self.store.prompt(target.name)
                closure = closure_of(target, self.store)
                as_prompt(closure.root)
                found = compile_prompt(closure, self._shelf)
                self._programs[target.name, target.version] = found
        return found

    def adopt(self, program: Program) -> None:
        """Take in the program of a head that was compiled elsewhere."""
        with self._lock:
            if not program.prompt.frozen:
                self._programs.setdefault((program.prompt.name, None), program)

    def compile(self, refs: Iterable[str]) -> None:
        """Compile those of these releases that are prompts, templates included."""
        for ref in refs:
            target = self.wanted(ref, locked=True)
            if target.version is not None and self.store.releases.entry(target.name, target.version).kind == "prompt":
                self.program(target).prepare()


def as_prompt(head: Head) -> Prompt:
    """The prompt; raises UnknownName for a component."""
    if not isinstance(head, Prompt):
        raise UnknownName.at(f'"{head.name}" is of kind {head.kind}, not a prompt; only prompts are rendered')
    return head
