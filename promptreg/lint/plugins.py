"""Rules that installed packages bring, under the entry point group `promptreg.rules`.

An entry point names a `Rule`, a sequence of rules, or a function without arguments that gives either. What a package
brings is code of somebody else: it is checked here, and what it raises later is told with the package's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from traceback import format_exception_only
from typing import Any, get_args

from promptreg.errors import PluginFailed, PluginInvalid, PromptregError
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.finding import Applicability, Confidence, Hit, Severity
from promptreg.lint.rule import Option, Rule, Scope, Stage, Standing

__all__ = ["GROUP", "load_plugin_rules"]

GROUP = "promptreg.rules"

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{2,10}[0-9]{0,4}")
_WORDS: Mapping[str, tuple[Any, ...]] = {
    "scope": get_args(Scope),
    "severity": get_args(Severity),
    "confidence": get_args(Confidence),
    "standing": get_args(Standing),
    "stage": get_args(Stage),
    "fix": (*get_args(Applicability), None),
}


def load_plugin_rules(taken: Collection[str] = ()) -> tuple[Rule, ...]:
    """The rules of all installed packages, by package and entry point; `taken` are names that they must not have.

    Raises PluginInvalid for what cannot be imported, is no rule, or has the name or the code group of another one, and
    PluginFailed for a function that raises.
    """
    found: dict[str, tuple[str, Rule]] = {}
    reserved = {rule.group for rule in builtin_rules()} | {"TEAM", "LNT", "CAL"}
    for point in _points():
        who = f'the rules "{point.name}" of {_package(point)}'
        for rule in _made(point, who):
            problem = "; ".join(_problems(rule, reserved))
            if not problem and rule.name in taken:
                problem = "its name is that of a rule of promptreg or of the team"
            if not problem and rule.name in found:
                problem = f"its name is that of a rule of {found[rule.name][0]}"
            if problem:
                raise PluginInvalid(f"{who}: {_shown(rule)} is no rule that can be used: {problem}")
            # Never kept from run to run: nobody knows what the code of a stranger reads, or when it changes.
            found[rule.name] = (who, rule._replace(check=_guarded(rule.check, who), reach="registry"))
    return tuple(rule for _, rule in found.values())


def _points() -> list[EntryPoint]:
    found = {(_package(point), point.name, point.value): point for point in entry_points(group=GROUP)}
    return [found[key] for key in sorted(found)]


def _made(point: EntryPoint, who: str) -> list[Any]:
    """What an entry point brings, as a list."""
    try:
        made = point.load()
    except (Exception, SystemExit) as error:  # importing runs the code of a stranger
        raise PluginInvalid(f"{who} cannot be imported ({point.value}): {_reason(error)}") from error
    if callable(made) and not isinstance(made, Rule):
        try:
            made = made()
        except (Exception, SystemExit) as error:
            raise PluginFailed(f"{who} failed to start: {_reason(error)}") from error
    if isinstance(made, Rule):
        return [made]
    if isinstance(made, (list, tuple)):
        return list(made)
    raise PluginInvalid(f"{who}: {point.value} is a {type(made).__name__}, not a Rule or a list of them")


def _problems(rule: Any, reserved: Collection[str]) -> Iterator[str]:
    """What a thing lacks to be a rule."""
    if not isinstance(rule, Rule):
        yield "it is not made with promptreg.lint.rule.Rule"
        return
    if not isinstance(rule.name, str) or not _NAME.fullmatch(rule.name):
        yield "name must be words in small letters joined by dashes"
    if not isinstance(rule.code, str) or not _CODE.fullmatch(rule.code):
        yield "code must be capital letters and digits, such as ACME001"
    elif rule.group in reserved:
        yield f"the group {rule.group} belongs to promptreg"
    for field, words in _WORDS.items():
        if getattr(rule, field) not in words:
            known = ", ".join(str(word) for word in words if word)
            yield f"{field} must be one of {known}"
    if not callable(rule.check):
        yield "check cannot be called"
    if not isinstance(rule.options, Mapping) or not all(isinstance(one, Option) for one in rule.options.values()):
        yield "options must be a mapping of names to promptreg.lint.rule.Option"
    texts = (rule.summary, rule.since, rule.reason, rule.link)
    if not all(isinstance(text, str) for text in texts) or not rule.summary:
        yield "summary must be a text that says what the rule finds"


def _guarded(check: Callable[[Any, Mapping[str, Any]], Iterable[Hit]], who: str) -> Any:
    """The check, with what goes wrong in it told as a failure of its package."""

    def guarded(subject: Any, options: Mapping[str, Any]) -> Iterator[Hit]:
        try:
            hits = list(check(subject, options))
        except PromptregError:
            raise
        except Exception as error:  # whatever the code of a stranger raises
            raise PluginFailed(f"{who} failed: {_reason(error)}") from error
        for hit in hits:
            if not isinstance(hit, Hit):
                raise PluginFailed(f"{who} gave a {type(hit).__name__}, not a Hit")
            yield hit

    return guarded


def _package(point: EntryPoint) -> str:
    return f"the package {point.dist.name} {point.dist.version}" if point.dist else "a package without a name"


def _reason(error: BaseException) -> str:
    text = " ".join(format_exception_only(error)[-1].split())
    return text if len(text) <= 200 else f"{text[:199]}…"


def _shown(rule: Any) -> str:
    name = getattr(rule, "name", None)
    return f'"{name}"' if isinstance(name, str) else f"a {type(rule).__name__}"
