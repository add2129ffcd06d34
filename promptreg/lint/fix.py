"""Fixing what was found, on texts in memory: what is proven safe, or with `unsafe` everything that breaks nothing.

The outcome is a fixed point: fixing it again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from promptreg.lint.edits import apply_edits, by_path, disjoint, moved_place
from promptreg.lint.finding import Finding
from promptreg.lint.proof import Executed, Proof
from promptreg.lint.report import Report
from promptreg.lint.workspace import Workspace

__all__ = ["Fixed", "Refused", "fix"]

_ROUNDS = 10
"""Rounds of fixing and looking again. Fixes that need more feed each other, and may double the text in each round."""

_Key = tuple[str, str, str, str, int]

Look = Callable[[Workspace], Report]
"""Runs the linter on a workspace; always with the same targets, rules and settings."""


class Refused(NamedTuple):
    """A fix that was not made, and why."""

    finding: Finding
    reason: str


class Fixed(NamedTuple):
    """What fixing comes to. `texts` are the changed files by path; `made` and `refused` are fixes in order.

    `report` is what the linter finds afterwards, in `workspace`.
    """

    workspace: Workspace
    report: Report
    texts: Mapping[str, str] = {}
    made: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()


def fix(
    workspace: Workspace, look: Look, *, unsafe: bool = False, wanted: Callable[[Finding], bool] = lambda _: True
) -> Fixed:
    """Make those fixes that are `wanted`, until none is left that can be made.

    A safe fix is made when there is a `Proof`; otherwise it is refused (with `unsafe`, it counts as unsafe). Any fix is
    refused after which a file could not be read, a template not be parsed, a ref not be followed or a rendering not be
    made; one that leaves its finding; one that brings back a text that others had changed; one of a file that is no
    head of the registry. Of fixes that overlap, one is made and the others are looked at again.
    """
    start = _State(workspace, look(workspace), {})
    state, made = start, list[Finding]()
    seen = [start.texts]
    while True:
        found = _Fixer(workspace, look, wanted, unsafe=unsafe).run(state)
        made += found.made
        if found.state.texts == state.texts:
            return Fixed(state.workspace, state.report, state.texts, tuple(made), found.refused)
        state = found.state
        if state.texts in seen or len(seen) > _ROUNDS:
            reason = "together with others it comes to no end"
            return Fixed(workspace, start.report, {}, (), tuple(Refused(one, reason) for one in made))
        seen.append(state.texts)


class _State(NamedTuple):
    """A registry with some texts changed, and what the linter finds in it."""

    workspace: Workspace
    report: Report
    texts: Mapping[str, str]


class _Run(NamedTuple):
    state: _State
    made: list[Finding]
    refused: tuple[Refused, ...]


class _Fixer:
    """One pass: from a state to one in which every fix has been made or refused."""

    def __init__(self, base: Workspace, look: Look, wanted: Callable[[Finding], bool], *, unsafe: bool) -> None:
        self.base = base
        self.look = look
        self.wanted = wanted
        self.unsafe = unsafe
        self.refused: dict[_Key, Refused] = {}

    def run(self, state: _State) -> _Run:
        """Rounds of fixes. Ends, because each one makes a new text, or refuses a fix for good."""
        history: list[tuple[_State, list[Finding]]] = []
        made: list[Finding] = []
        while True:
            keyed = self._candidates(state.report)
            batch = disjoint(keyed.values())
            accepted = self._accept(state, batch, keyed) if batch else []
            if not batch:
                break
            if not accepted:
                continue
            after = self._after(state, accepted)
            report = self.look(after.workspace)
            stuck = _stuck(accepted, report)
            if stuck:
                self._refuse(stuck, keyed, "what it mends is still found after it")
                continue
            history.append((state, accepted))
            state = after._replace(report=report)
            made += accepted
            back = next((n for n, (old, _) in enumerate(history) if old.texts == state.texts), None)
            if back is not None or len(history) > _ROUNDS:
                state = self._undo(history[back or 0 :], "others change it back")
                made = [one for _, ones in history[: back or 0] for one in ones]
                history = history[: back or 0]
        return _Run(state, made, tuple(self.refused.values()))

    def _undo(self, rounds: Sequence[tuple[_State, list[Finding]]], reason: str) -> _State:
        """The state before these rounds, with every fix of them refused."""
        for state, accepted in rounds:
            self._refuse(accepted, self._keys(state.report), reason)
        return rounds[0][0]

    def _candidates(self, report: Report) -> dict[_Key, Finding]:
        """The findings that may be fixed, by what they are known by."""
        levels = ("safe", "unsafe") if self.unsafe else ("safe",)
        return {
            key: one
            for key, one in self._keys(report).items()
            if key not in self.refused
            and one.fix is not None
            and one.fix.applicability in levels
            and one.fix.edits
            and self.wanted(one)
        }

    @staticmethod
    def _keys(report: Report) -> dict[_Key, Finding]:
        counts: Counter[tuple[str, str, str, str]] = Counter()
        found: dict[_Key, Finding] = {}
        for one in report.findings:
            base = (one.rule, one.place.path, one.message, one.place.text)
            counts[base] += 1
            found[(*base, counts[base])] = one
        return found

    def _refuse(self, findings: Iterable[Finding], keyed: Mapping[_Key, Finding], reason: str) -> None:
        wanted = {id(one) for one in findings}
        for key, one in keyed.items():
            if id(one) in wanted:
                self.refused[key] = Refused(one, reason)

    def _accept(self, state: _State, batch: list[Finding], keyed: Mapping[_Key, Finding]) -> list[Finding]:
        """The fixes of a batch that can be made together; the others are refused. Halves what fails as a whole."""
        waiting = [self._hopeful(state.workspace, batch, keyed)]
        accepted: list[Finding] = []
        while waiting:
            some = waiting.pop()
            reason = self._fault(state, accepted, some) if some else ""
            if not reason:
                accepted += some
            elif len(some) == 1:
                self._refuse(some, keyed, reason)
            else:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
        return accepted

    def _hopeful(self, workspace: Workspace, batch: list[Finding], keyed: Mapping[_Key, Finding]) -> list[Finding]:
        """The fixes that are worth trying; the others are refused."""
        executed = Executed(workspace)
        found = []
        for one in batch:
            reason = _misplaced(one, workspace)
            if not reason and self._is_safe(one):
                reason = executed.fault(one)
            if reason:
                self._refuse([one], keyed, reason)
            else:
                found.append(one)
        return found

    def _is_safe(self, finding: Finding) -> bool:
        """Whether a fix has to be proven: when unsafe ones are wanted anyway, none has."""
        return not self.unsafe and finding.fix is not None and finding.fix.applicability == "safe"

    def _fault(self, state: _State, accepted: list[Finding], some: list[Finding]) -> str:
        """Why fixes cannot be made on top of others; empty when they can."""
        fixes = [*accepted, *some]
        proof = Proof(state.workspace, self._after(state, fixes).workspace, by_path(fixes))
        return proof.broken() or proof.lost() or (proof.changed() if any(map(self._is_safe, some)) else "")

    def _after(self, state: _State, fixes: Sequence[Finding]) -> _State:
        """The registry after some fixes; a file that is again as it was at first is no changed one."""
        texts = dict(state.texts)
        for path, edits in by_path(fixes).items():
            texts[path] = apply_edits(edits[0].place.source.text, edits)
        first = {file.path: file.source for file in self.base.files}
        for path in list(texts):
            source = first.get(path)
            if source is not None and source.text == texts[path]:
                del texts[path]
        return _State(Workspace(self.base.registry.with_texts(texts)), Report(), texts)


def _misplaced(finding: Finding, workspace: Workspace) -> str:
    """Why the files of a fix cannot be edited; empty when they can."""
    files = {file.path: file.source for file in workspace.files}
    assert finding.fix is not None
    for edit in finding.fix.edits:
        source = files.get(edit.place.path)
        if source is None:
            return f"{edit.place.path} is no component or prompt that can be edited"
        if edit.place.source.text != source.text:
            return f"{edit.place.path} has another text by now"
    return ""


def _stuck(accepted: Sequence[Finding], after: Report) -> list[Finding]:
    """The fixes that left what they were to mend: their rule says the same of the same place as before."""
    edits = by_path(accepted)
    places: dict[tuple[str, str, str], list[int]] = {}
    for one in after.findings:
        places.setdefault((one.rule, one.place.path, one.message), []).append(one.place.start)
    stuck = []
    for one in accepted:
        start, end = moved_place(one.place, edits.get(one.place.path, ()))
        if any(start <= place <= end for place in places.get((one.rule, one.place.path, one.message), ())):
            stuck.append(one)
    return stuck
