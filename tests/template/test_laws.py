"""The laws of origins, on random templates of the whole dialect against stock Jinja2."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from promptreg.errors import InputError, RenderError, TemplateInvalid
from promptreg.template import Meter, scan_includes
from promptreg.template.marks import Mark
from promptreg.template.parsing import Settings
from promptreg.template.runtime import ValueProblem
from promptreg.text import TextMap
from tests.support.reference import reference_text
from tests.support.strategies import Generated, templates
from tests.support.templates import Case, body_of, compiled, rendered, targets, value_at


def compile_generated(made: Generated) -> Any:
    """Compile, or give the example up when it breaks the dialect (a name of an input used for a macro, say)."""
    try:
        return compiled(
            made.body,
            list(made.values),
            made.components,
            crlf=made.crlf,
            settings=Settings(made.trim_blocks, made.lstrip_blocks),
        )
    except TemplateInvalid as error:
        event(f"refused: {error.problems[0].message[:30]}")
        assume(False)


def render_generated(made: Generated) -> Case:
    template = compile_generated(made)
    try:
        return rendered(template, made.values)
    except (RenderError, InputError):
        assume(False)
        raise


def reference_of(made: Generated) -> str:
    return reference_text(
        made.body, made.values, made.components, trim_blocks=made.trim_blocks, lstrip_blocks=made.lstrip_blocks
    )


@given(templates())
def test_text_equals_stock_jinja(made: Generated) -> None:
    template = compile_generated(made)
    try:
        text = "".join(template.stream(made.values, Meter()))
    except (RenderError, InputError) as error:
        if isinstance(error.__cause__, ValueProblem):
            event("stricter than stock")
            return
        event("both fail")
        try:
            reference_of(made)
        except Exception:
            return
        raise
    event("rendered")
    assert text == reference_of(made)
    assert type(text) is str


@given(templates())
def test_literal_pieces_are_known_before_anything_is_rendered(made: Generated) -> None:
    template = compile_generated(made)
    try:
        stream = template.stream(made.values, Meter())
    except (RenderError, InputError):
        assume(False)
        raise
    assert {str(piece) for piece in stream if isinstance(piece, Mark) and piece} <= template.all_literals()


@given(templates())
def test_spans_tile_the_text(made: Generated) -> None:
    case = render_generated(made)
    at = 0
    for span in case.trace.spans:
        assert span.start == at < span.end
        at = span.end
    assert at == len(case.text)
    offsets = [branch.offset for branch in case.trace.branches]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(case.text) for offset in offsets)


@given(templates())
def test_exact_spans_say_what_they_show(made: Generated) -> None:
    case = render_generated(made)
    for text, span in case.span_texts():
        written = span.source.text[span.file_start : span.file_end].replace("\r\n", "\n")
        if span.kind == "literal":
            assert not span.exact or written == text
            assert (span.path, span.expression, span.reads) == (None, None, frozenset())
        else:
            assert written.startswith(("{{", "{%"))
            assert span.expression
            assert span.expression in written
        if span.kind == "value":
            value = str(value_at(made.values, span.path or ()))
            assert value[span.input_offset or 0 :][: len(text)] == text


@given(templates())
def test_rendering_twice_gives_the_same_bytes_and_spans(made: Generated) -> None:
    case = render_generated(made)
    again = rendered(case.template, made.values)
    assert again.text == case.text
    assert again.trace.spans == case.trace.spans
    assert again.trace.branches == case.trace.branches
    assert rendered(compile_generated(made), made.values).text == case.text


@given(templates(plain=True, vary_settings=False), st.data())
def test_a_letter_of_a_literal_changes_the_characters_that_claim_it(made: Generated, data: st.DataObject) -> None:
    case = render_generated(made)
    sources = {"x": case.template.body, **{r: t.template.body for r, t in targets(made.components).items()}}
    spots = [
        (span.source.path, span.file_start + at)
        for text, span in case.span_texts()
        if span.kind == "literal" and span.exact and "defaults/" not in span.source.path and not made.crlf
        for at, letter in enumerate(text)
        if letter.isalpha() and letter.isascii()
    ]
    if not spots:
        event("nothing to change")
        return
    path, offset = data.draw(st.sampled_from(spots))
    name = path.removeprefix("prompts/").removesuffix(".md")
    changed = _with_letter(made, name, offset - _start_of(sources[name]))
    after = render_generated(changed)
    shown = [(text, span) for text, span in case.span_texts() if span.kind != "derived"]
    # text that a filter block or expression captured may change too, but then no span claims its letters
    shown_after = [(text, span) for text, span in after.span_texts() if span.kind != "derived"]
    for (text, span), (text_after, span_after) in zip(shown, shown_after, strict=True):
        claims = span.source.path == path and span.file_start <= offset < span.file_end and span.kind == "literal"
        assert _differences(text, text_after) == ({offset - span.file_start} if claims else set())
        assert (span_after.kind, span_after.path, span_after.bullet) == (span.kind, span.path, span.bullet)


def _start_of(body: TextMap) -> int:
    return body.offset(0)


def _with_letter(made: Generated, name: str, at: int) -> Generated:
    def change(text: str) -> str:
        return f"{text[:at]}Q{text[at + 1 :]}"

    if name == "x":
        return made._replace(body=change(made.body))
    component = made.components[name]
    return made._replace(components={**made.components, name: component._replace(body=change(component.body))})


def _differences(before: str, after: str) -> set[int]:
    assert len(before) == len(after)
    return {at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other}


@given(templates(plain=True), st.data())
def test_a_letter_of_a_value_changes_the_characters_that_claim_it(made: Generated, data: st.DataObject) -> None:
    case = render_generated(made)
    derived = [path for span in case.trace.spans for path in span.reads]
    decided = [path for branch in case.trace.branches for path in branch.reads]
    spots = [
        (span.path, at)
        for text, span in case.span_texts()
        if span.kind == "value"
        and isinstance(value_at(made.values, span.path or ()), str)
        and not any(path[: len(span.path or ())] == span.path for path in decided)
        and not any(_overlap(path, span.path or ()) for path in derived)
        for at, letter in enumerate(text)
        if letter.isalpha()
    ]
    if not spots:
        event("nothing to change")
        return
    path, at = data.draw(st.sampled_from(spots))
    values = _with_value(made.values, path, at)
    after = render_generated(made._replace(values=values)).text
    claimed = {span.start + at for span in case.trace.spans if span.path == path}
    assert _differences(case.text, after) == claimed


def _overlap(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _with_value(values: Any, path: tuple[Any, ...], at: int) -> Any:
    if not path:
        return f"{values[:at]}Q{values[at + 1 :]}"
    changed = list(values) if isinstance(values, list) else dict(values)
    changed[path[0]] = _with_value(values[path[0]], path[1:], at)
    return changed


@given(templates(vary_settings=False))
def test_scanned_includes_are_the_parsed_ones(made: Generated) -> None:
    from jinja2 import nodes

    from promptreg.template.limits import Limits
    from promptreg.template.parsing import parse_body

    body = body_of(made.body, crlf=made.crlf)
    try:
        tree = parse_body(body, Settings(), Limits()).tree
    except TemplateInvalid:
        assume(False)
    parsed = [node.template.value for node in tree.find_all(nodes.Include)]  # type: ignore[attr-defined]
    scanned = scan_includes(body, name="x")
    assert sorted(ref.ref for ref in scanned) == sorted(parsed)
    assert all(body.text[ref.start : ref.start + 2] == "{%" for ref in scanned)
    assert all(body.text[ref.end - 2 : ref.end] == "%}" for ref in scanned)
