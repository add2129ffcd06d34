"""Suppressions: where they are read, what they speak of, and that they never reach the model."""

from __future__ import annotations

from pathlib import Path

import promptreg
from promptreg.lint.directives import Directive, directives_of
from promptreg.lint.workspace import Workspace

RULE = """---
kind: rule # promptreg: ignore[a] behind
version: 1.0.0
# promptreg: ignore-file[REG, b]
summary: "no # promptreg: ignore[never] here"
---
- One. {# promptreg: ignore[c, d] two words #}
{# promptreg: ignore[e] #}

- Two # promptreg: ignore[never]
{#- promptreg: ignore[f]
   over lines -#}
- Three {# promptreg: ignroe[g] #}
- Four {# promptreg: ignore[] #}
"""
PROMPT = """kind: prompt
version: 1.0.0
messages:
  - role: system
    parts:
      # promptreg: ignore[h] alone
      - text: |
          # promptreg: ignore[never]
          {# promptreg: ignore[i] #} Text
"""


def read(folder: Path) -> dict[str, tuple[Directive, ...]]:
    for name, text in {"one.md": RULE, "two.yaml": PROMPT}.items():
        (folder / "prompts").mkdir(exist_ok=True)
        (folder / "prompts" / name).write_text(text, encoding="utf-8")
    workspace = Workspace(promptreg.load(folder / "prompts"))
    return {head.name: directives_of(head) for head in workspace.heads}


def test_every_comment_and_nothing_else_is_read(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert [(one.rules, one.reason, one.lines) for one in found["one"] if not one.fault] == [
        (("a",), "behind", (2, 2)),
        (("REG", "b"), "", (1, 15)),
        (("c", "d"), "two words", (7, 7)),
        (("e",), "", (8, 10)),
        (("f",), "over lines", (11, 13)),
    ]
    assert [(one.rules, one.reason, one.lines) for one in found["two"]] == [
        (("h",), "alone", (6, 7)),
        (("i",), "", (9, 9)),
    ]


def test_what_only_looks_like_one_is_told(tmp_path: Path) -> None:
    faults = [(one.place.text, one.fault) for one in read(tmp_path)["one"] if one.fault]
    assert faults == [
        ("{# promptreg: ignroe[g] #}", "is no suppression: write promptreg: ignore[rule-name] and a reason"),
        ("{# promptreg: ignore[] #}", "names no rule"),
    ]


def test_comments_never_reach_the_model(tmp_path: Path) -> None:
    read(tmp_path)
    text = promptreg.load(tmp_path / "prompts").render("two", {}).text
    assert text == "# promptreg: ignore[never]\n Text"
