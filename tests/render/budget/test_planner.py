"""What is decided, in small cases with sizes that can be added up by hand: every part is a slot of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.errors import BudgetError
from promptreg.render.budget.plan import Plan, PlanPart
from promptreg.render.budget.planner import make_plan
from tests.render.budget.judge import best_forms
from tests.render.budget.layouts import Case, ListForms, fixed, layout_of, recount, shared_measure


def case_of(*parts: PlanPart, overhead: int = 0, reply: int = 0) -> Case:
    """Each part in a message of its own, so that sizes are plainly added."""
    placed = [part._replace(message=number) for number, part in enumerate(parts)]
    return layout_of(placed, ["\n\n"] * len(parts), overhead, reply)


def part(name: str, *sizes: int, priority: float | None = None, most: int | None = None, **more: object) -> PlanPart:
    """A part with forms of these sizes."""
    return PlanPart(name, 0, ListForms(sizes, most=most), priority, **more)  # type: ignore[arg-type]


def plan(case: Case, limit: int | None, fit: str = "pack") -> Plan:
    return make_plan(case.layout, limit, shared_measure(), fit)


def rows(made: Plan) -> list[tuple[str, str, str | None, int, int, int]]:
    """Id, state, stage, tokens, missing and running total, in the order of the walk."""
    decisions = [made.decisions[position] for position in made.walk]
    return [(d.id, d.state, d.stage, d.form.tokens if d.form else 0, d.missing, d.total) for d in decisions]


def reasons(made: Plan) -> list[str]:
    return [decision.reason for decision in made.decisions]


WORKED = case_of(
    part("system", 120),
    part("rules", 300, 110, priority=90),
    part("schema", 90, priority=80, group="answer"),
    part("examples", 420, 180, priority=60),
    part("docs", *range(900, 99, -1), priority=40),
    part("glossary", 55, priority=20),
    part("question", 80),
    part("format", 60, priority=80, group="answer"),
)


def test_the_example_of_the_docs() -> None:
    assert rows(plan(WORKED, 900)) == _table_of_the_docs()


def _table_of_the_docs() -> list[tuple[str, str, str | None, int, int, int]]:
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "budget.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("| part | priority |")
    lines = rest.partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [
        (name, state, stage or None, int(tokens or 0), int(missing or 0), int(total))
        for name, _, _, state, stage, tokens, missing, total in cells
    ]


def test_the_example_cut_off() -> None:
    assert rows(plan(WORKED, 900, "cutoff"))[-3:] == [
        ("examples", "shortened", "core", 180, 0, 830),
        ("docs", "dropped", None, 0, 30, 830),
        ("glossary", "dropped", None, 0, 0, 830),
    ]
    assert reasons(plan(WORKED, 900, "cutoff"))[5] == "priority 20, after the cut-off"


def test_without_a_limit_everything_is_sent() -> None:
    made = plan(WORKED, None)
    assert {decision.state for decision in made.decisions} == {"kept"}
    assert made.total == 2025
    assert made.next_limit is None


def test_reasons_are_in_words() -> None:
    assert reasons(plan(WORKED, 900)) == [
        "required",
        "priority 90",
        "priority 80, group answer",
        "priority 60, shortened to fit",
        "priority 40, no room",
        "priority 20",
        "required",
        "priority 80, group answer",
    ]


def test_ties_go_by_document_order() -> None:
    case = case_of(part("a", 10, priority=1), part("b", 10, priority=1.5), part("c", 10, priority=1))
    assert [row[0] for row in rows(plan(case, 100))] == ["b", "a", "c"]


def test_a_group_has_the_lowest_priority_of_its_members_and_the_place_of_the_first() -> None:
    case = case_of(
        part("a", 10, priority=1, group="g"),
        part("b", 10, priority=5),
        part("c", 10, priority=1),
        part("d", 10, priority=9, group="g"),
    )
    assert [row[0] for row in rows(plan(case, 100))] == ["b", "a", "d", "c"]
    assert [row[:2] for row in rows(plan(case, 20))] == [
        ("b", "kept"),
        ("a", "dropped"),
        ("d", "dropped"),
        ("c", "kept"),
    ]
    assert [decision.missing for decision in plan(case, 20).decisions] == [10, 0, 0, 10]


def test_a_needed_part_comes_with_the_one_that_needs_it() -> None:
    case = case_of(
        part("a", 10, priority=9, needs=(2,)),
        part("b", 10, priority=5),
        part("c", 10, priority=1, needs=(3,)),
        part("d", 5, priority=0),
    )
    made = plan(case, 30)
    assert [row[0] for row in rows(made) if row[1] == "kept"] == ["a", "c", "d"]
    assert reasons(made) == ["priority 9", "priority 5, no room", "needed by a", "needed by c"]
    assert plan(case, 24).decisions[0].reason == "priority 9, no room together with c, d"
    assert [decision.missing for decision in plan(case, 24).decisions] == [1, 0, 1, 0]


def test_a_needed_part_that_is_there_already_costs_nothing() -> None:
    case = case_of(part("a", 10, priority=9), part("b", 10, priority=5, needs=(0,)))
    assert [row[1:] for row in rows(plan(case, 20))] == [("kept", "core", 10, 0, 10), ("kept", "core", 10, 0, 20)]


def test_what_a_required_part_needs_is_required_with_its_group() -> None:
    case = case_of(
        part("a", 10, needs=(1,)), part("b", 10, priority=1, group="g"), part("c", 10, priority=2, group="g")
    )
    made = plan(case, 30)
    assert {decision.stage for decision in made.decisions} == {"required"}
    assert reasons(made) == ["required", "needed by a", "group g"]


def test_required_parts_grow_in_document_order_before_anything_optional() -> None:
    case = case_of(part("a", 50, 40, 10), part("b", 50, 30, 10), part("c", 5, priority=9))
    made = plan(case, 65)
    assert rows(made) == [
        ("a", "kept", "required", 50, 0, 60),
        ("b", "shortened", "required", 10, 0, 60),
        ("c", "kept", "filler", 5, 0, 65),
    ]
    assert plan(case, 65, "cutoff").total == 60
    assert rows(plan(case, 59))[0] == ("a", "shortened", "required", 40, 0, 50)


def test_members_of_a_step_grow_in_document_order() -> None:
    case = case_of(part("a", 50, 10, priority=1, group="g"), part("b", 50, 20, 10, priority=1, group="g"))
    assert [row[1:4] for row in rows(plan(case, 75))] == [("kept", "core", 50), ("shortened", "core", 20)]
    assert [row[1:4] for row in rows(plan(case, 20))] == [("shortened", "core", 10), ("shortened", "core", 10)]


def test_filler_may_be_shortened_too() -> None:
    case = case_of(part("a", 50, priority=3), part("b", 50, priority=2), part("c", 30, 10, priority=1))
    assert [row[1:5] for row in rows(plan(case, 60))] == [
        ("kept", "core", 50, 0),
        ("dropped", None, 0, 40),
        ("shortened", "filler", 10, 0),
    ]


def test_the_longest_form_below_max_tokens_counts_as_full() -> None:
    case = case_of(part("a", 50, 30, 10, priority=2, most=40), part("b", 10, priority=1))
    made = plan(case, 40)
    assert [row[1:4] for row in rows(made)] == [("shortened", "core", 30), ("kept", "core", 10)]
    assert reasons(made)[0] == "priority 2, shortened to its max_tokens"


def test_an_optional_part_without_a_form_is_dropped_and_the_core_goes_on() -> None:
    case = case_of(
        part("a", 50, priority=3, most=40),
        part("b", 10, priority=2),
        part("c", 10, priority=1, needs=(0,)),
        part("d", 1, priority=0),
    )
    made = plan(case, None)
    assert [row[1:3] for row in rows(made)] == [
        ("dropped", None),
        ("kept", "core"),
        ("dropped", None),
        ("kept", "core"),
    ]
    assert reasons(made)[0] == "priority 3, it has no form within its max_tokens"
    assert reasons(made)[2] == "priority 1, part a has no form within its max_tokens"


def test_where_texts_merge_a_dropped_part_may_fit_in_the_end() -> None:
    """What the docs say does not hold without separators."""
    texts = {"beau": None, "ti": 1, "ful": 2}
    parts = [PlanPart(text, 0, fixed(text), priority) for text, priority in texts.items()]
    case = layout_of(parts, [""])
    made = plan(case, 2)
    assert [decision.state for decision in made.decisions] == ["kept", "kept", "dropped"]
    assert recount(case, best_forms(case, (0, 2))) == 3
    assert recount(case, best_forms(case, (0, 1, 2))) == 1


def test_what_is_left_in_the_end_lengthens_a_shortened_part() -> None:
    """Without texts that merge nothing is ever left: what is shortened takes all it can at once."""
    parts = [
        PlanPart("a", 0, fixed("beau")),
        PlanPart("b", 0, fixed("ti"), 1),
        PlanPart("c", 0, ListForms(["ful day", "ful"]), 2),
    ]
    made = plan(layout_of(parts, [""]), 3)
    assert [decision.state for decision in made.decisions] == ["kept", "kept", "kept"]
    assert made.decisions[2].stage == "core"
    assert made.walk == (0, 1, 2)
    assert made.total == 2


def test_overhead_is_paid_for_messages_that_are_sent() -> None:
    case = case_of(part("a", 10), part("b", 10, priority=1), part("c", 0, priority=1), overhead=4, reply=3)
    assert plan(case, 30).total == 17
    assert plan(case, 31).total == 31


def test_required_parts_that_do_not_fit_name_the_smallest_budget_and_the_largest_parts() -> None:
    case = case_of(part("a", 50, 40), part("b", 30), part("c", 60, 20), part("d", 10), part("e", 7, priority=1))
    with pytest.raises(BudgetError) as caught:
        make_plan(case.layout, 90, shared_measure(), reserve=15)
    assert str(caught.value) == (
        "the budget of 105 less 15 in reserve is 10 tokens too small: what is required takes 100 at the least; "
        "the smallest budget that would do is 115; largest: a (40), b (30), c (20)"
    )
    assert caught.value.smallest == 115
    assert caught.value.largest == (("a", 40), ("b", 30), ("c", 20), ("d", 10))


def test_overhead_alone_can_be_too_much() -> None:
    case = case_of(part("a", 5, priority=1), reply=3)
    with pytest.raises(BudgetError, match=r"^the budget of 2 is 1 token too small: .* would do is 3$"):
        plan(case, 2)


def test_a_required_part_beyond_its_own_maximum_is_refused_at_any_budget() -> None:
    case = case_of(part("a", 50, 45, most=40), part("b", 9, most=5))
    with pytest.raises(BudgetError) as caught:
        plan(case, None)
    assert [problem.message for problem in caught.value.problems] == [
        "part a is required and takes 50 tokens, more than its max_tokens of 40, and has no shorter form within it",
        "part b is required and takes 9 tokens, more than its max_tokens of 5, and has no shorter form within it",
    ]
    assert caught.value.smallest is None
