"""The frozen side of a registry: released versions, read when needed, and the lock that vouches for them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING

from promptreg.errors import IntegrityError, InvalidFile, Problem, UnsatisfiableRef
from promptreg.model.digest import text_digest, told_apart
from promptreg.model.kinds import TEXT_KINDS
from promptreg.model.version import Version
from promptreg.registry.files import decode, decode_utf8
from promptreg.registry.source_tree import FROZEN, LOCK, FrozenFile, SourceTree, frozen_key

if TYPE_CHECKING:
    from promptreg.model.lock import LockEntry
    from promptreg.registry.heads import Head, ReadHead
    from promptreg.text import Source

__all__ = ["Releases", "lock_source"]


class Releases:
    """Released versions by name. Thread-safe; each is read at most once. A frozen file is read even without a lock.

    `lock_path` is the path of the lock for people, known once the lock was read.
    """

    def __init__(
        self, tree: SourceTree, read_head: ReadHead, lock: Mapping[tuple[str, Version], LockEntry] | None = None
    ) -> None:
        self._tree = tree
        self._read_head = read_head
        self._mutex = RLock()
        self._files: dict[str, dict[Version, FrozenFile]] | None = None
        self._schemas: dict[tuple[str, Version], FrozenFile] = {}
        self._heads: dict[tuple[str, Version], Head] = {}
        self._lock = lock
        self._by_name: dict[str, list[Version]] | None = None
        self.lock_path = LOCK

    # -- what there is

    def _index(self) -> dict[str, dict[Version, FrozenFile]]:
        with self._mutex:
            if self._files is None:
                files: dict[str, dict[Version, FrozenFile]] = {}
                for name, found in self._tree.frozen().items():
                    for file_name, item in found.items():
                        key = frozen_key(file_name)
                        assert key is not None
                        if key[1] == ".schema.json":
                            self._schemas[name, key[0]] = item
                        else:
                            files.setdefault(name, {})[key[0]] = item
                self._files = files
            return self._files

    def names(self) -> list[str]:
        """Every name with a frozen version."""
        return sorted(self._index())

    def versions(self, name: str) -> list[Version]:
        """The frozen versions of a name, highest first."""
        return sorted(self._index().get(name, ()), reverse=True)

    def released(self, name: str) -> list[Version]:
        """The released versions of a name, highest first: those of the lock, whether or not their files are there.

        Without a lock, those of the frozen files. Raises IntegrityError for a lock that cannot be trusted.
        """
        if not self.has_lock():
            return self.versions(name)
        if self._by_name is None:
            by_name: dict[str, list[Version]] = {}
            for key in sorted(self.lock, reverse=True):
                by_name.setdefault(key[0], []).append(key[1])
            self._by_name = by_name
        return self._by_name.get(name, [])

    def holds(self, name: str, version: Version) -> bool:
        """Whether that version is frozen here."""
        return version in self._index().get(name, ())

    @property
    def lock(self) -> Mapping[tuple[str, Version], LockEntry]:
        """The entries of the lock, empty when there is none; raises IntegrityError when it cannot be trusted.

        A lock that is missing although there are frozen files was lost: the first release writes it before them.
        """
        with self._mutex:
            if self._lock is None:
                from promptreg.model.lock import parse_lock

                found = lock_source(self._tree)
                if found is None and self._index():
                    found = lock_source(self._tree)  # the first release may just have written both
                    if found is None:
                        message = f"is missing, but there are versions below {FROZEN}"
                        message += ": restore it from your version control"
                        raise IntegrityError.at(message, path=self._tree.side(LOCK)[1])
                if found is not None:
                    self.lock_path = found.path
                self._lock = {} if found is None else parse_lock(found.text, found.path)
                self._files = None  # a release in the meantime: files that the lock names are on disk before it is
            return self._lock

    def has_lock(self) -> bool:
        """Whether there is a lock, readable or not."""
        try:
            return self._lock is not None or self._tree.optional(LOCK) is not None
        except InvalidFile:
            return True

    def vouched(self) -> Releases:
        """The same releases without the frozen files that the lock does not know."""
        found = Releases(self._tree, self._read_head, self.lock)
        found._files = {
            name: {version: item for version, item in files.items() if (name, version) in self.lock}
            for name, files in self._index().items()
        }
        found._schemas, found._heads, found.lock_path = self._schemas, self._heads, self.lock_path
        return found

    # -- one release

    def source(self, name: str, version: Version) -> Source:
        """The text of a frozen file; raises UnsatisfiableRef when it is not there, InvalidFile when unreadable."""
        item = self._index().get(name, {}).get(version)
        if item is None:
            raise UnsatisfiableRef.at(f"{name}@{version} is not released here")
        return decode(self._tree.read(item.file, item.path), item.path)

    def says(self, name: str, version: Version, text: str) -> bool:
        """Whether that version is frozen here with this text (CR LF as LF); raises InvalidFile when unreadable.

        Bytes are compared, which costs less than decoding them: a listing asks this for every head.
        """
        item = self._index().get(name, {}).get(version)
        if item is None:
            return False
        frozen, wanted = self._tree.read(item.file, item.path), text.encode()
        return frozen == wanted or frozen.replace(b"\r\n", b"\n") == wanted.replace(b"\r\n", b"\n")

    def head(self, name: str, version: Version) -> Head:
        """The released component or prompt, read once; raises InvalidFile when its file is broken."""
        with self._mutex:
            found = self._heads.get((name, version))
            if found is None:
                found = self._read_head(self.source(name, version), name)
                self._heads[name, version] = found
            return found

    def schema(self, name: str, version: Version) -> Source | None:
        """The frozen output schema of a release, when it has one."""
        self._index()
        item = self._schemas.get((name, version))
        return None if item is None else decode(self._tree.read(item.file, item.path), item.path)

    def entry(self, name: str, version: Version) -> LockEntry:
        """The lock entry of a release; raises IntegrityError when the lock has none."""
        found = self.lock.get((name, version))
        if found is None:
            raise IntegrityError.at(f"the lock has no entry for {name}@{version}", path=self.lock_path)
        return found

    def verified(self, name: str, version: Version) -> Head:
        """The release with its bytes checked against the lock; raises IntegrityError when they differ or miss."""
        entry = self.entry(name, version)
        try:
            if not self.holds(name, version):
                raise IntegrityError([self.missing(entry, "file")])
            head = self.head(name, version)
            schema = None if entry.schema is None else self.schema(name, version)
        except InvalidFile as error:
            with suppress(InvalidFile):  # that it was changed explains why it cannot be read
                changed = self.source(name, version)
                self._check(entry, "file", text_digest(changed.text), entry.file, changed.path)
            reason = f"the frozen file of {entry} cannot be read"
            raise IntegrityError(
                problem._replace(code=IntegrityError.code, message=f"{reason}: {problem.message}")
                for problem in error.problems
            ) from None
        self._check(entry, "file", text_digest(head.written.source.text), entry.file, head.path)
        if entry.schema is not None:
            if schema is None:
                raise IntegrityError([self.missing(entry, "output schema")])
            self._check(entry, "output schema", text_digest(schema.text), entry.schema, schema.path)
        return head

    def missing(self, entry: LockEntry, what: str) -> Problem:
        """The complaint that a frozen file ("file" or "output schema") is not there, with the place where it was."""
        folder = self.lock_path.rpartition("/")[0]
        suffix = "schema.json" if what != "file" else "md" if entry.kind in TEXT_KINDS else "yaml"
        path = f"{FROZEN}/{entry.name}/{entry.version}.{suffix}"
        message = f"the frozen {what} of {entry} is missing: restore it from your version control"
        return Problem(IntegrityError.code, message, f"{folder}/{path}" if folder else path)

    def check_use(self, head: Head) -> None:
        """Refuse a release whose bytes are not those of its lock entry; raises IntegrityError.

        A frozen file that the lock does not know is nobody's claim: there is nothing to compare it with. So it is in a
        registry without any lock, whose parts can still be tried.
        """
        if head.frozen and self.has_lock() and (head.name, head.version) in self.lock:
            self.verified(head.name, head.version)

    def _check(self, entry: LockEntry, what: str, found: str, wanted: str, path: str) -> None:
        if found != wanted:
            now, then = told_apart(found, wanted)
            message = f"the frozen {what} of {entry} is not the one that was released ({now}, the lock says {then})"
            raise IntegrityError([Problem(IntegrityError.code, message, path)])


def lock_source(tree: SourceTree) -> Source | None:
    """The lock as text; raises IntegrityError, because a lock that cannot be read vouches for nothing."""
    try:
        found = tree.optional(LOCK)
        return None if found is None else decode_utf8(*found)
    except InvalidFile as error:
        raise IntegrityError([problem._replace(code=IntegrityError.code) for problem in error.problems]) from None
