"""The stable prefix: where it ends, and what moving static parts would add."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import BudgetError, InputError, InvalidFile
from promptreg.render.stable_prefix import PrefixEnd, PrefixMessage, PrefixPart, StablePrefix, find_prefix
from promptreg.text import Location
from tests.render.worst.made_prompts import Made, load_made, made_prompts
from tests.support.registries import SUPPORT, load_files

_PLACE = Location("p.yaml", 1, 1)


def static(name: str, text: str) -> PrefixPart:
    return PrefixPart(name, text, None)


def volatile(name: str, head: str | None = "") -> PrefixPart:
    return PrefixPart(name, head, PrefixEnd(name, "prints x", ("x",), _PLACE))


def found(*messages: tuple[PrefixPart, ...]) -> StablePrefix:
    return find_prefix([PrefixMessage("user", "|", parts) for parts in messages], len)


def test_a_prompt_without_inputs_is_stable_as_a_whole() -> None:
    prefix = found((static("0.0", "abc"), static("0.1", "de")), (static("1.0", "f"),))
    assert (prefix.tokens, prefix.end, prefix.behind, prefix.moved) == (7, None, (), 7)


def test_it_ends_at_the_first_part_that_depends_on_an_input() -> None:
    prefix = found((static("0.0", "abc"), volatile("0.1", "To "), static("0.2", "tail")), (static("1.0", "f"),))
    assert (prefix.tokens, prefix.moved, prefix.behind) == (7, 12, ("0.2",))
    assert prefix.end is not None
    assert prefix.end.part == "0.1"
    assert prefix.gain == 5


def test_a_part_that_may_be_missing_takes_its_separator_along() -> None:
    prefix = found((static("0.0", "abc"), volatile("0.1", None), static("0.2", "de")))
    assert (prefix.tokens, prefix.moved) == (3, 6)


def test_only_parts_of_the_same_message_are_moved() -> None:
    prefix = found((volatile("0.0"),), (static("1.0", "long text"),))
    assert (prefix.tokens, prefix.moved, prefix.behind) == (0, 0, ())


def test_static_parts_keep_their_order_when_they_are_moved() -> None:
    prefix = found((volatile("0.0"), static("0.1", "b"), volatile("0.2"), static("0.3", "a")))
    assert prefix.behind == ("0.1", "0.3")
    assert prefix.moved == len("b|a|")


_PARTS = st.lists(
    st.one_of(
        st.text("ab", max_size=4).map(lambda text: static("0.0", text)),
        st.sampled_from([volatile("0.1"), volatile("0.1", "x"), volatile("0.1", None)]),
    ),
    max_size=5,
).map(tuple)


@given(st.lists(_PARTS, max_size=4))
def test_moving_never_loses_and_digests_tell_prefixes_apart(messages: list[tuple[PrefixPart, ...]]) -> None:
    prefix = found(*messages)
    assert prefix.moved >= prefix.tokens >= 0
    assert bool(prefix.behind) == (prefix.moved > prefix.tokens)
    is_volatile = any(part.end is not None for message in messages for part in message)
    assert (prefix.end is None) == (not is_volatile)
    if prefix.tokens:
        assert prefix.digest != found().digest


def test_a_render_says_which_input_ends_it_and_where(tmp_path: Path) -> None:
    rendered = load_files(tmp_path, SUPPORT).render("reply", {"limit": 50, "ticket": "Where is my parcel?"})
    prefix = rendered.prefix
    assert (prefix.tokens, prefix.digest) == (rendered.tokens.stable_prefix, rendered.tokens.stable_prefix_digest)
    assert prefix.end is not None
    assert (prefix.end.part, prefix.end.reason, prefix.end.inputs) == ("0.1", "prints limit", ("limit",))
    assert str(prefix.end.place) == "prompts/rules/limits.md:7:27"
    assert prefix.behind == ("0.2",)


@given(made_prompts(budgets=True), st.one_of(st.none(), st.integers(20, 400)))
def test_it_is_what_the_token_figures_say(made: Made, budget: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            rendered = load_made(Path(folder), made).render("p", made.inputs, budget=budget)
        except (InputError, BudgetError, InvalidFile):
            return
        prefix, tokens = rendered.prefix, rendered.tokens
    assert (prefix.tokens, prefix.digest) == (tokens.stable_prefix, tokens.stable_prefix_digest)


def test_the_tag_of_a_fence_is_part_of_it(tmp_path: Path) -> None:
    text = "{kind: prompt, version: 1.0.0, inputs: {x: {type: string}}, messages: [{role: user, parts: [PART]}]}"
    part = "{text: 'Say {{ x }}', fence: note}"
    rendered = load_files(tmp_path, {"p.yaml": text.replace("PART", part)}).render("p", {"x": "hello"})
    assert rendered.prefix.tokens == rendered.tokens.stable_prefix > 3


def test_empty_parts_are_not_moved() -> None:
    assert found((volatile("0.0"), static("0.1", ""), static("0.2", "a"))).behind == ("0.2",)
