"""Executable blocks of the documentation: finding them, running them, comparing what they print.

    <!-- folder: empty -->            at the top of a page: start in an empty folder; without it, in a copy of the
                                      shipped registry (the folder `prompts/`)
    ```console run                    commands behind "$ ", each followed by what it prints on both streams;
                                      a line "..." stands for any lines, a digest for any digest,
                                      the id of a commit for any id
    ```yaml file=prompts/a/b.yaml     written to that file before the blocks below it run

Blocks of one page share a folder; each `console run` block is a shell of its own. After a change of the program,
`python tests/docs/console.py docs/tutorial.md ...` writes what is printed now into the pages: read the diff.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Block", "Command", "Session", "agrees", "blocks", "commands", "updated"]

ROOT = Path(__file__).resolve().parents[2]
EMPTY = "<!-- folder: empty -->"
SECONDS = 120
_MARK = "\x1e"  # record separator: between the outputs of two commands
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b")  # the short ones are of commits
_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: the words behind the fence, its text, and where that text stands in the page."""

    info: str
    body: str
    start: int
    line: int

    @property
    def file(self) -> str | None:
        """The file that the block is written to, or None."""
        found = re.search(r"\bfile=(\S+)", self.info)
        return found[1] if found else None

    @property
    def runs(self) -> bool:
        """Whether the block holds commands to run."""
        return self.info.split() == ["console", "run"]


class Command(NamedTuple):
    """A shell command (several lines when each but the last ends with a backslash) and what it should print."""

    text: str
    expected: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown page."""
    for match in _FENCE.finditer(page):
        yield Block(match["info"].strip(), match["body"], match.start("body"), page.count("\n", 0, match.start()) + 1)


def commands(body: str) -> list[Command]:
    """The commands of a console block."""
    found: list[Command] = []
    is_open = False
    for line in body.splitlines(keepends=True):
        if is_open:
            text, is_open = found.pop().text + line, line.endswith("\\\n")
            found.append(Command(text, ""))
        elif line.startswith("$ "):
            is_open = line.endswith("\\\n")
            found.append(Command(line[2:], ""))
        elif found:
            found[-1] = found[-1]._replace(expected=found[-1].expected + line)
    return found


def agrees(expected: str, printed: str) -> bool:
    """Whether `printed` is what the page shows.

    A line `...` stands for any number of lines, a digest for any digest: one changes with every edit of a prompt, and
    the ids of commits do so too.
    """
    pieces = re.split(r"^\.\.\.\n", _DIGEST.sub("<digest>", expected), flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(map(re.escape, pieces))
    return re.fullmatch(pattern, _DIGEST.sub("<digest>", printed)) is not None


_DATE = "2026-03-02T10:00:00+01:00"
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CEILING_DIRECTORIES": os.path.realpath(tempfile.gettempdir()),
    **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in
       (("NAME", "Ada Example"), ("EMAIL", "ada@example.com"), ("DATE", _DATE))},
}  # fmt: skip


class Session:
    """A folder of its own and an environment in which `promptreg` and `python` are those of this checkout."""

    def __init__(self, folder: Path, page: str) -> None:
        self.work = folder / "work"
        self.work.mkdir()
        if EMPTY not in page:
            shutil.copytree(ROOT / "prompts", self.work / "prompts")
        programs = folder / "bin"
        programs.mkdir()
        for name, arguments in {"promptreg": " -m promptreg", "python": "", "python3": ""}.items():
            program = programs / name
            program.write_text(f"#!/bin/sh\nexec '{sys.executable}'{arguments} \"$@\"\n", encoding="utf-8")
            program.chmod(0o755)
        home = folder / "home"
        home.mkdir()
        dropped = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PROMPTREG_DEBUG", "XDG_CACHE_HOME")
        kept = {key: value for key, value in os.environ.items() if key not in dropped}
        self.env = (
            {key: value for key, value in kept.items() if not key.startswith("GIT_")}
            | _GIT
            | {
                "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
                "PYTHONPATH": str(ROOT),
                "HOME": str(home),
                "LC_ALL": "C.UTF-8",
            }
        )

    def write(self, block: Block) -> None:
        """Put the text of a block into its file, which stays inside of the folder."""
        assert block.file is not None
        target = (self.work / block.file).resolve()
        target.relative_to(self.work.resolve())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(block.body.encode())

    def run(self, block: Block) -> list[str]:
        """What each command of a block prints; standard error goes where standard output goes.

        A missing end of the last line is added, because a page cannot show it.
        """
        script = "".join(
            f"{command.text.rstrip()}\nstatus=$?; printf '\\036'; (exit $status)\n" for command in commands(block.body)
        )
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.work,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        printed = done.stdout.decode("utf-8").split(_MARK)[:-1]
        return [text if text.endswith("\n") or not text else text + "\n" for text in printed]


def updated(page: str, folder: Path) -> str:
    """The page with what its commands print now; an output that agrees with the page is left as it is."""
    session = Session(folder, page)
    pieces: list[str] = []
    at = 0
    for block in blocks(page):
        if block.file:
            session.write(block)
        if not block.runs:
            continue
        body = "".join(
            f"$ {command.text}{command.expected if agrees(command.expected, printed) else printed}"
            for command, printed in zip(commands(block.body), session.run(block), strict=True)
        )
        pieces += [page[at : block.start], body]
        at = block.start + len(block.body)
    return "".join([*pieces, page[at:]])


def main(paths: list[str]) -> None:
    """Update the given pages."""
    for path in map(Path, paths):
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            new = updated(page, Path(folder))
        if new != page:
            path.write_text(new, encoding="utf-8")
            print(f"updated {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
