"""What counts as a fence around untrusted text, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.lint.untrusted import Passage, allows_instruction, is_fenced
from promptreg.model.prompt import Part


def passage(text: str, fence: str | None = None) -> Passage:
    """The passage at the sign ¤ of a message."""
    before, after = text.split("¤")
    part = Part("0.0", (), None, {}, False, fence, {})
    return Passage(None, part, "system", before, after)  # type: ignore[arg-type]


FENCED = {
    "tags": "Read this.\n<letter>\n¤\n</letter>\nSum it up.",
    "tags-with-attributes": '<document id="1">\nTitle\n¤\n</document>',
    "start-and-end": "<start_of_turn>\nQuestion: ¤\n<end_of_turn>\nJudge it.",
    "code": "The diff:\n```diff\n¤\n```\nReview it.",
    "code-after-code": "An example:\n```\nx\n```\nThe diff:\n```\n¤\n```\nReview it.",
    "markers-after-code": "Date:\n```\ntoday\n```\nThe diff:\n======\n¤\n======\nReview it.",
    "marker-lines": "The text:\n---\n¤\n---\nSum it up.",
    "words": "BEGIN TEXT\n¤\nEND TEXT\nSum it up.",
    "triple-quotes": 'The text:\n"""¤"""\nSum it up.',
    "quotes": 'Write to "¤" at once.',
    "inline-code": "Use the branch `fix/¤-short` for it.",
    "angles": "Text:\n<<<<\n¤\n>>>>\nSum it up.",
}
BARE = {
    "sentence": "You help ¤ with questions.",
    "headings": "# Letter\n¤\n# Task\nSum it up.",
    "label": "Letter: ¤\nTask: sum it up.",
    "tags-elsewhere": "<rules>\nBe kind.\n</rules>\nThe letter: ¤\n<task>\nSum it up.\n</task>",
    "same-tag-before-and-after": "<example>\na\n</example>\nThe letter: ¤\n<example>\nb\n</example>",
    "tag-never-closed": "Use <b> for names.\nThe letter: ¤\nSum it up.",
    "code-elsewhere": "An example:\n```\nx\n```\nThe letter: ¤\nAnswer with:\n```\ny\n```",
    "code-on-another-line": "Use `x`.\nThe letter: ¤\nUse `y`.",
    "line-starts": "first\n¤\nlast",
}


@pytest.mark.parametrize("name", FENCED)
def test_a_fence_is_known(name: str) -> None:
    assert is_fenced(passage(FENCED[name]))


@pytest.mark.parametrize("name", BARE)
def test_what_only_stands_around_is_none(name: str) -> None:
    assert not is_fenced(passage(BARE[name]))


def test_the_fence_of_the_part_counts() -> None:
    assert is_fenced(passage(BARE["label"], fence="letter"))


@pytest.mark.parametrize(
    ("schema", "allowed"),
    [
        ({"type": "string"}, True),
        ({"type": "string", "maxLength": 80}, True),
        ({"type": "string", "maxLength": 20}, False),
        ({"type": "string", "pattern": "^[A-Za-z0-9._-]{0,63}$"}, True),
        ({"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"}, False),
        ({"type": "string", "enum": ["a", "b"]}, False),
        ({"type": "integer"}, False),
    ],
)
def test_which_inputs_can_hold_an_instruction(schema: dict[str, Any], allowed: bool) -> None:
    assert allows_instruction(schema) is allowed
