"""Files of prompts: what is read from them, and each mistake with its place and words."""

from __future__ import annotations

import pytest

from promptreg.model.prompt import Message, Slot
from tests.registry.folders import complaints, problems_of, read_text

PATH = "prompts/support/reply.yaml"

FULL = """\
kind: prompt
version: 2.0.0
summary: Answers.
model: openai/gpt-4.1
inputs:
  max_amount: {type: number}
  internal: {type: boolean, default: false}
  ticket: {type: string, trust: untrusted}
  history: {type: messages, default: []}
requires: ["max_amount > 0"]
output: {schema: schemas/reply.json, ensures: ["output.amount <= max_amount"]}
budget: {tokens: 6000, reserve: 800, fit: cutoff, sticky: true}
messages:
  - role: system
    separator: "\\n"
    parts:
      - use: instructions/agent@^3
      - use: rules/refund-limits@~1.2
        with: {max_amount: $max_amount, note: $$5, deep: {a: [1, 1.10]}}
        budget: {priority: 40, min_items: 2, drop: lowest, needs: history}
      - text: "Write {% include \\"rules/tone\\" %}."
        when: "not internal"
        budget: {variants: [{text: "{% include \\"e\\" %}"}, {use: b@1}, t], needs: [instructions/agent, "2.0"]}
  - slot: history
    roles: [user, system]
    budget: {priority: 20, drop: oldest}
  - role: user
    parts:
      - {text: "{{ ticket }}", fence: ticket, budget: {truncate: end, min_tokens: 200}}
samples:
  small-claim: {max_amount: 50, ticket: "Where is it?"}
  big: {file: samples/big.json}
"""


def test_a_prompt_holds_everything_that_is_written() -> None:
    prompt = read_text(FULL, PATH)
    assert (prompt.name, prompt.kind, str(prompt.version)) == ("support/reply", "prompt", "2.0.0")
    assert (prompt.model, prompt.requires, prompt.summary) == ("openai/gpt-4.1", 1, "Answers.")
    assert (prompt.output.schema, prompt.output.ensures) == ("schemas/reply.json", 1)
    assert prompt.budget == {"tokens": 6000, "reserve": 800, "fit": "cutoff", "sticky": True}
    system, slot, user = prompt.messages
    assert isinstance(system, Message)
    assert (system.role, system.separator, user.separator) == ("system", "\n", "\n\n")
    assert slot == Slot(1, ("messages", 1), "history", ("user", "system"), {"priority": 20, "drop": "oldest"})
    assert [part.id for part in system.parts + user.parts] == ["0.0", "0.1", "0.2", "2.0"]
    assert system.parts[1].bindings == {"max_amount": "$max_amount", "note": "$$5", "deep": {"a": [1, 1.1]}}
    assert system.parts[1].budget == {"priority": 40, "min_items": 2, "drop": "lowest", "needs": ["history"]}
    assert system.parts[2].budget["needs"] == ["instructions/agent", "2.0"]
    assert [part.needs for part in system.parts] == [(), ("1",), ("0.0", "2.0")]
    assert [(form.key[-2:], bool(form.use), len(form.includes)) for form in system.parts[2].variants] == [
        ((0, "text"), False, 1),
        ((1, "use"), True, 0),
        (("variants", 2), True, 0),
    ]
    assert [part.when for part in system.parts] == [False, False, True]
    assert user.parts[0].fence == "ticket"
    assert prompt.samples["small-claim"].inputs == {"max_amount": 50, "ticket": "Where is it?"}
    assert prompt.samples["big"].file == "samples/big.json"


def test_uses_are_all_refs_in_document_order_with_their_places() -> None:
    prompt = read_text(FULL, PATH)
    assert [(use.text, use.line, use.column) for use in prompt.uses] == [
        ("instructions/agent@^3", 17, 14),
        ("rules/refund-limits@~1.2", 18, 14),
        ("rules/tone", 21, 22),
        ("e", 23, 37),
        ("b@1", 23, 66),
        ("t", 23, 72),
    ]


def test_an_input_named_file_makes_an_inline_sample() -> None:
    prompt = read_text(
        "kind: prompt\nversion: 1.0.0\ninputs: {file: {type: string}}\n"
        "messages: [{role: user, parts: [{text: x}]}]\nsamples: {one: {file: a.txt}}\n"
    )
    assert prompt.samples["one"].inputs == {"file": "a.txt"}


def test_languages_are_text_and_in_no_digest() -> None:
    text = "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [{text: x}]}]\n"
    plain, prompt = read_text(text), read_text(f"{text}languages: [no, de-CH, C#]\n")
    assert (plain.languages, prompt.languages) == ((), ("no", "de-CH", "C#"))
    assert (plain.body_digest, plain.contract_digest) == (prompt.body_digest, prompt.contract_digest)


HEAD = "kind: prompt\nversion: 1.0.0\ninputs: {a: {type: string}, h: {type: messages}}\n"
PART = HEAD + "messages:\n  - role: user\n    parts:\n      - "
"""A prompt up to its first part, which stands at 7:9."""
TAIL = "messages: [{role: user, parts: [{text: x}]}]\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("kind: prompt\n", ['1:1: the key "version" is missing', '1:1: the key "messages" is missing']),
        ("kind: prompt\nversion: 1.0\nmesages: []\n",
         ['2:10: version: "1.0" is not a version', '3:1: mesages: unknown key "mesages" (did you mean "messages"?)']),
        (HEAD + "messages: []\n", ["4:11: messages: must not be empty"]),
        (HEAD + "messages:\n", ["4:10: messages: must be a list"]),
        (HEAD + "messages: {role: user}\n", ["4:11: messages: must be a list"]),
        (HEAD + "messages: [hello]\n", ["4:12: messages[0]: must be a mapping with role, parts, separator"]),
        (HEAD + "messages: [{}]\n", ['4:12: messages[0]: the key "role" is missing',
                                     '4:12: messages[0]: the key "parts" is missing']),
        (HEAD + "messages: [{role: usr, parts: [{text: x}]}]\n",
         ['4:19: messages[0].role: "usr" is not one of system, developer, user, assistant (did you mean "user"?)']),
        (HEAD + "messages: [{role: tool, parts: [{text: x}]}]\n", ['4:19: messages[0].role: "tool" is not one of']),
        (HEAD + "messages: [{role: user, parts: []}]\n", ["4:32: messages[0].parts: must not be empty"]),
        (HEAD + "messages: [{role: user, parts: x}]\n", ["4:32: messages[0].parts: must be a list"]),
        (HEAD + "messages: [{role: user, parts: [{text: x}], separator: [x]}]\n",
         ["4:56: messages[0].separator: must be text"]),
        (HEAD + "messages: [{role: user, part: [{text: x}]}]\n",
         ['4:25: messages[0].part: unknown key "part" (did you mean "parts"?)']),
        (HEAD + "messages: [{slot: a}]\n", ['4:19: messages[0].slot: "a" is not an input of type messages']),
        (HEAD + "messages: [{slot: hh}]\n",
         ['4:19: messages[0].slot: "hh" is not an input of type messages (did you mean "h"?)']),
        (HEAD + "messages: [{slot: [h]}]\n", ["4:19: messages[0].slot: must be text"]),
        (HEAD + "messages: [{slot: h, roles: []}]\n", ["4:29: messages[0].roles: must not be empty"]),
        (HEAD + "messages: [{slot: h, roles: [usr]}]\n", ['4:30: messages[0].roles[0]: "usr" is not one of']),
        (HEAD + "messages: [{slot: h, role: user}]\n", ['4:22: messages[0].role: unknown key "role" (did you mean']),
        (HEAD + "messages: [{slot: h, budget: {drop: first}}]\n",
         ['4:37: messages[0].budget.drop: "first" is not one of oldest, newest']),
        (PART + "x\n", ["7:9: messages[0].parts[0]: must be a mapping with use, text, with, when, fence, budget"]),
        (PART + "rules/a@^1\n", ['7:9: messages[0].parts[0]: must be a mapping (did you mean "use: rules/a@^1"?)']),
        (PART + "{}\n", ['7:9: messages[0].parts[0]: must have either "use" (a component) or "text"']),
        (PART + "{when: a}\n", ['7:9: messages[0].parts[0]: must have either "use"']),
        (PART + "{use: x, text: y}\n", ['7:9: messages[0].parts[0]: has both "use" and "text": keep one']),
        (PART + "{use: ../x}\n", ['7:15: messages[0].parts[0].use: "../x" is not a ref: the name must not hold']),
        (PART + "{use: /etc/passwd}\n", ["7:15: messages[0].parts[0].use: "]),
        (PART + "{use: x@>1}\n", ['7:15: messages[0].parts[0].use: "x@>1" is not a ref: after "@" stands']),
        (PART + "{use: [x]}\n", ["7:15: messages[0].parts[0].use: must be text"]),
        (PART + "{use: null}\n", ["7:15: messages[0].parts[0].use: must be text"]),
        (PART + "{text: 3}\n", ["7:16: messages[0].parts[0].text: must be template text (quote it)"]),
        (PART + "{text: {{ a }}}\n",
         ['7:16: messages[0].parts[0].text: YAML reads "{{" as a mapping; quote the value']),
        (PART + "{text: x, txet: y}\n", ['7:19: messages[0].parts[0].txet: unknown key "txet"']),
        (PART + "{text: x, when: true}\n", ["7:25: messages[0].parts[0].when: must be an expression written as text"]),
        (PART + "{text: x, with: {a: b}}\n", ["7:19: messages[0].parts[0].with: belongs to a used component"]),
        (PART + "{use: x, with: [a]}\n", ["7:24: messages[0].parts[0].with: must be a mapping"]),
        (PART + "{text: x, fence: Ticket}\n", ['7:26: messages[0].parts[0].fence: "Ticket" cannot be a tag']),
        (PART + "{text: x, fence: 'a b'}\n", ['7:26: messages[0].parts[0].fence: "a b" cannot be a tag']),
        (PART + "{text: x, fence: [a]}\n", ["7:26: messages[0].parts[0].fence: must be text"]),
        (PART + "{text: x, budget: 3}\n", ["7:27: messages[0].parts[0].budget: must be a mapping with priority, "]),
        (PART + "{text: x, budget: {drop: oldest}}\n",
         ['7:34: messages[0].parts[0].budget.drop: "oldest" is not one of first, last, lowest']),
        (PART + "{text: x, budget: {priority: high}}\n",
         ["7:38: messages[0].parts[0].budget.priority: must be a number"]),
        (PART + "{text: x, budget: {priority: true}}\n",
         ["7:38: messages[0].parts[0].budget.priority: must be a number"]),
        (PART + "{text: x, budget: {min_tokens: 0}}\n",
         ["7:40: messages[0].parts[0].budget.min_tokens: must be a whole number of at least 1"]),
        (PART + "{text: x, budget: {min_tokens: 9, max_tokens: 8}}\n",
         ["7:40: messages[0].parts[0].budget.min_tokens: is above max_tokens"]),
        (PART + "{text: x, budget: {truncate: middel}}\n",
         ['7:38: messages[0].parts[0].budget.truncate: "middel" is not one of end, start, middle (did you mean']),
        (PART + "{text: x, budget: {variants: [{text: a, use: b}]}}\n",
         ['7:39: messages[0].parts[0].budget.variants[0]: must have either "use" or "text"']),
        (PART + "{text: x, budget: {variants: []}}\n",
         ["7:38: messages[0].parts[0].budget.variants: must not be empty"]),
        (PART + "{text: x, budget: {variants: [{use: '../x'}]}}\n",
         ['7:45: messages[0].parts[0].budget.variants[0].use: "../x" is not a ref']),
        (PART + "{text: x, budget: {variants: [{text: [a]}]}}\n",
         ["7:46: messages[0].parts[0].budget.variants[0].text: must be template text"]),
        (PART + "{text: x, budget: {variants: [3]}}\n",
         ["7:39: messages[0].parts[0].budget.variants[0]: must be a mapping with use, text"]),
        (PART + "{text: x, budget: {variants: short}}\n",
         ["7:38: messages[0].parts[0].budget.variants: must be a list"]),
        (PART + '{text: x, budget: {variants: ["{% include b %}"]}}\n',
         ["7:40: an include in support/reply must name a component"]),
        (PART + "{text: x, budget: {max_tokens: 100000001}}\n",
         ["7:40: messages[0].parts[0].budget.max_tokens: is above 100,000,000, the most that a budget may be"]),
        (PART + "{text: x, budget: {group: ''}}\n", ["7:35: messages[0].parts[0].budget.group: must not be empty"]),
        (PART + "{text: x, budget: {needs: ['']}}\n",
         ["7:36: messages[0].parts[0].budget.needs[0]: must not be empty"]),
        (PART + "{text: x, budget: {needs: {a: b}}}\n", ["7:35: messages[0].parts[0].budget.needs: must be text"]),
        (PART + '{text: "a{% include b %}"}\n', ["7:18: an include in support/reply must name a component"]),
        (HEAD + TAIL + "requires: a > 0\n", ["5:11: requires: must be a list"]),
        (HEAD + TAIL + "requires: [true]\n", ["5:12: requires[0]: must be an expression written as text"]),
        (HEAD + TAIL + "output: x\n", ["5:9: output: must be a mapping with schema, ensures"]),
        (HEAD + TAIL + "output: {schema: 3}\n", ["5:18: output.schema: must be a file name or a schema"]),
        (HEAD + TAIL + "output: {schema: ../x.json}\n",
         ['5:18: output.schema: "../x.json" must be a path inside the registry, relative to it']),
        (HEAD + TAIL + "output: {schema: /x.json}\n", ['5:18: output.schema: "/x.json" must be a path inside']),
        (HEAD + TAIL + "output: {schema: 'a\\..\\..\\x.json'}\n", ["5:18: output.schema: "]),
        (HEAD + TAIL + "output: {schema: 'C:/x.json'}\n", ["5:18: output.schema: "]),
        (HEAD + TAIL + 'output: {schema: "a\\0.json"}\n', ["5:18: output.schema: "]),
        (HEAD + TAIL + "output: {ensures: [1]}\n", ["5:20: output.ensures[0]: must be an expression written as text"]),
        (HEAD + TAIL + "output: {schem: {}}\n", ['5:10: output.schem: unknown key "schem" (did you mean "schema"?)']),
        (HEAD + TAIL + "budget: {tokens: 10, reserve: 10}\n",
         ["5:31: budget.reserve: leaves no tokens for the prompt"]),
        (HEAD + TAIL + "budget: {token: 10}\n", ['5:10: budget.token: unknown key "token" (did you mean "tokens"?)']),
        (HEAD + TAIL + "budget: {fit: pak}\n",
         ['5:15: budget.fit: "pak" is not one of pack, cutoff (did you mean "pack"?)']),
        (HEAD + TAIL + "budget: {tokens: 1.5}\n", ["5:18: budget.tokens: must be a whole number of at least 1"]),
        (HEAD + TAIL + "budget: {tokens: 100000001}\n", ["5:18: budget.tokens: is above 100,000,000"]),
        (HEAD + TAIL + "budget: {sticky: 0}\n", ["5:18: budget.sticky: must be true, false, or a number of tokens"]),
        (HEAD + TAIL + "budget: {sticky: often}\n", ["5:18: budget.sticky: must be true, false, or a number"]),
        (HEAD + TAIL + "model: [x]\n", ["5:8: model: must be text"]),
        (HEAD + TAIL + "languages: en\n", ["5:12: languages: must be a list"]),
        (HEAD + TAIL + "languages: [en, [de]]\n", ["5:17: languages[1]: must be text"]),
        (HEAD + TAIL + "languages: [en, '']\n", ["5:17: languages[1]: must name a language"]),
        (HEAD + TAIL + "languages: [en, EN]\n", ['5:17: languages[1]: "EN" is named twice']),
        (HEAD + TAIL + "samples: [x]\n", ["5:10: samples: must be a mapping"]),
        (HEAD + TAIL + "samples: {One: {}}\n", ['5:11: samples.One: "One" cannot name a sample']),
        (HEAD + TAIL + "samples: {one: x}\n", ["5:16: samples.one: must be a mapping"]),
        (HEAD + TAIL + "samples: {one: {file: ../x.json}}\n", ['5:23: samples.one.file: "../x.json" must be a path']),
        (HEAD + TAIL + "samples: {one: {file: [x]}}\n", ["5:23: samples.one.file: must be text"]),
        (HEAD + TAIL + "samples: {one: {file: ''}}\n", ['5:23: samples.one.file: "" must be a path inside']),
        (HEAD + TAIL + "samples: {one: {}, one: {}}\n", ['5:20: samples.one: duplicate key "one"']),
    ],
    ids=lambda value: repr(value[-45:]) if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_is_told_once_at_its_place(text: str, lines: list[str]) -> None:
    found = [line.removeprefix(f"{PATH}:") for line in complaints(text, PATH)]
    assert len(found) == len(lines), found
    for line, expected in zip(found, lines, strict=True):
        assert line.startswith(expected), line


def test_many_mistakes_are_as_many_problems_in_document_order() -> None:
    text = """\
kind: prompt
version: 1.10
inputs:
  a: {type: strng}
  b: {type: string, default: null}
messages:
  - role: usr
    parts:
      - {use: ../x}
      - {text: "{% include 'X' %}", fence: A}
  - slot: a
sampels: {}
"""
    problems = problems_of(text, PATH)
    assert [(problem.line, problem.key) for problem in problems] == [
        (2, "version"),
        (4, "inputs.a.type"),
        (5, "inputs.b.default"),
        (7, "messages[0].role"),
        (9, "messages[0].parts[0].use"),
        (10, "messages[0].parts[1].fence"),
        (11, "messages[1].slot"),
        (12, "sampels"),
    ]
    places = [(problem.line or 0, problem.column or 0) for problem in problems]
    assert places == sorted(places)
