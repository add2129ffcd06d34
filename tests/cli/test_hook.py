"""The command of the pre-commit hook finds what is wrong with a registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source
from tests.cli.registries import Change, broken, copy_small, replaced, written
from tests.cli.running import Result, run

_HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
_RULE = b"---\nkind: rule\nversion: 1.0.0\n---\n- {% include 'rules/b' %}\n"


def hook(folder: Path, *more: str, name: str = "promptreg-registry") -> Result:
    root = parse_yaml(Source(_HOOKS.name, _HOOKS.read_text(encoding="utf-8"))).root
    program, *arguments = next(hook for hook in root if hook["id"] == name)["entry"].split()
    assert program == "promptreg"
    return run(*arguments, *more, folder=folder)


def circle(prompts: Path) -> None:
    (prompts / "rules" / "a.md").write_bytes(_RULE)
    (prompts / "rules" / "b.md").write_bytes(_RULE.replace(b"rules/b", b"rules/a"))


def lost_sample(prompts: Path) -> None:
    hello = prompts / "hello.yaml"
    text = hello.read_text(encoding="utf-8")
    assert "samples:" not in text
    hello.write_text(text + "samples:\n  far: {file: samples/none.json}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            replaced("support/reply.yaml", "instructions/agent@^1", "instructions/agnet@^1"),
            'prompts/support/reply.yaml:\\d+:\\d+: the registry holds nothing named "instructions/agnet"',
            id="unknown name",
        ),
        pytest.param(
            replaced("support/reply.yaml", "instructions/agent@^1", "instructions/agent@^9"),
            "prompts/support/reply.yaml:\\d+:\\d+: no version of instructions/agent fits",
            id="range that nothing fits",
        ),
        pytest.param(circle, "prompts/rules/a.md:5:\\d+: components include each other: rules/a", id="circle"),
        pytest.param(written("rules/bad.md", b"---\nkind: rul\n---\n"), "prompts/rules/bad.md:2:7: kind", id="file"),
        pytest.param(lost_sample, "prompts/hello.yaml:\\d+:\\d+: .*samples/none.json", id="file of a sample"),
    ],
)
def test_the_hook_fails_with_the_place(change: Change, message: str, tmp_path: Path) -> None:
    result = hook(broken(tmp_path, change))
    assert result.code == 2
    assert re.search(message, result.err), result.err


def test_the_hook_passes_a_good_registry(tmp_path: Path) -> None:
    result = hook(copy_small(tmp_path))
    assert (result.code, result.err) == (0, "")


def test_the_hook_fails_for_a_sample_that_cannot_be_parsed(tmp_path: Path) -> None:
    lost_sample(copy_small(tmp_path) / "prompts")
    (tmp_path / "prompts" / "samples").mkdir(exist_ok=True)
    (tmp_path / "prompts" / "samples" / "none.json").write_text('{"a": 1,}', encoding="utf-8")
    result = hook(tmp_path)
    assert result.code == 2
    assert "prompts/samples/none.json:1:9" in result.err


@pytest.mark.parametrize("name", ["promptreg-lint", "promptreg-fix", "promptreg-verify", "promptreg-registry"])
def test_every_hook_finds_a_registry_below_the_top_by_its_argument(name: str, tmp_path: Path) -> None:
    copy_small(tmp_path / "services" / "bot")
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    files = ["services/bot/prompts/hello.yaml"] if name == "promptreg-fix" else []
    assert hook(tmp_path, *files, name=name).code == 2
    result = hook(tmp_path, "--registry", "services/bot/prompts", *files, name=name)
    assert result.code == 0, result.err
