"""Origins by example: what each kind of construct gives, and its nearest neighbour."""

from __future__ import annotations

from typing import Any

import pytest

from promptreg.template import Bound, Computed, Fixed, Meter, Span
from promptreg.text import Piece, Source, TextMap
from tests.support.reference import Component
from tests.support.templates import Case, compiled, rendered, value_at

VALUES: dict[str, Any] = {
    "name": "Ada",
    "ticket": {"subject": "Lost", "lines": ["a", "b"]},
    "history": [{"content": "hi", "role": "user"}, {"content": "yo", "role": "bot"}],
    "flag": True,
    "table": {"k": "v"},
}


def case_of(text: str, components: dict[str, Component] | None = None) -> Case:
    return rendered(compiled(text, list(VALUES), components), VALUES)


def only(text: str, shown: str, components: dict[str, Component] | None = None) -> Span:
    """The one span that shows this text."""
    (span,) = [span for piece, span in case_of(text, components).span_texts() if piece == shown]
    return span


@pytest.mark.parametrize(
    ("text", "shown", "path"),
    [
        ("{{ name }}", "Ada", ("name",)),
        ("{{ ticket.subject }}", "Lost", ("ticket", "subject")),
        ("{{ ticket['lines'][1] }}", "b", ("ticket", "lines", 1)),
        ("{{ ticket.lines[-1] }}", "b", ("ticket", "lines", -1)),
        ("{{ ticket.lines.0 }}", "a", ("ticket", "lines", 0)),
        ("{{ flag }}", "True", ("flag",)),
        ("{{ ticket.lines }}", "['a', 'b']", ("ticket", "lines")),
        ("{% for m in history %}{{ m.content }},{% endfor %}", "yo", ("history", 1, "content")),
        ("{% for m in history %}{% if m.role == 'bot' %}{{ m.content }}{% endif %}{% endfor %}", "yo",
         ("history", 1, "content")),
        ("{% for m in history %}{% for x in ticket.lines %}{{ x }}{{ m.content }}.{% endfor %}{% endfor %}", "yo",
         None),
        ("{% for m in history %}{% set x = m %}{{ m.role }}{% endfor %}", "bot", ("history", 1, "role")),
        ("{% for name in ticket.lines %}{{ name }},{% endfor %}", "b", ("ticket", "lines", 1)),
        ("{% if flag %}{{ name }}{% endif %}", "Ada", ("name",)),
        ("{% with x = 1 %}{{ name }}{% endwith %}", "Ada", ("name",)),
        ("{% macro m() %}{{ name }}{% endmacro %}{{ m() }}", "Ada", ("name",)),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}{{ name }}{% endcall %}", "Ada", ("name",)),
        ("{% macro m() %}{% for h in history %}{{ caller() }}{{ h.role }}{% endfor %}{% endmacro %}"
         "{% call m() %}{% call m() %}.{% endcall %}{% endcall %}", "bot", None),
    ],
)  # fmt: skip
def test_bare_path_is_exact(text: str, shown: str, path: tuple[str | int, ...] | None) -> None:
    case = case_of(text)
    spans = [span for piece, span in case.span_texts() if piece == shown]
    assert spans
    assert all(span.kind == "value" and span.exact and span.input_offset == 0 for span in spans)
    for piece, span in case.span_texts():
        assert span.path is None or str(value_at(VALUES, span.path)) == piece
    if path is not None:
        assert [span.path for span in spans] == [path]


@pytest.mark.parametrize(
    ("text", "shown", "reads"),
    [
        ("{{ name|upper }}", "ADA", {("name",)}),
        ("{{ ticket.subject ~ '!' }}", "Lost!", {("ticket", "subject")}),
        ("{{ ticket.subject if flag else name }}", "Lost", {("ticket", "subject"), ("name",)}),
        ("{{ flag and name }}", "Ada", {("flag",), ("name",)}),
        ("{% for m in history[1:] %}{{ m.content }}{% endfor %}", "yo", {("history",)}),
        ("{% for m in history if m.role == 'bot' %}{{ m.content }}{% endfor %}", "yo", {("history",)}),
        ("{% for k, v in table|items %}{{ v }}{% endfor %}", "v", {("table",)}),
        ("{% for k in table %}{{ k }}{% endfor %}", "k", {("table",)}),
        ("{% for c in name %}{{ c }},{% endfor %}", "d", {("name",)}),
        ("{{ table[name]|default('d') }}", "d", {("table",), ("name",)}),
        ("{% set x = name %}{{ x }}", "Ada", {("name",)}),
        ("{% set x %}<{{ name }}>{% endset %}{{ x }}", "<Ada>", {("name",)}),
        ("{% set name = name ~ 1 %}{{ name }}", "Ada1", {("name",)}),
        ("{% with x = ticket.subject %}{{ x }}{% endwith %}", "Lost", {("ticket", "subject")}),
        ("{% filter upper %}<{{ name }}>{% endfilter %}", "<ADA>", {("name",)}),
        ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(name) }}", "Ada", {("name",)}),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(name)|upper }}", "<ADA>", {("name",)}),
        ("{% macro m(x=name) %}{{ x }}{% endmacro %}{{ m() }}", "Ada", {("name",)}),
        ("{% macro m() %}{{ caller(name) }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}", "Ada", {("name",)}),
        ("{{ 'a\\x41' }}", "aA", set()),
        ("{{ 1 + 2 }}", "3", set()),
        ("{% for m in history %}{{ loop.index }},{% endfor %}", "2", {("history",)}),
        ("{% if ticket.subject == 'Lost' %}{% set x = 'yes' %}{% endif %}{{ x }}", "yes", set()),
    ],
)
def test_anything_else_is_derived_with_its_reads(text: str, shown: str, reads: set[tuple[str | int, ...]]) -> None:
    span = only(text, shown)
    assert (span.kind, span.exact, span.path, span.input_offset) == ("derived", False, None, None)
    assert span.reads == reads


@pytest.mark.parametrize(
    ("text", "shown", "written"),
    [
        ("{{ 'abc' }}", "abc", "abc"),
        ("a{# c #}b", "a", "a"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}", "{{ x }}"),
        ("{% macro m() %}body{% endmacro %}{{ m() }}", "body", "body"),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}inside{% endcall %}", "inside", "inside"),
        ("{% for x in ticket.lines %}item {% else %}none{% endfor %}", "item item ", None),
        ("line\n   {% if flag %}\n  indented\n{% endif %}", "  indented\n", "  indented\n"),
        ("a  {{- ' b' }}", "a", "a"),
    ],
)
def test_literal_has_the_range_of_its_characters(text: str, shown: str, written: str | None) -> None:
    if written is None:
        spans = [span for piece, span in case_of(text).span_texts() if piece == "item "]
        assert len(spans) == 2
        assert spans[0][3:8] == spans[1][3:8]
        return
    span = only(text, shown)
    assert (span.kind, span.exact) == ("literal", True)
    assert span.source.text[span.file_start : span.file_end] == written


def test_value_has_the_range_and_inner_text_of_its_tag() -> None:
    span = only("Hello {{- ticket.subject -}}  !", "Lost")
    assert span.source.text[span.file_start : span.file_end] == "{{- ticket.subject -}}"
    assert span.expression == "ticket.subject"


def test_include_has_its_chain_and_hands_paths_on() -> None:
    components = {
        "inner": Component("<{{ m.content }}{{ greeting }}>", ("m", "greeting"), {"greeting": "Hey"}),
        "outer": Component("{% for m in history %}{% include 'inner' %}{% endfor %}", ("history",)),
    }
    case = case_of("ab {% include 'outer' %}", components)
    assert case.text == "ab <hiHey><yoHey>"
    spans = dict(case.span_texts())
    assert spans["yo"].path == ("history", 1, "content")
    assert spans["Hey"].kind == "literal"
    assert spans["Hey"].source.path == "defaults/greeting.yaml"
    frame = spans["yo"].frame
    chain = []
    while frame is not None:
        chain.append((frame.label, frame.at))
        frame = frame.parent  # type: ignore[assignment]
    outer = components["outer"].body
    start = len("---\nkind: rule\n---\n")
    assert chain == [("inner", start + outer.index("{% include")), ("outer", start + 3), ("x", None)]


@pytest.mark.parametrize(
    ("before", "kind", "reads"),
    [
        ("", "value", set()),
        ("{% set name = name|upper %}", "derived", {("name",)}),
        ("{% set name = 'x' %}", "derived", {("name",)}),
        ("{% for name in ticket.lines %}{% endfor %}", "value", set()),
    ],
)
def test_include_sees_what_the_scope_holds(before: str, kind: str, reads: set[tuple[str, ...]]) -> None:
    case = case_of(before + "{% include 'c' %}", {"c": Component("{{ name }}", ("name",))})
    (span,) = case.trace.spans
    assert (span.kind, span.reads) == (kind, reads)


def test_include_of_a_variable_that_is_set_in_one_branch_only() -> None:
    components = {"c": Component("{{ x }}", ("x",), {"x": "default"})}
    for flag, shown in ((True, "Ada"), (False, "default")):
        template = compiled("{% if flag %}{% set x = name %}{% endif %}{% include 'c' %}", ["flag", "name"], components)
        case = rendered(template, {"flag": flag, "name": "Ada"})
        ((text, span),) = case.span_texts()
        assert text == shown
        assert span.kind == ("derived" if flag else "literal")


def test_include_does_not_get_an_undefined_variable() -> None:
    components = {"c": Component("{{ name }}", ("name",), {"name": "default"})}
    assert case_of("{% set name = ticket.nothing %}{% include 'c' %}", components).text == "default"
    assert case_of("{% set name = name if false %}{% include 'c' %}", components).text == "default"


def test_include_sees_an_input_until_a_variable_of_its_name_has_a_value() -> None:
    components = {"c": Component("{{ name }}", ("name",))}
    body = "{% set b %}{% include 'c' %}{% endset %}{% set name = 'new' %}{{ b }}{% include 'c' %}"
    assert case_of(body, components).text == "Adanew"


def _branches(text: str) -> list[tuple[int, set[tuple[str | int, ...]]]]:
    return [(branch.offset, set(branch.reads)) for branch in case_of(text).trace.branches]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab{% if flag %}{% endif %}c", [(2, {("flag",)})]),
        ("ab{% if 1 %}{% endif %}c", []),
        ("ab{% if 0 %}{% elif ticket.subject %}{% endif %}", [(2, {("ticket", "subject")})]),
        ("{% for m in history %}{% endfor %}", [(0, {("history",)})]),
        ("{% for m in [1] if flag %}{% endfor %}", [(0, {("flag",)})]),
        ("{{ 'a' if flag }}", [(0, {("flag",)})]),
        ("{% set x = 1 if flag else 2 %}", [(0, {("flag",)})]),
        ("ab{% set x = 1 if flag else 2 %}cd", [(2, {("flag",)})]),
        ("{% set x %}{% if flag %}{% endif %}{% endset %}", [(0, {("flag",)})]),
        ("{% filter upper %}{% if flag %}{% endif %}{% endfilter %}", [(0, {("flag",)})]),
        ("{% macro m() %}{% if flag %}{% endif %}{% endmacro %}a{{ m() }}", [(1, {("flag",)})]),
        ("{% macro m() %}{% if flag %}{% endif %}{% endmacro %}a{{ m()|upper }}", [(1, {("flag",)}), (1, set())]),
        ("{% macro m(x) %}{% if x %}{% endif %}{% endmacro %}a{{ m(flag) }}", [(1, {("flag",)})]),
        ("{% set x = flag %}{% if x %}{% endif %}", [(0, {("flag",)})]),
        ("{% macro m(x) %}{{ x }}{% endmacro %}a{{ m('p' if flag else 'q')|upper }}", [(1, {("flag",)})]),
        ("{% macro m(x) %}{{ x }}{% endmacro %}a{{ m('p' if flag else 'q') }}", [(1, {("flag",)})]),
    ],
)
def test_branch_leaves_a_mark(text: str, expected: list[tuple[int, set[tuple[str | int, ...]]]]) -> None:
    assert _branches(text) == [branch for branch in expected if branch[1]]


def test_empty_value_leaves_a_mark() -> None:
    case = rendered(compiled("a{{ name }}b{{ name|upper }}c", ["name"]), {"name": ""})
    assert case.text == "abc"
    assert [(b.offset, set(b.reads)) for b in case.trace.branches] == [(1, {("name",)}), (2, {("name",)})]


def test_bindings_decide_what_a_value_is() -> None:
    template = compiled("{{ a }}{{ b }}{{ c.x }}{{ d|upper }}", ["a", "b", "c", "d"])
    stream = template.stream({"a": "A", "b": "B", "c": {"x": "C"}, "d": "d"}, Meter())
    source = Source("p.yaml", "b: B\nx: C")
    scalars = {(): TextMap.of_slice(source, 3, 4)}
    nested = {("x",): TextMap.of_slice(source, 8, 9)}
    bindings = {
        "a": Bound(("top", 1)),
        "b": Fixed(scalars.get),
        "c": Fixed(nested.get),
        "d": Computed(frozenset([("far",)])),
    }
    spans = template.trace(stream, bindings, "x").spans
    assert [(s.kind, s.path, s.source.path, s.file_start) for s in spans[:3]] == [
        ("value", ("top", 1), "prompts/x.md", 19),
        ("literal", None, "p.yaml", 3),
        ("literal", None, "p.yaml", 8),
    ]
    assert (spans[3].kind, spans[3].reads) == ("derived", {("far",)})


def test_fixed_value_that_cannot_be_located_is_derived_from_nothing() -> None:
    template = compiled("{{ a }}", ["a"])
    stream = template.stream({"a": [1]}, Meter())
    (span,) = template.trace(stream, {"a": Fixed(lambda path: None)}, "x").spans
    assert (span.kind, span.reads) == ("derived", frozenset())


def test_text_that_yaml_rewrote_is_not_exact() -> None:
    source = Source("p.yaml", 'text: "a\\tb {{ x }}"')
    body = TextMap(
        source,
        "a\tb {{ x }}",
        (Piece(0, 1, 7, 8, True), Piece(1, 2, 8, 10, False), Piece(2, 11, 10, 19, True)),
    )
    from promptreg.template import compile_template

    template = compile_template(body, name="x", inputs=["x"], includes={}, bullets=False)
    case = rendered(template, {"x": "X"})
    assert [(text, span.exact, span.file_start, span.file_end) for text, span in case.span_texts()] == [
        ("a", True, 7, 8),
        ("\t", False, 8, 10),
        ("b ", True, 10, 12),
        ("X", True, 12, 19),
    ]
