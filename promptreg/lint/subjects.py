"""What rules look at. One class per scope; expensive facts are worked out when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from promptreg.errors import Problem
from promptreg.lint.finding import Fix, Hit, Place, Related
from promptreg.model.component import Component
from promptreg.model.inputs import InputSpec
from promptreg.model.prompt import Prompt
from promptreg.text import Source, TextMap

if TYPE_CHECKING:
    from jinja2.nodes import Node

    from promptreg.lint.branches import Branch
    from promptreg.lint.language_orders import Order
    from promptreg.lint.rendered_text import RenderedText
    from promptreg.lint.team.sheet import Sheet
    from promptreg.lint.workspace import Workspace
    from promptreg.markdown.blocks import Block
    from promptreg.registry.resolve import Closure
    from promptreg.render.rendered import Rendered
    from promptreg.render.worst.worst_case import WorstCase
    from promptreg.template.facts import Facts
    from promptreg.template.parsing import Parsed

__all__ = ["Body", "Composition", "ExampleSet", "File", "Head", "Output", "RenderedPrompt", "Template"]


class File(NamedTuple):
    """Scope `file`: a file of the registry, readable or not, with everything that keeps it from being used.

    `head` is None for a file that could not be read as a component or prompt, `source` for one that is not text.
    """

    workspace: Workspace
    path: str
    source: Source | None
    head: Component | Prompt | None
    problems: tuple[Problem, ...]


class Body(NamedTuple):
    """One template text: a component's body or `format`, or inline text, a variant or an expression of a prompt.

    `kind`: body, format, inline, variant or expression. `role` is the role of the message that inline text is in.
    `names` are the inputs that it may read (`example` too, in a format).
    """

    text: TextMap
    kind: str
    names: Mapping[str, InputSpec | None]
    key: tuple[str | int, ...] = ()
    role: str | None = None
    part: str | None = None


class Head:
    """Scope `head`: a component or prompt by itself."""

    def __init__(self, workspace: Workspace, head: Component | Prompt) -> None:
        self.workspace = workspace
        self.head = head
        self.name = head.name
        self.source: Source = head.written.source
        self.shapes: dict[object, RenderedPrompt] = {}

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """Every template text written in its file."""
        from promptreg.lint.bodies import bodies_of

        return bodies_of(self.head)

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """Its template texts, parsed."""
        return tuple(Template(self, body) for body in self.bodies)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Its texts as team rules see them."""
        from promptreg.lint.team.sheet import sheets_of

        return sheets_of(self)

    @cached_property
    def _resolved(self) -> tuple[Mapping[str, Component], tuple[Problem, ...]]:
        if self.head.frozen:  # a release is made of its pins, which the closure of its user holds
            return {}, ()
        closure, problems = self.workspace.closure(self.name)
        return (closure.members if closure else {}), problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps its refs from being resolved, those of the components that it leads to included."""
        return self._resolved[1]

    @property
    def members(self) -> Mapping[str, Component]:
        """Every component that it leads to, by name; none when its refs cannot be resolved."""
        return self._resolved[0]

    @property
    def estimate(self) -> str:
        """The name of a counter that needs no tokenizer and gives upper bounds for the model of a prompt."""
        from promptreg.tokens.models import counter_for_model

        model = getattr(self.head, "model", None)
        counter = (counter_for_model(model) or "approximate/unknown") if model is not None else "approximate"
        return counter if counter.startswith("approximate") else "approximate"

    @cached_property
    def worst(self) -> WorstCase | None:
        """The most tokens that a prompt can have, by upper bounds that need no tokenizer; None if nobody can tell."""
        from promptreg.errors import PromptregError

        try:
            self.workspace.trial(self.name)  # compiles it
            return self.workspace.registry.worst_case(self.name, counter=self.estimate)
        except PromptregError:
            return None

    @cached_property
    def scalars(self) -> tuple[tuple[int, int], ...]:
        """File offsets of every YAML scalar, keys included, and of a Markdown body."""
        spans = self.head.written.scalar_spans()
        body = getattr(self.head, "body_span", None)
        return (*spans, body) if body else tuple(spans)

    def place(self, path: tuple[str | int, ...], *, key: bool = False) -> Place:
        """The value (or key) at a key path of its YAML."""
        start = self.offset(path, key=key)
        if not key:
            try:
                return Place(self.source, *self.head.written.scalar_span(path))
            except KeyError:
                pass
        return Place(self.source, start, start)

    def key_place(self, path: tuple[str | int, ...]) -> Place:
        """The last key of a key path of its YAML, as far as it is written plainly."""
        start = self.offset(path, key=True)
        word = str(path[-1])
        return Place(self.source, start, start + len(word) if self.source.text.startswith(word, start) else start)

    def offset(self, path: tuple[str | int, ...], *, key: bool = False) -> int:
        """The file offset of the value (or key) at a key path."""
        place = self.head.written.location(path, key=key)
        return self.source.offset(place.line, place.column)


class Template:
    """Scope `template`: one template text of a head. `parsed` is None where it does not parse; see `problems`."""

    def __init__(self, head: Head, body: Body) -> None:
        self.head = head
        self.body = body

    @cached_property
    def _outcome(self) -> tuple[Parsed | None, Facts | None, tuple[Problem, ...]]:
        from promptreg.errors import TemplateInvalid
        from promptreg.template.dialect import check
        from promptreg.template.facts import collect
        from promptreg.template.includes import scan_includes
        from promptreg.template.limits import Limits
        from promptreg.template.parsing import Settings, parse_body, parse_expression

        text = self.body.text
        try:
            if self.body.kind == "expression":
                parsed, includes = parse_expression(text, Limits()), {}
            else:
                parsed = parse_body(text, Settings(), Limits())
                includes = dict.fromkeys(found.ref for found in scan_includes(text, name=self.head.name))
        except TemplateInvalid as error:
            return None, None, error.problems
        facts = collect(parsed.tree)
        return parsed, facts, tuple(check(parsed, facts, inputs=list(self.body.names), includes=includes))

    @property
    def parsed(self) -> Parsed | None:
        """The syntax tree with exact positions (`node.lineno` holds text offsets, see template.positions)."""
        return self._outcome[0]

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the syntax tree, in source order; none where it does not parse."""
        from promptreg.template.facts import walk

        return tuple(walk(self.parsed.tree)) if self.parsed else ()

    @cached_property
    def words(self) -> frozenset[str]:
        """Every name that it holds, read or assigned; all that it may read where it does not parse."""
        from jinja2 import nodes

        if self.parsed is None:
            return frozenset(self.body.names)
        return frozenset(node.name for node in self.nodes if isinstance(node, nodes.Name))

    @property
    def facts(self) -> Facts | None:
        """What the tree says about its names; None where it does not parse."""
        return self._outcome[1]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the dialect refuses, and what keeps it from being parsed."""
        return self._outcome[2]

    @cached_property
    def masked(self) -> str:
        """Its text, of the same length, with the template tags masked (see `promptreg.lint.prose`)."""
        from promptreg.lint.prose import masked

        return masked(self)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Its text as Markdown blocks; template tags are masked, so that they are neither prose nor structure."""
        from promptreg.lint.prose import blocks_of

        return blocks_of(self)

    @cached_property
    def unfenced(self) -> str:
        """Its masked text with code masked too, tags of HTML and XML kept."""
        from promptreg.lint.plain import unfenced_of

        return unfenced_of(self.masked, self.blocks)

    @cached_property
    def plain(self) -> str:
        """Its masked text with code, tags and HTML comments masked too (see `promptreg.lint.plain`)."""
        from promptreg.lint.plain import without_tags

        return without_tags(self.unfenced)

    @cached_property
    def instructions(self) -> str:
        """Its plain text with examples masked too."""
        from promptreg.lint.plain import examples_in, without

        return without(self.plain, examples_in(self.masked))

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """What it says about the language to use."""
        from promptreg.lint.language_orders import orders_in

        return tuple(orders_in(self.instructions))

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """The bodies of its conditions and loops."""
        from promptreg.lint.branches import branches_of

        return branches_of(self)

    def conditions(self, start: int, end: int) -> list[str]:
        """The conditions and loop heads that decide whether the text `start:end` is printed."""
        return [one.condition for one in self.branches if one.start <= start and end <= one.end]

    def place(self, start: int, end: int) -> Place:
        """The file place of text offsets `start:end`."""
        return Place(self.body.text.source, *self.body.text.span(start, end))


class Composition(NamedTuple):
    """Scope `composition`: a prompt with all that it is made of. `closure` is None when it cannot be resolved."""

    workspace: Workspace
    head: Head
    prompt: Prompt
    closure: Closure | None
    members: Mapping[str, Head]
    problems: tuple[Problem, ...]


Spot = tuple[int, int, int]
"""Characters of a rendered message: its number, start and end."""


class RenderedPrompt:
    """Scope `rendered`: one rendering of a prompt, by a sample or of a branch that no sample takes (`sample` None).

    `branch` says in words what was assumed. A hit on rendered text is placed with `places`.
    """

    def __init__(
        self, composition: Composition, sample: str | None, branch: str, rendered: Rendered, values: Mapping[str, Any]
    ) -> None:
        self.composition = composition
        self.sample = sample
        self.branch = branch
        self.rendered = rendered
        self.values = values

    @cached_property
    def texts(self) -> tuple[RenderedText, ...]:
        """Its messages as their authors wrote them (see `promptreg.lint.rendered_text`).

        None of a rendering that differs from an earlier one of its prompt only in what the values are.
        """
        from promptreg.lint.rendered_text import rendered_texts, shape_of

        texts = rendered_texts(self)
        first = self.composition.head.shapes.setdefault(shape_of(texts), self)
        return texts if first is self else ()

    def places(self, message: int, start: int, end: int) -> Sequence[tuple[Place, str, str]]:
        """The source places of the characters `start:end` of a message, each with component and version.

        One for each segment that takes part, in order, those of one component that touch joined.
        """
        found: list[tuple[Place, str, str]] = []
        for segment in self.rendered.segments:
            if segment.message != message or segment.end <= start or segment.start >= end or segment.kind == "glue":
                continue
            from promptreg.render.segment import take

            lo, hi = max(start, segment.start) - segment.start, min(end, segment.end) - segment.start
            piece = take(segment, lo, hi)
            place = Place(piece.label.source, piece.offset, piece.end_offset)
            if found and found[-1][0].source is place.source and found[-1][0].end == place.start:
                place = place._replace(start=found.pop()[0].start)
            found.append((place, piece.component, piece.version))
        return found

    def hits(
        self,
        said: str,
        spot: Spot,
        *,
        other: tuple[str, Spot] | None = None,
        fix: Fix | None = None,
        amount: float | None = None,
    ) -> Iterator[Hit]:
        """A hit where the text at `spot` begins, with the place of an `other` text that took part.

        None where one of them has no source of its own, or both have the same. With an `amount` the place is empty:
        what is counted is the whole prompt, and a baseline must know it again when its lines move.
        """
        places = self.places(*spot)
        if not places:
            return
        place, component, version = places[0]
        related: tuple[Related, ...] = ()
        if other is not None:
            before = self.places(*other[1])
            if not before or before[0][0] == place:
                return
            related = (Related(other[0], *before[0]),)
        if amount is not None:
            place = place._replace(end=place.start)
        yield Hit(said, place, related, fix, component=component, version=version, amount=amount)


class ExampleSet(NamedTuple):
    """Scope `examples`: an examples component; `users` are the prompts and inputs that it is used with."""

    workspace: Workspace
    head: Head
    component: Component
    users: Sequence[Composition]


class Output(NamedTuple):
    """Scope `output`: a prompt that declares what a model's answer must be; `schema` is the parsed JSON Schema."""

    composition: Composition
    schema: Any
    place: Place
