"""One label written in two ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.example_facts import field_place
from promptreg.lint.finding import Hit, Related
from promptreg.lint.json_shown import value_of
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import ExampleSet

__all__ = ["RULE"]

_LONGEST = 40
_WORD = re.compile(r"\w+")


def _check(examples: ExampleSet, options: Mapping[str, Any]) -> Iterator[Hit]:
    head, component = examples.head, examples.component
    written: dict[tuple[str, tuple[str, ...]], dict[str, list[int]]] = {}
    for number, example in enumerate(component.examples):
        for path, label in _labels(example.fields.get("output")):
            written.setdefault((path, _normal(label)), {}).setdefault(label, []).append(number)
    counts = Counter(path for path, _ in written)
    for (path, _), forms in written.items():
        # One form only, or a text that is different in every example, is no label.
        if len(forms) < 2 or counts[path] >= len(component.examples):
            continue
        usual, *others = sorted(forms, key=lambda form: (-len(forms[form]), forms[form][0]))
        for other in others:
            number = forms[other][0]
            first = component.examples[forms[usual][0]].id
            related = Related(f'"{usual}" in the example "{first}"', field_place(head, forms[usual][0], "output"))
            where = f' under "{path}"' if path else ""
            message = f'the label "{other}"{where} is written "{usual}" in other examples'
            yield Hit(message, field_place(head, number, "output"), (related,))


def _labels(output: Any) -> Iterator[tuple[str, str]]:
    """Short texts that an output consists of: the whole of it, or the values of a JSON object by their key."""
    if isinstance(output, str) and output.lstrip()[:1] == "{":
        try:
            output = value_of(output.strip())
        except (ValueError, RecursionError):
            return
    if isinstance(output, str):
        yield from [("", output.strip())] if _is_label(output.strip()) else []
    elif isinstance(output, dict):
        for key, value in output.items():
            if isinstance(value, str) and _is_label(value):
                yield key, value


def _is_label(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and "\n" not in text and any(map(str.isalpha, text)) and text[-1] not in ".!?"


def _normal(label: str) -> tuple[str, ...]:
    """The words of a label in any order: exchange product and Product-exchange are the same."""
    return tuple(sorted(_WORD.findall(label.replace("_", " ").casefold())))


RULE = Rule(
    name="label-set-drift",
    code="EXM003",
    summary="Examples write one label in two ways.",
    scope="examples",
    check=_check,
)
