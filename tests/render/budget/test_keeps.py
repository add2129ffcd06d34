"""From which limit on a part is kept in full, against trying every limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.keeps import KeepsAt, keeps_at
from promptreg.render.budget.plan import PlanPart
from promptreg.render.budget.planner import make_plan
from tests.render.budget.judge import best_forms, closure, is_in_full, smallest
from tests.render.budget.layouts import Case, cases, fixed, layout_of, recount, shared_measure, words
from tests.tokens.multiscript import text


@given(st.data(), cases(), st.sampled_from(["pack", "cutoff"]))
def test_a_part_is_kept_in_full_there_and_nowhere_below(data: st.DataObject, case: Case, fit: str) -> None:
    lowest = smallest(case)
    if lowest is None:
        return
    everything = recount(case, best_forms(case, range(len(case.layout.parts))))
    limit = data.draw(st.integers(lowest, max(lowest, everything)))
    plan = make_plan(case.layout, limit, shared_measure(), fit)
    found = keeps_at(case.layout, plan, shared_measure())
    full: dict[int, int] = {}
    for tried in range(limit, everything + 20):
        again = make_plan(case.layout, tried, shared_measure(), fit)
        for position in range(len(case.layout.parts)):
            if is_in_full(case, again, position):
                full.setdefault(position, tried)
    for position, answer in enumerate(found):
        if is_in_full(case, plan, position):
            assert answer is None
        elif any(case.forms(p).best is None for p in closure(case, [position])):
            assert answer is None
            assert position not in full
        else:
            assert answer == KeepsAt(full[position], True)


def test_a_long_search_ends_with_the_limit_of_the_core() -> None:
    """Cut by the word, a long text gives more plans than are tried."""
    import random

    prose = " ".join(text(random.Random(3), "english") for _ in range(25))
    parts = (PlanPart("0.0", 0, words(prose), 2), PlanPart("0.1", 0, fixed(prose[:400]), 1))
    case = layout_of(parts)
    plan = make_plan(case.layout, 50, shared_measure())
    assert [decision.state for decision in plan.decisions] == ["shortened", "dropped"]
    found = keeps_at(case.layout, plan, shared_measure())
    assert found == tuple(KeepsAt(recount(case, best_forms(case, range(n))), False) for n in (1, 2))
    for position, answer in enumerate(found):
        assert answer is not None
        assert is_in_full(case, make_plan(case.layout, answer.limit, shared_measure()), position)


def test_with_many_parts_only_the_next_one_is_searched_for() -> None:
    """The first that is not kept is kept at the next limit; of the others no more than the core's limit is said."""
    parts = tuple(PlanPart(f"0.{n}", 0, fixed(f"Word number {n}."), 1000 - n) for n in range(300))
    case = layout_of(parts)
    full = recount(case, best_forms(case, range(100)))
    plan = make_plan(case.layout, full, shared_measure())
    found = keeps_at(case.layout, plan, shared_measure())
    assert found[:100] == (None,) * 100
    assert found[100] == KeepsAt(recount(case, best_forms(case, range(101))), True)
    assert found[250] == KeepsAt(recount(case, best_forms(case, range(251))), False)


def test_the_limit_of_the_core_covers_all_that_comes_before() -> None:
    """Where texts merge, the whole may be shorter than a part of it."""
    merging = [
        PlanPart("0.0", 0, fixed("beau"), 9),
        PlanPart("0.1", 0, fixed("ti"), 7),
        PlanPart("0.2", 0, fixed("ful"), 8),
    ]
    others = [PlanPart(f"1.{n}", 1, fixed(f"Word number {n}."), 1) for n in range(200)]
    case = layout_of([*merging, *others], ["", "\n"])
    plan = make_plan(case.layout, 0, shared_measure())
    answer = keeps_at(case.layout, plan, shared_measure())[1]
    assert answer == KeepsAt(3, False)
    assert is_in_full(case, make_plan(case.layout, answer.limit, shared_measure()), 1)


def test_after_the_cut_off_a_part_waits_for_those_before_it() -> None:
    parts = [PlanPart(f"{n}.0", n, fixed(size), 9 - n) for n, size in enumerate((50, 50, 50, 10))]
    case = layout_of(parts, [""] * 4)
    answers = {}
    for fit in ("pack", "cutoff"):
        plan = make_plan(case.layout, 55, shared_measure(), fit)
        answers[fit] = keeps_at(case.layout, plan, shared_measure())
    assert answers["pack"] == (None, KeepsAt(100, True), KeepsAt(150, True), KeepsAt(60, True))
    assert answers["cutoff"] == (None, KeepsAt(100, True), KeepsAt(150, True), KeepsAt(160, True))
