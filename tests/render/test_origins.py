"""Segments of composed prompts: they tile every message, and each origin is where it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import promptreg
from promptreg.render.rendered import Rendered
from promptreg.render.segment import cut, cuts, segment_text
from tests.support.origins import check_origin, check_tiling
from tests.support.registries import SUPPORT, load_files

HISTORY = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [{"type": "text", "text": "Yo"}]}]
INPUTS = {"limit": 50, "ticket": "Where is it?", "history": HISTORY}


def check_laws(rendered: Rendered, inputs: dict[str, object]) -> None:
    """The laws of design section 4 on a whole prompt."""
    check_tiling(rendered)
    for segment in rendered.segments:
        check_origin(segment, inputs)


def test_the_laws_hold_on_the_support_prompt(tmp_path: Path) -> None:
    check_laws(load_files(tmp_path, SUPPORT).render("reply", INPUTS), INPUTS)


def test_crlf_files_give_the_same_text_and_exact_origins(tmp_path: Path) -> None:
    plain = load_files(tmp_path / "lf", SUPPORT).render("reply", INPUTS)
    registry = tmp_path / "crlf" / "prompts"
    for name, text in SUPPORT.items():
        file = registry / name
        file.parent.mkdir(parents=True, exist_ok=True)
        import textwrap

        file.write_bytes(textwrap.dedent(text).replace("\n", "\r\n").encode())
    rendered = promptreg.load(registry).render("reply", INPUTS)
    assert rendered.messages == plain.messages
    assert rendered.prompt.digest == plain.prompt.digest
    check_laws(rendered, INPUTS)
    assert [(s.kind, s.exact, s.line, s.column) for s in rendered.segments] == [
        (s.kind, s.exact, s.line, s.column) for s in plain.segments
    ]


def test_every_shipped_prompt_keeps_the_laws_with_every_sample() -> None:
    registry = promptreg.load(Path(__file__).parents[2] / "prompts")
    seen = 0
    for entry in registry.items():
        for sample in entry.samples:
            inputs = registry.sample(entry.name, sample)
            rendered = registry.render(entry.name, inputs)
            check_laws(rendered, inputs)
            seen += 1
    assert seen >= 16


def test_items_are_bullets_examples_and_slot_messages(tmp_path: Path) -> None:
    rendered = load_files(tmp_path, SUPPORT).render("reply", INPUTS)
    texts: dict[str, str] = {}
    for segment in rendered.segments:
        if segment.item:
            texts[segment.item] = texts.get(segment.item, "") + segment.text
    assert texts == {
        "0.1#1": "- Never promise more than 50 EUR.\n",
        "0.1#2": "- Be kind.",
        "0.2#1": "Q: Where is it?\nA: On its way.",
        "0.2#2": 'Q: It "broke".\nA: Sorry.\nWe refund it.',
        "1#1": "Hi",
        "1#2": "Yo",
    }


def test_glue_is_separators_and_fences_and_nothing_else(tmp_path: Path) -> None:
    rendered = load_files(tmp_path, SUPPORT).render("reply", INPUTS)
    glue = [(segment.text, segment.glue, segment.part) for segment in rendered.segments if segment.kind == "glue"]
    assert glue == [
        ("\n\n", "separator", None),
        ("\n\n", "separator", None),
        ("\n\n", "separator", "0.2"),
        ("\n\n", "separator", None),
        ("<ticket>\n", "fence", "2.0"),
        ("\n</ticket>", "fence", "2.0"),
    ]


def test_trust_and_pii_follow_a_value_through_bindings_and_filters(tmp_path: Path) -> None:
    files = {
        "c.md": "---\nkind: template\nversion: 1.0.0\ninputs: {x: {type: string}, n: {type: integer}}\n---\n"
        "{{ x }}|{{ x | upper }}|{% set y = x ~ n %}{{ y }}|{{ n + 1 }}",
        "p.yaml": "kind: prompt\nversion: 1.0.0\n"
        "inputs: {t: {type: string, trust: untrusted, pii: true}, n: {type: integer}}\n"
        "messages: [{role: user, parts: [{use: c, with: {x: $t}}]}]\n",
    }
    rendered = load_files(tmp_path, files).render("p", {"t": "a", "n": 1})
    found = [(s.text, s.kind, s.trust, s.pii, s.reads) for s in rendered.segments if s.text != "|"]
    assert found == [
        ("a", "value", "untrusted", True, ()),
        ("A", "derived", "untrusted", True, (("t",),)),
        ("a1", "derived", "untrusted", True, (("n",), ("t",))),
        ("2", "derived", "trusted", False, (("n",),)),
    ]


@settings(max_examples=60)
@given(st.data())
def test_a_cut_of_a_message_tiles_and_keeps_its_origins(data: st.DataObject) -> None:
    rendered = _support()
    message = data.draw(st.sampled_from([0, 3]))
    segments = [segment for segment in rendered.segments if segment.message == message]
    text = segment_text(segments)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    piece = cut(segments, start, end)
    assert segment_text(piece) == text[start:end]
    at = 0
    for segment in piece:
        assert (segment.start, segment.end) == (at, at + len(segment.text))
        at = segment.end
        check_origin(segment, INPUTS)
    assert cut(cut(segments, start, end), 0, end - start) == piece


@settings(max_examples=60)
@given(st.data())
def test_cutting_at_many_places_is_cutting_one_after_the_other(data: st.DataObject) -> None:
    rendered = _support()
    segments = [segment for segment in rendered.segments if segment.message == 0]
    edges = data.draw(st.lists(st.integers(0, len(segment_text(segments))), max_size=8).map(sorted))
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    assert list(cuts(segments, ranges)) == [cut(segments, start, end) for start, end in ranges]


_CACHE: list[Rendered] = []


def _support() -> Rendered:
    if not _CACHE:
        import tempfile

        _CACHE.append(load_files(Path(tempfile.mkdtemp()), SUPPORT).render("reply", INPUTS))
    return _CACHE[0]


@pytest.mark.parametrize(
    ("change", "stable"),
    [
        ({}, "You answer for Acme.\n\nKeep to these rules:\n- Never promise more than "),
        ({"limit": 7}, "You answer for Acme.\n\nKeep to these rules:\n- Never promise more than "),
    ],
)
def test_the_stable_prefix_ends_where_inputs_begin(tmp_path: Path, change: dict[str, object], stable: str) -> None:
    rendered = load_files(tmp_path, SUPPORT).render("reply", INPUTS | change)
    counter = rendered._tokenizing.counter()
    assert rendered.tokens.stable_prefix == counter.count(stable)


@pytest.mark.parametrize(
    ("kind", "default", "printed", "text"),
    [
        ("array", "[1, a]", "{{ x }}", "[1, 'a']"),
        ("object", "{a: [1]}", "{{ x }}", "{'a': [1]}"),
        ("object", "{a: [1]}", "{{ x.a }}", "[1]"),
        ("object", "{a: [1]}", "{{ x.a[0] }}", "1"),
        ("boolean", "true", "{{ x }}", "True"),
        ("string", '"a\\tb"', "{{ x }}", "a\tb"),
    ],
)
def test_a_printed_default_stands_where_it_is_written(
    tmp_path: Path, kind: str, default: str, printed: str, text: str
) -> None:
    files = {
        "p.yaml": f"kind: prompt\nversion: 1.0.0\ninputs: {{x: {{type: {kind}, default: {default}}}}}\n"
        f"messages: [{{role: user, parts: [{{text: '{printed}'}}]}}]\n"
    }
    rendered = load_files(tmp_path, files).render("p")
    assert segment_text(rendered.segments) == text
    check_laws(rendered, {})
    assert {segment.line for segment in rendered.segments} == {3}
    assert {segment.kind for segment in rendered.segments} == {"literal"}
