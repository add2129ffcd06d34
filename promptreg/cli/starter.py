"""Starter registries: the files of each, and writing them where nothing exists yet."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from promptreg.cli.files import create_files
from promptreg.errors import Problem, UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["STARTERS", "Starter", "write_starter"]


class Starter(NamedTuple):
    """A starter: what its prompt does, and a first command line for it."""

    summary: str
    prompt: str
    sample: str


STARTERS = {
    "chat": Starter("an assistant with a conversation history", "chat/reply", "first-message"),
    "qa": Starter("answers from retrieved sources, with citations", "qa/answer", "shipping"),
    "router": Starter("the choice of a skill for a message", "router/route", "double-charge"),
    "review": Starter("the review of a code change from its diff", "review/change", "retry"),
    "extract": Starter("fields read out of a document as JSON", "extract/invoice", "plain"),
}

_FOLDER = files("promptreg.cli") / "starters"


def write_starter(name: str, folder: Path) -> list[Path]:
    """Write the files of a starter below `folder`, all or none; the paths written, relative to it.

    Raises UsageError that names every file in the way, and then nothing has been written.
    """
    found = dict(sorted(_below(_FOLDER / name, Path())))
    problems = [problem for path in found for problem in _in_the_way(folder, path)]
    problems.extend(_configured(folder))
    if problems:
        raise UsageError(problems)
    create_files({folder / path: data for path, data in found.items()})
    return list(found)


def _below(folder: Traversable, path: Path) -> Iterator[tuple[Path, bytes]]:
    """Path and content of every file of a folder of the package, which may be inside of a zip file."""
    for item in folder.iterdir():
        if item.is_dir():
            yield from _below(item, path / item.name)
        elif not item.name.endswith(".pyc"):
            yield path / item.name, item.read_bytes()


def _in_the_way(folder: Path, path: Path) -> Iterator[Problem]:
    """What keeps the file from being new: the file itself, a namesake with another suffix, a file as a folder."""
    target = folder / path
    for parent in reversed([folder / above for above in path.parents]):
        if (parent.exists() or parent.is_symlink()) and not parent.is_dir():
            yield _exists(parent, "is in the way: a folder is needed here")
            return
    if not target.resolve().is_relative_to(folder.resolve()):
        yield _exists(target, "would be written outside of the folder, through a link")
    elif target.exists() or target.is_symlink():
        yield _exists(target, "exists; nothing was written")
    elif target.suffix in (".md", ".yaml"):
        for other in (target.with_suffix(".md"), target.with_suffix(".yaml")):
            if other.exists():
                yield _exists(other, f"exists and has the component name of {path.as_posix()}; nothing was written")


def _configured(folder: Path) -> Iterator[Problem]:
    """A pyproject.toml that already configures promptreg: the new promptreg.toml would hide it."""
    import tomllib

    project = folder / "pyproject.toml"
    if project.is_file():
        try:
            tool = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {})
        except (OSError, ValueError) as error:
            yield _exists(project, f"cannot be read: {error}")
            return
        if isinstance(tool, dict) and "promptreg" in tool:
            yield _exists(project, "holds [tool.promptreg] already; nothing was written")


def _exists(path: Path, message: str) -> Problem:
    return Problem("exists", message, path.as_posix())
