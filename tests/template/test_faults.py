"""Run-time errors: named, with the place of the expression and the include chain."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from promptreg.errors import InputError, InvalidFile, LimitExceeded, PromptregError, RenderError
from promptreg.template import Binding, Limits, Meter, Template, compile_template
from tests.support.reference import Component
from tests.support.templates import body_of, compiled

VALUES: dict[str, Any] = {"d": {"subject": "x", "none": None}, "xs": [1, 2], "text": "abc", "n": 3}

FAULTS = [
    ("a\nb {{ d.subjct }}", 2, 6, 'there is no key "subjct" (did you mean "subject"?)'),
    ("{{ xs[5] }}", 1, 4, "there is no item 5: the list has 2"),
    ("{{ text.x }}", 1, 4, 'there is no item "x" in a string'),
    ("{{ d.none }}", 1, 4, "a null would be printed"),
    ("{{ n + text }}", 1, 4, '"+" takes numbers, not a string'),
    ("{{ text + text }}", 1, 4, 'join text with "~"'),
    ("{{ true + 1 }}", 1, 4, "not a boolean"),
    ("{{ n / 0 }}", 1, 4, "division by zero"),
    ("{{ n in 5 }}", 1, 4, '"in" takes a list'),
    ("{{ n[1:] }}", 1, 4, "cannot be sliced"),
    ("{{ 'a' }}{% if d.oops %}{% endif %}", 1, 16, 'there is no key "oops"'),
    ("{% if n == 1 %}{% elif d.oops %}{% endif %}", 1, 24, 'there is no key "oops"'),
    ("{% for x in n %}{% endfor %}", 1, 13, "'int' object is not iterable"),
    ("{% for x in xs if x.y %}{% endfor %}", 1, 19, 'there is no item "y"'),
    ("{% set y = d.oops ~ 1 %}", 1, 12, 'there is no key "oops"'),
    ("{% for x in xs %}{% set y = x %}{% endfor %}{{ y }}", 1, 48, '"y" is not defined here'),
    ("{% macro m() %}\n  {{ d.oops }}{% endmacro %}{{ m() }}", 2, 6, 'there is no key "oops"'),
    ("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", 1, 34, "at most 1 arguments, not 2"),
    ("{% macro m(size) %}{% endmacro %}{{ m(sise=2) }}", 1, 37, '(did you mean "size"?)'),
    ("{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}", 1, 20, "was not provided"),
    ("{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}", 1, 19, "not called by a call block"),
    ("{% macro m() %}x{% endmacro %}{% call m() %}{% endcall %}", 1, 39, "does not use its caller"),
    ("{{ xs|map('upper', 1)|list }}", 1, 4, "argument"),
    ("{{ text|truncate(1) }}", 1, 4, "a length of at least"),
    ("{{ xs|select }}", 1, 4, "not plain data"),
    ("{% filter length %}a{% endfilter %}", 1, 11, "must make text"),
    ("{{ xs|join(',') }}{{ xs|batch('a')|list }}", 1, 22, "whole number"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), FAULTS, ids=[text for text, *_ in FAULTS])
def test_fault_has_the_place_of_its_expression(text: str, line: int, column: int, message: str) -> None:
    template = compiled(text, list(VALUES))
    with pytest.raises(RenderError) as failed:
        template.stream(VALUES, Meter())
    (problem,) = failed.value.problems
    assert message in problem.message
    assert (problem.path, problem.line, problem.column) == ("prompts/x.md", line + 3, column)


COMPONENTS = {
    "inner": Component("x {{ d.oops }}", ("d",)),
    "middle": Component("\n{% include 'inner' %}", ("d",)),
    "needy": Component("{{ need }}", ("need",)),
    "outer": Component("{% include 'needy' %}"),
}


def test_fault_in_an_include_names_the_chain() -> None:
    template = compiled("a {% include 'middle' %}", ["d"], COMPONENTS)
    with pytest.raises(RenderError) as failed:
        template.stream({"d": {}}, Meter())
    (problem,) = failed.value.problems
    assert (problem.path, problem.line, problem.column) == ("prompts/inner.md", 4, 6)
    assert problem.message.endswith("; included at prompts/middle.md:5:4; included at prompts/x.md:4:6")


def test_input_error_of_an_include_says_where() -> None:
    template = compiled("{% include 'outer' %}", [], COMPONENTS)
    with pytest.raises(InputError) as failed:
        template.stream({}, Meter())
    (problem,) = failed.value.problems
    assert problem.message == "missing: need; included at prompts/outer.md:4:4; included at prompts/x.md:4:4"


def test_value_that_is_no_data_does_not_reach_an_include() -> None:
    components = {"c": Component("{{ v|list }}", ("v",))}
    template = compiled("{% set v = [1]|select %}{% include 'c' %}", [], components)
    with pytest.raises(RenderError, match="not plain data"):
        template.stream({}, Meter())


def test_tuple_reaches_an_include_as_a_list() -> None:
    components = {"c": Component("{{ v }}", ("v",))}
    template = compiled("{% set v = (1, (2, 3)) %}{% include 'c' %}", [], components)
    assert "".join(template.stream({}, Meter())) == "[1, [2, 3]]"


def test_limit_in_an_include_keeps_its_name() -> None:
    template = compiled("{% include 'c' %}", ["xs"], {"c": Component("{% for x in xs %}{% endfor %}", ("xs",))})
    with pytest.raises(LimitExceeded) as failed:
        template.stream({"xs": [1, 2, 3]}, Meter(Limits(loop_steps=2)))
    assert (failed.value.limit, failed.value.allowed) == ("loop_steps", 2)
    assert failed.value.problems[0].path == "prompts/c.md"


def test_deep_recursion_is_an_error_of_the_template() -> None:
    components = {"c0": Component("end")}
    macros = "".join(f"{{% macro m{n}() %}}{{{{ m{n + 1}() }}}}{{% endmacro %}}" for n in range(29))
    for number in range(1, 31):
        inner = f"{{% macro m29() %}}{{% include 'c{number - 1}' %}}{{% endmacro %}}"
        components[f"c{number}"] = Component(f"{macros}{inner}{{{{ m0() }}}}")
    template = compiled("{% include 'c30' %}", [], components)
    with pytest.raises(RenderError, match="nested too deeply"):
        template.stream({}, Meter())


def test_broken_include_is_reported_as_it_is() -> None:
    class Broken:
        inputs = ()
        label = "broken"
        defaults: ClassVar[dict[str, Binding]] = {}

        def bind(self, found: dict[str, Any]) -> dict[str, Any]:
            return found

        @property
        def template(self) -> Template:
            raise InvalidFile.at("cannot be read", path="prompts/broken.md", line=1, column=1)

    body = body_of("{% include 'b' %}")
    template = compile_template(body, name="x", inputs=[], includes={"b": Broken()}, bullets=False)
    with pytest.raises(InvalidFile) as failed:
        template.stream({}, Meter())
    assert str(failed.value) == "prompts/broken.md:1:1: cannot be read"
    assert failed.value.__cause__ is None


def test_only_our_errors_leave_the_engine() -> None:
    for text, *_ in FAULTS:
        with pytest.raises(PromptregError) as failed:
            compiled(text, list(VALUES)).stream(VALUES, Meter())
        assert failed.value.__cause__ is not None
