"""Whatever a rule claims, a safe fix changes no rendered sample: on the shipped prompts, with comments strewn in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import promptreg
from promptreg import Registry
from promptreg.lint.rule import Rule
from promptreg.lint.workspace import Workspace
from tests.lint.fixing import fixed, replacing

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
REGISTRY = promptreg.load(PROMPTS)
TEXTS = {entry.path: REGISTRY.component(entry.name).written.source.text for entry in REGISTRY.items()}

RULES = (
    replacing(r"\{# strewn #\}", "", name="needless-comment"),
    replacing(r"\{# strewn #\}\n?", "", name="needless-comment"),
    replacing(r"[ ]?\{# strewn #\}[ ]?", " ", name="needless-comment"),
    replacing(r"\{# strewn #\}(?=(.?))", r"\1", name="doubled-character"),
    replacing(r"\{\{ (\w+) \}\}", r"{{\1}}", name="wide-tag"),
    replacing(r"\{%-? (if|for) ", r"{% \1  ", name="narrow-tag"),
    replacing(r"(?<=[a-z])  ?(?=[a-z])", " ", name="wide-space"),
)
places = st.tuples(st.sampled_from(sorted(TEXTS)), st.floats(0, 1))


def strewn(where: list[tuple[str, float]]) -> Registry:
    """The shipped registry with comments in it, wherever a file can still be read with them."""
    texts: dict[str, str] = {}
    for path, share in where:
        text = texts.get(path, TEXTS[path])
        at = int(share * len(text))
        tried = {**texts, path: f"{text[:at]}{{# strewn #}}{text[at:]}"}
        if not REGISTRY.with_texts(tried).problems:
            texts = tried
    return REGISTRY.with_texts(texts)


def rendered(registry: Registry) -> dict[tuple[str, str], Any]:
    """Every sample that works, with what is sent and what a budget made of it."""
    found = {}
    for entry in registry.items():
        for sample in entry.samples:
            try:
                found[entry.name, sample] = registry.render(entry.name, sample=sample).messages
            except promptreg.PromptregError:
                continue
    return found


@settings(max_examples=6)
@given(st.lists(places, min_size=1, max_size=12), st.lists(st.sampled_from(RULES), min_size=1, max_size=3))
def test_safe_fixes_keep_every_sample(where: list[tuple[str, float]], rules: list[Rule]) -> None:
    before = strewn(where)
    done = fixed(Workspace(before), *{rule.name: rule for rule in rules}.values())
    assert rendered(done.workspace.registry) == rendered(before)
    again = fixed(Workspace(before.with_texts(done.texts)), *{rule.name: rule for rule in rules}.values())
    assert again.texts == {}
