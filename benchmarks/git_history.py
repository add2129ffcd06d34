"""Reading versions out of git: all versions of 200 components over 1,000 commits, against a bare pipe of git commands.

Run with `python -m benchmarks.git_history [ROUNDS]`, in an environment with GitPython to see it beside the others. The
bare pipe is what a script would do at least: `git log --raw`, the ids cut out, and `git cat-file --batch` into memory.
Goals: all versions cold at most 1.3x the pipe, the version table from the cache at most 50 ms.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import interleaved, median, table
from promptreg.registry.git import Repository, open_repository
from promptreg.registry.git.history_cache import cached_history

COMPONENTS = 200
COMMITS = 1_000
GOAL_RATIO = 1.3
GOAL_SECONDS = 0.050
_LOG = ("log", "--raw", "-z", "--no-renames", "--no-abbrev", "--format=%H", "HEAD", "--", "prompts")


def main(rounds: int = 9) -> int:
    """Print the table; 1 when a goal is missed."""
    folder = Path(tempfile.mkdtemp())
    try:
        top = folder / "work"
        versions = build(top)
        return _measure(top, folder / "cache", versions, rounds)
    finally:
        shutil.rmtree(folder)


def build(top: Path) -> int:
    """Make the repository and pack it; the number of versions in it."""
    git(top.parent, "init", "-q", "-b", "main", str(top))
    stream = list(_stream(random.Random(1)))
    git(top, "fast-import", "--quiet", given=b"".join(stream))
    git(top, "repack", "-a", "-d", "-q")
    return sum(part.startswith(b"M 100644") for part in stream)


def _stream(chance: random.Random) -> Iterator[bytes]:
    """A fast-import stream: components of 6 to 18 paragraphs, one of which changes at a time."""
    words = [f"word{number}" for number in range(3_000)]
    kinds = ("rules", "instructions", "templates", "support/rules")
    names = [f"prompts/{kinds[number % len(kinds)]}/c{number}.md" for number in range(COMPONENTS)]

    def paragraph() -> str:
        return " ".join(chance.choice(words) for _ in range(chance.randint(20, 60))) + ".\n"

    texts = {name: [paragraph() for _ in range(chance.randint(6, 18))] for name in names}
    for number in range(COMMITS):
        yield b"commit refs/heads/main\ncommitter A <a@example.com> %d +0200\n" % (1_700_000_000 + 600 * number)
        yield b"data 9\nChange it\n"
        for name in names if not number else chance.sample(names, chance.choice((1, 1, 2, 2, 3))):
            texts[name][chance.randrange(len(texts[name]))] = paragraph()
            text = f"---\nkind: rule\nversion: 1.{number}.0\n---\n" + "\n".join(texts[name])
            yield b"M 100644 inline %s\n" % name.encode()
            yield b"data %d\n%s\n" % (len(text), text.encode())


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What a git command prints."""
    return subprocess.run(["git", *arguments], cwd=folder, input=given, stdout=subprocess.PIPE, check=True).stdout


def bare_table(top: Path) -> list[bytes]:
    """The ids of all versions from `git log --raw`, cut out and nothing more."""
    fields = git(top, *_LOG).split(b"\0")
    return [field.split(b" ")[3] for field in fields if field.startswith((b":", b"\n:"))]


def bare_pipe(top: Path) -> None:
    """All versions, by two git commands and a pipe in memory."""
    git(top, "cat-file", "--batch", given=b"\n".join(bare_table(top)) + b"\n")


def with_gitpython(top: Path) -> Callable[[], object] | None:
    """All versions as GitPython reads them; None where it is not installed."""
    try:
        import git as gitpython  # type: ignore[import-not-found]
    except ImportError:
        return None

    def read() -> int:
        repo = gitpython.Repo(top)
        size = 0
        for commit in repo.iter_commits("HEAD", paths="prompts"):
            for change in commit.diff(commit.parents[0] if commit.parents else gitpython.NULL_TREE, paths="prompts"):
                blob = change.a_blob or change.b_blob
                size += len(blob.data_stream.read())
        repo.close()
        return size

    return read


def _measure(top: Path, cache: Path, versions: int, rounds: int) -> int:
    def changes(repository: Repository) -> int:
        return sum(1 for _ in repository.history("prompts"))

    def contents(repository: Repository) -> int:
        ids = (change.new_id for change in repository.history("prompts") if change.new_id)
        return sum(1 for _ in repository.read(ids))

    def cached(repository: Repository) -> int:
        return len(cached_history(repository, "prompts", cache))

    def cached_contents(repository: Repository) -> int:
        return sum(1 for _ in repository.read(change.new_id for change in cached_history(repository, "prompts", cache)))

    def opened(work: Callable[[Repository], int]) -> Callable[[], None]:
        def run() -> None:
            with open_repository(top / "prompts") as repository:
                assert work(repository) == versions

        return run

    opened(cached)()
    tasks: dict[str, Callable[[], object]] = {
        "bare git log --raw": lambda: bare_table(top),
        "version table": opened(changes),
        "version table, cached": opened(cached),
        "bare pipe, all versions": lambda: bare_pipe(top),
        "all versions": opened(contents),
        "all versions, table cached": opened(cached_contents),
    }
    other = with_gitpython(top)
    found = interleaved(tasks, rounds)
    if other is not None:
        found["GitPython, all versions"] = interleaved({"": other}, max(1, rounds // 4))[""]
    seconds = {name: median(values) for name, values in found.items()}
    pipe = seconds["bare pipe, all versions"]
    rows = [(name, 1000 * value, value / pipe) for name, value in seconds.items()]
    title = f"{versions:,} versions of {COMPONENTS} components in {COMMITS:,} commits"
    table(title, ("what", "ms", "x bare pipe"), rows)
    missed = seconds["all versions"] > GOAL_RATIO * pipe or seconds["version table, cached"] > GOAL_SECONDS
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
