"""Our hooks, installed by pre-commit and run by real commits: what is wrong is never committed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from promptreg.cli.app import main
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source
from tests.hooks.scratch import FILES, MANIFEST, ROOT, Repository, repository
from tests.support.frozen import freeze

pytest.importorskip("pre_commit")

TONE = "prompts/rules/tone.md"
BROKEN = FILES[TONE].replace("kind.", "{{ mood }}.")


@pytest.fixture
def linted(tmp_path: Path) -> Repository:
    return repository(tmp_path, "promptreg-lint")


def test_what_is_right_is_committed(linted: Repository) -> None:
    linted.write({TONE: FILES[TONE] + "- Be brief.\n", "README.md": "# More\n"})
    linted.git("add", "-A")
    done = linted.commit()
    assert done.code == 0, done.text
    assert re.search(r"promptreg lint\.+Passed", done.text)


def test_what_is_wrong_is_not(linted: Repository) -> None:
    linted.write({TONE: BROKEN})
    linted.git("add", "-A")
    done = linted.commit()
    assert done.code == 1
    assert 'prompts/rules/tone.md:5:22: error: undefined variable "mood"' in done.text
    assert linted.git("log", "--oneline").count("\n") == 1


def test_what_counts_is_staged_and_not_what_lies_there(linted: Repository) -> None:
    linted.write({TONE: BROKEN})
    linted.git("add", TONE)
    linted.write({TONE: FILES[TONE]})
    assert linted.commit().code == 1
    linted.git("reset", "-q")
    linted.write({"README.md": "# More\n"})
    linted.git("add", "README.md")
    linted.write({TONE: BROKEN})
    assert linted.commit().code == 0
    assert (linted.folder / TONE).read_text(encoding="utf-8") == BROKEN


def test_a_file_that_was_never_added_is_not_there(linted: Repository) -> None:
    linted.write(
        {"prompts/rules/new.md": FILES[TONE], "prompts/chat.yaml": FILES["prompts/chat.yaml"].replace("tone", "new")}
    )
    linted.git("add", "prompts/chat.yaml")
    done = linted.commit()
    assert done.code == 1
    assert "rules/new" in done.text


@pytest.mark.parametrize(
    "text",
    [
        FILES[TONE]
        .replace("version: 1.0.0", "version: 1.0.0\ninputs: {mood: {type: string}}")
        .replace("kind.", "{{ mood }}."),
        FILES[TONE].replace("1.0.0", "2.0.0"),
    ],
    ids=["a new input", "a version that does not fit"],
)
def test_a_changed_component_breaks_a_prompt_that_the_commit_does_not_touch(text: str, linted: Repository) -> None:
    linted.write({TONE: text})
    linted.git("add", "-A")
    done = linted.commit()
    assert done.code == 1
    assert "prompts/chat.yaml:5:" in done.text


def test_a_removed_component_breaks_its_prompt_though_no_file_is_left_to_check(linted: Repository) -> None:
    linted.git("rm", "-q", TONE)
    done = linted.commit()
    assert done.code == 1
    assert 'the registry holds nothing named "rules/tone"' in done.text


# -- fail closed


def test_a_registry_that_is_not_there_fails(linted: Repository) -> None:
    linted.git("rm", "-q", "-r", "prompts")
    done = linted.commit()
    assert done.code == 1
    assert "exit code: 2" in done.text


@pytest.mark.parametrize(
    "files",
    [{"promptreg.toml": "[lint]\nselect = ['nonsense-rule']\n"}, {"promptreg.toml": "registry = [\n"}],
    ids=["rule", "form"],
)
def test_settings_that_cannot_be_read_fail(files: dict[str, str], linted: Repository) -> None:
    linted.write(files)
    linted.git("add", "-A")
    done = linted.commit()
    assert done.code == 1
    assert "exit code: 2" in done.text
    assert "promptreg.toml" in done.text


CRASHING = """\
import sys
from promptreg.cli.app import main
from promptreg.lint import catalogue
from promptreg.lint.rule import Rule

def check(head, options):
    raise KeyError("boom")

rules = (*catalogue.builtin_rules(), Rule("crashing-rule", "ZZZ001", "A test.", "head", check))
catalogue.builtin_rules = lambda: rules
sys.exit(main(sys.argv[1:]))
"""


def test_a_rule_that_crashes_fails(linted: Repository, tmp_path: Path) -> None:
    start = tmp_path / "crashing.py"
    start.write_text(CRASHING, encoding="utf-8")
    linted.environment["START"] = str(start)
    linted.write({"README.md": "# More\n"})
    linted.git("add", "-A")
    done = linted.commit()
    assert done.code == 1
    assert "exit code: 3" in done.text
    assert "the rule crashing-rule crashed on chat" in done.text


def test_a_program_that_is_not_there_fails(linted: Repository) -> None:
    shutil.move(linted.folder.parent / "tools/promptreg", linted.folder.parent / "tools/elsewhere")
    linted.environment["PATH"] = f"{linted.folder.parent / 'tools'}:/usr/bin:/bin"
    linted.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "Empty")
    linted.write({"README.md": "# More\n"})
    linted.git("add", "-A")
    assert linted.commit().code == 1


# -- the other hooks


def test_fixes_are_made_and_stop_the_commit_until_they_are_staged(tmp_path: Path) -> None:
    found = repository(tmp_path, "promptreg-fix", "promptreg-lint")
    suppressed = FILES[TONE] + "- Be brief. {# promptreg: ignore[repeated-word] not needed #}Be clear.\n"
    found.write({TONE: suppressed})
    found.git("add", "-A")
    done = found.commit()
    assert done.code == 1
    assert "files were modified by this hook" in done.text
    assert "fixed prompts/rules/tone.md: unused-suppression" in done.text
    fixed = (found.folder / TONE).read_text(encoding="utf-8")
    assert "ignore" not in fixed
    found.git("add", "-A")
    assert found.commit().code == 0
    assert (found.folder / TONE).read_text(encoding="utf-8") == fixed


def test_a_changed_release_is_not_committed(tmp_path: Path) -> None:
    work = tmp_path / "first"
    for name, text in FILES.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text, encoding="utf-8")
    freeze(work / "prompts", "rules/tone", "chat")
    files = {
        str(path.relative_to(work)): path.read_text(encoding="utf-8") for path in work.rglob("*") if path.is_file()
    }
    found = repository(tmp_path / "repository", "promptreg-verify", files=files)
    found.write({"README.md": "# More\n"})
    found.git("add", "-A")
    assert found.commit().code == 0
    frozen = "prompts/.versions/rules/tone/1.0.0.md"
    found.write({frozen: files[frozen] + "- More.\n"})
    found.git("add", "-A")
    done = found.commit()
    assert done.code == 1
    assert "exit code: 4" in done.text


# -- the manifests


def test_our_own_configuration_runs_our_own_hooks() -> None:
    from pre_commit.clientlib import load_config, load_manifest

    manifest = {hook["id"]: hook for hook in load_manifest(str(MANIFEST))}
    (local,) = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
    assert {hook["id"] for hook in local["hooks"]} == manifest.keys() - {"promptreg-registry"}
    for hook in local["hooks"]:
        offered = manifest[hook["id"]]
        assert hook["entry"] == offered["entry"].replace("promptreg", ".venv/bin/python -m promptreg", 1)
        assert [hook[key] for key in ("pass_filenames", "always_run", "require_serial")] == [
            offered[key] for key in ("pass_filenames", "always_run", "require_serial")
        ]


def test_every_hook_asks_for_a_command_that_there_is() -> None:
    root = parse_yaml(Source(MANIFEST.name, MANIFEST.read_text(encoding="utf-8"))).root
    for hook in root:
        program, command, *_ = hook["entry"].split()
        assert program == "promptreg"
        assert main([command, "--help"]) == 0
