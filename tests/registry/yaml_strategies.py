"""Generated YAML: values, texts that are awkward to write, and the reference reader of YAML 1.2."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from hypothesis import assume
from hypothesis import strategies as st

from promptreg.text import Source

# Letters and digits come up often, so that a map that has lost them is noticed.
AWKWARD = "ab1 \n\t'\"\\:#-{}[],&*!|>%@`?~🙂é漢\xa0\x07"

texts = st.one_of(
    st.text(st.sampled_from("ab \n"), max_size=24),
    st.text(st.sampled_from("ab1 \n\t'\"\\:#-é🙂"), max_size=40),
    st.text(st.sampled_from(AWKWARD), max_size=40),
    st.lists(st.sampled_from(["one", "two", " three", "four words and more", "", "  ", "\ttab", "x: y", "# z"])).map(
        "\n".join
    ),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.sampled_from(
        ["no", "on", "0123", "1.10", "1e3", "0o17", "0x1F", "null", "~", "2024-01-01", "12:30:45", "1_000"]
    ),
)
keys = st.one_of(st.text(st.sampled_from("abc-_1é"), min_size=1, max_size=4), texts)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
roots = st.lists(values, min_size=1, max_size=3) | st.dictionaries(keys, values, min_size=1, max_size=4)


class Written(NamedTuple):
    """A YAML text inside a file: the file and the offset where the text begins."""

    source: Source
    start: int


class _Reference(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML with the core schema of YAML 1.2; keys and digits with leading zeros are text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}


class _Core(yaml.SafeDumper):
    """Writes plain scalars that mean the same to the reference, and texts in one style wherever it is possible."""

    text_style: str | None = None

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=self.text_style)


_Core.add_representer(str, _Core.represent_text)


_RESOLVERS = {
    "tag:yaml.org,2002:null": (r"(?:null|Null|NULL|~|)", "nN~\0"),
    "tag:yaml.org,2002:bool": (r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
    "tag:yaml.org,2002:int": (r"(?:[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+)", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
        "-+.0123456789",
    ),
}
for _class in (_Reference, _Core):
    _class.yaml_implicit_resolvers = {}
    for _tag, (_pattern, _first) in _RESOLVERS.items():
        _starts = ["" if char == "\0" else char for char in _first]
        _class.add_implicit_resolver(_tag, re.compile(f"{_pattern}$"), _starts)


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(node.value, 0)


def _float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(node.value)


_Reference.add_constructor("tag:yaml.org,2002:int", _integer)
_Reference.add_constructor("tag:yaml.org,2002:float", _float)


def reference(text: str) -> Any:
    """What an independent YAML 1.2 reader makes of `text`."""
    return yaml.load(text, Loader=_Reference)


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of `yaml.dump` that say how something is written."""
    return {
        "default_flow_style": draw(st.booleans()),
        "width": draw(st.sampled_from([8, 20, 80, 1000])),
        "indent": draw(st.integers(2, 5)),
        "allow_unicode": draw(st.booleans()),
        "sort_keys": False,
    }


@st.composite
def written(draw: st.DrawFn, value: Any) -> Written:
    """`value` as YAML in some layout, somewhere in a file with LF or CR LF line ends."""
    style = draw(st.sampled_from([None, "'", '"', "|", ">"]))
    text = yaml.dump(value, Dumper=type("Dumper", (_Core,), {"text_style": style}), **draw(layouts()))
    # In narrow columns PyYAML writes some texts wrongly (a doubled backslash where a quoted line is broken).
    assume(reference(text) == value)
    before = draw(st.sampled_from(["", "---\n", "🙂é\n"]))
    whole = before + text
    if draw(st.booleans()):
        whole, before = whole.replace("\n", "\r\n"), before.replace("\n", "\r\n")
    return Written(Source("a.yaml", whole), len(before))


_SNIPPETS = ["a: ", "b:\n", "- ", "\n", "\n  ", " ", "{", "}", "[", "]", ",", ": ", "? ", "x", "1", "{{ x }}", "'", '"']
_RARE = [
    "&a ",
    "*a",
    "!t ",
    "! ",
    "<<: ",
    "|\n",
    ">-\n",
    "\t",
    "#",
    "---\n",
    "...\n",
    "%",
    "\r\n",
    "\r",
    "\x85",
    "\u2028",
]
near_yaml = st.lists(st.one_of(st.sampled_from(_SNIPPETS), st.sampled_from(_SNIPPETS + _RARE)), max_size=14).map(
    "".join
)


@st.composite
def _block_scalar(draw: st.DrawFn) -> str:
    """A hand-written block scalar in a list, with every header and with blank, indented and unfinished lines."""
    header = draw(st.sampled_from("|>")) + draw(st.sampled_from(["", "-", "+", "1", "2", "2-", "+1"]))
    line = st.tuples(st.integers(0, 6), st.sampled_from(["", "", "a", "b c", "# d", "\te", "- f", "é🙂"]))
    lines = [" " * spaces + text for spaces, text in draw(st.lists(line, max_size=7))]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    rest = draw(st.sampled_from(["", end, f"{end}- next", f"{end}{end}m: next{end}", f"{end}# comment{end}"]))
    return end.join([f"k:{end}- {header}", *lines]) + rest


block_scalars = _block_scalar()
