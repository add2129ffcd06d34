"""Writing at once or not at all, and the lock of all writers."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from promptreg.registry.atomic import TEMPORARY, create_file, locked, replace_file, stage, sweep


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def refuse(code: int) -> object:
    def refused(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refused


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")
    replace_file(file, b"new", mode=0o600)
    assert (file.read_bytes(), file.stat().st_mode & 0o777, names(tmp_path)) == (b"new", 0o600, ["a"])


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_replacement_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, call, refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left"):
        replace_file(file, b"new")
    assert (file.read_bytes(), names(tmp_path)) == (b"old", ["a"])


def test_a_file_is_created_once(tmp_path: Path) -> None:
    file = tmp_path / "a"
    create_file(file, b"first")
    with pytest.raises(FileExistsError):
        create_file(file, b"second")
    assert (file.read_bytes(), names(tmp_path)) == (b"first", ["a"])


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_is_created_once_without_hard_links_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "link", refuse(code))
    create_file(tmp_path / "a", b"first")
    with pytest.raises(OSError):  # noqa: PT011 - whatever the file system said
        create_file(tmp_path / "a", b"second")
    assert ((tmp_path / "a").read_bytes(), names(tmp_path)) == (b"first", ["a"])


def test_other_refusals_of_a_link_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refuse(errno.EDQUOT))
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the code is checked
        create_file(tmp_path / "a", b"first")
    assert (caught.value.errno, names(tmp_path)) == (errno.EDQUOT, [])


def test_sweep_removes_what_killed_writers_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    stage(str(tmp_path / "a"), b"half")
    stage(str(tmp_path / "in" / "b"), b"half")
    (tmp_path / "in" / "b").write_bytes(b"whole")
    assert len([name for name in names(tmp_path) if name.startswith(TEMPORARY)]) == 1
    assert sweep(tmp_path) == 2
    assert (names(tmp_path), names(tmp_path / "in")) == (["in"], ["b"])


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(20):
            with locked(tmp_path):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert names(tmp_path) == []  # the lock leaves no file


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), locked(tmp_path):
        raise ValueError("mine")
    with locked(tmp_path):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")
def test_a_child_that_was_forked_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with locked(tmp_path):
        child = os.fork()
        if child == 0:
            os.read(reading, 1)
            os._exit(0)
    with locked(tmp_path):  # would wait for ever
        pass
    os.write(writing, b"x")
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
