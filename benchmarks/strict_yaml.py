"""Strict YAML against PyYAML, in one run: reading 1,000 front matters, and refusing files made to hurt.

    python benchmarks/strict_yaml.py [ROUNDS]

Times are medians of interleaved rounds. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from promptreg.errors import InvalidFile
from promptreg.registry.frontmatter import split
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source
from tests.registry.yaml_documents import HOSTILE

GOAL_RATIO = 0.60
GOAL_SECONDS = 0.100
DOCUMENTS = 1_000

FRONT_MATTER = """\
kind: rule
version: 1.{number}.0
summary: Caps what may be promised about refunds, number {number}.
owner: support-content@example.com
tags: [support, refunds, "money", limits]
inputs:
  max_amount: {{type: number, minimum: 0, summary: "The highest refund, in the currency"}}
  currency: {{type: string, enum: [EUR, USD, GBP], default: EUR}}
  customer:
    type: object
    required: [name]
    properties:
      name: {{type: string, maxLength: 80}}
      since: {{type: string, pattern: '^[0-9]{{4}}$'}}
  ticket:
    type: string
    trust: untrusted
    max_tokens: 2000
notes: |
  Reviewed with legal in spring; the next review is due in autumn.
  Keep the second bullet short.
"""
BODY = "- Never promise a refund above {{ max_amount }} {{ currency }}.\n" * 10


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    return max(_reading(rounds), _refusing(rounds))


def _reading(rounds: int) -> int:
    texts = [FRONT_MATTER.format(number=number) for number in range(DOCUMENTS)]
    files = [Source("a.md", f"---\n{text}---\n{BODY}") for text in texts]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: dict[str, Callable[[], object]] = {
        "PyYAML load": lambda: [yaml.load(text, Loader=loader) for text in texts],
        "PyYAML compose": lambda: [yaml.compose(text, Loader=loader) for text in texts],
        "parse_yaml": lambda: [parse_yaml(Source("a.yaml", text)) for text in texts],
        "split (front matter and body)": lambda: [split(file) for file in files],
        "parse_yaml and one place": lambda: [
            parse_yaml(Source("a.yaml", text)).location(("inputs", "currency", "default")) for text in texts
        ],
    }
    times: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, run in rows.items():
            times[name].append(_seconds(run))
    base = median(times["PyYAML load"])
    size = sum(map(len, texts)) // len(texts)
    print(f"{DOCUMENTS:,} front matters of {size} characters, {loader.__name__}, {rounds} rounds\n")
    print(f"| {'reader':<30} | {'ms':>7} | {'x load':>6} |")
    print(f"| {'-' * 30} | {'-' * 6}: | {'-' * 5}: |")
    for name, found in times.items():
        print(f"| {name:<30} | {median(found) * 1e3:7.1f} | {median(found) / base:6.2f} |")
    ratio = median(times["parse_yaml"]) / base
    return _verdict(f"parse_yaml at most {GOAL_RATIO:.2f} x load", met=ratio <= GOAL_RATIO)


def _refusing(rounds: int) -> int:
    times: dict[str, list[float]] = {name: [] for name in HOSTILE}
    problems: dict[str, int] = {}
    for _ in range(rounds):
        for name, (text, _) in HOSTILE.items():
            started = perf_counter()
            problems[name] = _refuse(text)
            times[name].append(perf_counter() - started)
    print(f"\n| {'hostile file':<36} | {'characters':>10} | {'problems':>8} | {'ms':>7} |")
    print(f"| {'-' * 36} | {'-' * 9}: | {'-' * 7}: | {'-' * 6}: |")
    for name, found in times.items():
        print(f"| {name:<36} | {len(HOSTILE[name][0]):>10,} | {problems[name]:>8} | {median(found) * 1e3:7.1f} |")
    worst = max(map(median, times.values()))
    return _verdict(
        f"every one of {len(HOSTILE)} refused within {GOAL_SECONDS * 1e3:.0f} ms", met=worst <= GOAL_SECONDS
    )


def _refuse(text: str) -> int:
    try:
        parse_yaml(Source("a.yaml", text))
    except InvalidFile as error:
        return len(error.problems)
    raise AssertionError("a hostile file was accepted")


def _seconds(run: Callable[[], object]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


def _verdict(goal: str, *, met: bool) -> int:
    print(f"\n{'met' if met else 'MISSED'}: {goal}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
