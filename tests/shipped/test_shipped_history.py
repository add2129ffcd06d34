"""The releases of the registry in prompts/: a history that holds together, and labels that lead into it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import promptreg
from promptreg.model.lock import LockEntry, parse_lock
from promptreg.registry.source_tree import FROZEN, LOCK

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"

REGISTRY = promptreg.load(PROMPTS)
ENTRIES = parse_lock((PROMPTS / LOCK).read_text(encoding="utf-8"), LOCK).values()
VERSIONS = Counter(entry.name for entry in ENTRIES)
PROMPT_NAMES = [item.name for item in REGISTRY.items() if item.kind == "prompt"]
POINTED = sorted(
    (label, name, str(version))
    for label, names in REGISTRY.labels.table.items()
    for name, labelled in names.items()
    for version, _ in labelled.shares
)


def test_every_release_is_what_it_was() -> None:
    assert REGISTRY.verify().problems == ()


def test_many_components_have_a_history() -> None:
    grown = {entry.name for entry in ENTRIES if entry.kind != "prompt" and 2 <= VERSIONS[entry.name] <= 4}
    assert len(grown) >= 10
    assert len([name for name in PROMPT_NAMES if VERSIONS[name] >= 2]) >= 3


def test_the_heads_of_today_are_released() -> None:
    """So nothing in the shipped folder is shown with +head, and a bundle of bare names is possible."""
    changed = []
    for item in REGISTRY.items():
        head = PROMPTS / Path(item.path).relative_to("prompts")
        frozen = PROMPTS / FROZEN / item.name / f"{item.version}{head.suffix}"
        if not frozen.exists() or frozen.read_bytes() != head.read_bytes():
            changed.append(item.name)
    assert changed == []


@pytest.mark.parametrize("name", PROMPT_NAMES)
def test_locked_mode_renders_what_the_folder_renders(name: str) -> None:
    locked = promptreg.load(PROMPTS, locked=True)
    for sample in REGISTRY.samples(name):
        released, head = locked.render(name, sample=sample), REGISTRY.render(name, sample=sample)
        assert released.messages == head.messages
        assert locked.closure(name).pin == REGISTRY.closure(name).pin


def test_every_prompt_is_in_production() -> None:
    assert sorted({name for label, name, _ in POINTED if label == "production"}) == sorted(PROMPT_NAMES)


@pytest.mark.parametrize(("label", "name", "version"), POINTED)
def test_labelled_release_renders_its_samples(label: str, name: str, version: str) -> None:
    samples = REGISTRY.samples(f"{name}@{version}")
    assert len(samples) >= 2
    for sample in samples:
        assert REGISTRY.render(f"{name}@{version}", sample=sample).messages[-1]["role"] == "user"
    ref = f"{name}@{label}"
    key = next(key for key in map(str, range(1000)) if str(REGISTRY.component(ref, key=key).version) == version)
    by_label, by_version = (
        REGISTRY.render(ref, sample=samples[0], key=key),
        REGISTRY.render(f"{name}@{version}", sample=samples[0]),
    )
    assert by_label.messages == by_version.messages


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.kind == "prompt"], ids=str)
def test_every_released_prompt_renders_its_samples(entry: LockEntry) -> None:
    ref = f"{entry.name}@{entry.version}"
    for sample in REGISTRY.samples(ref):
        assert REGISTRY.render(ref, sample=sample).messages[0]["role"] == "system"


def test_one_prompt_in_production_is_outdated_on_purpose() -> None:
    rows = REGISTRY.outdated().releases
    assert {row.name for row in rows} == {"qa/answer", "support/refund-reply"}
