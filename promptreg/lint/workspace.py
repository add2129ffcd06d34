"""A registry as the linter sees it: every file, head, composition and rendered sample, made when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from promptreg.errors import InvalidFile, Problem, PromptregError
from promptreg.lint.subjects import Composition, ExampleSet, File, Head, RenderedPrompt
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt
from promptreg.registry.files import decode
from promptreg.text import Source, TextMap

if TYPE_CHECKING:
    from promptreg.api import Registry
    from promptreg.lint.near_duplicates import Twins
    from promptreg.registry.resolve import Closure
    from promptreg.registry.store import Store
    from promptreg.render.library import Shelf
    from promptreg.render.trial import Trial
    from promptreg.template import Reading

__all__ = ["Workspace"]


class Workspace:
    """One registry, read once. Nothing here judges; what cannot be made is there as problems."""

    def __init__(self, registry: Registry, texts: Mapping[str, str] | None = None) -> None:
        """`texts` are those of Python files, by path from the project root, that count as they are in an editor."""
        self.registry = registry
        self.texts = texts or {}
        self.store: Store = registry.store
        self._heads: dict[int, Head] = {}
        self._compositions: dict[str, Composition] = {}
        self._closures: dict[str, tuple[Closure | None, tuple[Problem, ...]]] = {}
        self._trials: dict[str, Trial] = {}
        self._samples: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._rendered: dict[str, tuple[RenderedPrompt, ...]] = {}

    @cached_property
    def files(self) -> tuple[File, ...]:
        """Every file of the registry, by path, broken ones included."""
        found: dict[str, File] = {}
        by_path: dict[str, list[Problem]] = {}
        for problem in self.store.problems:
            by_path.setdefault(problem.path or "", []).append(problem)
        for head in self.store.heads.values():
            source = head.written.source
            found[head.path] = File(self, head.path, source, head, tuple(by_path.pop(head.path, ())))
        for path, problems in by_path.items():
            found[path] = File(self, path, self._text_of(path), None, tuple(problems))
        return tuple(found[path] for path in sorted(found))

    def _text_of(self, path: str) -> Source | None:
        """A broken file as far as it is text."""
        for item in self.store.tree.listing().found:
            if item.path == path:
                try:
                    return decode(self.store.tree.read(item.file, path), path)
                except InvalidFile:
                    return None
        return None

    def head(self, name: str) -> Head:
        """The head of that name; raises KeyError when there is no readable one."""
        return self.wrap(self.store.heads[name])

    def wrap(self, head: Component | Prompt) -> Head:
        """A component or prompt (a released one too) as a subject; the same one for the same object."""
        found = self._heads.get(id(head))
        if found is None:
            found = self._heads[id(head)] = Head(self, head)
        return found

    def head_at(self, path: str) -> Head | None:
        """The head, or the release that was made a subject, in the file at `path`; None for any other file."""
        name = self._names.get(path)
        if name is not None:
            return self.head(name)
        return next((head for head in self._heads.values() if head.source.path == path), None)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {head.path: name for name, head in self.store.heads.items()}

    @property
    def heads(self) -> tuple[Head, ...]:
        """Every readable head, by name."""
        return tuple(self.head(name) for name in sorted(self.store.heads))

    @property
    def compositions(self) -> tuple[Composition, ...]:
        """Every readable prompt, by name."""
        return tuple(
            self.composition(name) for name, head in sorted(self.store.heads.items()) if isinstance(head, Prompt)
        )

    def composition(self, name: str) -> Composition:
        """The prompt of that name with what it is made of; raises KeyError when there is no readable one."""
        found = self._compositions.get(name)
        if found is None:
            found = self._compositions[name] = self._compose(name)
        return found

    def _compose(self, name: str) -> Composition:
        head = self.head(name)
        prompt = head.head
        assert isinstance(prompt, Prompt)
        closure, problems = self.closure(name)
        if closure is None:
            return Composition(self, head, prompt, None, {}, problems)
        members = {key: self.wrap(member) for key, member in closure.members.items()}
        return Composition(self, head, prompt, closure, members, ())

    def closure(self, name: str) -> tuple[Closure | None, tuple[Problem, ...]]:
        """What a head leads to, or what keeps its refs from being resolved."""
        found = self._closures.get(name)
        if found is None:
            try:
                found = self.registry.closure(name), ()
            except PromptregError as error:
                found = None, error.problems
            self._closures[name] = found
        return found

    @cached_property
    def prompt_folders(self) -> Mapping[str, frozenset[str]]:
        """The last words of the names of prompts, by the folder that they are in, of folders with two or more."""
        folders: dict[str, set[str]] = {}
        for name, head in self.store.heads.items():
            folder, _, leaf = name.rpartition("/")
            if folder and isinstance(head, Prompt):
                folders.setdefault(folder, set()).add(leaf)
        return {folder: frozenset(leaves) for folder, leaves in sorted(folders.items()) if len(leaves) > 1}

    @cached_property
    def twins(self) -> tuple[Twins, ...]:
        """Pairs of text components that hold nearly the same text."""
        from promptreg.lint.near_duplicates import near_duplicates

        components = (head for head in self.store.heads.values() if isinstance(head, Component))
        return tuple(near_duplicates(((one.name, one.body.text) for one in components if one.body_span), 0.9))

    def trial(self, name: str) -> Trial:
        """A prompt compiled, to be rendered in full; raises what keeps it from being resolved or compiled."""
        found = self._trials.get(name)
        if found is None:
            closure, _ = self.closure(name)
            closure = self.registry.closure(name) if closure is None else closure
            found = self._trials[name] = self.registry.trial(closure, self.shelf)
        return found

    @cached_property
    def shelf(self) -> Shelf:
        """Where templates are compiled to; what was parsed for the rules is not parsed again."""
        from promptreg.render.library import Shelf

        return Shelf(self._reading)

    def _reading(self, body: TextMap) -> Reading | None:
        from promptreg.template import Reading

        head = self.head_at(body.source.path)
        start = body.offset(0)
        for template in head.templates if head else ():
            if template.body.text.offset(0) == start and template.body.text.text == body.text:
                if template.parsed is None or template.facts is None or template.problems:
                    return None
                if "include" in body.text:  # compiling changes the include tags of a tree
                    return None
                return Reading(template.parsed, template.facts)
        return None

    def sample(self, name: str, sample: str) -> Mapping[str, Any]:
        """The inputs of a sample, as written, which nobody may change; raises what keeps its file from being read."""
        found = self._samples.get((name, sample))
        if found is None:
            found = self._samples[name, sample] = self.registry.sample(name, sample)
        return found

    def rendered(self, name: str) -> tuple[RenderedPrompt, ...]:
        """The prompt rendered with every sample that works, and with inputs that reach what no sample reaches."""
        found = self._rendered.get(name)
        if found is None:
            from promptreg.lint.renderings import renderings

            found = self._rendered[name] = tuple(renderings(self.composition(name)))
        return found

    def examples(self, name: str) -> ExampleSet:
        """An examples component with the prompts that are made with it."""
        head = self.head(name)
        assert isinstance(head.head, Component)
        users = [one for one in self.compositions if name in one.members]
        return ExampleSet(self, head, head.head, users)

    @cached_property
    def _users(self) -> Mapping[str, frozenset[str]]:
        users: dict[str, set[str]] = {}
        for name, head in self.store.heads.items():
            for use in head.uses:
                users.setdefault(use.ref.name, set()).add(name)
        return {name: frozenset(found) for name, found in users.items()}

    def with_dependants(self, names: Iterable[str]) -> frozenset[str]:
        """The names, and every head that is made with one of them, over any number of steps."""
        found = set(names)
        waiting = list(found)
        while waiting:
            for user in self._users.get(waiting.pop(), ()):
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return frozenset(found)
