"""What a release will consist of: which heads, in which order, as which versions. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from promptreg.errors import Problem, PromptregError, ReleaseRefused, UsageError, together
from promptreg.model.component import Component
from promptreg.model.digest import text_digest
from promptreg.model.kinds import name_fault
from promptreg.model.lock import LockEntry, LockPin
from promptreg.model.prompt import Prompt
from promptreg.registry.draft import Draft
from promptreg.registry.heads import Head
from promptreg.registry.next_version import Verdict, judge, refusal, with_version
from promptreg.registry.resolve import Closure, resolve_head, resolve_release
from promptreg.registry.source_tree import FrozenFile
from promptreg.registry.store import Store

__all__ = ["Compile", "Request", "Step", "plan"]

Compile = Callable[[Closure, Store], None]
"""Proves that a closure can be rendered; the render layer provides it."""


_SHOWN = 6


class Request(NamedTuple):
    """What to release: names of heads; `bump` is None, "auto" or a level; `with_parts` releases parts first."""

    names: tuple[str, ...]
    bump: str | None = None
    with_parts: bool = False


class Step(NamedTuple):
    """One release of a plan: its lock entry and frozen files, and why it has this version.

    `before` is the head as it was read, `text` as it is released; they differ where the version was raised.
    """

    entry: LockEntry
    verdict: Verdict
    files: tuple[FrozenFile, ...]
    path: str
    before: str
    text: str
    schema: str | None


def plan(draft: Draft, request: Request, compile_closure: Compile) -> tuple[Step, ...]:
    """The releases that a request asks for, parts first; the draft then holds them.

    Raises ReleaseRefused for every name that cannot be released, or what keeps heads from being resolved or compiled.
    """
    return _Planner(draft, request, compile_closure).run()


class _Planner:
    def __init__(self, draft: Draft, request: Request, compile_closure: Compile) -> None:
        self.draft = draft
        self.request = request
        self.compile = compile_closure
        self.steps: dict[str, Step] = {}

    def run(self) -> tuple[Step, ...]:
        errors: list[PromptregError] = []
        for name in self._ordered():
            if name not in self.steps:
                try:
                    self._release(name)
                except PromptregError as error:
                    errors.append(error)
        if errors:
            raise together(errors)
        return tuple(self.steps.values())

    def _ordered(self) -> list[str]:
        """The names of the request, each behind those that it is made of."""
        names = dict.fromkeys(self.request.names)
        for name in names:
            fault = name_fault(name)
            if fault:
                raise UsageError.at(f'"{name}" is not a name: {fault}; a release takes names without versions')
            self.draft.store.head(name)
        return sorted(names, key=lambda name: len(self._below(name) & names.keys()))

    def _below(self, name: str) -> set[str]:
        found, left = {name}, [name]
        while left:
            head = self.draft.store.heads.get(left.pop())
            fresh = {use.ref.name for use in head.uses} - found if head is not None else set()
            found |= fresh
            left += fresh
        return found

    def _release(self, name: str) -> None:
        """Plan the release of one head, after its parts."""
        closure = self._settled(name)
        head = closure.root
        bump = self.request.bump
        is_named = name in self.request.names
        verdict = judge(closure, self.draft.store, bump if is_named or bump is None else "auto")
        before = text = head.written.source.text
        if verdict.version != head.version:
            text = with_version(head, verdict.version)
            self.draft.rewrite(head, text)
            closure = resolve_head(self.draft.store.head(name), self.draft.store)
        self.compile(closure, self.draft.store)
        entry = _entry(closure, self.draft.store)
        schema = _schema_text(closure.root, self.draft.store)
        files = self.draft.freeze(entry, text, schema)
        resolve_release(name, entry.version, self.draft.store)  # what will be read back is what was meant
        self.steps[name] = Step(entry, verdict, files, head.path, before, text, schema)

    def _settled(self, name: str) -> Closure:
        """The closure of a head, made of releases only; releases the parts that are none where that was asked for."""
        done: dict[str, Component] = {}
        while True:
            store = self.draft.store
            closure = resolve_head(store.head(name), store)
            self._check_taken(closure, done)
            loose = [part for part in closure.members.values() if not store.is_clean(part)]
            if not loose:
                for part in closure.members.values():
                    store.releases.verified(part.name, part.version)
                return closure
            self._check_allowed(closure, loose)
            self._release(loose[0].name)
            done[loose[0].name] = loose[0]

    def _check_allowed(self, closure: Closure, loose: list[Component]) -> None:
        if self.request.with_parts:
            return
        others = [part for part in loose if part.name not in self.request.names]
        changed = [part for part in others if self.draft.store.releases.holds(part.name, part.version)]
        fresh = [part for part in others if part not in changed]
        problems = [
            *_part_problems(closure.root, fresh, "not released"),
            *_part_problems(closure.root, changed, "changed since their release"),
        ]
        if problems:
            raise ReleaseRefused(problems)

    def _check_taken(self, closure: Closure, done: dict[str, Component]) -> None:
        """Refuse when a part, released for this head, has become a version that its refs do not take."""
        for name, part in done.items():
            entry = self.steps[name].entry
            member = closure.members.get(name)
            if member is None or member.version != entry.version:
                raise self._left_behind(closure, part, entry)

    def _left_behind(self, closure: Closure, part: Component, entry: LockEntry) -> PromptregError:
        for user in (closure.root, *closure.members.values()):
            for use in user.uses:
                if use.ref.name == part.name and not use.ref.constraint.allows(entry.version):
                    reasons = "; ".join(map(str, self.steps[part.name].verdict.reasons))
                    message = (
                        f"{part.name} has to become {entry.version} ({reasons}), which {use.text} does not take: "
                        f"change the ref, or release {part.name} by itself and stay on its last version"
                    )
                    return ReleaseRefused([Problem("release", message, user.path, use.line, use.column)])
        return refusal(closure.root, f"{part.name} has to become {entry.version}, which is then no part any more")


def _part_problems(head: Head, parts: list[Component], state: str) -> tuple[Problem, ...]:
    if not parts:
        return ()
    shown = ", ".join(f"{part.name} {part.version}" for part in parts[:_SHOWN])
    more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
    return refusal(head, f"parts are {state}: {shown}{more}; release them first, or use --with-parts").problems


def _entry(closure: Closure, store: Store) -> LockEntry:
    root = closure.root
    schema = _schema_text(root, store)
    return LockEntry(
        name=root.name,
        version=root.version,
        kind=root.kind,
        body=root.body_digest,
        contract=store.contract_digest(root),
        closure=closure.pin.digest,
        file=text_digest(root.written.source.text),
        pins=tuple(LockPin(name, pin.version, pin.digest) for name, pin in sorted(closure.pins.items())),
        schema=None if schema is None else text_digest(schema),
    )


def _schema_text(head: Head, store: Store) -> str | None:
    """The text of the file that a prompt's output schema stands in."""
    if isinstance(head, Prompt) and head.output is not None and isinstance(head.output.schema, str):
        return store.schema_file(head).text
    return None
