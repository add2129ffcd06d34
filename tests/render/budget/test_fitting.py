"""Whole prompts within budgets: the laws of a budgeted render, on a prompt that uses every way to shorten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.api import Registry
from promptreg.errors import BudgetError, UsageError
from promptreg.render.rendered import Rendered
from tests.cli.schemas import valid
from tests.support.budgeted import FILES, INPUTS, check_budget_laws, check_nothing_is_lost, inputs
from tests.support.registries import load_files

FULL = 4000
"""A budget in which INPUTS have room."""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return load_files(tmp_path_factory.mktemp("budgeted"), FILES)


def smallest(registry: Registry, values: dict[str, Any]) -> int:
    with pytest.raises(BudgetError) as caught:
        registry.render("p", values, budget=21)
    assert caught.value.smallest is not None
    return caught.value.smallest


def row(rendered: Rendered, part: str) -> Any:
    return next(row for row in rendered.parts if row.id == part)


@settings(max_examples=60)
@given(values=inputs(), share=st.floats(0, 1.1))
def test_the_laws_of_a_budgeted_render(registry: Registry, values: dict[str, Any], share: float) -> None:
    full = registry.render("p", values)
    least = smallest(registry, values)
    budget = least + int((full.tokens.total + 20 - least) * share)
    rendered = registry.render("p", values, budget=budget)
    check_budget_laws(rendered, values)
    check_nothing_is_lost(rendered, full)
    again = registry.render("p", values, budget=budget)
    assert (again.messages, again.parts, again.tokens) == (rendered.messages, rendered.parts, rendered.tokens)
    valid(json.dumps(rendered.document()), "render")
    valid(json.dumps(rendered.record()), "record")


@settings(max_examples=60)
@given(values=inputs())
def test_the_smallest_budget_works_and_one_less_does_not(registry: Registry, values: dict[str, Any]) -> None:
    least = smallest(registry, values)
    check_budget_laws(registry.render("p", values, budget=least), values)
    with pytest.raises(BudgetError) as caught:
        registry.render("p", values, budget=least - 1)
    assert caught.value.smallest == least


def test_a_budget_with_room_changes_nothing(registry: Registry) -> None:
    rendered = registry.render("p", INPUTS, budget=FULL)
    assert {row.state for row in rendered.parts} == {"kept"}
    assert rendered.dropped == ()
    assert rendered.warnings == ()
    assert rendered.messages == unlimited(registry).messages
    check_budget_laws(rendered, INPUTS)


def unlimited(registry: Registry) -> Rendered:
    return registry.render("p", INPUTS)


def budgets(registry: Registry, step: int = 17) -> Iterator[int]:
    least = smallest(registry, INPUTS)
    yield from range(least, unlimited(registry).tokens.total + 21, step)


def test_every_state_is_reached_and_every_text_has_its_origin(registry: Registry) -> None:
    full = unlimited(registry)
    seen: set[tuple[str, str]] = set()
    how: set[str] = set()
    for budget in budgets(registry, 7):
        rendered = registry.render("p", INPUTS, budget=budget)
        check_budget_laws(rendered, INPUTS)
        check_nothing_is_lost(rendered, full)
        seen |= {(row.id, row.state) for row in rendered.parts}
        how |= {found.how for found in rendered.dropped}
    optional = ("0.1", "0.3", "0.4", "1.0", "2")
    assert {(part, state) for part in optional for state in ("kept", "shortened", "dropped")} <= seen
    assert {("0.2", "dropped"), ("1.1", "dropped"), ("3.0", "shortened"), ("0.0", "kept")} <= seen
    assert ("0.0", "dropped") not in seen
    assert how == {"part", "item", "cut", "variant"}


def test_core_parts_only_grow_with_the_budget(registry: Registry) -> None:
    before: set[str] = set()
    for budget in budgets(registry):
        core = {
            row.id
            for row in registry.render("p", INPUTS, budget=budget).parts
            if row.stage == "core" and row.state == "kept"
        }
        assert before <= core
        before = core


def test_keeps_at_is_a_budget_that_keeps_the_part(registry: Registry) -> None:
    for budget in list(budgets(registry))[::5]:
        for found in registry.render("p", INPUTS, budget=budget).parts:
            if found.keeps_at is not None:
                kept = row(registry.render("p", INPUTS, budget=found.keeps_at), found.id)
                assert (kept.state, kept.tokens) == ("kept", kept.tokens_full)
                assert row(registry.render("p", INPUTS, budget=found.keeps_at - 1), found.id).state != "kept"


def test_truncated_text_has_a_mark_that_points_at_the_wish_to_truncate(registry: Registry) -> None:
    rendered = registry.render("p", INPUTS, budget=smallest(registry, INPUTS))
    (mark,) = [segment for segment in rendered.segments if segment.glue == "truncation" and segment.part == "3.0"]
    assert mark.text.strip() == "[…]"
    assert mark.label.source.text[mark.offset : mark.end_offset] == "end"
    content = rendered.messages[-1]["content"]
    assert content.startswith("<ticket>\n")
    assert content.endswith("[…]\n</ticket>")
    assert (found := [one for one in rendered.dropped if one.part == "3.0"])[0].how == "cut"
    assert found[0].text.endswith("Please help me. ")


def test_a_variant_is_sent_with_its_own_origin(registry: Registry) -> None:
    for budget in budgets(registry):
        rendered = registry.render("p", INPUTS, budget=budget)
        own = [segment for segment in rendered.segments if segment.part == "0.4"]
        if row(rendered, "0.4").state == "shortened" and own[0].component == "rules/short":
            assert own[0].text == "Answer in the language of the customer; ask when unsure."
            assert [link.offset for link in own[0].chain]
            return
    raise AssertionError("the variant was never sent")


def test_calls_and_answers_go_together_and_messages_keep_their_numbers(registry: Registry) -> None:
    cut = set()
    for budget in budgets(registry, 7):
        rendered = registry.render("p", INPUTS, budget=budget)
        calls = [message for message in rendered.messages if "tool_calls" in message]
        answers = [message for message in rendered.messages if "tool_call_id" in message]
        assert len(calls) == len(answers)
        kept = [segment.item for segment in rendered.segments if segment.part == "2" and segment.kind == "value"]
        gone = [found.item for found in rendered.dropped if found.part == "2" and found.how == "item"]
        assert [int(str(item)[2:]) for item in gone] == list(range(1, len(gone) + 1))
        assert not set(kept) & set(gone)
        cut.add(len(gone))
    assert {0, 1, 5} <= cut
    assert 2 not in cut


def test_parts_that_the_budget_may_take_away_end_the_stable_prefix(tmp_path: Path) -> None:
    parts = "      - {text: First., budget: {priority: 2}}\n      - {text: Second.}\n"
    user = "  - {role: user, parts: [{text: '{{ t }}', budget: {priority: 1}}]}\n"
    text = "kind: prompt\nversion: 1.0.0\ninputs: {t: {type: string}}\nmessages:\n  - role: system\n    parts:\n"
    registry = load_files(tmp_path, {"p.yaml": text + parts + user})
    roomy = registry.render("p", {"t": "x"}, budget=50).tokens
    tight = registry.render("p", {"t": "long " * 50}, budget=50)
    assert [row.state for row in tight.parts] == ["kept", "kept", "dropped"]
    assert (roomy.stable_prefix, tight.tokens.stable_prefix) == (
        registry.render("p", {"t": "y"}).tokens.stable_prefix,
        0,
    )
    assert roomy.stable_prefix_digest != tight.tokens.stable_prefix_digest
    assert roomy.stable_prefix_digest == registry.render("p", {"t": "y"}).tokens.stable_prefix_digest


def test_threads_get_the_same_bytes(tmp_path: Path) -> None:
    registry = load_files(tmp_path, FILES)
    registry.require("p")
    wanted = [(n, registry.render("p", INPUTS, budget=n).document()) for n in list(budgets(registry))[::6]]

    def check(number: int) -> bool:
        fresh = load_files(tmp_path / str(number), FILES) if number % 8 == 0 else registry
        return all(fresh.render("p", INPUTS, budget=n).document() == document for n, document in wanted)

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(check, range(32)))


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (0, "budget: must be a number of tokens from 1 to 100,000,000, not 0"),
        (-5, "budget: must be a number of tokens from 1 to 100,000,000, not -5"),
        (100_000_001, "budget: must be a number of tokens from 1 to 100,000,000, not 100000001"),
        (True, "budget: must be a number of tokens from 1 to 100,000,000, not True"),
        (1.5, "budget: must be a number of tokens from 1 to 100,000,000, not 1.5"),
        (20, "budget: 20 leaves no tokens for the prompt: p reserves 20 for the answer"),
    ],
    ids=["nothing", "negative", "absurd", "a truth value", "half a token", "all in reserve"],
)
def test_an_impossible_budget_is_refused(registry: Registry, budget: Any, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry.render("p", INPUTS, budget=budget)
    assert str(caught.value) == reason


def test_a_budget_that_is_too_small_names_the_parts_and_what_would_do(registry: Registry) -> None:
    with pytest.raises(BudgetError) as caught:
        registry.render("p", INPUTS, budget=22)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("prompts/p.yaml", None)
    assert f"the smallest budget that would do is {caught.value.smallest}; largest: 3.0 ticket (" in problem.message


def test_a_budget_of_the_file_is_refused_at_its_place(tmp_path: Path) -> None:
    files = {**FILES, "p.yaml": FILES["p.yaml"].replace("tokens: 4000", "tokens: 30")}
    with pytest.raises(BudgetError, match=r"prompts/p\.yaml:10:18: the budget of 30 less 20 in reserve is"):
        load_files(tmp_path, files).render("p", INPUTS)


def test_the_counter_of_a_render_can_be_chosen(registry: Registry) -> None:
    assert registry.render("p", INPUTS, counter="cl100k_base").tokens.counter == "cl100k_base"
    with pytest.raises(UsageError, match="o200k"):
        registry.render("p", INPUTS, counter="o200k")


def test_an_approximate_counter_keeps_the_budget_with_its_upper_bounds(registry: Registry) -> None:
    exact = registry.render("p", INPUTS).tokens.total
    rendered = registry.render("p", INPUTS, counter="approximate", budget=exact)
    check_budget_laws(rendered, INPUTS)
    assert not rendered.tokens.exact
    assert any("upper bounds" in warning for warning in rendered.warnings)
