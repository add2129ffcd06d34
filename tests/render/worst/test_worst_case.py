"""Worst cases: no render is larger, and what is said about parts without limit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from promptreg.api import Registry
from promptreg.errors import BudgetError, InputError, InvalidFile
from promptreg.render.budget.allowance import Allowance
from promptreg.render.worst.worst_case import WorstCase, worst_case
from promptreg.tokens import counter_for, profile_for
from promptreg.tokens.count_cache import CountCache
from promptreg.tokens.measure import Measure
from tests.render.worst.made_prompts import Made, load_made, made_prompts
from tests.support.registries import SUPPORT, component, load_files


def worst_of(registry: Registry, name: str = "p", tokens: int | None = None, reserve: int = 0) -> WorstCase:
    state = registry._state()
    program = state.program(state.wanted(name, locked=False))
    model = program.prompt.model
    return worst_case(
        program, name, Measure(counter_for(model)), profile_for(model), Allowance(tokens, reserve, "pack", False)
    )


FEWER = settings(max_examples=max(20, settings.default.max_examples * 2 // 5))


@FEWER
@given(made_prompts())
def test_no_render_of_declared_inputs_is_larger_than_the_worst_case(made: Made) -> None:
    with tempfile.TemporaryDirectory() as folder:
        registry = load_made(Path(folder), made)
        worst = worst_of(registry)
        try:
            rendered = registry.render("p", made.inputs)
        except InputError:  # components allow less than the prompt does
            return
    event("no limit" if worst.total is None else "limit")
    if worst.total is not None:
        assert rendered.tokens.total <= worst.total
        assert sum(row.most or 0 for row in worst.rows) + _around(worst) == worst.total
    for row, part in zip(worst.rows, rendered.parts, strict=True):
        assert row.most is None or part.tokens <= row.most + 10


def _around(worst: WorstCase) -> int:
    return worst.overhead.messages + worst.overhead.reply if worst.overhead is not None else 0


def prompt(parts: str, inputs: str = "{}", extra: str = "") -> str:
    return f"kind: prompt\nversion: 1.0.0\ninputs: {inputs}\n{extra}messages:\n  - role: user\n    parts:\n{parts}"


def test_a_prompt_without_inputs_has_its_size_as_its_worst_case(tmp_path: Path) -> None:
    files = {
        "a.md": component("You answer for Acme.\n\n- Never guess.\n"),
        "p.yaml": prompt("      - use: a\n      - text: Keep it short.\n      - {use: a, fence: again}\n"),
    }
    registry = load_files(tmp_path, files)
    total = registry.render("p").tokens.total
    worst = worst_of(registry)
    assert worst.total == total == worst.required
    assert [row.static for row in worst.rows] == [row.tokens for row in registry.render("p").parts]


def test_a_part_without_limit_names_the_input_and_where_it_is_declared(tmp_path: Path) -> None:
    inputs = "{ticket: {type: string}, size: {type: integer, minimum: 0, maximum: 9}}"
    registry = load_files(
        tmp_path, {"p.yaml": prompt("      - text: '{{ ticket }}'\n      - text: '{{ size }}'\n", inputs)}
    )
    worst = worst_of(registry, tokens=100, reserve=20)
    assert (worst.total, worst.required, worst.limit) == (None, None, 80)
    assert worst.risks == ("the required parts have no limit",)
    (share,) = worst.rows[0].shares
    assert [str(lack) for lack in share.lacks] == ["ticket has no max_tokens or maxLength"]
    assert str(share.lacks[0].place) == "prompts/p.yaml:3:10"
    assert str(share.place) == "prompts/p.yaml:7:19"
    assert worst.rows[1].most == 3


def test_the_limit_of_a_part_caps_what_its_inputs_allow(tmp_path: Path) -> None:
    inputs = "{ticket: {type: string}}"
    budget = "budget: {max_tokens: 50, truncate: end}"
    registry = load_files(tmp_path, {"p.yaml": prompt(f"      - text: '{{{{ ticket }}}}'\n        {budget}\n", inputs)})
    worst = worst_of(registry)
    assert worst.total is not None
    assert 50 <= worst.total <= 100


def required(tmp_path: Path, budget: str, tokens: int = 1000) -> WorstCase:
    """The worst case of a fixed text and a ticket of at most 2,000 tokens with this budget."""
    inputs = "{ticket: {type: string, max_tokens: 2000}}"
    parts = f"      - text: Answer it.\n      - text: '{{{{ ticket }}}}'\n        budget: {budget}\n"
    return worst_of(load_files(tmp_path, {"p.yaml": prompt(parts, inputs)}), tokens=tokens)


def test_required_parts_that_cannot_be_shortened_may_not_fit(tmp_path: Path) -> None:
    worst = required(tmp_path, "{}")
    assert worst.required == worst.total
    assert worst.risks
    assert "more than there is room for" in worst.risks[0]


def test_required_parts_that_can_be_cut_always_fit(tmp_path: Path) -> None:
    worst = required(tmp_path, "{truncate: end, min_tokens: 200}")
    assert worst.risks == ()
    assert worst.required is not None
    assert 200 < worst.required < 600
    assert worst.total is not None
    assert worst.total > 2000


def test_optional_parts_are_no_part_of_what_must_fit(tmp_path: Path) -> None:
    worst = required(tmp_path, "{priority: 5}")
    assert worst.required is not None
    assert worst.required < 10
    assert [row.required for row in worst.rows] == [True, False]


def test_a_maximum_without_a_shorter_form_is_a_risk(tmp_path: Path) -> None:
    assert required(tmp_path, "{max_tokens: 300}").risks == ("part 0.1 may have no form within its max_tokens",)
    assert required(tmp_path, "{max_tokens: 300, priority: 1}").risks == ()


def test_groups_and_needs_make_parts_required(tmp_path: Path) -> None:
    parts = """\
      - {text: One., budget: {group: g}}
      - {text: Two., budget: {group: g, priority: 1, needs: ['0.2']}}
      - {text: Three., budget: {priority: 1}}
      - {text: Four., budget: {priority: 1}}
"""
    worst = worst_of(load_files(tmp_path, {"p.yaml": prompt(parts)}), tokens=50)
    assert [row.required for row in worst.rows] == [True, True, True, False]


def test_slots_are_limited_by_their_input_or_their_budget(tmp_path: Path) -> None:
    def slot(name: str, inputs: str, budget: str, extra: str = "") -> Any:
        text = f"kind: prompt\nversion: 1.0.0\ninputs: {inputs}\n{extra}messages:\n  - slot: h\n    budget: {budget}\n"
        (row,) = worst_of(load_files(tmp_path / name, {"p.yaml": text})).rows
        return row.most, [str(lack) for share in row.shares for lack in share.lacks]

    model = "model: openai/gpt-4o-mini\n"
    assert slot("a", "{h: {type: messages}}", "{}") == (None, ["h has no max_tokens"])
    assert slot("b", "{h: {type: messages, max_tokens: 70}}", "{}") == (70, [])
    limited = "{h: {type: messages, max_tokens: 70}}"
    assert slot("c", limited, "{}", model) == (None, ["the slot h has no max_tokens in its budget"])
    assert slot("d", limited, "{drop: oldest, max_tokens: 90}", model) == (90, [])


def test_examples_that_may_be_dropped_count_as_the_largest_that_stay(tmp_path: Path) -> None:
    files = {
        "e.yaml": """\
            kind: examples
            version: 1.0.0
            format: "{{ example.input }}"
            examples:
              - {id: a, input: short}
              - {id: b, input: A longer one with many more words than the other two have together.}
              - {id: c, input: tiny}
            """,
        "p.yaml": prompt("      - use: e\n        budget: {min_items: 1}\n"),
    }
    worst = worst_of(load_files(tmp_path, files), tokens=100)
    assert worst.required is not None
    assert worst.total is not None
    assert worst.required < worst.total


@FEWER
@given(made_prompts(budgets=True), st.integers(0, 400))
def test_required_parts_always_fit_what_the_worst_case_asks_for(made: Made, more: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        registry = load_made(Path(folder), made)
        worst = worst_of(registry, tokens=1)
        if worst.required is None or any("no form" in risk for risk in worst.risks):
            event("no limit, or none of its forms may be legal")
            return
        budget = max(1, worst.required + more)
        try:
            rendered = registry.render("p", made.inputs, budget=budget)
        except (InputError, InvalidFile):
            return
        except BudgetError as error:
            if "variants are written longest first" not in str(error):  # that is a mistake of the file
                raise
            return
    event("rendered")
    assert rendered.tokens.total <= budget
    full = worst_of(registry, tokens=budget)
    assert full.total is None or rendered.tokens.total <= full.total


def test_a_second_worst_case_needs_no_tokenizer(tmp_path: Path) -> None:
    registry = load_files(tmp_path, SUPPORT)
    state = registry._state()
    program = state.program(state.wanted("reply", locked=False))
    calls = []
    for _ in range(2):
        measure = Measure(counter_for(None), CountCache(str(tmp_path / "counts")))
        worst_case(program, "reply", measure, profile_for("openai/gpt-4o"), Allowance(900, 0, "pack", False))
        measure.save()
        calls.append(measure.calls)
    assert calls[0] > 0
    assert calls[1] == 0


def test_forms_below_min_tokens_do_not_count_as_shorter(tmp_path: Path) -> None:
    assert required(tmp_path / "a", "{variants: [Short.]}").required == 5
    worst = required(tmp_path / "c", "{variants: [Short.], min_tokens: 50}")
    assert worst.required is not None
    assert worst.required > 2000


@pytest.mark.parametrize(("least", "most"), [(1, 17), (2, 31)])
def test_the_largest_examples_are_taken_to_stay(tmp_path: Path, least: int, most: int) -> None:
    files = {
        "e.yaml": """\
            kind: examples
            version: 1.0.0
            format: "{{ example.input }}"
            examples:
              - {id: a, input: short}
              - {id: b, input: A longer one with many more words than the other two have together}
              - {id: c, input: "Another one, which has twice as many words as the long one that comes before it"}
            """,
        "p.yaml": prompt(f"      - use: e\n        budget: {{min_items: {least}}}\n"),
    }
    worst = worst_of(load_files(tmp_path, files), tokens=100)
    assert worst.required is not None
    assert most < worst.required < most + 16
