"""`promptreg release` and what it means for the commands that look: exit codes, output, marks, locked mode."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.registries import copy_small
from tests.cli.running import Result, permissions_bind, run
from tests.cli.schemas import valid
from tests.registry.releasing import files

REPLY = ("-v", "max_amount=5", "-v", "ticket=Hi")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small registry, with nothing released."""
    return copy_small(tmp_path)


def change_tone(folder: Path, old: str = "- ", new: str = "- Always: ") -> None:
    file = folder / "prompts/rules/tone.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def fine(*arguments: str, folder: Path) -> Result:
    result = run(*arguments, folder=folder)
    assert result.code == 0, result.err
    return result


def test_release_prints_what_it_did(small: Path) -> None:
    result = fine("release", "rules/tone", folder=small)
    assert result.err == ""
    assert result.out == "rules/tone@1.0.0  rule  first release\n  file  prompts/.versions/rules/tone/1.0.0.md\n"


def test_the_document_fits_its_schema_and_a_dry_run_writes_nothing(small: Path) -> None:
    before = files(small)
    arguments = ("release", "support/reply", "--with-parts", "--format", "json")
    assert fine(*arguments[:3], "--dry-run", folder=small).err == "dry run: nothing was written\n"
    planned = valid(fine(*arguments, "--dry-run", folder=small).out, "release")
    assert files(small) == before
    done = valid(fine(*arguments, folder=small).out, "release")
    assert (planned.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert planned == done
    assert done["releases"][-1]["name"] == "support/reply"
    assert all((small / path).is_file() for item in done["releases"] for path in item["frozen"])


def test_heads_are_marked_until_they_are_released_and_after_every_change(small: Path) -> None:
    def marks(*options: str) -> dict[str, str]:
        items = json.loads(fine("list", "--format", "json", *options, folder=small).out)["items"]
        return {item["name"]: item["version"].partition("+")[2] for item in items}

    assert set(marks().values()) == {"head"}
    fine("release", "support/reply", "--with-parts", folder=small)
    assert {marks()[name] for name in ("support/reply", "rules/tone")} == {""}
    change_tone(small)
    assert marks()["rules/tone"] == "head"
    assert fine("show", "rules/tone", folder=small).out.split()[0].endswith("+head")
    tree = fine("tree", "support/reply", folder=small).out
    assert "+head" in tree.splitlines()[0]  # made of something that is no release, so it is none itself
    assert next(line for line in tree.splitlines() if "rules/tone@" in line).count("+head") == 1
    rendered = json.loads(fine("render", "support/reply", *REPLY, "--format", "json", folder=small).out)
    assert rendered["prompt"]["version"].endswith("+head")
    assert {item["version"][-5:] for item in rendered["segments"] if item["component"] == "rules/tone"} == {"+head"}
    assert not any(
        item["version"].endswith("+head") for item in rendered["segments"] if item["component"] == "rules/refund-limits"
    )


@pytest.mark.parametrize("ref", ["support/reply@2.0.0", "--locked"])
def test_a_release_renders_the_same_bytes_and_digest_for_ever(small: Path, ref: str) -> None:
    arguments = ("support/reply", "--locked") if ref == "--locked" else (ref,)
    fine("release", "support/reply", "--with-parts", folder=small)
    texts = [fine("render", *arguments, *REPLY, folder=small).raw]
    digests = [json.loads(fine("render", *arguments, *REPLY, "--format", "json", folder=small).out)["prompt"]]
    change_tone(small)
    fine("release", "rules/tone", "--bump", "auto", folder=small)
    change_tone(small, "- Always: ", "- Never: ")
    (small / "prompts/rules/refund-limits.md").unlink()
    texts.append(fine("render", *arguments, *REPLY, folder=small).raw)
    digests.append(json.loads(fine("render", *arguments, *REPLY, "--format", "json", folder=small).out)["prompt"])
    assert texts[0] == texts[1]
    assert digests[0] == digests[1]
    assert digests[0]["version"] == "2.0.0"


def test_locked_commands_see_releases_only(small: Path) -> None:
    assert fine("list", "--locked", folder=small).out == ""
    fine("release", "support/reply", "--with-parts", folder=small)
    change_tone(small)
    (small / "prompts/hello.yaml").write_text("broken: [")
    listed = json.loads(fine("list", "--locked", "--format", "json", folder=small).out)["items"]
    assert "hello" not in [item["name"] for item in listed]
    assert not any("+head" in item["version"] for item in listed)
    tone = next(item for item in listed if item["name"] == "rules/tone")
    assert tone["path"].startswith("prompts/.versions/rules/tone/")
    assert "Always: " not in fine("render", "support/reply", "--locked", *REPLY, folder=small).out
    assert "Always: " in fine("render", "support/reply", *REPLY, folder=small).out
    assert "+head" not in fine("tree", "--locked", folder=small).out
    assert fine("show", "rules/tone", "--locked", "--format", "json", folder=small).out.count("+head") == 0
    users = fine("tree", "rules/tone", "--dependants", "--locked", folder=small).out
    assert "support/reply@2.0.0" in users
    why = fine("why", "support/reply", "--locked", *REPLY, "--text", "Hi", folder=small).out
    assert "support/reply@2.0.0" in why
    assert run("render", "hello", "--locked", folder=small).err == (
        "error: hello has no release yet; only releases are used here\n"
    )


def test_a_refusal_is_exit_code_2_with_its_code(small: Path) -> None:
    fine("release", "rules/tone", folder=small)
    result = run("release", "rules/tone", "--format", "json", folder=small)
    assert result.code == 2
    assert [error["code"] for error in valid(result.out, "error")["errors"]] == ["release"]
    assert run("release", folder=small).code == 2
    assert "(did you mean" in run("release", "rules/tone", "--bump", "mino", folder=small).err


def test_a_lock_edited_by_hand_is_exit_code_4(small: Path) -> None:
    fine("release", "rules/tone", folder=small)
    lock = small / "prompts/promptreg.lock"
    lock.write_text(lock.read_text().replace('"kind": "rule"', '"kind":  "rule"'))
    before = files(small)
    assert run("release", "rules/refund-limits", folder=small).code == 4
    assert files(small) == before


def test_a_missing_registry_is_told_as_everywhere(tmp_path: Path) -> None:
    result = run("release", "rules/tone", "--registry", "nowhere", folder=tmp_path)
    assert (result.code, result.err) == (2, "error: nowhere: the registry does not exist\n")


@pytest.mark.skipif(not permissions_bind(), reason="this user may write everywhere")
def test_a_read_only_registry_is_exit_code_3(small: Path) -> None:
    prompts = small / "prompts"
    prompts.chmod(0o555)
    try:
        result = run("release", "rules/tone", folder=small)
    finally:
        prompts.chmod(0o755)
    assert result.code == 3
    assert result.err == "error: prompts/.versions: cannot be written: permission denied; nothing was released\n"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on the size of files")
@pytest.mark.parametrize("limit", [0, 100, 700])
def test_a_disk_without_room_is_exit_code_3_and_loses_nothing(small: Path, limit: int) -> None:
    fine("release", "rules/refund-limits", folder=small)
    change_tone(small)
    before = files(small)
    code = (
        "import resource, signal, sys; from promptreg.cli.app import main;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "sys.exit(main(['release', 'support/reply', '--with-parts']))"
    )
    environment = {**os.environ, "PROMPTREG_CACHE_DIR": str(small / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=small,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("error: prompts/")
    assert done.stderr.endswith(": cannot be written: file too large; nothing was released\n")
    after = {path: data for path, data in files(small).items() if not path.startswith("cache")}
    assert after == before
    fine("release", "support/reply", "--with-parts", folder=small)
