"""Which rules hold where: the settings laid over the rules there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptreg.errors import InvalidFile, Problem, UsageError, nearest
from promptreg.lint.catalogue import ALIASES, find_rules, nearest_selector
from promptreg.lint.engine import Active
from promptreg.lint.finding import Finding, Severity
from promptreg.lint.rule import Rule
from promptreg.lint.settings import DEFAULT, FolderSettings, Settings

__all__ = ["Selection", "glob_pattern"]


class Selection:
    """The rules that are on, with options and severities, per path.

    Raises, when made, InvalidFile (UsageError for what stands in no file) for every selector that names no rule, and
    for every option that a rule does not have or that is of another type.
    """

    def __init__(self, settings: Settings, rules: Sequence[Rule]) -> None:
        self.settings = settings
        self.rules = tuple(rules)
        self.problems: list[Problem] = []
        self._patterns = [(folder, glob_pattern(folder.folder)) for folder in settings.folders]
        base = self._on(settings.select) - self._named(settings.ignore)
        self._base = base
        self._by_folders: dict[tuple[str, ...], frozenset[str]] = {}
        self._severities: dict[tuple[str, ...], Mapping[str, Severity]] = {}
        self._own = self._severity(settings.severity)
        self._selects = {
            folder.folder: None if folder.select is None else self._on(folder.select) for folder in settings.folders
        }
        self._ignores = {folder.folder: self._named(folder.ignore) for folder in settings.folders}
        self._folder_severities = {folder.folder: self._severity(folder.severity) for folder in settings.folders}
        self._options = {rule.name: self._options_of(rule) for rule in self.rules}
        self._known_options()
        if self.problems:
            problems = dict.fromkeys(self.problems)
            raise (InvalidFile if all(problem.path for problem in problems) else UsageError)(problems)

    # -- what holds

    @property
    def active(self) -> tuple[Active, ...]:
        """Every rule that is on for some path, by code."""
        on = set(self._base)
        for folder in self.settings.folders:
            on |= self._selects[folder.folder] or frozenset()
        return tuple(Active(rule, self._options[rule.name]) for rule in self.rules if rule.name in on)

    @property
    def expected(self) -> frozenset[str]:
        """The rules that are on where no settings say otherwise."""
        return frozenset(rule.name for rule in self.rules if rule.standing == "on" and rule.stage == "stable")

    def is_on(self, rule: str, path: str) -> bool:
        """Whether findings of a rule are reported in the file at `path`."""
        return rule in self._on_at(self._folders(path))

    def severity(self, finding: Finding) -> Severity:
        """The severity that the settings give a finding; its own where they say nothing."""
        folders = self._folders(finding.place.path)
        found = self._severities.get(folders)
        if found is None:
            found = dict(self._own)
            for folder in folders:
                found = {**found, **self._folder_severities[folder]}
            self._severities[folders] = found
        return found.get(finding.rule, finding.severity)

    def _on_at(self, folders: tuple[str, ...]) -> frozenset[str]:
        found = self._by_folders.get(folders)
        if found is None:
            found = self._base
            for folder in folders:
                select = self._selects[folder]
                found = (found if select is None else select - self._named(self.settings.ignore)) - self._ignores[
                    folder
                ]
            self._by_folders[folders] = found
        return found

    def _folders(self, path: str) -> tuple[str, ...]:
        return tuple(folder.folder for folder, pattern in self._patterns if pattern.match(path))

    def unmatched(self, paths: Iterable[str]) -> list[FolderSettings]:
        """The folders of the settings that none of the paths is below."""
        paths = tuple(paths)
        return [folder for folder, pattern in self._patterns if not any(map(pattern.match, paths))]

    # -- reading selectors

    def _on(self, selectors: Iterable[str]) -> frozenset[str]:
        """The rules that selectors switch on: a rule that is named always, of a group what fits the settings."""
        found: set[str] = set()
        for selector in selectors:
            for rule in self._find(selector):
                if ALIASES.get(selector, selector) in (rule.name, rule.code) or self._fits(rule, selector):
                    found.add(rule.name)
        return frozenset(found)

    def _fits(self, rule: Rule, selector: str) -> bool:
        """Whether a rule is among those that a group, `all` or `default` mean."""
        settings = self.settings
        if rule.stage == "deprecated" or (rule.stage == "preview" and not settings.preview):
            return False
        if settings.version is not None and _numbers(rule.since)[: len(settings.version)] > settings.version:
            return False
        if rule.standing == "pedantic":
            return settings.pedantic
        return rule.standing == "on" or selector not in DEFAULT

    def _named(self, selectors: Iterable[str]) -> frozenset[str]:
        return frozenset(rule.name for selector in selectors for rule in self._find(selector))

    def _find(self, selector: str) -> Sequence[Rule]:
        if selector in DEFAULT:
            return self.rules
        try:
            return find_rules(selector, self.rules)
        except UsageError as error:
            self._refuse(selector, error.problems[0].message, error.problems[0].suggestion)
            return ()

    def _severity(self, table: Mapping[str, Severity]) -> Mapping[str, Severity]:
        """Severities by rule; what names fewer rules wins."""
        found: dict[str, Severity] = {}
        rows = [(self._find(selector), severity) for selector, severity in table.items()]
        for rules, severity in sorted(rows, key=lambda row: -len(row[0])):
            found.update(dict.fromkeys((rule.name for rule in rules), severity))
        return found

    def _options_of(self, rule: Rule) -> Mapping[str, Any]:
        found = {key: option.default for key, option in rule.options.items()}
        given = {**self.settings.options.get(rule.code, {}), **self.settings.options.get(rule.name, {})}
        for key, value in given.items():
            if key not in rule.options:
                message = f'the rule "{rule.name}" has no option "{key}"'
                known = f"; it has {', '.join(sorted(rule.options))}" if rule.options else "; it has none"
                near = nearest(key, rule.options)
                self._refuse(key, message + ("" if near else known), near)
            elif not _is_like(value, rule.options[key].default):
                kind = _KINDS[type(rule.options[key].default)]
                self._refuse(key, f'the option "{key}" of "{rule.name}" must be {kind}')
            else:
                found[key] = tuple(value) if isinstance(value, list) else value
        return found

    def _known_options(self) -> None:
        known = {word for rule in self.rules for word in (rule.name, rule.code)}
        for name in self.settings.options:
            if name not in known:
                self._refuse(name, f'there is no lint rule "{name}"', nearest_selector(name, known))

    def _refuse(self, word: str, message: str, near: str | None = None) -> None:
        path, line, column = self.settings.place(word)
        if line is None:
            path = column = None
        code = UsageError.code if path is None else InvalidFile.code
        self.problems.append(Problem(code, message, path, line, column, suggestion=near))


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    tuple: "a list of texts",
    list: "a list of texts",
    dict: "a table",
}


def _is_like(value: Any, default: Any) -> bool:
    """Whether a configured value is of the type of the default."""
    if isinstance(default, (tuple, list)):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def glob_pattern(folder: str) -> re.Pattern[str]:
    """What fits a path at or below a folder; `*` stands for anything but a slash, `**` for anything."""
    parts = re.split(r"(\*\*/?|\*)", folder)
    body = "".join({"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.compile(rf"{body}(?:/|\Z)" if folder not in ("", ".") else "")
