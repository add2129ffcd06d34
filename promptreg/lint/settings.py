"""What a project says about linting: `[tool.promptreg.lint]` in pyproject.toml, or `[lint]` in promptreg.toml.

Only the form is checked here; whether the rules that are named exist is known once all rules are (see `selection`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from promptreg.errors import InvalidFile, Problem, nearest
from promptreg.lint.finding import Severity
from promptreg.registry.config import Config, place_of_setting, settings_table
from promptreg.text import Source

__all__ = ["DEFAULT", "SEVERITIES", "UPDATE_BASELINE", "FolderSettings", "Settings", "read_settings"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
DEFAULT = ("default",)
"""Selects the rules that are on by default."""
UPDATE_BASELINE = "promptreg lint --update-baseline"
"""Writes the baseline that the settings of a project name."""


class FolderSettings(NamedTuple):
    """What differs for findings below a folder, or in a file: a path from the project root, `*` and `**` allowed.

    `select` of None leaves the selection of the project; `ignore` and `severity` add to it.
    """

    folder: str
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}


class Settings(NamedTuple):
    """The settings of the linter. Rules are named by selectors: a name, a code, letters of a group, `all`, `default`.

    `options` are those of single rules, by name. `folders` hold in order, the last that fits wins. `version` is a pin
    such as (0, 1): rules that came with a later version are off unless named. `baseline` and `rules` (the folder of the
    team's rules) are paths from the project root; `python` are globs of the code that uses the registry. `source` is
    the file that all this was read from. `update_baseline` is the command that writes the baseline, for messages.
    """

    select: tuple[str, ...] = DEFAULT
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    options: Mapping[str, Mapping[str, Any]] = {}
    folders: tuple[FolderSettings, ...] = ()
    pedantic: bool = False
    preview: bool = False
    version: tuple[int, ...] | None = None
    baseline: str | None = None
    require_reasons: bool = False
    python: tuple[str, ...] = ()
    rules: str = "rules"
    source: Source | None = None
    update_baseline: str = UPDATE_BASELINE

    def chosen(self, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Settings:
        """The settings under what a caller chose: `select` replaces every selection, `ignore` adds to what is off."""
        folders = self.folders
        if select:
            folders = tuple(folder._replace(select=None) for folder in folders)
        return self._replace(select=select or self.select, ignore=(*self.ignore, *ignore), folders=folders)

    def place(self, word: str) -> tuple[str | None, int | None, int | None]:
        """Path, line and column of a word of the settings, for messages."""
        if self.source is None:
            return None, None, None
        return (self.source.path, *place_of_setting(self.source, "lint", word))


def read_settings(config: Config) -> Settings:
    """The linter's settings of a project; raises InvalidFile with everything that is wrong with their form."""
    table = settings_table(config, "lint")
    if table is None:
        return Settings()
    reader = _Reader(table.source)
    found = reader.settings(table.values)
    if reader.problems:
        raise InvalidFile(sorted(reader.problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
    return found


class _Reader:
    """Reads one table and collects what is wrong with it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def settings(self, values: Mapping[str, Any]) -> Settings:
        self.only(values, "lint", _KEYS)
        return Settings(
            self.words(values, "lint", "select", DEFAULT),
            self.words(values, "lint", "ignore"),
            self.severities(values, "lint"),
            self.options(values),
            tuple(self.folders(values)),
            self.truth(values, "pedantic"),
            self.truth(values, "preview"),
            self.version(values),
            self.path(values, "baseline"),
            self.truth(values, "require-reasons"),
            self.words(values, "lint", "python"),
            self.path(values, "rules") or "rules",
            self.source,
        )

    def fault(self, key: str, word: str, message: str, near: str | None = None) -> None:
        place = place_of_setting(self.source, "lint", word)
        self.problems.append(Problem(InvalidFile.code, message, self.source.path, *place, key=key, suggestion=near))

    def only(self, values: Mapping[str, Any], at: str, known: tuple[str, ...]) -> None:
        for key in values:
            if key not in known:
                near = nearest(key, [word for word in known if word not in values])
                message = f'unknown setting "{key}"' + ("" if near else f"; known here: {', '.join(known)}")
                self.fault(at, key, message, near)

    def table(self, values: Mapping[str, Any], at: str, key: str) -> Mapping[str, Any]:
        found = values.get(key, {})
        if isinstance(found, dict):
            return found
        self.fault(f"{at}.{key}", key, "must be a table")
        return {}

    def words(self, values: Mapping[str, Any], at: str, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = values.get(key)
        if found is None:
            return default
        if isinstance(found, list) and all(isinstance(word, str) and word for word in found):
            return tuple(found)
        self.fault(f"{at}.{key}", key, "must be a list of texts")
        return default

    def truth(self, values: Mapping[str, Any], key: str) -> bool:
        found = values.get(key, False)
        if not isinstance(found, bool):
            self.fault(f"lint.{key}", key, "must be true or false")
        return found is True

    def path(self, values: Mapping[str, Any], key: str) -> str | None:
        found = values.get(key)
        if found is None or (isinstance(found, str) and found):
            return found
        self.fault(f"lint.{key}", key, "must be a path from the project root")
        return None

    def version(self, values: Mapping[str, Any]) -> tuple[int, ...] | None:
        found = values.get("version")
        if found is None:
            return None
        parts = found.split(".") if isinstance(found, str) else []
        if 1 <= len(parts) <= 3 and all(part.isascii() and part.isdigit() for part in parts):
            return tuple(map(int, parts))
        self.fault("lint.version", "version", 'must be a version of promptreg as text, such as "0.1"')
        return None

    def severities(self, values: Mapping[str, Any], at: str) -> Mapping[str, Severity]:
        found: dict[str, Severity] = {}
        for selector, severity in self.table(values, at, "severity").items():
            if severity in SEVERITIES:
                found[selector] = severity
            else:
                near = nearest(str(severity), SEVERITIES)
                self.fault(f"{at}.severity.{selector}", selector, f"must be one of {', '.join(SEVERITIES)}", near)
        return found

    def options(self, values: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        table = self.table(values, "lint", "options")
        return {rule: self.table(table, "lint.options", rule) for rule in table}

    def folders(self, values: Mapping[str, Any]) -> Iterator[FolderSettings]:
        table = self.table(values, "lint", "folders")
        for folder in table:
            at = f"lint.folders.{folder}"
            inner = self.table(table, "lint.folders", folder)
            self.only(inner, at, _FOLDER_KEYS)
            select = self.words(inner, at, "select") if "select" in inner else None
            ignore = self.words(inner, at, "ignore")
            yield FolderSettings(folder.strip("/"), select, ignore, self.severities(inner, at))


_KEYS = tuple(name.replace("_", "-") for name in Settings._fields if name not in ("source", "update_baseline"))
_FOLDER_KEYS = tuple(name for name in FolderSettings._fields if name != "folder")
