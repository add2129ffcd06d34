"""Inputs from samples, files and single values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from promptreg.cli.inputs import assign, read_inputs
from promptreg.errors import InputError, InvalidFile, UsageError
from promptreg.model.inputs import InputSpec

_SPECS = {
    spec.name: spec
    for spec in (
        InputSpec("text", "string", {"type": "string"}),
        InputSpec("count", "integer", {"type": "integer"}),
        InputSpec("flag", "boolean", {"type": "boolean"}),
        InputSpec(
            "order",
            "object",
            {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "note": {"type": ["string", "null"]},
                    "items": {"type": "array", "items": {"type": "string"}},
                },
            },
        ),
        InputSpec("history", "messages", {"type": "messages"}),
    )
}


@pytest.mark.parametrize(
    ("assignment", "values"),
    [
        ("text=7", {"text": "7"}),
        ("text=", {"text": ""}),
        ("text=a=b", {"text": "a=b"}),
        ('text="quoted"', {"text": '"quoted"'}),
        ("count=7", {"count": 7}),
        ("count=seven", {"count": "seven"}),
        ("flag=true", {"flag": True}),
        ("unknown=[1, 2]", {"unknown": [1, 2]}),
        ("unknown=plain words", {"unknown": "plain words"}),
        ("unknown=NaN", {"unknown": "NaN"}),
        ('order={"id": "7"}', {"order": {"id": "7"}}),
        ("order.id=7", {"order": {"id": "7"}}),
        ("order.note=null", {"order": {"note": "null"}}),
        ("order.items[0]=5", {"order": {"items": ["5"]}}),
        ("order.total=5", {"order": {"total": 5}}),
        ("history[0].content=12", {"history": [{"content": "12"}]}),
    ],
)
def test_a_value_is_read_by_its_declared_type(assignment: str, values: dict[str, Any]) -> None:
    found: dict[str, Any] = {}
    assign(found, assignment, _SPECS)
    assert found == values


def test_a_key_path_reaches_into_a_sample_and_leaves_it_as_it_was() -> None:
    sample = {"order": {"id": "1", "items": ["a", "b"]}}
    values = dict(sample)
    assign(values, "order.items[1]=c", _SPECS)
    assign(values, "order.items[2]=d", _SPECS)
    assert values == {"order": {"id": "1", "items": ["a", "c", "d"]}}
    assert sample == {"order": {"id": "1", "items": ["a", "b"]}}


@pytest.mark.parametrize("text", ["text", "=x", "1a=x", "a..b=x", "a[x]=1", ".a=1", "a.=1", ""])
def test_what_is_no_assignment_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="expected KEY=VALUE"):
        assign({}, text, _SPECS)


@pytest.mark.parametrize(
    ("values", "text", "message"),
    [
        ({"order": {"items": ["a"]}}, "order.items[3]=x", "beyond the end"),
        ({"order": {"items": ["a"]}}, "order.items.a=x", "this is a list"),
        ({"order": {"id": "1"}}, "order[0]=x", "this is an object"),
        ({"order": {"id": "1"}}, "order.id.more=x", "this is a single value"),
    ],
)
def test_a_key_path_that_does_not_fit_is_refused(values: dict[str, Any], text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        assign(values, text, _SPECS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("in.json", '{"text": "0123", "count": 3}'),
        ("in.yaml", "text: 0123\ncount: 3\n"),
        ("in.yml", "text: '0123'\ncount: 3\n"),
        ("in", ' {"text": "0123", "count": 3}'),
        ("inputs.txt", "text: 0123\ncount: 3"),
    ],
    ids=["json", "yaml", "yml", "json by its first character", "yaml by default"],
)
def test_input_files_are_json_or_yaml(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert read_inputs(str(file), _SPECS) == {"text": "0123", "count": 3}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"[1]", "must be an object"),
        (b"just words", "must be an object"),
        (b'{"text": "\xff"}', "is not UTF-8"),
        (b"a: &x 1\nb: *x\n", ":1:4: "),
        (b"a: 1\na: 2\n", ":2:1: "),
    ],
    ids=["empty", "list", "text", "latin-1", "anchor", "duplicate"],
)
def test_a_broken_input_file_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / "in"
    file.write_bytes(data)
    with pytest.raises(InvalidFile, match=message):
        read_inputs(str(file), _SPECS)


def test_a_folder_or_a_missing_file_is_no_input_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(InvalidFile):
            read_inputs(str(path), _SPECS)
