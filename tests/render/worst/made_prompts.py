"""Random prompts whose inputs declare limits, with inputs that keep to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

import promptreg
from promptreg.api import Registry
from promptreg.tokens import get_counter
from tests.support.registries import component, write_files

__all__ = ["Made", "load_made", "made_prompts"]

_LETTERS = st.sampled_from("ab AB\n/.,</>0123٠१२日本é😀\u0301-_'&")
_WORDS = st.sampled_from(
    ["TouchUpInside", " Divulgação", "</ticket>", "     ", "\n\n", "://", "don't", "refund ", "的是"]
)
_COMPONENTS = {
    "a/plain.md": component("You answer for Acme. Keep it short,\nand never guess.\n\n"),
    "a/named.md": component("Dear {{ name }},\n", "{name: {type: string, maxLength: 20}}"),
    "a/rows.md": component(
        "{% for row in rows %}\n- {{ loop.index }}. {{ row | trim }}\n{% else %}\nNone.\n{% endfor %}\n",
        "{rows: {type: array, maxItems: 4, items: {type: string, maxLength: 9}}}",
        kind="rule",
    ),
    "a/choice.md": component(
        "{% if size > 5 %}\nAt most {{ size }} lines.\n{% elif kind == 'b' %}\nOne line.\n{% endif %}\n"
        "{% include 'a/named' %}\n",
        "{size: {type: integer, minimum: 0, maximum: 90}, kind: {type: string, enum: [a, b]},"
        " name: {type: string, maxLength: 20}}",
    ),
    "a/examples.yaml": """\
        kind: examples
        version: 1.0.0
        inputs: {kind: {type: string, enum: [a, b]}}
        format: |
          {{ kind }}: {{ example.input }}
          {% if example.note is defined %}
          ({{ example.note }})
          {% endif %}
        examples:
          - {id: one, input: Where is it?}
          - {id: two, input: It broke., note: sorry, priority: 3}
          - {id: three, input: "Ça va?"}
        """,
}
_INPUTS: dict[str, Any] = {
    "name": {"type": "string", "maxLength": 20},
    "ticket": {"type": "string", "max_tokens": 40},
    "both": {"type": "string", "max_tokens": 12, "maxLength": 15, "default": "none"},
    "size": {"type": "integer", "minimum": -3, "maximum": 60},
    "kind": {"type": "string", "enum": ["a", "b"]},
    "rows": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 12}},
    "history": {"type": "messages", "max_tokens": 50, "default": []},
}
_TEXTS = [
    "{{ ticket }}",
    "Ticket: {{ ticket }}.",
    "{{ name }}{{ both }}{{ ticket }}",
    "7{{ ticket }}\n",
    "{% if kind == 'a' %}{{ name }}{% endif %}",
    "{{ ticket | trim | indent(2) }}",
    "{{ rows | join(', ') }} {{ size * size }}",
    "Fixed text.",
    "  - x\n",
    "٣",
]


class Made(NamedTuple):
    """The prompt as JSON, which is YAML too, and inputs for it."""

    prompt: dict[str, Any]
    inputs: dict[str, Any]


@st.composite
def made_prompts(draw: st.DrawFn, *, budgets: bool = False) -> Made:
    """A prompt and its inputs; with `budgets`, parts and slots may be optional and have forms."""
    messages: list[dict[str, Any]] = []
    for role in draw(st.lists(st.sampled_from(["system", "user", "slot"]), min_size=1, max_size=3)):
        if role == "slot":
            messages.append({"slot": "history"})
            if budgets:
                messages[-1]["budget"] = draw(_slot_budgets)
            continue
        parts = draw(st.lists(_parts(budgets=budgets), min_size=1, max_size=4))
        separator = draw(st.sampled_from([None, "\n", " ", "", "\n---\n"]))
        messages.append({"role": role, "parts": parts, **({"separator": separator} if separator is not None else {})})
    model = draw(st.sampled_from([None, "openai/gpt-4o-mini"]))
    prompt = {"kind": "prompt", "version": "1.0.0", "inputs": _INPUTS, "messages": messages}
    if model is not None:
        prompt["model"] = model
    return Made(prompt, draw(_values()))


@st.composite
def _parts(draw: st.DrawFn, *, budgets: bool) -> dict[str, Any]:
    part: dict[str, Any] = draw(
        st.one_of(
            st.sampled_from(_TEXTS).map(lambda text: {"text": text}),
            st.sampled_from(["a/plain", "a/named", "a/rows", "a/choice", "a/examples"]).map(lambda ref: {"use": ref}),
            st.sampled_from(["$both", "$name", "Ana"]).map(lambda value: {"use": "a/named", "with": {"name": value}}),
        )
    )
    if draw(st.integers(0, 3)) == 0:
        part["fence"] = "ticket"
    if draw(st.integers(0, 5)) == 0:
        part["when"] = "kind == 'a'"
    if budgets and draw(st.booleans()):
        part["budget"] = draw(_part_budgets(is_used="use" in part))
    return part


_slot_budgets = st.fixed_dictionaries(
    {}, optional={"priority": st.integers(1, 3), "drop": st.just("oldest"), "max_tokens": st.just(60)}
)


@st.composite
def _part_budgets(draw: st.DrawFn, *, is_used: bool) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "priority": st.integers(1, 3),
        "truncate": st.sampled_from(["end", "start", "middle"]),
        "min_tokens": st.integers(1, 30),
        "max_tokens": st.integers(30, 60),
        "variants": st.just(["Short."]),
        "group": st.sampled_from(["g", "h"]),
    }
    if is_used:
        keys |= {"min_items": st.integers(0, 2), "drop": st.sampled_from(["first", "last", "lowest"])}
    return draw(st.fixed_dictionaries({}, optional=keys))


@st.composite
def _values(draw: st.DrawFn) -> dict[str, Any]:
    text = st.lists(st.one_of(_LETTERS, _WORDS), max_size=40).map("".join)
    values = {
        "name": draw(text)[:20],
        "ticket": _within(draw(text), 40),
        "size": draw(st.integers(-3, 60)),
        "kind": draw(st.sampled_from(["a", "b"])),
        "rows": draw(st.lists(text.map(lambda found: found[:12]), max_size=3)),
    }
    if draw(st.booleans()):
        values["both"] = _within(draw(text)[:15], 12)
    left = 50
    history = []
    for content in draw(st.lists(text, max_size=3)):
        content = _within(content, left)
        left -= get_counter().count(content)
        history.append({"role": "user", "content": content})
    return {**values, "history": history}


def _within(text: str, tokens: int) -> str:
    while get_counter().count(text) > tokens:
        text = text[:-1]
    return text


def load_made(folder: Path, made: Made) -> Registry:
    """A registry with the prompt `p`; it may have problems."""
    return promptreg.load(write_files(folder, {**_COMPONENTS, "p.yaml": json.dumps(made.prompt)}))
