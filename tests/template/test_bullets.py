"""Bullet items: read from the source, numbered as they appear."""

from __future__ import annotations

import pytest

from tests.support.reference import Component
from tests.support.templates import compiled, rendered


def items(text: str, values: dict[str, object] | None = None, components: dict[str, Component] | None = None) -> object:
    """Rendered text of each item in order, then what is outside of items (the preamble and the rest)."""
    values = values or {}
    case = rendered(compiled(text, list(values), components), values)
    found: dict[int | None, str] = {}
    for piece, span in case.span_texts():
        found[span.bullet] = found.get(span.bullet, "") + piece
    outside = found.pop(None, "")
    assert list(found) == list(range(1, len(found) + 1))
    return list(found.values()), outside


@pytest.mark.parametrize(
    ("text", "bullets", "outside"),
    [
        ("- a\n- b\n", ["- a\n", "- b\n"], ""),
        ("Rules:\n- a\n* b\n+ c\n1. d\n2) e\n", ["- a\n", "* b\n", "+ c\n", "1. d\n", "2) e\n"], "Rules:\n"),
        ("- a\n  more\n  - nested\n\n  still\n- b\n", ["- a\n  more\n  - nested\n\n  still\n", "- b\n"], ""),
        ("- a\n\nText\n- b\n", ["- a\n\n", "- b\n"], "Text\n"),
        ("-a\n--\n**bold**\n1.5\n", [], "-a\n--\n**bold**\n1.5\n"),
        ("  - a\n", [], "  - a\n"),
        ("```\n- a\n```\n- b\n", ["- b\n"], "```\n- a\n```\n"),
        ("- a\n  ```\n- in code\n  ```\n  end\n- b\n", ["- a\n  ```\n- in code\n  ```\n  end\n", "- b\n"], ""),
        ("~~~\n- a\n```\n- c\n~~~\n- b\n", ["- b\n"], "~~~\n- a\n```\n- c\n~~~\n"),
        ("-\n- b", ["-\n", "- b"], ""),
        ("{# note #}\n- a\n{# note #}\n- b\n", ["- a\n", "- b\n"], ""),
        ("- a\n{# note #}\n  more\n- b\n", ["- a\n  more\n", "- b\n"], ""),
        ("{% if 1 %}\n- a\n{% endif %}\n- b\n", ["- a\n", "- b\n"], ""),
        ("{% if 1 %}- a\n{% endif %}{% if 1 %}- b{% endif %}\n", ["- a\n", "- b"], ""),
        ("- a {% if 1 %}x{% endif %}\n  {% if 1 %}\n  y\n  {% endif %}\n- b\n", ["- a x  y\n", "- b\n"], ""),
        ("- a\n{% if 1 %}\nText\n{% endif %}\n", ["- a\n"], "Text\n"),
        ("{% set x %}\n- no\n{% endset %}\n- a {{ x }}", ["- a - no\n"], ""),
        ("{% filter upper %}\n- no\n{% endfilter %}\n- a", ["- a"], "- NO\n"),
        ("{% raw %}\n- {{ a }}\n{% endraw %}\n- b\n", ["- {{ a }}\n", "- b\n"], "\n"),
        ("{% set x = 'a\n- b' %}\n- c\n", ["- c\n"], ""),
        ("- {{ 'a' }}\n- {{ 'b'|upper }}\n", ["- a\n", "- B\n"], ""),
    ],
)
def test_bullets_of_a_text(text: str, bullets: list[str], outside: str) -> None:
    assert items(text) == (bullets, outside)


@pytest.mark.parametrize(
    ("text", "bullets", "outside"),
    [
        ("{% for x in xs %}\n- {{ x }}\n{% endfor %}\nend\n", ["- 1\n", "- 2\n"], "end\n"),
        ("{% for x in xs %}- {{ x }}\n{% endfor %}", ["- 1\n", "- 2\n"], ""),
        ("- {% for x in xs %}{{ x }},{% endfor %}\n- b\n", ["- 1,2,", "- b\n"], ""),
        ("{% for x in xs %}\n{% for y in xs %}\n- {{ x }}{{ y }}\n{% endfor %}\n{% endfor %}",
         ["- 11\n", "- 12\n", "- 21\n", "- 22\n"], ""),
        ("{% for x in xs %}\n- {{ x }}\n{% for y in xs %}\n  {{ y }}\n{% endfor %}\n{% endfor %}",
         ["- 1\n  1\n  2\n", "- 2\n  1\n  2\n"], ""),
        ("{% for x in xs %}\n- {{ x }}\n- b\n{% else %}\n- none\n{% endfor %}", ["- 1\n", "- b\n", "- 2\n", "- b\n"],
         ""),
        ("{% for x in [] %}\n- {{ x }}\n{% else %}\n- none\n{% endfor %}", ["- none\n"], ""),
        ("{% macro m(x) %}\n- {{ x }}\n{% endmacro %}\n{{ m(1) }}{{ m(2) }}", ["- 1\n", "- 2\n"], ""),
        ("{% macro m(x) %}\n- {{ x }}\n{% endmacro %}\n{{ m(1)|upper }}", [], "- 1\n"),
        ("{% macro m(x) %}!{{ x }}{% endmacro %}\n- a {{ m(1) }}\n- b\n", ["- a !1\n", "- b\n"], ""),
        ("{% macro m() %}\n- a\n{{ caller() }}\n{% endmacro %}\n{% call m() %}\n- b\n{% endcall %}\n- c\n",
         ["- a\n", "- b\n", "- c\n"], "\n"),
        ("{% if xs %}\n- a\n{% else %}\n- b\n{% endif %}\n- c\n", ["- a\n", "- c\n"], ""),
    ],
)  # fmt: skip
def test_repeated_bullets_are_items_of_their_own(text: str, bullets: list[str], outside: str) -> None:
    assert items(text, {"xs": [1, 2]}) == (bullets, outside)


def test_bullets_of_included_rules_count_on() -> None:
    components = {"c": Component("Intro\n- x\n- y\n")}
    text = "- a\n{% include 'c' %}\n- b\n{% include 'c' %}"
    assert items(text, {}, components) == (["- a\n", "- x\n", "- y\n", "- b\n", "- x\n", "- y\n"], "Intro\nIntro\n")


def test_include_inside_a_bullet_belongs_to_it() -> None:
    components = {"c": Component("- x\n")}
    assert items("- a {% include 'c' %}\n  {% include 'c' %}\n  end\n", {}, components) == (
        ["- a - x\n- x\n  end\n"],
        "",
    )


def test_component_without_bullets_has_no_items() -> None:
    case = rendered(compiled("- a\n", [], bullets=False), {})
    assert [span.bullet for span in case.trace.spans] == [None]
