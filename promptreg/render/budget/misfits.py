"""Variants that are longer than what they should shorten."""

from __future__ import annotations

from contextlib import suppress

from promptreg.errors import BudgetError, Problem, RenderError
from promptreg.model.check import path_text
from promptreg.render.budget.forms_of import Variants, runs_of
from promptreg.render.budget.text_forms import TextForms
from promptreg.render.compose import Composer
from promptreg.render.program import PartProgram, Program
from promptreg.tokens.measure import Measure

__all__ = ["check_fixed_variants"]


def check_fixed_variants(program: Program, composer: Composer, measure: Measure) -> None:
    """Refuse the variants of a program that are longer than a longer form before them, whatever the inputs.

    Only texts that no input changes are compared here; of others nobody knows before they are rendered. Raises
    BudgetError with every one of them, placed where it is written.
    """
    problems = []
    for parts in program.parts:
        for part in parts:
            if part.is_fixed and part.variants:
                with suppress(RenderError):  # told when it is rendered, if its condition ever lets it be
                    problems += _misfits(part, program, composer, measure)
    if problems:
        raise BudgetError(problems)


def _misfits(part: PartProgram, program: Program, composer: Composer, measure: Measure) -> list[Problem]:
    fixed = [index for index, variant in enumerate(part.variants) if variant.is_fixed]
    found = []
    for misfit in _fixed_forms(part, fixed, composer, measure).misfits:
        key = part.part.variants[fixed[misfit.variant]].key
        place = program.prompt.written.location(key)
        message = (
            f"this variant of part {part.part.id} has {misfit.tokens} tokens, and what it should shorten has"
            f" {misfit.before} ({measure.counter.id}): variants are written longest first, each shorter than the text"
        )
        found.append(Problem(BudgetError.code, message, *place, path_text(key)))
    return found


def _fixed_forms(part: PartProgram, chosen: list[int], composer: Composer, measure: Measure) -> TextForms:
    """The forms of a part that no input changes, with these of its variants."""
    full = composer.form(part)
    fence = (full.fence.opening, full.fence.closing) if full.fence is not None else None
    makers = Variants(composer, part).makers
    return TextForms(measure, full.text, runs_of(full), {}, tuple, [makers[index] for index in chosen], fence)
