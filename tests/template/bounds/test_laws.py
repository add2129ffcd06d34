"""What a body prints never exceeds its bounds: on random templates of the whole dialect, and filter by filter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from promptreg.errors import InputError, RenderError, TemplateInvalid
from promptreg.template import IncludeTarget, Meter, Template
from promptreg.template.bounds import Gap, Shape, cost_of, gap_of, join, of_value, outline_of, shape_of
from promptreg.template.bounds.list_filters import FILTER_BOUNDS
from promptreg.template.words import ALLOWED_FILTERS
from promptreg.tokens import get_counter
from promptreg.tokens.ceiling import TokenCeiling
from promptreg.tokens.measure import Measure
from tests.support.strategies import INPUTS, Generated, templates
from tests.support.templates import Target, compiled

_WORD = {"type": "string", "maxLength": 12}
_ORDER = {"type": "object", "properties": {"n": _WORD, "content": _WORD, "k": _WORD}, "additionalProperties": False}
SCHEMAS: Mapping[str, Any] = {
    "title": _WORD,
    "name": _WORD,
    "count": {"type": "integer", "minimum": -3, "maximum": 12},
    "price": {"type": "number", "minimum": 0, "maximum": 20},
    "flag": {"type": "boolean"},
    "tags": {"type": "array", "items": _WORD, "maxItems": 3},
    "ticket": {
        "type": "object",
        "properties": {"subject": _WORD, "body": _WORD, "n": {"type": "integer", "minimum": 0, "maximum": 3}},
        "additionalProperties": False,
    },
    "history": {
        "type": "array",
        "maxItems": 3,
        "items": {
            "type": "object",
            "properties": {"role": _WORD, "content": _WORD, "parts": {"type": "array", "items": _WORD, "maxItems": 2}},
            "additionalProperties": False,
        },
    },
    "table": {
        "type": "object",
        "properties": {"k1": _WORD, "k2": _WORD, "zz": _WORD},
        "additionalProperties": False,
    },
}
"""What `tests.support.strategies.values` draws from."""


FEWER = settings(max_examples=max(10, settings.default.max_examples // 5))
"""For laws that are checked for many expressions."""


@cache
def ceiling(name: str = "o200k_base") -> TokenCeiling:
    return TokenCeiling(Measure(get_counter(name)))


def bind(target: IncludeTarget, found: Mapping[str, Shape]) -> Mapping[str, Shape]:
    assert isinstance(target, Target)
    defaults = {name: of_value(value) for name, value in target._values.items()}
    names = [name for name in target.inputs if name in found or name in defaults]
    return {name: join([shapes[name] for shapes in (found, defaults) if name in shapes]) for name in names}


def bound_of(template: Template, schemas: Mapping[str, Any], counter: str = "o200k_base") -> Gap:
    """The most that a template can add, as one gap."""
    shapes = {name: shape_of(schema, name, None, schema.get("x-tokens")) for name, schema in schemas.items()}
    limits = ceiling(counter)
    outline = outline_of(template.body, template.includes, shapes, limits, bind)
    gap = gap_of(outline, limits)
    whole = cost_of(outline, limits)
    assert (whole is None) == (gap.tokens is None)
    return gap if whole is None else gap._replace(tokens=whole)


def test_each_filter_of_the_dialect_has_a_bound() -> None:
    assert FILTER_BOUNDS.keys() == ALLOWED_FILTERS.keys()


@given(templates(vary_settings=False))
def test_no_render_is_larger_than_its_bound(made: Generated) -> None:
    try:
        template = compiled(made.body, list(INPUTS), made.components)
        text = "".join(template.stream(made.values, Meter()))
    except (TemplateInvalid, RenderError, InputError):
        assume(False)
    gap = bound_of(template, SCHEMAS)
    event("no limit" if gap.tokens is None else "limit")
    if gap.tokens is not None:
        assert ceiling().measure.counter.count(text) <= gap.tokens
    if gap.bytes is not None:
        assert len(text.encode()) <= gap.bytes
    assert text or gap.empty


_EDGY = st.text(st.sampled_from("aB9 \n\t.,-/<>&'\"é\u0390ŉß日😀١२\u0301\\%_\u200b"), max_size=12)
_FILTERED = """
n|abs; p|abs; n|round; p|round(2); p|round(1, "ceil"); n|round(-1); n|round(3, "floor"); t|int; t|int("none"); p|int
n|int(t); b|int; t|float; t|float("x"); n|float; t|capitalize; t|lower; t|upper; t|title; t|trim; t|trim("a"); n|trim
t|string; n|string; t|center; t|center(20); t|center(n); t|indent; t|indent(2, true); t|indent("> ", true, true)
t|indent(2, blank=true); t|replace("a", "bcd"); t|replace("", "-"); t|replace(u, u); t|replace("a", t, 1)
t|truncate(8); t|truncate(5, true); t|truncate(9, false, "!!", 2); t|truncate(8, end=u); t|wordwrap(3)
t|wordwrap(5, wrapstring="--"); t|wordcount; t|urlencode; m|urlencode; t|tojson; l|tojson; m|tojson; n|tojson
b|tojson; o|tojson; p|tojson; n|filesizeformat; n|filesizeformat(true); p|filesizeformat; t|reverse; l|reverse|join
l|reverse|list; t|length; l|length; l|count|string; t|first; l|first; l|last|default("x"); l|first|d("x", true)
l|list; l|join; l|join(", "); l|join(n); o|join("-", attribute="k"); t|join("+"); l|sort|join; l|unique|join("/")
l|map("upper")|join(" "); l|map("join", "-")|join; o|map(attribute="n")|join; o|map(attribute="n.z", default="q")|join
l|select|join; l|select("ne", "a")|join; l|reject("eq", "a")|join; o|selectattr("n")|map(attribute="k")|join
o|rejectattr("n")|list|length; l|batch(2)|list; l|batch(3)|map("join")|join; l|batch(2, "x")|map("join")|join("|")
l|slice(2)|list; l|slice(2, "x")|map("join")|join; m|dictsort|list; m|items|list; m|dictsort|map("last")|join
m|dictsort|map("join", "=")|join("&"); l|max; l|min|d(""); w|sum; w|sum(start=5); o|sum("content", 0.5)|string
o|groupby("n")|list; o|groupby("k", "none")|map("first")|join; w|map("string")|join(","); m|list|join; m|string
l|string; o|string; w|min|string; t|default(u); z|default("none", true); t|list|length
t|upper|lower|trim|replace("ss", "s")|truncate(6); l|join|upper; l|first|d("")|upper; b|string|upper; t|trim|indent(3)
"""
_WIDE = [word.strip() for line in _FILTERED.strip().splitlines() for word in line.split("; ")]
_ASCII = [{"t": "s", "l": "a", "w": "v"}[word[0]] + word[1:] for word in _WIDE if word[:2] in ("t|", "l|", "w|")]
_FILTER_SCHEMAS: Mapping[str, Any] = {
    "t": {"type": "string", "maxLength": 12},
    "s": {"type": "string", "pattern": "^[ -~\\n]{0,12}\\Z"},
    "u": {"type": "string", "maxLength": 4},
    "n": {"type": "integer", "minimum": -500, "maximum": 1200},
    "p": {"type": "number"},
    "b": {"type": "boolean"},
    "z": {"type": "null"},
    "l": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 4},
    "a": {"type": "array", "items": {"type": "string", "pattern": "^[ -~]{0,12}\\Z"}, "maxItems": 4},
    "v": {"type": "array", "items": {"type": "integer", "minimum": -9, "maximum": 30}, "maxItems": 4},
    "w": {"type": "array", "items": {"type": "number", "minimum": -9, "maximum": 30}, "maxItems": 4},
    "o": {"type": "array", "items": _ORDER, "maxItems": 3},
    "m": {"type": "object", "properties": {"k": _WORD, "é": _WORD}, "additionalProperties": False},
}
_edgy_order = st.fixed_dictionaries({}, optional={"n": _EDGY, "content": _EDGY, "k": _EDGY})
_filter_values = st.fixed_dictionaries(
    {
        "t": st.one_of(_EDGY, st.text(max_size=12), st.sampled_from(["1e300", "-1e308", "  a  ", "\u0390" * 12])),
        "s": st.one_of(
            st.text(st.characters(max_codepoint=127), max_size=12),
            st.text("aB <&'\n", max_size=12),
            st.just("aaaaaaaaaaaa"),
        ),
        "u": st.text(max_size=4),
        "n": st.integers(-500, 1200),
        "p": st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**4095), 2**4095)),
        "b": st.booleans(),
        "z": st.none(),
        "l": st.lists(_EDGY, max_size=4),
        "a": st.one_of(st.lists(st.text("aB <&'", max_size=12), max_size=4), st.just(["<" * 12] * 4)),
        "v": st.one_of(st.lists(st.integers(-9, 30), max_size=4), st.sampled_from([[30] * 4, [-9] * 4])),
        "w": st.lists(st.one_of(st.integers(-9, 30), st.floats(-9, 30)), max_size=4),
        "o": st.lists(_edgy_order, max_size=3),
        "m": st.fixed_dictionaries({}, optional={"k": _EDGY, "é": _EDGY}),
    }
)


@pytest.mark.parametrize("expression", [*_WIDE, *_ASCII])
def test_no_filter_makes_more_than_its_bound(expression: str) -> None:
    template = compiled(f"{{{{ {expression} }}}}", list(_FILTER_SCHEMAS))
    gap = bound_of(template, _FILTER_SCHEMAS)
    assert gap.tokens is not None
    assert gap.bytes is not None
    printed = 0

    @FEWER
    @given(_filter_values)
    def check(values: dict[str, Any]) -> None:
        nonlocal printed
        try:
            text = "".join(template.stream(values, Meter()))
        except RenderError:
            return
        printed += 1
        assert len(text.encode()) <= (gap.bytes or 0)
        assert ceiling().measure.counter.count(text) <= (gap.tokens or 0)

    check()
    assert printed


_TOKENS = {"t": {"type": "string", "x-tokens": 30}, "l": {"type": "array", "items": _WORD, "maxItems": 4}}
_IN_TOKENS = [
    "{{ t }}",
    "Ticket: {{ t }}!",
    "{{ t }}{{ t }}",
    "7{{ t }}8",
    "{% for x in l %}{{ t }}{% endfor %}",
    "{% if t %}{{ t }}{% else %}none{% endif %}{{ t }}",
    "{{ t | trim }}",
    "a{{ t | indent(4) }}",
    "{{ t | truncate(20) }}",
    "{{ t ~ t }}",
    "{% set t2 = t | trim %}{{ t2 }}{% set t2 = t2 ~ '.' %}{{ t2 }}",
    "{% filter trim %} {{ t }} {% endfilter %}x",
    "{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(t) }}{{ m(a=t) ~ '!' }}",
]


@pytest.mark.parametrize("body", _IN_TOKENS)
@pytest.mark.parametrize("counter", ["o200k_base", "cl100k_base"])
def test_limits_in_tokens_hold_where_only_tokens_are_declared(body: str, counter: str) -> None:
    template = compiled(body, list(_TOKENS))
    gap = bound_of(template, _TOKENS, counter)
    assert gap.tokens is not None
    measure = ceiling(counter).measure
    letters = st.sampled_from("ab AB\n/.,0123456789०१२३٠١٢٣日本é😀\u0301-_'s")
    words = st.sampled_from(
        ["TouchUpInside", "webElement", " Divulgação", "३२०", "     ", "\n\n", "://", "don't", "的是"]
    )
    texts = st.one_of(st.text(letters, max_size=60), st.lists(st.one_of(words, letters), max_size=20).map("".join))

    @FEWER
    @given(texts, st.lists(_EDGY, max_size=4))
    @example("३२०" * 30, [])
    def check(text: str, rows: list[str]) -> None:
        while measure.count(text) > 30:
            text = text[: len(text) * 9 // 10]
        printed = "".join(template.stream({"t": text, "l": rows}, Meter()))
        assert measure.count(printed) <= (gap.tokens or 0)

    check()
