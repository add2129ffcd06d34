"""Writing a suppression for a finding: a comment that never reaches the model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from promptreg.errors import InvalidFile
from promptreg.lint.directives import directives_of
from promptreg.lint.finding import Edit, Finding, Place
from promptreg.lint.subjects import Head
from promptreg.registry.heads import read_head
from promptreg.render.scanning import scan
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.project import Snapshot
from promptreg.text import Source

__all__ = ["ignore_file", "ignore_here"]

_DATA = "data"


def ignore_here(snapshot: Snapshot, page: Page, finding: Finding) -> Edit | None:
    """The comment that silences one finding where it stands; None where no place for one is found.

    A place is taken only if the file can then be read, the comment speaks of the finding, and no template says anything
    else than before.
    """
    return _first(snapshot, page, finding, _places(page, finding))


def ignore_file(snapshot: Snapshot, page: Page, finding: Finding) -> Edit | None:
    """The comment at the top of the file that silences a rule in all of it."""
    return _first(snapshot, page, finding, [(page.outline.start, f"# promptreg: ignore-file[{finding.rule}]\n")])


def _places(page: Page, finding: Finding) -> Iterator[tuple[int, str]]:
    """Where a comment could stand, with its text, best first: above the line or behind it, in front of its text."""
    text, at = page.text, finding.place.start
    start = text.rfind("\n", 0, at) + 1
    stop = text.find("\n", at)
    stop = len(text) if stop < 0 else stop
    stop -= text[start:stop].endswith("\r")
    line = text[start:stop]
    margin = line[: len(line) - len(line.lstrip(" "))]
    words = f"promptreg: ignore[{finding.rule}]"
    if page.body_at(at) is None:
        yield stop, f"  # {words}"
        yield start, f"{margin}# {words}\n"
    yield start, f"{margin}{{# {words} #}}\n"
    yield stop, f"  # {words}"
    yield start + len(margin), f"{{# {words} #}}"
    body = page.body_at(at)
    if body is not None:
        yield body.start, f"{{# {words} #}}"


def _first(
    snapshot: Snapshot, page: Page, finding: Finding, places: Iterator[tuple[int, str]] | list[tuple[int, str]]
) -> Edit | None:
    name = snapshot.name(page.path)
    before = _read(snapshot, page.path, page.text, name)
    if before is None:
        return None
    line_end = "\r\n" if "\r\n" in page.text else "\n"
    for at, text in places:
        text = text.replace("\n", line_end)
        after = _read(snapshot, page.path, page.text[:at] + text + page.text[at:], name)
        if after is not None and _silences(after, finding, at, len(text)) and _says(after) == _says(before):
            return Edit(Place(finding.place.source, at, at), text)
    return None


def _read(snapshot: Snapshot, path: str, text: str, name: str | None) -> Head | None:
    try:
        return Head(snapshot.workspace, read_head(Source(path, text), name or "", scan))
    except InvalidFile:
        return None


def _silences(head: Head, finding: Finding, at: int, size: int) -> bool:
    shift = size if at <= finding.place.start else 0
    place = Place(head.source, finding.place.start + shift, finding.place.end + shift)
    return any(one.covers(place) and finding.rule in one.rules and not one.fault for one in directives_of(head))


def _says(head: Head) -> list[list[str]]:
    """What each template consists of, comments left out: neighbouring texts as one, tags as their words."""
    found = []
    for template in head.templates:
        tokens = template.parsed.tokens.items if template.parsed is not None else []
        kept = (token for token in tokens if not token.type.startswith("comment"))
        runs = groupby(kept, key=lambda token: token.type == _DATA)
        found.append(["".join(token.text if is_data else token.text.strip() for token in run) for is_data, run in runs])
    return found
