"""Hostile templates end with a named error at their limit. How fast they do is a benchmark."""

from __future__ import annotations

import tracemalloc

import pytest

from promptreg.errors import LimitExceeded, RenderError, TemplateInvalid
from promptreg.template import Limits, Meter
from tests.support.bombs import BOMBS, Bomb
from tests.support.templates import compiled


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.id)
def test_bomb_ends_at_its_limit(bomb: Bomb) -> None:
    values = bomb.make_values()
    if bomb.when == "compiling":
        with pytest.raises(TemplateInvalid) as refused:
            compiled(bomb.body, list(values))
        assert bomb.limit in str(refused.value)
        assert refused.value.problems[0].line is not None
        return
    template = compiled(bomb.body, list(values), bomb.components)
    with pytest.raises(RenderError) as stopped:
        template.stream(values, Meter())
    error = stopped.value
    assert error.problems[0].line is not None
    if bomb.limit in Limits._fields:
        assert isinstance(error, LimitExceeded)
        assert (error.limit, error.allowed) == (bomb.limit, getattr(Limits(), bomb.limit))
    assert bomb.limit in str(error)


GROWING = [bomb for bomb in BOMBS if bomb.limit == "string" and not bomb.id.startswith("doubling a")]


@pytest.mark.parametrize("bomb", GROWING, ids=lambda bomb: bomb.id)
def test_size_is_known_before_memory_is_taken(bomb: Bomb) -> None:
    values = bomb.make_values()
    template = compiled(bomb.body, list(values), bomb.components)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            template.stream(values, Meter())
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_limits_can_be_lowered() -> None:
    template = compiled("{% for i in many %}{{ i }}{% endfor %}", ["many"])
    with pytest.raises(LimitExceeded, match="loop_steps"):
        template.stream({"many": [1, 2, 3]}, Meter(Limits(loop_steps=2)))
    with pytest.raises(LimitExceeded, match="output"):
        template.stream({"many": [1, 2, 3]}, Meter(Limits(output=2)))
    assert template.stream({"many": [1, 2, 3]}, Meter(Limits(loop_steps=3, output=3)))


def test_one_meter_counts_several_renders() -> None:
    template = compiled("{% for i in many %}{{ i }}{% endfor %}", ["many"])
    meter = Meter(Limits(loop_steps=5))
    template.stream({"many": [1, 2, 3]}, meter)
    with pytest.raises(LimitExceeded, match="loop_steps"):
        template.stream({"many": [1, 2, 3]}, meter)


def test_work_does_not_depend_on_time() -> None:
    template = compiled("{% for i in many %}{{ i|string|upper }}{% endfor %}", ["many"])
    spent = set()
    for _ in range(3):
        meter = Meter()
        template.stream({"many": list(range(100))}, meter)
        spent.add(meter.work)
    assert len(spent) == 1
