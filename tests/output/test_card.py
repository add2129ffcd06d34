"""The description of a component, for people."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.model.inputs import InputSpec
from promptreg.output.card import Card, card_rows
from promptreg.output.styled import encode


def described(schema: dict[str, Any], **more: Any) -> str:
    """The last column of an input's row."""
    spec = InputSpec("x", schema["type"], schema, **more)
    card = Card(
        name="a",
        kind="rule",
        version="1.0.0",
        summary="s",
        path="a.md",
        model=None,
        digests={},
        inputs=[spec],
        uses=[],
        used_by=[],
        samples=[],
    )
    row = encode(card_rows(card), color=False, safe=True).splitlines()[-1]
    return row.split("required", 1)[1].strip()


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "number", "minimum": 0}, "at least 0"),
        ({"type": "integer", "minimum": 1, "maximum": 50}, "1 to 50"),
        ({"type": "string", "minLength": 1}, "not empty"),
        ({"type": "string", "minLength": 1, "maxLength": 80}, "1 to 80 characters"),
        ({"type": "array", "maxItems": 3}, "at most 3 items"),
        ({"type": "string", "enum": ["a", "b"]}, 'one of "a", "b"'),
        ({"type": "string", "pattern": "^x$"}, 'matches "^x$"'),
        ({"type": "string"}, ""),
    ],
)
def test_limits_are_said_in_a_few_words(schema: dict[str, Any], text: str) -> None:
    assert described(schema) == text


def test_trust_tokens_and_personal_data_are_said() -> None:
    text = described({"type": "string"}, trust="untrusted", pii=True, max_tokens=9)
    assert text == "at most 9 tokens, untrusted, personal data"
