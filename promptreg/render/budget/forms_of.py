"""What the forms of a part are made from: its text in static and other runs, its items, its variants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from promptreg.render.budget.text_forms import ItemSpan, VariantText
from promptreg.render.compose import ComposedPart, Composer, Run
from promptreg.render.program import PartProgram
from promptreg.template.marks import Mark as Literal

__all__ = ["Variants", "items_of", "runs_of"]

Runs = list[tuple[str, bool]]


def runs_of(part: ComposedPart) -> Runs:
    """The text of a part in runs, each with whether it is text of the registry, the same in every render."""
    program = part.program
    if program.is_fixed:
        return [(part.text, True)]
    found: Runs = []
    for run in part.runs:
        if run.text:
            if found:
                found.append((part.joiner, True))
            _add_run(run, program.fixed, found)
    return found


def _add_run(run: Run, fixed: frozenset[str], found: Runs) -> None:
    left = len(run.text)
    for piece in run.stream:
        if not piece:
            continue
        is_static = isinstance(piece, Literal) or piece in fixed
        if len(piece) >= left:
            found.append((piece[:left], is_static))
            return
        found.append((piece, is_static))
        left -= len(piece)


def items_of(part: ComposedPart) -> Sequence[ItemSpan]:
    """The examples or bullets of a part as ranges of its text, in order."""
    if part.program.examples is not None:
        return _examples(part)
    (run,) = part.runs
    spans: dict[int, tuple[int, int]] = {}
    for span in run.template.trace(run.stream, run.origins, part.program.label).spans:
        if span.bullet is not None and span.start < len(run.text):
            start, _ = spans.get(span.bullet, (span.start, 0))
            spans[span.bullet] = start, min(span.end, len(run.text))
    return [ItemSpan(f"{part.program.part.id}#{bullet}", start, end, None) for bullet, (start, end) in spans.items()]


def _examples(part: ComposedPart) -> list[ItemSpan]:
    component = part.program.examples
    assert component is not None
    found: list[ItemSpan] = []
    at = 0
    for run, example in zip(part.runs, component.examples, strict=True):
        if run.text:
            at += len(part.joiner) if found else 0
            found.append(ItemSpan(run.item or "", at, at + len(run.text), example.priority))
            at += len(run.text)
    return found


class Variants:
    """The variants of a part, each evaluated when first asked for."""

    def __init__(self, composer: Composer, program: PartProgram) -> None:
        self._composer = composer
        self._programs = program.variants
        self._found: dict[int, ComposedPart] = {}

    def part(self, index: int) -> ComposedPart:
        """Variant number `index`, composed in full."""
        found = self._found.get(index)
        if found is None:
            found = self._found[index] = self._composer.form(self._programs[index])
        return found

    @property
    def makers(self) -> list[Callable[[], VariantText]]:
        """What gives the text of each variant."""
        return [lambda index=index: self._text(index) for index in range(len(self._programs))]  # type: ignore[misc]

    def _text(self, index: int) -> VariantText:
        part = self.part(index)
        fence = (part.fence.opening, part.fence.closing) if part.fence is not None else None
        return VariantText(part.text, runs_of(part), fence)
