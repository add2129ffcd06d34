"""Defects of registries: references, bindings, samples, examples, contracts, trust, budgets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from tests.lint.planted.clean import Files
from tests.lint.planted.texts import Planter

__all__ = ["PLANTERS"]


def _swap(pattern: str, *news: str, path: str = r".*\.(?:yaml|md)") -> Planter:
    """A planter that rewrites each place that a pattern finds in a file, by one of some replacements."""
    compiled = re.compile(pattern, re.MULTILINE)

    def plant(files: Files, random: Random) -> Iterator[Files]:
        for name, text in sorted(files.items()):
            if re.fullmatch(path, name) is None:
                continue
            for found in compiled.finditer(text):
                new = found.expand(random.choice(news))
                if new != found.group():
                    yield {name: text[: found.start()] + new + text[found.end() :]}

    return plant


def _cycle(files: Files, random: Random) -> Iterator[Files]:
    """Two text components that include each other."""
    texts = [name for name in sorted(files) if name.startswith(("rules/", "instructions/")) and name.endswith(".md")]
    free = [name for name in texts if "\ninputs:" not in files[name]]
    for first, second in pairwise(free):
        yield {
            first: files[first] + f'{{% include "{second[:-3]}" %}}\n',
            second: files[second] + f'{{% include "{first[:-3]}" %}}\n',
        }


def _deprecated(files: Files, random: Random) -> Iterator[Files]:
    for name, text in sorted(files.items()):
        if name.startswith(("rules/", "instructions/")) and re.search(
            rf"use: {name[:-3]}\b", files.get("reply.yaml", "")
        ):
            yield {name: re.sub(r"^summary: .*$", 'summary: "Deprecated: use another one."', text, flags=re.MULTILINE)}


def _same_text(files: Files, random: Random) -> Iterator[Files]:
    """A sentence of one rule in another of the same message."""
    said = "- Never answer a letter that was meant for somebody else in the house.\n"
    names = ("rules/manners.md", "rules/limits.md")
    if all(name in files for name in names):
        yield {name: files[name] + said for name in names}


def _example(files: Files, random: Random) -> Iterator[tuple[str, str, list[re.Match[str]]]]:
    for name, text in sorted(files.items()):
        if "kind: examples" in text:
            yield (
                name,
                text,
                list(re.finditer(r"^  - id: (.*)\n    input: (.*)\n    output: (.*)\n", text, re.MULTILINE)),
            )


def _same_example(files: Files, random: Random) -> Iterator[Files]:
    for name, text, rows in _example(files, random):
        for row in rows:
            yield {name: f"{text}  - id: again\n    input: {row[2]}\n    output: {random.choice(rows)[3]}\n"}


def _other_form(files: Files, random: Random) -> Iterator[Files]:
    for name, text, rows in _example(files, random):
        for row in rows:
            new = random.choice((row.group().replace("input:", "inptu:"), row.group().replace("output:", "answer:")))
            yield {name: text[: row.start()] + new + text[row.end() :]}


def _trusting(files: Files, random: Random) -> Iterator[Files]:
    """The letter goes into a component that takes it for text of ours."""
    note = "---\nkind: template\nversion: 1.0.0\ninputs: {note: {type: string, trust: trusted}}\n---\n{{ note }}\n"
    use = "      - use: templates/note@^1\n        with: {note: $letter}\n  - role: user\n"
    yield {"templates/note.md": note, "reply.yaml": files["reply.yaml"].replace("  - role: user\n", use)}


def _leak(files: Files, random: Random) -> Iterator[Files]:
    for _, _, rows in _example(files, random):
        for row in rows:
            prompt = files["reply.yaml"]
            yield {"reply.yaml": prompt.replace("letter: Hello?", f'letter: "{row[2]}"')}


PLANTERS: dict[str, tuple[Planter, ...]] = {
    "missing-reference": (_swap(r"use: (rules|instructions|examples)/([a-z-]+)", r"use: \1/\2x", r"use: \1x/\2"),),
    "reference-cycle": (_cycle,),
    "version-unsatisfied": (_swap(r"(use: [a-z/-]+)@[\^~]?[0-9.]+", r"\1@^9", r"\1@7.0.0"),),
    "invalid-front-matter": (
        _swap(r"^version: ", "verison: ", "vers: "),
        _swap(r"^kind: [a-z]+$", "kind: banana", "kind: rules"),
        _swap(r"^summary: (.*)$", r"summary: \1\nsummary: \1"),
        _swap(r"^version: (.*)$", "version: one", r"version: \1-"),
        _swap(r"^(  [a-z_]+: \{typ)e: string", r"\1: string", r"\1e: strnig"),
    ),
    "deprecated-component": (_deprecated,),
    "router-unknown-skill": (_swap(r"`skills/([a-z]+)`", r"`skills/\1s`", "`skills/billing`", path=r"route\.yaml"),),
    "broken-binding": (
        _swap(r"\$max_amount", "$max_amuont", "many", "$tone"),
        _swap(r"max_amount: \$", "amount: $", "max: $"),
    ),
    "broken-sample": (
        _swap(r"max_amount: (20|5),", r"max_amount: many,", "max_amount: -1,", "", path=r"reply\.yaml"),
        _swap(r"count: 2\}\]", "count: two}]", "number: 2}]"),
        _swap(r"tone: warm", "tone: loud", "tune: warm"),
    ),
    "repeated-text": (_same_text,),
    "duplicate-example": (_same_example,),
    "output-violates-contract": (
        _swap(r'"mood": "(?:angry|calm)"', '"mood": "glad"', '"mod": "calm"', '"mood": 3', path=r"examples/.*"),
        _swap(r'"reply": ', '"answer": ', path=r"examples/.*"),
        _swap(r', "reply": "[^"]*"', "", path=r"examples/.*"),
    ),
    "label-set-drift": (_swap(r'"mood": "(angry|calm)"', r'"mood": " \1"', r'"mood": "\1 "', path=r"examples/.*"),),
    "format-drift": (_other_form,),
    "eval-leak": (_leak,),
    "schema-prose-mismatch": (
        _swap(
            r"^Nothing stands before it\.$",
            "- `mood`: one of `angry`, `calm` or `glad`.\n- `reply`: the text.",
            "- `mood`: `angry` or `calm`.\n- `reply`: the text.\n- `reason`: why.",
        ),
    ),
    "unknown-output-key": (_swap(r"output\.reply", "output.replay", "output.text"),),
    "unfenced-untrusted-input": (
        _swap(r"^      - text: Sound", '      - text: "The letter says {{ letter }} to us."\n      - text: Sound'),
        _swap(
            r'- text: "\{\{ letter \}\}"\n        fence: letter',
            '- text: "{{ letter }}"\n      - text: Say what the writer wants, in one sentence of yours.',
        ),
    ),
    "untrusted-as-trusted": (_trusting,),
    "dead-branch": (_swap(r"^(      - text: Sound .*)$", r"\1\n        when: tone == 'loud'"),),
    "over-budget": (_swap(r"budget: \{tokens: [0-9]+, reserve: [0-9]+\}", "budget: {tokens: 60, reserve: 10}"),),
    "unbounded-input": (_swap(r"(letter: \{type: string, trust: untrusted), max_tokens: 2000", r"\1"),),
    "prefill-unsupported": (
        _swap(
            r"^model: openai/gpt-4.1(\n(?:.*\n)*?)samples:",
            "model: anthropic/claude-opus-4-6\\1  - role: assistant\n    parts:\n      - text: Dear\nsamples:",
        ),
    ),
}
