"""The proof that a fix is safe: every sample renders to the same bytes, and one of them executes what was edited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from promptreg.errors import PromptregError
from promptreg.lint.edits import apply_edits, by_path
from promptreg.lint.finding import Edit, Finding
from promptreg.lint.subjects import RenderedPrompt
from promptreg.lint.workspace import Workspace
from promptreg.model.prompt import Prompt
from promptreg.registry.heads import read_head
from promptreg.render.rendered import Rendered
from promptreg.render.scanning import scan
from promptreg.text import Source

__all__ = ["Executed", "Proof", "doubt"]

_CHOICE = re.compile(r"\b(?:if|and|or|not|default|d)\b")
"""Words of expressions whose value depends on a condition."""


class _Pair(NamedTuple):
    """One rendering before, and after; `fault` says why there is none after."""

    old: RenderedPrompt
    new: Rendered | None
    fault: str = ""


class Proof:
    """A registry before and after edits of some of its files, by path; every rendering they touch is made once."""

    def __init__(self, before: Workspace, after: Workspace, edits: Mapping[str, Sequence[Edit]]) -> None:
        self.before = before
        self.after = after
        self.edits = edits
        self._names = {head.path: name for name, head in before.store.heads.items() if head.path in edits}

    def broken(self) -> str:
        """Why the files cannot stay as they are after the edits; empty when nothing is wrong that was not before."""
        known = {problem.message for problem in self.before.store.problems}
        for problem in self.after.store.problems:
            if problem.path in self.edits and problem.message not in known:
                return f"the file could not be read any more: {problem.message}"
        for name in sorted(self.before.with_dependants(self._names.values())):
            old, new = self.before.head(name), self.after.head(name)
            faults = [fault for template in new.templates for fault in template.problems]
            if len(faults) > sum(len(template.problems) for template in old.templates):
                return f"the template of {name} would be broken: {faults[0].message}"
            if new.problems and not old.problems:
                return f"{name} would be broken: {new.problems[0].message}"
        return ""

    @cached_property
    def _pairs(self) -> tuple[_Pair, ...]:
        names = _prompts(self.before, self._names.values())
        return tuple(pair for name in names for pair in self._pairs_of(name))

    def _pairs_of(self, name: str) -> Iterator[_Pair]:
        """The renderings of a prompt once more, in full; a sample is read anew, because it may have been edited too."""
        renderings = self.before.rendered(name)
        if not renderings:
            return
        registry = self.after.registry
        try:
            trial = registry.trial(registry.closure(name), self.after.shelf)
        except PromptregError as error:
            yield _Pair(renderings[0], None, error.problems[0].message)
            return
        for old in renderings:
            try:
                values = old.values if old.sample is None else registry.sample(name, old.sample)
                yield _Pair(old, trial.render(values))
            except PromptregError as error:
                yield _Pair(old, None, error.problems[0].message)

    def lost(self) -> str:
        """Which rendering fails after the edits, in words; empty when none does."""
        for old, new, fault in self._pairs:
            if new is None:
                return f"{_shown(old)} could not be rendered any more: {fault}"
        return ""

    def changed(self) -> str:
        """Which rendering differs, in words; empty when all have the same bytes as before."""
        for old, new, _ in self._pairs:
            if new is None or old.rendered.messages != new.messages:
                return f"{_shown(old)} would be another text"
            if not self._fits_alike(old):
                return f"{_shown(old)} would be cut in another way to fit its budget"
        return ""

    def _fits_alike(self, old: RenderedPrompt) -> bool:
        """Whether a sample is sent as before under the prompt's budget: items can change where the text does not."""
        prompt = old.composition.prompt
        if old.sample is None or "tokens" not in prompt.budget:
            return True
        try:
            before = self.before.registry.render(prompt.name, sample=old.sample)
        except PromptregError:
            return True
        try:
            return self.after.registry.render(prompt.name, sample=old.sample).messages == before.messages
        except PromptregError:
            return False


class Executed:
    """What the samples of a registry execute."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._by_path: dict[str, tuple[tuple[int, int], ...]] = {}

    def fault(self, finding: Finding) -> str:
        """Why the samples can say nothing about the fix of a finding; empty when they can.

        They can when its edits change nothing that is ever sent or promised (comments in YAML, summaries), by the
        digests of the file, or stand in text that a sample executes, and not in tags that decide.
        """
        assert finding.fix is not None
        for edit in finding.fix.edits:
            if _is_silent(self.workspace, finding, edit.place.path):
                continue
            if "{%" in edit.place.text or "{%" in edit.text:
                return "it changes a tag that decides what is printed"
            if not any(_touch((edit.place.start, edit.place.end), one) for one in self._spans(edit.place.path)):
                return "no sample executes what it changes"
            if self._decides(edit):
                return "it changes an expression that takes one of several values"
        return ""

    def _decides(self, edit: Edit) -> bool:
        """Whether an edit stands in a tag that prints one thing or another: a sample sees only one of them."""
        name = next(name for name, head in self.workspace.store.heads.items() if head.path == edit.place.path)
        for template in self.workspace.head(name).templates:
            tags = template.parsed.tokens.tags if template.parsed is not None else ()
            for tag in tags:
                if tag.type == "variable_begin":
                    place = template.place(tag.start, tag.end)
                    if place.start < edit.place.end and edit.place.start < place.end and _CHOICE.search(place.text):
                        return True
        return False

    def _spans(self, path: str) -> tuple[tuple[int, int], ...]:
        found = self._by_path.get(path)
        if found is None:
            names = [name for name, head in self.workspace.store.heads.items() if head.path == path]
            pairs = (one for name in _prompts(self.workspace, names) for one in self.workspace.rendered(name))
            spans = {span for one in pairs for span in _spans(one.rendered, path, one)}
            found = self._by_path[path] = tuple(sorted(spans))
        return found


def doubt(workspace: Workspace, finding: Finding) -> str:
    """Why the fix of a finding, made by itself, cannot be called safe; empty when every sample proves that it is."""
    reason = Executed(workspace).fault(finding)
    if reason:
        return reason
    edits = by_path([finding])
    texts = {path: apply_edits(rows[0].place.source.text, rows) for path, rows in edits.items()}
    proof = Proof(workspace, Workspace(workspace.registry.with_texts(texts)), edits)
    return proof.broken() or proof.lost() or proof.changed()


def _is_silent(workspace: Workspace, finding: Finding, path: str) -> bool:
    """Whether the fix of a finding changes neither what the file at `path` sends nor what it promises."""
    assert finding.fix is not None
    name = next((name for name, head in workspace.store.heads.items() if head.path == path), None)
    if name is None:
        return False
    old = workspace.store.heads[name]
    text = apply_edits(old.written.source.text, [edit for edit in finding.fix.edits if edit.place.path == path])
    try:
        new = read_head(Source(path, text), name, scan)
    except PromptregError:
        return False
    digests = (old.body_digest, old.contract_digest, old.version)
    return digests == (new.body_digest, new.contract_digest, new.version)


def _prompts(workspace: Workspace, names: Iterable[str]) -> list[str]:
    """The prompts that are made with the components of these names."""
    heads = workspace.store.heads
    return sorted(name for name in workspace.with_dependants(names) if isinstance(heads.get(name), Prompt))


def _spans(rendered: Rendered | None, path: str, of: RenderedPrompt) -> Iterator[tuple[int, int]]:
    """What of a file a sample made use of: text, tags that print, and refs to what was printed."""
    if rendered is not None and of.sample is not None:
        for segment in rendered.segments:
            if segment.kind != "glue" and segment.path == path:
                yield segment.offset, segment.end_offset
            yield from ((link.offset, link.offset) for link in segment.chain if link.label.path == path)


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans share a character or stand side by side, as a comment and the text beside it do."""
    return one[0] <= other[1] and other[0] <= one[1]


def _shown(old: RenderedPrompt) -> str:
    name = old.composition.prompt.name
    return f"{name} with the sample {old.sample}" if old.sample is not None else f"{name} with {old.branch}"
