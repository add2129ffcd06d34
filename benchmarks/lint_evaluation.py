"""How often the linter is right about published prompts, and how much it says.

Run from the project folder: python -m benchmarks.lint_evaluation CORPUS [REGISTRIES] [--findings FILE] [--rule NAME …].
CORPUS is described in benchmarks/lint_corpus.py. It is linted with default settings; each finding is known by a digest
of its rule, the prompt and the lines it points at, and `lint_judgements.json` beside this file says which ones a reader
found right and why. For each rule the first 30 findings by digest are read; fewer than 10 read say nothing about it.
--findings writes what is to be read, with lines around it; --rule lints with these rules only, whatever their standing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import promptreg
from benchmarks.lint_corpus import Imported, import_corpus
from benchmarks.measure import table
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.finding import Finding
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace

__all__ = ["Read", "digest_of", "main"]

JUDGEMENTS = Path(__file__).with_name("lint_judgements.json")
MOST_READ = 30
FEWEST_READ = 10


class Read(NamedTuple):
    """A finding about a published prompt. `origin` names the repository, path and key that it comes from."""

    digest: str
    origin: str
    finding: Finding


def main(arguments: Sequence[str]) -> int:
    """Lint, print the table, and return 1 when a rule crashed."""
    parser = argparse.ArgumentParser(description="Lint published prompts and say how often it was right.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("registries", type=Path, nargs="?")
    parser.add_argument("--findings", type=Path)
    parser.add_argument("--rule", action="append", default=[])
    options = parser.parse_args(arguments)
    imported = import_corpus(options.corpus, options.registries or options.corpus / "registries")
    start = time.process_time()
    found, crashes = _lint(imported, Settings(select=tuple(options.rule)) if options.rule else Settings())
    seconds = time.process_time() - start
    judged = {one["finding"]: one for one in json.loads(JUDGEMENTS.read_text("utf-8"))["judgements"]}
    _print(found, judged, imported, seconds)
    if options.findings:
        _write_findings(options.findings, found, judged)
    for crash in crashes:
        print("crashed:", crash)
    return 1 if crashes else 0


def digest_of(rule: str, origin: str, text: str, number: int) -> str:
    """What a finding is known by: the rule, the prompt, the lines pointed at, and which of several alike it is."""
    return hashlib.sha256("\0".join((rule, origin, text, str(number))).encode("utf-8")).hexdigest()[:16]


def _lint(imported: Imported, settings: Settings) -> tuple[list[Read], list[str]]:
    found: list[Read] = []
    crashes: list[str] = []
    alike: dict[tuple[str, str, str], int] = {}
    for repository, root in sorted(imported.registries.items()):
        report = lint(Workspace(promptreg.load(root)), None, settings)
        crashes += [f"{crash.rule} on {repository} {crash.subject}: {crash.error}" for crash in report.crashes]
        for finding in report.findings:
            entry = imported.prompts[repository, Path(finding.place.path).stem.split("-")[0]]
            origin = " ".join(filter(None, (entry["repository"], entry["path"], entry["key"])))
            key = finding.rule, origin, _lines(finding)
            alike[key] = alike.get(key, 0) + 1
            found.append(Read(digest_of(*key, alike[key]), origin, finding))
    return sorted(found, key=lambda read: (read.finding.code, read.digest)), crashes


def _lines(finding: Finding) -> str:
    """The whole lines that a finding points at; of the line that declares the inputs, which we wrote, only the name."""
    text = finding.place.source.text
    end = text.find("\n", finding.place.end)
    lines = text[text.rfind("\n", 0, finding.place.start) + 1 : end if end >= 0 else len(text)]
    return finding.place.text if lines.startswith("inputs: ") else lines


def _print(found: Sequence[Read], judged: Mapping[str, Mapping[str, Any]], imported: Imported, seconds: float) -> None:
    prompts = len(imported.prompts)
    rows = []
    known = {rule.name: rule for rule in builtin_rules()}
    for name, reads in _by_rule(found).items():
        chosen = [judged[read.digest]["right"] for read in reads[:MOST_READ] if read.digest in judged]
        right = sum(chosen)
        share = f"{100 * right / len(chosen):.0f} %" if len(chosen) >= FEWEST_READ else "unmeasured"
        due = min(len(reads), MOST_READ)
        standing = known[name].standing if name in known else "-"
        rows.append(
            (reads[0].finding.code, name, standing, len(reads), f"{right}/{len(chosen)}", share, due - len(chosen))
        )
    head = ("code", "rule", "standing", "findings", "right/read", "share right", "to read")
    table(f"{prompts} prompts of {len(imported.registries)} repositories", head, rows)
    print(f"\n{len(found) / prompts:.3f} findings a prompt; {prompts / seconds:.0f} prompts a CPU second")
    print(f"{imported.stand_ins} tags that the dialect refuses became stand-ins")
    for origin, reason in imported.refused:
        print(f"not imported: {origin}: {reason}")


def _by_rule(found: Iterable[Read]) -> dict[str, list[Read]]:
    by_rule: dict[str, list[Read]] = {}
    for read in found:
        by_rule.setdefault(read.finding.rule, []).append(read)
    return by_rule


def _write_findings(file: Path, found: Sequence[Read], judged: Mapping[str, Mapping[str, Any]]) -> None:
    """What nobody has judged yet of the findings that count, each with three lines around it."""
    pages = []
    for reads in _by_rule(found).values():
        for read in reads[:MOST_READ]:
            if read.digest not in judged:
                pages.append(_page(read))
    file.write_text("\n".join(pages), "utf-8")


def _page(read: Read) -> str:
    place = read.finding.place
    first, last = place.source.location(place.start).line, place.source.location(place.end).line
    lines = place.source.text.split("\n")
    shown = [
        f"{'>' if first <= number <= last else ' '} {number:4} {line[:400]}"
        for number, line in enumerate(lines, start=1)
        if first - 3 <= number <= min(last, first + 12) + 3
    ]
    title = f"=== {read.digest} {read.finding.code} {read.finding.rule} | {read.origin} | {place.path}:{first}"
    return "\n".join([title, read.finding.message, *shown, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
