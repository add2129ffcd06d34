"""Choosing the releases that go into a bundle, and collecting what belongs to them. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from promptreg.errors import (
    InvalidFile,
    Problem,
    PromptregError,
    UnknownName,
    UsageError,
    nearest,
    together,
)
from promptreg.model.lock import Key
from promptreg.model.prompt import Prompt
from promptreg.model.version import Version
from promptreg.registry.bundle_text import (
    BundledFile,
    BundledRelease,
    Contents,
    LabelTable,
    bundle_bytes,
    digest_of,
)
from promptreg.registry.entry import Wanted, all_wanted, parse_ref
from promptreg.registry.head_codec import encode_head
from promptreg.registry.resolve import Closure, resolve_head, resolve_release
from promptreg.registry.source_tree import LOCK
from promptreg.registry.store import Store

__all__ = ["MAX_SAMPLE_BYTES", "Bundle", "Packed", "entries_of", "make_bundle", "pack"]

MAX_SAMPLE_BYTES = 100_000
"""A larger sample file stays outside: samples are for trying a prompt, not for running it."""


class Packed(NamedTuple):
    """The contents of a bundle, and the paths of sample files that are not in it with the reason."""

    contents: Contents
    left_out: tuple[tuple[str, str], ...]


class Bundle(NamedTuple):
    """A bundle ready to be written: its bytes, their digest, and what is inside.

    `left_out` are sample files with the reason, `unreleased` the prompts that nobody named and that have no release.
    """

    data: bytes
    digest: str
    contents: Contents
    left_out: tuple[tuple[str, str], ...]
    unreleased: tuple[str, ...]


def make_bundle(store: Store, refs: Sequence[str], labels: Sequence[str], *, locked: bool) -> Bundle:
    """The bundle of these refs and of everything that these labels name; of neither, of all prompts and labels.

    Raises UsageError when a head is asked for that is not released, or when nothing is, and the errors of `pack`.
    """
    unreleased: list[str] = []
    asked = [*refs, *(ref for label in labels for ref in _labelled(label, store))]
    if not asked:
        released = _released_prompts(store)
        unreleased = sorted({name for name, head in store.heads.items() if head.kind == "prompt"} - {*released})
        asked = [*released, *(ref for label in store.labels.table for ref in _labelled(label, store))]
    if not asked:
        raise UsageError("no prompt is released here, and a bundle holds releases only: see `promptreg release`")
    packed = pack(entries_of(asked, store, locked=locked), store)
    data = bundle_bytes(packed.contents)
    return Bundle(data, digest_of(data), packed.contents, packed.left_out, tuple(unreleased))


def _released_prompts(store: Store) -> list[str]:
    """The names of all prompts with a release: those whose highest one is a prompt."""
    highest = dict(sorted(store.releases.lock))  # of one name the last wins
    return [name for name, version in highest.items() if store.releases.lock[name, version].kind == "prompt"]


def _labelled(label: str, store: Store) -> list[str]:
    """The refs of everything that a label names; raises UnknownName with the nearest label."""
    table = store.labels.table
    if label not in table:
        raise UnknownName.at(f'there is no label "{label}"', suggestion=nearest(label, table))
    return [f"{name}@{label}" for name in table[label]]


def entries_of(refs: Iterable[str], store: Store, *, locked: bool) -> list[Key]:
    """The releases that these refs ask for, each once, sorted; a label that splits gives all of its versions.

    A ref that the head answers is good only while the head is what was released. Raises the problems of all refs under
    the class of the first (an IntegrityError wins): UsageError for heads that are not released, else as `wanted`.
    """
    found: set[Key] = set()
    errors: list[PromptregError] = []
    for ref in refs:
        try:
            targets = all_wanted(parse_ref(ref), store, locked=locked)
            found.update((target.name, _released(target, store)) for target in targets)
        except PromptregError as error:
            errors.append(error)
    if errors:
        raise together(errors)
    return sorted(found)


def _released(target: Wanted, store: Store) -> Version:
    """The version of a target.

    Raises UsageError when it is a head that differs from its release, IntegrityError when that is not what it was.
    """
    if target.version is not None:
        return target.version
    head = store.head(target.name)
    if (head.name, head.version) in store.releases.lock:
        store.releases.verified(head.name, head.version)  # the head may differ because the frozen file was changed
    closure = resolve_head(head, store)
    if not closure.pin.head:
        return closure.root.version
    root = closure.root
    released = [version for name, version in store.releases.lock if name == root.name]
    if store.is_clean(root) and root.version in released:
        reason = f"{root.name} {root.version} is released, but the folder has it with {_changed_parts(closure, store)}"
    else:
        reason = f"{root.name} is {root.version}+head, which is not released"
    ways = [f"release it first (`promptreg release {root.name} --bump auto --with-parts`)"]
    if released:
        ways += [f"ask for {root.name}@{max(released)}", "or take releases with --locked"]
    raise UsageError([Problem(UsageError.code, f"{reason}; {', '.join(ways)}", root.path)])


def _changed_parts(closure: Closure, store: Store) -> str:
    """The parts of a released head that are not those of its release."""
    pinned = {pin.name: pin.version for pin in store.releases.entry(closure.root.name, closure.root.version).pins}
    changed = [pin for _, pin in sorted(closure.pins.items()) if pin.head or pinned.get(pin.name) != pin.version]
    return ", ".join(f"{pin.name} {pin.shown}" for pin in changed) or "other parts than those of the release"


def pack(entries: Sequence[Key], store: Store) -> Packed:
    """Everything that these releases (sorted) need, checked against the lock.

    What is inside can be asked by itself: the parts of a part are inside too. Raises IntegrityError when frozen files
    and lock do not agree.
    """
    inside: set[Key] = set()
    for name, version in entries:
        _collect(name, version, store, inside)
    releases = tuple(_release(key, store) for key in sorted(inside))
    samples, left_out = _samples(sorted(inside), store)
    contents = Contents(
        registry=store.tree.side(LOCK)[1].rpartition("/")[0],
        entries=tuple(f"{name}@{version}" for name, version in entries),
        labels=_labels(inside, store),
        releases=releases,
        samples=samples,
    )
    return Packed(contents, left_out)


def _collect(name: str, version: Version, store: Store, inside: set[Key]) -> None:
    """The release and all that it is pinned to, recursively: a part may itself be pinned to other versions."""
    waiting = [(name, version)]
    while waiting:
        key = waiting.pop()
        if key not in inside:
            resolve_release(*key, store)
            inside.add(key)
            waiting.extend((pin.name, pin.version) for pin in store.releases.entry(*key).pins)


def _release(key: Key, store: Store) -> BundledRelease:
    head = store.releases.verified(*key)
    source = head.written.source
    schema = store.releases.schema(*key)
    return BundledRelease(
        entry=store.releases.entry(*key),
        file=BundledFile(source.path, source.text),
        schema=None if schema is None else BundledFile(schema.path, schema.text),
        head=encode_head(head),
    )


def _labels(inside: set[Key], store: Store) -> LabelTable:
    """The labels whose versions are all inside."""
    table: dict[str, dict[str, dict[str, int]]] = {}
    for label, names in sorted(store.labels.table.items()):
        for name, found in sorted(names.items()):
            if all((name, version) in inside for version, _ in found.shares):
                table.setdefault(label, {})[name] = {str(version): share for version, share in found.shares}
    return table


def _samples(keys: Sequence[Key], store: Store) -> tuple[dict[str, BundledFile], tuple[tuple[str, str], ...]]:
    """The sample files that the prompts name, as they are now (a release does not freeze them)."""
    found: dict[str, BundledFile] = {}
    left_out: dict[str, str] = {}
    heads = [store.releases.verified(*key) for key in keys]
    names = {spec.file for head in heads if isinstance(head, Prompt) for spec in head.samples.values() if spec.file}
    for name in sorted(names):
        try:
            source = store.side_file(name)
        except InvalidFile as error:
            left_out[name] = error.problems[0].message
            continue
        if len(source.text.encode()) > MAX_SAMPLE_BYTES:
            left_out[name] = f"is larger than {MAX_SAMPLE_BYTES:,} bytes"
        else:
            found[name] = BundledFile(source.path, source.text)
    return found, tuple(left_out.items())
