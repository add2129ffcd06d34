"""The text of a bundle: one JSON file, always the same bytes for the same contents, with a digest over all of it.

    {"schema": "promptreg/bundle/1", "digest": "sha256:…", "codec": 2,
    "lock": {…},                 the lock file of the releases inside, as promptreg writes it
    "registry": "prompts",       the folder, as messages name it
    "entries": [                 the releases that were asked for
    "labels": {                  the labels whose versions are all inside
    "releases": {                each release: path and text as frozen, the same of its schema file, the parsed head
    "samples": {                 sample files that prompts name, by their path in the registry

The digest is SHA-256 over the bytes of the file without the digest's own 64 digits. Every later schema keeps the two
keys in front, so that a damaged file is told from a newer one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from promptreg.errors import IntegrityError, InvalidFile, PromptregError
from promptreg.model.lock import LockEntry, lock_text
from promptreg.registry.head_codec import FORMAT, Encoded

__all__ = [
    "SCHEMA",
    "BundleText",
    "BundledFile",
    "BundledRelease",
    "Contents",
    "LabelTable",
    "bundle_bytes",
    "digest_of",
    "read_bundle",
]

SCHEMA = "promptreg/bundle/1"
_HEAD = re.compile(rb'\{"schema": "(promptreg/bundle/[0-9]{1,9})", "digest": "sha256:([0-9a-f]{64})", ')
_LOCK_STARTS = b'\n"lock": '
_LOCK_ENDS = b',\n"registry": '

Shares = Mapping[str, int]
LabelTable = Mapping[str, Mapping[str, Shares]]


class BundledFile(NamedTuple):
    """A file as it was: path for people, and verbatim text."""

    path: str
    text: str


class BundledRelease(NamedTuple):
    """One release: its lock entry, frozen file, frozen schema file if it has one, and parsed head."""

    entry: LockEntry
    file: BundledFile
    schema: BundledFile | None
    head: Encoded


class Contents(NamedTuple):
    """What goes into a bundle, in the order in which it is written.

    `entries` are `name@version`, `labels[label][name]` maps versions to percentages.
    """

    registry: str
    entries: tuple[str, ...]
    labels: LabelTable
    releases: tuple[BundledRelease, ...]
    samples: Mapping[str, BundledFile]


class BundleText(NamedTuple):
    """What a bundle holds, after its digest was checked: the JSON members, and the lock as the text of its file."""

    digest: str
    members: dict[str, Any]
    lock: bytes


def bundle_bytes(contents: Contents) -> bytes:
    """The file of a bundle."""
    lock = lock_text(release.entry for release in contents.releases).rstrip("\n")
    rest = ",\n".join(
        (
            f'"codec": {FORMAT},{_LOCK_STARTS.decode()}{lock}',
            f'"registry": {_json(contents.registry)}',
            f'"entries": {_json(list(contents.entries))}',
            f'"labels": {_rows(contents.labels)}',
            f'"releases": {_rows({str(release.entry): _release(release) for release in contents.releases})}',
            f'"samples": {_rows({name: file._asdict() for name, file in contents.samples.items()})}}}\n',
        )
    )
    before, after = f'{{"schema": "{SCHEMA}", "digest": "sha256:'.encode(), f'", {rest}'.encode()
    return before + hashlib.sha256(before + after).hexdigest().encode() + after


def digest_of(data: bytes) -> str:
    """The digest that a bundle names."""
    match = _HEAD.match(data)
    assert match is not None
    return f"sha256:{match[2].decode()}"


def _release(release: BundledRelease) -> dict[str, Any]:
    found: dict[str, Any] = release.file._asdict()
    if release.schema is not None:
        found["schema"] = release.schema._asdict()
    return found | {"head": release.head}


def _rows(members: Mapping[str, Any]) -> str:
    """An object with one member a line."""
    rows = ",\n".join(f"{_json(key)}: {_json(value)}" for key, value in members.items())
    return f"{{\n{rows}\n}}" if rows else "{}"


def _json(value: Any) -> str:
    return json.dumps(value)


def read_bundle(data: bytes, path: str) -> BundleText:
    """The members of a bundle file.

    Raises IntegrityError when a byte is not as it was written, InvalidFile for a bundle of another schema and for a
    file that never was a bundle.
    """
    match = _HEAD.match(data)
    if match is None:
        raise _no_bundle(data, path)
    schema, digest = match[1].decode(), match[2].decode()
    found = hashlib.sha256(data[: match.start(2)])
    found.update(data[match.end(2) :])
    if found.hexdigest() != digest:
        raise IntegrityError.at(_damage(data, schema, found.hexdigest(), digest), path=path)
    if schema != SCHEMA:
        raise InvalidFile.at(f"is a bundle of schema {schema}; this promptreg reads {SCHEMA}", path=path)
    try:
        members = json.loads(data)
        starts = data.index(_LOCK_STARTS, match.end()) + len(_LOCK_STARTS)
        lock = data[starts : data.index(_LOCK_ENDS, starts)] + b"\n"
    except (ValueError, RecursionError) as error:
        raise IntegrityError.at(f"is no bundle that promptreg wrote: {error}", path=path) from None
    return BundleText(f"sha256:{digest}", members, lock)


def _damage(data: bytes, schema: str, found: str, digest: str) -> str:
    reason = f"is not the bundle that was written: its digest is sha256:{found[:8]}…, it says sha256:{digest[:8]}…"
    if schema != SCHEMA:
        reason += f" (and it says that its schema is {schema}; this promptreg reads {SCHEMA})"
    elif data.count(b"\r\n") == data.count(b"\n"):
        reason += " (its line ends were turned into CR LF: keep git from it by `-text` in .gitattributes)"
    return reason


def _no_bundle(data: bytes, path: str) -> PromptregError:
    """What to say of a file that does not begin like a bundle: damaged when anything there still looks like one."""
    start = data[:200]
    full = f'{{"schema": "{SCHEMA}", "digest": "sha256:'.encode()
    if b'"digest": "sha256:' in start or full.startswith(start):
        return IntegrityError.at("is not the bundle that was written: its first line is damaged or cut off", path=path)
    named = re.search(rb'"schema":\s*"(promptreg/bundle/[^"\x00-\x1f]{1,20})"', start)
    if named and named[1] != SCHEMA.encode():
        said = named[1].decode(errors="backslashreplace")
        return InvalidFile.at(f"is a bundle of schema {said}; this promptreg reads {SCHEMA}", path=path)
    if b"promptreg/bundle/" in start:
        return IntegrityError.at("is not the bundle that was written: its first line is damaged or cut off", path=path)
    return InvalidFile.at("is not a bundle of promptreg", path=path)
