"""Running git: argument lists, both outputs read as they come, no process left behind."""

from __future__ import annotations

import os
import selectors
import subprocess
from collections.abc import Iterable, Iterator, Sequence

from promptreg.registry.git.environment import Git
from promptreg.registry.git.faults import GitError, TooLarge, failure

__all__ = ["chunks", "end", "output", "records", "start"]

Process = subprocess.Popen[bytes]

MAX_OUTPUT = 100_000_000
_CHUNK = 1 << 16
_MAX_COMPLAINT = 1 << 14


def start(git: Git, arguments: Sequence[str], stdin: int = subprocess.DEVNULL) -> Process:
    """Start git with pipes at both outputs; the caller hands the process to `end`.

    Raises GitError when git cannot be run.
    """
    settings = (part for setting in git.settings for part in ("-c", setting))
    command = (git.program, "--no-pager", *settings, *arguments)
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            [part.encode("utf-8", "surrogateescape") for part in command],
            cwd=git.folder,
            env=git.environment,
            stdin=stdin,
            stdout=pipe,
            stderr=pipe,
        )
    except OSError as error:
        raise GitError(f"git {arguments[0]} cannot be run: {(error.strerror or str(error)).lower()}") from error


def end(process: Process) -> None:
    """Stop the process if it still runs, and close its pipes."""
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def chunks(git: Git, arguments: Sequence[str], *, also_fine: int = 0) -> Iterator[bytes]:
    """What git prints, as it prints it. Closing the iterator stops git.

    Raises GitError at the end when git failed: when its exit code was neither 0 nor `also_fine`.
    """
    process = start(git, arguments)
    said = bytearray()
    try:
        with selectors.DefaultSelector() as pipes:
            for pipe in (process.stdout, process.stderr):
                assert pipe is not None
                pipes.register(pipe, selectors.EVENT_READ)
            while pipes.get_map():
                for key, _ in pipes.select():
                    data = os.read(key.fd, _CHUNK)
                    if not data:
                        pipes.unregister(key.fileobj)
                    elif key.fileobj is process.stdout:
                        yield data
                    else:
                        said += data[: _MAX_COMPLAINT - len(said)]
        code = process.wait()
    finally:
        end(process)
    if code not in (0, also_fine):
        raise failure(arguments[0], bytes(said), code)


def output(git: Git, arguments: Sequence[str], *, also_fine: int = 0) -> bytes:
    """All that git prints; raises GitError when it fails, TooLarge for more than 100 MB."""
    found = bytearray()
    for data in chunks(git, arguments, also_fine=also_fine):
        found += data
        if len(found) > MAX_OUTPUT:
            raise TooLarge(f"git {arguments[0]} prints more than {MAX_OUTPUT:,} bytes")
    return bytes(found)


def records(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The NUL-terminated records in a stream of chunks."""
    begun: list[bytes] = []
    for part in parts:
        first, *more = part.split(b"\0")
        begun.append(first)
        if more:
            yield b"".join(begun)
            yield from more[:-1]
            begun = [more[-1]]
    if any(begun):
        yield b"".join(begun)
