"""One release against its lock entry: each digest and pin computed anew from the frozen files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptreg.errors import IntegrityError, InvalidFile, Problem, PromptregError, UnsatisfiableRef
from promptreg.model.conflict import body_conflicts, problem_of
from promptreg.model.digest import text_digest, told_apart
from promptreg.model.lock import Key, LockEntry
from promptreg.model.prompt import Prompt
from promptreg.registry.heads import Head
from promptreg.registry.resolve import Closure, resolve_release
from promptreg.registry.store import Store

__all__ = ["Recheck"]


class Recheck:
    """One pass over the releases of a store: first the own files of all of them, then what they are made of.

    A release with a fault of its own is not blamed on those that are made of it.
    """

    def __init__(self, store: Store, lines: Mapping[Key, int] | None = None) -> None:
        """`lines` say where each entry stands in the lock, if that is not as promptreg writes it."""
        self.store = store
        self.releases = store.releases
        self.lines = lines or {key: line for line, key in enumerate(sorted(store.releases.lock), 2)}
        self.faulty: set[Key] = set()

    def own_faults(self, entry: LockEntry) -> list[Problem]:
        """What is wrong with the frozen files of a release and the digests that the lock gives for them."""
        found = [*self._file_faults(entry), *self._schema_faults(entry)] or list(self._digest_faults(entry))
        if found:
            self.faulty.add(entry.key)
        return found

    def part_faults(self, entry: LockEntry) -> Iterator[Problem]:
        """What is wrong with the pins of a release; call it when the own faults of all parts are known."""
        missing = [pin for pin in entry.pins if (pin.name, pin.version) not in self.releases.lock]
        for pin in missing:
            yield self._lock_fault(entry, f"is pinned to {pin.name}@{pin.version}, which the lock does not hold")
        keys = {entry.key, *((pin.name, pin.version) for pin in entry.pins)}
        if missing or keys & self.faulty:
            return
        try:
            closure = resolve_release(entry.name, entry.version, self.store)
        except PromptregError as error:
            yield from (problem._replace(code=IntegrityError.code) for problem in error.problems)
            return
        yield from self._pin_faults(entry, closure)
        yield from _misfits(closure)

    # -- files

    def _file_faults(self, entry: LockEntry) -> Iterator[Problem]:
        try:
            text = self.releases.head(entry.name, entry.version).written.source.text
        except UnsatisfiableRef:
            yield self.releases.missing(entry, "file")
        except InvalidFile as error:
            yield from self._unreadable(entry, error)
        else:
            path = self.releases.head(entry.name, entry.version).path
            yield from _differing("file", entry, text, entry.file, path)

    def _unreadable(self, entry: LockEntry, error: InvalidFile) -> Iterator[Problem]:
        """A file that is no component any more: changed since, unless it was released like this."""
        try:
            source = self.releases.source(entry.name, entry.version)
        except InvalidFile:
            reasons = error.problems
        else:
            changed = list(_differing("file", entry, source.text, entry.file, source.path))
            reasons = () if changed else error.problems
            yield from changed
        for problem in reasons:
            message = f"the frozen file of {entry} cannot be read: {problem.message}"
            yield problem._replace(code=IntegrityError.code, message=message)

    def _schema_faults(self, entry: LockEntry) -> Iterator[Problem]:
        if entry.schema is None:
            return
        try:
            schema = self.releases.schema(entry.name, entry.version)
        except InvalidFile as error:
            for problem in error.problems:
                message = f"the frozen output schema of {entry} cannot be read: {problem.message}"
                yield problem._replace(code=IntegrityError.code, message=message)
            return
        if schema is None:
            yield self.releases.missing(entry, "output schema")
        else:
            yield from _differing("output schema", entry, schema.text, entry.schema, schema.path)

    # -- the lock entry

    def _digest_faults(self, entry: LockEntry) -> Iterator[Problem]:
        """What the lock says otherwise than the file that it vouches for."""
        head = self.releases.head(entry.name, entry.version)
        if head.version != entry.version:
            yield Problem(IntegrityError.code, f"is released as {entry.version} but says {head.version}", head.path)
        if head.kind != entry.kind:
            yield self._lock_fault(entry, f'is of kind "{head.kind}"; the lock says "{entry.kind}"')
        if head.body_digest != entry.body:
            yield self._lock_fault(entry, f"has the body {_against(head.body_digest, entry.body)}")
        if _needs_schema(head) is not (entry.schema is not None):
            verb = "no frozen one" if entry.schema is None else "a frozen one, which the prompt does not use"
            yield self._lock_fault(entry, f"needs its output schema as the prompt names it; the lock holds {verb}")
            return
        contract = self.store.contract_digest(head)
        if contract != entry.contract:
            yield self._lock_fault(entry, f"has the contract {_against(contract, entry.contract)}")

    def _pin_faults(self, entry: LockEntry, closure: Closure) -> Iterator[Problem]:
        for pin in entry.pins:
            found = closure.pins.get(pin.name)
            if found is None:
                yield self._lock_fault(entry, f"is pinned to {pin.name}, which nothing in it uses")
            elif found.digest != pin.closure:
                message = f"holds {pin.name} with the closure {_against(found.digest, pin.closure)}"
                yield self._lock_fault(entry, message)

    # -- places

    def _lock_fault(self, entry: LockEntry, message: str) -> Problem:
        path, line = self.releases.lock_path, self.lines[entry.key]
        return Problem(IntegrityError.code, f"{entry} {message}", path, line, 1)


def _needs_schema(head: Head) -> bool:
    return isinstance(head, Prompt) and head.output is not None and isinstance(head.output.schema, str)


def _misfits(closure: Closure) -> Iterator[Problem]:
    """The refs of the frozen files that the pinned versions do not fit."""
    for head in (closure.root, *closure.members.values()):
        for use in head.uses:
            pin = closure.pins[use.ref.name]
            if not use.ref.constraint.allows(pin.version):
                message = f"{closure.pin.name}@{closure.pin.version} is pinned to {pin.name}@{pin.version}"
                message += f", which {use.text} does not allow"
                yield Problem(IntegrityError.code, message, head.path, use.line, use.column)


def _differing(what: str, entry: LockEntry, text: str, wanted: str, path: str) -> Iterator[Problem]:
    found = text_digest(text)
    if found != wanted:
        unresolved = body_conflicts(text)
        if unresolved:
            advice = f" in the frozen {what} of {entry}: take the side that the lock has"
            yield from (problem_of(conflict, IntegrityError.code, path, advice) for conflict in unresolved)
            return
        message = f"is not the {what} that was released as {entry} ({_against(found, wanted)})"
        yield Problem(IntegrityError.code, message, path)


def _against(found: str, wanted: str) -> str:
    now, then = told_apart(found, wanted)
    return f"{now}; the lock says {then}"
