"""Every rule that is on by default finds the defects it is about, planted in registries that are clean.

`PROMPTREG_FULL=1 python -m pytest -rP tests/lint/test_planted_defects.py` plants in our own prompts too, and in many
more wordings and places, and prints how many of the defects of each rule were found.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from random import Random

import pytest

import promptreg
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.rule import Rule
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace
from tests.lint.planted import registries, texts
from tests.lint.planted.clean import Files, clean_registry
from tests.lint.planted.texts import Planter

FULL = bool(os.environ.get("PROMPTREG_FULL"))
SEEDS = range(12 if FULL else 1)
MOST = 100 if FULL else 6
SHARE = 0.98
PLANTERS: Mapping[str, tuple[Planter, ...]] = {
    name: (*texts.PLANTERS.get(name, ()), *registries.PLANTERS.get(name, ()))
    for name in (*texts.PLANTERS, *registries.PLANTERS)
}
OWN = Path(promptreg.__file__).parents[1] / "prompts"
DEPENDING = (
    "special-token-in-text",
    "hardcoded-language",
    "conflicting-format",
    "conflicting-limit",
    "dangling-reference",
)
"""Rules that look at some prompts only, those with a chat model or with several languages, or at what is rendered."""
RULES = {rule.name: rule for rule in builtin_rules()}


def write(folder: Path, files: Files) -> None:
    for name, text in files.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def restore(folder: Path, clean: Files, changed: Files) -> None:
    for path in changed:
        if path in clean:
            write(folder, {path: clean[path]})
        else:
            (folder / "prompts" / path).unlink()


def findings(folder: Path, rule: Rule, about: Collection[str] = ()) -> set[tuple[str, str]]:
    """Path and message of everything that one rule finds in a registry, or in some heads of it."""
    workspace = Workspace(promptreg.load(folder / "prompts"))
    active = Active(rule, {key: option.default for key, option in rule.options.items()})
    if rule.scope == "directive":
        report = lint(workspace, None, Settings())
        return {(one.place.path, one.message) for one in report.findings if one.rule == rule.name}
    names = [head.name for head in workspace.heads if not about or head.name in about]
    found, crashes = run_rules(workspace, names, [file.path for file in workspace.files], [active])
    assert not crashes
    return {(one.place.path, one.message) for one in found}


def plantings(files: Files, planters: tuple[Planter, ...], seed: int, most: int = MOST) -> Iterator[Files]:
    """Changed files, at most so many for each way to plant."""
    for planter in planters:
        random = Random(seed)
        found = list(planter(files, random))
        yield from random.sample(found, min(len(found), most))


def difference(before: str, after: str) -> str:
    """The lines that a planting changed."""
    return "\n".join(unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=2))


def test_clean_registries_are_clean(tmp_path: Path) -> None:
    for seed in SEEDS:
        write(tmp_path / str(seed), clean_registry(seed))
        report = lint(Workspace(promptreg.load(tmp_path / str(seed) / "prompts")), None, Settings())
        assert [f"{one.rule}: {one.message}" for one in report.findings] == []
        assert report.crashes == ()


@pytest.mark.parametrize("name", list(PLANTERS))
def test_planted_defects_are_found(name: str, tmp_path: Path) -> None:
    planted, wrong = 0, 0
    missed: list[str] = []
    for seed in SEEDS:
        clean = clean_registry(seed)
        write(tmp_path, clean)
        before = findings(tmp_path, RULES[name])
        for changed in plantings(clean, PLANTERS[name], seed):
            write(tmp_path, changed)
            planted += 1
            if findings(tmp_path, RULES[name]) <= before:
                missed += [difference(clean.get(path, ""), text) for path, text in changed.items()]
                wrong += 1
            restore(tmp_path, clean, changed)
    assert planted
    if FULL:
        print(f"{name}: {planted - wrong} of {planted}")
    assert planted - wrong >= SHARE * planted, "\n\n".join(missed[:3])


@pytest.mark.skipif(not FULL, reason="takes minutes; set PROMPTREG_FULL=1")
@pytest.mark.parametrize("name", [name for name in texts.PLANTERS if name not in DEPENDING])
def test_defects_planted_in_our_own_prompts_are_found(name: str, tmp_path: Path) -> None:
    shutil.copytree(OWN, tmp_path / "prompts")
    clean = {str(path.relative_to(OWN)): path.read_text("utf-8") for path in sorted(OWN.rglob("*.md"))}
    clean = {path: text for path, text in clean.items() if not path.startswith(".")}
    planted, missed = 0, []
    for changed in plantings(clean, texts.PLANTERS[name], 1, 20):
        about = [path.removesuffix(".md") for path in changed]
        write(tmp_path, changed)
        planted += 1
        if not findings(tmp_path, RULES[name], about):
            missed += [difference(clean[path], text) for path, text in changed.items()]
        write(tmp_path, {path: clean[path] for path in changed})
    print(f"{name}: {planted - len(missed)} of {planted} in our own prompts")
    assert planted - len(missed) >= SHARE * planted, "\n\n".join(missed[:3])
