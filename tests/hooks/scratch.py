"""Scratch repositories with a registry, and our hooks run in them by the pre-commit program itself.

pre-commit would install promptreg into an environment of its own, over the network. Here the hooks have `language:
system` instead of `python`, and find this checkout as `promptreg`; all else is as in the manifest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["MANIFEST", "ROOT", "Repository", "repository"]

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"

FILES = {
    "prompts/rules/tone.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Be {# why not #}kind.\n",
    "prompts/chat.yaml": "kind: prompt\nversion: 1.0.0\ninputs: {question: {type: string}}\nmessages:\n"
    "  - {role: system, parts: [{use: rules/tone@^1}]}\n"
    "  - {role: user, parts: [{text: '{{ question }}'}]}\n"
    "samples: {one: {question: Why?}}\n",
    "README.md": "# A project\n",
}


class Done(NamedTuple):
    """What a process did."""

    code: int
    text: str


class Repository:
    """A git repository in which our hooks are installed."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(tools / "home"),
            "HOME": str(tools),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{
                f"GIT_{who}_{what}": "test@test.example"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
            "PROMPTREG_CACHE_DIR": "off",
        }

    def run(self, *command: str) -> Done:
        """Run a program in the repository."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def git(self, *arguments: str) -> str:
        """Run git; it must succeed."""
        done = self.run("git", *arguments)
        assert done.code == 0, done.text
        return done.text

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, and stage nothing."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def commit(self, *arguments: str) -> Done:
        """Try to commit what is staged."""
        return self.run("git", "commit", "-q", "-m", "Change", *arguments)


def repository(folder: Path, *hooks: str, files: Mapping[str, str] = FILES) -> Repository:
    """A repository with `files` committed and these hooks installed, from a clone of the manifest."""
    tools, work, manifest = (folder / name for name in ("tools", "work", "hooks"))
    for path in (tools, work, manifest):
        path.mkdir(parents=True)
    program = tools / "promptreg"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" ${{START:--m promptreg}} "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    source = Repository(manifest, tools)
    text = MANIFEST.read_text(encoding="utf-8").replace("language: python", "language: system")
    source.write({".pre-commit-hooks.yaml": text})
    _first_commit(source)
    revision = source.git("rev-parse", "HEAD").strip()
    found = Repository(work, tools)
    wanted = "".join(f"      - id: {hook}\n" for hook in hooks)
    config = f"repos:\n  - repo: {manifest}\n    rev: {revision}\n    hooks:\n{wanted}"
    found.write({**files, ".pre-commit-config.yaml": config})
    _first_commit(found)
    done = found.run(sys.executable, "-m", "pre_commit", "install")
    assert done.code == 0, done.text
    return found


def _first_commit(repository: Repository) -> None:
    repository.git("init", "-q", "-b", "main")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "First")
