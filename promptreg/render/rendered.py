"""The result of a render: messages now, segments, tokens and records when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from promptreg.model.prompt import Message
from promptreg.model.ref import Pin
from promptreg.registry.labels import Pick
from promptreg.render.compose import ComposedMessage
from promptreg.render.ledger import Ledger, PartRow, TokenCount, make_ledger, stable_prefix
from promptreg.render.origins import Traced, trace
from promptreg.render.program import Program
from promptreg.render.recount import recount
from promptreg.render.report import Dropped, PlanReport
from promptreg.render.segment import Segment
from promptreg.tokens import profile_doubt
from promptreg.tokens.counter import Counter
from promptreg.tokens.profile import NO_OVERHEAD, Profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.render.budget.fitting import Fitted
    from promptreg.render.stable_prefix import StablePrefix
    from promptreg.template import Mark

__all__ = ["PromptPin", "Rendered", "Tokenizing"]


class PromptPin(NamedTuple):
    """What was rendered: name, shown version, closure digest, and the ref that asked for it."""

    name: str
    version: str
    digest: str
    ref: str


class Tokenizing(NamedTuple):
    """How tokens of a prompt are counted: opened on first use."""

    counter: Callable[[], Counter]
    profile: Callable[[], Profile | None]


class Rendered:
    """A rendered prompt. Immutable: lists and dicts handed out are fresh copies or must not be changed."""

    def __init__(
        self,
        *,
        program: Program,
        composed: list[ComposedMessage],
        absent: frozenset[str],
        ref: str,
        tokenizing: Tokenizing,
        pick: Pick | None = None,
        fitted: Fitted | Callable[[], Fitted] | None = None,
    ) -> None:
        self._plan = fitted
        self._program = program
        self._absent = absent
        self._pick = pick
        self._composed = composed if fitted is None or callable(fitted) else fitted.messages
        self._tokenizing = tokenizing
        pin = program.closure.pin
        self.prompt = PromptPin(pin.name, pin.shown, pin.digest, ref)

    def __repr__(self) -> str:
        return f"<Rendered {self.prompt.name}@{self.prompt.version}: {len(self.messages)} messages>"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The final message list: `{"role", "content"}` and, from slots, `name`, `tool_calls`, `tool_call_id`."""
        return [_message(message) for message in self._composed if message.sent]

    @property
    def text(self) -> str:
        """All contents joined by a blank line, for reading."""
        texts = []
        for message in self._composed:
            content = message.content
            if isinstance(content, str):
                texts.append(content)
            elif isinstance(content, list):
                texts.extend(part["text"] for part in content if part.get("type") == "text")
        return "\n\n".join(texts)

    @cached_property
    def _fitted(self) -> Fitted | None:
        return self._plan() if callable(self._plan) else self._plan

    @cached_property
    def _traced(self) -> Traced:
        unstable = frozenset[str]()
        if not self.is_unshortened and self._fitted is not None:
            unstable = self._fitted.unstable
        return trace(self._program, self._composed, self._absent, unstable)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Where every character came from; the segments of a message tile its content in order."""
        return self._traced.segments

    def literal_pieces(self) -> Iterator[Mark]:
        """The pieces of literal text that the parts printed before anything was cut, as their templates hold them."""
        from promptreg.template import Mark

        for message in self._composed:
            for part in message.parts:
                for run in part.runs:
                    yield from (piece for piece in run.stream if isinstance(piece, Mark))

    def written(self, masked: Callable[[str], str]) -> Iterator[tuple[int, list[str]]]:
        """The parts and separators of the messages that are declared, by index, with `masked` for what is not literal.

        That is what expressions printed, and examples. Lengths must stay. Nothing may have been cut.
        """
        for number, message in enumerate(message for message in self._composed if message.sent):
            if isinstance(message.declared, Message):
                texts = [part.written(masked) for part in message.parts if part.present]
                separated = [piece for text in texts for piece in (message.declared.separator, text)]
                yield number, separated[1:]

    @property
    def ledger(self) -> Ledger:
        """What each part costs and why it is there."""
        if self._fitted is None:
            return self._counted
        from promptreg.render.budget.rows import plan_overhead

        return Ledger(self._planned_rows, plan_overhead(self._fitted), self.tokens)

    @cached_property
    def _counted(self) -> Ledger:
        counter, profile = self._tokenizing.counter(), self._tokenizing.profile()
        overhead = profile.overhead(self.messages, counter) if profile else None
        return make_ledger(self._composed, self._traced, counter, overhead, self._program.prompt, self._program.label)

    @cached_property
    def _planned_rows(self) -> tuple[PartRow, ...]:
        from promptreg.render.budget.rows import plan_rows

        assert self._fitted is not None
        return tuple(plan_rows(self._fitted, self._program.prompt, self._program.label))

    @property
    def parts(self) -> tuple[PartRow, ...]:
        """The rows of the ledger, in document order. With a budget they take a while: it is planned again and again
        to find what each part would need."""
        return self.ledger.parts

    @cached_property
    def tokens(self) -> TokenCount:
        """The token figures of the whole prompt; counted on first use."""
        fitted = self._fitted
        if fitted is None:
            return self._counted.tokens
        measure = fitted.pricing.measure

        def count(text: str) -> int:
            return measure.static(text).tokens

        stable, digest = stable_prefix(self._composed, self._traced, count)
        allowed = fitted.allowance
        reserve = allowed.reserve if allowed.tokens is not None else None
        return TokenCount(fitted.plan.total, allowed.limit, reserve, measure.counter.id, measure.exact, stable, digest)

    @cached_property
    def prefix(self) -> StablePrefix:
        """What stands before the first place that depends on an input, what ends it, and what static parts behind it
        would add in front of it."""
        from promptreg.render.prefix_of import prefix_of

        if self._fitted is None:
            return prefix_of(self._program, self._composed, (), self._tokenizing.counter().count)
        measure = self._fitted.pricing.measure
        unstable = self._fitted.unstable
        return prefix_of(self._program, self._composed, unstable, lambda text: measure.static(text).tokens)

    @property
    def plan(self) -> PlanReport:
        """What was kept, shortened and dropped, with reasons and tokens; without a budget everything is kept."""
        states = ("kept", "shortened", "dropped", "skipped")
        kept, shortened, dropped, skipped = (tuple(row for row in self.parts if row.state == state) for state in states)
        return PlanReport(kept, shortened, dropped, skipped, self.tokens)

    @property
    def is_planned(self) -> bool:
        """Whether a budget, or a limit of a part, decided what is sent."""
        return self._plan is not None

    @property
    def is_unshortened(self) -> bool:
        """Whether everything was known to fit before anything was counted; counts are made when they are asked for."""
        return callable(self._plan)

    @cached_property
    def dropped(self) -> tuple[Dropped, ...]:
        """Every text of the full prompt that is not sent, in document order, with its origins."""
        if self.is_unshortened or self._fitted is None:
            return ()
        from promptreg.render.budget.lost import lost_segments
        from promptreg.render.part_origins import PartOrigins

        origins = PartOrigins(self._program, self._absent)
        return tuple(
            Dropped(lost.part, lost.item, lost.how, lost.text, segments)
            for lost, segments in lost_segments(self._fitted.lost, origins)
        )

    def recount(self) -> int:
        """The total counted anew from the messages, as a budget counts; with a budget it equals `tokens.total`."""
        return recount(self.messages, self._tokenizing.counter(), self._tokenizing.profile())

    @property
    def pins(self) -> Mapping[str, Pin]:
        """The exact version and digest of every component that the prompt is made of, by name."""
        return self._program.closure.pins

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the caller should know: what is not sent, not counted or not known, and when nothing would be sent."""
        tokens, profile = self.tokens, self._tokenizing.profile()
        found: list[str] = []
        if self._fitted is not None:
            from promptreg.render.budget.notices import notices

            found += notices(self._fitted)
        uncounted = profile.uncounted(self.messages) if profile else 0
        if uncounted:
            found.append(f"{uncounted} content parts are not counted: the profile does not know their cost")
        if not tokens.exact and (self._fitted is not None or self._program.prompt.model is not None):
            upper = "; the budget counts with upper bounds" if self._fitted is not None else ""
            found.append(f"tokens are estimated: {tokens.counter} is no exact counter{upper}")
        doubt = profile_doubt(self._program.prompt.model) if self._fitted is not None else None
        if doubt is not None:
            found.append(doubt)
        if not self.messages:
            found.append("no message would be sent: every part is empty or left out")
        return tuple(found)

    def to(self, provider: str) -> Any:
        """The messages in the format of a provider: openai, openai-responses, anthropic, gemini or mcp.

        Raises UsageError naming the message when the provider has no way to say it.
        """
        from promptreg.render.export import export

        return export(self.messages, provider)

    def record(self) -> dict[str, Any]:
        """What was rendered, without any content: name, versions, digests, part states; never values.

        With a budget, also what was decided about each part and slot, and for how many tokens.
        """
        label = {"label": self._pick.label, "bucket": self._pick.bucket} if self._pick else None
        found = {
            "schema": "promptreg/record/1",
            "prompt": self.prompt._asdict(),
            "label": label,
            "pins": [
                {"name": pin.name, "version": pin.shown, "digest": pin.digest} for _, pin in sorted(self.pins.items())
            ],
            "parts": self._part_records(),
            "messages": len(self.messages),
        }
        if self._fitted is not None:
            from promptreg.render.budget.record import budget_record

            found["budget"] = budget_record(self._fitted)
        return found

    def _part_records(self) -> list[dict[str, Any]]:
        if self._fitted is not None:
            from promptreg.render.budget.record import part_records

            return list(part_records(self._fitted, self._program.prompt))
        return [
            {"id": part.program.part.id, "state": part.state} for message in self._composed for part in message.parts
        ]

    def attributes(self) -> dict[str, Any]:
        """Attributes for a tracing span, by the OpenTelemetry names where there are any; never values."""
        label = {"promptreg.label": self._pick.label} if self._pick else {}
        return {
            "gen_ai.prompt.name": self.prompt.name,
            "gen_ai.prompt.version": self.prompt.version,
            "promptreg.prompt.digest": self.prompt.digest,
            **label,
            "promptreg.components": [
                f"{pin.name}@{pin.shown}#{pin.digest[7:15]}" for _, pin in sorted(self.pins.items())
            ],
        }

    def document(self) -> dict[str, Any]:
        """The JSON document `promptreg/render/1` of design section 6."""
        overhead = self.ledger.overhead or NO_OVERHEAD
        return {
            "schema": "promptreg/render/1",
            "prompt": self.prompt._asdict(),
            "messages": self.messages,
            "segments": [segment.as_dict() for segment in self.segments],
            "parts": [row.as_dict() for row in self.parts],
            "overhead": {"messages": overhead.messages, "reply": overhead.reply, "profile": overhead.profile},
            "dropped": [found.as_dict() for found in self.dropped],
            "tokens": self.tokens._asdict(),
            "warnings": list(self.warnings),
        }


def _message(message: ComposedMessage) -> dict[str, Any]:
    if message.raw is None:
        return {"role": message.role, "content": message.content}
    return _copy(message.raw)  # type: ignore[no-any-return]


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
