"""Project configuration: `[tool.promptreg]` in pyproject.toml, or promptreg.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from promptreg.errors import InvalidFile, Problem, PromptregError, UsageError, nearest
from promptreg.registry.files import decode_utf8, find_root, read_bytes
from promptreg.text import Source

__all__ = ["Config", "Table", "blamed_on_counter", "find_registry", "place_of_setting", "settings_table"]

_MENTIONS_US = rb"""^\s*\[{1,2}\s*["']?tool["']?\s*(\]|\.\s*["']?promptreg)|^\s*["']?tool["']?\s*[.=]"""
"""How a pyproject.toml that configures promptreg can write it; this only saves parsing those that cannot."""

_KEYS = ("registry", "counter", "ranks", "lint")
_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (("promptreg.toml", ()), ("pyproject.toml", ("tool", "promptreg")))


class Table(NamedTuple):
    """A table of settings that another part of the program reads, with the file that it stands in."""

    source: Source
    values: dict[str, Any]


class Config(NamedTuple):
    """Where the registry is and how tokens are counted when a prompt names no model. Paths are absolute.

    `ranks` is a folder with rank files of tokenizers, or None. `given` is the path of the registry as the caller wrote
    it, or None where a file or the default names it.
    """

    root: str
    registry: str
    counter: str = "o200k_base"
    ranks: str | None = None
    given: str | None = None


def find_registry(start: str | os.PathLike[str], explicit: str | None = None, *, on_disk: bool = True) -> Config:
    """The configuration that holds for folder `start`, searched upwards; `explicit` names the registry folder.

    Without `on_disk`, the default folder need not be there. Raises UsageError when no registry folder can be found,
    InvalidFile when the configuration is broken.
    """
    start = folder = os.path.abspath(start)
    while True:
        for name, table in _FILES:
            settings = _read(folder, name, table)
            if settings is not None:
                return _config(folder, settings, explicit)
        folder, inner = os.path.dirname(folder), folder
        if folder == inner:
            break
    if explicit is not None:
        registry = os.path.abspath(explicit)
        return Config(find_root(registry), registry, given=explicit)
    if on_disk and not os.path.isdir(os.path.join(start, "prompts")):
        raise UsageError.at(
            "no registry here: no prompts folder, and no promptreg.toml or [tool.promptreg] in this folder or above; "
            "`promptreg init` makes one"
        )
    return Config(start, os.path.join(start, "prompts"))


def settings_table(config: Config, key: str) -> Table | None:
    """The table `key` of the configuration, whose values are not checked yet; None where it has no such table."""
    for name, table in _FILES:
        settings = _read(config.root, name, table)
        if settings is not None:
            values = settings.get(key)
            if values is None:
                return None
            return Table(decode_utf8(read_bytes(os.path.join(config.root, name), name), name), values)
    return None


def _config(folder: str, settings: dict[str, Any], explicit: str | None) -> Config:
    chosen = os.path.join(folder, settings.get("registry", "prompts")) if explicit is None else explicit
    registry = os.path.abspath(chosen)
    is_inside = f"{registry}{os.sep}".startswith(os.path.join(folder, ""))
    root = folder if explicit is None or is_inside else find_root(registry)
    ranks = settings.get("ranks")
    ranks = os.path.join(folder, ranks) if ranks else None
    return Config(root, registry, settings.get("counter", "o200k_base"), ranks, explicit)


def _read(folder: str, name: str, table: tuple[str, ...]) -> dict[str, Any] | None:
    """The settings in a file of the folder; None when there is no such file, or no such table in it."""
    file = os.path.join(folder, name)
    if not os.path.lexists(file):
        return None
    data = read_bytes(file, name)
    if table and not re.search(_MENTIONS_US, data, re.MULTILINE):
        return None
    source = decode_utf8(data, name)
    settings = _parse(source)
    for step, key in enumerate(table):
        if not isinstance(settings, dict):
            raise InvalidFile.at(f"{'.'.join(table[:step])} must be a table", path=name)
        settings = settings.get(key)
        if settings is None:
            return None
    if not isinstance(settings, dict):
        raise InvalidFile.at(f"{'.'.join(table)} must be a table", path=name)
    problems = list(_problems(source, settings))
    if problems:
        raise InvalidFile(problems)
    return settings


def blamed_on_counter(error: UsageError, config: Config) -> UsageError:
    """An error about the counter, with the place of the setting that names it; as it is when no file does."""
    for name, table in _FILES:
        try:
            settings = _read(config.root, name, table)
            if settings is None or settings.get("counter") != config.counter:
                continue
            source = decode_utf8(read_bytes(os.path.join(config.root, name), name), name)
        except PromptregError:
            return error
        line, column = _place(source, "counter")
        return UsageError(
            problem._replace(path=name, line=line, column=column, key="counter") for problem in error.problems
        )
    return error


def _parse(source: Source) -> Any:
    import tomllib  # takes longer than the rest of this module, and most pyproject.toml hold nothing for us

    try:
        return tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason, _, place = str(error).partition(" (at ")
        numbers = [int(number) for number in re.findall(r"[0-9]+", place)]
        line, column = numbers if len(numbers) == 2 else source.location(len(source.text))[1:]
        message = f"is not TOML: {reason[:1].lower()}{reason[1:]}"
        raise InvalidFile.at(message, path=source.path, line=line, column=column) from None


def _problems(source: Source, settings: dict[str, Any]) -> Iterator[Problem]:
    for key, value in settings.items():
        if key not in _KEYS:
            known = [word for word in _KEYS if word not in settings]
            near = nearest(key, known)
            message = f'unknown setting "{key}"' + ("" if near else f"; known here: {', '.join(_KEYS)}")
            yield Problem(InvalidFile.code, message, source.path, *_place(source, key), suggestion=near)
        elif key == "lint":
            if not isinstance(value, dict):
                yield Problem(InvalidFile.code, "lint must be a table", source.path, *_place(source, key))
        elif not isinstance(value, str) or not value:
            message = f'the setting "{key}" must be text'
            yield Problem(InvalidFile.code, message, source.path, *_place(source, key))


def place_of_setting(source: Source, table: str, word: str) -> tuple[int | None, int | None]:
    """Line and column of a key or text of a table of the configuration, behind the first mention of that table."""
    header = re.compile(rf"""^[^#\n]*\b{re.escape(table)}\b""", re.MULTILINE).search(source.text)
    found = re.compile(rf"""(?<![\w-]){re.escape(word)}(?![\w-])""").search(source.text, header.end() if header else 0)
    if found is None:
        return None, None
    place = source.location(found.start())
    return place.line, place.column


def _place(source: Source, key: str) -> tuple[int | None, int | None]:
    """Line and column of a setting; the TOML parser tells neither."""
    table = re.search(r"""^[ \t]*\[[ \t"']*tool[ \t"'.]*promptreg[ \t"']*\]""", source.text, re.MULTILINE)
    pattern = rf"""(?:^|[{{,.])[ \t]*["']?({re.escape(key)})["']?[ \t]*[.=]"""
    found = re.compile(pattern, re.MULTILINE).search(source.text, table.end() if table else 0)
    if found is None:
        return None, None
    place = source.location(found.start(1))
    return place.line, place.column
