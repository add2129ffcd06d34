"""`promptreg lint --fix` and `--diff`: fixing files, or showing what fixing them would change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from promptreg.cli import streams
from promptreg.cli.session import Where
from promptreg.errors import UsageError
from promptreg.registry.moments import NOW

if TYPE_CHECKING:
    from promptreg.lint.finding import Finding
    from promptreg.lint.fix import Fixed, Look
    from promptreg.lint.workspace import Workspace

__all__ = ["Fixing", "fix_files", "show_diff", "tell_fixes"]


class Fixing(NamedTuple):
    """What the options say about fixes; `unsafe` asks for the safe ones too."""

    safe: bool
    unsafe: bool
    diff: bool

    @property
    def is_wanted(self) -> bool:
        """Whether anything is to be fixed, on disk or on paper."""
        return self.safe or self.unsafe or self.diff

    def check(self, where: Where, form: str) -> None:
        """Refuse what cannot be done together."""
        if self.is_wanted and not self.diff and where.moment != NOW:
            raise UsageError("fixes are made in the folder: --fix goes without --at and --staged; see --diff")
        if self.diff and form != "text":
            raise UsageError("--diff prints a diff: it goes without --format")


def fix_files(workspace: Workspace, look: Look, fixing: Fixing, targets: Sequence[str] | None) -> Fixed:
    """Make the fixes in the targets (None: everywhere), and unless a diff was asked for, write them: all or none.

    What is made with the targets is looked at, and left as it is.
    """
    from promptreg.lint.fix import fix

    below = None if targets is None else tuple(_from_root(target, workspace) for target in targets)

    def wanted(finding: Finding) -> bool:
        edits = finding.fix.edits if finding.fix is not None else ()
        return below is None or all(f"{edit.place.path}/".startswith(below) for edit in edits)

    fixed = fix(workspace, look, unsafe=fixing.unsafe, wanted=wanted)
    if fixed.texts and not fixing.diff:
        from promptreg.registry.rewrite import rewrite
        from promptreg.registry.source_tree import FolderTree

        tree = workspace.store.tree
        assert isinstance(tree, FolderTree)
        before = _texts(workspace)
        rewrite(tree, {path: (before[path], text) for path, text in fixed.texts.items()})
    return fixed


def _from_root(target: str, workspace: Workspace) -> str:
    """What the path of a file at or below the target begins with, when it ends with a slash."""
    root = os.path.realpath(workspace.registry.root)
    path = os.path.relpath(os.path.realpath(os.path.join(root, target)), root).replace(os.sep, "/")
    return "" if path == "." else f"{path}/"


def _texts(workspace: Workspace) -> dict[str, str]:
    return {file.path: file.source.text for file in workspace.files if file.source is not None}


def show_diff(workspace: Workspace, fixed: Fixed, output: str | None) -> None:
    """Write what the fixes would change: to standard output, or to a file."""
    from promptreg.output.lint_fixes import diff_rows, diff_text
    from promptreg.output.lint_secrets import Secrets

    secrets = Secrets.of(fixed.report, fixed.made)
    text = diff_text(_texts(workspace), fixed, secrets)
    screen = streams.screen()
    if output is not None:
        from promptreg.cli.files import write_file

        write_file(output, text.encode("utf-8"))
    elif screen.is_terminal or screen.color:
        streams.write_rows(diff_rows(text))
    else:
        streams.write_text(text)


def tell_fixes(fixed: Fixed, fixing: Fixing) -> None:
    """Say on standard error what was fixed, what was not and why, and which heads need a new version."""
    from promptreg.lint.raise_version import bumps
    from promptreg.output.lint_fixes import bump_lines, fix_lines, idle_lines, refusal_lines

    streams.flush()
    for line in fix_lines(fixed):
        streams.talk(f"{'would fix' if fixing.diff else 'fixed'} {line}")
    for line in refusal_lines(fixed):
        streams.warn(line)
    for line in idle_lines(fixed, unsafe=fixing.unsafe) if fixing.diff else ():
        streams.talk(line)
    for line in bump_lines(bumps(fixed.workspace, fixed.texts)):
        streams.talk(line)
