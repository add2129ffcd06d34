"""A small registry, and Python files that use it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import promptreg
from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.workspace import Workspace

__all__ = ["calls_of", "read", "sent_of", "workspace"]

CHAT = """kind: prompt
version: 1.2.0
inputs:
  name: {type: string}
  age: {type: integer, default: 3}
messages:
  - {role: user, parts: [{text: "{{ name }} {{ age }}"}]}
"""


@cache
def workspace() -> Workspace:
    """A registry in a folder named prompts with one prompt, `chat`."""
    folder = Path(mkdtemp(), "prompts")
    folder.mkdir()
    (folder.parent / "promptreg.toml").touch()
    (folder / "chat.yaml").write_text(CHAT)
    return Workspace(promptreg.load(folder))


def read(source: str | bytes, path: str = "app.py") -> PythonFile:
    """A Python file, read as the linter does."""
    data = source.encode("utf-8") if isinstance(source, str) else source
    return PythonFile.read(workspace(), path, data)


def calls_of(source: str, path: str = "app.py") -> list[tuple[str, str | None]]:
    """Method and ref of every call of the registry that is found, a None for a ref that is not literal."""
    file = read(source, path)
    assert file.problem is None
    return [(call.method, ref.text) for call in file.calls for ref in call.refs]


def sent_of(source: str) -> list[tuple[str, str | None, str]]:
    """Library, role and written characters of every text that is sent."""
    file = read(source)
    assert file.problem is None
    return [(one.library, one.role, one.text.literal) for one in file.sent]
