"""`promptreg outdated` as people and scripts see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.schemas import valid
from tests.support.frozen import history


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    history(tmp_path)
    return tmp_path


def test_a_table_of_pinned_wanted_and_latest(folder: Path) -> None:
    result = run("outdated", "chat/reply", folder=folder)
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "release                        part                pinned  wanted  latest  ref\n"
        "chat/reply@1.0.0 (production)  instructions/agent  1.0.0   1.2.1   1.2.1   instructions/agent@^1\n"
        "chat/reply@1.0.0 (production)  rules/tone          1.0.0   1.1.0   2.0.0   rules/tone@^1\n"
        "chat/reply@2.0.0               instructions/agent  1.2.0   1.2.1   1.2.1   instructions/agent@^1\n"
        "chat/reply@2.0.0               rules/tone          1.1.0   1.1.0   2.0.0   rules/tone@^1\n"
    )


def test_nothing_outdated(folder: Path) -> None:
    assert run("outdated", "rules/tone", folder=folder).out == "1 release in use: all of the newest parts\n"


def test_as_json(folder: Path) -> None:
    document = valid(run("outdated", "rules/limits", "--format", "json", folder=folder).out, "outdated")
    part = {"name": "rules/tone", "pinned": "1.0.0", "wanted": "1.1.0", "latest": "2.0.0", "refs": ["rules/tone@^1"]}
    assert document["checked"] == 1
    assert document["releases"] == [{"name": "rules/limits", "version": "1.0.0", "labels": [], "parts": [part]}]


def test_a_changed_release_is_exit_4_beside_the_others(folder: Path) -> None:
    (folder / "prompts/.versions/chat/reply/1.0.0.yaml").unlink()
    result = run("outdated", "chat/reply", folder=folder)
    assert result.code == 4
    assert "chat/reply@2.0.0 " in result.out
    assert "chat/reply@1.0.0 (" not in result.out
    assert "1.0.0.yaml: the frozen file of chat/reply@1.0.0 is missing" in result.err


def test_an_unknown_name_is_bad_input(folder: Path) -> None:
    result = run("outdated", "rules/tune", folder=folder)
    assert (result.code, result.out) == (2, "")
    assert 'did you mean "rules/tone"' in result.err
