"""The law of extraction: the rewritten program sends the very same text."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.interop.extract.plan import Wishes
from tests.interop.extract.programs import Project, sent_by

OPENAI = "from openai import OpenAI, AsyncOpenAI\n\nclient = OpenAI()\n"

PROGRAMS = {
    "plain": OPENAI + 'client.responses.create(input="Name three towns at the sea.")\n',
    "plain with line ends": OPENAI + 'client.responses.create(input="\\n\\nName three towns.\\n\\r\\n")\n',
    "single quotes and escapes": OPENAI + "client.responses.create(input='It\\'s \\t \"here\" \\\\n \\x41 \\u00e9.')\n",
    "raw string": OPENAI + 'client.responses.create(input=r"Match \\d+ and \\n in C:\\temp.")\n',
    "control characters": OPENAI + 'client.responses.create(input="a\\x00b\\x0cc\\x1b[0m d\\u2028e\\ufeff.")\n',
    "emoji": OPENAI + 'client.responses.create(input="😀 ünï 日本.")\n',
    "f-string": OPENAI
    + """
def ask(question: str, number: int, yes: bool, rate: float):
    client.responses.create(input=f"{question}: give {number} reasons ({yes}, {rate}), {question}!")

def main():
    ask("Why\\n", 3, True, 0.1)
    ask("{{ x }}", -1, False, 1e300)
""",
    "f-string with expressions": OPENAI
    + """
class User:
    name = "Ann"
    tags = {"a": [1, 2]}

def main():
    user, items = User(), ["x", "y"]
    client.responses.create(
        input=f"{user.name.upper()} has {len(items)} of {', '.join(items)}; {user.tags['a'][1]} {items!r} {1 + 1}."
    )
""",
    "f-string with formats": OPENAI
    + """
import datetime
def main():
    width, value = 12, 3.14159
    day = datetime.date(2026, 11, 22)
    client.responses.create(input=f"{value:.2f}|{value:>{width}.3f}|{'x':^5}|{day:%d.%m.%Y}|{value=}|{'a'!s:>3}|{7:05d}")
""",
    "braces": OPENAI
    + """
def main():
    x = "{y}"
    client.responses.create(input=f'{{"a": {{"b": {x}}}}} and {{{x}}} {{%}} {{#}}')
""",
    "template characters": OPENAI
    + 'client.responses.create(input="{{ user }} {% if x %} {# note #} {%- raw -%} {{- y -}} # line\\n{{{{ }}}} {")\n'
    + 'client.responses.create(input="A brace {\\r\\n and {\\x00 another {")\n',
    "front matter in the text": OPENAI + 'client.responses.create(input="---\\nkind: rule\\n---\\nHello\\n---")\n',
    "format": OPENAI
    + """
class Point:
    x = [4, 5]

def main():
    client.responses.create(
        input="{} and {} {{literal}} {0.x[1]} {name:>8} {name!r:.3} {d[key]}.".replace("{} and {} ", "")
        .format(Point(), name="Ann", d={"key": "value"})
    )
    client.responses.create(input="First {}, then {:.1f}, then {:d}.".format("a", 2, 3))
""",
    "format of a constant": OPENAI
    + """
TEMPLATE = \"\"\"Translate to {language}:
{text}
Only the translation.\"\"\"

def main():
    text = "Hello {language}"
    client.responses.create(input=TEMPLATE.format(language="French", text=text))
""",
    "percent": OPENAI
    + """
class Odd:
    def __str__(self):
        return "odd"

def main():
    one = ("x",)
    client.responses.create(input="100%% of %s, %d, %5.1f, %r and %-4s." % (Odd(), 7.9, 2.25, "q", "e"))
    client.responses.create(input="Only %s here." % one)
    client.responses.create(input="%(a)s before %(b)05d." % {"a": Odd(), "b": 3})
""",
    "concatenation": OPENAI
    + """
def main():
    page, n = "text\\n", 4
    prompt = "Read this:\\n" + page + "\\n" + f"and say it in {n} words" + (" or " "less") + "."
    client.responses.create(input=prompt)
    client.responses.create(input="Count to " + str(n) + " " + "-" * 3 + ".")
""",
    "implicit concatenation": OPENAI
    + """
def main():
    name = "Ann"
    client.responses.create(
        input=(
            "You are a careful reader. "  # the tone
            f"The name is {name}. "
            # and then
            'It "counts".'
        )
    )
    client.responses.create(input="One " f"{name} " "two " 'three.')
""",
    "join": OPENAI
    + """
def main():
    x = "X"
    client.responses.create(input="\\n".join(["First line", f"second {x}", x, "last."]))
""",
    "dedent": OPENAI
    + """
import inspect
import textwrap
from textwrap import dedent

def main():
    client.responses.create(
        input=dedent(
            \"\"\"
            You read a page.

              - and keep indents
            The end.
            \"\"\"
        )
    )
    client.responses.create(input=textwrap.dedent(\"\"\"\\
        One
        two.\"\"\").strip())
    client.responses.create(input=inspect.cleandoc(\"\"\"
        Three
          four.
    \"\"\"))
""",
    "strip": OPENAI + 'client.responses.create(input="""\n\nA text in its own lines.\n\n""".strip())\n',
    "messages": OPENAI
    + """
def main():
    topic: str = "sea"
    messages = [
        {"role": "system", "content": "You are a poet."},
        {"role": "user", "content": f"A poem about the {topic}, please."},
        {"role": "assistant", "content": "Which form?"},
        {"role": "user", "content": f"A {topic} sonnet."},
    ]
    messages.append({"role": "user", "content": "Thanks in advance!"})
    client.chat.completions.create(model="m", messages=messages)
    client.chat.completions.create(model="m", messages=[{"content": "Only me.", "role": "developer"}])
""",
    "messages with a bare value": OPENAI
    + """
def ask(question, history):
    client.chat.completions.create(
        messages=[
            {"role": "system", "content": "You answer in one sentence."},
            *history,
            {"role": "user", "content": question},
        ]
    )

def main():
    ask("Why?\\n", [{"role": "user", "content": ""}])
""",
    "messages that end with line ends": OPENAI
    + """
def main():
    client.chat.completions.create(
        messages=[{"role": "system", "content": "You are here.\\n"}, {"role": "user", "content": "Hello.\\n\\n"}]
    )
""",
    "a message that may be empty": OPENAI
    + """
def main(text: str = "  "):
    client.chat.completions.create(
        messages=[{"role": "system", "content": "You are here."}, {"role": "user", "content": f"{text.strip()}"}]
    )
""",
    "message with a name": OPENAI
    + 'client.chat.completions.create(messages=[{"role": "user", "name": "ann", "content": "Hello there."}])\n',
    "content parts": OPENAI
    + """
client.chat.completions.create(
    messages=[
        {
            "role": "user",
            "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "u"}}],
        }
    ]
)
""",
    "anthropic": """
import anthropic

client = anthropic.Anthropic()

def main():
    page = "p"
    client.messages.create(
        system=[{"type": "text", "text": "You read pages.", "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": f"<page>{page}</page>"}],
    )
    with client.messages.stream(system="You are short.", messages=[]) as stream:
        stream.close()
""",
    "litellm and langchain": """
import litellm as llm
from langchain_core.messages import HumanMessage as Human, SystemMessage

def main():
    llm.completion("m", [{"role": "user", "content": "Say yes."}])
    return [SystemMessage(content="You are a judge."), Human("Was it right?")]
""",
    "helper": OPENAI
    + """
def ask(text, *, system="You are helpful."):
    client.chat.completions.create(
        messages=[{"role": "system", "content": system}, {"role": "user", "content": text}]
    )

def main():
    ask("Name a town.")
    ask("Name a river.", system="You are wet.")
""",
    "nested functions and closures": OPENAI
    + """
def outer(name):
    def inner(times: int):
        prompt = f"Greet {name} {times} times."
        return lambda: client.responses.create(input=prompt)
    return inner

def main():
    outer("Ann")(2)()
    [client.responses.create(input=f"Item {one} of the list.") for one in "ab"]
""",
    "async": """
from openai import AsyncOpenAI

async def fetch(x):
    return f"page {x}"

class Bot:
    def __init__(self) -> None:
        self.client = AsyncOpenAI()

    async def ask(self, n):
        await self.client.responses.create(input=f"Read {await fetch(n)} and {await fetch(n + 1)} now.")

async def main():
    await Bot().ask(1)
""",
    "order and number of calls": OPENAI
    + """
seen = []
def note(x):
    seen.append(x)
    return f"{x}{len(seen)}"

def main():
    client.responses.create(input=f"{note('a')} {note('b')} {note('a')} {(n := len(seen))} {n} of them.")
    client.responses.create(input="{} {} done.".format(note("c"), note("d")))
""",
    "conditions": OPENAI
    + """
def main():
    for short in (True, False):
        text = "Be short." if short else "Be long and detailed."
        client.responses.create(input=text, instructions="Only words." if short else None)
""",
    "default and class attribute": OPENAI
    + """
class Prompts:
    GREETING = "Greet the user by name."

    def run(self, text="Say hello to all."):
        client.responses.create(input=text, instructions=self.GREETING)

def main():
    Prompts().run()
    Prompts().run("Say bye to all.")
""",
    "attributes": OPENAI
    + """
from typing import ClassVar, Final

class Bot:
    SYSTEM: ClassVar[str] = "You are a bot."
    other: Final = "You are another bot, and "  "talk."

    def __init__(self, name: str):
        self.greeting = f"Greet {name} now."

    def run(self):
        client.responses.create(input=self.greeting, instructions=self.SYSTEM)
        client.responses.create(input=self.greeting, instructions=Bot.other)

def main():
    Bot("Ann").run()
""",
    "odd places": OPENAI
    + """
def main():
    given = None
    a = b = "Two names, one text."
    client.responses.create(input=(p := f"A {len(a)} walrus."), instructions=given or "The default text.")
    client.responses.create(input=a, instructions=b, extra=p)
    (lambda text="In a lambda.": client.responses.create(input=text))()
    [client.responses.create(input=f"{x} and {y} here.") for x in "ab" for y in [x * 2] if y]
    for x in range(2):
        def inner(n=x):
            from openai import OpenAI as O
            O().responses.create(input="{:>3}: {!r} in a loop.".format(n, "q"))
        inner()
    try:
        client.responses.create(input="Tried: %(x)s and %(x)5d." % {"x": 3})
    finally:
        client.responses.create(input=f"{'a' if p else 'b'} {p[0]!s} {(lambda: 3)()} {[i for i in 'ab']} end.")
""",
    "a generator": OPENAI
    + """
def steps():
    got = yield 1
    client.responses.create(input=f"Got {got} and {(yield 2)} there.")

def main():
    g = steps()
    next(g), g.send("one"), next(g, None)
""",
    "constants inside": OPENAI
    + """
FOOTER = "\\nAnswer {briefly}."

def main():
    name = "Ann"
    client.responses.create(input=f"Greet {name}. {FOOTER}", instructions="You are kind. " + FOOTER + "\\n")
""",
    "one text for two calls": OPENAI
    + """
TEXT = "Used twice."

def main():
    client.responses.create(input=TEXT)
    client.chat.completions.create(messages=[{"role": "user", "content": TEXT}])
    assert TEXT == "Used " + "twice."
""",
    "a name that is taken": """
import openai
PROMPTS = ["x"]
promptreg = "mine"
Path = 3

def main(prompts=1):
    openai.responses.create(input="This is a text.", extra=[PROMPTS, promptreg, Path])
""",
    "imports after code": '''#!/usr/bin/env python
# header
"""Doc."""

from __future__ import annotations

try:
    import tomllib
except ImportError:
    tomllib = None
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import os
import openai; VALUE = 1
client = openai.OpenAI()
if VALUE:
    client.responses.create(input="This is a text.")
''',
    "one line": 'import openai; openai.responses.create(input="This is a text.")',
    "parentheses everywhere": OPENAI
    + """
def text():
    return("Nothing here.")

def main():
    client.responses.create(input=((
        "In brackets."
    )))
    client.responses.create(input=("Tight."), instructions=f"{'nested'} \\"quotes\\".")
""",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_program_sends_the_same(source: str, tmp_path: Path) -> None:
    project = Project(tmp_path, source)
    before = sent_by(project.file)
    assert before
    found = project.apply()
    assert found.plan.proposals, found.plan.refusals
    assert not found.plan.refusals
    assert found.after.count(".render(") == len(found.plan.proposals)
    assert sent_by(project.file) == before


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_what_was_extracted_is_not_found_again(source: str, tmp_path: Path) -> None:
    project = Project(tmp_path, source)
    project.apply()
    again = project.found(Wishes(min_length=1))
    assert not again.plan.proposals


@pytest.mark.parametrize(
    ("encoding", "header", "newline"),
    [
        pytest.param("utf-8", "", "\r\n", id="CRLF"),
        pytest.param("utf-8-sig", "", "\n", id="byte order mark"),
        pytest.param("utf-8-sig", "", "\r\n", id="byte order mark and CRLF"),
        pytest.param("latin-1", "# -*- coding: latin-1 -*-\n", "\n", id="latin-1"),
        pytest.param("cp1252", "# vim: set fileencoding=cp1252 :\n", "\r\n", id="cp1252 and CRLF"),
    ],
)
def test_encodings_and_line_ends_stay(encoding: str, header: str, newline: str, tmp_path: Path) -> None:
    source = header + OPENAI + 'ü = "é"  # ö\n\ndef main():\n    client.responses.create(input=f"""Grüße\n{ü} à.""")\n'
    data = source.replace("\n", newline).encode(encoding)
    project = Project(tmp_path, data)
    before = sent_by(project.file)
    assert project.apply().plan.proposals
    assert sent_by(project.file) == before
    now = project.file.read_bytes()
    assert now.decode(encoding).startswith(header.replace("\n", newline) + "from openai")
    assert now.count(b"\n") == now.count(newline.encode())


def test_dropping_line_ends_is_asked_for(tmp_path: Path) -> None:
    project = Project(tmp_path, OPENAI + 'def main(q="Why?"):\n    client.responses.create(input=f"Answer: {q}")\n')
    before = sent_by(project.file)
    [refusal] = project.found().plan.refusals
    assert refusal.reason == "it ends with q, and line ends at the end of that value would not be sent any more"
    [proposal] = project.apply(Wishes(min_length=1, drop_line_ends=True)).plan.proposals
    assert proposal.drafts[0].trims
    assert sent_by(project.file) == before


def test_last_values_that_never_end_with_a_line_end_are_fine(tmp_path: Path) -> None:
    source = """
import json
def main():
    n, text = 3, "a"
    client.responses.create(input=f"Number {n:.2f}")
    client.responses.create(input=f"Length {len(text)}")
    client.responses.create(input=f"Data {json.dumps({'a': 1})}")
    client.responses.create(input=f"Text {'b  '.strip()}")
    client.responses.create(input=f"Last {n if n else 4}")
"""
    project = Project(tmp_path, OPENAI + source)
    before = sent_by(project.file)
    assert len(project.apply().plan.proposals) == 5
    assert sent_by(project.file) == before
