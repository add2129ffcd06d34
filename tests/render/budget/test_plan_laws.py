"""Laws of the plan, with the real tokenizer and against a judge that tries everything."""

from __future__ import annotations

import os

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from promptreg.errors import BudgetError
from promptreg.render.budget.plan import Plan
from promptreg.render.budget.planner import make_plan
from promptreg.tokens.measure import Measure
from tests.render.budget.judge import (
    best_forms,
    closure,
    every_limit,
    has_growing_totals,
    is_in_full,
    optimum,
    plan_or_none,
    required,
    smallest,
    walk_order,
)
from tests.render.budget.layouts import Case, cases, counter, fixed, recount, sent, shared_measure

FULL = os.environ.get("PROMPTREG_FULL") == "1"
FITS = st.sampled_from(["pack", "cutoff"])


_SHARES = st.integers(0, 1000).map(lambda number: (number + 500) % 1001)
"""Thousandths. Hypothesis likes 0, where little happens."""


def _limit(data: st.DataObject, case: Case) -> int:
    """A limit from just enough for the required parts to enough for everything."""
    lowest = smallest(case)
    assume(lowest is not None)
    assert lowest is not None
    everything = recount(case, best_forms(case, range(len(case.layout.parts))))
    return lowest + data.draw(_SHARES, label="share") * max(1, everything - lowest + 1) // 1000


def _plan(data: st.DataObject, case: Case, fit: str = "pack") -> Plan:
    """A plan for some limit at which there is one."""
    return make_plan(case.layout, _limit(data, case), shared_measure(), fit)


@settings(max_examples=10_000 if FULL else 200)
@given(st.data(), cases(), FITS)
def test_a_plan_is_within_its_limit_and_its_total_is_a_recount(data: st.DataObject, case: Case, fit: str) -> None:
    limit = _limit(data, case)
    plan = make_plan(case.layout, limit, shared_measure(), fit)
    assert plan.total == recount(case, sent(plan))
    assert plan.total <= limit
    assert sorted(plan.walk) == list(range(len(case.layout.parts)))
    last = plan.decisions[plan.walk[-1]]
    assert last.total == plan.total
    for position, decision in enumerate(plan.decisions):
        full = is_in_full(case, plan, position) and not (decision.form and decision.form.note)
        assert (decision.state == "dropped") == (decision.form is None) == (decision.stage is None)
        assert (decision.state == "kept") == full
        assert decision.missing == 0 or decision.state == "dropped"


@given(st.data(), cases(), FITS)
def test_equal_inputs_give_equal_plans(data: st.DataObject, case: Case, fit: str) -> None:
    plan = _plan(data, case, fit)
    assert make_plan(case.layout, plan.limit, Measure(counter()), fit) == plan


@given(cases(), FITS)
def test_the_core_only_grows_with_the_limit(case: Case, fit: str) -> None:
    before: set[int] = set()
    for limit in every_limit(case):
        plan = plan_or_none(case, limit, fit)
        if plan is None:
            assert not before
            continue
        core = {position for position, decision in enumerate(plan.decisions) if decision.stage == "core"}
        assert before <= core
        before = core
    everything = {p for p, part in enumerate(case.layout.parts) if case.forms(p).best is not None}
    reachable = {p for p in everything if closure(case, [p]) <= everything}
    assert not required(case) <= everything or before == reachable - required(case)


@given(st.data(), cases(), FITS)
def test_required_parts_are_sent_and_do_not_depend_on_others(data: st.DataObject, case: Case, fit: str) -> None:
    plan = _plan(data, case, fit)
    must = required(case)
    assert {p for p, decision in enumerate(plan.decisions) if decision.stage == "required"} == must
    alone = [
        part._replace(needs=(), group=None, priority=None if p in must else 0)
        for p, part in enumerate(case.layout.parts)
    ]
    empty = [part if p in must else part._replace(forms=fixed("")) for p, part in enumerate(alone)]
    without = make_plan(case.layout._replace(parts=tuple(empty)), plan.limit, shared_measure(), fit)
    for position in must:
        ours, theirs = plan.decisions[position].form, without.decisions[position].form
        assert ours is not None
        assert theirs is not None
        assert ours == theirs or ours.tokens > theirs.tokens


@given(st.data(), cases(), FITS)
def test_groups_are_all_or_none_and_needs_are_met(data: st.DataObject, case: Case, fit: str) -> None:
    plan = _plan(data, case, fit)
    kept = {position for position, decision in enumerate(plan.decisions) if decision.form is not None}
    assert closure(case, kept) == kept


@given(st.data(), cases(whole=True))
def test_pack_is_the_lexicographic_optimum_of_whole_parts(data: st.DataObject, case: Case) -> None:
    plan = _plan(data, case)
    assert plan.limit is not None
    kept = {position for position, decision in enumerate(plan.decisions) if decision.form is not None}
    assert kept == optimum(case, plan.limit, stepwise=True)
    if kept != optimum(case, plan.limit, stepwise=False):
        event("a text made the whole shorter")
        assert not has_growing_totals(case)


@given(st.data(), cases(whole=True, plain=True))
def test_in_prose_nothing_makes_the_whole_shorter(data: st.DataObject, case: Case) -> None:
    plan = _plan(data, case)
    assert plan.limit is not None
    assert has_growing_totals(case)
    kept = {position for position, decision in enumerate(plan.decisions) if decision.form is not None}
    assert kept == optimum(case, plan.limit, stepwise=False)


@given(st.data(), cases())
def test_cutoff_is_a_prefix_of_pack(data: st.DataObject, case: Case) -> None:
    cut = _plan(data, case, "cutoff")
    pack = make_plan(case.layout, cut.limit, shared_measure(), "pack")
    for ours, theirs in zip(cut.decisions, pack.decisions, strict=True):
        assert ours.stage in ("required", "core", None)
        if ours.stage is None:
            assert theirs.stage in ("filler", None)
        else:
            assert theirs.stage == ours.stage
            assert ours.form == theirs.form
    shortened = [d for d in cut.decisions if d.stage == "required" and "to fit" in d.reason]
    assert not shortened or not any(decision.stage == "core" for decision in cut.decisions)


@given(cases(), st.integers(0, 50))
def test_the_smallest_budget_that_is_named_works_and_one_less_does_not(case: Case, reserve: int) -> None:
    named = error_at(case, -1, reserve).smallest
    if named is None:
        assert any(case.forms(p).best is None for p in required(case))
        return
    assert error_at(case, named - 1, reserve).smallest == named
    assert f"would do is {named}" in str(error_at(case, named - 1, reserve))
    plan = make_plan(case.layout, named - reserve, shared_measure(), reserve=reserve)
    assert plan.total <= named - reserve


def error_at(case: Case, budget: int, reserve: int) -> BudgetError:
    """The refusal of a budget."""
    try:
        make_plan(case.layout, budget - reserve, shared_measure(), reserve=reserve)
    except BudgetError as error:
        return error
    raise AssertionError(f"{budget} was not refused")


@given(st.data(), cases())
def test_what_was_missing_is_what_the_shortest_form_lacked(data: st.DataObject, case: Case) -> None:
    plan = _plan(data, case)
    assert plan.limit is not None
    forms = [None] * len(case.layout.parts)
    for position in plan.walk:
        decision = plan.decisions[position]
        forms[position] = decision.form
        if decision.form is not None or "max_tokens" in decision.reason:
            continue
        tried = list(forms)
        for other in closure(case, [position]):
            tried[other] = tried[other] or case.forms(other).shortest
        assert recount(case, tried) == plan.limit + decision.missing
        assert decision.missing > 0


@given(st.data(), cases())
def test_no_shortened_part_can_be_lengthened(data: st.DataObject, case: Case) -> None:
    plan = _plan(data, case)
    assert plan.limit is not None
    for position, decision in enumerate(plan.decisions):
        if decision.form is None:
            continue
        for longer in case.forms(position).legal:
            if longer.tokens > decision.form.tokens:
                forms = sent(plan)
                forms[position] = longer
                assert recount(case, forms) > plan.limit


@given(st.data(), cases(plain=True))
def test_nothing_that_was_dropped_would_still_fit(data: st.DataObject, case: Case) -> None:
    plan = _plan(data, case)
    assert plan.limit is not None
    for entry in walk_order(case):
        more = closure(case, entry)
        if plan.decisions[entry[0]].form is not None or any(case.forms(p).best is None for p in more):
            continue
        forms = [form or (case.forms(p).shortest if p in more else None) for p, form in enumerate(sent(plan))]
        assert recount(case, forms) > plan.limit


@given(st.data(), cases(), FITS)
def test_nothing_changes_below_the_next_limit(data: st.DataObject, case: Case, fit: str) -> None:
    plan = _plan(data, case, fit)
    assert plan.limit is not None
    last = plan.next_limit - 1 if plan.next_limit is not None else plan.limit + 50
    assert last >= plan.limit
    later = make_plan(case.layout, last, shared_measure(), fit)
    assert [d._replace(missing=0) for d in later.decisions] == [d._replace(missing=0) for d in plan.decisions]
    assert later.walk == plan.walk
    if plan.next_limit is None:
        assert make_plan(case.layout, None, shared_measure(), fit).decisions == plan.decisions
