"""Small clean registries in many wordings, as files by their path below the registry folder."""

from __future__ import annotations

from random import Random

__all__ = ["Files", "clean_registry"]

Files = dict[str, str]

_TRADES = ("a bicycle shop", "a library", "a garden centre", "a railway", "an energy supplier", "a bakery")
_THINGS = ("order", "booking", "parcel", "ticket", "contract", "repair")
_ASKS = ("name the day", "say what comes next", "give the number", "mention the price", "quote the letter")
_NEVERS = ("promise a refund", "guess an amount", "name another customer", "discuss the law", "repeat a password")
_WHENS = ("the customer asks for it", "nothing else is known", "the letter is angry", "a colleague agrees")


def clean_registry(seed: int) -> Files:
    """A prompt with a rule, a template, examples and an output contract, and a router with two skills."""
    random = Random(seed)
    trade, thing = random.choice(_TRADES), random.choice(_THINGS)
    asks, nevers, whens = (random.sample(words, 3) for words in (_ASKS, _NEVERS, _WHENS))
    bullets = [f"- Always {ask} when {when}." for ask, when in zip(asks, whens, strict=True)]
    prohibited = [f"- Do not {never}: the customer decides." for never in nevers]
    random.shuffle(bullets)
    return {
        "instructions/agent.md": _text(
            "instruction",
            f"You write for {trade}. Each letter is about one {thing}.\n\n## Task\n\nRead the letter to its end."
            f" Then {random.choice(asks)} and close with a greeting.\n\n## Result\n\nAnswer with one JSON object:\n\n"
            '```json\n{"mood": "calm", "reply": "Thank you."}\n```\n\nNothing stands before it.\n',
        ),
        "rules/manners.md": _text("rule", "## Manners\n\n" + "\n".join(bullets) + "\n"),
        "rules/limits.md": _text(
            "rule",
            "## Limits\n\n{% if strict %}\n"
            + prohibited[0]
            + "\n{% endif %}\n- Offer at most {{ max_amount }} euros.\n"
            + "\n".join(prohibited[1:])
            + "\n",
            "inputs:\n  max_amount: {type: number, minimum: 0, maximum: 900}\n"
            "  strict: {type: boolean, default: true}\n",
        ),
        "templates/items.md": _text(
            "template",
            f"## What the {thing} holds\n\n{{% for item in items %}}\n- {{{{ item.name }}}}: {{{{ item.count }}}}"
            "\n{% endfor %}\n",
            "inputs:\n  items:\n    type: array\n    maxItems: 20\n    items:\n      type: object\n      properties:"
            " {name: {type: string}, count: {type: integer}}\n      required: [name, count]\n",
        ),
        "examples/moods.yaml": _examples(random, thing),
        "reply.yaml": _REPLY,
        "skills/price.yaml": _skill("prices"),
        "skills/moving.yaml": _skill("a move"),
        "route.yaml": _ROUTE,
    }


def _text(kind: str, body: str, more: str = "") -> str:
    return f"---\nkind: {kind}\nversion: 1.0.0\nsummary: Part of a reply.\n{more}---\n{body}"


def _examples(random: Random, thing: str) -> str:
    texts = [
        f"My {thing} came a week late again.",
        f"I love the new {thing} so much!",
        f"Where is the {thing} I paid for?",
        f"The {thing} broke on the first day.",
    ]
    random.shuffle(texts)
    rows = "".join(
        f"  - id: case-{word}\n    input: {text}\n"
        f'    output: \'{{"mood": "{"angry" if number % 2 else "calm"}", "reply": "Answer {word}."}}\'\n'
        for number, (word, text) in enumerate(zip(("one", "two", "three", "four"), texts, strict=True))
    )
    form = "{{ example.input }} -> {{ example.output }}"
    return f'kind: examples\nversion: 1.0.0\nsummary: Answered letters.\nformat: "{form}"\nexamples:\n{rows}'


_REPLY = """kind: prompt
version: 1.0.0
summary: Answers a letter.
model: openai/gpt-4.1
languages: [en, de]
inputs:
  max_amount: {type: number, minimum: 0, maximum: 900}
  tone: {type: string, enum: [warm, plain], default: plain}
  items:
    type: array
    maxItems: 20
    items:
      type: object
      properties: {name: {type: string, maxLength: 80}, count: {type: integer}}
      required: [name, count]
    default: []
  letter: {type: string, trust: untrusted, max_tokens: 2000}
output:
  schema:
    type: object
    properties: {mood: {enum: [angry, calm]}, reply: {type: string}}
    required: [mood, reply]
    additionalProperties: false
  ensures: ["output.reply != ''"]
budget: {tokens: 8000, reserve: 500}
messages:
  - role: system
    parts:
      - use: instructions/agent@^1
      - use: rules/manners@^1
      - use: rules/limits@^1
        with: {max_amount: $max_amount}
      - use: examples/moods@^1
      - text: Sound {{ tone }} in every sentence.
      - use: templates/items@^1
        when: items | length > 0
  - role: user
    parts:
      - text: "{{ letter }}"
        fence: letter
samples:
  late: {max_amount: 20, letter: The wheel is still missing., items: [{name: wheel, count: 2}]}
  short: {max_amount: 5, letter: Hello?, tone: warm}
"""

_ROUTE = """kind: prompt
version: 1.0.0
summary: Chooses a skill.
inputs:
  message: {type: string, trust: untrusted, max_tokens: 500}
messages:
  - role: system
    parts:
      - text: Choose `skills/price` for bills and `skills/moving` for a move.
  - role: user
    parts:
      - text: "{{ message }}"
        fence: message
samples:
  bill: {message: What do I pay?}
"""


def _skill(about: str) -> str:
    return (
        f"kind: prompt\nversion: 1.0.0\nsummary: A skill.\ninputs:\n  message: {{type: string, trust: untrusted}}\n"
        f"messages:\n  - role: system\n    parts:\n      - text: You answer questions about {about}.\n"
        '  - role: user\n    parts:\n      - text: "{{ message }}"\n        fence: message\n'
        "samples:\n  one: {message: Hello}\n"
    )
