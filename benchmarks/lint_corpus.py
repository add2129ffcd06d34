"""Published prompts as registries of promptreg, one for each repository they come from.

A corpus is a folder with a `manifest.json`: `{"prompts": [{"id", "repository", "commit", "path", "key", "syntax",
"inputs", "model", "messages": [{"role", "file"}]}]}`. `syntax` is jinja or literal; `inputs` are the names that the
original declares, `model` is the model it names, null where it does not; `key` says which value of a
YAML, JSON, TOML or Python file a text is.

A literal text becomes an instruction whose placeholders stay as they are written, in a raw block where Jinja2 would
read them. A Jinja2 text becomes a template with its inputs declared; a tag that our dialect refuses (a method call, a
filter of the application, an import) gives way to a stand-in input of the same place, so that the rest is as written.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.template_shapes import input_schemas
from promptreg.errors import Problem, TemplateInvalid
from promptreg.model.kinds import is_input_name
from promptreg.template.dialect import check
from promptreg.template.facts import collect, walk
from promptreg.template.limits import Limits
from promptreg.template.parsing import Settings, parse_body
from promptreg.template.positions import start_of
from promptreg.template.words import RESERVED_NAMES
from promptreg.text import Source, TextMap

__all__ = ["Imported", "import_corpus", "read_manifest"]

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(r"\{%([-+]?)\s*(\w+)\s*(.*?)\s*([-+]?)%\}", re.DOTALL)
_FOR = re.compile(r"(.+?)\s+in\s", re.DOTALL)
_SET = re.compile(r"(\w+)\s*=[^=]", re.DOTALL)
_DELIMITER = re.compile(r"\{\{|\{%|\{#")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DOUBLED = re.compile(r"\{\{\s*[\"\n{]")
_ROUNDS = 300


class Imported(NamedTuple):
    """A corpus as registries: the prompts of each, by the name they have there, and what could not be imported."""

    registries: dict[str, Path]
    prompts: dict[tuple[str, str], dict[str, Any]]
    refused: list[tuple[str, str]]
    stand_ins: int


def read_manifest(corpus: Path) -> list[dict[str, Any]]:
    """The entries of the corpus."""
    entries: list[dict[str, Any]] = json.loads((corpus / "manifest.json").read_text("utf-8"))["prompts"]
    return entries


def import_corpus(corpus: Path, folder: Path) -> Imported:
    """Write every prompt below the folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    imported = Imported({}, {}, [], 0)
    for entry in read_manifest(corpus):
        repository = entry["repository"].lower().replace("/", "-")
        root = folder / repository / "prompts"
        (root / "texts").mkdir(parents=True, exist_ok=True)
        name = f"p{entry['id']}"
        texts = [(corpus / message["file"]).read_bytes().decode("utf-8") for message in entry["messages"]]
        try:
            count = _write(root, name, entry, texts)
        except ValueError as error:
            imported.refused.append((f"{entry['repository']} {entry['path']} {entry['key']}", str(error)))
            continue
        imported = imported._replace(stand_ins=imported.stand_ins + count)
        imported.registries[repository] = root
        imported.prompts[repository, name] = entry
    return imported


def _write(root: Path, name: str, entry: dict[str, Any], texts: list[str]) -> int:
    """Write one prompt; the number of tags that became stand-ins. Raises ValueError for a text that cannot be read."""
    made = 0
    shown = []
    for text in texts:
        if entry["syntax"] == "jinja":
            text, count = _in_dialect(text, made)
            text, made = _renamed(text), made + count
            shown.append(text)
        else:
            shown.append(_literal(_without_doubled_braces(text)))
    inputs = input_schemas(shown) if entry["syntax"] == "jinja" else {}
    declared = entry["inputs"]
    if declared is not None:
        stand_ins = {key: schema for key, schema in inputs.items() if key.startswith("stand_in_")}
        names = [_name(key) for key in declared]
        inputs = {key: inputs.get(key, {"type": "string"}) for key in names} | stand_ins
    messages = []
    for number, (message, text) in enumerate(zip(entry["messages"], shown, strict=True)):
        if declared is None:
            schemas = {key: inputs[key] for key in input_schemas([text]) if inputs}
            kind = "template" if entry["syntax"] == "jinja" else "instruction"
            front = {"kind": kind, "version": "1.0.0"} | ({"inputs": schemas} if schemas else {})
            (root / "texts" / f"{name}-{number}.md").write_bytes((_front_matter(front) + text).encode("utf-8"))
            part = f"      - use: texts/{name}-{number}\n"
        else:
            part = "      - text: |2+\n" + "".join(f"          {line}\n" for line in text.split("\n"))
        role = "assistant" if message["role"] == "model" else message["role"]
        messages.append(f"  - role: {role}\n    parts:\n{part}")
    head = {"kind": "prompt", "version": "1.0.0"} | ({"model": entry["model"]} if entry["model"] else {})
    head |= {"inputs": inputs} if inputs else {}
    yaml = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    (root / f"{name}.yaml").write_bytes((yaml + "messages:\n" + "".join(messages)).encode("utf-8"))
    return made


def _front_matter(front: dict[str, Any]) -> str:
    return "---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items()) + "---\n"


def _name(name: str) -> str:
    """The name of an input as we write them: in lower case, with underscores, no word of the template language."""
    new = _HUMP.sub("_", name).lower()
    return new if is_input_name(new) else f"{new}_"


def _renamed(text: str) -> str:
    """The template with its inputs named as we name them."""
    names = {name: _name(name) for name in input_schemas([text])}
    names = {name: new for name, new in names.items() if new != name}
    if not names:
        return text
    word = re.compile(rf"(?<![\w.\"'])(?:{'|'.join(map(re.escape, names))})(?![\w\"'])")
    return _TAG.sub(lambda tag: word.sub(lambda found: names[found.group()], tag.group()), text)


def _without_doubled_braces(text: str) -> str:
    """The text as `str.format` prints it, where braces around JSON are doubled for it."""
    return text.replace("{{", "{").replace("}}", "}") if _DOUBLED.search(text) else text


def _literal(text: str) -> str:
    if not _DELIMITER.search(text):
        return text
    if re.search(r"\{%[-+]?\s*endraw", text):
        raise ValueError("it ends a raw block")
    return f"{{% raw %}}\n{text}\n{{% endraw %}}\n"


def _in_dialect(text: str, first: int) -> tuple[str, int]:
    """The text with stand-ins for what the dialect refuses, numbered from `first`, and how many there are."""
    for made in range(_ROUNDS):
        at = _first_refusal(text)
        if at is None:
            return text, made
        tag = next((found for found in _TAG.finditer(text) if found.start() <= at < found.end()), None)
        if tag is None:
            raise ValueError(f"not a template that Jinja2 reads, near offset {at}")
        text = text[: tag.start()] + _stand_in(tag.group(), first + made) + text[tag.end() :]
    raise ValueError("too much that the dialect refuses")


def _first_refusal(text: str) -> int | None:
    """The offset of the first tag that the dialect refuses, that includes, or that asks for None."""
    source = Source("text", text)
    include = re.search(r"\{%[-+]?\s*include\b", text)
    if include is not None:
        return include.start()
    try:
        parsed = parse_body(TextMap.of_slice(source, 0, len(text)), Settings(), Limits())
    except TemplateInvalid as error:
        return _offset(source, error.problems[0])
    from jinja2 import nodes

    names = {node.name for node in walk(parsed.tree) if isinstance(node, nodes.Name)} - RESERVED_NAMES
    problems = check(parsed, collect(parsed.tree), inputs=names, includes={})
    if problems:
        return _offset(source, problems[0])
    asked = (test for test in parsed.tree.find_all(nodes.Test) if test.name == "none")
    return next((start_of(test) for test in asked), None)


def _offset(source: Source, problem: Problem) -> int:
    return source.offset(problem.line or 1, problem.column or 1)


def _stand_in(tag: str, number: int) -> str:
    """What takes the place of a refused tag: one of the same sort that reads a stand-in input, or a comment."""
    name = f"stand_in_{number}"
    if tag.startswith("{{"):
        before, after = re.match(r"\{\{([-+]?)", tag)[1], re.search(r"([-+]?)\}\}$", tag)[1]  # type: ignore[index]
        return f"{{{{{before} {name} {after}}}}}"
    found = _BLOCK.fullmatch(tag)
    if found is None:
        raise ValueError("a comment that the dialect refuses")
    before, word, rest, after = found.groups()
    if word == "include":
        return f"{{{{{before} {name} {after}}}}}"
    if word in ("if", "elif") and "stand_in_" not in rest:
        return f"{{%{before} {word} {name} {after}%}}"
    loop, assigned = _FOR.match(rest), _SET.match(rest)
    if word == "for" and loop is not None and "stand_in_" not in rest:
        return f"{{%{before} for {loop[1]} in {name} {after}%}}"
    if word == "set" and assigned is not None and "stand_in_" not in rest:
        return f"{{%{before} set {assigned[1]} = {name} {after}%}}"
    return f"{{#{before} refused {after}#}}"
