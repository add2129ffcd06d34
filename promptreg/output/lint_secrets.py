"""Keeping secrets out of every output: what a finding calls secret is shown nowhere, not by other findings either."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from promptreg.lint.finding import Finding, Fix, Place, Related
from promptreg.lint.report import Report
from promptreg.lint.secrets import secrets_in
from promptreg.text import Source

__all__ = ["Secrets", "conceal", "concealed"]

_HIDDEN = "***"
_LEAST = 4
"""Characters of a text worth hiding wherever it occurs; a shorter one would garble everything, and says little."""


class Secrets:
    """The texts and places that findings call secret, and every other secret in the files that findings speak of.

    So nothing leaks where the rule that looks for secrets is off, or one stands in the line of another finding.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._spans: dict[str, list[tuple[int, int]]] = {}
        texts: set[str] = set()
        sources: dict[int, Source] = {}
        for finding in findings:
            if finding.secret:
                texts.update(self._take(finding.place))
            edits = finding.fix.edits if finding.fix else ()
            places = (finding.place, *(one.place for one in finding.related), *(one.place for one in edits))
            sources.update((id(place.source), place.source) for place in places)
        for source in sources.values():
            for secret in secrets_in(source.text):
                texts.update(self._take(Place(source, secret.start, secret.end)))
        self._texts = sorted((text for text in texts if len(text) >= _LEAST), key=len, reverse=True)

    def _take(self, place: Place) -> Iterator[str]:
        """Remember a place; its lines."""
        self._spans.setdefault(place.path, []).append((place.start, place.end))
        yield from (line.strip() for line in place.text.splitlines())

    @classmethod
    def of(cls, report: Report, more: Iterable[Finding] = ()) -> Secrets:
        """Those of a report, of findings that are suppressed or in the baseline too, and of `more` findings."""
        return cls((*report.findings, *report.suppressed, *report.baselined, *more))

    def hide(self, text: str) -> str:
        """A message without the secrets that it quotes."""
        for secret in self._texts:
            text = text.replace(secret, _HIDDEN)
        for found in sorted(secrets_in(text), reverse=True):
            text = text[: found.start] + _HIDDEN + text[found.end :]
        return text

    def line(self, source: Source, start: int, end: int) -> str:
        """`source.text[start:end]` with a star for each character of a secret."""
        text = source.text[start:end]
        for first, last in self._spans.get(source.path, ()):
            lo, hi = max(first, start) - start, min(last, end) - start
            if lo < hi:
                text = text[:lo] + "*" * (hi - lo) + text[hi:]
        return self.star(text)

    def star(self, text: str) -> str:
        """A text with a star for each character of the secrets that it quotes."""
        for secret in self._texts:
            text = text.replace(secret, "*" * len(secret))
        for found in secrets_in(text):
            stars = re.sub(r"[^\n]", "*", text[found.start : found.end])
            text = text[: found.start] + stars + text[found.end :]
        return text

    def are_in(self, text: str) -> bool:
        """Whether a text quotes a secret."""
        return any(secret in text for secret in self._texts) or any(True for _ in secrets_in(text))


def conceal(report: Report) -> tuple[Finding, ...]:
    """The findings with every secret taken out of messages; a fix that would write a secret is left out."""
    secrets = Secrets.of(report)
    return tuple(_concealed(finding, secrets) for finding in report.findings)


def concealed(report: Report) -> Report:
    """The report with every secret taken out of messages, also of those of crashed rules."""
    secrets = Secrets.of(report)
    crashes = tuple(crash._replace(error=secrets.hide(crash.error)) for crash in report.crashes)
    return report._replace(findings=conceal(report), crashes=crashes)


def _concealed(finding: Finding, secrets: Secrets) -> Finding:
    return finding._replace(
        message=secrets.hide(finding.message),
        related=tuple(_related(related, secrets) for related in finding.related),
        fix=_fix(finding.fix, secrets),
    )


def _related(related: Related, secrets: Secrets) -> Related:
    return related._replace(message=secrets.hide(related.message))


def _fix(fix: Fix | None, secrets: Secrets) -> Fix | None:
    if fix is None or any(secrets.are_in(edit.text) for edit in fix.edits):
        return None
    return fix._replace(title=secrets.hide(fix.title))
