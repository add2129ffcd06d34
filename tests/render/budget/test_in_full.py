"""What surely fits is not counted before somebody asks, and comes out as if it had been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import promptreg
from promptreg.render.budget import in_full
from promptreg.render.budget.allowance import Allowance
from promptreg.render.ledger import content_texts
from promptreg.render.rendered import Rendered, _message
from promptreg.tokens import profile_for
from promptreg.tokens.counter import Bounds
from promptreg.tokens.lazy_counter import LazyCounter
from promptreg.tokens.measure import Measure
from promptreg.tokens.profile import NO_OVERHEAD
from tests.support.budgeted import FILES, INPUTS, inputs
from tests.support.registries import load_files

SHIPPED = Path(__file__).parents[3] / "prompts"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> promptreg.Registry:
    return load_files(tmp_path_factory.mktemp("in-full"), FILES)


def _planned(registry: promptreg.Registry, **wish: Any) -> Rendered:
    """The same render, planned at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_full, "surely_fits", lambda *_: False)
        return registry.render("p", **wish)


@settings(max_examples=100)
@given(inputs(), st.integers(0, 400))
def test_a_render_that_surely_fits_is_the_one_that_is_planned(
    registry: promptreg.Registry, values: dict[str, Any], spare: int
) -> None:
    full = _planned(registry, inputs=values, budget=1_000_000)
    budget = full.tokens.total + 20 + spare
    found, expected = registry.render("p", values, budget=budget), _planned(registry, inputs=values, budget=budget)
    event(f"surely fits: {found.is_unshortened}")
    assert found.messages == expected.messages
    assert found.segments == expected.segments
    assert found.dropped == expected.dropped == ()
    assert found.record() == expected.record()
    assert found.document() == expected.document()
    assert found.recount() == found.tokens.total


@settings(max_examples=100)
@given(inputs(), st.integers(1, 3000))
def test_nothing_that_a_budget_changes_surely_fits(
    registry: promptreg.Registry, values: dict[str, Any], budget: int
) -> None:
    try:
        expected = _planned(registry, inputs=values, budget=20 + budget)
    except promptreg.BudgetError:
        with pytest.raises(promptreg.BudgetError):
            registry.render("p", values, budget=20 + budget)
        return
    found = registry.render("p", values, budget=20 + budget)
    assert found.messages == expected.messages
    if any(row.state in ("shortened", "dropped") for row in expected.parts):
        event("pressed")
        assert not found.is_unshortened


@pytest.mark.parametrize(("where", "limit"), [("ticket", 200), ("history", 150), ("docs", 60)])
def test_limits_of_parts_are_kept(tmp_path: Path, where: str, limit: int) -> None:
    text = {
        "ticket": "budget: {truncate: end, min_tokens: 12}",
        "history": "budget: {priority: 20, drop: oldest, truncate: end}",
        "docs": "budget: {priority: 30, truncate: middle, min_tokens: 12, min_items: 0}",
    }[where]
    own = FILES["p.yaml"].replace(text, f"{text[:-1]}, max_tokens: {limit}}}")
    assert own != FILES["p.yaml"]
    registry = load_files(tmp_path, {**FILES, "p.yaml": own})
    long = {
        **INPUTS,
        "ticket": "Where is my parcel? " * 60,
        "docs": INPUTS["docs"] * 6,
        "history": INPUTS["history"] * 4,
    }
    short = {**INPUTS, "ticket": "Where?", "docs": [], "history": INPUTS["history"][:1]}
    pressed = registry.render("p", long, budget=100_000)
    assert not pressed.is_unshortened
    assert [row.state for row in pressed.parts].count("shortened") == 1
    assert registry.render("p", short, budget=100_000).is_unshortened


def test_a_tokenizer_is_loaded_for_no_render_that_surely_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(tmp_path / "cache"))
    before = load_files(tmp_path / "own", FILES)
    before.render("p", INPUTS).document()
    before.save_counts()

    def refuse(counter: LazyCounter) -> None:
        raise AssertionError(f"{counter.id} was loaded")

    monkeypatch.setattr(LazyCounter, "load", refuse)
    rendered = load_files(tmp_path / "again", FILES).render("p", INPUTS)
    assert rendered.is_unshortened
    assert rendered.text
    assert rendered.segments
    with pytest.raises(AssertionError, match="was loaded"):
        rendered.tokens  # noqa: B018 - counts the values


def test_a_counter_that_promises_nothing_is_asked(registry: promptreg.Registry) -> None:
    rendered = registry.render("p", INPUTS, counter="approximate", budget=100_000)
    assert not rendered.is_unshortened


def test_nearly_all_shipped_samples_surely_fit() -> None:
    registry = promptreg.load(SHIPPED)
    found = {
        (item.name, sample): registry.render(item.name, sample=sample).is_unshortened
        for item in registry.items()
        if item.kind == "prompt"
        for sample in registry.samples(item.name)
    }
    assert sum(found.values()) >= len(found) - 2, found


class Bytes:
    """A counter with a token for each byte, which may be cut between any two characters: the bound is then exact."""

    id = "bytes"
    kind = "exact"
    has_whole_bytes = True

    @property
    def seam_rule(self) -> Bytes:
        return self

    def count(self, text: str) -> int:
        return len(text.encode("utf-8", "surrogatepass"))

    def bounds(self, text: str) -> Bounds:
        return Bounds(self.count(text), self.count(text))

    def first(self, text: str) -> int | None:
        return 1 if len(text) > 1 else None

    def last(self, text: str) -> int | None:
        return len(text) - 1 if len(text) > 1 else None

    def cuts(self, left: str, right: str) -> bool:
        return True


@settings(max_examples=50)
@given(inputs(), st.sampled_from([None, "openai/gpt-4.1"]))
def test_the_bound_counts_every_byte_once(
    registry: promptreg.Registry, values: dict[str, Any], model: str | None
) -> None:
    composed = _planned(registry, inputs=values, budget=1_000_000)._composed  # what is looked at before there is a plan
    counter, profile = Bytes(), profile_for(model)
    sent = [_message(one) for one in composed if one.sent]
    around = profile.overhead(sent, counter) if profile else NO_OVERHEAD
    texts = sum(counter.count(text) for message in sent for text in content_texts(message["content"]))
    total = texts + around.messages + around.reply
    # one separator behind each part, also behind the last one: the bound is that much above
    spare = sum(counter.count(one.declared.separator) for one in composed if one.sent and one.parts)

    def fits(limit: int) -> bool:
        return in_full.surely_fits(composed, Measure(counter), profile, Allowance(limit, 0, "pack", False))

    assert fits(total + spare)
    assert not fits(total + spare - 1)
