"""The keys of a rule file as what they stand for; every mistake is noted with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from promptreg.errors import InvalidFile, Problem
from promptreg.lint.patterns.engine import Pattern, PatternFault, compile_pattern
from promptreg.lint.team.matcher import Matcher, Term
from promptreg.model.written import KeyPath
from promptreg.registry.reader import Reader
from promptreg.registry.strict_yaml import key_path

__all__ = ["Fields"]

_UNSAFE = re.compile(r"\{\{|\{%|\{#|[\n`]|^\s|\s$|^[#>*+=~|-]|^[0-9]+[.)]")
"""What could be a tag, code or the start of a block when it is put into a template."""


class Fields:
    """One rule file while it is read. `exceptions` are the rule's own, with those of its vocabularies."""

    def __init__(self, reader: Reader, data: Mapping[str, Any], words: Callable[[str], tuple[str, ...] | None]) -> None:
        """`words` gives the words of a vocabulary, None for one that there is not."""
        self.reader = reader
        self.data = data
        self.ignore_case = self.flag("ignore_case", default=True)
        self._words = words
        self.exceptions = self._exceptions()

    def fault(self, path: KeyPath, message: str, *, key: bool = False, suggestion: str | None = None) -> None:
        """Note a mistake."""
        self.reader.fault(path, message, key=key, suggestion=suggestion)

    # -- plain values

    def flag(self, key: str, *, default: bool) -> bool:
        """A truth value."""
        return self.reader.flag(self.data[key], (key,)) if key in self.data else default

    def count(self, key: str) -> int | None:
        """A whole number, None when it is not given."""
        return self.reader.count(self.data[key], (key,)) if key in self.data else None

    def choice(self, key: str, choices: Collection[str]) -> str:
        """One of some words; it must be given."""
        if key not in self.data:
            self.fault((), f'the key "{key}" is missing')
            return next(iter(choices))
        return self.reader.choice(self.data[key], (key,), choices)

    def text(self, key: str) -> str:
        """One line of text, empty when it is not given."""
        found = self.reader.text(self.data[key], (key,)) if key in self.data else ""
        if "\n" in found.strip():
            self.fault((key,), "must be one line")
        return found.strip()

    def texts(self, path: KeyPath, value: Any) -> list[str]:
        """A list of texts, none of them blank."""
        found = []
        for index, item in enumerate(self.reader.sequence(value, path)):
            text = self.reader.text(item, (*path, index))
            if isinstance(item, str) and not text.strip():
                self.fault((*path, index), "must not be blank")
            elif text.strip():
                found.append(text)
        return found

    # -- words

    def matcher(self, key: str | None = None, *, spared: bool = True) -> Matcher:
        """`phrases`, `patterns` and `vocabulary` of the rule, or of the mapping at a key; at least one of them.

        What lies inside of an exception is left out where `spared`.
        """
        path: KeyPath = (key,) if key else ()
        data = self.data
        if key is not None:
            if key not in data:
                self.fault((), f'the key "{key}" is missing')
                return Matcher(())
            data = self.reader.mapping(data[key], path, _WORDS)
        return self._matcher(data, path, self.exceptions if spared else None)

    def _matcher(self, data: Mapping[str, Any], path: KeyPath, exceptions: Matcher | None) -> Matcher:
        terms = self._terms(data, path)
        if not terms and not any(key in data for key in _WORDS):
            self.fault(path, 'says neither "phrases" nor "patterns" nor "vocabulary"')
        return Matcher(terms, ignore_case=self.ignore_case, exceptions=exceptions)

    def _terms(self, data: Mapping[str, Any], path: KeyPath) -> list[Term]:
        found = [Term(phrase, None) for phrase in self.texts((*path, "phrases"), data.get("phrases", []))]
        if "vocabulary" in data:
            name = self.reader.text(data["vocabulary"], (*path, "vocabulary"))
            found += [Term(word, None) for word in self._vocabulary(name, (*path, "vocabulary"))]
        for index, item in enumerate(self.reader.sequence(data.get("patterns", []), (*path, "patterns"))):
            pattern = self.pattern(item, (*path, "patterns", index))
            if pattern is not None:
                found.append(Term(None, pattern))
        return found

    def pattern(self, value: Any, path: KeyPath) -> Pattern | None:
        """A regular expression, None after a fault; one in the pattern is placed at its character."""
        text = self.reader.text(value, path)
        if not text:
            if isinstance(value, str):
                self.fault(path, "must not be blank")
            return None
        try:
            return compile_pattern(text, re.IGNORECASE if self.ignore_case else 0)
        except PatternFault as fault:
            place = self.reader.document.location(path)
            if fault.at is not None:
                place = self.reader.document.text_map(path).location(min(fault.at, len(text) - 1))
            self.reader.problems.append(
                Problem(InvalidFile.code, str(fault), place.path, place.line, place.column, key_path(path))
            )
            return None

    def steps(self) -> tuple[Matcher, ...]:
        """`steps`: two or more mappings of words."""
        if "steps" not in self.data:
            self.fault((), 'the key "steps" is missing')
            return ()
        items = self.reader.sequence(self.data["steps"], ("steps",))
        if len(items) < 2:
            self.fault(("steps",), "must have two steps or more")
        found = []
        for index, item in enumerate(items):
            path = ("steps", index)
            if isinstance(item, str):
                found.append(Matcher([Term(item, None)], ignore_case=self.ignore_case, exceptions=self.exceptions))
            else:
                found.append(self._matcher(self.reader.mapping(item, path, _WORDS), path, self.exceptions))
        return tuple(found)

    def forms(self) -> Matcher:
        """`either`: lists of forms, one phrase each or several that count as one form."""
        if "either" not in self.data:
            self.fault((), 'the key "either" is missing')
            return Matcher(())
        terms = []
        for number, pair in enumerate(self.reader.sequence(self.data["either"], ("either",), least=1)):
            forms = self.reader.sequence(pair, ("either", number))
            if len(forms) < 2:
                self.fault(("either", number), "must have two forms or more")
            for index, form in enumerate(forms):
                path: KeyPath = ("either", number, index)
                phrases = self.texts(path, form) if isinstance(form, list) else [self.reader.text(form, path)]
                terms += [Term(phrase, None, f"{number} {index}") for phrase in phrases if phrase.strip()]
        return Matcher(terms, ignore_case=self.ignore_case, exceptions=self.exceptions)

    def swaps(self) -> Matcher:
        """`swap`, a mapping of phrases to their replacements, and `patterns`, mappings with `pattern` and `replace`.

        No replacement may hold anything that the rule replaces: fixes come to an end.
        """
        terms: list[tuple[KeyPath, Term]] = []
        for phrase, value in self.reader.named(self.data.get("swap", {}), ("swap",)).items():
            path: KeyPath = ("swap", phrase)
            if not phrase.strip():
                self.fault(path, "must not be blank", key=True)
            else:
                terms.append((path, Term(phrase, None, self._replacement(value, path))))
        for index, item in enumerate(self.reader.sequence(self.data.get("patterns", []), ("patterns",))):
            path = ("patterns", index)
            keys = self.reader.mapping(item, path, ("pattern", "replace"), ("pattern", "replace"))
            pattern = self.pattern(keys["pattern"], (*path, "pattern")) if "pattern" in keys else None
            if pattern is not None and "replace" in keys:
                path = (*path, "replace")
                terms.append((path, Term(None, pattern, self._replacement(keys["replace"], path))))
        if not terms and "swap" not in self.data and "patterns" not in self.data:
            self.fault((), 'says neither "swap" nor "patterns"')
        matcher = Matcher((term for _, term in terms), ignore_case=self.ignore_case, exceptions=self.exceptions)
        self._refuse_circles(matcher, terms)
        return matcher

    def _replacement(self, value: Any, path: KeyPath) -> str:
        text = self.reader.text(value, path)
        if isinstance(value, str) and not text:
            self.fault(path, "must not be empty: what is only to be deleted is a rule of the kind existence")
        elif _UNSAFE.search(text):
            self.fault(path, "must be words that can be put into a sentence: no tags, code, line ends or list marks")
        return text

    def _refuse_circles(self, matcher: Matcher, terms: list[tuple[KeyPath, Term]]) -> None:
        from promptreg.lint.team.loose import loose_passage

        for path, term in terms:
            for match in matcher.matches(loose_passage(term.value)) if term.value else ():
                text = term.value[match.start : match.end]
                if match.term.value != text:
                    self.fault(path, f'holds "{text}", which this rule replaces again')
                    break

    def _exceptions(self) -> Matcher:
        words = self.texts(("exceptions",), self.data.get("exceptions", []))
        for index, name in enumerate(self.texts(("vocabularies",), self.data.get("vocabularies", []))):
            words += self._vocabulary(name, ("vocabularies", index))
        return Matcher((Term(word, None) for word in words), ignore_case=self.ignore_case)

    def _vocabulary(self, name: str, path: KeyPath) -> tuple[str, ...]:
        words = self._words(name)
        if words is None:
            self.fault(path, f'there is no vocabulary "{name}" in the folder vocabularies')
        return words or ()


_WORDS = ("phrases", "patterns", "vocabulary")
