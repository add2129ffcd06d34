"""Reading a rule file; all of its mistakes are told at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from promptreg.errors import nearest
from promptreg.lint.finding import Severity
from promptreg.lint.team.fields import Fields
from promptreg.lint.team.found import Finder
from promptreg.lint.team.kinds import (
    capitalization,
    conditional,
    consistency,
    existence,
    occurrence,
    repetition,
    sequence,
    substitution,
)
from promptreg.lint.team.names import glob_fault
from promptreg.lint.team.read_cases import read_cases
from promptreg.lint.team.read_components import read_components
from promptreg.lint.team.rule_file import Per, TeamRule
from promptreg.lint.team.sheet import PassageKind
from promptreg.model.kinds import KINDS
from promptreg.registry.reader import Reader
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source

__all__ = ["COMMON", "KEYS", "SCOPES", "read_rule"]

_PROSE: tuple[PassageKind, ...] = ("paragraph", "list-item", "heading", "table")

SCOPES: Mapping[str, tuple[PassageKind, ...]] = {
    "prose": _PROSE,
    "paragraph": ("paragraph",),
    "list-item": ("list-item",),
    "heading": ("heading",),
    "table": ("table",),
    "code": ("code",),
    "markup": ("markup",),
    "example": ("example",),
    "all": (*_PROSE, "code", "markup", "example"),
}
"""The words for scopes, and the passages that they mean."""

ROLES = ("system", "developer", "user", "assistant")
PERS: tuple[Per, ...] = ("sentence", "block", "text", "component", "prompt")
SEVERITIES: tuple[Severity, ...] = ("warning", "error", "note")

COMMON = ("kind", "summary", "message", "severity", "link", "names", "except", "tests")
_OF_TEXT = ("scope", "roles", "kinds", "exceptions", "vocabularies", "ignore_case", "secret")
_WORDS = ("phrases", "patterns", "vocabulary")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class _Kind(NamedTuple):
    """A kind of rules: its keys, how they are read, what its messages may name, and the units it can look at."""

    keys: tuple[str, ...]
    read: Callable[[Fields], Finder]
    values: tuple[str, ...] = ()
    per: tuple[Per, ...] = ("block", "sentence", "text", "component", "prompt")
    scope: str = "prose"
    has_fix: bool = False


_KINDS: Mapping[str, _Kind] = {
    "existence": _Kind(_WORDS, existence.read, per=("block",)),
    "substitution": _Kind(("swap", "patterns"), substitution.read, ("replacement",), ("block",), has_fix=True),
    "occurrence": _Kind((*_WORDS, "min", "max", "per"), occurrence.read, ("count", "limit"), ("component", *PERS)),
    "repetition": _Kind((*_WORDS, "adjacent", "per"), repetition.read),
    "consistency": _Kind(("either", "per"), consistency.read, ("other",), ("component", *PERS)),
    "conditional": _Kind(("if", "then", "same", "per"), conditional.read, per=("component", *PERS)),
    "capitalization": _Kind(
        ("style",), capitalization.read, ("replacement",), ("block",), scope="heading", has_fix=True
    ),
    "sequence": _Kind(("steps", "gap", "ordered", "per"), sequence.read, ("other",), ("sentence", *PERS)),
}
_OF_COMPONENTS = ("components", "role", "always")

KEYS: Mapping[str, tuple[str, ...]] = {
    **{kind: (*COMMON, *_OF_TEXT, *spec.keys) for kind, spec in _KINDS.items()},
    "required": (*COMMON, *_OF_COMPONENTS),
    "banned": (*COMMON, *_OF_COMPONENTS[:2]),
}
"""Every key that a rule of a kind may have."""


def read_rule(source: Source, name: str, words: Callable[[str], tuple[str, ...] | None]) -> TeamRule:
    """The rule in a file; `words` gives the words of a vocabulary. Raises InvalidFile with every mistake."""
    document = parse_yaml(source)
    reader = Reader(document)
    root = document.root
    kind = root.get("kind") if isinstance(root, dict) else None
    if not isinstance(kind, str) or kind not in KEYS:
        if not isinstance(root, dict):
            reader.fault((), "must be a mapping with kind, message and tests")
        elif kind is None:
            reader.fault((), f'the key "kind" is missing: one of {", ".join(KEYS)}')
        else:
            reader.choice(kind, ("kind",), tuple(KEYS))
        reader.finish()
    assert isinstance(root, dict)
    assert isinstance(kind, str)
    data = reader.mapping(root, (), KEYS[kind], ("kind", "message"))
    fields = Fields(reader, data, words)
    found = _read(fields, name, kind, source)
    reader.finish()
    return found


def _read(fields: Fields, name: str, kind: str, source: Source) -> TeamRule:
    spec = _KINDS.get(kind)
    finder = spec.read(fields) if spec is not None else None
    components = None if spec is not None else read_components(fields, banned=kind == "banned")
    return TeamRule(
        name=name,
        kind=kind,
        summary=fields.text("summary"),
        message=_message(fields, spec),
        severity=_severity(fields),
        link=_link(fields),
        secret=fields.flag("secret", default=False),
        scope=_scope(fields, spec),
        per=_per(fields, spec),
        roles=_words(fields, "roles", ROLES),
        kinds=_words(fields, "kinds", KINDS),
        names=_globs(fields, "names"),
        excluded=_globs(fields, "except"),
        finder=finder,
        components=components,
        has_fix=spec is not None and spec.has_fix,
        cases=read_cases(fields, kind, has_fix=spec is not None and spec.has_fix),
        source=source,
    )


def _per(fields: Fields, spec: _Kind | None) -> Per:
    if spec is None:
        return "prompt"
    default = spec.per[0]
    if default == "sentence" and fields.flag("ordered", default=False):
        default = "component"
    if "per" not in fields.data:
        return default
    return fields.choice("per", PERS)  # type: ignore[return-value]


def _message(fields: Fields, spec: _Kind | None) -> str:
    text = fields.text("message")
    if "message" in fields.data and not text:
        fields.fault(("message",), "must not be blank")
    allowed = ("match", "component", *spec.values) if spec is not None else ("component", "prompt")
    for name in _PLACEHOLDER.findall(text):
        if name not in allowed:
            known = ", ".join(f"{{{word}}}" for word in allowed)
            near = nearest(name, allowed)
            message = f"{{{name}}} stands for nothing here; known: {known}"
            fields.fault(("message",), message, suggestion=f"{{{near}}}" if near else None)
        elif name != "component" and fields.data.get("secret") is True:
            fields.fault(("message",), f"{{{name}}} would show what the rule calls secret")
    return text


def _severity(fields: Fields) -> Severity:
    return fields.choice("severity", SEVERITIES) if "severity" in fields.data else "warning"  # type: ignore[return-value]


def _link(fields: Fields) -> str:
    link = fields.text("link")
    if link and not re.fullmatch(r"https?://\S+|[\w./#-]+", link):
        fields.fault(("link",), "must be an address that begins with https:// or a path")
    return link


def _scope(fields: Fields, spec: _Kind | None) -> frozenset[PassageKind]:
    if spec is None:
        return frozenset()
    words = _words(fields, "scope", tuple(SCOPES)) or (spec.scope,)
    return frozenset(kind for word in words for kind in SCOPES[word])


def _words(fields: Fields, key: str, choices: tuple[str, ...]) -> frozenset[str]:
    """A list of words, each one of the choices; a single word needs no list."""
    value: Any = fields.data.get(key, [])
    if isinstance(value, str):
        return frozenset([fields.reader.choice(value, (key,), choices)])
    items = fields.reader.sequence(value, (key,), least=1 if key in fields.data else 0)
    return frozenset(fields.reader.choice(item, (key, index), choices) for index, item in enumerate(items))


def _globs(fields: Fields, key: str) -> tuple[str, ...]:
    value: Any = fields.data.get(key, [])
    found = [value] if isinstance(value, str) else fields.texts((key,), value)
    for index, glob in enumerate(found):
        fault = glob_fault(glob)
        if fault:
            fields.fault((key,) if isinstance(value, str) else (key, index), fault)
    return tuple(found)
