"""Attempts to get out of the template language: each is refused, raises a named error or prints inert text."""

from __future__ import annotations

import re
import sys
from copy import deepcopy
from typing import Any

import pytest

from promptreg.errors import InputError, Problem, RenderError, TemplateInvalid
from promptreg.template import Meter
from tests.support.reference import Component
from tests.support.templates import compiled

VALUES: dict[str, Any] = {
    "text": "plain {{ 7 * 7 }} {% include 'secret' %}",
    "format": "{0.__class__} %s {text.__globals__}",
    "number": 7,
    "mapping": {"items": 1, "__class__": "inert", "key": "value", "keys": [1]},
    "listing": [{"name": "one"}, {"name": "two", "__class__": "inert"}],
    "name": "__class__",
}

ESCAPES = {
    # attribute walks
    "class of text": "{{ text.__class__ }}",
    "mro of text": "{{ text.__class__.__mro__ }}",
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "class by item": "{{ text['__class__'] }}",
    "class by escaped item": "{{ text['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "class by joined item": "{{ text['__cla' ~ 'ss__'] }}",
    "class by variable item": "{{ text[name] }}",
    "documentation by item": "{{ text['__doc__'] }}",
    "documentation of a list": "{{ listing['__doc__'] }}",
    "documentation through map": "{{ [text]|map(attribute='__doc__')|join }}",
    "name of a class by items": "{{ text['__class__']['__name__'] }}",
    "class of a number": "{{ (1).__class__ }}",
    "class of a list": "{{ [].__class__.__base__ }}",
    "class of a mapping": "{{ {}.__class__ }}",
    "class of a tuple": "{{ (1, 2)['__class__'] }}",
    "class of an undefined": "{{ mapping.nothing.__class__ }}",
    "init of an undefined": "{{ mapping.nothing['__init__'] }}",
    "method of text": "{{ text.upper }}",
    "method of text by item": "{{ text['upper'] }}",
    "method of a list": "{{ listing.append }}",
    "call a method": "{{ text.upper() }}",
    "call format": "{{ format.format(text) }}",
    "call format_map": "{{ format.format_map(mapping) }}",
    "call a method of a literal": "{{ 'a{0.__class__}'.format(1) }}",
    "append to a list": "{{ listing.append(1) }}",
    "change a mapping": "{{ mapping.update({'a': 1}) }}",
    "call a mapping value": "{{ mapping.key() }}",
    "call a variable": "{{ text() }}",
    "call an item": "{{ listing[0]() }}",
    "call a literal": "{{ 'x'() }}",
    "call a call": "{% macro m() %}{% endmacro %}{{ m()() }}",
    # globals and internals of Jinja2
    "self": "{{ self }}",
    "self blocks": "{{ self._TemplateReference__context }}",
    "context": "{{ context }}",
    "environment": "{{ environment }}",
    "meter": "{{ meter }}",
    "output list": "{{ out }}",
    "resolve": "{{ resolve('text') }}",
    "runtime function": "{{ item(text, '__class__') }}",
    "range": "{{ range(10) }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "cycler": "{{ cycler.__init__.__globals__.os }}",
    "joiner": "{{ joiner.__init__ }}",
    "namespace": "{% set ns = namespace(a=1) %}{{ ns.a }}",
    "namespace assignment": "{% set mapping.key = 1 %}",
    "dict": "{{ dict(a=1) }}",
    "get_flashed_messages": "{{ get_flashed_messages.__globals__ }}",
    "config": "{{ config.items() }}",
    "builtins": "{{ __builtins__ }}",
    "import function": "{{ __import__('os').popen('id').read() }}",
    "varargs": "{% macro m() %}{{ varargs }}{% endmacro %}{{ m(1) }}",
    "kwargs": "{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(a=1) }}",
    "caller as a value": "{% macro m() %}{{ caller }}{% endmacro %}{% call m() %}{% endcall %}",
    "caller attribute": "{% macro m() %}{{ caller.name }}{% endmacro %}{% call m() %}{% endcall %}",
    "caller function": "{% macro m() %}{{ caller['_function'] }}{% endmacro %}{% call m() %}{% endcall %}",
    "caller pieces": "{% macro m() %}{{ caller.pieces() }}{% endmacro %}{% call m() %}{% endcall %}",
    "macro as a value": "{% macro m() %}{% endmacro %}{{ m }}",
    "macro attribute": "{% macro m() %}{% endmacro %}{{ m.name }}",
    "macro function": "{% macro m() %}{% endmacro %}{{ m['_function'] }}",
    "macro in a list": "{% macro m() %}{% endmacro %}{{ [m]|list }}",
    "macro to a filter": "{% macro m() %}{% endmacro %}{{ text|replace(m, 'x') }}",
    "macro through set": "{% macro m() %}{% endmacro %}{% set f = m %}{{ f() }}",
    "loop as a value": "{% for x in listing %}{{ loop }}{% endfor %}",
    "loop internals": "{% for x in listing %}{{ loop._iterator }}{% endfor %}",
    "loop item": "{% for x in listing %}{{ loop['_iterable'] }}{% endfor %}",
    "loop call": "{% for x in listing recursive %}{{ loop(x) }}{% endfor %}",
    "loop cycle as a value": "{% for x in listing %}{{ loop.cycle }}{% endfor %}",
    "loop cycle globals": "{% for x in listing %}{{ loop.cycle.__func__ }}{% endfor %}",
    "loop set": "{% for x in listing %}{% set loop = x %}{{ loop.name }}{% endfor %}",
    # filters and tests
    "attr": "{{ text|attr('__class__') }}",
    "attr in map": "{{ listing|map('attr', '__class__')|list }}",
    "map attribute": "{{ listing|map(attribute='__class__')|list }}",
    "map attribute path": "{{ listing|map(attribute='name.__class__')|list }}",
    "map attribute of a method": "{{ listing|map(attribute='items')|list }}",
    "map with a computed name": "{{ listing|map('at' ~ 'tr', '__class__')|list }}",
    "map with a variable name": "{{ listing|map(name)|list }}",
    "selectattr": "{{ listing|selectattr('__class__.__name__', 'eq', 'dict')|list|length }}",
    "sort by attribute": "{{ listing|sort(attribute='__class__')|list }}",
    "groupby attribute": "{{ listing|groupby('name.__class__') }}",
    "sum attribute": "{{ listing|sum(attribute='__len__') }}",
    "join attribute": "{{ listing|join(',', attribute='name.__class__') }}",
    "unique attribute": "{{ listing|unique(attribute='__hash__')|list }}",
    "max attribute": "{{ listing|max(attribute='name.__doc__') }}",
    "group fields": "{% for g in listing|groupby('name') %}{{ g._fields }}{% endfor %}",
    "group replace": "{% for g in listing|groupby('name') %}{{ g._replace(grouper=1) }}{% endfor %}",
    "format filter": "{{ '%s'|format(text) }}",
    "format operator": "{{ '%(text)s' % mapping }}",
    "format through odd": "{{ '%s' is odd }}",
    "format through divisibleby": "{{ '%s' is divisibleby(text) }}",
    "format of JSON": "{{ (text|tojson).format(1) }}",
    "markup internals": "{{ (text|tojson).__html__() }}",
    "markup by item": "{{ (text|tojson)['__html__'] }}",
    "safe": "{{ text|safe }}",
    "random": "{{ listing|random }}",
    "pprint": "{{ text|pprint }}",
    "xmlattr": "{{ mapping|xmlattr }}",
    "filter test": "{{ 'attr' is filter }}",
    "callable test": "{{ text is callable }}",
    "generator printed": "{{ listing|map(attribute='name') }}",
    "generator in a list": "{{ [listing|select] }}",
    "generator as text": "{{ listing|select|string }}",
    "generator in JSON": "{{ listing|select|tojson }}",
    "generator joined to text": "{{ 'a' ~ listing|select }}",
    "iterator printed": "{{ listing|reverse }}",
    "star arguments": "{{ text|replace(*listing) }}",
    "double star arguments": "{{ text|default(**mapping) }}",
    "filter argument meter": "{{ text|default(meter=1) }}",
    "filter argument value": "{{ text|upper(value='x') }}",
    # tags
    "extends": "{% extends 'secret' %}",
    "import": "{% import 'secret' as s %}{{ s }}",
    "from import": "{% from 'secret' import x %}",
    "block": "{% block a %}{{ super() }}{% endblock %}",
    "do": "{% do listing.append(1) %}",
    "debug": "{% debug %}",
    "autoescape": "{% autoescape true %}{{ text }}{% endautoescape %}",
    "print": "{% print text %}",
    "line statement": "# for x in listing\n{{ text }}\n# endfor",
    # includes
    "include a file": "{% include '/etc/passwd' %}",
    "include upwards": "{% include '../../../etc/passwd' %}",
    "include a computed name": "{% include 'sec' ~ 'ret' %}",
    "include a variable": "{% include name %}",
    "include a list": "{% include ['nothing', 'secret'] %}",
    "include something else": "{% include 'other' %}",
    "include ignoring": "{% include 'other' ignore missing %}",
    "include with context": "{% include 'secret' with context %}",
    "include without context": "{% include 'secret' without context %}",
    "include leaking the scope": "{% set hidden = 'canary' %}{% include 'leak' %}",
    "include leaking a macro": "{% macro hidden() %}canary{% endmacro %}{% include 'leak' %}",
    # names
    "underscore name": "{{ _x }}",
    "underscore set": "{% set _x = 1 %}{{ _x }}",
    "underscore macro": "{% macro _m() %}{% endmacro %}{{ _m() }}",
    "underscore loop": "{% for __x in listing %}{% endfor %}",
    "name that Python folds": "{% set ﬁ = 'a' %}{% set fi = 'b' %}{{ ﬁ }}",
    "missing object": "{{ missing }}",
    "true as a name": "{% set true = false %}",
    "quote in a name of code": "{{ mapping['\"]+str(1)+[\"'] }}",
    "code in a key": "{{ mapping.key if mapping[\"'); import os; ('\"] is defined }}",
    "code in an inline if": "{{ ('a' if false)['\" ~ 1 ~ \"'] }}",
    "value that looks like a template": "{{ text }}",
    "value as a template through set": "{% set x %}{{ text }}{% endset %}{{ x }}",
    "value as a template through a filter block": "{% filter upper %}{{ text }}{% endfilter %}",
}

COMPONENTS = {
    "leak": Component("{{ hidden }}", ("hidden",), {"hidden": "default"}),
    "secret": Component("included"),
}
REACHED = re.compile(
    r"<(class|function|module|built-in|bound|method|generator|list_|promptreg|jinja2|Macro|LoopContext)|0x[0-9a-f]{6}|root:"
)


@pytest.mark.parametrize("name", ESCAPES)
def test_escape_reaches_nothing(name: str) -> None:
    values = deepcopy(VALUES)
    text, problems = _outcome(ESCAPES[name], values)
    assert all(problem.line is not None and problem.message for problem in problems)
    assert bool(problems) == (text is None)
    if text is None:
        return
    assert REACHED.search(text) is None
    assert "49" not in text
    if "canary" in text:
        assert name == "include leaking the scope"
    assert values == VALUES


def _outcome(body: str, values: dict[str, Any]) -> tuple[str | None, tuple[Problem, ...]]:
    try:
        template = compiled(body, list(values), COMPONENTS)
        return "".join(template.stream(values, Meter())), ()
    except (TemplateInvalid, RenderError, InputError) as error:
        return None, error.problems


def test_there_are_enough_escapes() -> None:
    assert len(ESCAPES) >= 60


@pytest.mark.parametrize(
    "owner", ["text", "listing", "mapping.nothing", "number", "(1, 2)", "'a'", "{}", "(text|tojson)"]
)
@pytest.mark.parametrize("key", ["__class__", "__doc__", "__len__", "upper", "append", "real", "_fields", "__html__"])
def test_no_attribute_exists(owner: str, key: str) -> None:
    body = f"{{{{ {owner}['{key}'] is defined }}}}{{{{ {owner}.{key.strip('_')} is defined }}}}"
    text, problems = _outcome(body, dict(VALUES))
    assert text == "FalseFalse" or (owner == "mapping.nothing" and problems)


def test_nothing_outside_is_touched_while_rendering() -> None:
    """No payload opens a file, imports, compiles or starts anything once its template is compiled."""
    seen: list[str] = []
    watching = False

    def watch(event: str, arguments: Any) -> None:
        if watching and event.split(".")[0] in ("open", "import", "exec", "compile", "os", "subprocess", "socket"):
            seen.append(event)

    sys.addaudithook(watch)
    for body in ESCAPES.values():
        try:
            template = compiled(body, list(VALUES), COMPONENTS)
        except TemplateInvalid:
            continue
        template.prepare()
        watching = True
        try:
            template.stream(VALUES, Meter())
        except (RenderError, InputError):
            pass
        finally:
            watching = False
    assert seen == []


def test_include_sees_only_what_it_declares() -> None:
    components = {"c": Component("{{ a }}{{ b|default('no b') }}", ("a",))}
    with pytest.raises(TemplateInvalid, match='undefined variable "b"'):
        compiled("{% set b = 1 %}{% include 'c' %}", ["a"], components)


def test_include_never_gets_a_macro() -> None:
    components = {"c": Component("{{ a }}", ("a",), {"a": "default"})}
    template = compiled("{% macro a() %}x{% endmacro %}{% include 'c' %}", [], components)
    assert "".join(template.stream({}, Meter())) == "default"
