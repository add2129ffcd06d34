"""Finding include tags without parsing."""

from __future__ import annotations

import pytest

from promptreg.errors import TemplateInvalid
from promptreg.template import scan_includes
from promptreg.text import Source, TextMap


def _refs(text: str) -> list[str]:
    return [ref.ref for ref in scan_includes(TextMap.of_slice(Source("x.md", text), 0, len(text)), name="x")]


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("", []),
        ("Please include the order number.", []),
        ("{% include 'a@^1' %} and {%- include \"b\" -%}", ["a@^1", "b"]),
        ("{%+ include 'a' +%}{%include'b'%}", ["a", "b"]),
        ("{# {% include 'a' %} #}{% include 'b' %}", ["b"]),
        ("{% raw %}{% include 'a' %}{% endraw %}{% include 'b' %}", ["b"]),
        ("{{ '{% include \"a\" %}' }}{% include 'b' %}", ["b"]),
        ("{{ {'a': {'b': 1}} }}{% include 'b' %}", ["b"]),
        ("{% set x = {'%}': '}}'} %}{% include 'b' %}", ["b"]),
        ("{% if x %}{% include 'a' %}{% endif %}", ["a"]),
        ("{% set include = 1 %}{% include 'a' %}", ["a"]),
        ("{% include 'a' %}{{ unclosed {% include 'b' %}", ["a"]),
    ],
)
def test_refs_of_real_tags(text: str, refs: list[str]) -> None:
    assert _refs(text) == refs


@pytest.mark.parametrize("tag", ["name", "'a' ~ 'b'", "['a']", "'a' ignore missing", "'a' with context", "", "'a\\n'"])
def test_anything_but_a_literal_is_refused(tag: str) -> None:
    with pytest.raises(TemplateInvalid, match=r"x\.md:2:3"):
        _refs(f"text\n  {{% include {tag} %}}")


def test_range_is_that_of_the_tag() -> None:
    text = "a {%- include 'b' -%}  c"
    (ref,) = scan_includes(TextMap.of_slice(Source("x.md", text), 0, len(text)), name="x")
    assert text[ref.start : ref.end] == "{%- include 'b' -%}"
