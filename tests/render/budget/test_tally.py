"""The running total, whatever is tried, put and taken out in whatever order, against counting it all anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptreg.render.budget.form import Form
from promptreg.render.budget.tally import Choice, Tally
from tests.render.budget.layouts import Case, cases, recount, shared_measure


@given(st.data(), cases())
def test_the_total_is_always_a_recount(data: st.DataObject, case: Case) -> None:
    tally = Tally(case.layout, shared_measure())
    sent: list[Form | None] = [None] * len(case.layout.parts)
    choices = _choices(case)
    for _ in range(data.draw(st.integers(1, 12))):
        tried = data.draw(st.lists(st.sampled_from(choices), max_size=3, unique_by=lambda choice: choice[0]))
        after = list(sent)
        for position, form in tried:
            after[position] = form
        assert tally.total_with(tried) == recount(case, after)
        assert tally.total == recount(case, sent)
        chosen = data.draw(st.sampled_from([*tried, *choices]))
        tally.put(chosen)
        sent[chosen[0]] = chosen[1]
        assert tally.total == recount(case, sent)
    assert tally.forms == sent


def _choices(case: Case) -> list[Choice]:
    found: list[Choice] = []
    for position in range(len(case.layout.parts)):
        found += [(position, form) for form in (None, *case.forms(position).legal)]
    return found
