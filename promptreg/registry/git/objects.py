"""Contents of objects, in bulk, through `git cat-file --batch` processes that are kept open.

A process belongs to one reader at a time: a reader takes it out of the pool, and puts it back when every answer was
read. Threads hence never see each other's answers, and a child after a fork starts processes of its own.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from promptreg.registry.git.environment import Git
from promptreg.registry.git.faults import GitError, MissingObject, TooLarge, failure
from promptreg.registry.git.names import object_id, shown
from promptreg.registry.git.process import end, start

__all__ = ["Answer", "ObjectReader"]

_WINDOW = 60
"""Questions that wait for an answer: with ids of 64 digits they fit the smallest pipe (4,096 bytes), so that writing
never waits for git while git waits for us."""

_MAX_IDLE = 4


class Answer(NamedTuple):
    """An object as it is stored."""

    object_id: str
    kind: str
    content: bytes


class _Batch:
    """One `cat-file --batch` process. Invariant: answers come in the order of the questions."""

    def __init__(self, git: Git) -> None:
        self._process = start(git, ("cat-file", "--batch"), subprocess.PIPE)
        self._owner = os.getpid()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._questions = self._process.stdin.fileno()
        self._answers = self._process.stdout
        self._complaints = self._process.stderr.fileno()
        os.set_blocking(self._complaints, False)
        self._said = b""

    def is_usable(self) -> bool:
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, question: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # git is gone; the missing answer tells why
            os.write(self._questions, question)

    def answer(self, limit: int) -> Answer | None:
        """The next answer; None when there is no such object. Raises GitError when git gave up."""
        head = self._answers.readline()
        if head.endswith(b" missing\n"):
            return None
        if head.endswith(b" ambiguous\n"):
            raise GitError("more than one object begins like that")
        if not head.endswith(b"\n"):
            raise self._gone()
        identity, _, rest = head.decode("utf-8", "replace").partition(" ")
        kind, _, digits = rest.removesuffix("\n").partition(" ")
        if not digits.isdecimal():
            raise GitError(f"git cat-file answers something unknown: {shown(head.decode('utf-8', 'replace'))}")
        size = int(digits)
        if size > limit:
            raise TooLarge(f"the {kind} {identity} in the repository is larger than {limit:,} bytes ({size:,})")
        content = self._answers.read(size + 1)
        if len(content) <= size:
            raise self._gone()
        return Answer(identity, kind, content[:-1])

    def complaints(self) -> bytes:
        """What git said on stderr since this was asked last; a pipe that is never emptied would stop git one day."""
        with contextlib.suppress(BlockingIOError):
            said = os.read(self._complaints, 1 << 16)
            self._said = said or self._said
            return said
        return b""

    def _gone(self) -> GitError:
        self._answers.close()
        code = self._process.wait()
        # Git may have said why while answers to earlier questions were still being read.
        return failure("cat-file", self.complaints() or self._said, code)

    def close(self) -> None:
        if self._owner != os.getpid():  # the process and its end belong to the parent
            self._process.returncode = 0
        end(self._process)


class ObjectReader:
    """Reads objects of one repository; may be shared by threads. Its processes stop when it is closed or collected."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._idle: deque[_Batch] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def find(self, name: str, limit: int) -> tuple[Answer | None, str]:
        """The object that `name` (one line) leads to, and what git remarked. Raises GitError when git gives up."""
        batch = self._take()
        try:
            batch.complaints()
            batch.ask(name.encode("utf-8", "surrogateescape") + b"\n")
            answer = batch.answer(limit)
            remarks = batch.complaints().decode("utf-8", "replace")
        except BaseException:
            batch.close()
            raise
        self._put(batch)
        return answer, remarks

    def files(self, object_ids: Iterable[str], limit: int) -> Iterator[bytes]:
        """The contents of files, in order. Raises MissingObject, TooLarge, and GitError for what is no file."""
        waiting: deque[str] = deque()
        source = iter(object_ids)
        batch = self._take()
        finished = False
        try:
            while True:
                if len(waiting) <= _WINDOW // 2:
                    more = [object_id(text) for text in islice(source, _WINDOW - len(waiting))]
                    waiting.extend(more)
                    batch.complaints()
                    batch.ask("".join(f"{text}\n" for text in more).encode())
                if not waiting:
                    break
                asked = waiting.popleft()
                try:
                    answer = batch.answer(limit)
                except MissingObject:  # git gave up, and may have had no time to say at which one
                    raise MissingObject(asked) from None
                yield _content(answer, asked)
            finished = True
        finally:
            if finished:
                self._put(batch)
            else:
                batch.close()

    def close(self) -> None:
        """Stop the processes that wait; the next question starts a new one."""
        _close_all(self._idle)

    def _take(self) -> _Batch:
        while True:
            try:
                batch = self._idle.pop()
            except IndexError:
                return _Batch(self._git)
            if batch.is_usable():
                return batch
            batch.close()

    def _put(self, batch: _Batch) -> None:
        if len(self._idle) < _MAX_IDLE:
            self._idle.append(batch)
        else:
            batch.close()


def _content(answer: Answer | None, asked: str) -> bytes:
    if answer is None:
        raise MissingObject(asked)
    if answer.kind != "blob":
        raise GitError(f"object {asked} is a {answer.kind}, not a file")
    return answer.content


def _close_all(idle: deque[_Batch]) -> None:
    while idle:
        with contextlib.suppress(IndexError):
            idle.pop().close()
