"""Writes the records that `unchanged` answers from: what a run said, and the stamps of all that it looked at."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import promptreg
from promptreg.cli.unchanged import FORMAT, asked, digest, stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.lint.report import Report
    from promptreg.lint.rule import Rule
    from promptreg.lint.settings import Settings
    from promptreg.registry.config import Config

__all__ = ["Watch", "is_repeatable", "watch"]

_MOST = 20_000
"""Files and folders that are watched; more take longer to look at than a run."""
_KEPT = 64
"""Records that are kept; each pre-commit run with other files makes one."""
_FINE, _COARSE = 100_000_000, 2_000_000_000
"""How old a stamp must be, in nanoseconds: a file can change twice within one tick of the file system's clock, and
look the same. The tick is at most 2 seconds (FAT); where stamps show parts of a second, it is far below 0.1 s."""
_NEVER = frozenset(("__pycache__", "node_modules", "site-packages", "venv", ".git"))


class Watch:
    """What a run looks at, stamped before anything was read, and the file that the record goes to.

    `around` are the paths that findings depend on besides those of the registry and of code.
    """

    def __init__(self, file: str, stamps: dict[str, str], started: int, around: Sequence[str] = ()) -> None:
        self.file = file
        self.around = around
        self.stamps = stamps
        self.started = started
        self.out: list[bytes] = []
        self.err: list[bytes] = []

    @property
    def is_settled(self) -> bool:
        """Whether everything is old enough for its stamp to tell the next change."""
        return self._are_settled(self.stamps)

    def _are_settled(self, paths: Iterable[str]) -> bool:
        for path in paths:
            text = self.stamps[path]
            if "," in text:
                for time_ns in map(int, text.split(",")[:2]):
                    if time_ns > self.started - (_FINE if time_ns % 1_000_000_000 else _COARSE):
                        return False
        return True

    def world(self, rules: Iterable[Rule]) -> str | None:
        """A digest of what findings depend on besides the registry and code; None where nobody can tell."""
        if not are_ours(rules) or not self._are_settled(self.around):
            return None
        return digest(
            "\n".join(f"{self.stamps[path]} {path}" for path in self.around).encode("utf-8", "surrogateescape")
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keep what is written to standard output and standard error meanwhile; it is written all the same."""
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Tee(streams[0], self.out), _Tee(streams[1], self.err)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams

    def keep(self, code: int) -> None:
        """Write the record of a run with this exit code; a folder that refuses is no error."""
        if code not in (0, 1) or not self.is_settled:
            return
        out, err = b"".join(self.out), b"".join(self.err)
        rows = [f"{text} {path}" for path, text in self.stamps.items()]
        if any("\n" in row for row in rows):
            return
        counts = f"{code} {len(rows)} {len(out)} {len(err)}"
        data = "".join(f"{row}\n" for row in [counts, *rows]).encode("utf-8", "surrogateescape") + out + err
        with suppress(OSError):
            from promptreg.registry.atomic import replace_file

            folder = os.path.dirname(self.file)
            os.makedirs(folder, exist_ok=True)
            _sweep(folder)
            replace_file(self.file, FORMAT + b" " + digest(data).encode() + b"\n" + data, mode=0o600)


class _Tee:
    """A text stream that keeps the bytes of what is written to it."""

    def __init__(self, stream: TextIO, kept: list[bytes]) -> None:
        self._stream = stream
        self._kept = kept
        self.buffer = _BinaryTee(stream.buffer, kept)

    def write(self, text: str) -> int:
        """Write through."""
        self._kept.append(text.encode(self._stream.encoding or "utf-8", self._stream.errors or "strict"))
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _BinaryTee:
    def __init__(self, stream: BinaryIO, kept: list[bytes]) -> None:
        self._stream = stream
        self._kept = kept

    def write(self, data: bytes) -> int:
        """Write through."""
        self._kept.append(bytes(data))
        return self._stream.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def watch(config: Config, settings: Settings, targets: Iterable[str], *, staged: bool = False) -> Watch | None:
    """Stamp everything that a run with this configuration may read; None when that is too much, or nothing is kept.

    Of a registry as it is `staged`, that is the index of its repository: what it names never changes.
    """
    file = asked()
    if file is None or sys.stdout is None or sys.stderr is None:
        return None
    started = time.time_ns()
    stamps: dict[str, str] = {}
    for path, existence in _watched(config, settings, targets, staged=staged):
        if len(stamps) > _MOST:
            return None
        stamps[path] = stamp(path, existence=existence)
    return Watch(file, stamps, started, list(_world(config, settings)))


def is_repeatable(report: Report, rules: Iterable[Rule]) -> bool:
    """Whether the same files give the same report: nothing crashed, and no code but ours had a say."""
    return not report.crashes and are_ours(rules)


def are_ours(rules: Iterable[Rule]) -> bool:
    """Whether all that the rules do is in this program and in the files of the team's rules."""
    modules = [str(getattr(rule.check, "__module__", "")) for rule in rules]
    return all(module.startswith("promptreg.") and module != "promptreg.lint.plugins" for module in modules)


def _watched(config: Config, settings: Settings, targets: Iterable[str], *, staged: bool) -> Iterator[tuple[str, bool]]:
    """Every path that has a say, and whether only its existence has."""
    yield from ((path, False) for path in _settings_files(os.getcwd()))
    yield from ((path, False) for path in _world(config, settings))
    yield from ((os.path.join(folder, ".git"), True) for folder in _upwards(config.root))
    registry = _index(config.registry) if staged else config.registry
    yield from ((inner, False) for inner in _all_below(registry))
    if settings.baseline is not None:
        yield os.path.join(config.root, settings.baseline), False
    for path in [config.root] if settings.python else []:
        yield from ((inner, False) for inner in _all_below(path, python=True))
    for target in targets:
        path = os.path.abspath(target)
        if not f"{path}{os.sep}".startswith(os.path.join(config.registry, "")):
            yield from ((inner, False) for inner in _all_below(path, python=True))


def _world(config: Config, settings: Settings) -> Iterator[str]:
    """What findings depend on besides the registry, the baseline and code: settings, team rules, tokenizers, and us."""
    yield from _settings_files(config.root)
    for path in (os.path.join(config.root, settings.rules), *_ranks(config)):
        yield from _all_below(path)
    yield from _program()


def _index(registry: str) -> str:
    from promptreg.registry.git import open_repository

    return open_repository(registry).index_file


def _ranks(config: Config) -> list[str]:
    chosen = [config.ranks, os.environ.get("TIKTOKEN_CACHE_DIR"), os.environ.get("DATA_GYM_CACHE_DIR")]
    return [folder for folder in chosen if folder]


def _settings_files(folder: str) -> Iterator[str]:
    for outer in _upwards(folder):
        yield os.path.join(outer, "promptreg.toml")
        yield os.path.join(outer, "pyproject.toml")


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        folder, inner = os.path.dirname(folder), folder
        if folder == inner:
            return


def _all_below(top: str, *, python: bool = False) -> Iterator[str]:
    """A file or folder and all in it, links followed, each folder once; with `python`, of its files only the code."""
    seen: set[tuple[int, int]] = set()
    waiting = [top]
    yield top
    while waiting:
        folder = waiting.pop()
        try:
            info = os.stat(folder)
            if (info.st_dev, info.st_ino) in seen:
                continue
            seen.add((info.st_dev, info.st_ino))
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir():
                if not python or not (entry.name in _NEVER or entry.name.startswith(".")):
                    waiting.append(entry.path)
                    yield entry.path
            elif not python or entry.name.endswith((".py", "pyvenv.cfg")):
                yield entry.path


def _program() -> Iterator[str]:
    """What tells that this program or a plug-in is another one: the folders that packages are installed to, and where
    this package is not in one of them, its files."""
    own = str(Path(promptreg.__file__).parent)
    for folder in sys.path:
        if folder.endswith(("site-packages", "dist-packages")):
            yield folder
    yield os.path.join(own, "__init__.py")
    if "site-packages" not in own and "dist-packages" not in own:
        for folder, folders, files in os.walk(own):
            folders[:] = [name for name in folders if name not in _NEVER]
            yield from (os.path.join(folder, name) for name in files)


def _sweep(folder: str) -> None:
    """Take away the oldest records."""
    with os.scandir(folder) as entries:
        records = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.endswith(".record"))
    for _, path in records[: max(0, len(records) - _KEPT + 1)]:
        with suppress(OSError):
            os.unlink(path)
