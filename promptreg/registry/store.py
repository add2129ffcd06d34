"""The store: every head of a registry as read from disk at one moment. Immutable once made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from promptreg.errors import IntegrityError, InvalidFile, Problem, PromptregError, UnknownName, nearest
from promptreg.model.component import Component
from promptreg.model.digest import json_digest, text_digest
from promptreg.model.kinds import name_fault
from promptreg.model.prompt import Prompt
from promptreg.registry.files import MAX_FILE_BYTES, decode, decode_utf8
from promptreg.registry.head_cache import HeadCache, fingerprint
from promptreg.registry.heads import Head, ReadHead, Recall, read_head
from promptreg.registry.releases import Releases
from promptreg.registry.source_tree import SourceTree
from promptreg.text import Location, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.labels import Labels
    from promptreg.registry.read_component import Scan

__all__ = ["SEE_LIST", "Head", "Store", "frozen_reader", "load_store", "unknown"]

SEE_LIST = "; see `promptreg list`"


def unknown(message: str, name: str, known: Iterable[str]) -> PromptregError:
    """The error for a name that is none of the known ones, with the nearest of them or where to look."""
    near = nearest(name, known)
    return UnknownName.at(message if near else message + SEE_LIST, suggestion=near)


class Store:
    """Heads by name, and for each broken file its error (for a folder that cannot be read, by its name and a slash).

    The released versions stand beside them in `releases`.
    """

    __slots__ = ("_clean", "_labels", "broken", "heads", "problems", "releases", "tree")

    def __init__(
        self,
        *,
        tree: SourceTree,
        heads: Mapping[str, Head],
        broken: Mapping[str, InvalidFile],
        problems: Iterable[Problem],
        releases: Releases,
    ) -> None:
        self.tree = tree
        self.releases = releases
        self._clean: dict[str, bool] = {}
        self._labels: Labels | None = None
        self.heads = heads
        self.broken = broken
        self.problems = tuple(problems)

    @property
    def labels(self) -> Labels:
        """The labels, read when first asked for; raises InvalidFile with every fault of their file."""
        if self._labels is None:
            from promptreg.registry.labels import read_labels

            self._labels = read_labels(self.tree)
        return self._labels

    def head(self, name: str) -> Head:
        """The head named `name`; raises its own errors when its file is broken, UnknownName when there is none."""
        found = self.heads.get(name)
        if found is not None:
            return found
        steps = name.split("/")
        for key in (name, *("".join(f"{step}/" for step in steps[:count]) for count in range(len(steps)))):
            if key in self.broken:
                raise InvalidFile(self.broken[key].problems)  # a new one: threads must not share a traceback
        message = f'the registry holds nothing named "{name}"'
        near = nearest(name, [*self.heads, *self.broken])
        if near is not None and near in self.broken and name_fault(near):  # nobody could ask for it by that name
            fault = self.broken[near].problems[0]
            raise UnknownName.at(f"{message}; {fault.path} is not read: {fault.message}")
        raise unknown(message, name, [near] if near else [])

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
            raise unknown(f'no prompt is named "{name}"', name, prompts) from None
        if isinstance(found, Component):
            raise UnknownName.at(f'"{name}" is of kind {found.kind}, not a prompt; only prompts are rendered')
        return found

    def side_file(self, relative: str, at: Callable[[], Location] | None = None) -> Source:
        """A sample or schema file named in a prompt, relative to the registry; links must not leave it.

        Raises InvalidFile; what has no place inside the file is placed `at` the ref to it, which is asked only then:
        places are parsed again from the text.
        """
        try:
            file, path = self.tree.side(relative)
            limit = 20 * MAX_FILE_BYTES
            return decode(self.tree.read(file, path, limit), path)
        except InvalidFile as error:
            place = at() if at is not None and any(problem.line is None for problem in error.problems) else None
            raise InvalidFile([_referred(problem, place) for problem in error.problems]) from None

    def schema_file(self, prompt: Prompt) -> Source:
        """The file of a prompt's output schema: the frozen one for a release."""
        assert prompt.output is not None
        if prompt.frozen:
            frozen = self.releases.schema(prompt.name, prompt.version)
            if frozen is not None:
                return frozen
            raise IntegrityError.at(f"the frozen output schema of {prompt.name}@{prompt.version} is missing")
        return self.side_file(prompt.output.schema, lambda: prompt.written.location(("output", "schema")))

    def contract_digest(self, head: Head) -> str:
        """The digest of what callers rely on, with the file that an output schema is in; raises InvalidFile."""
        if isinstance(head, Prompt) and head.output is not None and isinstance(head.output.schema, str):
            return json_digest([head.contract_digest, text_digest(self.schema_file(head).text)])
        return head.contract_digest

    def is_clean(self, head: Head) -> bool:
        """Whether these bytes are released under this version: a frozen file, or a head equal to one (CR LF as LF)."""
        if head.frozen:
            return True
        found = self._clean.get(head.name)
        if found is None:
            found = self._clean[head.name] = self._equals_release(head)
        return found

    def _equals_release(self, head: Head) -> bool:
        try:
            if not self.releases.says(head.name, head.version, head.written.source.text):
                return False
            if not isinstance(head, Prompt) or head.output is None or not isinstance(head.output.schema, str):
                return True
            frozen = self.releases.schema(head.name, head.version)
            return frozen is not None and _with_lf(frozen.text) == _with_lf(self.schema_file(head).text)
        except InvalidFile:
            return False


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def _referred(problem: Problem, at: Location | None) -> Problem:
    if at is None or problem.line is not None:
        return problem
    return problem._replace(message=f"{problem.path} {problem.message}", path=at.path, line=at.line, column=at.column)


def load_store(tree: SourceTree, scan: Scan, recall: Recall | None = None) -> Store:
    """Read every head. Broken files do not raise: their errors are kept and listed in `problems`.

    `recall` spares parsing: of frozen files, and of heads that the cache does not know.
    """
    listing = tree.listing()
    heads: dict[str, Head] = {}
    broken: dict[str, InvalidFile] = {}
    cache = HeadCache(tree.cache_key)
    for item in listing.found:
        try:
            data = tree.read(item.file, item.path)
            digest = fingerprint(data) + item.path[-5:]
            source = decode_utf8(data, item.path)
            head = cache.get(digest, item.name, source)
            if head is None:
                head = (recall(source, item.name) if recall else None) or read_head(source, item.name, scan)
                cache.put(digest, head)
            heads[item.name] = head
        except InvalidFile as error:
            broken[item.name] = error
    cache.save()
    faults = [*listing.faults, *((name, problem) for name, error in broken.items() for problem in error.problems)]
    sides = _side_paths(tree, heads.values()) if faults else frozenset()
    problems = [problem for _, problem in faults if problem.path not in sides]
    problems.sort(key=lambda problem: (problem.path or "", problem.line or 0, problem.column or 0))
    for name, problem in listing.faults:
        broken.setdefault(name, InvalidFile([problem]))
    releases = Releases(tree, frozen_reader(scan, recall))
    return Store(tree=tree, heads=heads, broken=broken, problems=problems, releases=releases)


def frozen_reader(scan: Scan, recall: Recall | None = None) -> ReadHead:
    """Reads frozen files: as heads, and marked as frozen."""

    def read(source: Source, name: str) -> Head:
        head = (recall(source, name) if recall else None) or read_head(source, name, scan)
        head.frozen = True
        return head

    return read


def _side_paths(tree: SourceTree, heads: Iterable[Head]) -> frozenset[str]:
    """Shown paths of the files that prompts name as samples: YAML files among them are no broken components."""
    paths = set()
    for head in heads:
        if isinstance(head, Prompt):
            for spec in head.samples.values():
                if spec.file:
                    with suppress(InvalidFile):
                        paths.add(tree.side(spec.file)[1])
    return frozenset(paths)
