"""The lock: what each release was made of. One immutable entry a release, one line an entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from promptreg.errors import IntegrityError, Problem
from promptreg.model.conflict import conflicts, problem_of
from promptreg.model.kinds import is_name
from promptreg.model.version import Version

__all__ = ["SCHEMA", "Key", "LockEntry", "LockPin", "lock_text", "parse_lock", "read_line"]

SCHEMA = "promptreg/lock/1"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FIELDS = ("body", "closure", "contract", "file", "kind", "pins", "schema")
_REPAIR = ": `promptreg verify --repair-lock` puts the releases of both sides together"
_RESTORE = "restore it from your version control; after a merge, try `promptreg verify --repair-lock`"

Key = tuple[str, Version]


class LockPin(NamedTuple):
    """One part of a release: its name, version, and closure digest inside this release."""

    name: str
    version: Version
    closure: str


class LockEntry(NamedTuple):
    """One release: its digests, the digest of its whole frozen file (CR LF read as LF), and all its parts by name.

    `schema` is the digest of the frozen output schema file, for a prompt that has one.
    """

    name: str
    version: Version
    kind: str
    body: str
    contract: str
    closure: str
    file: str
    pins: tuple[LockPin, ...]
    schema: str | None = None

    @property
    def key(self) -> Key:
        """Name and version."""
        return self.name, self.version

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


def lock_text(entries: Iterable[LockEntry]) -> str:
    """The lock file of these entries: JSON, sorted, one entry a line, always the same bytes for the same entries."""
    lines = [_line(entry) for entry in sorted(entries, key=lambda entry: entry.key)]
    body = ",\n".join(lines)
    return (
        f'{{"schema": "{SCHEMA}", "releases": {{\n{body}\n}}}}\n'
        if lines
        else f'{{"schema": "{SCHEMA}", "releases": {{}}}}\n'
    )


def _line(entry: LockEntry) -> str:
    return f"{json.dumps(str(entry))}: {json.dumps(_encode(entry), sort_keys=True)}"


def read_line(line: str) -> LockEntry | None:
    """The entry in one line of a lock (a comma or CR at its end aside), None when nobody would write it like that."""
    line = line.removesuffix("\r").removesuffix(",")
    try:
        found = json.loads(f"{{{line}}}")
    except (ValueError, RecursionError):
        return None
    entry = _decode(*next(iter(found.items()))) if len(found) == 1 else None
    return entry if entry is not None and _line(entry) == line else None


def _encode(entry: LockEntry) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": entry.kind,
        "body": entry.body,
        "contract": entry.contract,
        "closure": entry.closure,
        "file": entry.file,
        "pins": {pin.name: f"{pin.version}#{pin.closure}" for pin in entry.pins},
    }
    if entry.schema is not None:
        found["schema"] = entry.schema
    return found


def parse_lock(text: str, path: str) -> dict[Key, LockEntry]:
    """The entries of a lock file.

    Raises IntegrityError with the place of the fault: conflict markers, broken JSON, another schema, entries edited by
    hand so that the file is no longer the one text that its entries have.
    """
    unresolved = conflicts(text)
    if unresolved:
        raise IntegrityError(problem_of(conflict, IntegrityError.code, path, _REPAIR) for conflict in unresolved)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError alone: a number of thousands of digits
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
        raise IntegrityError.at(f"is not the JSON of a lock: {_RESTORE}", path=path, line=line, column=column) from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA or not isinstance(found.get("releases"), dict):
        raise IntegrityError.at(f"is not a lock of schema {SCHEMA}", path=path, line=1, column=1)
    entries, problems = {}, []
    for key, value in found["releases"].items():
        entry = _decode(key, value)
        if entry is None:
            problems.append(_edited(text, path, key))
        else:
            entries[entry.key] = entry
    canonical = lock_text(entries.values())
    if not problems and canonical != text.replace("\r\n", "\n"):
        message = f"was edited by hand, from this line on it is not as promptreg writes it: {_RESTORE}"
        problems.append(Problem(IntegrityError.code, message, path, _first_difference(text, canonical), 1))
    if problems:
        raise IntegrityError(problems)
    return entries


def _first_difference(text: str, canonical: str) -> int:
    """The number of the first line in which two texts differ; CR LF is read as LF."""
    lines = zip_longest(text.replace("\r\n", "\n").split("\n"), canonical.split("\n"))
    return next(number for number, (line, other) in enumerate(lines, 1) if line != other)


def _edited(text: str, path: str, key: str) -> Problem:
    at = text.find(json.dumps(key))
    line = text.count("\n", 0, at) + 1 if at >= 0 else 1
    return Problem(IntegrityError.code, f"the entry {key} is not one that promptreg writes", path, line, 1)


def _decode(key: str, value: Any) -> LockEntry | None:
    name, _, number = key.rpartition("@")
    version = Version.parse(number)
    if version is None or not is_name(name) or not isinstance(value, dict) or not set(value) <= set(_FIELDS):
        return None
    pins = _decode_pins(value.get("pins"))
    digests = [value.get(field) for field in ("body", "contract", "closure", "file")]
    schema = value.get("schema")
    if schema is not None:
        digests.append(schema)
    if pins is None or not isinstance(value.get("kind"), str) or not all(map(_is_digest, digests)):
        return None
    return LockEntry(
        name=name,
        version=version,
        kind=value["kind"],
        body=value["body"],
        contract=value["contract"],
        closure=value["closure"],
        file=value["file"],
        pins=pins,
        schema=schema,
    )


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _decode_pins(value: Any) -> tuple[LockPin, ...] | None:
    if not isinstance(value, Mapping):
        return None
    pins = []
    for name, text in value.items():
        number, _, digest = text.partition("#") if isinstance(text, str) else ("", "", "")
        version = Version.parse(number)
        if version is None or not is_name(name) or not _is_digest(digest):
            return None
        pins.append(LockPin(name, version, digest))
    return tuple(pins)
