"""Rendering at a git revision against rendering today's files, as whole processes; and what the past costs elsewhere.

Run with `python -m benchmarks.time_travel`. Goal: `render --at REV` at most 1.5x `render`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import median, process_seconds, table

_RUN = "import sys; from promptreg.cli.app import main; sys.exit(main())"  # the console script
_PROMPT = ("support/refund-reply", "--sample", "small-claim")
_COMMANDS = {
    "render": ("render", *_PROMPT),
    "render --at HEAD": ("render", *_PROMPT, "--at", "HEAD"),
    "render --at HEAD~50": ("render", *_PROMPT, "--at", "HEAD~50"),
    "render --staged": ("render", *_PROMPT, "--staged"),
    "list": ("list",),
    "list --at HEAD~50": ("list", "--at", "HEAD~50"),
    "why": ("why", *_PROMPT, "--text", "never to another account"),
    "log": ("log", "rules/tone"),
}
_GOALS = (
    ("render --at HEAD", "render", 1.5),
    ("render --at HEAD~50", "render", 1.5),
    ("render --staged", "render", 1.5),
    ("list --at HEAD~50", "list", None),
    ("why", "render", None),
    ("log", "render", None),
)
_PROJECT = Path(__file__).parent.parent


def main(rounds: int = 15) -> int:
    """Measure and print; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        top = Path(name) / "work"
        environment = {**os.environ, "PYTHONPATH": str(_PROJECT), "PROMPTREG_CACHE_DIR": f"{name}/cache"}
        _repository(top, environment)
        commands = {label: (sys.executable, "-c", _RUN, *arguments) for label, arguments in _COMMANDS.items()}
        options = {"cwd": top, "env": environment}
        process_seconds(commands, 2, **options)
        seconds = {label: median(values) for label, values in process_seconds(commands, rounds, **options).items()}
    missed = 0
    rows = []
    for label, anchor, goal in _GOALS:
        ratio = seconds[label] / seconds[anchor]
        missed += goal is not None and ratio > goal
        rows.append(
            (label, 1000 * seconds[label], anchor, 1000 * seconds[anchor], ratio, "-" if goal is None else goal)
        )
    table("time travel, whole processes, warm", ("process", "ms", "anchor", "ms", "ratio", "goal"), rows)
    return 1 if missed else 0


def _repository(top: Path, environment: Mapping[str, str]) -> None:
    """The shipped registry, committed, with a hundred commits that change one rule each."""

    def git(*arguments: str) -> None:
        settings = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "gc.auto=0", "-c", "core.fsync=none")
        subprocess.run(("git", *settings, *arguments), cwd=top, env=environment, check=True)

    shutil.copytree(_PROJECT / "prompts", top / "prompts")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "Start")
    rules = sorted((top / "prompts/rules").glob("*.md"))
    for number in range(100):
        with open(rules[number % len(rules)], "a", encoding="utf-8") as file:
            file.write(f"- Rule number {number}.\n")
        git("commit", "-q", "-a", "-m", f"Change {number}")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
