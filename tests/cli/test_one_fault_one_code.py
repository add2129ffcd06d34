"""A fault in releases, lock or labels has one exit code, whichever command meets it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promptreg.registry.source_tree import LABELS, LOCK
from tests.cli.running import Result, run
from tests.registry.releasing import files
from tests.support.frozen import bump, freeze, history

Damage = Callable[[Path], object]

COMMANDS = [
    words.split()
    for words in (
        "list",
        "list --locked",
        "show chat/reply",
        "show chat/reply@2.1.0",
        "tree",
        "tree chat/reply@2.1.0",
        "render chat/reply",
        "render chat/reply@2.1.0",
        "render chat/reply@production",
        "why chat/reply@2.1.0 --text Dear",
        "outdated",
        "verify",
        "verify chat/reply",
        "label list",
        "label set beta chat/reply 2.1.0",
        "bundle -o x.json",
        "bundle chat/reply -o x.json",
        "bundle chat/reply@2.1.0 -o x.json",
        "bundle --label production -o x.json",
        "release chat/reply --bump major",
    )
]
LOOKS_AT_RELEASES = {"verify", "show chat/reply@2.1.0", "render chat/reply@2.1.0", "bundle chat/reply -o x.json",
                     "bundle chat/reply@2.1.0 -o x.json", "outdated", "release chat/reply --bump major"}  # fmt: skip
LOOKS_AT_LABELS = {"verify", "outdated", "render chat/reply@production", "bundle -o x.json"}
LISTS_LABELS = {*LOOKS_AT_LABELS, "label list", "label set beta chat/reply 2.1.0"}


def replaced(file: str, old: str, new: str) -> Damage:
    def damage(registry: Path) -> None:
        text = (registry / file).read_text(encoding="utf-8")
        assert old in text
        (registry / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return damage


PART = ".versions/rules/tone/1.1.0.md"
LOOKS_AT_PARTS = {"tree", "render chat/reply", "render chat/reply@2.1.0", "verify", "bundle chat/reply -o x.json"}
REPLY = ".versions/chat/reply/2.1.0.yaml"
FAULTS: dict[str, tuple[Damage, int, set[str]]] = {
    "a frozen file changed": (replaced(REPLY, "Dear", "Door"), 4, LOOKS_AT_RELEASES),
    "a frozen file missing": (lambda registry: (registry / REPLY).unlink(), 4, LOOKS_AT_RELEASES),
    "a frozen part changed": (replaced(PART, "kind.", "kind!"), 4, LOOKS_AT_PARTS),
    "a frozen part missing": (lambda registry: (registry / PART).unlink(), 4, LOOKS_AT_PARTS),
    "a frozen file that is no prompt any more": (replaced(REPLY, "messages:", "massages:"), 4, LOOKS_AT_RELEASES),
    "the lock edited": (replaced(LOCK, '"kind"', ' "kind"'), 4, LOOKS_AT_RELEASES),
    "the lock in conflict": (replaced(LOCK, '"chat/reply@2', '<<<<<<< HEAD\n"chat/reply@2'), 4, LOOKS_AT_RELEASES),
    "the lock no text": (lambda registry: (registry / LOCK).write_bytes(b"\xff"), 4, LOOKS_AT_RELEASES),
    "the lock no file": (
        lambda registry: ((registry / LOCK).unlink(), (registry / LOCK).mkdir()),
        4,
        LOOKS_AT_RELEASES,
    ),
    "the lock lost": (lambda registry: (registry / LOCK).unlink(), 4, LOOKS_AT_RELEASES),
    "a label to nothing": (replaced(LABELS, "reply: 1.0.0", "reply: 9.0.0"), 4, LOOKS_AT_LABELS),
    "percentages that do not add up": (replaced(LABELS, "90", "91"), 2, LISTS_LABELS),
    "labels in conflict": (replaced(LABELS, "  chat/close", "=======\n  chat/close"), 2, LISTS_LABELS),
    "labels that are no YAML": (replaced(LABELS, "{", "[{"), 2, LISTS_LABELS),
    "labels that are no text": (lambda registry: (registry / LABELS).write_bytes(b"\xff"), 2, LISTS_LABELS),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry in which chat/reply is as it was released."""
    folder = tmp_path_factory.mktemp("model")
    bump(history(folder), "chat/reply.yaml", "2.1.0")
    freeze(folder / "prompts", "chat/reply")
    return folder


def answer(words: list[str], model: Path, folder: Path, damage: Damage | None = None) -> Result:
    """What a command says in a copy of the registry; a refusal writes nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(model, folder)
    if damage is not None:
        damage(folder / "prompts")
    before = files(folder)
    result = run(*words, folder=folder)
    if result.code:
        assert files(folder) == before, words
        assert result.err.startswith("error: "), words
    return result


@pytest.fixture(scope="module")
def healthy(model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    folder = tmp_path_factory.mktemp("healthy") / "work"
    return {" ".join(words): answer(words, model, folder).code for words in COMMANDS}


def test_nothing_is_wrong_without_a_fault(healthy: dict[str, int]) -> None:
    assert {words for words, code in healthy.items() if code} == {"release chat/reply --bump major"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_one_exit_code(model: Path, tmp_path: Path, healthy: dict[str, int], fault: str) -> None:
    damage, code, seen_by = FAULTS[fault]
    for words in COMMANDS:
        found = answer(words, model, tmp_path / "work", damage)
        assert found.code in {healthy[" ".join(words)], code}, (words, found)
        if " ".join(words) in seen_by:
            assert found.code == code, (words, found)
            assert found.out == "" or words[0] in ("outdated", "tree"), (words, found)


def test_of_two_faults_the_higher_code_wins(model: Path, tmp_path: Path) -> None:
    def damage(registry: Path) -> None:
        FAULTS["percentages that do not add up"][0](registry)
        FAULTS["a frozen file changed"][0](registry)

    found = answer(["verify"], model, tmp_path / "work", damage)
    assert found.code == 4
    assert len(found.err.splitlines()) == 2
