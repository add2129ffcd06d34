"""Small registries, and rules that replace what a pattern matches: for tests of fixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import promptreg
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.finding import Applicability, Edit, Fix, Hit, Place
from promptreg.lint.fix import Fixed, fix
from promptreg.lint.report import Report
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head
from promptreg.lint.workspace import Workspace

__all__ = ["FILES", "fixed", "registry", "replacing"]

FILES = {
    "rules/tone.md": "---\nkind: rule\nversion: 1.0.0\nsummary: Tone.\ninputs: {loud: {type: boolean}}\n---\n"
    "- Be {# why not #}kind.\n{% if loud %}- Shout.{% else %}- Speak.{% endif %}\n",
    "rules/unused.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Be {# why not #}kind.\n",
    "chat.yaml": "kind: prompt\nversion: 1.0.0\ninputs: {loud: {type: boolean}}\n"
    "messages: [{role: system, parts: [{use: rules/tone}]}]\nsamples: {quiet: {loud: false}}\n",
}


def registry(folder: Path, files: Mapping[str, str] = FILES) -> Workspace:
    for name, text in files.items():
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return Workspace(promptreg.load(folder / "prompts"))


def replacing(pattern: str, text: str, applicability: Applicability = "safe", name: str = "found-pattern") -> Rule:
    """A rule that finds a pattern in any file and wants another text there."""

    def check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
        for found in re.finditer(pattern, head.source.text):
            place = Place(head.source, *found.span())
            made = Fix(applicability, "Replace it", (Edit(place, found.expand(text)),))
            yield Hit(f"found {pattern}", place, fix=made)

    return Rule(name, "ZZZ001", "A test.", "head", check)


def fixed(workspace: Workspace, *rules: Rule, unsafe: bool = False) -> Fixed:
    """Fixing with these rules and no others, in the whole registry."""
    active = [Active(rule, {}) for rule in rules]

    def look(at: Workspace) -> Report:
        names, paths = [head.name for head in at.heads], [file.path for file in at.files]
        findings, crashes = run_rules(at, names, paths, active)
        return Report(tuple(findings), tuple(crashes))

    return fix(workspace, look, unsafe=unsafe)
