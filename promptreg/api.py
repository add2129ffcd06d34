"""The registry that applications hold: load it once, render from any thread.

After `require` (or `load(preload=True)`), rendering opens no file, socket or process.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from threading import RLock
from typing import Any

from promptreg.errors import Problem, PromptregError, together
from promptreg.model.prompt import Prompt
from promptreg.registry.config import Config
from promptreg.registry.heads import Head, Recall
from promptreg.registry.listed import Entry, entry_of
from promptreg.registry.moments import NOW, Moment, open_source, place
from promptreg.registry.source_tree import SourceTree
from promptreg.registry.store import Store, load_store
from promptreg.render.loaded import Loaded, as_prompt
from promptreg.render.scanning import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from promptreg.registry.authors import Authors
    from promptreg.registry.bundle_pack import Bundle
    from promptreg.registry.bundle_source import Readable
    from promptreg.registry.labels import Labels
    from promptreg.registry.outdated import Outdated
    from promptreg.registry.resolve import Closure
    from promptreg.registry.tree import Node
    from promptreg.registry.verify import Verified
    from promptreg.render.library import Shelf
    from promptreg.render.rendered import Rendered
    from promptreg.render.rendering import Renderer
    from promptreg.render.trial import Trial
    from promptreg.render.worst.worst_case import WorstCase

__all__ = ["Entry", "Registry", "load", "load_bundle"]


def load(
    path: str | os.PathLike[str] = "prompts",
    *,
    at: str | None = None,
    staged: bool = False,
    repo: object = None,
    dev: bool = False,
    preload: bool = False,
    locked: bool = False,
    counter: str | None = None,
    ranks: str | os.PathLike[str] | None = None,
) -> Registry:
    """The registry in folder `path`: as it is now, at the git revision `at`, or as it is `staged` in git.

    With `repo`, a `git.Repo` of GitPython or any object with its `git_dir` and `working_tree_dir`, `path` starts at the
    top of that repository; of a bare one, the revision HEAD is read unless `at` names another.

    `dev=True` looks for changed files at every call; without it the registry never changes. `preload=True` resolves
    and compiles every prompt now. `locked=True` takes releases only, never heads. `counter` names the encoding for
    prompts without a model (o200k_base by default), `ranks` a folder with its rank files. Broken files do not raise
    here: see `Registry.problems`.

    Raises UsageError when the folder or the revision is missing or unreadable, GitError when git cannot be asked.
    """
    found = place(path, Moment(at, staged, repo))
    folder = None if ranks is None else os.path.abspath(ranks)
    config = Config(found.root, found.registry, counter or "o200k_base", folder, os.fspath(path))
    return open_registry(config, moment=found.moment, dev=dev, preload=preload, locked=locked)


def open_registry(
    config: Config, *, moment: Moment = NOW, dev: bool = False, preload: bool = False, locked: bool = False
) -> Registry:
    """The registry that a configuration names (see `load`)."""
    found = Registry(config, open_source(config, moment, dev=dev), dev=dev, locked=locked)
    if preload:
        found.require(entry.name for entry in found.items() if entry.kind == "prompt")
    return found


def load_bundle(
    source: str | os.PathLike[str] | bytes | Readable | None = None,
    *,
    package: str | None = None,
    resource: str | None = None,
    digest: str | None = None,
    preload: bool = False,
    counter: str | None = None,
    ranks: str | os.PathLike[str] | None = None,
) -> Registry:
    """The registry in a bundle: a path, its bytes, a resource, or `resource` of the installed package `package`.

    Only releases are inside: a bare name means the highest of them. After this call nothing is read from any file but
    modules and rank files, see `Registry.require`; `preload=True` requires every entry of the bundle. `resource` is
    prompts.bundle.json by default; `digest` is what the bundle must have; `counter` and `ranks` are as for `load`.

    Raises IntegrityError when a byte or the digest is another one, InvalidFile when there is no bundle of this schema.
    """
    from promptreg.registry.bundle_source import open_bundle, package_resource

    tree = open_bundle(source if package is None else package_resource(package, resource, source))
    tree.expect(digest)
    config = Config("", "", counter or "o200k_base", None if ranks is None else os.path.abspath(ranks))
    found = Registry(config, tree, locked=True, recall=tree.recall)
    if preload:
        found.require(tree.entries)
    return found


class Registry:
    """Components and prompts by name. Immutable and thread-safe; with `dev`, changed files are read again."""

    __slots__ = ("__weakref__", "_config", "_current", "_dev", "_lock", "_locked", "_made", "_recall", "_tree")

    def __init__(
        self,
        config: Config,
        tree: SourceTree,
        *,
        dev: bool = False,
        locked: bool = False,
        recall: Recall | None = None,
        store: Store | None = None,
    ) -> None:
        self._config = config
        self._tree = tree
        self._recall = recall
        self._dev = dev
        self._locked = locked
        self._lock = RLock()
        self._current = self._read() if store is None else Loaded(store, None)
        self._made: Renderer | None = None

    def _read(self) -> Loaded:
        stamps = self._tree.stamps() if self._dev else None
        return Loaded(load_store(self._tree, scan, self._recall), stamps)

    @property
    def root(self) -> Path:
        """The project root that all shown paths are relative to."""
        from pathlib import Path

        return Path(self._config.root)

    @property
    def store(self) -> Store:
        """The files as they were read, for tools that look deeper than rendering needs."""
        return self._state().store

    def _state(self) -> Loaded:
        if not self._dev:
            return self._current
        with self._lock:
            if self._tree.stamps() != self._current.stamps:
                self._current = self._read()
            return self._current

    # -- looking around ------------------------------------------------------------------------------------------

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong with heads and their refs; nothing in locked mode, where heads are not used.

        Bodies are parsed by `require`, `render` and `lint`, not here.
        """
        from promptreg.registry.resolve import all_problems

        return () if self._locked else all_problems(self._state().store)

    @property
    def file_problems(self) -> tuple[Problem, ...]:
        """Everything that keeps a file from being read as a component or prompt; refs are not followed."""
        return () if self._locked else tuple(dict.fromkeys(self._state().store.problems))

    def items(self) -> tuple[Entry, ...]:
        """Every readable component and prompt, by name; in locked mode the highest release of each name.

        Raises IntegrityError with every release that is not what the lock says.
        """
        store = self._state().store
        return tuple(entry_of(head, store) for head in self._all(store))

    def _all(self, store: Store) -> list[Head]:
        """What there is in this mode, by name: the heads, or the highest release of each name."""
        if not self._locked:
            return [head for _, head in sorted(store.heads.items())]
        from promptreg.registry.entry import latest_releases

        return latest_releases(store)

    def component(self, ref: str, *, key: str | None = None) -> Head:
        """The model object of a component or prompt; raises UnknownName, or the errors of its file.

        `key` names the caller where a label splits by percentages.
        """
        from promptreg.registry.entry import head_of

        state = self._state()
        return head_of(state.wanted(ref, locked=self._locked, key=key), state.store)

    def source_text(self, ref: str) -> str:
        """The verbatim text of the file of `ref`."""
        return self.component(ref).written.source.text

    def closure(self, ref: str) -> Closure:
        """The pin of `ref` and of everything it is made of."""
        from promptreg.registry.entry import closure_of

        state = self._state()
        return closure_of(state.wanted(ref, locked=self._locked), state.store)

    def tree(self, ref: str, *, dependants: bool = False) -> Node:
        """What `ref` is made of, or with `dependants` what is made with it: the heads (in locked mode the highest
        releases) that use its name; of a ref with a version, those that take that version.

        Raises the errors of its refs, and LimitExceeded for a tree that nobody could print.
        """
        from promptreg.registry.tree import above, below

        store = self.store
        users = self._all(store) if dependants else ()
        return above(self.component(ref), users, store, fitting="@" in ref) if dependants else below(self.closure(ref))

    @property
    def labels(self) -> Labels:
        """The labels by name of label and of component or prompt; raises InvalidFile with every fault of their file."""
        return self._state().store.labels

    def outdated(self, refs: Collection[str] | str = ()) -> Outdated:
        """The releases in use that `refs` name (all of them, without refs) and that have parts with newer releases.

        Raises UnknownName or UnsatisfiableRef for a ref that names no release, IntegrityError and InvalidFile for a
        lock or labels that cannot be read; what is wrong with single releases is in `problems`.
        """
        from promptreg.registry.outdated import outdated

        return outdated(self._state().store, refs)

    def verify(self, refs: Collection[str] | str = ()) -> Verified:
        """Every fault of the releases that `refs` name (of all, without refs): frozen files, lock, pins and labels.

        Raises UnknownName or UnsatisfiableRef for a ref that names no release; faults do not raise.
        """
        from promptreg.registry.verify import verify

        return verify(self._state().store, refs)

    def authors(self) -> Authors:
        """Who last changed the lines of the files, as git tells."""
        from promptreg.registry.authors import Authors

        return Authors(self._config, self._tree)

    def with_texts(self, texts: Mapping[str, str]) -> Registry:
        """This registry as it would be if the files at these paths (from the project root) had these texts.

        Nothing is written. Paths of files that the registry does not hold are passed over.
        """
        from promptreg.registry.overlay import overlaid

        store = overlaid(self._state().store, texts, scan)
        return Registry(self._config, store.tree, locked=self._locked, recall=self._recall, store=store)

    def samples(self, ref: str) -> tuple[str, ...]:
        """The names of a prompt's samples."""
        return tuple(self._prompt(ref).samples)

    def sample(self, ref: str, name: str, *, key: str | None = None) -> dict[str, Any]:
        """The inputs of a sample, as written; `render` checks them."""
        from promptreg.registry.side_file import sample_inputs

        return sample_inputs(self._prompt(ref, key), name, self._state().store)

    def _prompt(self, ref: str, key: str | None = None) -> Prompt:
        """The prompt of `ref`; where a label splits and no key is given, one of its versions."""
        state = self._state()
        target = state.wanted(ref, locked=self._locked, key="" if key is None else key)
        if target.version is None:
            return state.store.prompt(target.name)
        return as_prompt(self.component(ref if target.pick is None else f"{target.name}@{target.version}"))

    def bundle(self, refs: Iterable[str] = (), *, labels: Iterable[str] = ()) -> Bundle:
        """A bundle of these refs and labels, of neither: of all released prompts and labels; `data` are its bytes.

        Raises UsageError for a head, IntegrityError for a release that is not as the lock says, faults of templates.
        """
        from promptreg.registry.bundle_pack import make_bundle

        found = make_bundle(self._state().store, tuple(refs), tuple(labels), locked=self._locked)
        load_bundle(found.data)._state().compile(found.contents.entries)
        return found

    # -- rendering -----------------------------------------------------------------------------------------------

    def render(
        self,
        ref: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        sample: str | None = None,
        key: str | None = None,
        budget: int | None = None,
        counter: str | None = None,
    ) -> Rendered:
        """The prompt `ref` with these inputs; `sample` supplies the inputs that are not given.

        `key` names the caller where a label splits by percentages: the same key always gets the same version. It is
        used for nothing else and is in no record. `budget` takes the place of the prompt's own tokens; what it
        reserves is still kept free. `counter` names the counter to use in place of the model's.

        Raises IntegrityError when a release is not what the lock says, UnknownName, InputError (every fault at once),
        ConditionFailed, BudgetError, RenderError, LimitExceeded, TemplateInvalid, InvalidFile, UnsatisfiableRef,
        VersionConflict or CycleError; UsageError for a budget or counter that cannot be; and where it cannot be told
        without counting that all of a prompt fits its budget, TokenizerMissing. Nothing is half rendered.
        """
        from promptreg.render.rendering import Call

        state = self._state()
        target = state.wanted(ref, locked=self._locked, key=key)
        call = Call(ref, inputs if inputs is not None else {}, sample, budget, counter, target.pick)
        return self._renderer.render(state.program(target), state.store, call)

    def trial(self, closure: Closure, shelf: Shelf) -> Trial:
        """The prompt of a closure, compiled into `shelf`, to be rendered in full many times; for tools."""
        found = self._renderer.trial(closure, shelf)
        self._state().adopt(found.program)
        return found

    def require(self, refs: Iterable[str] | str) -> None:
        """Resolve, compile and load rank files for these prompts now: fail at start, not at the first request.

        Raises the problems of all of them in one error.
        """
        errors: list[PromptregError] = []
        state = self._state()
        for ref in [refs] if isinstance(refs, str) else refs:
            try:
                self._prepare(state, ref)
            except PromptregError as error:
                errors.append(error)
        self.save_counts()
        if errors:
            raise together(errors)

    def _prepare(self, state: Loaded, ref: str) -> None:
        for target in state.targets(ref, locked=self._locked):
            self._renderer.prepare(state.program(target), state.store)

    def save_counts(self) -> None:
        """Write down what counting the texts of components gave, for later processes; inputs are never written.

        Counts are in a cache folder of the user (see PROMPTREG_CACHE_DIR). `require` does this too, `render` never.
        """
        if self._made is not None:
            self._made.counting.save()

    def worst_case(
        self, ref: str, *, budget: int | None = None, counter: str | None = None, key: str | None = None
    ) -> WorstCase:
        """The most tokens that the prompt `ref` can have, part by part, from what its inputs declare.

        Says whether its required parts always fit its budget, or `budget` in place of it, before there is any input;
        `counter` and `key` as in `render`. Raises what is wrong with the prompt, as `require` does.
        """
        state = self._state()
        program = state.program(state.wanted(ref, locked=self._locked, key=key))
        return self._renderer.worst_case(program, ref, budget, counter)

    def check_output(
        self, ref: str, text: str, inputs: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Any:
        """The answer of a model, checked against the prompt's `output`: parsed JSON with a schema, else the text.

        Raises OutputInvalid with every violation, InputError for the inputs, UsageError when the schema library is
        missing.
        """
        from promptreg.render.answer import check_answer

        state = self._state()
        program = state.program(state.wanted(ref, locked=self._locked, key=key))
        values = None if inputs is None else self._renderer.checked(program, inputs)
        return check_answer(program, state.store, text, values)

    @property
    def _renderer(self) -> Renderer:
        """What renders and counts, made on first use: listing a registry needs neither."""
        if self._made is None:
            from promptreg.render.rendering import renderer_for

            with self._lock:
                if self._made is None:
                    self._made = renderer_for(self._config, on_disk=self._recall is None)
        return self._made
