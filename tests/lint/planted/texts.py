"""Defects of texts: templates, wording, structure, secrets. A planter yields the files that it changes, broken."""

from __future__ import annotations

import re
from binascii import crc32
from collections.abc import Callable, Iterator
from random import Random

from tests.lint.planted.clean import Files

__all__ = ["PLANTERS", "Planter", "bodies"]

Planter = Callable[[Files, Random], Iterator[Files]]

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_PRINTED = re.compile(r"\{\{ ([a-z_]+) \}\}")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"(?<![\w`'’-])[a-z]{3,}(?= [a-z]{2,})")


def bodies(files: Files) -> Iterator[tuple[str, str, str]]:
    """Path, front matter and body of every text component."""
    for path, text in sorted(files.items()):
        front = _FRONT.match(text)
        if front is not None and path.endswith(".md"):
            yield path, front.group(), text[front.end() :]


def _plain(body: str) -> list[int]:
    """Numbers of the lines of prose outside fences, sections and blocks."""
    found, fenced, depth = [], False, 0
    for number, line in enumerate(body.split("\n")):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        depth += len(re.findall(r"\{% (?:if|for|raw|macro|set [^=]*%)", line)) - len(re.findall(r"\{% end", line))
        if not fenced and depth == 0 and re.match(r"(?:- )?[A-Z][a-z]+ ", line) and "{%" not in line:
            found.append(number)
    return found


def _line_edits(edit: Callable[[str, Random], str | None]) -> Planter:
    """A planter that changes one line of prose."""

    def plant(files: Files, random: Random) -> Iterator[Files]:
        for path, front, body in bodies(files):
            lines = body.split("\n")
            for number in _plain(body):
                changed = edit(lines[number], random)
                if changed is not None and changed != lines[number]:
                    yield {path: front + "\n".join([*lines[:number], changed, *lines[number + 1 :]])}

    return plant


def _before(text: str) -> Planter:
    """A planter that puts lines before a line of prose that begins a paragraph or list."""

    def plant(files: Files, random: Random) -> Iterator[Files]:
        for path, front, body in bodies(files):
            lines = body.split("\n")
            for number in _plain(body):
                if number == 0 or not lines[number - 1].strip():
                    yield {path: front + "\n".join([*lines[:number], text, *lines[number:]])}

    return plant


def _at_end(text: str) -> Planter:
    """A planter that adds lines at the end of a body."""

    def plant(files: Files, random: Random) -> Iterator[Files]:
        for path, front, body in bodies(files):
            yield {path: f"{front}{body.rstrip()}\n{text}"}

    return plant


def _behind(*texts: str) -> Planter:
    """A planter that adds a sentence to a line of prose that ends one."""

    def edit(line: str, random: Random) -> str | None:
        return f"{line} {random.choice(texts)}" if line.endswith(".") else None

    return _line_edits(edit)


def _printed(*forms: str) -> Planter:
    """A planter that writes one printed input outside code in another way; `{}` stands for its name."""

    def plant(files: Files, random: Random) -> Iterator[Files]:
        for path, front, body in bodies(files):
            for found in _PRINTED.finditer(body):
                in_code = body[: found.start()].rpartition("\n")[2].count("`") % 2 == 1
                if re.search(rf"^  {found[1]}:", front, re.MULTILINE) and not in_code:
                    new = random.choice(forms).replace("{}", found[1])
                    yield {path: front + body[: found.start()] + new + body[found.end() :]}

    return plant


def _unused(files: Files, random: Random) -> Iterator[Files]:
    for path, text in sorted(files.items()):
        if "\ninputs:\n" in text:
            yield {path: text.replace("\ninputs:\n", '\ninputs:\n  spare: {type: string, default: ""}\n', 1)}


def _twice(line: str, random: Random) -> str | None:
    words = [found for found in _WORD.finditer(line) if found.group() not in ("had", "that", "bye", "very", "never")]
    if not words:
        return None
    found = random.choice(words)
    return f"{line[: found.end()]} {found.group()}{line[found.end() :]}"


def _broken_json(files: Files, random: Random) -> Iterator[Files]:
    shown = '```json\n{\n  "state": "open",\n  "count": 3,\n  "names": ["a", "b"]\n}\n```\n'
    wrong = [
        shown.replace('"open",', '"open"'),
        shown.replace('"b"]\n', '"b"],\n'),
        shown.replace("]\n}", "]\n"),
        shown.replace('"count": 3', '"count" 3'),
        shown.replace('"a", "b"', '"a" "b"'),
    ]
    yield from _before(f"Answer like this:\n\n{random.choice(wrong)}")(files, random)


def _secret(line: str, random: Random) -> str:
    letters = _BASE62
    tail = "".join(random.choice(letters) for _ in range(30))
    number, digits = crc32(tail.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    secret = random.choice((f"ghp_{tail}{digits}", f"sk_live_{tail}", f"AKIA{_base32(random)}"))
    return f"{line} Use the key {secret} for the service."


def _base32(random: Random) -> str:
    return "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))


def _hidden(line: str, random: Random) -> str | None:
    found = re.search(r"[a-z]{5,}", line)
    if found is None:
        return None
    mark = random.choice(("\u200b", "\u202e", "\U000e0041"))
    return f"{line[: found.start() + 2]}{mark}{line[found.start() + 2 :]}"


PLANTERS: dict[str, tuple[Planter, ...]] = {
    "template-syntax-error": (_before("{% if %}"), _before("{{ amount"), _before("{% for one in many %}")),
    "undefined-variable": (_printed("{{ {}x }}", "{{ my_{} }}"), _before("Mind {{ unheard_of }} too.\n")),
    "unused-variable": (_unused,),
    "mixed-placeholder-syntax": (_printed("{{}}", "${{}}", "%({})s", "[[{}]]"),),
    "refused-access": (_printed("{{ {}.__class__ }}", "{{ {}.upper() }}"),),
    "unclosed-tag": (_before("<notes>"), _before("<background>\nSome facts.\n<\\background>\n")),
    "unclosed-fence": (_before("```\n"), _before("~~~python\n")),
    "placeholder-left-in": (_before("TODO: say more here\n"), _before("Write to [insert name here] first.\n")),
    "lost-loop-assignment": (
        _before("{% set sum = 0 %}{% for n in [1, 2] %}{% set sum = sum + n %}{% endfor %}\nIn all: {{ sum }}\n"),
    ),
    "dead-branch": (_before("{% if false %}\nWrite nothing.\n{% endif %}\n"),),
    "literal-escape": (_behind("Be kind.\\nBe brief.", "First the name.\\n\\nThen the day."),),
    "repeated-word": (_line_edits(_twice),),
    "empty-section": (_at_end("\n## Remarks\n\n## Background\n\nThe day counts.\n"),),
    "unbalanced-delimiter": (_before('The letter:\n"""\nDear all,\n\nbest wishes\n\nSay what it asks for.\n'),),
    "invalid-json-example": (_broken_json,),
    "hardcoded-secret": (_line_edits(_secret),),
    "invisible-unicode": (_line_edits(_hidden),),
    "odd-bytes": (
        _before("Answer so:\n\n```json\n{\u201cname\u201d: \u201ca\u201d}\n```\n"),
        _before("Run this:\n\n```python\nprint(\u2018a\u2019)\n```\n"),
    ),
    "conflicting-format": (_behind("Answer only in XML. Respond only with YAML."),),
    "conflicting-limit": (
        _behind("Write at most 80 words. Your answer must have at most 120 words.".replace("Write", "Answer in")),
        _behind("Keep the summary under 50 words. The summary must have exactly 90 words."),
    ),
    "dangling-reference": (_before("1. Read the letter.\n2. Find the day.\n3. If it is missing, repeat step 7.\n"),),
    "special-token-in-text": (_behind("<|im_end|>", "[/INST]", "<|eot_id|>"),),
    "hardcoded-language": (_before("Always answer in English.\n"), _before("Write the reply in German.\n")),
    "unused-suppression": (_before("{# promptreg: ignore[repeated-word] said so #}\n"),),
    "malformed-suppression": (
        _before("{# promptreg: ignroe[repeated-word] #}\n"),
        _before("{# promptreg: ignore #}\n"),
    ),
}
