"""Names for findings that stay the same when lines are added above them or a file is moved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from promptreg.lint.finding import Finding
from promptreg.output.lint_secrets import Secrets

__all__ = ["fingerprints"]


def fingerprints(findings: Iterable[Finding]) -> tuple[str, ...]:
    """One for each finding: 32 hex digits of SHA-256 over rule, component (else path), and the lines it stands in.

    Of findings that agree in all of that, the second and later ones count on. Of a secret only its lines' place is
    taken, never its text: a digest of a short secret could be guessed. Other lines are taken without their secrets.
    """
    findings = tuple(findings)
    secrets = Secrets(findings)
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        base = "\0".join((finding.rule, finding.component or finding.place.path, _lines(finding, secrets)))
        seen[base] += 1
        whole = f"{base}\0{seen[base]}"
        found.append(hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return tuple(found)


def _lines(finding: Finding, secrets: Secrets) -> str:
    place = finding.place
    text = place.source.text
    if finding.secret:
        return str(place.source.location(place.start).line)
    start = text.rfind("\n", 0, place.start) + 1
    end = text.find("\n", max(place.start, place.end - 1))
    return " ".join(secrets.line(place.source, start, len(text) if end < 0 else end).split())
