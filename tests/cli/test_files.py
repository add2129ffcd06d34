"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promptreg.cli import files
from promptreg.cli.files import create_files, write_file
from promptreg.errors import UsageError
from tests.cli.running import permissions_bind


def test_a_file_is_created_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    for data in (b"one", b"two \xc3\xa9"):
        write_file(str(target), data)
        assert target.read_bytes() == data
    assert os.listdir(tmp_path) == ["out.txt"]


def test_the_old_file_is_replaced_and_never_written_into(tmp_path: Path) -> None:
    target, other_name = tmp_path / "out.txt", tmp_path / "link.txt"
    target.write_bytes(b"old")
    other_name.hardlink_to(target)
    write_file(str(target), b"new")
    assert (target.read_bytes(), other_name.read_bytes()) == (b"new", b"old")


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write_file(str(target), b"new")
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_file(str(tmp_path / "link.txt"), b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_file(os.devnull, b"gone")
    assert not Path(os.devnull).is_file()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.txt"
    target.write_bytes(b"old")

    def broken(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        write_file(str(target), b"new")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_folder_is_no_target(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_file(str(tmp_path), b"x")


@pytest.mark.skipif(not permissions_bind(), reason="this user may write everywhere")
def test_a_read_only_folder_is_named_by_the_users_path(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    target = str(tmp_path / "out.txt")
    with pytest.raises(PermissionError) as caught:
        write_file(target, b"x")
    assert caught.value.filename == target


def test_new_files_are_all_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two").write_text("mine")
    wanted = {tmp_path / "a" / "deep" / "one": b"1", tmp_path / "b" / "two": b"2"}
    with pytest.raises(FileExistsError):
        create_files(wanted)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b", "two"]
    assert (tmp_path / "b" / "two").read_text() == "mine"
