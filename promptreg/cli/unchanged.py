"""The answer of `promptreg lint` when nothing changed since it was last given: found before click is imported.

A record beside the caches holds the bytes and the exit code of a run, and a stamp (times of modification and of change
to the nanosecond, size, inode, mode) of every file and folder that had a say in it. The same command in the same place
is answered from the record while all stamps are the same; whatever is in doubt is linted again.
"""

# Imports here are paid for by every hook run: no re, no json, no pathlib.

import os
import sys

from promptreg import __version__
from promptreg.cache_folder import cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FORMAT", "answer", "asked", "digest", "record_file", "stamp"]

FORMAT = b"promptreg lint record 1"
_WORDS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "TIKTOKEN_CACHE_DIR")
_asked: list[str] = []
_GONE = "-"
_THERE = "+"


def digest(data: bytes) -> str:
    """A digest of bytes; a cryptographic one, of the fastest kind that there is without importing much."""
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    return blake2b(data, digest_size=16).hexdigest()


def answer(args: "Sequence[str]") -> int | None:
    """Repeat what the same command said before, and its exit code; None where something may have changed."""
    file = record_file(args)
    if file is None:
        return None
    _asked.append(file)
    try:
        with open(file, "rb") as stream:
            data = stream.read()
        head, _, rest = data.partition(b"\n")
        if head != FORMAT + b" " + digest(rest).encode():
            return None
        counts, _, rest = rest.partition(b"\n")
        code, lines, out, err = map(int, counts.split())
        *stamps, tail = rest.split(b"\n", lines)
        if len(stamps) != lines or len(tail) != out + err:
            return None
        for line in stamps:
            known, _, path = line.partition(b" ")
            if stamp(path, existence=known in (b"+", b"-")) != known.decode():
                return None
    except (OSError, ValueError):
        return None
    return _repeat(tail[:out], tail[out:], code)


def _repeat(out: bytes, err: bytes, code: int) -> int | None:
    """Write to both streams; None when nothing could be written yet and a full run can say why."""
    if sys.stdout is None or sys.stderr is None:
        return None
    if out:
        sys.stdout.buffer.write(out)
        sys.stdout.buffer.flush()
    if err:
        sys.stderr.buffer.write(err)
        sys.stderr.buffer.flush()
    return code


def stamp(path: "str | bytes", *, existence: bool = False) -> str:
    """What changes whenever a file, or what is listed in a folder, does; with `existence`, only whether it is there."""
    try:
        info = os.stat(path)
    except (OSError, ValueError):
        return _GONE
    if existence:
        return _THERE
    size = info.st_size if info.st_mode & 0o170000 != 0o040000 else 0
    return f"{info.st_mtime_ns},{info.st_ctime_ns},{size},{info.st_ino},{info.st_dev},{info.st_mode}"


def asked() -> str | None:
    """The file that this process looked for a record in; None where it is not the whole of a command."""
    return _asked[-1] if _asked else None


def record_file(args: "Iterable[str]") -> str | None:
    """Where the record of a command is kept, by all that the answer depends on but files; None without a cache."""
    folder = cache_folder()
    if folder is None:
        return None
    key = [__version__, sys.version, os.getcwd(), *args]
    key += [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(("PROMPTREG_", "GIT_"))]
    key += [f"{name}={os.environ.get(name)}" for name in _WORDS]
    for stream in (sys.stdout, sys.stderr):
        key.append(_kind(stream))
    return os.path.join(folder, "lint", digest("\0".join(key).encode("utf-8", "surrogateescape")) + ".record")


def _kind(stream: object) -> str:
    """What a stream can show: its encoding, and the width of a terminal."""
    try:
        if stream.isatty():  # type: ignore[attr-defined]
            return f"{os.get_terminal_size(stream.fileno()).columns} {stream.encoding}"  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return "?"
    return "pipe"
