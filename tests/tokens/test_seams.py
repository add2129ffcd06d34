from __future__ import annotations

import random

import pytest

from promptreg.tokens.measure import Measure
from promptreg.tokens.tiktoken_counter import TiktokenCounter
from tests.tokens.conftest import NAMES
from tests.tokens.torture import gnarls

Ours = dict[str, TiktokenCounter]


@pytest.mark.parametrize("name", NAMES)
def test_joins_cost_what_the_joined_text_costs(name: str, ours: Ours) -> None:
    seed = random.Random(4)
    measure = Measure(ours[name])
    for _ in range(2_000):
        left, right = gnarls(seed), gnarls(seed)
        assert measure.join(measure.of(left), measure.of(right)).tokens == ours[name].count(left + right)
