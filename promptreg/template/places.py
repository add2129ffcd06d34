"""Where the parts of one body stand in its file, looked up once and remembered."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.template.bullets import Bullets
from promptreg.template.marks import Run
from promptreg.text import TextMap

__all__ = ["Places", "WrittenRun"]


class WrittenRun(NamedTuple):
    """`size` characters of literal text with their file range; `bullet` is an index into the body's bullets."""

    size: int
    exact: bool
    file_start: int
    file_end: int
    bullet: int | None


class Places:
    """Answers for one body. Filled by whoever asks first; threads at worst compute an answer twice."""

    __slots__ = ("_runs", "_tags", "body", "bullets")

    def __init__(self, body: TextMap, bullets: Bullets | None) -> None:
        self.body = body
        self.bullets = bullets
        self._runs: dict[Run, tuple[WrittenRun, ...]] = {}
        self._tags: dict[tuple[int, int], tuple[int, int]] = {}

    def runs(self, run: Run) -> tuple[WrittenRun, ...]:
        """A run of literal text, cut where a bullet starts or ends and where the file rewrites it."""
        found = self._runs.get(run)
        if found is None:
            found = self._runs[run] = tuple(self._cut(run))
        return found

    def _cut(self, run: Run) -> list[WrittenRun]:
        start, end = run.offset, run.offset + run.size
        pieces = self.bullets.borders(start, end) if self.bullets is not None else [(start, end)]
        return [
            WrittenRun(part.end - part.start, part.exact, part.file_start, part.file_end, self.bullet(piece[0]))
            for piece in pieces
            for part in self.body.ranges(*piece)
        ]

    def tag(self, start: int, end: int) -> tuple[int, int]:
        """The file range of a tag."""
        found = self._tags.get((start, end))
        if found is None:
            found = self._tags[start, end] = self.body.span(start, end)
        return found

    def bullet(self, offset: int) -> int | None:
        """The index of the bullet that a text offset stands in."""
        return self.bullets.at(offset) if self.bullets is not None else None
