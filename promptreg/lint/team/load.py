"""Reading the folder of the team's rules: `rules/*.yaml`, and the word lists in `rules/vocabularies/*.yaml`."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from promptreg.errors import InvalidFile, Problem, UsageError
from promptreg.lint.rule import Rule
from promptreg.lint.team.checks import as_rule
from promptreg.lint.team.read_rule import read_rule
from promptreg.lint.team.rule_file import TeamRule
from promptreg.lint.team.vocabulary import read_vocabulary
from promptreg.registry.files import decode, read_bytes
from promptreg.registry.walk import shown_path
from promptreg.text import Source

__all__ = ["TeamRules", "load_team_rules"]

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_VOCABULARIES = "vocabularies"


class TeamRules(NamedTuple):
    """The rules of a team by name, and what is wrong with files of the folder: those are not among the rules.

    `digest` is another one when any file that they are read from has changed.
    """

    rules: tuple[TeamRule, ...] = ()
    problems: tuple[Problem, ...] = ()
    digest: str = ""

    @property
    def lint_rules(self) -> tuple[Rule, ...]:
        """The rules as the engine runs them."""
        return tuple(as_rule(rule, self.digest) for rule in self.rules)


def load_team_rules(
    root: str, folder: str = "rules", *, taken: Collection[str] = (), expected: bool = False
) -> TeamRules:
    """The rules in a folder of a project; none when there is no such folder.

    `taken` are the names of other rules, which no team rule may have. One broken file hides no other. Raises UsageError
    for a folder that is `expected` and missing, or that cannot be read.
    """
    path = os.path.join(root, folder)
    if not os.path.isdir(path):
        if expected or os.path.lexists(path):
            raise UsageError.at("the folder of the team's rules does not exist", path=folder)
        return TeamRules()
    reader = _Folder(root)
    reader.vocabularies(os.path.join(path, _VOCABULARIES))
    rules = tuple(reader.rules(path, taken))
    return TeamRules(rules, tuple(reader.problems), reader.digest.hexdigest())


class _Folder:
    def __init__(self, root: str) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256()
        self.words: dict[str, tuple[str, ...]] = {}

    def vocabularies(self, folder: str) -> None:
        for name, source in self._sources(folder, missing_is_fine=True):
            try:
                self.words[name] = ()
                self.words[name] = read_vocabulary(source)
            except InvalidFile as error:
                self.problems.extend(error.problems)

    def rules(self, folder: str, taken: Collection[str]) -> Iterator[TeamRule]:
        for name, source in self._sources(folder):
            if name in taken:
                message = f'"{name}" is the name of another rule: choose another one for the file'
                self.problems.append(Problem(InvalidFile.code, message, source.path, 1, 1))
                continue
            try:
                yield read_rule(source, name, self.words.get)
            except InvalidFile as error:
                self.problems.extend(error.problems)

    def _sources(self, folder: str, *, missing_is_fine: bool = False) -> Iterator[tuple[str, Source]]:
        """The YAML files of a folder by name, those that can be read."""
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            if missing_is_fine and isinstance(error, FileNotFoundError):
                return
            shown = shown_path(folder, self.root)
            raise UsageError.at(f"cannot be read: {(error.strerror or str(error)).lower()}", path=shown) from None
        for file_name in names:
            stem, suffix = os.path.splitext(file_name)
            path = shown_path(os.path.join(folder, file_name), self.root)
            if suffix.lower() not in (".yaml", ".yml") or stem.startswith("."):
                continue
            if suffix != ".yaml" or not _NAME.fullmatch(stem):
                message = f"must be named in small letters, digits and single dashes, such as {_tidy(stem)}.yaml"
                self.problems.append(Problem(InvalidFile.code, message, path))
                continue
            try:
                data = read_bytes(os.path.join(folder, file_name), path)
                self.digest.update(f"{path}\0{len(data)}\0".encode() + data)
                yield stem, decode(data, path)
            except InvalidFile as error:
                self.problems.extend(error.problems)


def _tidy(stem: str) -> str:
    """A name that would do."""
    return "-".join(re.findall(r"[a-z0-9]+", stem.lower())) or "no-slang"
