"""Every shipped prompt within tight budgets: the laws of a budgeted render on real registries."""

from __future__ import annotations

import pytest

from promptreg.errors import BudgetError
from tests.shipped.test_shipped_prompts import REGISTRY, SAMPLES
from tests.support.budgeted import check_budget_laws, check_nothing_is_lost


@pytest.mark.parametrize(("name", "sample"), SAMPLES, ids=lambda value: value)
def test_a_shipped_prompt_obeys_every_budget(name: str, sample: str) -> None:
    values = REGISTRY.sample(name, sample)
    full = REGISTRY.render(name, values, budget=100_000)
    assert {row.state for row in full.parts} <= {"kept", "skipped"}
    reserve = full.tokens.reserve or 0
    with pytest.raises(BudgetError) as caught:
        REGISTRY.render(name, values, budget=reserve + 1)
    least = caught.value.smallest
    assert least is not None
    with pytest.raises(BudgetError):
        REGISTRY.render(name, values, budget=least - 1)
    most = full.tokens.total + reserve
    for budget in {least, (2 * least + most) // 3, (least + most) // 2, most - 1, most}:
        rendered = REGISTRY.render(name, values, budget=max(budget, least))
        check_budget_laws(rendered, values)
        check_nothing_is_lost(rendered, full)
        assert (rendered.messages == full.messages) is (rendered.dropped == ())
