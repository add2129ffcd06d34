"""What is said about a test from declarations alone holds for every input that fits them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptreg.errors import PromptregError
from promptreg.lint.declared import Declared
from promptreg.lint.subjects import Body, Template
from promptreg.model.check import Fault, copy_checked
from promptreg.model.inputs import InputSpec
from promptreg.template import Limits, Meter, compile_expression
from promptreg.text import Source, TextMap

NAMES = {
    name: InputSpec(name, schema.get("type", "string"), schema)
    for name, schema in {
        "tone": {"type": "string", "enum": ["warm", "cold"]},
        "code": {"type": "string", "pattern": "^[a-z]{2}$"},
        "title": {"type": "string", "minLength": 1, "maxLength": 3},
        "count": {"type": "integer", "minimum": 1, "maximum": 5},
        "price": {"type": "number", "minimum": 0},
        "flag": {"type": "boolean"},
        "kinds": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "one": {"type": "object", "properties": {"size": {"type": "integer", "enum": [1, 2]}}, "required": ["size"]},
    }.items()
}
VALUES = st.fixed_dictionaries(
    {
        "tone": st.sampled_from(["warm", "cold"]),
        "code": st.sampled_from(["de", "en"]),
        "title": st.sampled_from(["a", "warm"[:3], "1"]),
        "count": st.integers(1, 5),
        "price": st.sampled_from([0, 0.0, 1, 1.0, 2.5, 5]),
        "flag": st.booleans(),
        "kinds": st.lists(st.sampled_from(["a", "b"]), max_size=2),
        "one": st.fixed_dictionaries({"size": st.sampled_from([1, 2])}),
    }
)
PATHS = st.sampled_from(["tone", "code", "title", "count", "price", "flag", "one.size"])
CONSTANTS = st.sampled_from(
    ['"warm"', '"cold"', '"hot"', '"de"', '"deu"', '""', '"a"', '"c"', "0", "1", "-1", "5", "6", "1.0", "2.5", "true",
     "false", "none"]
)  # fmt: skip
ATOMS = st.one_of(
    st.tuples(PATHS, st.sampled_from(["==", "!="]), CONSTANTS).map(" ".join),
    st.tuples(CONSTANTS, st.sampled_from(["==", "!="]), PATHS).map(" ".join),
    st.tuples(
        st.sampled_from(["count", "price"]), st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from("01256")
    ).map(" ".join),
    st.tuples(
        st.sampled_from("01256"), st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(["count", "price"])
    ).map(" ".join),
    st.tuples(PATHS, st.sampled_from(["in", "not in"]), CONSTANTS, CONSTANTS).map(
        lambda one: f"{one[0]} {one[1]} [{one[2]}, {one[3]}]"
    ),
    st.tuples(CONSTANTS, st.sampled_from(["in", "not in"])).map(lambda one: f"{one[0]} {one[1]} kinds"),
    st.tuples(PATHS, st.sampled_from(["is none", "is not none", "is defined", "is not defined"])).map(" ".join),
    st.sampled_from(["true", "false", "flag"]),
)
TESTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda one: f"({one[0]}) {one[1]} ({one[2]})"),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)


def declared(text: str) -> bool | None:
    source = Source("x.yaml", text)
    body = Body(TextMap.whole(source, text, 0, len(text)), "expression", NAMES)
    template = Template(None, body)  # type: ignore[arg-type]
    assert template.parsed is not None, template.problems
    return Declared(template).truth(template.parsed.tree.body[0].nodes[0])  # type: ignore[attr-defined]


@given(TESTS, VALUES)
def test_a_decided_test_has_that_outcome(text: str, values: dict[str, Any]) -> None:
    said = declared(text)
    assume(said is not None)
    faults: list[Fault] = []
    for name, spec in NAMES.items():
        copy_checked(values[name], spec.schema, (name,), faults)
    assert not faults
    try:
        expression = compile_expression(
            TextMap.whole(Source("x.yaml", text), text, 0, len(text)), name="x", names=list(NAMES)
        )
        found = expression.value(values, Meter(Limits()))
    except PromptregError:
        return
    assert bool(found) is said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('tone == "hot"', False),
        ('tone != "hot"', True),
        ('tone == "warm"', None),
        ('code == "deu"', False),
        ("count > 5", False),
        ("count >= 1", True),
        ("price == false", None),
        ("flag == 1", None),
        ('flag == "yes"', False),
        ('"c" in kinds', False),
        ('tone in ["hot", "mild"]', False),
        ("one.size == 3", False),
        ("title is none", False),
        ('tone == "hot" or flag', None),
        ('tone == "hot" and flag', False),
    ],
)
def test_what_declarations_decide(text: str, expected: bool | None) -> None:
    assert declared(text) is expected
