"""A prompt is put together in code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from promptreg.lint.calls.shown import excerpt
from promptreg.lint.finding import Hit
from promptreg.lint.rule import Option, Rule

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile
    from promptreg.lint.calls.sent import Sent

__all__ = ["RULE"]

_HOWS = {"concatenation": "+", "percent": "%", "format": ".format", "join": "join"}
_RENDERED = "promptreg.Registry().render()"


def _check(file: PythonFile, options: Mapping[str, Any]) -> Iterator[Hit]:
    if file.is_test and not options["tests"]:
        return
    grown = set()
    for sent in file.sent:
        text = sent.text
        if sent.role == "assistant" or (sent.is_grown and sent.call in grown):
            continue
        if _holds_rendered(file, sent):
            message = f"text of a rendered prompt is joined to other text before it goes to {sent.library}"
            yield Hit(message, file.place(text.node))
        elif len(text.literal.strip()) >= options["min-length"] and not sent.is_template:
            way = "+=" if sent.is_grown else _HOWS.get(text.how)
            if way is not None:
                if sent.is_grown:
                    grown.add(sent.call)
                message = f"a prompt for {sent.library} is put together with {way}: {excerpt(text)}"
                yield Hit(message, file.place(text.node))


def _holds_rendered(file: PythonFile, sent: Sent) -> bool:
    """Whether a value in the text is what a registry rendered."""
    resolver = file.resolver
    if resolver is None or not sent.text.literal:
        return False
    paths = (resolver.path(hole.value, sent.text.scope) for hole in sent.text.holes)
    return any(path == f"{_RENDERED}.text" or path.startswith(f"{_RENDERED}.messages[]") for path in paths)


RULE = Rule(
    name="prompt-built-by-concatenation",
    code="CAL002",
    summary="A prompt is put together in code with +, %, .format, join or +=, or text is joined to a rendered one.",
    scope="call",
    check=_check,
    options={
        "min-length": Option(40, "Characters written in the code from which on a text counts as a prompt."),
        "tests": Option(False, "Look at tests too."),
    },
)
