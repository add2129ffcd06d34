"""Checking documents against the schema files that ship."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

import promptreg

_FOLDER = Path(promptreg.__file__).parent / "schemas"


@cache
def _validator(name: str) -> Any:
    schema = json.loads((_FOLDER / f"{name}-1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def valid(text: str, name: str) -> dict[str, Any]:
    """The document in `text`, after its schema `name` accepted it."""
    document: dict[str, Any] = json.loads(text)
    _validator(name).validate(document)
    assert document["schema"] == f"promptreg/{name}/1"
    return document
