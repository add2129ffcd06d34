"""Labels: movable names for released versions of entry points, in one reviewed file.

    production:
      support/refund-reply: 2.0.0
      router/route: {1.4.0: 90, 1.5.0: 10}

A version alone takes everybody; percentages split callers by their key, always the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from promptreg.errors import IntegrityError, Problem, UnknownName, UsageError, nearest
from promptreg.model.kinds import is_label, name_fault
from promptreg.model.version import Version
from promptreg.registry.files import decode_utf8
from promptreg.registry.reader import Reader
from promptreg.registry.source_tree import LABELS, SourceTree
from promptreg.text import Location, Source

__all__ = ["Labelled", "Labels", "Pick", "bucket_of", "is_blank", "parse_labels", "pointless", "read_labels"]


class Labelled(NamedTuple):
    """Where one label points for one name: versions with their percentages (which sum to 100), and the place."""

    shares: tuple[tuple[Version, int], ...]
    place: Location

    @property
    def only(self) -> Version | None:
        """The version, when one takes everybody."""
        return self.shares[0][0] if len(self.shares) == 1 else None

    def __str__(self) -> str:
        if self.only is not None:
            return str(self.only)
        return ", ".join(f"{version}: {share} %" for version, share in self.shares)


def pointless(label: str, name: str, version: Version, place: Location) -> IntegrityError:
    """The error for a label that points to a version that is not released."""
    message = f"the label {label} points to {name}@{version}, which is not released"
    return IntegrityError([Problem(IntegrityError.code, message, *place)])


class Pick(NamedTuple):
    """What a label gave: the version, and the caller's bucket (0 to 99) when percentages decided."""

    label: str
    version: Version
    bucket: int | None = None


def bucket_of(label: str, name: str, key: str) -> int:
    """The bucket 0 to 99 of a caller's key: SHA-256 of label, name and key, so two labels split independently."""
    digest = hashlib.sha256("\0".join((label, name, key)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % 100


class Labels:
    """Every label of a registry: `table[label][name]`."""

    __slots__ = ("path", "source", "table")

    def __init__(self, table: Mapping[str, Mapping[str, Labelled]], source: Source | None) -> None:
        self.table = table
        self.source = source
        self.path = source.path if source else LABELS

    def pick(self, label: str, name: str, key: str | None) -> Pick:
        """The version of `name` that `label` points to, for the caller with this key.

        Raises UnknownName when the label does not name it, UsageError when percentages need a key and none is given.
        """
        names = self.table.get(label)
        if names is None:
            raise UnknownName.at(f'there is no label "{label}"', suggestion=nearest(label, self.table))
        found = names.get(name)
        if found is None:
            near = [other for other, table in self.table.items() if name in table]
            shown = f"; labelled {', '.join(near)}" if near else ""
            raise UnknownName.at(f'the label "{label}" does not name {name}{shown}')
        if found.only is not None:
            return Pick(label, found.only)
        if key is None:
            message = f'the label "{label}" splits {name} by percentages ({found}): give the key of the caller'
            raise UsageError.at(message)
        if not isinstance(key, str):
            raise UsageError.at(f"the key of a caller is text, not {type(key).__name__}")
        bucket = bucket_of(label, name, key)
        left = bucket
        for version, share in found.shares:
            left -= share
            if left < 0:
                return Pick(label, version, bucket)
        raise AssertionError("shares sum to 100")


def read_labels(tree: SourceTree) -> Labels:
    """The labels of a registry, none without a file; raises InvalidFile with every fault."""
    found = tree.optional(LABELS)
    return Labels({}, None) if found is None else parse_labels(decode_utf8(*found))


def parse_labels(source: Source) -> Labels:
    """The labels in the text of a labels file, which may hold nothing but comments; raises InvalidFile."""
    from promptreg.registry.strict_yaml import parse_yaml

    if is_blank(source.text):
        return Labels({}, source)
    reader = Reader(parse_yaml(source))
    table = {}
    for label, names in reader.named(reader.document.root, ()).items():
        if not is_label(label):
            reader.fault((label,), f'"{label}" is not a label: lower-case letters, digits and "-"', key=True)
        table[label] = {
            name: _labelled(reader, label, name, value) for name, value in reader.named(names, (label,)).items()
        }
    reader.finish()
    return Labels(table, source)


def is_blank(text: str) -> bool:
    """Whether a labels file holds nothing but blank lines and comments."""
    return all(line.lstrip()[:1] in ("", "#") for line in text.split("\n"))


def _labelled(reader: Reader, label: str, name: str, value: object) -> Labelled:
    path = (label, name)
    fault = name_fault(name)
    if fault:
        reader.fault(path, f'"{name}" is not a name: {fault}', key=True)
    place = reader.document.location(path, key=True)
    if not isinstance(value, dict):
        return Labelled(((reader.version(value, path), 100),), place)
    shares, faults = [], len(reader.problems)
    for number, share in value.items():
        version = Version.parse(number)
        if version is None:
            reader.fault((*path, number), f'"{number}" is not a version: write three numbers such as 1.2.0', key=True)
        else:
            shares.append((version, reader.count(share, (*path, number))))
    total = sum(share for _, share in shares)
    if total != 100 and len(reader.problems) == faults:  # a share that cannot be read is one mistake, not two
        reader.fault(path, f"the percentages sum to {total}, not to 100")
    return Labelled(tuple(sorted(shares)), place)
