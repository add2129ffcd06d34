"""The registry in prompts/: it loads, renders with every sample, and says what its schemas promise."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import promptreg

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
GOLDEN = Path(__file__).with_name("golden")
UPDATE = "PROMPTREG_UPDATE_GOLDEN"
"""Set this variable to write the golden files anew, then read the difference before committing it."""

REGISTRY = promptreg.load(PROMPTS)
NAMES = [item.name for item in REGISTRY.items() if item.kind == "prompt"]
COMPONENTS = [item.name for item in REGISTRY.items() if item.kind != "prompt"]
SAMPLES = [(name, sample) for name in NAMES for sample in REGISTRY.samples(name)]
SHOWN = [
    ("support/triage", "one-line"),
    ("qa/rewrite-query", "template-syntax"),
    ("router/route", "injection"),
    ("sheets/formula", "cell-attack"),
]


def test_registry_has_no_problems() -> None:
    assert REGISTRY.problems == ()


def test_registry_is_large_enough_to_be_real() -> None:
    assert len(COMPONENTS) >= 30
    assert len(NAMES) >= 8
    assert len({name.split("/")[0] for name in NAMES}) >= 5


def test_every_prompt_has_two_to_four_samples() -> None:
    assert {name: len(REGISTRY.samples(name)) for name in NAMES if not 2 <= len(REGISTRY.samples(name)) <= 4} == {}


def test_every_component_is_used_by_a_prompt() -> None:
    reached: set[str] = set()
    for name in NAMES:
        nodes = list(REGISTRY.tree(name).children)
        while nodes:
            node = nodes.pop()
            reached.add(node.name)
            nodes.extend(node.children)
    assert sorted(set(COMPONENTS) - reached) == []


def test_every_sample_file_belongs_to_a_sample() -> None:
    named = {sample["file"] for name in NAMES for sample in _yaml(name)["samples"].values() if list(sample) == ["file"]}
    present = {path.relative_to(PROMPTS).as_posix() for path in PROMPTS.glob("samples/*/*.json")}
    assert named == present


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_prompt_renders_with_sample(name: str, sample: str) -> None:
    rendered = REGISTRY.render(name, sample=sample)
    assert rendered.messages[0]["role"] == "system"
    assert rendered.messages[-1]["role"] == "user"
    assert rendered.messages == REGISTRY.render(name, REGISTRY.sample(name, sample)).messages


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_untrusted_text_stands_in_a_fence(name: str, sample: str) -> None:
    rendered = REGISTRY.render(name, sample=sample)
    fenced = {segment.part for segment in rendered.segments if segment.glue == "fence"}
    slots = {f"{index}" for index, message in enumerate(_yaml(name)["messages"]) if "slot" in message}
    loose = [
        segment
        for segment in rendered.segments
        if segment.trust == "untrusted" and segment.part not in fenced and str(segment.part).split(".")[0] not in slots
    ]
    assert loose == []


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_sample_fits_the_budget_of_its_prompt(name: str, sample: str) -> None:
    """Required parts alone must fit, so the budget of a later version never refuses a shipped sample."""
    budget = _yaml(name)["budget"]
    assert REGISTRY.render(name, sample=sample).tokens.total <= budget["tokens"] - budget["reserve"]


@pytest.mark.parametrize(("name", "sample"), SHOWN)
def test_render_is_as_recorded(name: str, sample: str) -> None:
    messages = REGISTRY.render(name, sample=sample).messages
    text = "".join(f"=== {message['role']}\n{message['content']}\n" for message in messages)
    file = GOLDEN / f"{name.replace('/', '-')}.{sample}.txt"
    if os.environ.get(UPDATE):
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted(PROMPTS.glob("schemas/*.json")), ids=lambda file: file.stem)
def test_output_schema_is_a_schema(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("examples", "prompt"),
    [
        ("examples/refunds", "support/refund-reply"),
        ("examples/triage", "support/triage"),
        ("examples/routing", "router/route"),
        ("examples/query-rewrites", "qa/rewrite-query"),
        ("examples/invoices", "extract/invoice"),
    ],
)
def test_example_outputs_satisfy_the_output_schema(examples: str, prompt: str) -> None:
    schema = _output_schema(prompt)
    for example in _yaml(examples)["examples"]:
        jsonschema.validate(json.loads(example["output"]), schema, cls=jsonschema.Draft202012Validator)


def test_example_findings_satisfy_the_output_schema() -> None:
    schema = _output_schema("review/diff-review")
    for example in _yaml("examples/review-findings")["examples"]:
        findings = {"verdict": "comment", "overview": "x", "findings": json.loads(example["output"]), "questions": []}
        jsonschema.validate(findings, schema, cls=jsonschema.Draft202012Validator)


def test_router_and_skills_share_one_list_of_intents() -> None:
    intents = [example["id"] for example in _yaml("examples/intents")["examples"]]
    assert _output_schema("router/route")["properties"]["intent"]["enum"] == intents
    assert {name.split("/")[1] for name in NAMES if name.startswith("skills/")} <= set(intents)


def test_triage_examples_name_known_queues() -> None:
    parts = _yaml("support/triage")["messages"][0]["parts"]
    queues = next(part["with"]["queues"] for part in parts if "queue-list" in part.get("use", ""))
    used = {json.loads(example["output"])["queue"] for example in _yaml("examples/triage")["examples"]}
    assert used <= {queue["id"] for queue in queues}


def test_sample_inputs_speak_many_scripts() -> None:
    text = "".join(_strings([REGISTRY.sample(name, sample) for name, sample in SAMPLES]))
    for script, letter in {
        "Arabic": "م",
        "Devanagari": "म",
        "Japanese": "の",
        "Greek": "α",
        "joined emoji": "\u200d",
    }.items():
        assert letter in text, script


def _yaml(name: str) -> Any:
    return yaml.safe_load((PROMPTS / f"{name}.yaml").read_text(encoding="utf-8"))


def _output_schema(prompt: str) -> Any:
    return json.loads((PROMPTS / _yaml(prompt)["output"]["schema"]).read_text(encoding="utf-8"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
