"""What is told about a schema is a fault by the meta-schema of the draft."""

from __future__ import annotations

from typing import Any

import jsonschema
from hypothesis import event, given
from hypothesis import strategies as st

from promptreg.lint.schema_faults import schema_faults

_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.just(1.5),
    st.sampled_from(["string", "text", "object", "null", ""]),
)
_KEYS = st.sampled_from([
    "type", "enum", "required", "properties", "items", "minLength", "maximum", "allOf", "anyOf", "not", "$defs",
    "prefixItems", "additionalProperties",
])  # fmt: skip


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.dictionaries(_KEYS, inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
        st.lists(inner, max_size=2),
    )


@given(st.recursive(_LEAF, _schemas, max_leaves=8))
def test_every_fault_is_one_by_the_meta_schema(schema: Any) -> None:
    faults = list(schema_faults(schema))
    valid = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA).is_valid(schema)
    event(f"faults {bool(faults)}, valid {valid}")
    assert not (faults and valid), faults


@given(st.dictionaries(_KEYS, _LEAF, min_size=1, max_size=3))
def test_wrong_values_of_the_keywords_are_found(schema: Any) -> None:
    valid = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA).is_valid(schema)
    assert bool(list(schema_faults(schema))) == (not valid)
