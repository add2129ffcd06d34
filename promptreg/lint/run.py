"""One run of the linter: what to look at, which rules, what they found, and what of it is reported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from promptreg.lint.baseline import Baseline, Covered, Held, hold, read_baseline
from promptreg.lint.cache import Kept
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.engine import Crash, in_order, run_rules
from promptreg.lint.finding import Finding
from promptreg.lint.report import Report
from promptreg.lint.rule import Rule
from promptreg.lint.selection import Selection
from promptreg.lint.settings import Settings
from promptreg.lint.suppress import Suppressor
from promptreg.lint.targets import Chosen, choose
from promptreg.lint.workspace import Workspace
from promptreg.model.prompt import Prompt

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["lint"]


def lint(
    workspace: Workspace,
    targets: Sequence[str] | None,
    settings: Settings,
    *,
    rules: Sequence[Rule] | None = None,
    stamp: str | None = None,
) -> Report:
    """What the rules find in the targets (files or folders; None: everything) and in all that is made with them.

    `rules` are all there are, the built-in ones when None. With a `stamp`, which tells this program and rules that are
    none of its own from others, findings are kept for the next run in a cache folder of the user.

    Raises UsageError for a target that is not there, and what `Selection` raises for settings that name no rule and
    `read_baseline` for a baseline.
    """
    selection = Selection(settings, builtin_rules() if rules is None else rules)
    chosen = choose(workspace, targets, settings)
    python = _python(workspace, chosen)
    kept = None if stamp is None else Kept(workspace, selection.active, stamp)
    found, crashes = run_rules(workspace, chosen.names, chosen.paths, selection.active, python=python, kept=kept)
    if kept is not None:
        kept.save(everything=chosen.everything)
    suppressor = Suppressor(workspace, selection, python)
    judged = suppressor.judge(_on(found, selection))
    heads = [workspace.head(name) for name in sorted(chosen.names)]
    about = suppressor.suppressions(heads, frozenset(crash.rule for crash in crashes), chosen.python)
    more, more_crashes = run_rules(workspace, (), (), selection.active, about)
    again = suppressor.judge(_on(more, selection))
    prompts = sum(isinstance(workspace.store.heads[name], Prompt) for name in chosen.names)
    crashes = [*crashes, *more_crashes]
    covered = _covered(chosen, selection, crashes)
    held = hold(in_order([*judged.reported, *again.reported]), _baseline(workspace, settings), covered)
    return Report(
        held.reported,
        tuple(crashes),
        in_order([*judged.suppressed, *again.suppressed]),
        held.baselined,
        files=len(chosen.paths) + len(chosen.python),
        components=len(chosen.names) - prompts,
        prompts=prompts,
        notices=(*_notices(workspace, chosen, selection), *_loose(held, settings)),
        covered=covered,
    )


def _baseline(workspace: Workspace, settings: Settings) -> Baseline:
    if settings.baseline is None:
        return {}
    file = os.path.join(workspace.registry.root, settings.baseline)
    return read_baseline(file, settings.baseline, settings.update_baseline)


def _covered(chosen: Chosen, selection: Selection, crashes: Iterable[Crash]) -> Covered:
    crashed = {crash.rule for crash in crashes}
    rules = frozenset(active.rule.name for active in selection.active if active.rule.name not in crashed)
    owners = None if chosen.everything else frozenset((*chosen.names, *chosen.paths, *chosen.python))
    return Covered(rules, owners)


def _loose(held: Held, settings: Settings) -> list[str]:
    count = len(held.loose)
    if not count:
        return []
    entries = "an entry" if count == 1 else f"{count} entries"
    return [f"{entries} of {settings.baseline} can be tightened: `{settings.update_baseline}` does it"]


def _python(workspace: Workspace, chosen: Chosen) -> list[PythonFile]:
    """The Python files to look at, and of those that call what was chosen, these calls."""
    if not chosen.python and not chosen.callers:
        return []
    from promptreg.lint.calls.files import python_files

    callers = python_files(workspace, chosen.callers, chosen.names) if chosen.callers else ()
    return [*python_files(workspace, chosen.python), *callers]


def _on(findings: Iterable[Finding], selection: Selection) -> Iterator[Finding]:
    """The findings of rules that are on where they stand, with the severity that the settings give them."""
    for finding in findings:
        if selection.is_on(finding.rule, finding.place.path):
            yield finding._replace(severity=selection.severity(finding))


def _notices(workspace: Workspace, chosen: Chosen, selection: Selection) -> list[str]:
    """What people should know, though it changes nothing."""
    found = [f"{path} is no file of the registry: nothing was looked at there" for path in chosen.others]
    paths = [*(file.path for file in workspace.files), *chosen.python]
    found += [f"the settings of lint.folders.{one.folder} fit no file" for one in selection.unmatched(paths)]
    for rule, _ in selection.active:
        if rule.stage == "deprecated":
            found.append(f"the rule {rule.name} is deprecated: {rule.reason}")
    return found
