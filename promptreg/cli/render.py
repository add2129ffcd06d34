"""`promptreg render`: a prompt and its inputs become the final messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from promptreg.cli import streams
from promptreg.cli.files import write_file
from promptreg.cli.inputs import Given
from promptreg.cli.options import budget_options, format_option, input_options, prompt_name, reading_options
from promptreg.cli.session import Where, checked, open_registry, render
from promptreg.errors import TokenizerMissing, UsageError
from promptreg.output.json_text import document_text, payload_text

if TYPE_CHECKING:
    from promptreg.output.margin import View
    from promptreg.render.rendered import Rendered

__all__ = ["command"]

_FORMATS = ("text", "messages", "json", "openai", "openai-responses", "anthropic", "gemini", "mcp")


@click.command(
    epilog="""\b
Examples:
  promptreg render chat/reply --sample first-message
  promptreg render chat/reply --sample first-message -v message='How?'
  promptreg render chat/reply -i inputs.json --format openai
  jq '.[0]' tickets.json | promptreg render support/refund-reply -i -
  promptreg render support/refund-reply@^2 --sample small-claim -o prompt.txt
  promptreg render support/refund-reply --sample small-claim --budget 3000

\b
Formats:
  text              the contents of all messages with a blank line between two.
                    In a pipe and with -o: the exact bytes, no line end added.
                    On a terminal: with the origin of each line in a margin;
                    before a line, ! marks text of an untrusted input and an
                    arrow text of other inputs, with and without colour
  messages          [{"role": ..., "content": ...}]
  json              promptreg/render/1: messages, origins, parts, tokens
  openai            messages for Chat Completions
  openai-responses  input for the Responses API
  anthropic         system and messages for Messages
  gemini            systemInstruction and contents for generateContent
  mcp               the messages of a prompts/get result
"""
)
@prompt_name()
@input_options
@budget_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(readable=False, allow_dash=True),
    help="Write to FILE instead of standard output; FILE is replaced at once or not at all.",
)
@format_option(_FORMATS, "What to write; see below.")
@reading_options()
def command(
    name: str,
    sample: str | None,
    file: str | None,
    assignments: tuple[str, ...],
    key: str | None,
    budget: int | None,
    counter: str | None,
    output: str | None,
    form: str,
    where: Where,
) -> None:
    """Turn prompt NAME and its inputs into the final messages.

    NAME may ask for a version, as in hello@^2. Inputs come from a sample, then from -i, then from -v; each replaces
    whole inputs of the ones before. Every missing, unknown or ill-typed input is reported before any text exists.

    A prompt with a budget is made to fit it. What is shortened or left out is in the JSON, and a line each on a
    terminal; `promptreg why NAME --dropped` shows its text.
    """
    if output == "":
        raise UsageError("-o: the name of the file is empty")
    registry = open_registry(where)
    rendered = render(registry, name, Given(sample, file, assignments, key), budget=budget, counter=counter)
    if form == "text" and output is None and streams.screen().is_terminal:
        _show(rendered)
    else:
        _write(rendered, form, output)
    registry.save_counts()


def _write(rendered: Rendered, form: str, output: str | None) -> None:
    is_text = form == "text"
    text = rendered.text if is_text else _json_text(rendered, form)
    if output is not None and output != "-":
        write_file(output, text.encode("utf-8"))
    elif is_text:
        streams.write_text(text)
    else:
        streams.write_json(text)


def _json_text(rendered: Rendered, form: str) -> str:
    if form == "json":
        return document_text(checked(rendered).document())
    return payload_text(rendered.messages if form == "messages" else rendered.to(form))


def _show(rendered: Rendered) -> None:
    from promptreg.output.margin import Page, margin_rows

    screen = streams.screen()
    streams.write_rows(margin_rows(_view(rendered), Page(screen.columns, screen.unicode)))
    streams.flush()
    for warning in _warnings(rendered):
        streams.warn(warning)
    if rendered.is_planned:
        from promptreg.render.report import row_text

        for row in rendered.parts:
            if row.state in ("shortened", "dropped"):
                streams.talk(f"  {row_text(row)}")


def _warnings(rendered: Rendered) -> tuple[str, ...]:
    try:
        return rendered.warnings
    except TokenizerMissing as error:
        return tuple(f"tokens are not counted: {problem.message}" for problem in error.problems)


def _view(rendered: Rendered) -> View:
    """What the margin view shows; without tokens where the counter is missing."""
    from promptreg.output.margin import View

    pin = rendered.prompt
    details = [pin.digest[7:15]]
    tokens: dict[str, int] = {}
    try:
        total = checked(rendered).tokens
        details.append(f"{total.total} tokens ({total.counter}{'' if total.exact else ', approximate'})")
        if total.limit is not None:
            details.append(f"limit {total.limit}")
        details.append(f"stable prefix {total.stable_prefix}")
        for row in rendered.parts:
            tokens |= {row.id: row.tokens, **{item.id: item.tokens for item in row.items}}
    except TokenizerMissing:
        pass
    return View(
        title=f"{pin.name}@{pin.version}",
        details=tuple(details),
        messages=rendered.messages,
        segments=rendered.segments,
        tokens=tokens,
    )
