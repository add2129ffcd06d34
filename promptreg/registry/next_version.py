"""Which version a head may be released as, and why: its contract against that of the last release."""

from __future__ import annotations

from typing import Any, NamedTuple

from promptreg.errors import Problem, ReleaseRefused
from promptreg.model.digest import text_digest
from promptreg.model.prompt import Prompt
from promptreg.model.semver import Change, bumped, contract_changes, level_of
from promptreg.model.version import Version
from promptreg.registry.heads import Head
from promptreg.registry.resolve import Closure, resolve_release
from promptreg.registry.store import Store
from promptreg.registry.strict_json import parse_json

__all__ = ["Verdict", "closure_changes", "judge", "refusal", "with_version"]

_SHOWN = 5


class Verdict(NamedTuple):
    """The version to release, the one before it, and what the contract demands (None for a first release)."""

    version: Version
    previous: Version | None = None
    level: str | None = None
    reasons: tuple[Change, ...] = ()


def refusal(head: Head, message: str) -> ReleaseRefused:
    """The refusal to release a head, placed at its version."""
    place = head.written.location(("version",))
    problem = Problem(ReleaseRefused.code, f"{head.name}: {message}", place.path, place.line, place.column)
    return ReleaseRefused([problem])


def closure_changes(old: Closure, new: Closure, store: Store) -> list[Change]:
    """Every change of contract between two closures of one name: its own, then those of the parts in both, by name."""
    schemas = _output_schema(old.root, store), _output_schema(new.root, store)
    changes = contract_changes(old.root, new.root, schemas)
    for name in sorted(old.members.keys() & new.members.keys()):
        changes += contract_changes(old.members[name], new.members[name])
    return changes


def _output_schema(head: Head, store: Store) -> Any:
    if not isinstance(head, Prompt) or head.output is None:
        return None
    schema = head.output.schema
    return parse_json(store.schema_file(head)) if isinstance(schema, str) else schema


def judge(new: Closure, store: Store, bump: str | None) -> Verdict:
    """The version that the root of a closure is released as.

    Without `bump` that is the version in the head. With it, the version after the last release at that level ("auto":
    the level that the contract demands), or the version in the head where its author raised it further.

    Raises ReleaseRefused: nothing has changed, or nothing but a lowered number; released already, older than the last
    release, lower than the contract demands; IntegrityError when the last release is not what the lock says.
    """
    head = new.root
    released = sorted((version for name, version in store.releases.lock if name == head.name), reverse=True)
    if not released:
        return Verdict(head.version)
    last = released[0]
    old = resolve_release(head.name, last, store)
    if head.version == last and store.is_clean(head) and old.pin.digest == new.pin.digest:
        raise refusal(head, f"already released as {last}, and nothing has changed since")
    if head.version < last and _differs_in_number_only(old, new):
        message = f"{head.version} is older than the last release, {last}, and nothing else has changed"
        raise refusal(head, f"{message}: there is nothing to release; write {last} back")
    reasons = tuple(closure_changes(old, new, store))
    level = level_of(list(reasons))
    least = bumped(last, level)
    version = head.version
    if bump is None:
        _check_own(
            head, released, store, f"raise the version to at least {least} ({_because(level, reasons)}), or --bump auto"
        )
    else:
        version = max(version, bumped(last, level if bump == "auto" else bump))
    if version < least:
        raise refusal(head, f"{version} is too low after {last}, at least {least}: {_because(level, reasons)}")
    return Verdict(version, last, level, reasons)


def _check_own(head: Head, released: list[Version], store: Store, advice: str) -> None:
    version, last = head.version, released[0]
    if version in released:
        what = "its parts have changed since" if store.is_clean(head) else "the head has changed since"
        raise refusal(head, f"{version} is released already, and {what}: {advice}")
    if version < last:
        raise refusal(head, f"{version} is older than the last release, {last}: {advice}")


def _differs_in_number_only(old: Closure, new: Closure) -> bool:
    """Whether the root is what was released but for the number, made of the same parts."""
    released = old.root.written.source.text
    now = with_version(new.root, old.root.version)
    return old.pin.digest == new.pin.digest and text_digest(now) == text_digest(released)


def _because(level: str, reasons: tuple[Change, ...]) -> str:
    told = [str(change) for change in reasons if change.level == level]
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return f"a {level} change: {'; '.join(told[:_SHOWN])}{more}" if told else f"a {level} change"


def with_version(head: Head, version: Version) -> str:
    """The text of a head with another version; everything else stays as it is, comments and quotes too."""
    text = head.written.source.text
    start, end = head.written.scalar_span(("version",))
    written, old, new = text[start:end], str(head.version), str(version)
    if written.count(old) == 1:
        return text[:start] + written.replace(old, new) + text[end:]
    line_end = written[len(written.rstrip()) :]  # written with escapes, or folded
    return text[:start] + new + line_end + text[end:]
