"""The prompt describes another answer than its schema does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import nearest
from promptreg.lint.finding import Hit, instead
from promptreg.lint.key_lists import Key, KeyItem, key_lists
from promptreg.lint.output_schema import choices_of, enumerations, properties_of
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Output, RenderedPrompt

__all__ = ["RULE"]

_LITERALS = ("null", "true", "false", "none", "NULL", "None", "True", "False")


def _check(output: Output, options: Mapping[str, Any]) -> Iterator[Hit]:
    properties = properties_of(output.schema)
    renderings = output.composition.workspace.rendered(output.composition.prompt.name)
    texts = [rendered.rendered.text for rendered in renderings]
    for rendered in renderings:
        for items in key_lists(rendered):
            names = [key.name for item in items for key in item.keys]
            known = [name for name in names if name in properties]
            if len(known) >= 2 and 2 * len(known) >= len(names):
                yield from _keys(output, rendered, items)
                yield from _left_out(output, rendered, items, texts)
            else:
                yield from _values(output, rendered, items)


def _keys(output: Output, rendered: RenderedPrompt, items: tuple[KeyItem, ...]) -> Iterator[Hit]:
    """Keys that the list asks for and the schema does not have, and values of keys that it does not allow."""
    properties = properties_of(output.schema)
    closed = output.schema.get("additionalProperties") is False
    listed = {key.name for item in items for key in item.keys}
    for item in items:
        for key in item.keys:
            near = nearest(key.name, properties.keys() - listed)
            if key.name not in properties and (closed or near):
                meant = f' (did you mean "{near}"?)' if near else ""
                message = f'the prompt asks for the key "{key.name}", which the schema does not have{meant}'
                yield from _placed(rendered, item, key, message, near)
        choices = choices_of(properties.get(item.keys[0].name), output.schema) if len(item.keys) == 1 else ()
        named = [value.name for value in item.values]
        if sum(name in choices for name in named) < 2:
            continue
        for value in item.values:
            if value.name not in choices and value.name not in properties and value.name not in _LITERALS:
                message = f'the prompt offers "{value.name}" for "{item.keys[0].name}", which the schema does not allow'
                yield from _placed(rendered, item, value, message)


def _left_out(output: Output, rendered: RenderedPrompt, items: tuple[KeyItem, ...], texts: list[str]) -> Iterator[Hit]:
    """Keys that the schema requires and no rendering ever names, although the list names most of the others."""
    required = output.schema.get("required")
    listed = {key.name for item in items for key in item.keys}
    missing = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    missing = [name for name in missing if name not in listed]
    if not missing or len(missing) > len(listed):
        return
    for name in missing:
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        if not any(word.search(text) for text in texts):
            message = f'the list of keys leaves out "{name}", which the schema requires'
            yield from _placed(rendered, items[0], items[0].keys[0], message)


def _values(output: Output, rendered: RenderedPrompt, items: tuple[KeyItem, ...]) -> Iterator[Hit]:
    """Values that a list explains, nearly all of them allowed by one enumeration of the schema."""
    keys = [(item, item.keys[0]) for item in items if len(item.keys) == 1]
    names = {key.name for _, key in keys}
    for where, choices in enumerations(output.schema):
        known = names & choices
        swapped = len(known) >= 2 and len(known) == len(choices) - 1 and len(names) == len(choices)
        if not swapped and (len(known) < 3 or len(known) < 0.7 * len(names)):
            continue
        for item, key in keys:
            if key.name not in choices and not any(key.name in other for _, other in enumerations(output.schema)):
                message = f'the prompt explains the value "{key.name}", which the schema does not allow for "{where}"'
                yield from _placed(rendered, item, key, message)


def _placed(rendered: RenderedPrompt, item: KeyItem, key: Key, message: str, near: str | None = None) -> Iterator[Hit]:
    for place, component, version in rendered.places(item.message, key.start, key.end)[:1]:
        fix = instead(place, key.name, near)
        yield Hit(message, place, fix=fix, component=component, version=version)


RULE = Rule(
    name="schema-prose-mismatch",
    code="OUT002",
    summary="The prompt lists keys or values of the answer that its schema does not have, or leaves out required ones.",
    scope="output",
    check=_check,
    fix="unsafe",
)
