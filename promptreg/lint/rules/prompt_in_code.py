"""The text of a prompt stands in the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.calls.shown import excerpt
from promptreg.lint.finding import Hit
from promptreg.lint.rule import Option, Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile

__all__ = ["RULE"]


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    if file.is_test and not options["tests"]:
        return
    for sent in file.sent:
        text = sent.text
        is_prompt = text.how in ("plain", "f-string") and not sent.is_grown
        if sent.role == "assistant" or not (is_prompt or sent.is_template):
            continue
        if len(text.literal.strip()) >= options["min-length"]:
            what = f"{sent.role} text" if sent.role else "text"
            yield Hit(f"{what} for {sent.library} stands in the code: {excerpt(text)}", file.place(text.node))


RULE = Rule(
    name="prompt-in-code",
    code="CAL006",
    summary="The text of a prompt stands in the code that sends it, as a string or an f-string.",
    scope="call",
    check=_check,
    options={
        "min-length": Option(40, "Characters written in the code from which on a text counts as a prompt."),
        "tests": Option(False, "Look at tests too."),
    },
)
