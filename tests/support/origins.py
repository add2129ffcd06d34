"""The laws of origins on whole prompts: segments tile what is sent, and each stands where it says."""

from __future__ import annotations

from promptreg.render.rendered import Rendered
from promptreg.render.segment import Segment

__all__ = ["check_origin", "check_tiling", "contents"]


def contents(rendered: Rendered) -> list[tuple[int, int | None, str]]:
    """Every text of a rendered prompt: message, content part, text."""
    found: list[tuple[int, int | None, str]] = []
    for number, message in enumerate(rendered.messages):
        if isinstance(message["content"], str):
            found.append((number, None, message["content"]))
        else:
            found += [
                (number, index, part["text"]) for index, part in enumerate(message["content"] or ()) if "text" in part
            ]
    return found


def check_tiling(rendered: Rendered) -> None:
    """The segments of every text follow each other without a gap and say what stands there."""
    segments = list(reversed(rendered.segments))
    for number, index, text in contents(rendered):
        at = 0
        while at < len(text):
            segment = segments.pop()
            assert (segment.message, segment.content_part, segment.start) == (number, index, at)
            assert segment.text == text[at : segment.end]
            assert segment.end > segment.start
            at = segment.end
        assert at == len(text)
    assert not segments


def check_origin(segment: Segment, inputs: dict[str, object]) -> None:
    """An exact literal is what its file says, a value is what its input holds at that offset."""
    raw = segment.label.source.text[segment.offset : segment.end_offset]
    if segment.kind == "literal" and segment.exact:
        assert raw.replace("\r\n", "\n") == segment.text
    if segment.kind == "value":
        assert segment.input_path is not None
        assert segment.input_offset is not None
        value: object = inputs
        for step in segment.input_path:
            value = value[step]  # type: ignore[index]
        assert str(value)[segment.input_offset :][: len(segment.text)] == segment.text
        assert segment.trust in ("trusted", "untrusted")
    assert segment.line >= 1
    assert segment.column >= 1
    assert segment.as_dict()["kind"] in ("literal", "value", "derived", "glue")
