"""A post-condition reads a key that no answer can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import nearest
from promptreg.lint.finding import Hit, Related, instead
from promptreg.lint.output_schema import schema_of
from promptreg.lint.rule import Rule
from promptreg.lint.schema_check import at_pointer
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_DEPTH = 20


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    if template.body.key[:2] != ("output", "ensures") or template.parsed is None:
        return
    from jinja2 import nodes

    from promptreg.template.facts import walk
    from promptreg.template.flows import path_of
    from promptreg.template.positions import start_of

    head = template.head
    schema = schema_of(head.workspace.composition(head.name))
    inner: set[int] = set()
    for node in walk(template.parsed.tree):
        found = path_of(node) if isinstance(node, nodes.Getattr | nodes.Getitem) and id(node) not in inner else None
        if found is None or found[0].name != "output":
            continue
        inner.update(map(id, walk(node)))
        unknown = _unknown(found[1], schema)
        if unknown is not None:
            key, near = unknown
            start = template.parsed.tokens.name_after((start_of(node) or 0) + len("output"), key)
            place = template.place(start, start + len(key))
            meant = f' (did you mean "{near}"?)' if near else ""
            related = Related("the schema is declared here", head.place(("output", "schema")), head.name)
            fix = instead(place, key, near)
            yield Hit(f'the schema of the answer has no key "{key}"{meant}', place, (related,), fix)


def _unknown(path: tuple[str | int, ...], root: Any) -> tuple[str, str | None] | None:
    """The first key of a path that the schema excludes, with the nearest one it has; None if there is none."""
    schema = root
    for step in path:
        for _ in range(_DEPTH):
            if isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
                schema = at_pointer(root, schema["$ref"])
        if not isinstance(schema, Mapping):
            return None
        if isinstance(step, int):
            schema = schema.get("items")
            continue
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or schema.get("additionalProperties") is not False:
            return None
        if step not in properties:
            return None if "patternProperties" in schema else (step, nearest(step, properties))
        schema = properties[step]
    return None


RULE = Rule(
    name="unknown-output-key",
    code="OUT004",
    summary="A post-condition reads a key that the schema of the answer does not have.",
    scope="template",
    check=_check,
    severity="error",
    fix="unsafe",
)
