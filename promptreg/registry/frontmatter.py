"""The YAML at the head of a Markdown file, and the body below it."""

from __future__ import annotations

import re
from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem
from promptreg.model.conflict import body_conflicts, problem_of
from promptreg.registry.strict_yaml import Document, parse_yaml, read_past
from promptreg.text import Source, TextMap

__all__ = ["FrontMatter", "split", "split_past"]

_DELIMITER = re.compile(r"--- *(?:\r?\n|\Z)")
_LISTED = 100
_CLOSING = re.compile(r"^--- *(?:\r?\n|\Z)", re.MULTILINE)


class FrontMatter(NamedTuple):
    """A file in two: `document` is None when the file has no front matter, and `body` is then all of it."""

    document: Document | None
    body: TextMap


def split(source: Source) -> FrontMatter:
    """Take a file apart at its front matter.

    A line `---` (trailing spaces allowed) opens front matter only as the very first line, and only the next such line
    closes it; the body begins right after that and may hold others. Raises InvalidFile with all problems of the
    YAML, for front matter that is never closed, for byte order marks and lone carriage returns anywhere, and for
    unresolved merge conflicts.
    """
    text = source.text
    unresolved = body_conflicts(text)
    if unresolved:
        raise InvalidFile(problem_of(conflict, InvalidFile.code, source.path) for conflict in unresolved)
    opening = _DELIMITER.match(text, 1 if text.startswith("\ufeff") else 0)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    body_start = closing.end() if closing else 0
    problems = _line_problems(source, body_start)
    document = None
    if opening and closing:
        try:
            document = parse_yaml(source, opening.end(), closing.start())
        except InvalidFile as error:
            problems += error.problems
    elif opening:
        message = 'the front matter opened here is never closed by a line "---"'
        problems.append(Problem(InvalidFile.code, message, source.path, 1, 1))
    if problems:
        raise InvalidFile(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
    return FrontMatter(document, TextMap.of_slice(source, body_start, len(text)))


def split_past(source: Source) -> FrontMatter | None:
    """A file that `split` refuses, read past anchors, tags and duplicate keys to find its other mistakes; or None."""
    text = source.text
    opening = _DELIMITER.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    document = read_past(source, opening.end(), closing.start()) if opening and closing else None
    if document is None or closing is None or "\r" in text.replace("\r\n", ""):
        return None
    return FrontMatter(document, TextMap.of_slice(source, closing.end(), len(text)))


def _line_problems(source: Source, body_start: int) -> list[Problem]:
    """Complaints about the start of the file and the line ends of the body; the YAML part looks after itself."""
    text = source.text
    if "\r" not in text and not text.startswith("\ufeff"):
        return []
    from promptreg.registry.yaml_characters import character_problems

    head = character_problems(source, 0, min(body_start, 1), limit=1, only="\ufeff")
    return head + character_problems(source, body_start, len(text), limit=_LISTED, only="\r\ufeff")
