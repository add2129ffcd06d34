"""Edits of texts: which fixes can be made together, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from promptreg.lint.finding import Edit, Finding, Place

__all__ = ["apply_edits", "by_path", "disjoint", "moved_place"]


def by_path(findings: Iterable[Finding]) -> dict[str, list[Edit]]:
    """The edits of the fixes of findings, by the path of their file."""
    found: dict[str, list[Edit]] = {}
    for finding in findings:
        for edit in finding.fix.edits if finding.fix else ():
            found.setdefault(edit.place.path, []).append(edit)
    return found


def disjoint(findings: Iterable[Finding]) -> list[Finding]:
    """The findings whose fixes can be made at once: of fixes that touch, or insert at one place, the first by place.

    A fix is made whole or not at all. A fix whose own edits overlap is none.
    """
    taken: dict[str, list[tuple[int, int]]] = {}
    chosen = []
    for finding in sorted(findings, key=_first):
        assert finding.fix is not None
        spans = [(edit.place.path, edit.place.start, edit.place.end) for edit in finding.fix.edits]
        own: dict[str, list[tuple[int, int]]] = {}
        for path, start, end in spans:
            if any(_meet((start, end), other) for other in (*taken.get(path, ()), *own.get(path, ()))):
                break
            own.setdefault(path, []).append((start, end))
        else:
            chosen.append(finding)
            for path, found in own.items():
                taken.setdefault(path, []).extend(found)
    return chosen


def _first(finding: Finding) -> tuple[str, int, int]:
    assert finding.fix is not None
    return min((edit.place.path, edit.place.start, edit.place.end) for edit in finding.fix.edits)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans share a character or the place of an insertion."""
    if one == other:
        return True
    return one[0] < other[1] and other[0] < one[1] if _both(one, other) else one[0] <= other[1] and other[0] <= one[1]


def _both(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < one[1] and other[0] < other[1]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text after edits that do not overlap."""
    found = []
    at = 0
    for edit in sorted(edits, key=lambda one: (one.place.start, one.place.end)):
        found += [text[at : edit.place.start], edit.text]
        at = edit.place.end
    return "".join([*found, text[at:]])


def moved_place(place: Place, edits: Sequence[Edit]) -> tuple[int, int]:
    """The offsets at which a place stands after edits of its file; what was written into it belongs to it."""
    before = sum(len(edit.text) - len(edit.place.text) for edit in edits if edit.place.end <= place.start)
    inside = sum(
        len(edit.text) - len(edit.place.text)
        for edit in edits
        if place.start < edit.place.end and edit.place.start < place.end
    )
    return place.start + before, max(place.start + before, place.end + before + inside)
