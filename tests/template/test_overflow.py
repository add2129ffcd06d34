"""An output that is too long is told where it became so."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptreg.errors import InputError, LimitExceeded, Problem, RenderError
from promptreg.template import Limits, Meter, Template
from tests.support.reference import Component
from tests.support.strategies import Generated, templates
from tests.support.templates import compiled, rendered
from tests.template.test_laws import compile_generated

VALUES = {"a": "12345", "xs": [1, 2, 3], "d": {"e": "67890"}}


def problem_at(template: Template, limit: int) -> Problem:
    """The error of the template when only `limit` characters are allowed."""
    with pytest.raises(LimitExceeded) as stopped:
        template.stream(VALUES, Meter(Limits(output=limit)))
    assert (stopped.value.limit, stopped.value.allowed) == ("output", limit)
    (problem,) = stopped.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "limit", "line", "column"),
    [
        ("abc\ndef\n", 0, 1, 1),
        ("abc\ndef\n", 5, 2, 2),
        ("abc{{ a }}def", 3, 1, 7),
        ("abc{{ a }}def", 7, 1, 7),
        ("abc{{ a }}def", 8, 1, 11),
        ("{{- d.e -}}", 2, 1, 5),
        ("{% for x in xs %}\n{{ x }}{{ a|upper }}\n{% endfor %}", 9, 2, 11),
        ("{% for x in xs %}\n{{ x }}{{ a }}\n{% endfor %}", 7, 2, 4),
        ("{% if a %}{{ a }}{% endif %}-", 5, 1, 29),
        ("{% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(a) }}{{ a }}", 5, 1, 21),
        ("{% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(a) }}{{ a }}", 8, 1, 53),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{{ a }}{% endcall %}", 4, 1, 64),
        ("{% set s %}{{ a }}{{ a }}{% endset %}{{ s }}", 4, 1, 41),
        ("{% filter upper %}{{ a }}{% endfilter %}", 4, 1, 4),
        ("{{ '' }}{{ a }}", 0, 1, 12),
    ],
)
def test_the_place_is_what_made_the_first_character_too_many(text: str, limit: int, line: int, column: int) -> None:
    problem = problem_at(compiled(text, list(VALUES)), limit)
    assert (problem.path, problem.line, problem.column) == ("prompts/x.md", line + 3, column)


def test_an_include_is_named_with_its_chain() -> None:
    components = {
        "inner": Component("<{{ a }}>", ("a",)),
        "middle": Component("\n{% include 'inner' %}", ("a",)),
    }
    template = compiled("{% for x in xs %}{% include 'middle' %}{% endfor %}{{ a }}", list(VALUES), components)
    problem = problem_at(template, 10)
    assert (problem.path, problem.line, problem.column) == ("prompts/inner.md", 4, 5)
    assert problem.message.endswith("; included at prompts/middle.md:5:4; included at prompts/x.md:4:21")
    after = problem_at(template, 24)
    assert (after.path, after.line, after.column) == ("prompts/x.md", 4, 55)
    assert "included" not in after.message


@given(made=templates(), data=st.data())
def test_the_place_is_the_origin_of_the_character(made: Generated, data: st.DataObject) -> None:
    template = compile_generated(made)
    try:
        case = rendered(template, made.values)
    except (RenderError, InputError):
        assume(False)
    assume(case.text)
    limit = data.draw(st.integers(0, len(case.text) - 1))
    with pytest.raises(LimitExceeded) as stopped:
        template.stream(made.values, Meter(Limits(output=limit)))
    (problem,) = stopped.value.problems
    span = next(span for span in case.trace.spans if span.start <= limit < span.end)
    assume(not span.source.path.startswith("defaults/"))  # the place is the tag that printed the default
    first, last = span.source.location(span.file_start), span.source.location(span.file_end)
    assert problem.path == span.source.path
    assert first[1:] <= (problem.line, problem.column) <= last[1:]
    if span.kind == "literal" and span.exact and not made.crlf:
        assert problem[2:5] == span.source.location(span.file_start + limit - span.start)
