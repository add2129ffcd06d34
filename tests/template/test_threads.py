"""A compiled template may be run by many threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from promptreg.template import Bound, Meter
from tests.support.reference import Component
from tests.support.templates import compiled

BODY = """\
{% macro m(x) %}<{{ x }}>{% endmacro %}
{% for t in turns %}
- {{ loop.index }} {{ t.content }} {{ m(t.role) }}{% include 'c' %}
{% endfor %}
"""


def test_threads_get_the_text_and_spans_of_their_own_values() -> None:
    template = compiled(BODY, ["turns", "who"], {"c": Component("[{{ who }}]", ("who",))})

    def work(number: int) -> bool:
        values = {"who": f"w{number}", "turns": [{"content": f"c{number}-{at}", "role": "r"} for at in range(5)]}
        stream = template.stream(values, Meter())
        spans = template.trace(stream, {name: Bound((name,)) for name in values}, None).spans
        text = "".join(stream)
        expected = "".join(f"- {at + 1} c{number}-{at} <r>[w{number}]" for at in range(5))
        paths = [span.path for span in spans if span.kind == "value"]
        wanted = [path for at in range(5) for path in (("turns", at, "content"), ("who",))]
        return text == expected and paths == wanted

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(400)))
