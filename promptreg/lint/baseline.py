"""A baseline: findings that were there when somebody drew the line. It can only shrink.

An entry stands for findings of one rule in one component whose message, place and line read the same; line numbers do
not matter, names do: a renamed component has new findings. Of numeric rules it holds the amounts: a lower one fits, a
higher one does not. Secrets and crashes are never in a baseline.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from promptreg.errors import InvalidFile, PromptregError, UsageError
from promptreg.lint.finding import Finding
from promptreg.lint.settings import UPDATE_BASELINE

__all__ = [
    "Baseline",
    "Covered",
    "Entry",
    "Held",
    "baseline_text",
    "draw",
    "hold",
    "read_baseline",
    "tightened",
    "write_baseline",
]

SCHEMA = "promptreg/lint-baseline/1"


class Entry(NamedTuple):
    """Findings that read the same: how many, and of a numeric rule their amounts, largest first.

    `owner` is the component, or the path of a file that is none; `message` is for people.
    """

    rule: str
    owner: str
    digest: str
    message: str
    times: int
    amounts: tuple[float, ...] = ()


Baseline = Mapping[str, Entry]
"""Entries by digest."""


class Held(NamedTuple):
    """Findings to report, those that a baseline holds, and its entries that could hold fewer."""

    reported: tuple[Finding, ...]
    baselined: tuple[Finding, ...]
    loose: tuple[Entry, ...]


class Covered(NamedTuple):
    """What a run looked at, with an answer: rules by name, and components and paths (None: all there are)."""

    rules: frozenset[str]
    owners: frozenset[str] | None = None

    def takes_in(self, entry: Entry) -> bool:
        """Whether an entry that holds nothing now would have held something."""
        return entry.rule in self.rules and (self.owners is None or entry.owner in self.owners)


def draw(findings: Iterable[Finding]) -> Baseline:
    """The baseline that holds all of these findings, but for secrets."""
    found: dict[str, Entry] = {}
    for finding in findings:
        if finding.secret:
            continue
        digest = _digest(finding)
        old = found.get(digest)
        amounts = () if finding.amount is None else (finding.amount,)
        if old is None:
            found[digest] = Entry(finding.rule, _owner(finding), digest, finding.message, 1, amounts)
        else:
            amounts = tuple(sorted((*old.amounts, *amounts), reverse=True))
            found[digest] = old._replace(times=old.times + 1, amounts=amounts)
    return found


def hold(findings: Iterable[Finding], baseline: Baseline, covered: Covered) -> Held:
    """Tell findings apart by a baseline; of too many that read the same the last ones are reported.

    Entries of what was not `covered` are not called loose.
    """
    left = {digest: (entry.times, sorted(entry.amounts)) for digest, entry in baseline.items()}
    reported: list[Finding] = []
    baselined: list[Finding] = []
    for finding in findings:
        digest = _digest(finding)
        count, amounts = left.get(digest, (0, []))
        fits = count > 0 and not finding.secret
        if fits and finding.amount is not None:
            amount = next((one for one in amounts if one >= finding.amount), None)
            fits = amount is not None
            if amount is not None:
                amounts.remove(amount)
        if fits:
            left[digest] = count - 1, amounts
        (baselined if fits else reported).append(finding)
    tight = tightened(baseline, baselined, covered)
    loose = tuple(entry for digest, entry in baseline.items() if tight.get(digest) != entry)
    return Held(tuple(reported), tuple(baselined), loose)


def tightened(baseline: Baseline, baselined: Iterable[Finding], covered: Covered) -> Baseline:
    """The baseline without what it holds no longer, and with amounts as they are now; nothing is ever added.

    `baselined` are the findings that it held; entries of what is not `covered` stay as they are.
    """
    now = draw(baselined)
    found = {}
    for digest, entry in baseline.items():
        if not covered.takes_in(entry):
            found[digest] = entry
        elif digest in now:
            found[digest] = entry._replace(times=now[digest].times, amounts=now[digest].amounts)
    return found


def _owner(finding: Finding) -> str:
    return finding.component or finding.place.path


def _digest(finding: Finding) -> str:
    """What findings have in common that one entry stands for.

    Of a numeric rule the numbers of the message are left out, and the line where it speaks of a whole (an empty place).
    """
    place = finding.place
    message = finding.message if finding.amount is None else re.sub(r"[0-9][0-9.,_]*", "#", finding.message)
    line = "" if finding.amount is not None and place.start == place.end else _line(finding)
    parts = (finding.rule, _owner(finding), place.text, line, message)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _line(finding: Finding) -> str:
    """The line that a finding starts in, runs of white space as one space."""
    text, start = finding.place.source.text, finding.place.start
    end = text.find("\n", start)
    return " ".join(text[text.rfind("\n", 0, start) + 1 : len(text) if end < 0 else end].split())


# -- files


def read_baseline(file: str, path: str, update: str = UPDATE_BASELINE) -> Baseline:
    """The baseline in a file that is shown as `path`, and that the command `update` writes.

    Raises UsageError when there is none, InvalidFile for another file.
    """
    from promptreg.registry.files import decode_utf8, read_bytes
    from promptreg.registry.strict_json import parse_json

    if not os.path.lexists(file):
        raise UsageError.at(f"there is no baseline {path}: `{update}` writes one")
    document = parse_json(decode_utf8(read_bytes(file, path), path))
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InvalidFile.at(f'is no baseline: "schema" must be "{SCHEMA}"', path=path)
    found = {}
    try:
        for row in document["entries"]:
            amounts = tuple(sorted(map(float, row.get("amounts", ())), reverse=True))
            entry = Entry(row["rule"], row["owner"], row["digest"], row["message"], int(row["times"]), amounts)
            if entry.digest in found:
                raise InvalidFile.at(f"holds {entry.digest} twice: a merge left both sides", path=path)
            found[entry.digest] = entry
    except PromptregError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InvalidFile.at(f"is no baseline: {error!r}", path=path) from error
    return found


def baseline_text(baseline: Baseline) -> str:
    """The text of a baseline's file: entries by owner and rule, one on each line, for small diffs."""
    rows = [json.dumps(_row(entry), ensure_ascii=False) for entry in sorted(baseline.values(), key=_order)]
    lines = "\n" + ",\n".join(f"  {row}" for row in rows) + "\n" if rows else ""
    return f'{{"schema": "{SCHEMA}", "entries": [{lines}]}}\n'


def write_baseline(file: str, baseline: Baseline) -> None:
    """Put a baseline at `file`, whole or not at all; raises OSError."""
    from promptreg.registry.atomic import replace_file

    replace_file(file, baseline_text(baseline).encode("utf-8", "surrogatepass"))


def _order(entry: Entry) -> tuple[str, str, str, str]:
    return entry.owner, entry.rule, entry.message, entry.digest


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = entry._asdict()
    if entry.amounts:
        row["amounts"] = list(entry.amounts)
    else:
        del row["amounts"]
    return row
