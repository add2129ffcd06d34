"""Finding and reading the Python files of a project."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from promptreg.errors import InvalidFile

if TYPE_CHECKING:
    from promptreg.lint.calls.python_file import PythonFile
    from promptreg.lint.workspace import Workspace

__all__ = ["python_below", "python_files"]

_NEVER = ("__pycache__", "node_modules", "site-packages", "venv")


def python_below(root: str, path: str) -> list[str]:
    """The Python file at a path from the project root, or all below that folder, by path; links are not followed.

    Folders that begin with a dot, installed packages and virtual environments are left out.
    """
    if path.endswith(".py") and os.path.isfile(os.path.join(root, path)):
        return [path]
    return sorted(_walk(root, "" if path == "." else path))


def _walk(root: str, folder: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(os.path.join(root, folder)))
    except OSError:
        return
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(".") and entry.name not in _NEVER:
                yield from _walk(root, path)
        elif entry.name.endswith(".py") and entry.is_file():
            yield path


def python_files(
    workspace: Workspace, paths: Iterable[str], users_of: frozenset[str] | None = None
) -> Iterator[PythonFile]:
    """The Python files at these paths from the project root that are worth a look, parsed when first asked.

    With `users_of`, only their calls that name one of these components and prompts are looked at. A file that cannot be
    read or decoded is there with its problem.
    """
    from promptreg.lint.calls.python_file import PythonFile

    root = os.fspath(workspace.registry.root)
    for path in paths:
        try:
            data = _read(workspace, os.path.join(root, path), path)
            if users_of is not None and b"promptreg" not in data:
                continue
            file = PythonFile.read(workspace, path, data, users_of)
        except OSError as error:
            file = PythonFile.broken(workspace, path, f"cannot be read: {error.strerror or error}")
        except InvalidFile as error:
            file = PythonFile.broken(workspace, path, error.problems[0].message)
        if file.is_wanted:
            yield file


def _read(workspace: Workspace, file: str, path: str) -> bytes:
    text = workspace.texts.get(path)
    if text is not None:
        return text.encode("utf-8", "surrogatepass")
    with open(file, "rb") as stream:
        return stream.read()
