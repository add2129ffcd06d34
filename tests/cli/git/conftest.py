"""The command line in repositories: the isolation of the git tests, and a small registry with a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import SMALL
from tests.registry.git.conftest import _isolated as _isolated
from tests.registry.git.conftest import work as work
from tests.registry.git.repositories import Work, files_on_disk


@pytest.fixture
def past(work: Work) -> Work:
    """The small registry, committed as v1; then changed and committed as v2; then changed on disk."""
    for name, content in files_on_disk(SMALL).items():
        work.write(name, content)
    work.commit("Start")
    work.git("tag", "v1")
    change(work.top, "rules/refund-limits.md", "Never promise", "Do not promise")
    work.git("rm", "-q", "prompts/hello.yaml")
    work.commit("Think again")
    work.git("tag", "-a", "v2", "-m", "Two")
    change(work.top, "rules/refund-limits.md", "Do not promise", "NEVER EVER promise")
    return work


def change(top: Path, file: str, old: str, new: str) -> None:
    """Replace a text in a registry file."""
    path = top / "prompts" / file
    text = path.read_text(encoding="utf-8")
    assert old in text, file
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
