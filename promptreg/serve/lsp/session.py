"""What one client has open, the projects that this belongs to, and when they are looked at."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, NamedTuple, TypeVar

from promptreg.errors import PromptregError
from promptreg.lint.finding import Finding
from promptreg.serve.lsp.findings import Conceal, Known, Linting, LoadRules, Trouble
from promptreg.serve.lsp.project import SETTINGS, Project, Snapshot, find_config
from promptreg.serve.lsp.uris import file_of, uri_of

__all__ = ["Active", "Asked", "Document", "Session", "Setup"]

QUIET_SECONDS = 0.2
"""How long nobody must type before the linter starts; people pause longer between words than between letters."""

FULL_SECONDS = 10.0
"""The longest pause in typing after which a large registry is looked at as a whole; else as long as that takes."""

_NO_MATTER = (".pyc", ".lock~", ".swp")


class Setup(NamedTuple):
    """What the caller above hands in: the registry that was named, the rules there are, and how secrets are hidden."""

    rules: LoadRules
    conceal: Conceal
    registry: str | None = None


class Document(NamedTuple):
    """A file that is open in the editor. `file` is its path, `real` the same with links followed."""

    uri: str
    file: str
    real: str
    version: int | None
    text: str


class Active:
    """A project with what is known about it. `changed` are shown paths that no run has looked at yet.

    `full_seconds` is how long the last run over everything took. `told` are the paths that the client was told
    something about. `revision` counts what changes the answers.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.revision = 0
        self.changed: set[str] = set()
        self.told: set[str] = set()
        self.troubles: set[Trouble] = set()
        self.findings: dict[str, tuple[Finding, ...]] = {}
        self.task: asyncio.Task[None] | None = None
        self.seen: tuple[int, Snapshot] | None = None
        self.full_seconds = 0.0

    def snapshot(self, texts: Mapping[str, str]) -> Snapshot:
        """The project under the unsaved texts, made once for each revision; from any thread."""
        revision, seen = self.revision, self.seen
        if seen is not None and seen[0] == revision:
            return seen[1]
        found = self.project.snapshot(texts)
        self.seen = (revision, found)
        return found


Publish = Callable[["Active", str, Known, bool], None]
"""Tells the client what is known about the file at a shown path; if it is new, or if it must be told anyway."""


class Asked(NamedTuple):
    """What a request is about: a project as it is now, and in it the shown path and the text of one document."""

    active: Active
    snapshot: Snapshot
    path: str
    text: str


T = TypeVar("T")


class Session:
    """Documents and projects of one client. Everything but the runs of the linter happens in the thread of the loop."""

    def __init__(self, setup: Setup, publish: Publish, log: Callable[[str], None]) -> None:
        self.setup = setup
        self.folders: list[str] = []
        self.documents: dict[str, Document] = {}
        self.active: dict[str, Active] = {}
        self._publish = publish
        self._log = log
        self._linter = ThreadPoolExecutor(1, "lint")
        self._answers = ThreadPoolExecutor(1, "answer")
        self._tasks: set[asyncio.Task[None]] = set()

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Start something that goes on beside all else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- documents

    def put(self, uri: str, version: int | None, text: str, *, wait: bool) -> None:
        """Take in the text of a document that was opened or changed."""
        file = file_of(uri)
        if file is None:
            return
        self.documents[uri] = Document(uri, file, os.path.realpath(file), version, text)
        self.touch([file], wait=wait)

    def saved(self, files: Iterable[str]) -> None:
        """Files changed on disk. Those of the configuration change where the projects are, so all is found anew."""
        files = [file for file in files if not file.endswith(_NO_MATTER)]
        if any(os.path.basename(file) in SETTINGS for file in files):
            self.reload()
        self.touch(files, wait=False, saved=True)

    def drop(self, uri: str) -> None:
        """A document was closed: from now on its file counts as it is on disk."""
        found = self.documents.pop(uri, None)
        if found is not None:
            self.touch([found.file], wait=False)

    def touch(self, files: Iterable[str], *, wait: bool, saved: bool = False) -> None:
        """Look again at these files and all that is made with them; with `wait`, once nobody types any more.

        A file that is not of the registry, such as a rule of the team, counts as it is `saved`.
        """
        for file in files:
            active = self.active_of(file)
            if active is not None and (saved or active.project.counts(file)):
                active.revision += 1
                active.changed.add(active.project.path(file))
                self._start(active, QUIET_SECONDS if wait else 0.0)

    def reload(self) -> None:
        """Configurations may have changed: find every project anew."""
        for active in self.active.values():
            if active.task is not None:
                active.task.cancel()
        gone, self.active = self.active, {}
        self.touch([document.file for document in self.documents.values()], wait=False)
        for root, old in gone.items():
            new = self.active.get(root)
            if new is not None and new.project.config.root == old.project.config.root:
                new.told = old.told
                continue
            for path in old.told:
                self._publish(old, path, Known(frozenset(), {}), False)

    def active_of(self, file: str) -> Active | None:
        """The project that a file belongs to."""
        try:
            config = find_config(file, self.folders, self.setup.registry)
        except PromptregError as error:
            self._log(str(error))
            return None
        if config is None:
            return None
        found = self.active.get(config.registry)
        if found is None or found.project.config != config:
            found = self.active[config.registry] = Active(Project(config))
        return found

    def texts(self) -> Mapping[str, str]:
        """The unsaved texts by real path."""
        return {document.real: document.text for document in self.documents.values()}

    def uri(self, active: Active, path: str) -> str:
        """The name of the file at a shown path: that of the client, where it has the file open."""
        file = active.project.file(path)
        real = os.path.realpath(file)
        same = [document.uri for document in self.documents.values() if document.real == real]
        return same[0] if same else uri_of(file)

    # -- runs of the linter

    def _start(self, active: Active, quiet: float) -> None:
        if active.task is not None:
            active.task.cancel()
        active.task = asyncio.get_running_loop().create_task(self._run(active, quiet))

    async def _run(self, active: Active, quiet: float) -> None:
        """Lint what changed, then everything; a change in between cancels this and starts anew."""
        stop = Event()
        try:
            await asyncio.sleep(quiet)
            await self._lint(active, quiet, stop)
        except PromptregError as error:
            troubles = tuple(Trouble(problem.message, problem.path) for problem in error.problems)
            self._tell(active, Known(frozenset(), {}, troubles), frozenset(active.changed))
        except Exception as error:  # the boundary: a fault of ours must not end the server
            self._log(f"linting failed: {type(error).__name__}: {error}")
        finally:
            stop.set()

    async def _lint(self, active: Active, quiet: float, stop: Event) -> None:
        changed = frozenset(active.changed)
        texts = self.texts()
        loop = asyncio.get_running_loop()

        def begin() -> tuple[Linting, Known]:
            linting = Linting(active.snapshot(texts), self.setup.rules, self.setup.conceal, stop)
            return linting, linting.changed(changed)

        linting, known = await loop.run_in_executor(self._linter, begin)
        self._tell(active, known, changed)
        active.changed -= changed
        if not known.everything:
            if quiet:  # somebody types, and may go on before all is done
                await asyncio.sleep(min(active.full_seconds, FULL_SECONDS))
            started = time.monotonic()
            self._tell(active, await loop.run_in_executor(self._linter, linting.everything), frozenset())
            active.full_seconds = time.monotonic() - started
        del linting
        await loop.run_in_executor(self._linter, gc.collect)  # what was parsed and rendered refers to itself

    def _tell(self, active: Active, known: Known, changed: frozenset[str]) -> None:
        """Publish what is known; about changed files even when it is not new, so that a client can wait for it."""
        paths = {*known.paths, *known.findings, *(trouble.path for trouble in known.troubles if trouble.path)}
        if known.everything:
            paths |= active.told
            active.findings = dict(known.findings)
        else:
            active.findings.update((path, known.findings.get(path, ())) for path in known.paths)
        active.told |= paths
        for trouble in known.troubles:
            if trouble not in active.troubles:
                self._log(trouble.message)
        active.troubles = set(known.troubles) | (set() if known.everything else active.troubles)
        for path in sorted(paths):
            self._publish(active, path, known, path in changed)

    # -- answers

    async def ask(self, uri: str, answer: Callable[[Asked], T], empty: T) -> T:
        """What `answer` makes of a document and the snapshot around it; `empty` for a file of no registry."""
        document = self.documents.get(uri)
        active = self.active_of(document.file) if document else None
        if document is None or active is None or not active.project.holds(document.real):
            return empty
        texts = self.texts()

        def work() -> T:
            try:
                snapshot = active.snapshot(texts)
            except PromptregError:
                return empty
            return answer(Asked(active, snapshot, active.project.path(document.file), document.text))

        return await asyncio.get_running_loop().run_in_executor(self._answers, work)
