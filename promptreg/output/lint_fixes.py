"""What fixing did, or would do: a line for each file, reasons for what was refused, versions to raise, and the diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff

from promptreg.lint.fix import Fixed
from promptreg.lint.raise_version import Bump
from promptreg.output.lint_secrets import Secrets
from promptreg.output.lint_text import counted
from promptreg.output.styled import Row, Span

__all__ = ["bump_lines", "diff_rows", "diff_text", "fix_lines", "idle_lines", "refusal_lines"]

_NO_END = "\\ No newline at end of file\n"
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def fix_lines(fixed: Fixed) -> Iterator[str]:
    """One line a changed file: which rules had how many fixes made there."""
    rules: dict[str, Counter[str]] = {}
    for finding in fixed.made:
        for path in {edit.place.path for edit in finding.fix.edits} if finding.fix else ():
            rules.setdefault(path, Counter())[finding.rule] += 1
    for path in sorted(fixed.texts):
        told = (f"{rule} ({count})" if count > 1 else rule for rule, count in sorted(rules.get(path, {}).items()))
        yield f"{path}: {', '.join(told)}"


def refusal_lines(fixed: Fixed) -> Iterator[str]:
    """One line a fix that was not made, with the reason."""
    secrets = Secrets.of(fixed.report)
    for finding, reason in fixed.refused:
        place = finding.place.source.location(finding.place.start)
        yield f"{place}: the fix of {finding.rule} was not made: {secrets.hide(reason)}"


def idle_lines(fixed: Fixed, *, unsafe: bool) -> Iterator[str]:
    """What a diff of nothing does not say: how many findings stay, and for how many an unsafe fix was not tried."""
    findings = fixed.report.findings
    if fixed.texts or not findings:
        return
    yield f"nothing can be fixed: {counted(len(findings), 'finding')} {'stays' if len(findings) == 1 else 'stay'}"
    more = sum(one.fix is not None and one.fix.applicability == "unsafe" for one in findings)
    if more and not unsafe:
        yield f"{counted(more, 'finding')} with an unsafe fix: see --unsafe-fixes --diff"


def bump_lines(bumps: Iterable[Bump]) -> Iterator[str]:
    """Which released heads were changed, and the command that releases them anew."""
    names = []
    for bump in bumps:
        names.append(bump.name)
        reasons = f" ({'; '.join(bump.reasons)})" if bump.reasons else ""
        version = f"{bump.after}{reasons}" if bump.after else "a higher version"
        yield f"{bump.name} {bump.before} is released with another text: release it as {version}"
    if names:
        yield f"promptreg release {' '.join(names)} --bump auto"


def diff_text(before: Mapping[str, str], fixed: Fixed, secrets: Secrets) -> str:
    """A unified diff of the changed files that `git apply` takes.

    Secrets in it are starred out: such a diff can be read, and is refused where it would be applied.
    """
    return "".join(
        line if line.endswith("\n") else f"{line}\n{_NO_END}"
        for path, text in sorted(fixed.texts.items())
        for line in _diff(path, secrets.star(before[path]), secrets.star(text))
    )


def _diff(path: str, old: str, new: str) -> Iterator[str]:
    return unified_diff(_lines(old), _lines(new), f"a/{path}", f"b/{path}")


def _lines(text: str) -> list[str]:
    """The lines with their line ends; only a line feed ends one."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def diff_rows(text: str) -> Iterator[Row]:
    """A diff for a terminal."""
    for line in text.removesuffix("\n").split("\n") if text else ():
        is_head = line.startswith(("--- ", "+++ "))
        yield [Span(line.rstrip("\r"), "bold" if is_head else _STYLES.get(line[:1], ""))]
