"""The stream of a rendered template read back into spans. Pure, and done only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from promptreg.template.marks import Enter, EnterInclude, Event, Fork, Leave, Loop, LoopStep, Mark, Pass, Prints, Site
from promptreg.template.places import Places, WrittenRun
from promptreg.template.spans import Binding, Bound, Branch, Computed, Fixed, Frame, IncludeTarget, Path, Span
from promptreg.text import Source

if TYPE_CHECKING:
    from promptreg.template.engine import Template

__all__ = ["Trace"]

_NOTHING: frozenset[Path] = frozenset()


class Trace:
    """Spans and branches of one stream, worked out on first access."""

    __slots__ = ("_bindings", "_branches", "_label", "_spans", "_stream", "_template")

    def __init__(
        self, template: Template, stream: Iterable[str], bindings: Mapping[str, Binding], label: object
    ) -> None:
        self._template = template
        self._stream = stream
        self._bindings = bindings
        self._label = label
        self._spans: tuple[Span, ...] | None = None
        self._branches: tuple[Branch, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans; they tile the text in order and none is empty."""
        if self._spans is None:
            self._read()
        return self._spans or ()

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The decisions in order of their offset, those that printed nothing included."""
        if self._spans is None:
            self._read()
        return self._branches

    def _read(self) -> None:
        reader = _Reader(_Level(self._template, self._bindings, Frame(self._label, None, None)))
        reader.read(self._stream)
        self._branches = tuple(reader.branches)
        self._spans = tuple(reader.spans)


class _Level:
    """A component, or a macro or call block in it, that is being read.

    `loops` gives the item number of each running loop, or None where passes are not item numbers; `serials` the
    number of the event that started the innermost pass or body, by which bullets tell repetitions apart.
    """

    __slots__ = ("bindings", "frame", "item", "loops", "passes", "places", "serial")

    def __init__(self, template: Template, bindings: Mapping[str, Binding], frame: Frame) -> None:
        self.places: Places = template.places
        self.bindings = bindings
        self.frame = frame
        self.loops: dict[int, int | None] = {}
        self.passes: dict[int, int] = {}
        self.item: int | None = None
        self.serial = 0

    def inner(self, serial: int, item: int | None) -> _Level:
        """The same component inside a macro or call block."""
        level = _Level.__new__(_Level)
        level.places = self.places
        level.bindings, level.frame = self.bindings, self.frame
        level.loops, level.passes = dict(self.loops), dict(self.passes)
        level.item, level.serial = item, serial
        return level


class _Reader:
    def __init__(self, level: _Level) -> None:
        self.spans: list[Span] = []
        self.branches: list[Branch] = []
        self._level = level
        self._outer: list[_Level] = []
        self._at = 0
        self._site: Site | None = None
        self._items: dict[tuple[int, int, int], int] = {}
        self._events = 0

    def read(self, stream: Iterable[str]) -> None:
        for piece in stream:
            if isinstance(piece, Mark):
                for event in piece.before:
                    self._event(event)
                level = self._level
                source = level.places.body.source
                for run in piece.runs:
                    for part in level.places.runs(run):
                        self._written(part, source)
                for event in piece.after:
                    self._event(event)
            else:
                self._printed(piece)

    # -- events

    def _event(self, event: Event) -> None:
        self._events += 1
        level = self._level
        if isinstance(event, Prints):
            self._site = event.site
        elif isinstance(event, Fork):
            self._branch(self._reads(event.reads))
        elif isinstance(event, Loop):
            level.loops[event.loop] = -1 if event.indexed else None
        elif isinstance(event, Pass):
            index = level.loops[event.loop]
            level.loops[event.loop] = None if index is None else index + 1
            level.passes[event.loop] = self._events
        elif isinstance(event, Enter):
            self._outer.append(level)
            self._level = level.inner(self._events, self._item_at(event.start))
        elif isinstance(event, EnterInclude):
            self._outer.append(level)
            self._level = self._included(event, level)
        elif isinstance(event, Leave):
            self._level = self._outer.pop()

    def _branch(self, reads: frozenset[Path]) -> None:
        if reads:
            self.branches.append(Branch(self._at, reads))

    def _included(self, event: EnterInclude, level: _Level) -> _Level:
        target: IncludeTarget = event.target  # type: ignore[assignment]
        bindings: dict[str, Binding] = {}
        for name in target.inputs:
            if name in event.found:
                bindings[name] = self._binding(event.site.sources[name])
            else:
                bindings[name] = target.defaults.get(name) or Computed(_NOTHING)
        frame = Frame(target.label, level.frame, level.places.tag(event.site.start, event.site.end)[0])
        inner = _Level(target.template, bindings, frame)
        inner.serial = self._events
        inner.item = self._item_at(event.site.start)
        return inner

    # -- origins

    def _subpath(self, site: Site) -> Path | None:
        """The path of a site with loop steps replaced by item numbers; None when it is not exact here."""
        path: list[str | int] = []
        for step in site.steps:
            if isinstance(step, LoopStep):
                index = self._level.loops.get(step.loop)
                if index is None:
                    return None
                path.append(index)
            else:
                path.append(step)
        return tuple(path)

    def _binding(self, site: Site) -> Binding:
        """Where the value at a site comes from, in terms of the prompt."""
        base = self._level.bindings.get(site.root) if site.root is not None else None
        subpath = self._subpath(site) if base is not None else None
        if base is None or subpath is None:
            return Computed(self._reads(site.reads))
        if isinstance(base, Bound):
            return Bound((*base.path, *subpath))
        if isinstance(base, Fixed):
            return _below(base, subpath)
        return base

    def _reads(self, reads: frozenset[Path]) -> frozenset[Path]:
        """Reads of the template as reads of the prompt."""
        found: set[Path] = set()
        for path in reads:
            base = self._level.bindings.get(str(path[0]))
            if isinstance(base, Bound):
                found.add((*base.path, *path[1:]))
            elif isinstance(base, Computed):
                found.update(base.reads)
        return frozenset(found)

    # -- spans

    def _written(self, run: WrittenRun, source: Source) -> None:
        start = self._at
        self._at = end = start + run.size
        bullet = self._number(run.bullet)
        place = (self._level.frame, source, run.file_start, run.file_end)
        self.spans.append(Span(start, end, "literal", run.exact, *place, None, None, None, _NOTHING, bullet))

    def _printed(self, text: str) -> None:
        site = self._site
        assert site is not None, "a printed piece has no site"
        binding = self._binding(site)
        if not text:
            self._branch(_input_reads(binding))
        elif isinstance(binding, Fixed) and (scalar := binding.locate(())) is not None and scalar.text == text:
            bullet = self._level.places.bullet(site.start)
            for part in scalar.ranges(0, len(text)):
                run = WrittenRun(part.end - part.start, part.exact, part.file_start, part.file_end, bullet)
                self._written(run, scalar.source)
        elif isinstance(binding, Bound):
            self._shown(text, site, path=binding.path, reads=_NOTHING)
        else:
            self._shown(text, site, path=None, reads=_input_reads(binding))

    def _shown(self, text: str, site: Site, *, path: Path | None, reads: frozenset[Path]) -> None:
        """Add what a tag printed: a value when it has a path, else something derived from what it read."""
        start = self._at
        self._at = end = start + len(text)
        places = self._level.places
        file_start, file_end = places.tag(site.start, site.end)
        exact = path is not None
        self.spans.append(
            Span(
                start,
                end,
                "value" if exact else "derived",
                exact,
                self._level.frame,
                places.body.source,
                file_start,
                file_end,
                site.expression,
                path,
                0 if exact else None,
                reads,
                self._number(places.bullet(site.start)),
            )
        )

    # -- bullets

    def _item_at(self, offset: int) -> int | None:
        """The number of the item that body offset `offset` stands in."""
        return self._number(self._level.places.bullet(offset))

    def _number(self, index: int | None) -> int | None:
        """The number of the item that bullet `index` of the body makes here; items are counted as they appear."""
        level = self._level
        bullets = level.places.bullets
        if level.item is not None or index is None or bullets is None:
            return level.item
        key = (level.serial, index, level.passes.get(bullets.loops[index], 0))
        return self._items.setdefault(key, len(self._items) + 1)


def _below(base: Fixed, subpath: Path) -> Fixed:
    return Fixed(lambda path: base.locate((*subpath, *path))) if subpath else base


def _input_reads(binding: Binding) -> frozenset[Path]:
    if isinstance(binding, Bound):
        return frozenset([binding.path])
    return binding.reads if isinstance(binding, Computed) else _NOTHING
