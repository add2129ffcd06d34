"""Project configuration: `[tool.promptreg]` in pyproject.toml, or promptreg.toml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from promptreg.errors import InvalidFile, Problem, UsageError, nearest
from promptreg.registry.files import find_root

__all__ = ["Config", "find_registry"]

_MENTIONS_US = rb"""^\s*\[\s*["']?tool["']?\s*(\]|\.\s*["']?promptreg)|^\s*["']?tool["']?\s*[.=]"""
"""How a pyproject.toml that configures promptreg can write it; this only saves parsing those that cannot."""

_KEYS = {"registry": str, "counter": str, "ranks": str}


class Config(NamedTuple):
    """Where the registry is and how tokens are counted when a prompt names no model.

    `ranks` is a folder with rank files of tokenizers, or None.
    """

    root: Path
    registry: Path
    counter: str = "o200k_base"
    ranks: Path | None = None


def find_registry(start: Path, explicit: str | None = None) -> Config:
    """The configuration that holds for folder `start`, searched upwards; `explicit` names the registry folder.

    Raises UsageError when no registry folder can be found, InvalidFile when the configuration is broken.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        for file, table in ((folder / "promptreg.toml", ()), (folder / "pyproject.toml", ("tool", "promptreg"))):
            settings = _read(file, table)
            if settings is not None:
                return _config(folder, settings, explicit)
    if explicit is not None:
        registry = Path(explicit).absolute()
        return Config(find_root(registry), registry)
    if not (start / "prompts").is_dir():
        raise UsageError.at(
            "no registry here: no prompts folder, and no promptreg.toml or [tool.promptreg] in this folder or above; "
            "`promptreg init` makes one"
        )
    return Config(start, start / "prompts")


def _config(folder: Path, settings: dict[str, Any], explicit: str | None) -> Config:
    registry = folder / settings.get("registry", "prompts")
    if explicit is not None:
        registry = Path(explicit).absolute()
    ranks = settings.get("ranks")
    return Config(folder, registry, settings.get("counter", "o200k_base"), folder / ranks if ranks else None)


def _read(file: Path, table: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InvalidFile.at(f"cannot be read: {error.strerror}", path=str(file)) from error
    if table and not re.search(_MENTIONS_US, data, re.MULTILINE):
        return None
    import tomllib  # takes longer than the rest of this module, and most pyproject.toml hold nothing for us

    try:
        settings: Any = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidFile.at(f"is not TOML: {error}", path=file.name) from error
    for key in table:
        settings = settings.get(key)
        if settings is None:
            return None
    _check(file.name, settings)
    return dict(settings)


def _check(path: str, settings: Any) -> None:
    if not isinstance(settings, dict):
        raise InvalidFile.at("tool.promptreg must be a table", path=path)
    problems = []
    for key, value in settings.items():
        wanted = _KEYS.get(key)
        if wanted is None:
            problems.append(Problem(InvalidFile.code, f'unknown setting "{key}"', path, suggestion=nearest(key, _KEYS)))
        elif not isinstance(value, wanted):
            problems.append(Problem(InvalidFile.code, f'the setting "{key}" must be text', path))
    if problems:
        raise InvalidFile(problems)
