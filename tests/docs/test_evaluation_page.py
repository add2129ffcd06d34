"""docs/linter-evaluation.md says what benchmarks/lint_judgements.json holds."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from promptreg.lint.catalogue import builtin_rules

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/linter-evaluation.md").read_text("utf-8")
JUDGEMENTS = json.loads((ROOT / "benchmarks/lint_judgements.json").read_text("utf-8"))["judgements"]


def test_judgements_are_of_rules_and_have_reasons() -> None:
    rules = {rule.name for rule in builtin_rules()}
    assert len({one["finding"] for one in JUDGEMENTS}) == len(JUDGEMENTS)
    for one in JUDGEMENTS:
        assert re.fullmatch(r"[0-9a-f]{16}", one["finding"])
        assert one["rule"] in rules
        assert all(one[key] for key in ("reason", "prompt"))
        assert one["right"] in (True, False)


def test_wrong_findings_are_published() -> None:
    wrong = Counter(one["rule"] for one in JUDGEMENTS if not one["right"])
    table = PAGE.split("| rule | wrong |")[1].split("\n\n")[0]
    assert {name: int(count) for name, count in re.findall(r"^\| ([a-z-]+) \| (\d+) \|", table, re.M)} == wrong
    right = sum(one["right"] for one in JUDGEMENTS)
    assert f"of the {len(JUDGEMENTS)} findings read in all, {right} were right" in PAGE


def test_rules_below_nine_of_ten_are_not_on() -> None:
    standing = {rule.name: rule.standing for rule in builtin_rules()}
    rows = re.findall(r"^\| ([a-z-]+) \([A-Z]{3}\d{3}\) \| \d+ \| (\d+) / (\d+) \|", PAGE, re.M)
    assert len(rows) >= 10
    for name, right, read in rows:
        assert standing[name] == "on"
        assert int(right) >= 0.9 * int(read)
