"""Counting the texts of a prompt that no input changes, before anything is rendered."""

from __future__ import annotations

from contextlib import suppress

from promptreg.errors import RenderError
from promptreg.model.kinds import MESSAGE_ROLES, SLOT_ROLES
from promptreg.model.prompt import Message
from promptreg.render.budget.forms_of import items_of, runs_of
from promptreg.render.budget.text_forms import TextForms
from promptreg.render.compose import Composer
from promptreg.render.program import PartProgram, Program
from promptreg.tokens.measure import Measure

__all__ = ["warm"]


def warm(program: Program, composer: Composer, measure: Measure) -> None:
    """Count the roles, separators, literal pieces and unchanging parts of a prompt, so that a render need not."""
    for role in (*MESSAGE_ROLES, *SLOT_ROLES):
        measure.static(role)
    for message in program.prompt.messages:
        if isinstance(message, Message):
            measure.static(message.separator)
    for form in program.forms:
        if form.is_fixed:
            with suppress(RenderError):  # told when it is rendered, if its condition ever lets it be
                _warm_fixed(form, composer, measure)
        else:
            for text in (*form.template.all_literals(), *form.fixed):
                measure.static(text)
                measure.static(text.rstrip("\r\n"))


def _warm_fixed(form: PartProgram, composer: Composer, measure: Measure) -> None:
    """Count a part that no input changes, whole and without its items."""
    part = composer.form(form)
    fence = (part.fence.opening, part.fence.closing) if part.fence is not None else None
    budget = {key: value for key, value in form.part.budget.items() if key in ("drop", "min_items")}
    joined = form.examples is not None
    forms = TextForms(measure, part.text, runs_of(part), budget, lambda: items_of(part), (), fence, joined=joined)
    forms.shortest  # noqa: B018 - asking for it counts every form on the way
