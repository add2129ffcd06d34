"""Random templates of the whole dialect, with inputs that they render with most of the time."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.support.reference import Component

__all__ = ["Generated", "templates", "values"]

_WORDS = [
    "Refund",
    " the ",
    "customer",
    "\n",
    "\n\n",
    "  ",
    "- item\n",
    "1. step\n",
    "  nested\n",
    "```\n",
    "naïve ",
    "日本",
]
_WORDS += ["😀", "# Title\n", "{", "}", "%", "a % b", '"quoted"', "\t", "é", " \n ", "* star\n", "x"]
_SIGNS = ["", "", "", "", "-", "+"]
_STRINGS = ["abc", "", "a b", "É", "x-y", "\\n", "it\\'s", "%s", "日本語"]
INPUTS = {
    "title": "str",
    "name": "str",
    "count": "int",
    "price": "float",
    "flag": "bool",
    "tags": "list",
    "ticket": "ticket",
    "history": "history",
    "table": "table",
}
_letters = st.one_of(
    st.text(st.sampled_from("abcXYZ éß日😀<&>'\"\n{}%-#"), max_size=6),
    st.sampled_from(["plain text", "a\n- b\n", "Ünï"]),
)


class Generated(NamedTuple):
    """A body, the components it includes in order of definition, values for its inputs, and white space settings."""

    body: str
    components: dict[str, Component]
    values: dict[str, Any]
    crlf: bool
    trim_blocks: bool
    lstrip_blocks: bool


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    """Inputs for any generated template."""
    turn = st.fixed_dictionaries({"role": _letters, "content": _letters, "parts": st.lists(_letters, max_size=2)})
    return {
        "title": draw(_letters),
        "name": draw(_letters),
        "count": draw(st.integers(-3, 12)),
        "price": draw(st.sampled_from([0.5, 2.0, 19.99])),
        "flag": draw(st.booleans()),
        "tags": draw(st.lists(_letters, max_size=3)),
        "ticket": {"subject": draw(_letters), "body": draw(_letters), "n": draw(st.integers(0, 3))},
        "history": draw(st.lists(turn, max_size=3)),
        "table": draw(st.dictionaries(st.sampled_from(["k1", "k2", "zz"]), _letters, max_size=2)),
    }


class _Scope(NamedTuple):
    """Names that can be used here by type, whether `loop` can, and how much deeper blocks may go."""

    names: dict[str, list[str]]
    loop: bool
    depth: int

    def plus(self, kind: str, name: str) -> _Scope:
        names = {**self.names, kind: [*self.names.get(kind, []), name]}
        return self._replace(names=names)


class _Writer:
    """Draws source text. `plain` leaves out whatever lets text or letters of values decide something."""

    def __init__(self, draw: st.DrawFn, components: dict[str, Component], *, plain: bool) -> None:
        self.draw = draw
        self.components = components
        self.plain = plain
        self.macros: list[tuple[str, int, bool]] = []
        self.serial = 0

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def fresh(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    # -- expressions

    def text(self, scope: _Scope, depth: int = 2) -> str:
        options = ["path", "path", "path", "literal"]
        if depth > 0:
            options += ["filter", "filter", "concat", "slice", "choice", "join", "number"]
            if scope.loop:
                options += ["cycle"]
            if self.macros and not self.plain:
                options += ["macro"]
        kind = self.pick(options)
        if kind == "path":
            return self.pick(scope.names["str"])
        if kind == "literal":
            return '"' + self.pick(_STRINGS).replace('"', "") + '"'
        if kind == "concat":
            return f"({self.text(scope, depth - 1)} ~ {self.text(scope, depth - 1)})"
        if kind == "slice":
            return f"({self.text(scope, depth - 1)})[{self.pick(['1:', ':2', '::-1', '1:3', '-1:'])}]"
        if kind == "choice":
            other = self.pick([f" else {self.text(scope, depth - 1)}", ""])
            return f"({self.text(scope, depth - 1)} if {self.truth(scope, depth - 1)}{other})"
        if kind == "join":
            return f"{self.sequence(scope, depth - 1)}|join({self.pick(['', chr(34) + ', ' + chr(34)])})"
        if kind == "cycle":
            return f"loop.cycle({self.text(scope, 0)}, 'odd')"
        if kind == "macro":
            return self.call(scope)
        if kind == "number":
            return f"{self.number(scope, depth - 1)}|string"
        return f"{self.text(scope, depth - 1)}|{self.pick(_TEXT_FILTERS)}"

    def number(self, scope: _Scope, depth: int = 2) -> str:
        options = ["path", "literal"]
        if depth > 0:
            options += ["sum", "length", "int"]
            if scope.loop:
                options += ["loop", "loop"]
        kind = self.pick(options)
        if kind == "path":
            return self.pick([*scope.names["int"], "price"])
        if kind == "literal":
            return self.pick(["0", "1", "7", "2.5", "-3", "0x1F", "1_000"])
        if kind == "sum":
            sign = self.pick(["+", "-", "*", "//", "/", "%"])
            return f"({self.number(scope, depth - 1)} {sign} {self.number(scope, depth - 1)})"
        if kind == "length":
            return f"{self.sequence(scope, depth - 1)}|length"
        if kind == "int":
            return f"{self.number(scope, depth - 1)}|{self.pick(['int', 'round', 'abs', 'float'])}"
        return self.pick(["loop.index", "loop.index0", "loop.revindex", "loop.length", "loop.depth"])

    def truth(self, scope: _Scope, depth: int = 2) -> str:
        options = ["path", "compare"]
        if depth > 0:
            options += ["not", "both", "test", "some"]
            options += [] if self.plain else ["in", "equal", "chain", "changed"]
            options += ["edge"] if scope.loop else []
        kind = self.pick(options)
        if kind == "path":
            return "flag"
        if kind == "compare":
            return f"{self.number(scope, depth - 1)} {self.pick(['<', '>=', '==', '!='])} {self.number(scope, 0)}"
        if kind == "not":
            return f"not {self.truth(scope, depth - 1)}"
        if kind == "both":
            return f"({self.truth(scope, depth - 1)} {self.pick(['and', 'or'])} {self.truth(scope, depth - 1)})"
        if kind == "test":
            return f"{self.number(scope, depth - 1)} is {self.pick(['odd', 'even', 'defined', 'number', 'none'])}"
        if kind == "some":
            return self.sequence(scope, depth - 1)
        if kind == "in":
            return f"{self.text(scope, depth - 1)} {self.pick(['in', 'not in'])} {self.sequence(scope, depth - 1)}"
        if kind == "equal":
            return f"{self.text(scope, depth - 1)} {self.pick(['==', '<', 'is not eq'])} {self.text(scope, depth - 1)}"
        if kind == "chain":
            return f"{self.number(scope, 0)} < {self.number(scope, depth - 1)} <= {self.number(scope, 0)}"
        if kind == "changed":
            return f"loop.changed({self.text(scope, 0)})" if scope.loop else "flag"
        return self.pick(["loop.first", "loop.last"])

    def sequence(self, scope: _Scope, depth: int = 2) -> str:
        options = ["path", "path"]
        if depth > 0:
            options += ["slice", "literal", "content", "filter"]
            options += [] if self.plain else ["select", "batch"]
        kind = self.pick(options)
        if kind == "path":
            return self.pick(scope.names["list"])
        if kind == "slice":
            return f"{self.sequence(scope, depth - 1)}[{self.pick(['1:', ':1', '::-1'])}]"
        if kind == "literal":
            return f"[{self.text(scope, depth - 1)}, {self.text(scope, 0)}]"
        if kind == "content":
            return self.pick(['history|map(attribute="content")|list', "history|map(attribute='role')|unique|list"])
        if kind == "select":
            choice = self.pick(["select", "reject('lower')", "map('upper')"])
            return f"{self.sequence(scope, depth - 1)}|{choice}|list"
        if kind == "batch":
            return f"({self.sequence(scope, depth - 1)}|batch(2)|first|default([]))"
        return f"{self.sequence(scope, depth - 1)}|{self.pick(['reverse|list', 'list', 'sort', 'unique|list'])}"

    def call(self, scope: _Scope) -> str:
        name, count, _ = self.pick(self.macros)
        given = self.draw(st.integers(0, count))
        arguments = [self.text(scope, 0) for _ in range(given)]
        return f"{name}({', '.join(arguments)})"

    # -- statements

    def tag(self, content: str) -> str:
        opening, closing = self.pick(_SIGNS), self.pick(_SIGNS)
        return f"{{%{opening} {content} {closing}%}}" + self.pick(["", "", "\n"])

    def output(self, expression: str) -> str:
        return f"{{{{{self.pick(['', '', '-', '+'])} {expression} {self.pick(['', '', '-'])}}}}}"

    def block(self, scope: _Scope, most: int = 4) -> str:
        count = self.draw(st.integers(1, most))
        parts = []
        for _ in range(count):
            part, scope = self.statement(scope)
            parts.append(part)
        return "".join(parts)

    def statement(self, scope: _Scope) -> tuple[str, _Scope]:
        options = ["literal", "literal", "literal", "value", "value", "value", "comment", "raw", "other"]
        if scope.depth > 0:
            options += ["if", "for", "for", "with", "set", "setblock", "filter", "macro", "callmacro", "callblock"]
            options += ["include", "include"] if self.components else []
        return getattr(self, f"_{self.pick(options)}")(scope)

    def _literal(self, scope: _Scope) -> tuple[str, _Scope]:
        return "".join(self.draw(st.lists(st.sampled_from(_WORDS), max_size=4))), scope

    def _value(self, scope: _Scope) -> tuple[str, _Scope]:
        if self.pick([True, True, False]):
            return self.output(self.pick(scope.names["str"])), scope
        return self.output(self.text(scope)), scope

    def _other(self, scope: _Scope) -> tuple[str, _Scope]:
        kind = self.pick(["number", "truth", "sequence"])
        return self.output(getattr(self, kind)(scope)), scope

    def _comment(self, scope: _Scope) -> tuple[str, _Scope]:
        return f"{{#{self.pick(_SIGNS)} note {{{{ x }}}} {self.pick(_SIGNS)}#}}", scope

    def _raw(self, scope: _Scope) -> tuple[str, _Scope]:
        return f"{{% raw {self.pick(['', '-'])}%}}{{{{ not }}}} {{% a %}}\n{self.tag('endraw')}", scope

    def _if(self, scope: _Scope) -> tuple[str, _Scope]:
        inner = scope._replace(depth=scope.depth - 1)
        text = self.tag(f"if {self.truth(scope)}") + self.block(inner)
        for _ in range(self.draw(st.integers(0, 1))):
            text += self.tag(f"elif {self.truth(scope)}") + self.block(inner)
        if self.pick([True, False]):
            text += self.tag("else") + self.block(inner)
        return text + self.tag("endif"), scope

    def _for(self, scope: _Scope) -> tuple[str, _Scope]:
        inner = scope._replace(depth=scope.depth - 1, loop=True)
        variable = self.fresh("v") if self.pick([True, True, False]) else self.pick(["title", "v1"])
        kind = self.pick(["history", "history", "tags", "sequence", "items", "filtered", "pairs"])
        if kind in ("history", "filtered"):
            inner = inner.plus("str", f"{variable}.content").plus("str", f"{variable}['role']")
            inner = inner.plus("list", f"{variable}.parts")
        else:
            inner = inner.plus("str", variable)
        head = {
            "history": f"for {variable} in history",
            "tags": f"for {variable} in {self.pick(scope.names['list'])}",
            "sequence": f"for {variable} in {self.sequence(scope)}",
            "items": f"for {variable}, other in table|dictsort",
            "pairs": f"for other, {variable} in table|items",
            "filtered": f"for {variable} in history if {self.truth(scope._replace(loop=False))}",
        }[kind]
        text = self.tag(head) + self.block(inner)
        if self.pick([True, False]):
            text += self.tag("else") + self.block(scope._replace(depth=scope.depth - 1))
        return text + self.tag("endfor"), scope

    def _with(self, scope: _Scope) -> tuple[str, _Scope]:
        name = self.fresh("w") if self.pick([True, False]) else "name"
        inner = scope._replace(depth=scope.depth - 1).plus("str", name)
        body = self.tag(f"with {name} = {self.text(scope)}") + self.block(inner) + self.tag("endwith")
        return body, scope

    def _set(self, scope: _Scope) -> tuple[str, _Scope]:
        name = self.fresh("s") if self.pick([True, True, False]) else "title"
        return self.tag(f"set {name} = {self.text(scope)}"), scope.plus("str", name)

    def _setblock(self, scope: _Scope) -> tuple[str, _Scope]:
        name = self.fresh("b")
        inner = scope._replace(depth=scope.depth - 1)
        head = f"set {name}{self.pick(['', '|upper', '|trim|title'])}"
        return self.tag(head) + self.block(inner) + self.tag("endset"), scope.plus("str", name)

    def _filter(self, scope: _Scope) -> tuple[str, _Scope]:
        inner = scope._replace(depth=scope.depth - 1)
        return self.tag(f"filter {self.pick(_TEXT_FILTERS)}") + self.block(inner) + self.tag("endfilter"), scope

    def _macro(self, scope: _Scope) -> tuple[str, _Scope]:
        name = self.fresh("m")
        count = self.draw(st.integers(0, 2))
        arguments = [self.fresh("a") for _ in range(count)]
        signature = ", ".join(f"{a}={self.text(scope, 0)}" for a in arguments)
        inner = scope._replace(depth=scope.depth - 1, loop=False)
        for argument in arguments:
            inner = inner.plus("str", argument)
        calls = self.pick([True, False])
        middle = self.output("caller()" if self.pick([True, False]) else "caller()|trim") if calls else ""
        body = self.block(inner, 3) + middle + self.block(inner, 2)
        text = self.tag(f"macro {name}({signature})") + body + self.tag("endmacro")
        self.macros.append((name, count, calls))
        return text, scope

    def _callmacro(self, scope: _Scope) -> tuple[str, _Scope]:
        plain = [macro for macro in self.macros if not macro[2]]
        if not plain:
            return "", scope
        return self.output(f"{self.pick(plain)[0]}({self.text(scope, 0)})"), scope

    def _callblock(self, scope: _Scope) -> tuple[str, _Scope]:
        calling = [macro for macro in self.macros if macro[2]]
        if not calling:
            return "", scope
        inner = scope._replace(depth=scope.depth - 1)
        return self.tag(f"call {self.pick(calling)[0]}()") + self.block(inner, 3) + self.tag("endcall"), scope

    def _include(self, scope: _Scope) -> tuple[str, _Scope]:
        return self.tag(f'include "{self.pick(sorted(self.components))}"'), scope


_TEXT_FILTERS = [
    *("upper", "lower", "trim", "title", "capitalize", "replace('a', 'bb')", "default('d')", "truncate(4, true)"),
    *("indent(2)", "center(9)", "wordwrap(5)", "tojson", "urlencode", "reverse", "string", "indent(1, true, true)"),
]
_TOP = {
    "str": ["title", "name", "ticket.subject", "ticket['body']", "history[0].content", "tags[0]|default('none')"],
    "int": ["count", "ticket.n"],
    "list": ["tags", "tags", "history[0].parts"],
}


@st.composite
def templates(draw: st.DrawFn, *, plain: bool = False, vary_settings: bool = True) -> Generated:
    """A template of the dialect; `plain` ones never let the letters of a value decide anything."""
    components: dict[str, Component] = {}
    for number in range(draw(st.integers(0, 2))):
        chosen = draw(st.lists(st.sampled_from(["title", "name", "v1", "s1", "other"]), unique=True, max_size=4))
        inputs = ("count", "price", "flag", "tags", "ticket", "history", "table", *chosen)
        defaults = {name: f"default {name}" for name in chosen if draw(st.booleans())}
        names = {**_TOP, "str": ["ticket.subject", "ticket.body", *chosen]}
        body = _Writer(draw, dict(components), plain=plain).block(_Scope(names, False, 2), 5)
        components[f"c{number}"] = Component(body, inputs, defaults)
    body = _Writer(draw, components, plain=plain).block(_Scope(_TOP, False, 3), 7)
    switch = st.booleans() if vary_settings else st.just(True)
    return Generated(body, components, draw(values()), draw(st.booleans()), draw(switch), draw(switch))
