"""Templates that would eat time or memory, each with the limit that must stop it.

`when` says whether it must be refused when compiling or stopped when rendering. Shared by tests and the benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.support.reference import Component

__all__ = ["BOMBS", "Bomb"]


class Bomb(NamedTuple):
    """One hostile template: `limit` is the name of the limit that its error must carry or mention."""

    id: str
    body: str
    limit: str
    when: str = "rendering"
    make_values: Callable[[], dict[str, Any]] = dict
    components: Mapping[str, Component] = MappingProxyType({})


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def _doubling(statement: str, times: int, ending: str) -> str:
    return '{% set x = ["ab", "cd"] %}\n' + statement * times + ending


def _big(size: int, letter: str = "a") -> Callable[[], dict[str, Any]]:
    return lambda: {"big": letter * size}


def _many(count: int) -> Callable[[], dict[str, Any]]:
    return lambda: {"many": list(range(count))}


def _words(count: int) -> Callable[[], dict[str, Any]]:
    return lambda: {"words": [f"w{number}" for number in range(count)]}


def _macro_tree(levels: int) -> str:
    macros = ["{% macro m0() %}x{% endmacro %}"]
    macros += [
        f"{{% macro m{n}() %}}{{{{ m{n - 1}() }}}}{{{{ m{n - 1}() }}}}{{% endmacro %}}" for n in range(1, levels)
    ]
    return "".join(macros) + f"{{{{ m{levels - 1}() }}}}"


def _nested_loops(levels: int, inner: str) -> str:
    heads = "".join(f"{{% for v{n} in many %}}" for n in range(levels))
    return heads + inner + "{% endfor %}" * levels


def _include_chain(length: int) -> dict[str, Component]:
    chain = {"c0": Component("end")}
    for number in range(1, length):
        chain[f"c{number}"] = Component(f'{{% include "c{number - 1}" %}}')
    return chain


def _include_tree(levels: int) -> dict[str, Component]:
    tree = {"c0": Component("leaf")}
    for number in range(1, levels):
        tree[f"c{number}"] = Component(f'{{% include "c{number - 1}" %}}' * 4)
    return tree


_STARS = "".join("{{ x|center(1900000) }}" for _ in range(100))

BOMBS = [
    Bomb("output of many copies", "{% for i in many %}{{ big }}{% endfor %}", "output", "rendering",
         lambda: {"many": list(range(2000)), "big": "b" * 100_000}),
    Bomb("output of literals in a loop", "{% for i in many %}" + "lorem ipsum " * 200 + "{% endfor %}", "output",
         "rendering", _many(900_000)),
    Bomb("nested loops", _nested_loops(4, "x"), "loop_steps", "rendering", _many(1000)),
    Bomb("nested loops that print nothing", _nested_loops(6, "{% if v0 %}{% endif %}"), "loop_steps", "rendering",
         _many(30)),
    Bomb("loop with a heavy body", _nested_loops(2, "{% set y = v0 + v1 %}" * 1500), "work", "rendering", _many(500)),
    Bomb("loop with a heavy output", _nested_loops(2, "{{ v0 }}" * 500), "work", "rendering", _many(900)),
    Bomb("loop over a filter", "{% for a in many|map('string') %}{% for b in many|map('string') %}{% endfor %}"
         "{% endfor %}", "work", "rendering", _many(5000)),
    Bomb("doubling a list and printing it", _doubling("{% set x = [x, x] %}", 60, "{{ x }}"), "string"),
    Bomb("doubling a mapping and printing it", _doubling("{% set x = {1: x, 2: x} %}", 60, "{{ x }}"), "string"),
    Bomb("doubling a list and comparing it", _doubling("{% set x = [x, x] %}", 60, "{{ x == [x[0], x[1]] }}"),
         "string"),
    Bomb("doubling a list as JSON", _doubling("{% set x = [x, x] %}", 60, "{{ x|tojson }}"), "string"),
    Bomb("doubling a list in upper case", _doubling("{% set x = [x, x] %}", 60, "{{ x|upper }}"), "string"),
    Bomb("doubling a list and searching it", _doubling("{% set x = [x, x] %}", 60, "{{ x in [x, [x]] }}"), "string"),
    Bomb("doubling a list and sorting it", _doubling("{% set x = [x, x] %}", 60, "{{ [x, x]|sort|length }}"),
         "string"),
    Bomb("doubling a list for the largest", _doubling("{% set x = [x, x] %}", 60, "{{ [x, x]|max|length }}"),
         "string"),
    Bomb("doubling a list in a test", _doubling("{% set x = [x, x] %}", 60, "{{ x is eq([x[0], x[1]]) }}"),
         "string"),
    Bomb("doubling a list for loop.changed",
         _doubling("{% set x = [x, x] %}", 60, "{% for i in [1, 2] %}{{ loop.changed(x) }}{% endfor %}"), "string"),
    Bomb("doubling text", '{% set x = "ab" %}' + "{% set x = x ~ x %}" * 60 + "{{ x }}", "string"),
    Bomb("doubling a set block", '{% set x = "ab" %}' + "{% set y %}{{ x }}{{ x }}{% endset %}{% set x = y %}" * 40,
         "string"),
    Bomb("centre", "{{ 'x'|center(2000000000) }}", "width"),
    Bomb("centre many times", _STARS.replace("x|", "'x'|"), "work"),
    Bomb("centre many times beyond ASCII", _STARS.replace("x|", "'😀'|"), "work"),
    Bomb("indent", "{{ big|indent(100000) }}", "string", "rendering", _big(100_000, "a\n")),
    Bomb("indent by text", "{{ big|indent(big) }}", "string", "rendering", _big(100_000, "a\n")),
    Bomb("replace the empty text", "{{ big|replace('', big) }}", "string", "rendering", _big(100_000)),
    Bomb("replace letters", "{{ big|replace('a', big) }}", "string", "rendering", _big(100_000)),
    Bomb("join with a long separator", "{{ many|join(big) }}", "string", "rendering",
         lambda: {"many": list(range(10_000)), "big": "b" * 100_000}),
    Bomb("join of joins", "{{ [big, big, big]|join(big) }}", "string", "rendering", _big(1_000_000)),
    Bomb("word wrap with a long separator", "{{ big|wordwrap(1, true, big) }}", "string", "rendering",
         _big(100_000, "a ")),
    Bomb("word wrap of one word", "{{ big|wordwrap(1) }}", "work", "rendering", _big(1_900_000)),
    Bomb("word wrap many times", "{% for i in many %}{% set y = big|wordwrap(40) %}{% endfor %}", "work", "rendering",
         lambda: {"many": list(range(1000)), "big": "lorem ipsum " * 10_000}),
    Bomb("fill a batch", "{{ [1]|batch(900000000, 'x')|list|length }}", "whole number"),
    Bomb("many batches", "{% for i in many %}{% set y = [i]|batch(900000, 'x')|list %}{% endfor %}", "work",
         "rendering", _many(100)),
    Bomb("many slices", "{{ many|slice(1000000)|list|length }}", "work", "rendering", _many(10)),
    Bomb("list of letters", "{% set y = [big|list, big|list, big|list] %}", "work", "rendering",
         _big(600_000, "é日")),
    Bomb("sorting letters", "{% for i in many %}{% set y = big|sort %}{% endfor %}", "work", "rendering",
         lambda: {"many": list(range(1000)), "big": "zyx" * 20_000}),
    Bomb("unique of many", "{% for i in many %}{% set y = many|unique|list %}{% endfor %}", "work", "rendering",
         _many(2000)),
    Bomb("search in a long text", "{% for i in many %}{% if needle in big %}{% endif %}{% endfor %}", "work",
         "rendering", lambda: {"many": list(range(900_000)), "big": "a" * 1_000_000, "needle": "a" * 500_000 + "b"}),
    Bomb("search in a long list", "{% for i in words %}{% if i in words %}{% endif %}{% endfor %}", "work",
         "rendering", _words(50_000)),
    Bomb("comparing long texts", "{% for i in many %}{% if big == other %}{% endif %}{% endfor %}", "work",
         "rendering", lambda: {"many": list(range(900_000)), "big": "a" * 1_900_000, "other": "a" * 1_900_000}),
    Bomb("slices of a long list", "{% for i in many %}{% set y = many[1:] %}{% endfor %}", "work", "rendering",
         _many(100_000)),
    Bomb("grouping", "{% for i in many %}{% set y = rows|groupby('k') %}{% endfor %}", "work", "rendering",
         lambda: {"many": list(range(1000)), "rows": [{"k": n} for n in range(10_000)]}),
    Bomb("JSON with a wide indent", "{{ big|tojson(16) }}", "string", "rendering", lambda: {"big": _nested(600)}),
    Bomb("JSON with a huge indent", "{{ big|tojson(1000000) }}", "whole number", "rendering", _big(10)),
    Bomb("JSON many times", "{% for i in many %}{% set y = many|tojson %}{% endfor %}", "work", "rendering",
         _many(20_000)),
    Bomb("squaring a number", "{% set x = 99999 %}" + "{% set x = x * x %}" * 40 + "{{ x }}", "integer_bits"),
    Bomb("a number from digits", "{{ big|int(base=16) }}", "integer_bits", "rendering", _big(500_000, "f")),
    Bomb("rounding to a huge precision", "{{ 5|round(-1000000000) }}", "precision"),
    Bomb("rounding up to a huge precision", "{{ 5|round(1000000000, 'ceil') }}", "precision"),
    Bomb("a format width through odd", "{{ '%999999999d' is odd }}", "number"),
    Bomb("a sum of lists", "{{ [[1], [2]]|sum(start=[]) }}", "numbers"),
    Bomb("macros that call macros twice", _macro_tree(31), "work"),
    Bomb("a macro in a loop", "{% macro m(a) %}" + "{{ a }}" * 100 + "{% endmacro %}" + _nested_loops(2, "{{ m(1) }}"),
         "work", "rendering", _many(900)),
    Bomb("includes in a chain", '{% include "c39" %}', "include_depth", "rendering", dict, _include_chain(40)),
    Bomb("includes in a tree", '{% include "c19" %}', "work", "rendering", dict, _include_tree(20)),
    Bomb("title of a long text many times", "{% for i in many %}{% set y = big|title %}{% endfor %}", "work",
         "rendering", lambda: {"many": list(range(1000)), "big": "ab " * 60_000}),
    Bomb("URL of a long text many times", "{% for i in many %}{% set y = big|urlencode %}{% endfor %}", "work",
         "rendering", lambda: {"many": list(range(1000)), "big": "é" * 60_000}),
    Bomb("counting words many times", "{% for i in many %}{% set y = big|wordcount %}{% endfor %}", "work",
         "rendering", lambda: {"many": list(range(1000)), "big": "ab " * 60_000}),
    Bomb("deep brackets", "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "bracket_nesting", "compiling"),
    Bomb("deep lists", "{{ " + "[" * 500 + "1" + "]" * 500 + " }}", "bracket_nesting", "compiling"),
    Bomb("a long sum", "{{ 1" + " + 1" * 5000 + " }}", "expression_depth", "compiling"),
    Bomb("a long path", "{{ big" + ".a" * 5000 + " }}", "expression_depth", "compiling", _big(1)),
    Bomb("a long filter chain", "{{ big" + "|upper" * 5000 + " }}", "expression_depth", "compiling", _big(1)),
    Bomb("many nots", "{{ " + "not " * 5000 + "1 }}", "nested", "compiling"),
    Bomb("many signs", "{{ " + "-" * 5000 + "1 }}", "nested", "compiling"),
    Bomb("many inline ifs", "{{ 1" + " if 1 else 1" * 3000 + " }}", "nested", "compiling"),
    Bomb("deep blocks", "{% if 1 %}" * 500 + "{% endif %}" * 500, "block_nesting", "compiling"),
    Bomb("deep loops", "{% for i in many %}" * 21 + "{% endfor %}" * 21, "block_nesting", "compiling", _many(1)),
    Bomb("deep set blocks", "{% set x %}" * 25 + "{% endset %}" * 25, "block_nesting", "compiling"),
    Bomb("many tags", "{{ 1 }}" * 100_000, "tags", "compiling"),
    Bomb("many bullets and loops", ("- a\n" * 50 + "{% for i in many %}\n- b\n{% endfor %}\n") * 900, "output",
         "rendering", _many(900)),
    Bomb("a chain of variables", "{% set x0 = 1 %}" + "".join(f"{{% set x{n} = x{n - 1} %}}{{{{ x{n} }}}}"
         for n in range(1, 990)) + "{{ x0|center(3000000) }}", "width"),
    Bomb("many elifs", "{% if 0 %}" + "{% elif 0 %}" * 1500 + "{% endif %}", "elif_count", "compiling"),
    Bomb("a huge number", "{{ " + "9" * 5000 + " }}", "digits", "compiling"),
    Bomb("a huge fraction", "{{ 1e999 }}", "too large", "compiling"),
    Bomb("a power", "{{ 9 ** 9 ** 9 }}", "**", "compiling"),
    Bomb("text times a number", "{{ 'x' * 2000000000 }}", "takes numbers"),
    Bomb("a chain of macros", "".join(f"{{% macro m{n}() %}}{{{{ m{n + 1}() }}}}{{% endmacro %}}" for n in range(200))
         + "{% macro m200() %}{% endmacro %}", "macro_depth", "compiling"),
]  # fmt: skip
