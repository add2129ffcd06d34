"""Which bounds bodies get, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from promptreg.template.bounds import gap_of, outline_of, shape_of
from promptreg.text import Location
from tests.support.reference import Component
from tests.support.templates import compiled
from tests.template.bounds.test_laws import bind, bound_of, ceiling

PLACE = Location("prompts/p.yaml", 3, 3)
SHORT = {"type": "string", "maxLength": 10}
LONG = {"type": "string"}
SCHEMAS: Mapping[str, Any] = {
    "short": SHORT,
    "long": LONG,
    "rows": {"type": "array", "items": SHORT, "maxItems": 3},
    "many": {"type": "array", "items": SHORT},
    "order": {"type": "object", "properties": {"id": SHORT, "note": LONG}, "additionalProperties": False},
    "open": {"type": "object", "properties": {"id": SHORT}},
    "kind": {"type": "string", "enum": ["a", "bb"]},
    "size": {"type": "integer", "minimum": 0, "maximum": 999},
    "price": {"type": "number", "minimum": 0},
}


def bytes_of(body: str, components: Mapping[str, Component] | None = None) -> int | None:
    return bound_of(compiled(body, list(SCHEMAS), components), SCHEMAS).bytes


def lacks_of(body: str) -> list[str]:
    """What the bound of a body says is not declared."""
    template = compiled(body, list(SCHEMAS))
    shapes = {name: shape_of(schema, name, PLACE) for name, schema in SCHEMAS.items()}
    gap = gap_of(outline_of(template.body, template.includes, shapes, ceiling(), bind), ceiling())
    return [str(lack) for share in gap.shares for lack in share.lacks]


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("", 0),
        ("Hello.", 6),
        ("{{ short }}", 40),
        ("{{ short }}-{{ short }}", 81),
        ("{{ kind }}", 2),
        ("{{ size }}", 3),
        ("{{ size - 1000 }}", 5),
        ("{{ size * size }}", 6),
        ("{{ price }}", 1235),
        ("{{ size / 3 }}", 24),
        ("{{ 'abc' if short else 'a' }}", 3),
        ("{% if short %}abc{% elif kind %}abcde{% else %}a{% endif %}", 5),
        ("{% for row in rows %}{{ row }},{% endfor %}", 123),
        ("{% for row in rows %}{{ loop.index }}{% else %}nothing{% endfor %}", 7),
        ("{% for row in many[:2] %}{{ row }}{% endfor %}", 80),
        ("{% for row in rows if row %}x{% endfor %}", 3),
        ("{{ rows | join(', ') }}", 126),
        ("{{ order.id }}", 40),
        ("{{ order['id'][:2] }}", 8),
        ("{% set a = short %}{{ a }}", 40),
        ("{% set a = 'x' %}{% set a = a ~ 'yz' %}{{ a }}", 3),
        ("{% set a %}<{{ short }}>{% endset %}{{ a }}{{ a }}", 84),
        ("{% filter upper %}{{ kind }}!{% endfilter %}", 9),
        ("{% with a = kind, b = 'x' %}{{ a ~ b }}{% endwith %}", 3),
        ("{% macro m(a, b='--') %}{{ a }}{{ b }}{% endmacro %}{{ m(kind) }}{{ m('x', '') }}", 5),
        ("{% macro m() %}({{ caller('abc') }}){% endmacro %}{% call(x) m() %}{{ x }}!{% endcall %}", 6),
        ("{% raw %}{{ long }}{% endraw %}", 10),
        ("{% for k, v in order.id | list | batch(2) | list %}{{ k }}{% endfor %}", 80),
        ("{% for row in rows %}{% for row in row %}{{ row }}{% endfor %}{% endfor %}", 480),
    ],
)
def test_a_body_has_the_size_of_its_largest_text(body: str, size: int) -> None:
    assert bytes_of(body) == size


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        ("{{ long }}", ["long has no max_tokens or maxLength"]),
        ("{{ long | upper }}", ["long has no max_tokens or maxLength"]),
        ("{{ order.note }}", ["order.note has no maxLength"]),
        ("{% for row in many %}{{ row }}{% endfor %}", ["many has no maxItems"]),
        ("{{ many | join }}", ["many has no maxItems"]),
        ("{{ open }}", ["open has no properties for all its keys"]),
        ("{{ open.other }}", ["open has no properties for all its keys"]),
        ("{% set a = long %}{% if a %}{{ a }}{% endif %}", ["long has no max_tokens or maxLength"]),
        ("{{ price }}", ["price has no maximum"]),
        ("{% if long %}{% for row in many %}{% endfor %}{% endif %}{{ long | length }}", []),
        ("{{ long[:9] }}{{ long | truncate(8) }}{{ long is defined }}{{ many | length }}", []),
    ],
)
def test_what_is_not_declared_is_named(body: str, lacks: list[str]) -> None:
    assert lacks_of(body) == lacks


def test_an_include_is_limited_by_what_it_is_given() -> None:
    components = {"c": Component("[{{ short }}{{ extra }}]", ("short", "extra"), {"extra": "!"})}
    assert bytes_of('{% include "c" %}', components) == 43
    assert bytes_of("{% set short = 'ab' %}{% include \"c\" %}", components) == 43
    assert bytes_of('{% for extra in rows %}{% include "c" %}{% endfor %}', components) == 3 * 82


def test_text_that_no_input_changes_is_counted_exactly() -> None:
    body = "Never promise more than 50 EUR.\n\n- Be kind.\n- {{ 'Offer' }} a colleague.\n"
    template = compiled(body, [])
    text = "Never promise more than 50 EUR.\n\n- Be kind.\n- Offer a colleague.\n"
    assert bound_of(template, {}).tokens == ceiling().measure.counter.count(text)


def chained(first: str, step: str, last: str) -> str:
    """A body of forty steps, each of which may name the one before as OLD and itself as NEW."""
    steps = [step.replace("OLD", str(number - 1)).replace("NEW", str(number)) for number in range(1, 40)]
    return first + "".join(steps) + last


INVOLVED = {
    "macros": "{% macro m0() %}x{% endmacro %}"
    + "".join(f"{{% macro m{n}() %}}{{{{ m{n - 1}() }}}}{{{{ m{n - 1}() }}}}{{% endmacro %}}" for n in range(1, 30))
    + "{{ m29() }}",
    "lists": chained("{% set a0 = [short] %}", "{% set aNEW = [aOLD, aOLD] %}", "{{ a39 }}"),
    "two lists": chained(
        "{% set a0 = [short] %}{% set b0 = [1] %}",
        "{% set aNEW = [aOLD, bOLD] %}{% set bNEW = [bOLD, aOLD] %}",
        "{% for x in a39 %}{{ x }}{% endfor %}",
    ),
    "mappings": chained("{% set a0 = {} %}", "{% set aNEW = {'a': aOLD, 'b': aOLD} %}", "{{ a39 }}"),
    "each other": "".join(
        f"{{% set a{one} = {' ~ '.join(f'a{other}' for other in range(20) if other != one)} %}}" for one in range(20)
    )
    + "{{ a3 }}",
    "one after the other": "{% set a = a ~ 'x' %}" * 200 + "{{ a }}",
    "deep": "{% macro m0() %}x{% endmacro %}"
    + "".join(
        f"{{% macro m{n}() %}}{'{% if short %}' * 19}{{{{ m{n - 1}() }}}}{'{% endif %}' * 19}{{% endmacro %}}"
        for n in range(1, 30)
    )
    + "{{ m29() }}",
}


@pytest.mark.parametrize("kind", INVOLVED)
def test_what_would_take_for_ever_has_no_limit(kind: str) -> None:
    gap = bound_of(compiled(INVOLVED[kind], [*SCHEMAS, "a"]), {**SCHEMAS, "a": SHORT})
    assert gap.tokens is None
    assert "as involved as this" in str(gap.lacks[0]) or "holds others this often" in str(gap.lacks[0])


@pytest.mark.parametrize(
    "body",
    [
        chained("{% set a0 = size %}", "{% set aNEW = aOLD * aOLD %}", "{{ a30 }}"),
        "{{ " + " ~ ".join(["kind"] * 500) + " }}",
        "{{ rows" + " | batch(2)" * 40 + " | list }}",
        "{{ kind" + " | replace('', 'xx')" * 40 + " }}",
    ],
)
def test_what_only_grows_has_a_limit_of_any_size(body: str) -> None:
    assert bound_of(compiled(body, list(SCHEMAS)), SCHEMAS).tokens is not None


def test_a_share_names_its_expression_and_place() -> None:
    template = compiled("Dear {{ short }},\n{% for row in rows %}{{ row }}{% endfor %}", list(SCHEMAS))
    shares = bound_of(template, SCHEMAS).shares
    assert [(share.expression, share.tokens, share.times) for share in shares] == [("short", 40, 1), ("row", 120, 3)]
    assert [str(share.place) for share in shares] == ["prompts/x.md:4:9", "prompts/x.md:5:25"]
