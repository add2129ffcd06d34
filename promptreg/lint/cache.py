"""Findings kept from run to run, for each head by the content of all that they depend on.

A head is looked at again when its own file changes, or that of anything that it leads to over any number of refs, a
file of samples or a schema among them; an examples component also when a prompt that is made with it does. A release,
a label, another rule, option or version of this program changes the key of everything. Rules whose `reach` is the
registry are never kept. The file may be deleted at any time; one that cannot be read or written is ignored.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from promptreg import __version__
from promptreg.cache_folder import cache_folder
from promptreg.errors import InvalidFile
from promptreg.lint.finding import Edit, Finding, Fix, Place, Related
from promptreg.model.prompt import Prompt
from promptreg.registry.head_cache import fingerprint
from promptreg.registry.source_tree import LABELS, LOCK

if TYPE_CHECKING:
    from promptreg.lint.engine import Active
    from promptreg.lint.workspace import Workspace
    from promptreg.text import Source

__all__ = ["Kept", "side_files"]

_FORMAT = 1


class Kept:
    """The findings that are kept for one registry; `stamp` tells this program and its rules from others."""

    def __init__(self, workspace: Workspace, active: Sequence[Active], stamp: str) -> None:
        self.workspace = workspace
        self._rules = {one.rule.name: one.rule for one in active}
        self._keys = _Keys(workspace, fingerprint(f"{stamp} {_described(active)}".encode()))
        key = workspace.store.tree.cache_key
        folder = cache_folder() if key is not None else None
        name = fingerprint((key or "").encode("utf-8", "surrogateescape"))[:32]
        self._file = os.path.join(folder, "lint", f"{name}.json") if folder else None
        self._old: dict[str, Any] = _read(self._file) if self._file else {}
        self._new: dict[str, Any] = {}
        self._changed = False
        self._sources: dict[str, Source] = {head.path: head.written.source for head in workspace.store.heads.values()}

    def get(self, name: str) -> list[Finding] | None:
        """The findings of a head, or None where it must be looked at."""
        key = self._keys.of(name)
        rows = self._old.get(key)
        if rows is None:
            return None
        try:
            found = [self._finding(row) for row in rows]
        except (LookupError, TypeError, ValueError):
            return None
        self._new[key] = rows
        return found

    def put(self, name: str, findings: Iterable[Finding]) -> None:
        """Keep the findings of a head, unless one of them stands in a file that is no head."""
        rows = self.rows(findings)
        if rows is not None:
            self._new[self._keys.of(name)] = rows
            self._changed = True

    def rows(self, findings: Iterable[Finding]) -> list[Any] | None:
        """Findings as plain JSON; None when one of them stands in a file that is no head."""
        rows = [_row(finding) for finding in findings]
        return rows if all(path in self._sources for row in rows for path in _paths(row)) else None

    def take(self, name: str, rows: list[Any]) -> list[Finding]:
        """The findings that another process made rows of, which are kept."""
        self._new[self._keys.of(name)] = rows
        self._changed = True
        return [self._finding(row) for row in rows]

    def save(self, *, everything: bool) -> None:
        """Write what was used or found in this run, whole or not at all; what else there was only after a part."""
        kept = self._new if everything else {**self._old, **self._new}
        if self._file is None or not (self._changed or len(kept) < len(self._old)):
            return
        from promptreg.registry.atomic import replace_file

        data = json.dumps(kept, separators=(",", ":")).encode()
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(self._file), exist_ok=True)
            replace_file(self._file, _first_line(data) + data, mode=0o600)

    # -- rows

    def _finding(self, row: list[Any]) -> Finding:
        rule, severity, message, place, component, version, related, fix, secret, amount = row
        known = self._rules[rule]
        return Finding(
            rule,
            known.code,
            severity,
            known.confidence,
            message,
            self._place(place),
            component,
            version,
            tuple(Related(said, self._place(at), name, number) for said, at, name, number in related),
            None if fix is None else Fix(fix[0], fix[1], tuple(Edit(self._place(at), text) for at, text in fix[2])),
            secret,
            amount,
        )

    def _place(self, row: list[Any]) -> Place:
        path, start, end = row
        return Place(self._sources[path], start, end)


def _row(finding: Finding) -> list[Any]:
    fix = finding.fix
    return [
        finding.rule,
        finding.severity,
        finding.message,
        _at(finding.place),
        finding.component,
        finding.version,
        [[one.message, _at(one.place), one.component, one.version] for one in finding.related],
        None if fix is None else [fix.applicability, fix.title, [[_at(edit.place), edit.text] for edit in fix.edits]],
        finding.secret,
        finding.amount,
    ]


def _at(place: Place) -> list[Any]:
    return [place.path, place.start, place.end]


def _paths(row: list[Any]) -> list[str]:
    edits = row[7][2] if row[7] else []
    return [row[3][0], *(related[1][0] for related in row[6]), *(edit[0][0] for edit in edits)]


def _described(active: Sequence[Active]) -> str:
    rows = [(rule.name, rule.code, rule.severity, rule.digest, sorted(options.items())) for rule, options in active]
    return f"{_FORMAT} {__version__} {sys.version} {rows!r}"


class _Keys:
    """The keys of heads: what each depends on, by content."""

    def __init__(self, workspace: Workspace, stamp: str) -> None:
        self.workspace = workspace
        self.store = workspace.store
        self._own: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._common = fingerprint("\0".join([stamp, *self._surroundings()]).encode("utf-8", "surrogateescape"))
        self._names = fingerprint("\0".join([*sorted(self.store.heads), *sorted(self.store.broken)]).encode())

    def _surroundings(self) -> list[str]:
        """What everything may depend on: the lock, the labels, and the files of releases."""
        tree = self.store.tree
        found = []
        for name in (LOCK, LABELS):
            try:
                there = tree.optional(name)
            except InvalidFile as error:
                found.append(str(error))
            else:
                found.append("" if there is None else fingerprint(there[0]))
        for name, files in tree.frozen().items():
            for file, frozen in files.items():
                try:
                    found.append(f"{name} {file} {fingerprint(tree.read(frozen.file, frozen.path))}")
                except InvalidFile as error:
                    found.append(str(error))
        return found

    def of(self, name: str) -> str:
        """The key of a head."""
        found = self._keys.get(name)
        if found is None:
            roots = [name]
            if self.store.heads[name].kind == "examples":
                roots += sorted(self.workspace.with_dependants([name]))
            parts = [self._common, name, *(f"{one} {self._content(one)}" for one in self._below(roots))]
            found = self._keys[name] = fingerprint("\0".join(parts).encode("utf-8", "surrogateescape"))[:32]
        return found

    def _below(self, roots: list[str]) -> list[str]:
        """The names that these lead to, themselves included."""
        seen = set(roots)
        waiting = list(roots)
        while waiting:
            head = self.store.heads.get(waiting.pop())
            for use in head.uses if head is not None else ():
                if use.ref.name not in seen:
                    seen.add(use.ref.name)
                    waiting.append(use.ref.name)
        return sorted(seen)

    def _content(self, name: str) -> str:
        found = self._own.get(name)
        if found is None:
            found = self._own[name] = self._read(name)
        return found

    def _read(self, name: str) -> str:
        """What stands for the files of a name; where it has none, messages may name any other that is like it."""
        head = self.store.heads.get(name)
        if head is None:
            broken = self.store.broken.get(name)
            return f"{'' if broken is None else broken} {self._names}"
        parts = [head.path, fingerprint(head.written.source.text.encode("utf-8", "surrogatepass"))]
        for relative in side_files(head) if isinstance(head, Prompt) else ():
            try:
                file, path = self.store.tree.side(relative)
                parts.append(fingerprint(self.store.tree.read(file, path, 20_000_000)))
            except InvalidFile as error:
                parts.append(str(error))
        return " ".join(parts)


def side_files(prompt: Prompt) -> list[str]:
    """The files beside a prompt that it reads: samples and a schema, relative to the registry."""
    found = [spec.file for spec in prompt.samples.values() if spec.file]
    if prompt.output is not None and isinstance(prompt.output.schema, str):
        found.append(prompt.output.schema)
    return found


def _first_line(data: bytes) -> bytes:
    return f"{_FORMAT} {fingerprint(data)}\n".encode()


def _read(file: str) -> dict[str, Any]:
    try:
        with open(file, "rb") as stream:
            line, end, data = stream.read().partition(b"\n")
        rows = json.loads(data) if line + end == _first_line(data) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return rows if isinstance(rows, dict) else {}
