"""What the dialect refuses, where it points, and what it suggests; and the nearest thing that it accepts."""

from __future__ import annotations

import pytest
from jinja2.filters import FILTERS as STOCK_FILTERS
from jinja2.tests import TESTS as STOCK_TESTS

from promptreg.errors import TemplateInvalid
from promptreg.template import Meter, compile_expression, compile_template
from promptreg.template.list_filters import FILTERS
from promptreg.template.tests import TESTS
from promptreg.template.words import ALLOWED_FILTERS, ALLOWED_TESTS, REFUSED_FILTERS, REFUSED_TESTS
from promptreg.text import Source, TextMap
from tests.support.reference import Component
from tests.support.templates import body_of, compiled

REFUSED = [
    ("{{ nme }}", 1, 4, 'undefined variable "nme" (did you mean "name"?)'),
    ("ab\n  {{ name.x + oops }}", 2, 15, 'undefined variable "oops": declare it under "inputs"'),
    ("{% if name == null %}{% endif %}", 1, 15, '(did you mean "none"?)'),
    ("{{ len(name) }}", 1, 4, 'use the filter "length"'),
    ("{{ trim(name) }}", 1, 4, 'use the filter "trim"'),
    ("{% if name %}{% elsif name %}{% endif %}", 1, 17, '(did you mean "elif"?)'),
    ("{% if name && name %}{% endif %}", 1, 12, 'write "and"'),
    ("{% if name || name %}{% endif %}", 1, 13, 'write "or"'),
    ("{% if !name %}{% endif %}", 1, 7, 'write "not"'),
    ("{% if name = 'a' %}{% endif %}", 1, 12, 'write "=="'),
    ("{{ name ? 'a' : 'b' }}", 1, 9, 'write "a if condition else b"'),
    ("{{ $name }}", 1, 4, "without it"),
    ("{{ name == “a” }}", 1, 12, "straight quotes"),
    ("{{ {'a'=name} }}", 1, 8, '"=" stands where ":" is expected'),
    ("{{ name|uper }}", 1, 9, 'unknown filter "uper" (did you mean "upper"?)'),
    ("{{ name is oddd }}", 1, 12, 'unknown test "oddd" (did you mean "odd"?)'),
    ("{{ name|attr('x') }}", 1, 9, "Python attributes are out of reach"),
    ("{{ name|random }}", 1, 9, "same bytes"),
    ("{{ name is sameas 1 }}", 1, 12, '"=="'),
    ("{{ name.strip() }}", 1, 4, 'the filter "trim"'),
    ("{{ range(3) }}", 1, 4, "a loop over a list"),
    ("{{ helo() }}{% macro hello() %}{% endmacro %}", 1, 4, '(did you mean "hello"?)'),
    ("{{ name._x }}", 1, 8, '["_x"]'),
    ("{{ 2 ** 3 }}", 1, 4, '"**" is not part of the dialect'),
    ("{% do name %}", 1, 4, "use set"),
    ("{% endfro %}", 1, 4, 'unknown tag "endfro" (did you mean "endfor"?)'),
    ("{% block x %}{% endblock %}", 1, 4, "include"),
    ("{% extends 'x' %}", 1, 4, "include"),
    ("{% for x in name recursive %}{% endfor %}", 1, 4, "recursive"),
    ("{{ loop.index }}", 1, 4, "inside a for block"),
    ("{% for x in name if loop.first %}{% endfor %}", 1, 21, "inside a for block"),
    ("{% for x in name %}{% else %}{{ loop.index }}{% endfor %}", 1, 33, "inside a for block"),
    ("{% for x in name %}{{ loop.indx }}{% endfor %}", 1, 27, '(did you mean "index"?)'),
    ("{% for x in name %}{{ loop.cycle }}{% endfor %}", 1, 23, "must be called"),
    ("{% set ns.x = 1 %}", 1, 8, "a variable of its own"),
    ("{% macro m() %}{{ m() }}{% endmacro %}", 1, 4, 'the macro "m" calls itself'),
    ("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}", 1, 4, "calls itself"),
    ("{% macro m() %}{% endmacro %}{% macro m() %}{% endmacro %}", 1, 33, "defined twice"),
    ("{% macro name() %}{% endmacro %}", 1, 4, "the name of an input"),
    ("{% macro m() %}{% endmacro %}{{ m }}", 1, 33, "can only be called"),
    ("{{ caller() }}", 1, 4, "only known inside a macro"),
    ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ caller() }}{% endcall %}", 1, 61, "inside a macro"),
    ("{% call name() %}{% endcall %}", 1, 4, "calls a macro"),
    ("{% include name %}", 1, 4, "must name a component"),
    ("{% include 'cc' %}", 1, 12, '(did you mean "c"?)'),
    ("{% include 'c' ignore missing %}", 1, 4, "ignore missing"),
    ("{% include 'c' with context %}", 1, 4, "declare inputs"),
    ("{{ none }}", 1, 4, "a null cannot be printed"),
    ("{% print name %}", 1, 4, "write {{ … }}"),
    ("{{ name|map(name)|list }}", 1, 9, "as a literal"),
    ("{{ name|select('oddd')|list }}", 1, 16, 'unknown test "oddd"'),
    ("{% if name %}", 1, 12, 'the block "if" is never closed'),
    ("{{ name", 1, 4, "the text ends before"),
    ("{{ name }", 1, 9, '"}" is not expected here'),
    ("a {# b", 1, 5, 'a comment is never closed: "#}" is missing'),
    ("{{ 'a }}", 1, 4, "begins here and is never closed"),
    ('{{ "a }}', 1, 4, "begins here and is never closed"),
    ("{{ name @ 1 }}", 1, 9, 'the character "@" has no meaning here'),
    ("{{ a[1:2, 3] }}{% set a = 1 %}", 1, 4, "one range"),
    ("{% set loop = 1 %}", 1, 8, "reserved name"),
    ("{% for self in name %}{% endfor %}", 1, 8, "reserved name"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_refusal_has_a_place_and_advice(text: str, line: int, column: int, message: str) -> None:
    source = Source("prompts/x.md", text)
    includes = {"c": None}
    with pytest.raises(TemplateInvalid) as refused:
        compile_template(
            TextMap.of_slice(source, 0, len(text)),
            name="x",
            inputs=["name"],
            includes=includes,  # type: ignore[arg-type]
            bullets=False,
        )
    found = [(p.path, p.line, p.column) for p in refused.value.problems if message in str(p)]
    assert found, str(refused.value)
    assert found[0] == ("prompts/x.md", line, column)


ACCEPTED = [
    ("{{ name }}", "n"),
    ("{{ name['_x']|default('d') }}", "d"),
    ("{% for x in 'ab' %}{{ loop.index }}{{ x }}{% endfor %}", "1a2b"),
    ("{% for x in 'ab' %}{{ loop.cycle('o', 'e') }}{% endfor %}", "oe"),
    ("{% for x in 'aab' %}{{ loop.changed(x) }}{% endfor %}", "TrueFalseTrue"),
    ("{% macro m(x, y=1) %}{{ x }}{{ y }}{% endmacro %}{{ m('a') }}{{ m('b', y=2) }}", "a1b2"),
    ("{% macro m() %}[{{ caller('x') }}]{% endmacro %}{% call(v) m() %}{{ v }}{% endcall %}", "[x]"),
    ("{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
    ("{{ 7 // 2 }}{{ 7 / 2 }}{{ 7 % 4 }}{{ -7 + 2 }}{{ +1 }}", "33.53-51"),
    ("{{ name ~ 1 ~ true }}", "n1True"),
    ("{{ 'abc'[::-1] }}{{ [1, 2, 3][1:] }}", "cba[2, 3]"),
    ("{{ 1 < 3 < 2 }}{{ 3 > 2 > 1 }}{{ 2 > 1 == 1 != 5 }}", "FalseTrueTrue"),
    ("{{ 1 < 2 < 3 }}{{ 1 in [1, 2] }}{{ 'x' not in 'abc' }}", "TrueTrueTrue"),
    ("{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12"),
    ("{% with a = 1 %}{{ a }}{% endwith %}", "1"),
    ("{% filter upper|trim %} a {% endfilter %}", "A"),
    ("{% set x | upper %}a{% endset %}{{ x }}", "A"),
    ("{{ 'a' if false }}", ""),
    ("{% macro class(def=1) %}{{ def }}{% endmacro %}{{ class(def=2) }}", "2"),
    ("{% include 'c' %}", "C"),
    ("{{- name -}}", "n"),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED, ids=[text for text, _ in ACCEPTED])
def test_accepted(text: str, expected: str) -> None:
    template = compiled(text, ["name"], {"c": Component("C")})
    assert "".join(template.stream({"name": "n"}, Meter())) == expected


def test_five_mistakes_are_five_problems() -> None:
    text = "{{ a }}\n{{ name|uper }}\n{{ name is oddd }}\n{{ name.strip() }}\n{{ name._x }}\n"
    with pytest.raises(TemplateInvalid) as refused:
        compiled(text, ["name"])
    assert [problem.line for problem in refused.value.problems] == [4, 5, 6, 7, 8]


def test_unknown_tags_are_all_named() -> None:
    with pytest.raises(TemplateInvalid) as refused:
        compiled("{% do x %}\n{% fro x in y %}\n{% break %}", [])
    assert [problem.line for problem in refused.value.problems] == [4, 5, 6]


def test_reserved_inputs_are_refused() -> None:
    with pytest.raises(TemplateInvalid, match='reserved name "loop"'):
        compiled("x", ["loop"])


def test_places_in_crlf_files_are_those_of_the_file() -> None:
    with pytest.raises(TemplateInvalid) as refused:
        compile_template(body_of("a\nb {{ oops }}\n", crlf=True), name="x", inputs=[], includes={}, bullets=False)
    problem = refused.value.problems[0]
    assert (problem.line, problem.column) == (5, 6)


def test_lone_carriage_return_is_refused() -> None:
    source = Source("x.yaml", "text: whatever")
    with pytest.raises(TemplateInvalid, match="carriage return"):
        compile_template(TextMap.whole(source, "a\rb", 6, 14), name="x", inputs=[], includes={}, bullets=False)


def test_the_tables_name_what_there_is() -> None:
    assert set(ALLOWED_FILTERS) == set(FILTERS)
    assert set(ALLOWED_TESTS) == set(TESTS)
    assert set(STOCK_FILTERS) == {*ALLOWED_FILTERS, *REFUSED_FILTERS}
    assert set(STOCK_TESTS) == {*ALLOWED_TESTS, *REFUSED_TESTS}


def _expression(text: str, *names: str) -> object:
    source = Source("p.yaml", text)
    return compile_expression(TextMap.of_slice(source, 0, len(text)), name="when", names=names)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("max_amount > 0", {"max_amount": 5}, True),
        ("not internal", {"internal": True}, False),
        ("output.amount <= max_amount and output.kind in ['a', 'b']", {"output": {"amount": 1, "kind": "a"}}, True),
        ("tags|length > 1 or 'x' in tags", {"tags": ["x"]}, True),
        ("x is defined", {"x": {}}, True),
        ("  (1 if x.a else 2)  ", {"x": {"a": 0}}, 2),
    ],
)
def test_expression_has_a_value(text: str, values: dict[str, object], expected: object) -> None:
    values = {"max_amount": 9, **values}
    expression = _expression(text, *values)
    assert expression.value(values, Meter()) == expected  # type: ignore[attr-defined]


def test_expression_tells_what_it_reads() -> None:
    expression = _expression("a.b > 0 and (c if d.e else 1)", "a", "c", "d")
    assert expression.reads == {("a", "b"), ("c",), ("d", "e")}  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "a b", "a }}", "{% if a %}", "a)", "a = 1", "m()", "loop.index", "b", "{{ a }}"])
def test_bad_expression_is_refused(text: str) -> None:
    with pytest.raises(TemplateInvalid):
        _expression(text, "a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ a }}", 'p.yaml:1:1: an expression is written without "{{" and "}}" (did you mean "a"?)'),
        (" {{ a", 'p.yaml:1:2: an expression is written without "{{" and "}}"'),
        ("a = 1", 'p.yaml:1:3: "=" does not compare; write "=="'),
        ("a b", "p.yaml:1:3: there is more text after the end of the expression"),
    ],
)
def test_a_bad_expression_is_answered_with_a_good_one(text: str, message: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        _expression(text, "a")
    assert str(refused.value) == message
