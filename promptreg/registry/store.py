"""The store: every head of a registry as read from disk at one moment. Immutable once made."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from promptreg.errors import InvalidFile, Problem, UnknownName, nearest
from promptreg.model.component import Component
from promptreg.model.digest import json_digest, text_digest
from promptreg.model.kinds import COMPONENT_KINDS, KINDS
from promptreg.model.prompt import Prompt
from promptreg.registry.files import MAX_FILE_BYTES, Stamp, decode_utf8, find_files, read_bytes, read_file, shown_path
from promptreg.registry.head_cache import HeadCache
from promptreg.text import Location, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.read_component import Scan

__all__ = ["Head", "Store", "load_store", "read_head", "stamps"]

Head = Component | Prompt


class Store:
    """Heads by name, and for each broken file its error (for a folder that cannot be read, by its name and a slash).

    Releases will stand beside the heads.
    """

    __slots__ = ("broken", "heads", "problems", "registry", "root", "stamps")

    def __init__(
        self,
        *,
        root: Path,
        registry: Path,
        heads: Mapping[str, Head],
        broken: Mapping[str, InvalidFile],
        problems: Iterable[Problem],
        stamps: Mapping[str, Stamp],
    ) -> None:
        self.root = root
        self.registry = registry
        self.heads = heads
        self.broken = broken
        self.problems = tuple(problems)
        self.stamps = stamps

    def head(self, name: str) -> Head:
        """The head named `name`; raises its own errors when its file is broken, UnknownName when there is none."""
        found = self.heads.get(name)
        if found is not None:
            return found
        steps = name.split("/")
        for key in (name, *("".join(f"{step}/" for step in steps[:count]) for count in range(len(steps)))):
            if key in self.broken:
                raise InvalidFile(self.broken[key].problems)  # a new one: threads must not share a traceback
        known = [*self.heads, *self.broken]
        raise UnknownName.at(f'the registry holds nothing named "{name}"', suggestion=nearest(name, known))

    def component(self, name: str) -> Component:
        """The component named `name`; a prompt of that name is an error."""
        found = self.head(name)
        if isinstance(found, Prompt):
            raise UnknownName.at(f'"{name}" is a prompt; a component is expected here')
        return found

    def prompt(self, name: str) -> Prompt:
        """The prompt named `name`; a component of that name is an error."""
        try:
            found = self.head(name)
        except UnknownName:
            prompts = [key for key, head in self.heads.items() if isinstance(head, Prompt)]
            raise UnknownName.at(f'no prompt is named "{name}"', suggestion=nearest(name, prompts)) from None
        if isinstance(found, Component):
            raise UnknownName.at(f'"{name}" is a {found.kind} component, not a prompt; only prompts are rendered')
        return found

    def side_file(self, relative: str, at: Location | None = None) -> Source:
        """A sample or schema file named in a prompt, relative to the registry; links must not leave it.

        Raises InvalidFile; what has no place inside the file is placed `at` the ref to it.
        """
        file = self.registry / relative
        path = shown_path(file, self.root)
        try:
            real = os.path.realpath(file)
            if not real.startswith(os.path.realpath(self.registry) + os.sep):
                raise InvalidFile.at("leaves the registry", path=path)
            return read_file(real, path, 20 * MAX_FILE_BYTES)
        except InvalidFile as error:
            raise InvalidFile([_referred(problem, at) for problem in error.problems]) from None

    def contract_digest(self, head: Head) -> str:
        """The digest of what callers rely on, with the file that an output schema is in; raises InvalidFile."""
        if isinstance(head, Prompt) and head.output is not None and isinstance(head.output.schema, str):
            source = self.side_file(head.output.schema, head.written.location(("output", "schema")))
            return json_digest([head.contract_digest, text_digest(source.text)])
        return head.contract_digest


def _referred(problem: Problem, at: Location | None) -> Problem:
    if at is None or problem.line is not None:
        return problem
    return problem._replace(message=f"{problem.path} {problem.message}", path=at.path, line=at.line, column=at.column)


def load_store(registry: Path, root: Path, scan: Scan) -> Store:
    """Read every head. Broken files do not raise: their errors are kept and listed in `problems`."""
    listing = find_files(registry, root)
    heads: dict[str, Head] = {}
    broken: dict[str, InvalidFile] = {}
    cache = HeadCache(registry)
    for item in listing.found:
        try:
            data = read_bytes(item.file, item.path)
            digest = hashlib.sha256(data).hexdigest() + item.path[-5:]
            source = decode_utf8(data, item.path)
            head = cache.get(digest, item.name, source)
            if head is None:
                head = read_head(source, item.name, scan)
                cache.put(digest, head)
            heads[item.name] = head
        except InvalidFile as error:
            broken[item.name] = error
    cache.save()
    faults = [*listing.faults, *((name, problem) for name, error in broken.items() for problem in error.problems)]
    sides = _side_paths(registry, root, heads.values()) if faults else frozenset()
    problems = [problem for _, problem in faults if problem.path not in sides]
    problems.sort(key=lambda problem: (problem.path or "", problem.line or 0, problem.column or 0))
    for name, problem in listing.faults:
        broken.setdefault(name, InvalidFile([problem]))
    return Store(root=root, registry=registry, heads=heads, broken=broken, problems=problems, stamps=listing.stamps())


def _side_paths(registry: Path, root: Path, heads: Iterable[Head]) -> frozenset[str]:
    """Shown paths of the files that prompts name as samples: YAML files among them are no broken components."""
    prompts = [head for head in heads if isinstance(head, Prompt)]
    files = [spec.file for prompt in prompts for spec in prompt.samples.values() if spec.file]
    return frozenset(shown_path(registry / file, root) for file in files)


def stamps(registry: Path, root: Path) -> Mapping[str, Stamp]:
    """The stamps of all files now; differs from `Store.stamps` when a file was added, removed or changed."""
    return find_files(registry, root).stamps()


def read_head(source: Source, name: str, scan: Scan) -> Head:
    """The component or prompt in one file; raises InvalidFile with every fault."""
    from promptreg.registry.read_component import read_examples, read_text_component

    if source.path.endswith(".md"):
        return read_text_component(source, name, scan)
    from promptreg.registry.read_prompt import read_prompt
    from promptreg.registry.strict_yaml import parse_yaml

    document = parse_yaml(source)
    kind = document.root.get("kind") if isinstance(document.root, dict) else None
    if kind == "prompt":
        return read_prompt(source, name, document, scan)
    if kind == "examples":
        return read_examples(source, name, document, scan)
    raise InvalidFile([_kind_problem(document, kind)])


def _kind_problem(document: Any, kind: Any) -> Problem:
    if not isinstance(document.root, dict):
        place, message, near = document.location(()), "a registry file is a mapping of keys", None
    elif kind is None:
        place, message, near = document.location(()), 'the key "kind" is missing: prompt or examples', None
    else:
        place = document.location(("kind",))
        message = f'"{kind}" is not a kind of YAML file: prompt or examples'
        if kind in COMPONENT_KINDS:
            message = f'kind "{kind}" is written as Markdown with front matter: rename the file to .md'
        near = nearest(str(kind), KINDS)
    return Problem(InvalidFile.code, message, place.path, place.line, place.column, None, near)
