"""Many writers at once, and writers that are killed: nothing is lost, nothing is torn, the next release cleans up.

`PROMPTREG_FULL=1 python -m pytest tests/registry/test_release_processes.py` runs 16 processes of 50 releases each and
200 kills; without it there are fewer of each.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from promptreg.errors import ReleaseRefused
from promptreg.model.lock import LockEntry, parse_lock
from promptreg.registry.atomic import TEMPORARY, locked
from promptreg.registry.resolve import resolve_release
from tests.registry.releasing import edit, files, released, rule, save, store_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")

ROOT = Path(__file__).resolve().parents[2]
FULL = bool(os.environ.get("PROMPTREG_FULL"))
PROCESSES, RELEASES = (16, 50) if FULL else (8, 6)
KILLS = 200 if FULL else 25

LOCK = Path("prompts/promptreg.lock")


def lock_of(folder: Path) -> dict[str, LockEntry]:
    """The entries of the lock as a reader finds it now."""
    text = (folder / LOCK).read_text(encoding="utf-8")
    return {str(entry): entry for entry in parse_lock(text, str(LOCK)).values()}


def check_whole(folder: Path) -> None:
    """Every release of the lock is there and is what it was; nothing else lies about."""
    entries = lock_of(folder)
    store = store_of(folder)
    for entry in entries.values():
        assert resolve_release(entry.name, entry.version, store).pin.digest == entry.closure
    frozen = {path for path in files(folder) if ".versions" in path and not path.endswith(".schema.json")}
    assert len(frozen) == len(entries)
    assert [path for path in files(folder) if TEMPORARY in path] == []


# -- many writers

WORKER = """
import sys
from pathlib import Path
from promptreg.errors import ReleaseRefused
from tests.registry.releasing import released, save

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(count):
    file = folder / f"prompts/own/{name}.md"
    save(file, file.read_text().replace("- Round", "- Round and"))
    released(folder, f"own/{name}", bump="auto")
    try:
        released(folder, "all", bump="auto")
    except ReleaseRefused:
        pass  # somebody else was quicker
"""


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    names = [f"w{number}" for number in range(PROCESSES)]
    uses = "".join(f'{{% include "own/{name}" %}}\n' for name in names)
    edit(tmp_path, {f"own/{name}.md": rule("1.0.0", "- Round\n") for name in names} | {"all.md": rule("1.0.0", uses)})
    released(tmp_path, "all", with_parts=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PROMPTREG_CACHE_DIR": str(tmp_path / "cache")}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), name, str(RELEASES)],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    seen: set[str] = set()
    while any(worker.poll() is None for worker in workers):
        now = set(lock_of(tmp_path))  # readers wait for nobody
        assert seen <= now
        seen = now
        time.sleep(0.01)
    assert [worker.communicate()[1] for worker in workers] == [""] * len(workers)
    entries = lock_of(tmp_path)
    for name in names:
        expected = {f"own/{name}@1.0.{number}" for number in range(RELEASES + 1)}
        assert {key for key in entries if key.startswith(f"own/{name}@")} == expected
    shared = sorted(entry.version for entry in entries.values() if entry.name == "all")
    assert [version.patch for version in shared] == list(range(len(shared)))
    assert len(shared) > 1
    check_whole(tmp_path)


def test_a_writer_waits_for_another(tmp_path: Path) -> None:
    edit(tmp_path, {"a.md": rule("1.0.0")})
    with locked(tmp_path / "prompts"):
        child = forked(lambda: released(tmp_path, "a"))
        time.sleep(0.2)
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
        assert not (tmp_path / LOCK).exists()
    assert os.waitpid(child, 0)[1] == 0
    assert set(lock_of(tmp_path)) == {"a@1.0.0"}


# -- writers that are killed


def forked(action: Callable[[], object]) -> int:
    """Run `action` in a child; its process id."""
    child = os.fork()
    if child:
        return child
    try:
        action()
    finally:
        os._exit(0 if sys.exc_info()[0] is None else 1)


PROMPT = """\
kind: prompt
version: {version}
output: {{schema: out.json}}
messages:
  - role: user
    parts:
      - use: tone@^1
      - text: {text}
"""
SCHEMA = '{"type": "object"}\n'


def scene(folder: Path, *, fresh: bool) -> Path:
    """A prompt whose next release writes every sort of file: parts, a schema, heads with a raised version."""
    edit(folder, {"p.yaml": PROMPT.format(version="1.0.0", text="a"), "tone.md": rule("1.0.0"), "out.json": SCHEMA})
    edit(folder, {"other.md": rule("1.0.0")})
    if not fresh:
        released(folder, "p", with_parts=True)
        edit(folder, {"p.yaml": PROMPT.format(version="1.0.0", text="b"), "tone.md": rule("1.0.0", "- More.\n")})
    return folder


def step(folder: Path) -> object:
    return released(folder, "p", bump="auto", with_parts=True)


_COUNTED = ("open", "link", "replace", "unlink", "mkdir", "fsync", "rename")


def killed_at(folder: Path, call: int) -> bool:
    """Run the step in a child that is killed at its n-th system call that may change the disk; whether it was."""

    def run() -> None:
        left = call

        def counted(real: Callable[..., object]) -> Callable[..., object]:
            def wrapper(*args: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **options)

            return wrapper

        for name in _COUNTED:
            setattr(os, name, counted(getattr(os, name)))
        step(folder)

    status = os.waitpid(forked(run), 0)[1]
    assert status in (0, signal.SIGKILL)
    return status != 0


@pytest.mark.parametrize("fresh", [True, False], ids=["first release", "next release"])
def test_killed_at_every_point_it_leaves_old_or_new(tmp_path: Path, fresh: bool) -> None:
    old = set() if fresh else set(lock_of(scene(tmp_path / "old", fresh=fresh)))
    before = scene(tmp_path / "before", fresh=fresh)
    whole = scene(tmp_path / "whole", fresh=fresh)
    step(whole)
    wanted, heads = files(whole), (files(before), files(whole))
    call = 0
    while True:
        call += 1
        folder = scene(tmp_path / f"killed-{call}", fresh=fresh)
        if not killed_at(folder, call):
            break
        found = set(lock_of(folder)) if (folder / LOCK).exists() else set()
        assert found in (old, set(lock_of(whole)))
        for path in ("prompts/p.yaml", "prompts/tone.md"):
            assert (folder / path).read_bytes() in [state[path] for state in heads]
        for entry in lock_of(folder).values() if found else ():
            assert resolve_release(entry.name, entry.version, store_of(folder)).pin.digest == entry.closure
        if call % 2:
            released(folder, "other")  # any release cleans up
            check_whole(folder)
            assert set(lock_of(folder)) == found | {"other@1.0.0"}
        if found == old:
            step(folder)  # and the same one again does what it was to do
        done = {path: data for path, data in files(folder).items() if "other" not in path and path != str(LOCK)}
        assert done == {path: data for path, data in wanted.items() if "other" not in path and path != str(LOCK)}
        check_whole(folder)
    assert call > 20
    assert files(folder) == wanted


def test_killed_at_any_time_it_loses_nothing(tmp_path: Path) -> None:
    edit(tmp_path, {"a.md": rule("1.0.0", "- 0\n"), "b.md": rule("1.0.0", "- 0\n")})
    released(tmp_path, "a", "b")
    chance = random.Random(7)
    head = tmp_path / "prompts/a.md"
    rounds = 0

    def work() -> None:
        number = 0
        while True:
            number += 1
            text = head.read_text()
            save(head, text[: text.index("- ")] + f"- {number} {os.getpid()}\n")
            released(tmp_path, "a", bump="auto")

    before = set(lock_of(tmp_path))
    for _ in range(KILLS):
        child = forked(work)
        time.sleep(chance.random() * 0.06)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        after = set(lock_of(tmp_path))
        assert before <= after
        rounds += len(after) > len(before)
        assert sorted(entry.version.patch for entry in lock_of(tmp_path).values() if entry.name == "a") == list(
            range(len(after) - len([key for key in after if key.startswith("b@")]))
        )
        edit(tmp_path, {"b.md": rule(f"1.0.{len(after)}", f"- {len(after)}\n")})
        try:
            released(tmp_path, "b", bump="auto")
        except ReleaseRefused:
            pytest.fail("the next release must work")
        check_whole(tmp_path)
        before = set(lock_of(tmp_path))
    assert rounds  # some were killed after a release, and most during one
