"""How often a budgeted render asks the tokenizer, and what it touches on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import promptreg
from promptreg.tokens.lazy_counter import LazyCounter
from tests.support.budgeted import FILES, INPUTS
from tests.support.registries import load_files, write_files


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the tokenizer is asked for."""
    found: list[str] = []
    count = LazyCounter.count

    def spy(self: LazyCounter, text: str) -> int:
        found.append(text)
        return count(self, text)

    monkeypatch.setattr(LazyCounter, "count", spy)
    return found


def marked(values: Any, word: str) -> Any:
    """Inputs like these, with `word` in place of each of their words."""
    if isinstance(values, str):
        return "\n".join(" ".join(word for _ in line.split()) for line in values.split("\n"))
    if isinstance(values, dict):
        kept = ("role", "id", "type", "tool_call_id", "limit", "function")
        return {key: value if key in kept else marked(value, word) for key, value in values.items()}
    return [marked(value, word) for value in values] if isinstance(values, list) else values


def test_texts_of_the_registry_are_counted_before_the_first_render(tmp_path: Path, counted: list[str]) -> None:
    registry = load_files(tmp_path, FILES)
    registry.require("p")
    assert counted
    counted.clear()
    registry.render("p", marked({**INPUTS, "shop": "x"}, "zork")).tokens  # noqa: B018 - counts the values
    assert counted
    seams = [text for text in counted if "zork" not in text.lower()]
    assert max(map(len, seams), default=0) < 40


@pytest.mark.parametrize("room", [0, 40, 90, 200], ids="{} tokens more than the least".format)
def test_a_warm_render_counts_nothing_but_values(tmp_path: Path, counted: list[str], room: int) -> None:
    registry = load_files(tmp_path, FILES)
    registry.require("p")
    values = {**INPUTS, "shop": "x"}
    with pytest.raises(promptreg.BudgetError) as caught:
        registry.render("p", marked(values, "quux"), budget=21)
    budget = (caught.value.smallest or 0) + room
    registry.render("p", marked(values, "quux"), budget=budget)
    counted.clear()
    registry.render("p", marked(values, "zork"), budget=budget)
    assert [text for text in counted if "zork" not in text.lower()] == []
    counted.clear()
    registry.render("p", marked(values, "zork"), budget=budget)
    assert counted == []


def test_counts_of_a_static_prompt_come_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: list[str]
) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(tmp_path / "cache"))
    text = (
        "kind: prompt\nversion: 1.0.0\nbudget: {tokens: 60}\nmessages:\n  - role: system\n    parts:\n"
        "      - {use: rules/short}\n      - {use: examples/replies, budget: {priority: 1, drop: last}}\n"
        "      - {text: Be brief., fence: wish}\n"
    )
    files = {**FILES, "p.yaml": text}
    first = load_files(tmp_path, files).render("p")
    assert not (tmp_path / "cache/counts").exists()
    loaded = load_files(tmp_path, files)
    loaded.render("p")
    loaded.save_counts()
    assert len(list((tmp_path / "cache/counts").iterdir())) == 1
    counted.clear()
    again = load_files(tmp_path, files).render("p")
    assert counted == []
    assert again.document() == first.document()
    assert [row.state for row in again.parts] == ["kept", "shortened", "kept"]


def test_values_are_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(tmp_path / "cache"))

    def entries(word: str) -> int:
        registry = load_files(tmp_path, FILES)
        values = marked({**INPUTS, "shop": "x"}, word)
        for budget in (280, 330, 400, 4000):
            registry.render("p", values, budget=budget)
        registry.save_counts()
        (file,) = (tmp_path / "cache/counts").iterdir()
        assert word.encode() not in file.read_bytes()
        return len(file.read_bytes())

    assert entries("quux") == entries("zork")


_WATCHED = """
import json, sys, promptreg
registry = promptreg.load(sys.argv[1])
registry.require("p")
values = json.loads(sys.argv[2])
seen = []
watched = ("open", "socket", "subprocess", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "import")
def hook(event, args):
    if event.startswith(watched) and not (event == "import" and args[0] in sys.modules):
        seen.append((event, *map(str, args[:1])))
sys.addaudithook(hook)
for budget in (None, 280, 330, 400, 4000):
    for counter in (None, "o200k_base"):
        try:
            r = registry.render("p", values, budget=budget, counter=counter)
        except promptreg.BudgetError:
            continue
        r.messages, r.text, r.segments, r.tokens, r.parts, r.plan, r.dropped, r.warnings, r.record(), r.document()
        str(r.plan), r.recount()
print(len(seen), seen[:5])
"""


def test_a_required_prompt_is_fitted_without_opening_a_file(tmp_path: Path) -> None:
    folder = write_files(tmp_path, FILES)
    command = [sys.executable, "-c", _WATCHED, str(folder), json.dumps(INPUTS)]
    environment = {**os.environ, "PROMPTREG_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == ("0 []\n", "")
