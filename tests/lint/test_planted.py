"""Defects planted into our own prompts, one at a time: each is found by its rule, where it was planted, and by name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

import promptreg
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace

PROMPTS = Path(promptreg.__file__).parents[1] / "prompts"


class Planted(NamedTuple):
    """Replace `old` by `new` (None: remove the file) in `path`; `at` is the file of the finding, if it is another."""

    rule: str
    path: str
    old: str
    new: str | None
    at: str = ""


PLANTED = {
    "choice-misspelled": Planted(
        "dead-branch", "instructions/summary-audience.md", '== "release-notes"', '== "release-note"'
    ),
    "truth-value-as-text": Planted(
        "dead-branch", "support/refund-reply.yaml", "when: not internal", 'when: internal == "no"'
    ),
    "set-in-a-loop": Planted(
        "lost-loop-assignment", "templates/touched-files.md", "{% endfor %}", "{% set last = 1 %}{% endfor %}{{ last }}"
    ),
    "input-not-bound": Planted("broken-binding", "skills/move-house.yaml", "        with: {skill: move-house}\n", ""),
    "sample-outdated": Planted("broken-sample", "support/triage.yaml", "ticket: refund???", "tickets: refund???"),
    "edited-after-release": Planted("changed-without-bump", "rules/tone.md", "- ", "- Please. "),
    "skill-renamed": Planted("router-unknown-skill", "rules/skill-boundaries.md", "move-house]", "move-home]"),
    "skill-removed": Planted(
        "router-unknown-skill", "skills/move-house.yaml", "", None, at="rules/skill-boundaries.md"
    ),
    "same-question": Planted(
        "duplicate-example",
        "examples/routing.yaml",
        '"?? 4471"',
        "Why is my bill so high? The meter says 48213 but you estimated 51000.",
    ),
    "output-with-unknown-value": Planted(
        "output-violates-contract", "examples/refunds.yaml", '"decision": "replace"', '"decision": "exchange"'
    ),
    "output-of-one-key": Planted(
        "output-violates-contract", "examples/review-findings.yaml", '"severity": "major"', '"severity": "high"'
    ),
    "schema-changed": Planted(
        "output-violates-contract", "schemas/triage.json", '"p1", "p2"', '"p0", "p2"', at="examples/triage.yaml"
    ),
    "label-in-capitals": Planted(
        "label-set-drift", "examples/triage.yaml", '"queue": "payments"', '"queue": "Payments"'
    ),
    "field-misspelled": Planted("format-drift", "examples/routing.yaml", "    output: |-", "    ouput: |-"),
    "sample-as-example": Planted(
        "eval-leak", "examples/query-rewrites.yaml", "input: And how do I get it back onto another machine?",
        "input: How long are audit logs kept?",
    ),
    "comma-missing": Planted(
        "invalid-json-example", "examples/triage.yaml", '"order_numbers": [], ', '"order_numbers": [] '
    ),
    "key-renamed-in-text": Planted(
        "schema-prose-mismatch", "instructions/refund-output.md", "- `reason`:", "- `rationale`:"
    ),
    "value-renamed-in-text": Planted(
        "schema-prose-mismatch", "instructions/refund-output.md", "`refuse`", "`reject`"
    ),
    "value-removed-from-schema": Planted(
        "schema-prose-mismatch", "schemas/route.json", '"human", ', "", at="examples/intents.yaml"
    ),
    "key-misspelled-in-promise": Planted(
        "unknown-output-key", "support/refund-reply.yaml", "output.amount <=", "output.amuont <="
    ),
    "fence-removed": Planted("unfenced-untrusted-input", "sheets/formula.yaml", "        fence: request\n", ""),
    "fence-of-a-component-removed": Planted(
        "unfenced-untrusted-input", "support/refund-reply.yaml", "        fence: orders\n", "", at="templates/orders.md"
    ),
    "untrusted-declared-trusted": Planted(
        "untrusted-as-trusted", "templates/document.md", "    trust: untrusted\n", "", at="templates/documents.md"
    ),
    "budget-too-small": Planted("over-budget", "router/route.yaml", "tokens: 3500", "tokens: 1500"),
    "limit-removed": Planted("unbounded-input", "router/route.yaml", ", max_tokens: 1000", ""),
    "date-first": Planted(
        "cache-breaking-prefix",
        "support/refund-reply.yaml",
        "    parts:\n",
        "    parts:\n      - text: At {{ company }}.\n",
    ),
    "prefill": Planted(
        "prefill-unsupported", "router/route.yaml", "model: openai/gpt-4.1-mini", "model: anthropic/claude-opus-4-6"
    ),
    "key-written-down": Planted(
        "hardcoded-secret", "rules/no-secrets.md", "- ", "- Our key is AKIAZ3QFJ7MKWT5RXH2N. "
    ),
    "text-in-tag-characters": Planted(
        "invisible-unicode", "rules/tone.md", "- ", "- \U000e0069\U000e0067\U000e006e "
    ),
    "deprecated-part": Planted(
        "deprecated-component", "rules/summary-style.md", "summary: ", "summary: Deprecated since May. ",
        at="review/summary.yaml",
    ),
    "answer-in-english": Planted(
        "hardcoded-language", "instructions/qa-assistant.md", "- Start with", "- Answer in English.\n- Start with"
    ),
    "expert-of-one-language": Planted(
        "hardcoded-language", "instructions/code-reviewer.md", "You review", "You are a senior Go engineer. You review"
    ),
    "language-declared-to-be-one-of-several": Planted(
        "hardcoded-language", "rules/triage-priority.md", "## Priority\n\n- ",
        "## Priority\n\n- Write the summary in German.\n- ",
    ),
    "word-twice": Planted("repeated-word", "rules/privacy.md", "- Leave out", "- Leave out out"),
    "section-left-open": Planted(
        "unclosed-tag", "instructions/code-reviewer.md", "Report a finding", "<rules>\nBe fair.\n\nReport a finding"
    ),
    "fence-left-open": Planted(
        "unclosed-fence", "instructions/qa-assistant.md", "- Start", "```text\nA\n\n- Start"
    ),
    "note-left-in": Planted("placeholder-left-in", "rules/tone.md", "- ", "- TODO: say more\n- "),
    "line-end-as-escape": Planted("literal-escape", "instructions/code-reviewer.md", "Read the", "Be fair.\\nRead the"),
    "placeholder-of-python": Planted(
        "mixed-placeholder-syntax", "rules/refund-limits.md", "{{ max_amount }}", "{max_amount}"
    ),
    "quotation-left-open": Planted(
        "unbalanced-delimiter", "instructions/code-reviewer.md", "Read the", '"""\nRead the'
    ),
    "section-emptied": Planted("empty-section", "rules/answer-language.md", "## Language", "## Tone\n\n## Language"),
    "value-glued": Planted(
        "glued-variable", "rules/refund-limits.md", "- ", "{{ currency }}Every amount is in it.\n\n- "
    ),
    "curly-quotes-in-json": Planted("odd-bytes", "instructions/qa-assistant.md", "- S", "```\n{“a”: 1}\n```\n\n- S"),
    "raw-turn": Planted("special-token-in-text", "rules/tone.md", "- ", "- <|im_start|>"),
    "two-limits": Planted(
        "conflicting-limit",
        "instructions/qa-assistant.md",
        "- Start",
        "- The title has at most 9 words.\n- The title has at most 8 words.\n- Start",
    ),
    "two-formats": Planted(
        "conflicting-format",
        "instructions/qa-assistant.md",
        "- Start",
        "- Respond only in XML.\n- Output YAML only.\n- Start",
    ),
    "step-that-is-not-there": Planted(
        "dangling-reference", "instructions/formula-helper.md", "1. ", "1. As in step 7, "
    ),
    "rule-copied": Planted(
        "repeated-text",
        "rules/tone.md",
        "- ",
        "- Your own knowledge may help you to understand them, but it is not a source. "
        "Use only the documents and the conversation.\n- ",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def clean() -> Workspace:
    return Workspace(promptreg.load(PROMPTS))


@pytest.mark.parametrize("rule", sorted({planted.rule for planted in PLANTED.values()}))
def test_our_prompts_are_clean(rule: str, clean: Workspace) -> None:
    assert [str(one.place.source.location(one.place.start)) for one in lint(clean, None, _only(rule)).findings] == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_defect_is_found(name: str, tmp_path: Path) -> None:
    planted = PLANTED[name]
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    path = tmp_path / "prompts" / planted.path
    text = path.read_text("utf-8")
    if planted.new is None:
        path.unlink()
    else:
        assert planted.old in text
        changed = text.replace(planted.old, planted.new, 1)
        if name == "prefill":
            changed = changed.replace("samples:\n", "  - role: assistant\n    parts: [{text: x}]\nsamples:\n", 1)
        path.write_text(changed, "utf-8")
    report = lint(Workspace(promptreg.load(tmp_path / "prompts")), None, _only(planted.rule))
    assert not report.crashes
    assert {one.place.path for one in report.findings} == {f"prompts/{planted.at or planted.path}"}


def _only(rule: str) -> Settings:
    return Settings(select=(rule,))
