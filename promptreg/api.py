"""The registry that applications hold: load it once, render from any thread.

After `require` (or `load(preload=True)`), rendering opens no file, socket or process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from promptreg.errors import InputError, InvalidFile, Problem, PromptregError, UnknownName, UnsatisfiableRef, nearest
from promptreg.model.prompt import Prompt
from promptreg.model.ref import Ref, RefFault
from promptreg.registry.config import Config
from promptreg.registry.files import find_root
from promptreg.registry.store import Head, Store, load_store, stamps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.registry.resolve import Closure
    from promptreg.registry.tree import Node
    from promptreg.render.library import Library
    from promptreg.render.program import Program
    from promptreg.render.rendered import Rendered

__all__ = ["Entry", "Registry", "load"]


class Entry(NamedTuple):
    """One component or prompt of a registry, for listings."""

    name: str
    kind: str
    version: str
    path: str
    summary: str
    samples: tuple[str, ...]


def load(
    path: str | os.PathLike[str] = "prompts",
    *,
    dev: bool = False,
    preload: bool = False,
    counter: str | None = None,
    ranks: str | os.PathLike[str] | None = None,
) -> Registry:
    """The registry in folder `path`.

    `dev=True` looks for changed files at every call; without it the registry never changes. `preload=True` resolves
    and compiles every prompt now. `counter` names the encoding for prompts without a model (o200k_base by default),
    `ranks` a folder with its rank files. Broken files do not raise here: see `Registry.problems`.

    Raises UsageError when the folder is missing or unreadable.
    """
    registry = Path(os.path.abspath(path))
    folder = Path(ranks).absolute() if ranks is not None else None
    config = Config(find_root(registry), registry, counter or "o200k_base", folder)
    return open_registry(config, dev=dev, preload=preload)


def open_registry(config: Config, *, dev: bool = False, preload: bool = False) -> Registry:
    """The registry that a configuration names (see `load`)."""
    found = Registry(config, dev=dev)
    if preload:
        found.require(entry.name for entry in found.items() if entry.kind == "prompt")
    return found


class _State:
    """One loaded store with what was compiled from it; replaced as a whole when files change."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = RLock()
        self.programs: dict[str, Program] = {}
        self._library: Library | None = None

    def program(self, name: str) -> Program:
        found = self.programs.get(name)
        if found is None:
            from promptreg.render.library import Library
            from promptreg.render.program import compile_prompt

            with self.lock:
                if self._library is None:
                    self._library = Library(self.store)
                found = self.programs[name] = compile_prompt(name, self.store, self._library)
        return found


class Registry:
    """Components and prompts by name. Immutable and thread-safe; with `dev`, changed files are read again."""

    def __init__(self, config: Config, *, dev: bool = False) -> None:
        self._config = config
        self._dev = dev
        self._lock = RLock()
        self._current = _State(_read(config))

    @property
    def root(self) -> Path:
        """The project root that all shown paths are relative to."""
        return self._config.root

    def _state(self) -> _State:
        if not self._dev:
            return self._current
        with self._lock:
            config = self._config
            if stamps(config.registry, config.root) != self._current.store.stamps:
                self._current = _State(_read(config))
            return self._current

    # -- looking around ------------------------------------------------------------------------------------------

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong with files and refs. Bodies are parsed by `require`, `render` and `lint`, not here."""
        from promptreg.registry.resolve import all_problems

        return all_problems(self._state().store)

    @property
    def file_problems(self) -> tuple[Problem, ...]:
        """Everything that keeps a file from being read as a component or prompt; refs are not followed."""
        return tuple(dict.fromkeys(self._state().store.problems))

    def items(self) -> tuple[Entry, ...]:
        """Every readable component and prompt, by name."""
        return tuple(_entry(head) for _, head in sorted(self._state().store.heads.items()))

    def component(self, name: str) -> Head:
        """The model object of a component or prompt; raises UnknownName, or the errors of its file."""
        return self._state().store.head(name)

    def source_text(self, name: str) -> str:
        """The verbatim text of the file of `name`."""
        return self.component(name).written.source.text

    def closure(self, ref: str) -> Closure:
        """The pin of `ref` and of everything it is made of."""
        from promptreg.registry.resolve import resolve

        store = self._state().store
        return resolve(_named(ref, store).name, store)

    def tree(self, name: str, *, dependants: bool = False) -> Node:
        """What `name` is made of, or with `dependants` what is made with it.

        Raises the errors of its refs, and LimitExceeded for a tree that nobody could print.
        """
        from promptreg.registry.tree import above, below

        store = self._state().store
        return (above if dependants else below)(_named(name, store).name, store)

    def samples(self, ref: str) -> tuple[str, ...]:
        """The names of a prompt's samples."""
        store = self._state().store
        return tuple(_prompt(ref, store).samples)

    def sample(self, ref: str, name: str) -> dict[str, Any]:
        """The inputs of a sample, as written; `render` checks them."""
        store = self._state().store
        return _sample(_prompt(ref, store), name, store)

    # -- rendering -----------------------------------------------------------------------------------------------

    def render(self, ref: str, inputs: Mapping[str, Any] | None = None, *, sample: str | None = None) -> Rendered:
        """The prompt `ref` with these inputs; `sample` supplies the inputs that are not given.

        Raises UnknownName, InputError (every fault at once), ConditionFailed, RenderError, LimitExceeded,
        TemplateInvalid, InvalidFile, UnsatisfiableRef, VersionConflict or CycleError. Nothing is half rendered.
        """
        from promptreg.render.compose import compose
        from promptreg.render.intake import check_inputs
        from promptreg.render.rendered import Rendered, Tokenizing
        from promptreg.template import Limits

        state = self._state()
        prompt = _prompt(ref, state.store)
        program = state.program(prompt.name)
        given: Mapping[str, Any] = inputs if inputs is not None else {}
        if not isinstance(given, Mapping):
            raise InputError.at(f"inputs must be a mapping, not {type(given).__name__}")
        if sample is not None:
            given = {**_sample(prompt, sample, state.store), **given}

        def count(text: str) -> int:
            return int(self._counter(prompt).count(text))

        values = check_inputs(prompt, given, program.slot_roles, count)
        composed = compose(program, values, Limits(), count)
        tokenizing = Tokenizing(lambda: self._counter(prompt), lambda: self._profile(prompt))
        absent = frozenset(name for name in values if name not in given)
        return Rendered(program=program, composed=composed, absent=absent, ref=ref, tokenizing=tokenizing)

    def require(self, refs: Iterable[str] | str) -> None:
        """Resolve, compile and load rank files for these prompts now: fail at start, not at the first request.

        Raises the problems of all of them in one error.
        """
        problems: list[Problem] = []
        kinds: list[type[PromptregError]] = []
        state = self._state()
        for ref in [refs] if isinstance(refs, str) else refs:
            try:
                prompt = _prompt(ref, state.store)
                self._prepare(state, prompt)
            except PromptregError as error:
                problems.extend(error.problems)
                kinds.append(type(error))
        if problems:
            kind = kinds[0] if len(set(kinds)) == 1 and kinds[0].__init__ is PromptregError.__init__ else InvalidFile
            raise kind(dict.fromkeys(problems))

    def _prepare(self, state: _State, prompt: Prompt) -> None:
        from importlib import import_module

        from promptreg.render.answer import prepare_schema

        for module in ("compose", "export", "intake", "ledger", "rendered"):  # now, so that rendering opens no file
            import_module(f"promptreg.render.{module}")
        program = state.program(prompt.name)
        for parts in program.parts:
            for part in parts:
                part.template.prepare()
        prepare_schema(prompt, state.store)
        self._counter(prompt).count("ready")
        self._profile(prompt)

    def check_output(self, ref: str, text: str, inputs: Mapping[str, Any] | None = None) -> Any:
        """The answer of a model, checked against the prompt's `output`: parsed JSON with a schema, else the text.

        Raises OutputInvalid with every violation, InputError for the inputs, UsageError when the schema library is
        missing.
        """
        from promptreg.render.answer import check_answer
        from promptreg.render.intake import check_inputs

        state = self._state()
        prompt = _prompt(ref, state.store)
        program = state.program(prompt.name)
        values = None
        if inputs is not None:
            values = check_inputs(prompt, inputs, program.slot_roles, lambda part: self._counter(prompt).count(part))
        return check_answer(program, state.store, text, values)

    def _counter(self, prompt: Prompt) -> Any:
        from promptreg.tokens import counter_for

        return counter_for(prompt.model, self._config.counter, self._config.ranks)

    def _profile(self, prompt: Prompt) -> Any:
        from promptreg.tokens import profile_for

        return profile_for(prompt.model)


def _read(config: Config) -> Store:
    return load_store(config.registry, config.root, _scan)


def _scan(body: Any, name: str) -> Any:
    if "include" not in body.text:
        return ()
    from promptreg.template import scan_includes

    return scan_includes(body, name=name)


def _entry(head: Head) -> Entry:
    samples = tuple(head.samples) if isinstance(head, Prompt) else ()
    return Entry(head.name, head.kind, f"{head.version}+head", head.path, head.summary, samples)


def _named(ref: str, store: Store) -> Head:
    """The head that an entry ref names; raises UnknownName or UnsatisfiableRef."""
    try:
        wish = Ref.parse(ref)
    except RefFault as fault:
        raise UnknownName.at(str(fault)) from None
    head = store.head(wish.name)
    return _fitting(head, wish)


def _fitting(head: Head, wish: Ref) -> Head:
    if wish.constraint.label is not None:
        raise UnknownName.at(f'no label "{wish.constraint.label}" points to a version of {wish.name}')
    if not wish.constraint.allows(head.version):
        message = f"no version of {wish.name} fits {wish}; the registry holds {head.version}"
        raise UnsatisfiableRef.at(message, suggestion=f"{wish.name}@{head.version}")
    return head


def _prompt(ref: str, store: Store) -> Prompt:
    try:
        wish = Ref.parse(ref)
    except RefFault as fault:
        raise UnknownName.at(str(fault)) from None
    prompt = store.prompt(wish.name)
    _fitting(prompt, wish)
    return prompt


def _sample(prompt: Prompt, name: str, store: Store) -> dict[str, Any]:
    spec = prompt.samples.get(name)
    if spec is None:
        known = ", ".join(prompt.samples) or "none"
        near = nearest(name, prompt.samples)
        place = prompt.written.location(("samples",), key=True) if prompt.samples else prompt.written.location(())
        message = f'{prompt.name} has no sample "{name}"' + ("" if near else f"; known: {known}")
        raise UnknownName.at(message, path=place.path, line=place.line, column=place.column, suggestion=near)
    if spec.inputs is not None:
        from promptreg.model.check import copy_checked

        copy: dict[str, Any] = copy_checked(spec.inputs, {}, (), [])  # the caller may change it
        return copy
    from promptreg.registry.side_file import read_inputs_file

    place = prompt.written.location(("samples", name, "file"))
    return read_inputs_file(store.side_file(spec.file or "", place), prompt.inputs)
