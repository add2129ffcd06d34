"""A bundle as the files of a registry: everything in memory, nothing opened after it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from promptreg.errors import IntegrityError, InvalidFile
from promptreg.registry.bundle_text import BundleText, read_bundle
from promptreg.registry.files import MAX_FILE_BYTES
from promptreg.registry.head_codec import FORMAT, Encoded, decode_head
from promptreg.registry.heads import Head
from promptreg.registry.source_tree import LABELS, LOCK, FrozenFile
from promptreg.registry.walk import Listing, Stamp
from promptreg.text import Source

__all__ = ["BundleTree"]

_MALFORMED = (LookupError, TypeError, ValueError, AttributeError)


class BundleTree:
    """The files in a bundle, as a SourceTree without heads. Immutable; its digest was checked before it exists."""

    cache_key: str | None = None

    def __init__(self, data: bytes, path: str) -> None:
        """Read a bundle file; `path` names it in messages. Raises IntegrityError or InvalidFile (see `read_bundle`)."""
        found = read_bundle(data, path)
        self.path = path
        self.digest = found.digest
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, Encoded] = {}
        self._frozen: dict[str, dict[str, FrozenFile]] = {}
        try:
            self._take(found)
        except _MALFORMED:
            raise IntegrityError.at("is no bundle that promptreg wrote", path=path) from None

    def _take(self, found: BundleText) -> None:
        members = found.members
        self.entries = tuple(map(str, members["entries"]))
        self._registry = str(members["registry"])
        self._samples = {name: str(file["path"]) for name, file in members["samples"].items()}
        self._texts.update((file["path"], file["text"]) for file in members["samples"].values())
        self._tops = {LOCK: found.lock, LABELS: _labels_file(members["labels"])}
        is_current = members["codec"] == FORMAT
        for key, release in members["releases"].items():
            name, _, number = key.partition("@")
            self._put(name, number, release["path"], release["text"])
            if is_current:
                self._parsed[release["path"]] = release["head"]
            if "schema" in release:
                self._put(name, f"{number}.schema", release["schema"]["path"], release["schema"]["text"])

    def _put(self, name: str, stem: str, path: str, text: str) -> None:
        suffix = path.rpartition(".")[2]
        self._frozen.setdefault(name, {})[f"{stem}.{suffix}"] = FrozenFile(path, path)
        self._texts[path] = text

    def expect(self, digest: str | None) -> None:
        """Raise IntegrityError unless this is the bundle with that digest; None expects nothing."""
        if digest is not None and digest != self.digest:
            raise IntegrityError.at(
                f"is another bundle: its digest is {self.digest}, expected {digest}", path=self.path
            )

    def recall(self, source: Source, name: str) -> Head | None:
        """The head that was parsed from a frozen file when the bundle was written; None asks to parse it here."""
        found = self._parsed.get(source.path)
        if found is None:
            return None
        try:
            return decode_head(found, name, source)
        except _MALFORMED:
            return None

    # -- SourceTree

    def listing(self) -> Listing:
        """No heads."""
        return Listing([], [], {})

    def read(self, file: str, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See SourceTree."""
        text = self._texts.get(file)
        if text is None:
            raise InvalidFile.at("is not in the bundle", path=path)
        return text.encode("utf-8", "surrogatepass")

    def side(self, relative: str) -> tuple[str, str]:
        """See SourceTree; what the bundle lacks is found out when it is read."""
        path = self._samples.get(relative) or self._shown(relative)
        return path, path

    def frozen(self) -> Mapping[str, Mapping[str, FrozenFile]]:
        """See SourceTree."""
        return self._frozen

    def optional(self, relative: str) -> tuple[bytes, str] | None:
        """See SourceTree: the lock and the labels, both only of what is inside."""
        found = self._tops.get(relative)
        return None if found is None else (found, self._shown(relative))

    def _shown(self, relative: str) -> str:
        return f"{self._registry}/{relative}" if self._registry else relative

    def stamps(self) -> Mapping[str, Stamp]:
        """Nothing changes."""
        return {}


def _labels_file(table: Mapping[str, Mapping[str, Mapping[str, int]]]) -> bytes:
    """The labels as their file would say it; JSON is YAML, and a version that takes everybody stands alone."""
    plain: dict[str, dict[str, Any]] = {}
    for label, names in table.items():
        plain[label] = {
            name: next(iter(shares)) if len(shares) == 1 else dict(shares) for name, shares in names.items()
        }
    return json.dumps(plain).encode() if plain else b""
