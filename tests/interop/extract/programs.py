"""Programs that send prompts, run for real against model libraries that only write down what they are given."""

from __future__ import annotations

import asyncio
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import promptreg
from promptreg.interop.extract.extraction import Extraction, extract
from promptreg.interop.extract.plan import Wishes
from promptreg.lint.workspace import Workspace

__all__ = ["Project", "sent_by"]

LIBRARIES = ("openai", "anthropic", "litellm", "langchain_core", "langchain_core.messages", "ollama")


class Recorder:
    """Has every attribute, can be called, awaited and entered; writes down the arguments of each call."""

    def __init__(self, path: str, calls: list[Any]) -> None:
        self._path = path
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Recorder(f"{self._path}.{name}", self._calls)

    def __call__(self, *args: Any, **kwargs: Any) -> Recorder:
        self._calls.append([self._path, list(args), kwargs])
        return Recorder(f"{self._path}()", self._calls)

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return self

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Library(ModuleType):
    """A module that has every name."""

    def __init__(self, name: str, calls: list[Any]) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Recorder(f"{self.__name__}.{name}", self._calls)


def sent_by(program: Path) -> list[Any]:
    """What a program hands to model libraries: path, arguments and keywords of every call, in order.

    The program runs at once, and `main()` of it after that, awaited if need be.
    """
    calls: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in LIBRARIES:
            patch.setitem(sys.modules, name, Library(name, calls))
        names = runpy.run_path(str(program))
        main = names.get("main")
        if main is not None:
            outcome = main()
            if asyncio.iscoroutine(outcome):
                asyncio.run(outcome)
    return calls


class Project:
    """A project with a registry and one program below src."""

    def __init__(self, folder: Path, source: str | bytes, name: str = "src/app.py") -> None:
        self.folder = folder
        self.name = name
        self.file = folder / name
        self.file.parent.mkdir(parents=True, exist_ok=True)
        (folder / "prompts").mkdir(exist_ok=True)
        (folder / "promptreg.toml").touch()
        self.file.write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))

    def found(self, wishes: Wishes | None = None) -> Extraction:
        """What would be extracted."""
        workspace = Workspace(promptreg.load(self.folder / "prompts"))
        wishes = Wishes(min_length=1) if wishes is None else wishes
        return extract(workspace, self.name, self.file.read_bytes(), wishes, str(self.folder / "prompts"))

    def apply(self, wishes: Wishes | None = None) -> Extraction:
        """Extract and write."""
        found = self.found(wishes)
        for path, text in found.files.items():
            file = self.folder / "prompts" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8"))
        self.file.write_bytes(found.data)
        return found
