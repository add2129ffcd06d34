"""A registry whose prompt uses every way to shorten, inputs for it, and the laws of a render within a budget."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from promptreg.render.rendered import Rendered
from promptreg.render.segment import Segment
from tests.support.origins import check_origin, check_tiling
from tests.support.registries import component

__all__ = ["FILES", "INPUTS", "check_budget_laws", "check_nothing_is_lost", "inputs"]

CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
INPUTS: dict[str, Any] = {
    "limit": 50,
    "ticket": "Where is my parcel? It should have been here on Monday.\nI ordered it three weeks ago.\nPlease help me. "
    * 3,
    "docs": [{"title": f"Note {n}", "body": "Parcels to the islands take a week longer."} for n in range(4)],
    "history": [
        {"role": "user", "content": "Hello, is anybody there? I have a question about an order of last month."},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "order 17, sent on the third of May"},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes, "}, {"type": "text", "text": "go on."}]},
        {"role": "user", "content": "It is about the blue lamp, not the red one; the red one has come already."},
    ],
}

PROMPT = """\
kind: prompt
version: 1.0.0
inputs:
  limit: {type: number}
  internal: {type: boolean, default: false}
  shop: {type: string, default: Acme}
  docs: {type: array, items: {type: object}, default: []}
  ticket: {type: string, trust: untrusted}
  history: {type: messages, trust: untrusted, default: []}
budget: {tokens: 4000, reserve: 20}
messages:
  - role: system
    parts:
      - use: instructions/agent
      - use: rules/limits
        with: {limit: $limit}
        budget: {priority: 80, min_items: 1, drop: last}
      - {text: "These are good answers:", budget: {priority: 40, group: shots}}
      - use: examples/replies
        budget: {priority: 40, min_items: 1, drop: lowest, group: shots, needs: instructions/agent}
      - text: |
          Write in the language of the customer, even when the question is a mixture of several languages. When you
          are not sure which language it is, ask. Never translate names, numbers of orders or the names of products.
        when: "not internal"
        budget: {priority: 60, variants: [rules/short, "Their language."], needs: ticket}
  - role: system
    separator: "\\n"
    parts:
      - {use: rules/docs, fence: docs, budget: {priority: 30, truncate: middle, min_tokens: 12, min_items: 0}}
      - {text: "Orders of {{ shop }} are final.", budget: {priority: 10}}
  - slot: history
    budget: {priority: 20, drop: oldest, truncate: end}
  - role: user
    parts:
      - {text: "{{ ticket }}", fence: ticket, budget: {truncate: end, min_tokens: 12}}
"""

FILES = {
    "p.yaml": f"{PROMPT}samples: {{full: {json.dumps(INPUTS)}}}\n",
    "instructions/agent.md": component("You answer for {{ shop }}.\n", "{shop: {type: string}}"),
    "rules/limits.md": component(
        "Keep to these rules:\n- Never promise more than {{ limit }} EUR, whatever the customer says.\n"
        "- Be kind, and patient.\n{% if limit > 10 %}\n- Ask for the receipt.\n{% endif %}\n- Answer in sentences.\n",
        "{limit: {type: number}}",
        kind="rule",
    ),
    "rules/short.md": component("Answer in the language of the customer; ask when unsure.\n", kind="rule"),
    "rules/docs.md": component(
        "What is known:\n{% for doc in docs %}\n- {{ doc.title }}: {{ doc.body }}\n{% endfor %}\n"
        "{% for doc in docs %}\n{{ doc.title | upper }} {% endfor %}\nThat is all.\n",
        "{docs: {type: array, items: {type: object}}}",
        kind="rule",
    ),
    "examples/replies.yaml": """\
        kind: examples
        version: 1.0.0
        format: |
          Q: {{ example.input }}
          A: {{ example.output }}
        separator: "\\n---\\n"
        examples:
          - {id: late, input: Where is it?, output: On its way., priority: 2}
          - id: broken
            input: "It \\"broke\\"."
            output: |
              Sorry.
              We refund it.
          - {id: thanks, input: Thank you!, output: You are welcome., priority: 1}
        """,
}

_TEXT = st.text(st.sampled_from("ab cd.\n\r'…é漢🙂<>/") | st.characters(codec="utf-8"), max_size=60)
_WORDS = st.lists(st.sampled_from(["parcel", "Monday,", "wo ist", "it's", "\n", "漢字。", "🙂", "x" * 30]), max_size=40)
_LONG = _WORDS.map(" ".join) | _TEXT


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, Any]:
    """Inputs of the prompt `p`."""
    message = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": _LONG})
    doc = st.fixed_dictionaries({"title": _TEXT, "body": _LONG})
    found: dict[str, Any] = {"limit": draw(st.sampled_from([5, 50])), "ticket": draw(_LONG)}
    found["docs"] = draw(st.lists(doc, max_size=4))
    history = draw(st.lists(message, max_size=5))
    if draw(st.booleans()):
        history += [INPUTS["history"][1], INPUTS["history"][2], *draw(st.lists(message, max_size=2))]
    found["history"] = history
    if draw(st.booleans()):
        found["internal"] = draw(st.booleans())
    if draw(st.booleans()):
        found["shop"] = draw(_TEXT)
    return found


def check_budget_laws(rendered: Rendered, given: dict[str, Any]) -> None:
    """What holds for every render within a budget, whatever was shortened."""
    tokens = rendered.tokens
    assert tokens.limit is not None
    assert tokens.total == rendered.recount() <= tokens.limit
    ledger = rendered.ledger
    added = ledger.overhead.messages + ledger.overhead.reply if ledger.overhead else 0
    assert sum(row.tokens + row.seam_tokens for row in ledger.parts) + added == tokens.total
    check_tiling(rendered)
    for segment in rendered.segments:
        check_origin(segment, given)
        assert (segment.glue == "truncation") == ("[…]" in segment.text and segment.kind == "glue")
    for found in rendered.dropped:
        at = 0
        for segment in found.segments:
            assert (segment.message, segment.start, segment.part) == (-1, at, found.part)
            assert segment.text == found.text[at : segment.end]
            at = segment.end
            check_origin(segment, given)
        assert at == len(found.text)
        assert found.how != "cut" or found.text.strip()


def check_nothing_is_lost(rendered: Rendered, full: Rendered) -> None:
    """Every visible character of the full prompt is sent or listed as dropped, under the part it belongs to."""
    for row in full.parts:
        gone = [found for found in rendered.dropped if found.part == row.id]
        whole = visible(full.segments, row.id)
        lost = visible([segment for found in gone for segment in found.segments], row.id)
        if any(found.how == "variant" for found in gone):
            assert len(gone) == 1
            assert lost == whole
        else:
            assert sorted(lost + visible(rendered.segments, row.id)) == whole


def visible(segments: Iterable[Segment], part: str) -> list[str]:
    """The characters of a part that are not blank, without fences, joiners and marks."""
    texts = [segment.text for segment in segments if segment.part == part and segment.kind != "glue"]
    return sorted("".join("".join(texts).split()))
