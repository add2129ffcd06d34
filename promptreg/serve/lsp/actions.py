"""What can be done about a finding: apply its fix, or say that it is to be ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from promptreg.lint.finding import Edit, Finding, Fix
from promptreg.lint.proof import doubt
from promptreg.lint.workspace import Workspace
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.project import Snapshot
from promptreg.serve.lsp.suppression import ignore_file, ignore_here

__all__ = ["Action", "actions"]


class Action(NamedTuple):
    """Edits under a title that mend or silence a finding. `is_best` for a fix that is proven to be safe."""

    title: str
    finding: Finding
    edits: tuple[Edit, ...]
    is_best: bool = False


def actions(snapshot: Snapshot, page: Page, findings: Iterable[Finding], start: int, end: int) -> list[Action]:
    """What can be done about the findings of a page that touch `start:end`; nothing about those of another text."""
    here = [one for one in findings if one.place.source.text == page.text and _touches(one, start, end)]
    found = [action for finding in here for action in _fixes(snapshot, page, finding)]
    for finding in here:
        found += _suppressions(snapshot, page, finding)
    return list({(action.title, action.edits): action for action in found}.values())


def _touches(finding: Finding, start: int, end: int) -> bool:
    return finding.place.start <= end and start <= finding.place.end


def _fixes(snapshot: Snapshot, page: Page, finding: Finding) -> Iterator[Action]:
    fix = finding.fix
    if fix is None or fix.applicability == "display" or not fix.edits or not _is_fresh(snapshot, page, fix):
        return
    doubt = _doubt(snapshot, finding, fix)
    yield Action(f"{fix.title} (unsafe: {doubt})" if doubt else fix.title, finding, fix.edits, not doubt)


def _doubt(snapshot: Snapshot, finding: Finding, fix: Fix) -> str:
    """Why a fix cannot be called safe; empty when every sample proves that it is."""
    if fix.applicability != "safe":
        return "it may change what is rendered"
    return doubt(Workspace(snapshot.registry), finding)


def _is_fresh(snapshot: Snapshot, page: Page, fix: Fix) -> bool:
    """Whether every file that a fix edits still has the text that it was made for."""
    for edit in fix.edits:
        head = snapshot.head(edit.place.path)
        text = page.text if edit.place.path == page.path else head.written.source.text if head else None
        if text != edit.place.source.text:
            return False
    return True


def _suppressions(snapshot: Snapshot, page: Page, finding: Finding) -> Iterator[Action]:
    here = ignore_here(snapshot, page, finding)
    if here is not None:
        yield Action(f"Ignore {finding.rule} here", finding, (here,))
    everywhere = ignore_file(snapshot, page, finding)
    if everywhere is not None:
        yield Action(f"Ignore {finding.rule} in this file", finding, (everywhere,))
