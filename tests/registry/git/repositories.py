"""Real git repositories in temporary folders: fixed identities and clocks, no configuration of the machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from promptreg.registry.git import Repository, open_repository

__all__ = ["ISOLATED", "ROOT", "Work", "files_on_disk", "needs_git", "snapshot"]

ROOT = Path(__file__).resolve().parents[3]
NOON = 1_700_000_000

ISOLATED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_SETTINGS = (
    "init.defaultBranch=main",
    "gc.auto=0",
    "core.autocrlf=false",
    "core.fsync=none",
    "protocol.file.allow=always",
    "advice.detachedHead=false",
)


@cache
def _git_version() -> tuple[int, int]:
    try:
        words = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()
    except OSError:
        return (0, 0)
    major, minor = words[2].split(".")[:2]
    return int(major), int(minor)


def needs_git(*version: int) -> pytest.MarkDecorator:
    """Skip where git is older and has not what the test is about."""
    return pytest.mark.skipif(_git_version() < version, reason=f"git has this from {'.'.join(map(str, version))} on")


class Work:
    """A repository to be filled by a test. Each commit is a minute younger than the one before."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.minutes = 0

    @classmethod
    def create(cls, top: Path, *options: str) -> Work:
        """`git init` in a new folder."""
        top.mkdir(parents=True)
        work = cls(top)
        work.git("init", "-q", *options)
        return work

    def clone(self, top: Path, *options: str) -> Work:
        """`git clone` into a new folder, by a real transport."""
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("clone", "-q", *options, f"file://{self.top}", str(top))
        return Work(top)

    def git(self, *arguments: str | bytes, variables: Mapping[str, str] | None = None, given: bytes = b"") -> str:
        """What git prints, without the last line end; a failure is a failure of the test."""
        done = self.try_git(*arguments, variables=variables, given=given)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def try_git(
        self, *arguments: str | bytes, variables: Mapping[str, str] | None = None, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git, whatever comes of it."""
        when = f"{NOON + 60 * self.minutes} +0200"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.top.parent),
            **ISOLATED,
            **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _IDENTITY.items()},
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_DATE": when,
            **(variables or {}),
        }
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        return subprocess.run(
            ["git", *settings, *arguments], cwd=self.top, env=environment, input=given, capture_output=True, timeout=60
        )

    def write(self, path: str | bytes, content: str | bytes) -> None:
        """Write a file of the work tree."""
        place = os.path.join(os.fsencode(self.top), os.fsencode(path))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode())

    def commit(self, message: str = "Change", files: Mapping[str, str | bytes] | None = None) -> str:
        """Write the files, commit everything there is, and return the id."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "-A")
        self.minutes += 1
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")

    def id(self, name: str) -> str:
        """The id of an object."""
        return self.git("rev-parse", name)

    def open(self) -> Repository:
        """The repository as promptreg finds it."""
        return open_repository(self.top)


_IDENTITY = {"NAME": "Ada Test", "EMAIL": "ada@example.com"}


def files_on_disk(top: Path) -> dict[bytes, bytes]:
    """Every file below a folder by its path, without the folder `.git`."""
    found = {}
    root = os.fsencode(top)
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != b".git"]
        for name in names:
            place = os.path.join(folder, name)
            found[os.path.relpath(place, root)] = Path(os.fsdecode(place)).read_bytes()
    return found


def snapshot(*roots: Path) -> dict[bytes, tuple[int, int, int]]:
    """Size, time of change and inode of everything below the folders, to see whether anything was written."""
    found = {}
    for root in roots:
        for folder, folders, names in os.walk(os.fsencode(root)):
            for name in (*folders, *names, b"."):
                info = os.lstat(os.path.join(folder, name))
                found[os.path.join(folder, name)] = (info.st_size, info.st_mtime_ns, info.st_ino)
    return found
