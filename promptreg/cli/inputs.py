"""The inputs of a prompt as the command line gives them: a sample, a file, and single values, merged in this order."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from promptreg.errors import InputError, InvalidFile, Problem, UsageError
from promptreg.model.check import path_text
from promptreg.registry.strict_json import parse_json
from promptreg.text import Source

if TYPE_CHECKING:
    from promptreg.api import Registry
    from promptreg.model.inputs import InputSpec

__all__ = ["Given", "assign", "explained", "gather", "read_inputs"]

_MAX_INPUT_BYTES = 64_000_000
_SHOWN = 60
_NOT_TEXT = (", not string", ", not a string")
_BOOLEANS = dict.fromkeys(("true", "yes", "on"), "true") | dict.fromkeys(("false", "no", "off"), "false")
_KEY = re.compile(r"[A-Za-z_][^.\[\]]*(?:\.[^.\[\]]+|\[\d{1,6}\])*")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class Given(NamedTuple):
    """What the options said; `gather` reads it. `key` names the caller, for labels that split by percentages."""

    sample: str | None
    file: str | None
    assignments: tuple[str, ...]
    key: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no input was given at all."""
        return self.sample is None and self.file is None and not self.assignments


def gather(registry: Registry, ref: str, given: Given) -> dict[str, Any]:
    """The inputs for prompt `ref`: the sample, over it the file, over it the single values.

    Whole top-level inputs replace each other; only a key path of `-v` reaches into one. Raises UsageError, InputError
    or InvalidFile; types are left to the renderer, which reports all faults at once.
    """
    specs: Mapping[str, InputSpec] = registry.component(ref, key=given.key).inputs
    values: dict[str, Any] = {}
    if given.sample is not None:
        values |= registry.sample(ref, given.sample, key=given.key)
    if given.file is not None:
        values |= read_inputs(given.file, specs)
    for text in given.assignments:
        assign(values, text, specs)
    return values


def read_inputs(path: str, specs: Mapping[str, InputSpec]) -> dict[str, Any]:
    """The inputs in a JSON or YAML file; `-` is standard input.

    In YAML a value keeps what the author typed where a string is declared: `order: 0123` is the text "0123".
    """
    source = _read(path)
    if path.endswith(".json") or (not path.endswith((".yaml", ".yml")) and source.text.lstrip()[:1] in "{["):
        values = parse_json(source)
    else:
        from promptreg.registry.side_file import read_yaml

        values = read_yaml(source, specs)
    if not isinstance(values, dict):
        raise InvalidFile.at("must be an object with one key for each input", path=source.path, line=1, column=1)
    return values


def _read(path: str) -> Source:
    from promptreg.registry.files import decode, read_file

    if path != "-":
        return read_file(path, path, _MAX_INPUT_BYTES)
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    data = sys.stdin.buffer.read(_MAX_INPUT_BYTES + 1)
    if len(data) > _MAX_INPUT_BYTES:
        raise InvalidFile.at(f"is larger than {_MAX_INPUT_BYTES:,} bytes", path="<stdin>")
    return decode(data, "<stdin>")


def assign(values: dict[str, Any], text: str, specs: Mapping[str, InputSpec]) -> None:
    """Put one `KEY=VALUE` into `values`: text where a string is declared, else JSON if it parses, else text."""
    key, equals, written = text.partition("=")
    path = _key_path(key)
    if not equals or path is None:
        raise UsageError.at(
            f'-v "{text}": expected KEY=VALUE, such as name=Ana, order.id=7 or history[0].content=Hello'
        )
    value: Any = written if _is_text(specs, path) else _json_or_text(written)
    _put(values, path, value, key)


def _json_or_text(text: str) -> Any:
    """The JSON value that `text` writes, else the text itself."""
    try:
        return parse_json(Source("-v", text))
    except InvalidFile:
        return text


def _key_path(text: str) -> tuple[str | int, ...] | None:
    if not _KEY.fullmatch(text):
        return None
    return tuple(int(index) if index else name for index, name in _STEP.findall(text))


def _is_text(specs: Mapping[str, InputSpec], path: Sequence[str | int]) -> bool:
    """Whether the declared type at `path` takes text as it is."""
    spec = specs.get(str(path[0]))
    if spec is None:
        return False
    if spec.type == "messages":
        return len(path) == 3
    schema: Any = spec.schema
    for step in path[1:]:
        inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
        schema = inner if isinstance(inner, dict) else {}
    kind = schema.get("type")
    return kind == "string" or (isinstance(kind, (list, tuple)) and "string" in kind)


def explained(problem: Problem, assignments: Sequence[str]) -> Problem:
    """What is wrong with an input; where -v gave it as text that is no JSON, that is said, with a word that fits."""
    for text in reversed(assignments):
        key, _, written = text.partition("=")
        path = _key_path(key)
        if path is not None and path_text(path) == problem.key and problem.message.endswith(_NOT_TEXT):
            try:
                parse_json(Source("-v", written))
            except InvalidFile as error:
                reason = error.problems[0].message
                near = _BOOLEANS.get(written.lower()) if "boolean" in problem.message else None
                message = f'{problem.message}: -v takes JSON for this input, and "{_shown(written)}" {reason}'
                return problem._replace(message=message, suggestion=near or problem.suggestion)
    return problem


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _put(values: dict[str, Any], path: Sequence[str | int], value: Any, key: str) -> None:
    """Set `value` at `path`, copying the containers on the way, so that a sample stays as it was read."""
    target: Any = values
    for step, following in pairwise(path):
        inner = _get(target, step, key)
        if inner is None:
            inner = [] if isinstance(following, int) else {}
        copied = copy(inner) if isinstance(inner, (dict, list)) else inner
        _set(target, step, copied, key)
        target = copied
    _get(target, path[-1], key)
    _set(target, path[-1], value, key)


def _get(target: Any, step: str | int, key: str) -> Any:
    """The value at `step`, None when there is none yet; an error when `step` does not fit what is there."""
    if isinstance(target, dict) and isinstance(step, str):
        return target.get(step)
    if isinstance(target, list) and isinstance(step, int):
        if step > len(target):
            reason = f"index {step} is beyond the end (the list has {len(target)} items)"
            raise InputError([Problem(InputError.code, reason, key=key)])
        return target[step] if step < len(target) else None
    kind = "an object" if isinstance(target, dict) else "a list" if isinstance(target, list) else "a single value"
    wanted = f'the key "{step}"' if isinstance(step, str) else f"the index [{step}]"
    raise InputError([Problem(InputError.code, f"{wanted} does not fit: this is {kind}", key=key)])


def _set(target: Any, step: str | int, value: Any, key: str) -> None:
    if isinstance(target, list) and step == len(target):
        target.append(value)
    else:
        target[step] = value
