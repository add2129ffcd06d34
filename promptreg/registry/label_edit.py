"""Writing labels: one change to the labels file, whole or not at all, while no other writer is at work."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from typing import NamedTuple

from promptreg.errors import IntegrityError, UnknownName, UnsatisfiableRef, UsageError, WriteFailed, nearest
from promptreg.model.digest import text_digest
from promptreg.model.kinds import is_label
from promptreg.model.version import Version
from promptreg.registry.atomic import locked, replace_file
from promptreg.registry.files import decode_utf8
from promptreg.registry.heads import Head
from promptreg.registry.label_text import Shares, label_removed, label_set
from promptreg.registry.labels import Labelled, Labels, parse_labels
from promptreg.registry.releases import Releases
from promptreg.registry.source_tree import LABELS, FolderTree
from promptreg.text import Source

__all__ = ["Change", "read_shares", "remove_label", "set_label"]


class Change(NamedTuple):
    """What happened to one label of one name; `after` is None when it is gone, equal to `before` when nothing did."""

    label: str
    name: str
    before: Shares | None
    after: Shares | None


def read_shares(words: Sequence[str]) -> Shares:
    """Versions with percentages as people type them: one version alone, or `2.0.0=90 2.1.0=10`.

    Raises UsageError for what is no version or percentage, and when the percentages do not sum to 100.
    """
    if len(words) == 1 and "=" not in words[0]:
        return ((_version(words[0]), 100),)
    shares: dict[Version, int] = {}
    for word in words:
        number, _, share = word.partition("=")
        version = _version(number)
        if not share.isascii() or not share.isdigit() or len(share) > 3:
            raise UsageError.at(f'"{word}": expected VERSION=PERCENT, such as 2.1.0=10')
        if version in shares:
            raise UsageError.at(f"{version} is given twice")
        shares[version] = int(share)
    total = sum(shares.values())
    if total != 100:
        raise UsageError.at(f"the percentages sum to {total}, not to 100")
    return tuple(sorted(shares.items()))


def _version(text: str) -> Version:
    found = Version.parse(text)
    if found is None:
        raise UsageError.at(f'"{text}" is not a version: write three numbers such as 1.2.0')
    return found


def set_label(tree: FolderTree, label: str, name: str, shares: Shares, *, move: bool = False) -> Change:
    """Point `label` to released versions of `name`; with `move`, only when it points somewhere already.

    Raises UsageError for a bad label, UnknownName, UnsatisfiableRef for a version that is not released, IntegrityError
    for one that the lock does not vouch for, InvalidFile for a broken labels file, WriteFailed when the disk refuses.
    Nothing is written then.
    """
    if not is_label(label):
        raise UsageError.at(f'"{label}" is not a label: lower-case letters, digits and "-", a letter first')
    with locked(_existing(tree)):
        labels = _read(tree)
        known = labels.table.get(label, {}).get(name)
        if move and known is None:
            raise _unknown(labels, label, name, "; `label set` makes it")
        _check_released(tree, name, [version for version, _ in shares])
        _write(tree, labels, label_set(_source(labels), label, name, shares))
    return Change(label, name, None if known is None else known.shares, shares)


def remove_label(tree: FolderTree, label: str, name: str | None = None) -> tuple[Change, ...]:
    """Remove `label` from `name`, or altogether; raises UnknownName, InvalidFile or WriteFailed, writing nothing."""
    with locked(_existing(tree)):
        labels = _read(tree)
        gone = labels.table.get(label, {})
        if label not in labels.table or (name is not None and name not in gone):
            raise _unknown(labels, label, name)
        _write(tree, labels, label_removed(_source(labels), label, name))
    names: Collection[str] = gone if name is None else (name,)
    return tuple(Change(label, each, gone[each].shares, None) for each in names)


def _existing(tree: FolderTree) -> str:
    if not os.path.isdir(tree.registry):
        tree.listing()  # says what is wrong with the folder
    return tree.registry


def _read(tree: FolderTree) -> Labels:
    found = tree.optional(LABELS)
    if found is None:
        return Labels({}, None)
    return parse_labels(decode_utf8(*found))


def _source(labels: Labels) -> Source:
    return labels.source or Source(labels.path, "")


def _write(tree: FolderTree, labels: Labels, text: str) -> None:
    """Put the text in place of the file; a link stays a link, as long as it leads to a file of the registry."""
    if text == _source(labels).text:
        return
    file, path = tree.side(LABELS)
    try:
        mode = stat.S_IMODE(os.stat(file).st_mode) if labels.source else None
        replace_file(file, text.encode(), mode=mode)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WriteFailed.at(f"cannot be written: {reason}; no label was changed", path=path) from None


def _unknown(labels: Labels, label: str, name: str | None, advice: str = "") -> Exception:
    names: dict[str, Labelled] = dict(labels.table.get(label, {}))
    if label not in labels.table:
        return UnknownName.at(f'there is no label "{label}"{advice}', suggestion=nearest(label, labels.table))
    message = f'the label "{label}" does not name {name}{advice}'
    return UnknownName.at(message, suggestion=nearest(name or "", names))


def _check_released(tree: FolderTree, name: str, versions: Sequence[Version]) -> None:
    """Refuse versions that are not released, or whose frozen file is not the one that was."""
    releases = Releases(tree, _unread)
    released = sorted(version for other, version in releases.lock if other == name)
    if not released:
        known = {other for other, _ in releases.lock}
        raise UnknownName.at(f"{name} has no release", suggestion=nearest(name, known))
    for version in versions:
        if version not in released:
            near = nearest(str(version), list(map(str, released)))
            shown = ", ".join(map(str, released[-6:]))
            message = f"{name}@{version} is not released; released: {shown}"
            raise UnsatisfiableRef.at(message, suggestion=near)
        entry = releases.entry(name, version)
        if not releases.holds(name, version):
            raise IntegrityError([releases.missing(entry, "file")])
        source = releases.source(name, version)
        if text_digest(source.text) != entry.file:
            raise IntegrityError.at(f"is not the file that was released as {entry}", path=source.path)


def _unread(source: Source, name: str) -> Head:
    raise AssertionError("labels need no component to be read")
