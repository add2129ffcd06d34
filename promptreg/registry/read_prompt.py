"""Files of prompts: YAML compositions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from promptreg.errors import Problem, nearest
from promptreg.model.check import path_text
from promptreg.model.component import Use
from promptreg.model.digest import json_digest
from promptreg.model.inputs import InputSpec
from promptreg.model.kinds import MESSAGE_ROLES, SLOT_ROLES, is_label, is_name
from promptreg.model.prompt import Message, Output, Part, Prompt, SampleSpec, Slot, Variant
from promptreg.model.written import KeyPath
from promptreg.registry.read_budget import read_part_budget, read_prompt_budget
from promptreg.registry.read_component import Scan, include_uses
from promptreg.registry.read_inputs import read_inputs, read_value
from promptreg.registry.read_needs import read_needs
from promptreg.registry.read_variants import read_use, read_variants
from promptreg.registry.reader import Reader, plain
from promptreg.registry.strict_yaml import Document
from promptreg.registry.written import FileWritten
from promptreg.text import Source

__all__ = ["read_prompt"]

_KEYS = (
    "kind", "version", "summary", "languages", "model", "inputs", "requires", "output", "budget", "messages",
    "samples",
)  # fmt: skip
_FENCE = re.compile(r"[a-z][a-z0-9_-]*")
_ALL_ROLES = (*MESSAGE_ROLES, "tool")


def read_prompt(source: Source, name: str, document: Document, scan: Scan, known: tuple[Problem, ...] = ()) -> Prompt:
    """The prompt written in a YAML file; raises InvalidFile with every fault (see Reader for `known`)."""
    reader = Reader(document, known)
    head = reader.mapping(document.root, (), _KEYS, required=("kind", "version", "messages"))
    version = reader.version(head.get("version", "0.0.0"), ("version",))
    inputs = read_inputs(reader, head.get("inputs"))
    requires = _read_expressions(reader, head.get("requires", []), ("requires",))
    output = _read_output(reader, head["output"]) if "output" in head else None
    budget = read_prompt_budget(reader, head["budget"]) if "budget" in head else {}
    messages = _Messages(reader, inputs, name, scan).read(head["messages"]) if "messages" in head else ()
    samples = _read_samples(reader, head.get("samples", {}), inputs)
    summary = reader.text(head["summary"], ("summary",)) if "summary" in head else ""
    model = reader.text(head["model"], ("model",)) if "model" in head else None
    languages = _read_languages(reader, head.get("languages", []))
    reader.finish()
    return Prompt(
        name=name,
        version=version,
        summary=summary,
        model=model,
        inputs=inputs,
        requires=requires,
        output=output,
        budget=budget,
        messages=messages,
        samples=samples,
        languages=languages,
        written=FileWritten(source),
        body_digest=_body_digest(document, head),
        contract_digest=_contract(head, inputs),
    )


def _body_digest(document: Document, head: dict[str, Any]) -> str:
    """Of all that is sent: also of how a number is written, as `1.10` bound to a string is other text than `1.1`."""
    body = {key: plain(head[key]) for key in ("messages", "budget", "model") if key in head}
    return json_digest([body, sorted(_unusual(document, body, ()))])


def _unusual(document: Document, value: Any, path: KeyPath) -> Iterator[list[str]]:
    """Key path and text of every number and truth value that is not written as in JSON."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _unusual(document, item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unusual(document, item, (*path, index))
    elif isinstance(value, (int, float)):
        raw = document.raw_scalar(path)
        if raw != json.dumps(value):
            yield [path_text(path), raw]


def _contract(head: dict[str, Any], inputs: dict[str, InputSpec]) -> str:
    shape = [
        ["slot", item["slot"], item.get("roles")] if "slot" in item else ["message", item.get("role")]
        for item in head["messages"]
    ]
    promises = {key: plain(head[key]) for key in ("requires", "output") if key in head}
    return json_digest(["prompt", {name: spec.contract() for name, spec in inputs.items()}, shape, promises])


def _read_languages(reader: Reader, value: Any) -> tuple[str, ...]:
    found: list[str] = []
    for index, item in enumerate(reader.sequence(value, ("languages",))):
        name = reader.scalar(item, ("languages", index))
        if name is None:
            continue
        if not name.strip():
            reader.fault(("languages", index), "must name a language")
        elif name.lower() in map(str.lower, found):
            reader.fault(("languages", index), f'"{name}" is named twice')
        found.append(name)
    return tuple(found)


def _read_expressions(reader: Reader, value: Any, path: KeyPath) -> int:
    items = reader.sequence(value, path)
    for index, item in enumerate(items):
        if not isinstance(item, str):
            reader.fault((*path, index), "must be an expression written as text")
    return len(items)


def _read_output(reader: Reader, value: Any) -> Output:
    shape = reader.mapping(value, ("output",), ("schema", "ensures"))
    schema = shape.get("schema")
    if schema is not None and not isinstance(schema, (str, dict)):
        reader.fault(("output", "schema"), "must be a file name or a schema")
    if isinstance(schema, str):
        _check_file(reader, schema, ("output", "schema"))
    ensures = _read_expressions(reader, shape.get("ensures", []), ("output", "ensures"))
    return Output(plain(schema), ensures)


def _check_file(reader: Reader, file: str, path: KeyPath) -> None:
    steps = file.replace("\\", "/").split("/")
    if not file.isprintable() or not file or file.startswith("/") or ".." in steps or ":" in steps[0]:
        reader.fault(path, f'"{file}" must be a path inside the registry, relative to it')


def _read_samples(reader: Reader, value: Any, inputs: dict[str, InputSpec]) -> dict[str, SampleSpec]:
    samples = {}
    for name, item in reader.named(value, ("samples",)).items():
        path = ("samples", name)
        if not is_label(name):
            reader.fault(path, f'"{name}" cannot name a sample: use lower-case letters, digits and "-"', key=True)
        if isinstance(item, dict) and list(item) == ["file"] and "file" not in inputs:
            file = reader.scalar(item["file"], (*path, "file"))
            if file is not None:
                _check_file(reader, file, (*path, "file"))
            samples[name] = SampleSpec(name, None, file)
        else:
            given = reader.named(item, path)
            samples[name] = SampleSpec(
                name, {key: _sample_value(reader, inputs, key, given[key], path) for key in given}, None
            )
    return samples


def _sample_value(reader: Reader, inputs: dict[str, InputSpec], key: str, value: Any, path: KeyPath) -> Any:
    spec = inputs.get(key)
    return plain(value) if spec is None else read_value(reader, spec, value, (*path, key))


class _Messages:
    """Reads the `messages` list of one prompt."""

    def __init__(self, reader: Reader, inputs: dict[str, InputSpec], name: str, scan: Scan) -> None:
        self.reader = reader
        self.inputs = inputs
        self.name = name
        self.scan = scan

    def read(self, value: Any) -> tuple[Message | Slot, ...]:
        found: list[Message | Slot] = []
        for index, item in enumerate(self.reader.sequence(value, ("messages",), least=1)):
            path: KeyPath = ("messages", index)
            if isinstance(item, dict) and "slot" in item:
                found.append(self._slot(item, path, index))
            else:
                found.append(self._message(item, path, index))
        return read_needs(self.reader, tuple(found))

    def _slot(self, value: Any, path: KeyPath, index: int) -> Slot:
        reader = self.reader
        shape = reader.mapping(value, path, ("slot", "roles", "budget"))
        name = reader.scalar(shape["slot"], (*path, "slot"))
        spec = self.inputs.get(name or "")
        if name is not None and (spec is None or spec.type != "messages"):
            lists = [key for key, item in self.inputs.items() if item.type == "messages"]
            reason = f'"{name}" is not an input of type messages'
            reader.fault((*path, "slot"), reason, suggestion=nearest(name, lists))
        roles: tuple[str, ...] = SLOT_ROLES
        if "roles" in shape:
            listed = reader.sequence(shape["roles"], (*path, "roles"), least=1)
            roles = tuple(reader.choice(role, (*path, "roles", at), _ALL_ROLES) for at, role in enumerate(listed))
        budget = read_part_budget(reader, shape["budget"], (*path, "budget"), "slot") if "budget" in shape else {}
        return Slot(index, path, name or "", roles, budget)

    def _message(self, value: Any, path: KeyPath, index: int) -> Message:
        reader = self.reader
        shape = reader.mapping(value, path, ("role", "parts", "separator", "slot"), required=("role", "parts"))
        role = reader.choice(shape["role"], (*path, "role"), MESSAGE_ROLES) if "role" in shape else "user"
        separator = reader.text(shape["separator"], (*path, "separator")) if "separator" in shape else "\n\n"
        listed = reader.sequence(shape.get("parts", []), (*path, "parts"), least=1) if "parts" in shape else []
        parts = [self._part(item, (*path, "parts", at), f"{index}.{at}") for at, item in enumerate(listed)]
        return Message(index, role, separator, tuple(parts))

    def _part(self, value: Any, path: KeyPath, label: str) -> Part:
        reader = self.reader
        is_ref = isinstance(value, str) and "/" in value and is_name(value.partition("@")[0])
        meant = f"use: {value}" if is_ref else None
        shape = reader.mapping(value, path, ("use", "text", "with", "when", "fence", "budget"), meant=meant)
        if isinstance(value, dict) and ("use" in shape) == ("text" in shape):
            both = 'has both "use" and "text": keep one of them, and put the other into a part of its own'
            reader.fault(path, both if "use" in shape else 'must have either "use" (a component) or "text"')
        use = read_use(reader, shape["use"], (*path, "use")) if "use" in shape else None
        includes: tuple[Use, ...] = ()
        if "text" in shape:
            if isinstance(shape["text"], str):
                includes = include_uses(reader, reader.document.text_map((*path, "text")), self.name, self.scan)
            else:
                reader.fault((*path, "text"), "must be template text (quote it)")
        if "when" in shape and not isinstance(shape["when"], str):
            reader.fault((*path, "when"), "must be an expression written as text")
        place = "use" if "use" in shape else "text"
        budget = read_part_budget(reader, shape["budget"], (*path, "budget"), place) if "budget" in shape else {}
        variants: tuple[Variant, ...] = ()
        if "variants" in budget:
            key: KeyPath = (*path, "budget", "variants")
            variants = read_variants(reader, shape["budget"]["variants"], key, self.name, self.scan)
        bindings = self._bindings(shape, path)
        fence = self._fence(shape, path)
        return Part(label, path, use, bindings, "when" in shape, fence, budget, includes, variants)

    def _bindings(self, shape: dict[str, Any], path: KeyPath) -> dict[str, Any]:
        if "with" not in shape:
            return {}
        if "text" in shape:
            self.reader.fault(
                (*path, "with"), "belongs to a used component; inline text sees the inputs of the prompt", key=True
            )
        return {key: plain(item) for key, item in self.reader.named(shape["with"], (*path, "with")).items()}

    def _fence(self, shape: dict[str, Any], path: KeyPath) -> str | None:
        if "fence" not in shape:
            return None
        name = self.reader.scalar(shape["fence"], (*path, "fence"))
        if name is not None and not _FENCE.fullmatch(name):
            self.reader.fault(
                (*path, "fence"), f'"{name}" cannot be a tag: use lower-case letters, digits, "-" and "_"'
            )
        return name
